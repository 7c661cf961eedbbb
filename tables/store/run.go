package store

import (
	"cmp"
	"math/bits"
	"slices"
)

// index is the rows of a version by a key: those of a run, and the others in a tree. A run has no keys, they are in the
// columns: rows that come in the order of the key, or many at a time, take little memory and none of the collector's
// time. A row that is deleted stays in its run.
type index struct {
	run
	tree
}

func newIndexes(of []Index) []index {
	all := make([]index, len(of))
	for i := range of {
		all[i].tree = newTree(of[i].ordering())
	}
	return all
}

// trees are copies of the version's. Copying writes the root of a tree, and not all who do hold the store's lock.
func (v *version) trees() (displaced tree, indexes []index) {
	v.lineage.copying.Lock()
	defer v.lineage.copying.Unlock()
	indexes = slices.Clone(v.indexes)
	for i := range indexes {
		indexes[i].tree = indexes[i].tree.copy()
	}
	return v.displaced.copy(), indexes
}

// bytes is what the index takes.
func (x *index) bytes() int64 {
	return 4*int64(len(x.positions)) + int64(x.tree.Len())*x.entryBytes()
}

// run is positions of rows, sorted by a key, rows with the same key by their order numbers. The positions never change.
type run struct {
	positions []uint32 // nil: they are the n from first on
	first, n  int
}

func (r *run) position(i int) int {
	if r.positions != nil {
		return int(r.positions[i])
	}
	return r.first + i
}

// moved is the run where rows have moved: to has of a position the new one, one more; 0: the row is gone.
func (r *run) moved(to []uint32) run {
	positions := make([]uint32, 0, r.n)
	for i := range r.n {
		if x := to[r.position(i)]; x > 0 {
			positions = append(positions, x-1)
		}
	}
	for i := range positions {
		if positions[i] != positions[0]+uint32(i) {
			return run{positions: positions, n: len(positions)}
		}
	}
	if len(positions) == 0 {
		return run{}
	}
	return run{first: int(positions[0]), n: len(positions)}
}

// clamped is the place of a position of a run. Behind the rows of a part, which a compacted one may end before its end,
// there is its last one again.
func (v *version) clamped(at int) (p, i int) {
	p, i = place(at)
	return p, min(i, v.parts[p].n-1)
}

// has tells whether the row at a position is there.
func (v *version) has(at int) bool {
	p, i := place(at)
	return i < v.parts[p].n && !v.parts[p].dead.has(i)
}

// liveFrom is how many rows there are from a position on.
func (v *version) liveFrom(from int) int {
	n := 0
	for p, i := place(from); p < len(v.parts); p, i = p+1, 0 {
		n += max(v.parts[p].n-i, 0)
		if i > 0 {
			for ; i < v.parts[p].n; i++ {
				if v.parts[p].dead.has(i) {
					n--
				}
			}
			continue
		}
		for _, word := range v.parts[p].dead {
			n -= bits.OnesCount64(word)
		}
	}
	return n
}

// following is the position of the row behind one.
func (v *version) following(at int) int {
	at++
	if p, i := place(at); p < len(v.parts)-1 && i >= v.parts[p].n {
		return position(p+1, 0)
	}
	return at
}

// key is that of a row of a part.
func (v *version) key(o *ordering, p, i int) []any {
	key := make([]any, len(o.columns))
	for k, c := range o.columns {
		key[k] = v.value(p, i, c)
	}
	return key
}

// compareKey compares the row at a position with a key, by as many columns as that has.
func (v *version) compareKey(o *ordering, at int, key []any) int {
	p, i := v.clamped(at)
	for k := range min(len(o.columns), len(key)) {
		column := o.columns[k]
		c := &v.parts[p].columns[column]
		if x, ok := key[k].(int64); ok && v.def.Columns[column] == Int && i >= len(c.nulls) {
			if c := cmp.Compare(c.ints[i], x); c != 0 {
				return c
			}
			continue
		}
		if c := o.value(k, v.value(p, i, column), key[k]); c != 0 {
			return c
		}
	}
	return 0
}

// compare compares the row at a position with x.
func (v *version) compare(o *ordering, at int, x *entry) int {
	if c := v.compareKey(o, at, x.key); c != 0 {
		return c
	}
	p, i := v.clamped(at)
	return (&entry{order: v.parts[p].order(i), id: v.parts[p].id(i)}).tie(x)
}

// bound is the first row of a run that does not come before a bound.
func (v *version) bound(o *ordering, r *run, x *entry) int {
	from, until := 0, r.n
	for from < until {
		middle := int(uint(from+until) >> 1)
		if c := v.compareKey(o, r.position(middle), x.key); c < 0 || c == 0 && x.order == afterAll {
			from = middle + 1
		} else {
			until = middle
		}
	}
	return from
}

// find is a row with the key for which counts is true. No key with a NULL is found: it is equal to nothing.
func (x *index) find(v *version, key []any, counts func(RowID) bool) (RowID, bool) {
	if slices.Contains(key, nil) {
		return 0, false
	}
	if x.n > 0 {
		for i := v.bound(x.ordering, &x.run, &entry{key: key, order: beforeAll}); i < x.n; i++ {
			at := x.position(i)
			if v.compareKey(x.ordering, at, key) != 0 {
				break
			}
			if p, row := place(at); v.has(at) && counts(v.parts[p].id(row)) {
				return v.parts[p].id(row), true
			}
		}
	}
	e, ok := x.tree.find(key, func(e *entry) bool { return counts(e.id) })
	if !ok {
		return 0, false
	}
	return e.id, true
}

// last is the greatest key of the index, where it has a row.
func (x *index) last(v *version) (key []any, ok bool) {
	for i := x.n - 1; i >= 0 && !ok; i-- {
		if at := x.position(i); v.has(at) {
			p, row := place(at)
			key, ok = v.key(x.ordering, p, row), true
		}
	}
	if e, is := x.tree.Max(); is && (!ok || x.keys(key, e.key) < 0) {
		key, ok = e.key, true
	}
	return key, ok
}

// extend has the run go on with rows that lie side by side behind its last one, and tells whether they do.
func (x *index) extend(v *version, first, n int) bool {
	if x.positions != nil || x.n == 0 || v.following(x.first+x.n-1) != first {
		return false
	}
	x.n = first + n - x.first
	return true
}

// add adds the row that was stored last.
func (e *edit) add(x *index, row Row, order uint64, id RowID) {
	at := position(len(e.parts)-1, e.parts[len(e.parts)-1].n-1)
	added := x.entry(row, order, id)
	switch {
	case e.live == 1: // what else there is in the run is deleted
		x.run = run{first: at, n: 1}
	case x.n == 0 || e.compare(x.ordering, x.position(x.n-1), added) >= 0 || !x.extend(e.version, at, 1):
		x.Set(added)
	}
}

// remove takes the row at a position away, which is marked as dead.
func (e *edit) remove(x *index, row Row, at int, order uint64, id RowID) {
	if x.positions != nil || at < x.first || at >= x.first+x.n {
		x.Delete(x.entry(row, order, id))
	}
}

// An index that has more than mergedShare times as many rows as are added has them in its tree, and no new run.
const mergedShare = 8

// forget takes rows out of the tree that are gone.
func (v *version) forget(x *index) {
	var gone []*entry
	x.Scan(func(one *entry) bool {
		if !v.alive(one.id) {
			gone = append(gone, one)
		}
		return true
	})
	for _, one := range gone {
		x.Delete(one)
	}
}

// grow adds the rows that were appended from a position on, of which some may be gone again; not all of them where the
// edit's context ends.
func (e *edit) grow(x *index, from int) {
	added, err := e.sort(e.ctx, x.ordering, from)
	if err != nil || added.n == 0 {
		return
	}
	if e.live == e.liveFrom(from) { // what else there is in the run is deleted
		x.run = added
		return
	}
	compare := e.comparer(x.ordering)
	if added.positions == nil && x.n > 0 && compare(x.position(x.n-1), added.first) < 0 && x.extend(e.version, added.first, added.n) {
		return
	}
	if x.n+x.tree.Len() > mergedShare*added.n {
		if x.tree.Len()+added.n <= max(x.n/mergedShare, treeRows) {
			e.enter(x, &added)
			return
		}
		added = e.merged(compare, e.inTree(x), added)
		x.tree = newTree(x.ordering)
	}
	x.run = e.merged(compare, x.run, added)
}

// A tree of more rows, and of more than one in mergedShare of the run's, becomes a part of that. Only tests change it.
var treeRows = 1 << 13

// enter adds the rows of a run to the tree.
func (e *edit) enter(x *index, added *run) {
	for i := range added.n {
		if i%1024 == 0 && e.ctx.Err() != nil {
			return
		}
		if !e.has(added.position(i)) {
			continue
		}
		p, row := place(added.position(i))
		x.Load(&entry{e.key(x.ordering, p, row), e.parts[p].order(row), e.parts[p].id(row)})
	}
}

// inTree is the rows of the tree as a run.
func (e *edit) inTree(x *index) run {
	positions := make([]uint32, 0, x.tree.Len())
	x.Scan(func(one *entry) bool {
		p, i, _ := e.locate(one.id)
		positions = append(positions, uint32(position(p, i)))
		return true
	})
	return run{positions: positions, n: len(positions)}
}

// merged is the rows of two runs.
func (e *edit) merged(compare func(a, b int) int, a, b run) run {
	merged := make([]uint32, 0, a.n+b.n)
	i := 0
	until := func(end func(at int) bool) {
		for ; i < a.n && !end(a.position(i)); i++ {
			if at := a.position(i); e.has(at) {
				merged = append(merged, uint32(at))
			}
		}
	}
	for k := range b.n {
		if k%1024 == 0 && e.ctx.Err() != nil {
			return a
		}
		next := b.position(k)
		until(func(at int) bool { return compare(at, next) > 0 })
		merged = append(merged, uint32(next))
	}
	until(func(int) bool { return false })
	return run{positions: merged, n: len(merged)}
}

// runWalk goes through the rows of a run in a range, in either direction.
type runWalk struct {
	run
	i, end  int // the next row is the i-th; downwards the one below it
	reverse bool
}

// newRunWalk begins at the first row of the range; nil: the run has none.
func newRunWalk(v *version, x *index, from, to Bound, reverse bool) *runWalk {
	if x.n == 0 {
		return nil
	}
	w := &runWalk{run: x.run, end: x.n, reverse: reverse}
	if b := from.entry(beforeAll, afterAll); b != nil {
		w.i = v.bound(x.ordering, &x.run, b)
	}
	if b := to.entry(afterAll, beforeAll); b != nil {
		w.end = max(w.i, v.bound(x.ordering, &x.run, b))
	}
	if w.i == w.end {
		return nil
	}
	if reverse {
		w.i, w.end = w.end, w.i
	}
	return w
}

func (w *runWalk) ok() bool { return w.i != w.end }

// at is the position of the next row.
func (w *runWalk) at() int {
	if w.reverse {
		return w.position(w.i - 1)
	}
	return w.position(w.i)
}

func (w *runWalk) next() {
	if w.reverse {
		w.i--
	} else {
		w.i++
	}
}
