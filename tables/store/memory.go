package store

// What things take in memory, about. Measured with runtime.MemStats: a tree's
// nodes are two thirds full, a map's as well.
const (
	stringBytes = 96  // a string in a dictionary, its bytes aside
	valueBytes  = 24  // a boxed value
	nodeBytes   = 64  // an entry in a tree, its key aside
	locateBytes = 20  // where a row of a compacted table is, and its ID
	changeBytes = 112 // what a transaction notes of a changed row
)

// entryBytes is what an entry takes. What a key's strings hold is the column's.
func (o *ordering) entryBytes() int64 { return nodeBytes + valueBytes*int64(len(o.columns)) }

// anyBytes is what a value takes that is kept as it is. What is behind the
// pointers of an unknown type is guessed.
func anyBytes(value any) int64 {
	switch v := value.(type) {
	case nil:
		return 16
	case string:
		return int64(len(v)) + 32
	case []byte:
		return int64(len(v)) + 40
	}
	return 64
}

// rowBytes is what a row takes in a transaction that writes it.
func (d *Definition) rowBytes(row Row) int64 {
	bytes := int64(changeBytes)
	for _, v := range row {
		bytes += anyBytes(v)
	}
	bytes += d.order().entryBytes()
	for i := range d.Indexes {
		bytes += d.Indexes[i].ordering().entryBytes()
	}
	return bytes
}

// share is memory that forks have in common: what a table took when it was
// forked, but for what it had in common with others then.
type share struct {
	bytes int64
	below *share
}

// fork is the version as that of another table, perhaps of another store, and the
// version itself, which both share what there is: but for the roots of trees, which
// copying writes. The version's store is locked.
func (v *version) fork(id TableID) (original, fork *version) {
	o := *v
	if v.bytes != 0 {
		o.shared, o.bytes = &share{v.bytes, v.shared}, 0
	}
	f := o
	f.id = id
	f.displaced, f.indexes = v.trees()
	f.lineage = &lineage{}
	f.lineage.counter.Store(v.lineage.counter.Load())
	return &o, &f
}

// measure is what all tables take; what several share counts once.
func (r *root) measure() (bytes int64) {
	seen := map[*share]bool{}
	r.tables.Scan(func(_ TableID, v *version) bool {
		bytes += v.bytes
		for s := v.shared; s != nil && !seen[s]; s = s.below {
			seen[s] = true
			bytes += s.bytes
		}
		return true
	})
	return bytes
}

// fits tells whether the store may go from one version to another: it may always
// shrink.
func (s *Store) fits(from, to *root) bool {
	return s.limit == 0 || to.bytes <= s.limit || to.bytes <= from.bytes
}
