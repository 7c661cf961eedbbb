package store

// AUTO_INCREMENT counters are a table's, not a version's: no rollback and no
// snapshot sets one back, as in InnoDB.

// NextAutoIncrement is the value that the table's counter gives next, at first 1.
func (t *Tx) NextAutoIncrement(id TableID) uint64 { return t.table(id).lineage.counter.Load() }

// TakeAutoIncrement gives a value that no other call gives.
func (t *Tx) TakeAutoIncrement(id TableID) uint64 { return t.table(id).lineage.counter.Add(1) - 1 }

// BumpAutoIncrement makes the next value at least this one; it never lowers it.
func (t *Tx) BumpAutoIncrement(id TableID, atLeast uint64) {
	counter := &t.table(id).lineage.counter
	for next := counter.Load(); next < atLeast; next = counter.Load() {
		if counter.CompareAndSwap(next, atLeast) {
			return
		}
	}
}

// SetAutoIncrement makes next the next value, be it lower or higher than it was.
// It does nothing where the table was dropped.
func (s *Store) SetAutoIncrement(id TableID, next uint64) {
	if v, ok := s.root.Load().tables.Get(id); ok {
		v.lineage.counter.Store(next)
	}
}
