package store

import (
	"context"
	"math/bits"
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

// compact stores the rows again, in scan order and without the deleted ones. Their IDs and order numbers stay. It is ended by
// the context.
func (v *version) compact(ctx context.Context) (*version, error) {
	to, err := v.rewritten(ctx, &rewrite{})
	if err == nil {
		to.removed = v.removed
	}
	return to, err
}

// compactBeside has tables that are to be compacted be so beside commits, which go on. The store is locked.
func (s *Store) compactBeside(ids []TableID) {
	for _, id := range ids {
		if v, ok := s.head.tables.Get(id); ok && v.idle() && !s.compacting[id] && s.open.Err() == nil {
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
	made, err := base.compact(s.open)
	if err != nil {
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
	return v.def == base.def && v.lineage == base.lineage && v.compacted.same(&base.compacted)
}

// same tells whether both are of one rewrite: of the rows of another there are fewer, or new ones.
func (c *compacted) same(as *compacted) bool {
	return c.parts == as.parts && c.first == as.first && len(c.ids) == len(as.ids)
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
	s.close()
	s.mu.Unlock()
	s.beside.Wait()
}
