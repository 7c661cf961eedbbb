package store

import (
	"context"
	"fmt"
	"slices"
)

// Tx is a transaction: a snapshot of the store, and writes that only it sees
// until it commits. One goroutine at a time may use it. After Commit or Rollback
// it has written nothing.
//
// TableIDs are those of its own catalog. Where the snapshot has no table of the
// ID, methods that write return ErrNoTable; the others panic.
type Tx struct {
	store    *Store
	root     *root
	overlays map[TableID]*overlay
	changes  []change // in the order that they were made in
	clock    uint64   // counts the changes, the undone ones too
	bytes    int64    // that the writes take
	ctx      context.Context
}

// change is one step that can be undone.
type change struct {
	overlay *overlay
	kind    changeKind
	id      RowID
	rows    int // of appended
}

type changeKind uint8

const (
	inserted changeKind = iota
	deleted
	locked
	appended // rows from the id on
	rewritten
)

// Begin takes a snapshot of now. It never waits.
func (s *Store) Begin() *Tx {
	return &Tx{store: s, root: s.root.Load(), ctx: context.Background()}
}

// EndWith has what Commit does with all of the writes be ended by the context, whose error it then returns.
func (t *Tx) EndWith(ctx context.Context) { t.ctx = ctx }

// Refresh takes a new snapshot. It panics where something was written.
func (t *Tx) Refresh() {
	if t.Written() {
		panic("store: Refresh of a transaction that has written")
	}
	t.Rollback()
	t.root = t.store.root.Load()
}

// Preview takes the draft as it is for the snapshot, until Refresh. It panics
// where something was written.
func (t *Tx) Preview(d *Draft) {
	t.Refresh()
	t.root = d.root.copy()
}

// Written tells whether there is something to commit. A lock counts, what was
// undone does not.
func (t *Tx) Written() bool { return len(t.changes) > 0 }

// Catalog is the snapshot's.
func (t *Tx) Catalog() Catalog { return Catalog{t.root} }

func (t *Tx) table(id TableID) *version {
	v, ok := t.root.tables.Get(id)
	if !ok {
		panic(fmt.Sprintf("store: the snapshot has no table %d", id))
	}
	return v
}

// Rows is the number of rows that the transaction sees.
func (t *Tx) Rows(id TableID) int {
	n := t.table(id).live
	if o := t.overlays[id]; o != nil {
		o.settleRewrite(t)
		n += o.live - len(o.gone)
	}
	return n
}

// Get returns a row, the caller's to keep; false where the transaction does not
// see it.
func (t *Tx) Get(id TableID, r RowID) (Row, bool) {
	v := t.table(id)
	if o := t.wrote(id); o != nil {
		if !o.visible(r) {
			return nil, false
		}
		row, _ := o.row(r)
		return slices.Clone(row), true
	}
	if !v.alive(r) {
		return nil, false
	}
	p, i, _ := v.locate(r)
	return v.row(p, i), true
}

// Insert adds a row, a copy of the one given. A *DuplicateError where a unique
// index has its key, ErrMemory where the memory limit would be passed, an error
// where the values are not of the columns' types.
func (t *Tx) Insert(id TableID, row Row) (RowID, error) {
	o, err := t.overlay(id)
	if err != nil {
		return 0, err
	}
	return t.insert(o, 0, row)
}

func (t *Tx) insert(o *overlay, order uint64, row Row) (RowID, error) {
	if err := o.base.def.check(row); err != nil {
		return 0, err
	}
	if err := o.duplicate(row); err != nil {
		return 0, err
	}
	bytes := o.base.def.rowBytes(row)
	if limit := t.store.limit; limit > 0 && t.store.Memory()+t.bytes+bytes > limit {
		return 0, ErrMemory
	}
	t.bytes += bytes
	r := o.insert(order, slices.Clone(row))
	t.note(change{overlay: o, kind: inserted, id: r})
	return r, nil
}

// Delete takes a row away. ErrConflict where another transaction has committed a
// change of it since the snapshot, ErrChanged where the table itself was changed,
// ErrNoRow where this one does not see it.
func (t *Tx) Delete(id TableID, r RowID) error {
	o, err := t.overlay(id)
	if err != nil {
		return err
	}
	if err := t.claim(o, r); err != nil {
		return err
	}
	t.delete(o, r)
	return nil
}

func (t *Tx) delete(o *overlay, r RowID) {
	if r >= own {
		o.hide(r)
	} else {
		if o.gone == nil {
			o.gone = make(map[RowID]uint64)
		}
		o.gone[r] = t.clock
	}
	t.note(change{overlay: o, kind: deleted, id: r})
}

// Update puts another row in the place of one, with the errors of Insert and
// Delete. In a table without a primary key it keeps its place in a scan.
func (t *Tx) Update(id TableID, r RowID, row Row) (RowID, error) {
	o, err := t.overlay(id)
	if err != nil {
		return 0, err
	}
	if err := t.claim(o, r); err != nil {
		return 0, err
	}
	_, order := o.row(r)
	m := t.Mark()
	t.delete(o, r)
	updated, err := t.insert(o, order, row)
	if err != nil {
		t.Undo(m)
	}
	return updated, err
}

// Lock makes other transactions that change or lock the row conflict with this
// one, as if it wrote the row. The errors are those of Delete.
func (t *Tx) Lock(id TableID, r RowID) error {
	o, err := t.overlay(id)
	if err != nil {
		return err
	}
	if err := t.claim(o, r); err != nil {
		return err
	}
	if r < own && !o.locked[r] {
		if o.locked == nil {
			o.locked = make(map[RowID]bool)
		}
		o.locked[r] = true
		t.note(change{overlay: o, kind: locked, id: r})
	}
	return nil
}

// wrote is what the transaction has written of a table; nil: nothing.
func (t *Tx) wrote(id TableID) *overlay {
	o := t.overlays[id]
	if o != nil {
		o.settleRewrite(t)
	}
	if o != nil && len(o.chunks) > 0 {
		o.settle(t)
	}
	return o
}

// overlay is what the transaction writes of a table.
func (t *Tx) overlay(id TableID) (*overlay, error) {
	if o := t.wrote(id); o != nil {
		return o, nil
	}
	return t.overlaid(id)
}

// overlaid is overlay, rows by columns left as they are.
func (t *Tx) overlaid(id TableID) (*overlay, error) {
	if o := t.overlays[id]; o != nil {
		return o, nil
	}
	v, ok := t.root.tables.Get(id)
	if !ok {
		return nil, ErrNoTable
	}
	if t.overlays == nil {
		t.overlays = map[TableID]*overlay{}
	}
	o := &overlay{base: v}
	t.overlays[id] = o
	return o, nil
}

// claim refuses a change of a row that the transaction does not see, or that is
// bound to fail at commit.
func (t *Tx) claim(o *overlay, r RowID) error {
	if !o.visible(r) {
		return ErrNoRow
	}
	newest, ok := t.store.root.Load().tables.Get(o.base.id)
	switch {
	case newest == o.base || r >= own:
		return nil
	case !ok || newest.def != o.base.def:
		return ErrChanged
	case !newest.alive(r):
		return ErrConflict
	}
	return nil
}

func (t *Tx) note(c change) {
	t.changes = append(t.changes, c)
	t.clock++
}

// Mark is a moment of a transaction, to go back to.
type Mark struct{ changes int }

// Mark returns now.
func (t *Tx) Mark() Mark { return Mark{len(t.changes)} }

// Undo takes back all writes since the mark. Marks and cursors that were made
// since must not be used any more.
func (t *Tx) Undo(m Mark) {
	if m.changes == 0 && len(t.changes) > 0 {
		t.Rollback() // at once, however much it is
		return
	}
	for len(t.changes) > m.changes {
		last := len(t.changes) - 1
		c := t.changes[last]
		t.changes = t.changes[:last]
		switch c.kind {
		case inserted:
			c.overlay.takeRow(t, c.id)
		case appended:
			c.overlay.takeBack(t, c)
		case deleted:
			if c.id >= own {
				c.overlay.show(c.id)
			} else {
				delete(c.overlay.gone, c.id)
			}
		case locked:
			delete(c.overlay.locked, c.id)
		case rewritten:
			c.overlay.undoRewrite(t)
		}
	}
}

// Rollback takes back all writes.
func (t *Tx) Rollback() { t.overlays, t.changes, t.bytes = nil, nil, 0 }
