package store

import (
	"cmp"
	"maps"
	"slices"
)

// The model is a store that is too simple to be wrong: every version of every
// table is a slice of rows, and whoever changes one copies it.

type modelStore struct {
	tables map[TableID]*modelTable // the newest
	orders int                     // order numbers given
	rows   int                     // row versions made
}

// modelTable never changes.
type modelTable struct {
	id             TableID
	database, name string
	def            *Definition
	rows           []modelRow
}

type modelRow struct {
	row     Row
	version int // names this version of the row
	order   int // its number among the rows, kept by updates
}

// A transaction numbers its new rows from here on.
const modelNew = 1 << 40

type modelTx struct {
	store    *modelStore
	snapshot map[TableID]*modelTable
	modelWrites
	saved []modelWrites
}

type modelWrites struct {
	views  map[TableID][]modelRow   // of the tables written: what the transaction sees
	taken  map[TableID]map[int]bool // versions of the snapshot's that are deleted or locked
	orders int
}

func (w modelWrites) copy() modelWrites {
	c := modelWrites{views: map[TableID][]modelRow{}, taken: map[TableID]map[int]bool{}, orders: w.orders}
	for id, rows := range w.views {
		c.views[id] = slices.Clone(rows)
		c.taken[id] = maps.Clone(w.taken[id])
	}
	return c
}

func (s *modelStore) begin() *modelTx {
	return &modelTx{store: s, snapshot: maps.Clone(s.tables), modelWrites: modelWrites{}.copy()}
}

func (s *modelStore) version() int {
	s.rows++
	return s.rows
}

// compare orders two rows by columns of an index, NULL first.
func (x Index) modelCompare(a, b Row) int {
	for i, c := range x.Columns {
		d := 0
		switch {
		case a[c] == nil || b[c] == nil:
			d = cmp.Compare(boolInt(a[c] != nil), boolInt(b[c] != nil))
		default:
			d = x.Compare[i](a[c], b[c])
		}
		if d != 0 {
			return d
		}
	}
	return 0
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sorted is rows by an index, or by order number where it is nil.
func sorted(rows []modelRow, x *Index) []modelRow {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b modelRow) int {
		if x != nil {
			if c := x.modelCompare(a.row, b.row); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.order, b.order)
	})
	return rows
}

// scan is what the transaction sees of a table, in the order of a scan.
func (t *modelTx) scan(id TableID) []modelRow {
	view, ok := t.views[id]
	if !ok {
		view = t.snapshot[id].rows
	}
	return sorted(view, t.snapshot[id].def.primary())
}

// clash is the first unique index that has a row's key, and the row.
func clash(def *Definition, rows []modelRow, row Row) (index string, existing Row) {
	for _, x := range def.Indexes {
		if !x.unique() || slices.ContainsFunc(x.Columns, func(c int) bool { return row[c] == nil }) {
			continue
		}
		for _, r := range rows {
			if x.modelCompare(r.row, row) == 0 {
				return x.Name, r.row
			}
		}
	}
	return "", nil
}

// write makes the transaction's own copy of a table.
func (t *modelTx) write(id TableID) {
	if t.views[id] == nil {
		t.views[id] = append([]modelRow{}, t.snapshot[id].rows...)
		t.taken[id] = map[int]bool{}
	}
}

func (t *modelTx) insert(id TableID, row Row) (index string, existing Row) {
	return t.place(id, row, 0)
}

func (t *modelTx) place(id TableID, row Row, order int) (index string, existing Row) {
	t.write(id)
	if index, existing = clash(t.snapshot[id].def, t.views[id], row); index != "" {
		return index, existing
	}
	if order == 0 {
		t.orders++
		order = modelNew + t.orders
	}
	t.views[id] = append(t.views[id], modelRow{row, t.store.version(), order})
	return "", nil
}

// has tells whether rows have a version.
func has(rows []modelRow, version int) bool {
	return slices.ContainsFunc(rows, func(r modelRow) bool { return r.version == version })
}

// claim is the error of a change of a row that others have changed.
func (t *modelTx) claim(id TableID, r modelRow) error {
	newest, ok := t.store.tables[id]
	switch {
	case !has(t.snapshot[id].rows, r.version):
		return nil
	case !ok || newest.def != t.snapshot[id].def:
		return ErrChanged
	case !has(newest.rows, r.version):
		return ErrConflict
	}
	return nil
}

// take deletes a row, or locks it.
func (t *modelTx) take(id TableID, r modelRow, keep bool) {
	t.write(id)
	if has(t.snapshot[id].rows, r.version) {
		t.taken[id][r.version] = true
	}
	if !keep {
		t.views[id] = slices.DeleteFunc(t.views[id], func(o modelRow) bool { return o.version == r.version })
	}
}

func (t *modelTx) delete(id TableID, r modelRow) error {
	if err := t.claim(id, r); err != nil {
		return err
	}
	t.take(id, r, false)
	return nil
}

func (t *modelTx) lock(id TableID, r modelRow) error {
	if err := t.claim(id, r); err != nil {
		return err
	}
	t.take(id, r, true)
	return nil
}

func (t *modelTx) update(id TableID, r modelRow, row Row) (index string, existing Row, err error) {
	if err := t.claim(id, r); err != nil {
		return "", nil, err
	}
	before := t.modelWrites.copy()
	t.take(id, r, false)
	if index, existing = t.place(id, row, r.order); index != "" {
		t.modelWrites = before
	}
	return index, existing, nil
}

func (t *modelTx) mark()                { t.saved = append(t.saved, t.modelWrites.copy()) }
func (t *modelTx) undo(to int)          { t.modelWrites, t.saved = t.saved[to].copy(), t.saved[:to] }
func (t *modelTx) rollback()            { t.modelWrites, t.saved = modelWrites{}.copy(), nil }
func (t *modelTx) refresh()             { t.snapshot = maps.Clone(t.store.tables) }
func (x *modelTable) copy() *modelTable { c := *x; return &c }

// changed is the tables that the transaction leaves otherwise than it found them.
func (t *modelTx) changed() []TableID {
	var ids []TableID
	for id := range t.views {
		isNew := func(r modelRow) bool { return !has(t.snapshot[id].rows, r.version) }
		if len(t.taken[id]) > 0 || slices.ContainsFunc(t.views[id], isNew) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// commit returns the index of a duplicate, or the error.
func (t *modelTx) commit() (index string, err error) {
	defer t.rollback()
	next := maps.Clone(t.store.tables)
	for _, id := range t.changed() {
		newest, ok := t.store.tables[id]
		if !ok || newest.def != t.snapshot[id].def {
			return "", ErrChanged
		}
		for version := range t.taken[id] {
			if !has(newest.rows, version) {
				return "", ErrConflict
			}
		}
		made := newest.copy()
		made.rows = slices.DeleteFunc(slices.Clone(newest.rows), func(r modelRow) bool { return t.taken[id][r.version] })
		rows := sorted(t.views[id], made.def.primary())
		slices.SortStableFunc(rows, func(a, b modelRow) int { return cmp.Compare(min(a.order, modelNew), min(b.order, modelNew)) })
		for _, r := range rows {
			if has(t.snapshot[id].rows, r.version) && !t.taken[id][r.version] {
				continue
			}
			if index, _ := clash(made.def, made.rows, r.row); index != "" {
				return index, nil
			}
			if r.order > modelNew {
				t.store.orders++
				r.order = t.store.orders
			}
			made.rows = append(made.rows, modelRow{r.row, t.store.version(), r.order})
		}
		next[id] = made
	}
	t.store.tables = next
	t.snapshot = maps.Clone(next)
	return "", nil
}

// rewrite passes all rows of a table through f; it returns the index of a
// duplicate.
func (s *modelStore) rewrite(id TableID, def *Definition, f func(Row) Row) (index string) {
	made := s.tables[id].copy()
	made.def, made.rows = def, nil
	for _, r := range sorted(s.tables[id].rows, s.tables[id].def.primary()) {
		if made.def.primary() == nil && s.tables[id].def.primary() != nil { // they stay in this order
			s.orders++
			r.order = s.orders
		}
		made.rows = append(made.rows, modelRow{f(slices.Clone(r.row)), s.version(), r.order})
	}
	if index = twice(def, made.rows); index == "" {
		s.tables[id] = made
	}
	return index
}

// twice is the first unique index that has two of the rows under one key.
func twice(def *Definition, rows []modelRow) string {
	for _, x := range def.Indexes {
		for i, r := range rows {
			if index, _ := clash(&Definition{Indexes: []Index{x}}, rows[:i], r.row); index != "" {
				return index
			}
		}
	}
	return ""
}

// define gives a table other indexes.
func (s *modelStore) define(id TableID, def *Definition) (index string) {
	table := s.tables[id]
	if !sameIndex(table.def.primary(), def.primary()) {
		return s.rewrite(id, def, func(row Row) Row { return row })
	}
	if index := twice(def, table.rows); index != "" {
		return index
	}
	made := table.copy()
	made.def = def
	s.tables[id] = made
	return ""
}
