package store

import (
	"cmp"
	"context"
	"slices"
)

// Commit makes the writes the newest version, all of them or, with an error, none
// of them. Either way the transaction has written nothing then; after a success
// its snapshot is the newest version.
//
// check, where it is not nil, sees a transaction on what the commit would make;
// its error is Commit's. It is called only where others have committed since the
// snapshot: what held there and in the writes needs no second look otherwise. It
// is called under the store's lock: it must not write, commit, or keep the
// transaction.
//
// The errors: ErrConflict where another has changed or locked a row that this one
// has changed or locked; a *DuplicateError for a key that another has taken;
// ErrChanged where a table written was altered or dropped; ErrMemory where the
// memory limit would be passed; ErrReadOnly; a *WriteError where the disk that the
// store is kept on fails.
func (t *Tx) Commit(check func(*Tx) error) error {
	if !t.Written() {
		t.Refresh()
		return nil
	}
	defer t.Rollback()
	s := t.store
	if s.readOnly {
		return ErrReadOnly
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for changed := t.changed(); slices.ContainsFunc(changed, func(id TableID) bool { return s.held[id] }); {
		s.settled.Wait()
	}
	next, err := t.merge(s.head)
	for err != nil && s.pending() {
		// What stands in the way may yet fail, and is not seen by who tries again.
		s.settle()
		next, err = t.merge(s.head)
	}
	if err != nil {
		return err
	}
	if check != nil && s.head != t.root {
		if err := check(&Tx{store: s, root: next}); err != nil {
			return err
		}
	}
	changed := t.changed()
	if err := s.publish(next, changed); err != nil {
		return err
	}
	t.root = next
	s.compactBeside(changed)
	return nil
}

// Overtaken tells, within the check of Commit, whether others have committed to a table since the snapshot.
func (t *Tx) Overtaken(id TableID) bool {
	seen, _ := t.root.tables.Get(id)
	newest, _ := t.store.head.tables.Get(id)
	return seen != newest
}

// changed are the tables that the transaction may have written.
func (t *Tx) changed() []TableID {
	ids := make([]TableID, 0, len(t.overlays))
	for id := range t.overlays {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// merge is the root that the commit makes of the newest one.
func (t *Tx) merge(newest *root) (*root, error) {
	next := newest.copy()
	for _, id := range t.changed() {
		o := t.overlays[id]
		v, ok := newest.tables.Get(id)
		if len(o.gone)+len(o.locked)+o.live == 0 && (o.rewrite == nil || o.rewrite.settled) {
			continue
		}
		if !ok || v.def != o.base.def {
			return nil, ErrChanged
		}
		if v != o.base {
			t.wrote(id) // keys are checked row by row
		}
		made, err := o.commit(t.ctx, v)
		if err != nil {
			return nil, err
		}
		next.tables.Set(id, made)
		next.bytes += made.bytes - v.bytes
		if made.shared != v.shared {
			next.bytes = next.measure()
		}
	}
	if !t.store.fits(newest, next) {
		return nil, ErrMemory
	}
	return next, nil
}

// commit makes the next version of the table out of its newest one. It is ended by the context.
func (o *overlay) commit(ctx context.Context, newest *version) (*version, error) {
	if o.rewrite != nil && !o.rewrite.settled {
		return newest.rewritten(ctx, o.rewrite)
	}
	rows, gone := o.written(ctx)
	if newest != o.base && slices.ContainsFunc(gone, func(id RowID) bool { return !newest.alive(id) }) {
		return nil, ErrConflict
	}
	var e *edit
	if newest == o.base && newest.mergesMany(len(rows)+len(gone)) {
		merged, err := newest.rewritten(ctx, newest.merge(rows, gone))
		if err != nil {
			return nil, err
		}
		e, rows = merged.edit(), nil
		e.removed = gone
	} else {
		e = newest.edit()
		for _, id := range gone {
			e.delete(id)
		}
	}
	e.ctx = ctx
	for k, p := range rows {
		if k%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if newest != o.base {
			if err := e.duplicate(p.row); err != nil {
				return nil, err
			}
		}
		e.insert(p.order, p.row)
	}
	if len(o.chunks) > 0 {
		chunks, err := o.sortedChunks(ctx)
		if err != nil {
			return nil, err
		}
		e.append(chunks)
	}
	if err := ctx.Err(); err != nil { // what there is of the indexes is not all
		return nil, err
	}
	return e.finish(), nil
}

// written is the rows that there are to be, in the order in which they are numbered, and those that are to go.
func (o *overlay) written(ctx context.Context) (rows []pending, gone []RowID) {
	rows = make([]pending, 0, len(o.rows)+len(o.locked))
	for _, p := range o.rows {
		if p.live {
			rows = append(rows, p)
		}
	}
	gone = make([]RowID, 0, len(o.gone)+len(o.locked))
	for id := range o.gone {
		gone = append(gone, id)
	}
	// A lock that is committed is a write of the row as it is: others notice it as they notice an update.
	for id := range o.locked {
		if _, is := o.gone[id]; !is {
			row, order := o.row(id)
			rows = append(rows, pending{row: row, order: order})
			gone = append(gone, id)
		}
	}
	// New rows are numbered in the order of the primary key, in which rows with the same key of another index then come, as
	// in InnoDB (manual 17.6.2.1).
	primary := o.base.displaced.ordering
	order := until(ctx, func(a, b pending) int {
		if a.order >= own && b.order >= own {
			if c := primary.keys(primary.key(a.row), primary.key(b.row)); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.order, b.order)
	})
	if !slices.IsSortedFunc(rows, order) {
		slices.SortFunc(rows, order)
	}
	for i := range rows {
		if rows[i].order >= own {
			rows[i].order = 0
		}
	}
	return rows, gone
}
