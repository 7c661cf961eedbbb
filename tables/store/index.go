package store

import (
	"slices"

	"github.com/tidwall/btree"
)

// ordering is how rows are sorted: by the values of some columns, rows with the
// same values by their order numbers. Without columns only these count.
type ordering struct {
	columns []int
	compare []func(a, b any) int
}

func (x *Index) ordering() *ordering { return &ordering{x.Columns, x.Compare} }

// order is the ordering of [Tx.Scan].
func (d *Definition) order() *ordering {
	if x := d.primary(); x != nil {
		return x.ordering()
	}
	return &ordering{}
}

// entry stands for a row in an ordering. It never changes.
type entry struct {
	key   []any
	order uint64
	id    RowID
}

// The order numbers of bounds, before and after those of all rows.
const (
	beforeAll = 0
	afterAll  = ^uint64(0)
)

// key is the row's values of the columns.
func (o *ordering) key(row Row) []any {
	if len(o.columns) == 0 {
		return nil
	}
	key := make([]any, len(o.columns))
	for i, c := range o.columns {
		key[i] = row[c]
	}
	return key
}

// entry makes the row's entry. A key of one value lies beside it in memory: a
// search waits for memory more than for anything else.
func (o *ordering) entry(row Row, order uint64, id RowID) *entry {
	if len(o.columns) != 1 {
		return &entry{o.key(row), order, id}
	}
	e := &struct {
		entry
		one [1]any
	}{entry{order: order, id: id}, [1]any{row[o.columns[0]]}}
	e.key = e.one[:]
	return &e.entry
}

// value compares two values of the i-th column.
func (o *ordering) value(i int, a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return o.compare[i](a, b)
}

// keys compares as many columns as both keys have.
func (o *ordering) keys(a, b []any) int {
	for i := range min(len(a), len(b)) {
		if c := o.value(i, a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

// entries compares rows. An entry with a shorter key, a bound, sorts by its
// order number among all rows whose keys begin with it.
func (o *ordering) entries(a, b *entry) int {
	if c := o.keys(a.key, b.key); c != 0 {
		return c
	}
	return a.tie(b)
}

// tie compares entries with the same key.
func (a *entry) tie(b *entry) int {
	switch {
	case a.order != b.order:
		if a.order < b.order {
			return -1
		}
		return 1
	case a.id < b.id:
		return -1
	case a.id > b.id:
		return 1
	}
	return 0
}

// tree is rows in an ordering. A copy takes no time and shares its nodes until
// one of them is written.
type tree struct {
	*ordering
	*btree.BTreeG[*entry]
}

// The degree is small since a commit copies a path of nodes.
const degree = 16

func newTree(o *ordering) tree {
	less := func(a, b *entry) bool { return o.entries(a, b) < 0 }
	return tree{o, btree.NewBTreeGOptions(less, btree.Options{Degree: degree, NoLocks: true})}
}

func (t tree) copy() tree { return tree{t.ordering, t.Copy()} }

// find returns the first entry with the key for which f is true. No key with a
// NULL is found: it is equal to nothing.
func (t tree) find(key []any, f func(*entry) bool) (found *entry, ok bool) {
	if slices.Contains(key, nil) {
		return nil, false
	}
	t.Ascend(&entry{key: key, order: beforeAll}, func(e *entry) bool {
		if t.keys(e.key, key) != 0 {
			return false
		}
		if f(e) {
			found, ok = e, true
		}
		return !ok
	})
	return found, ok
}

// Bound is an end of a range of keys.
type Bound struct {
	// Key is values of the index's first columns, or of all; nil: no bound.
	// Fewer values than columns stand for all keys that begin with them.
	Key       []any
	Exclusive bool // without the keys that are equal to Key, or begin with it
}

// walk goes through the entries of a tree in a range, in either direction.
type walk struct {
	tree    tree
	it      btree.IterG[*entry]
	reverse bool
	end     *entry // the walk ends before it; nil: no bound
	ok      bool   // the walk is at an entry
}

// newWalk begins at the first entry of the range, where there is one.
func newWalk(t tree, from, to Bound, reverse bool) *walk {
	w := &walk{tree: t, it: t.Iter(), reverse: reverse}
	low, high := from.entry(beforeAll, afterAll), to.entry(afterAll, beforeAll)
	switch {
	case !reverse && low == nil:
		w.ok = w.it.First()
	case !reverse:
		w.ok = w.it.Seek(low)
	case high == nil:
		w.ok = w.it.Last()
	case w.it.Seek(high):
		w.ok = w.it.Prev()
	default:
		w.ok = w.it.Last()
	}
	w.end = high
	if reverse {
		w.end = low
	}
	w.stop()
	return w
}

// entry is a place between the keys outside of the range and those inside.
func (b Bound) entry(inclusive, exclusive uint64) *entry {
	switch {
	case b.Key == nil:
		return nil
	case b.Exclusive:
		return &entry{key: b.Key, order: exclusive}
	}
	return &entry{key: b.Key, order: inclusive}
}

func (w *walk) next() {
	if w.reverse {
		w.ok = w.it.Prev()
	} else {
		w.ok = w.it.Next()
	}
	w.stop()
}

// stop ends the walk where it has passed the range.
func (w *walk) stop() {
	if w.ok && w.end != nil {
		w.ok = (w.tree.entries(w.it.Item(), w.end) < 0) != w.reverse
	}
}
