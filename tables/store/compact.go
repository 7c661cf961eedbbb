package store

import (
	"cmp"
	"math/bits"
	"slices"
)

// A table is compacted when more than one in compactShare of its stored rows, and
// more than compactFrom, are deleted or displaced.
const compactShare = 4

var compactFrom = 4096 // only tests change it

// compactedAtOnce is how many rows a commit compacts itself; it leaves more to [Store.compact]. Only tests change it.
var compactedAtOnce = 1 << 14

// idle tells whether the table is to be compacted.
func (v *version) idle() bool {
	idle := v.dead + v.displaced.Len()
	return idle > compactFrom && idle > (v.live+v.dead)/compactShare
}

// compact stores the rows again, in scan order and without the deleted ones.
// Their IDs and order numbers stay, and with them the indexes' trees. nil: stopped has become true.
func (v *version) compact(stopped func() bool) *version {
	to := v.empty(v.def)
	to.explicit, to.removed = true, v.removed
	ids := make([]RowID, 0, v.live)
	moved := make([]uint32, v.end())
	for c := v.rows(); c.Next(); {
		if len(ids)&1023 == 0 && stopped() {
			return nil
		}
		to.store(c.ID(), c.order(), c.Row())
		ids = append(ids, c.ID())
		moved[position(c.part, c.i)] = uint32(len(ids)) // all parts are full but for the last
	}
	for i := range v.indexes {
		x := &v.indexes[i]
		to.indexes[i] = index{x.moved(moved), x.tree}
		if v.def.Indexes[i].Primary { // it is the order of a scan
			to.indexes[i] = index{run{n: len(ids)}, newTree(x.ordering)}
		}
		to.bytes += to.indexes[i].bytes()
	}
	to.compacted.first = v.next
	to.compacted.locate(len(to.parts), ids)
	to.bytes += int64(len(ids)) * locateBytes
	return to.version
}

// locate notes where rows are that have the IDs, in this order, which become the first parts.
func (c *compacted) locate(parts int, ids []RowID) {
	at := make([]uint32, len(ids))
	for i := range at {
		at[i] = uint32(i)
	}
	slices.SortFunc(at, func(a, b uint32) int { return cmp.Compare(ids[a], ids[b]) })
	slices.Sort(ids)
	c.parts, c.ids, c.at = parts, ids, at // all parts are full but for the last
}

// compactBeside has tables that are to be compacted be so beside commits, which go on. The store is locked.
func (s *Store) compactBeside(ids []TableID) {
	for _, id := range ids {
		if v, ok := s.head.tables.Get(id); ok && v.idle() && !s.compacting[id] && !s.closed.Load() {
			s.compacting[id] = true
			s.beside.Go(func() { s.compact(id) })
		}
	}
}

// compact compacts a table of which much is deleted or displaced. What is committed meanwhile is done to what it has made,
// the last of it under the lock. It leaves the table as it is where that was altered.
func (s *Store) compact(id TableID) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.compacting, id)
	}()
	base, ok := s.root.Load().tables.Get(id)
	if !ok || !base.idle() {
		return
	}
	made := base.compact(s.closed.Load)
	if made == nil {
		return
	}
	e := made.edit()
	follow := func(r *root) (rows int, ok bool) {
		newest, ok := r.tables.Get(id)
		if !ok || !newest.continues(base) {
			return 0, false
		}
		rows = e.follow(base, newest)
		base = newest
		return rows, true
	}
	for range 10 {
		if n, ok := follow(s.root.Load()); !ok {
			return
		} else if n < 256 {
			break
		}
	}
	s.altering.Lock() // what AlterBeside builds has rows where they are
	defer s.altering.Unlock()
	if _, ok := follow(s.root.Load()); !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	if _, ok := follow(s.head); !ok {
		return
	}
	e.name, e.removed = base.name, nil
	next := s.head.copy()
	next.tables.Set(id, e.version)
	next.bytes = next.measure()
	_ = s.publish(next, []TableID{}) // which writes nothing: the rows are the same
}

// continues tells whether a version has come of another one by commits.
func (v *version) continues(base *version) bool {
	return v.def == base.def && v.lineage == base.lineage && v.compacted.parts == base.compacted.parts && v.compacted.first == base.compacted.first
}

// follow does to a compacted version what commits have done to one that has the same rows, and tells to how many.
func (e *edit) follow(base, newest *version) (rows int) {
	for p := range base.parts {
		before := base.parts[p].dead
		for w, gone := range newest.parts[p].dead {
			for gone &^= at(before, w); gone != 0; gone &= gone - 1 {
				if i := w<<6 + bits.TrailingZeros64(gone); i < base.parts[p].n {
					e.delete(base.parts[p].id(i))
					rows++
				}
			}
		}
	}
	for id := base.next; id < newest.next; id++ {
		p, i, _ := newest.locate(id)
		e.insert(newest.parts[p].order(i), newest.row(p, i))
		if newest.parts[p].dead.has(i) { // it has its ID nevertheless
			e.delete(id)
		}
		rows++
	}
	return rows
}

// Close ends what is done beside commits. The store can be used after it.
func (s *Store) Close() {
	s.mu.Lock()
	s.closed.Store(true)
	s.mu.Unlock()
	s.beside.Wait()
}
