package store

import (
	"cmp"
	"slices"
)

// Changes of many rows at once. Row by row, a change is a deleted row and a new one, for which each index is searched; of many,
// the commit makes the table's columns anew instead: those that the change names, and the others only where rows go.

// rewrite is what Replace or Remove does to rows of the overlay's base, or a commit.
type rewrite struct {
	rows    []RowID
	columns []int    // that get values; none: the rows go
	values  []Values // of columns, of rows in their order, or of added
	added   []added  // in scan order: rows that come in place of those that go; nil: the rows stay, with other values
	clock   uint64
	bytes   int64
	settled bool // rows are in the overlay one by one, too
}

// added is a row that a commit adds.
type added struct {
	row   int // of the values, which are in the order in which rows are numbered
	order uint64
	key   []any // of the primary key
}

// A change of fewer rows than rewriteFrom is made row by row. Only tests change it.
var rewriteFrom = 4096

// So is one of less than a share of the table's rows: of those that a commit merges all indexes are sorted anew.
const (
	rewriteShare = 32
	mergeShare   = 16
)

// Replace gives rows, each of which is there once, values in some columns, as Update does, and tells in how many something
// changes: the others are not touched. False, and nothing is done, where the rows are to be updated one by one: [Tx.TakesMany]
// says so, a unique index has one of the columns, or one is of kind Any.
// values has Strings of a String. It and rows are the transaction's from then on.
func (t *Tx) Replace(id TableID, rows []RowID, columns []int, values []Values) (changed int, done bool, err error) {
	if !t.TakesMany(id, len(rows)) {
		return 0, false, nil
	}
	v := t.table(id)
	for i := range v.def.Indexes {
		x := &v.def.Indexes[i]
		if x.unique() && slices.ContainsFunc(x.Columns, func(c int) bool { return slices.Contains(columns, c) }) {
			return 0, false, nil
		}
	}
	if slices.ContainsFunc(columns, func(c int) bool { return v.def.Columns[c] == Any }) {
		return 0, false, nil
	}
	r := &rewrite{rows: rows, columns: columns, values: values}
	r.leaveSame(v)
	if len(r.rows) == 0 {
		return 0, true, nil
	}
	return len(r.rows), true, t.rewrite(id, r)
}

// Remove takes rows away, each of which is there once, as Delete does. False, and nothing is done, where they are to be deleted
// one by one: [Tx.TakesMany] says so. rows are the transaction's from then on.
func (t *Tx) Remove(id TableID, rows []RowID) (done bool, err error) {
	if !t.TakesMany(id, len(rows)) {
		return false, nil
	}
	return true, t.rewrite(id, &rewrite{rows: rows})
}

// TakesMany tells whether so many rows of a table are many, and Replace and Remove may take them: the transaction has not
// written to it, nor have others since the snapshot.
func (t *Tx) TakesMany(id TableID, rows int) bool {
	v, ok := t.root.tables.Get(id)
	if !ok || rows < rewriteFrom || rows < v.live/rewriteShare {
		return false
	}
	if o := t.overlays[id]; o != nil && !o.untouched() {
		return false
	}
	newest, _ := t.store.root.Load().tables.Get(id)
	return newest == v
}

// untouched tells whether nothing is written.
func (o *overlay) untouched() bool {
	return len(o.rows)+len(o.chunks)+len(o.gone)+len(o.locked) == 0 && o.rewrite == nil
}

func (t *Tx) rewrite(id TableID, r *rewrite) error {
	o, err := t.overlaid(id)
	if err != nil {
		return err
	}
	r.bytes = 8 * int64(len(r.rows))
	for k := range r.values {
		r.bytes += r.values[k].bytes()
	}
	if limit := t.store.limit; limit > 0 && t.store.Memory()+t.bytes+r.bytes > limit {
		return ErrMemory
	}
	t.bytes += r.bytes
	r.clock = t.clock
	o.rewrite = r
	t.note(change{overlay: o, kind: rewritten})
	return nil
}

// bytes is what values take.
func (v *Values) bytes() int64 {
	n := int64(len(v.Nulls)) + 8*int64(len(v.Ints)+len(v.Floats)) + 16*int64(len(v.Strings))
	for _, s := range v.Strings {
		n += int64(len(s))
	}
	return n
}

// leaveSame takes out the rows that have the values already.
func (r *rewrite) leaveSame(v *version) {
	n := 0
	for k, id := range r.rows {
		p, i, _ := v.locate(id)
		if !slices.ContainsFunc(r.columns, func(c int) bool { return !r.same(v, p, i, c, k) }) {
			continue
		}
		if n < k {
			r.rows[n] = id
			for c := range r.values {
				r.values[c].move(n, k)
			}
		}
		n++
	}
	r.rows = r.rows[:n]
	for c := range r.values {
		r.values[c].cut(n)
	}
}

// move puts a row in the place of one before it.
func (v *Values) move(to, from int) {
	switch {
	case v.Ints != nil:
		v.Ints[to] = v.Ints[from]
	case v.Floats != nil:
		v.Floats[to] = v.Floats[from]
	case v.Strings != nil:
		v.Strings[to] = v.Strings[from]
	}
	if v.Nulls != nil {
		v.Nulls[to] = v.Nulls[from]
	}
}

// same tells whether the k-th row, at a place, has its value of a column already.
func (r *rewrite) same(v *version, p, i, column, k int) bool {
	old := &v.parts[p].columns[column]
	value := &r.values[slices.Index(r.columns, column)]
	if null := at(value.Nulls, k); null || at(old.nulls, i) {
		return null && at(old.nulls, i)
	}
	switch v.def.Columns[column] {
	case Float:
		return old.floats[i] == value.Floats[k]
	case String:
		return v.dictionaries[column].values[old.codes[i]] == value.Strings[k]
	}
	return old.ints[i] == value.Ints[k]
}

// settleRewrite makes rows of what was rewritten, for who reads or writes the table before the commit.
func (o *overlay) settleRewrite(t *Tx) {
	r := o.rewrite
	if r == nil || r.settled {
		return
	}
	r.settled = true
	t.bytes -= r.bytes
	o.gone = make(map[RowID]uint64, len(r.rows))
	for k, id := range r.rows {
		if o.gone[id] = r.clock; len(r.columns) == 0 {
			continue
		}
		row, order := o.row(id)
		for n, c := range r.columns {
			row[c] = r.values[n].Value(o.base.def.Columns[c], k)
		}
		t.bytes += o.base.def.rowBytes(row)
		o.insert(order, row)
	}
}

// undoRewrite takes it back.
func (o *overlay) undoRewrite(t *Tx) {
	r := o.rewrite
	o.rewrite = nil
	if !r.settled {
		t.bytes -= r.bytes
		return
	}
	for k, id := range r.rows {
		delete(o.gone, id)
		if len(r.columns) > 0 {
			o.takeRow(t, own|RowID(k))
		}
	}
}

// mergesMany tells whether a commit of so many rows, new or gone, is one of many.
func (v *version) mergesMany(rows int) bool { return rows >= rewriteFrom && rows >= v.live/mergeShare }

// merge is a commit's rows, in the order in which they are numbered, in place of those that go.
func (v *version) merge(rows []pending, gone []RowID) *rewrite {
	r := &rewrite{rows: gone, values: make([]Values, len(v.def.Columns)), added: make([]added, len(rows))}
	for c, kind := range v.def.Columns {
		r.columns = append(r.columns, c)
		for i := range rows {
			r.values[c].Append(kind, rows[i].row[c], i)
		}
	}
	o := v.displaced.ordering
	for i := range rows {
		order := rows[i].order
		if order == 0 {
			order = uint64(v.next) + uint64(i)
		}
		r.added[i] = added{i, order, o.key(rows[i].row)}
	}
	inOrder := func(a, b added) int {
		if c := o.keys(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Compare(a.order, b.order)
	}
	if !slices.IsSortedFunc(r.added, inOrder) {
		slices.SortFunc(r.added, inOrder)
	}
	return r
}
