package store

import "math"

// AUTO_INCREMENT counters are a table's, not a version's: no rollback and no
// snapshot sets one back, as in InnoDB.

// NextAutoIncrement is the value that the table's counter gives next, at first 1.
func (t *Tx) NextAutoIncrement(id TableID) uint64 { return t.table(id).lineage.counter.Load() }

// TakeAutoIncrement gives a value that no other call gives, but for the largest, which is given
// again and again.
func (t *Tx) TakeAutoIncrement(id TableID) uint64 {
	counter := &t.table(id).lineage.counter
	for {
		next := counter.Load()
		if next == math.MaxUint64 || counter.CompareAndSwap(next, next+1) {
			return next
		}
	}
}

// BumpAutoIncrement makes the next value at least this one; it never lowers it.
func (t *Tx) BumpAutoIncrement(id TableID, atLeast uint64) {
	counter := &t.table(id).lineage.counter
	for next := counter.Load(); next < atLeast; next = counter.Load() {
		if counter.CompareAndSwap(next, atLeast) {
			return
		}
	}
}

// SetAutoIncrement makes next the table's next value, be it lower or higher than it
// was. It does so at once: no failure of the draft sets it back.
func (d *Draft) SetAutoIncrement(id TableID, next uint64) error {
	v, ok := d.root.tables.Get(id)
	if !ok {
		return ErrNoTable
	}
	v.lineage.counter.Store(next)
	changed := *v
	d.root.tables.Set(id, &changed)
	return nil
}
