// Package store keeps databases of tables in memory, for transactions under
// snapshot isolation.
//
// There is one newest version of everything, a root. A transaction reads the
// root that it began with and waits for nobody; what it writes is an overlay of
// its own. A commit, one at a time, checks that nobody has changed the same rows
// or taken the same keys meanwhile, and makes the next root of the newest one and
// the overlay. Where the store is kept on a disk, transactions begin with a root
// once it is there: nobody sees what a power cut could take back. Versions share what they have in common: a table's rows lie in
// segments, column by column, which are only appended to, its indexes are
// copy-on-write trees. So a fork of a database is a few pointers, too.
//
// The package knows nothing of SQL. How values of a column compare, the layer
// above says by functions.
package store

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/tidwall/btree"
)

// Options of a store.
type Options struct {
	MemoryLimit int64 // in bytes, for the newest version and one transaction's writes; 0: none
	ReadOnly    bool  // every change is ErrReadOnly
}

// Store is databases of tables. Any number of goroutines may use it.
type Store struct {
	limit    int64
	readOnly bool
	root     atomic.Pointer[root] // what transactions begin with

	altering   sync.Mutex       // held by who changes the catalog, taken before mu
	mu         sync.Mutex       // held by who makes the next root
	held       map[TableID]bool // by AlterBeside: their commits wait
	compacting map[TableID]bool
	head       *root // the newest root: the next is made of it
	lastTable  TableID
	keeper     *keeper    // nil: the store is in memory only, and head is what root is
	settled    *sync.Cond // on mu: a write to the disk has ended

	beside sync.WaitGroup  // of who compacts
	open   context.Context // until Close
	close  context.CancelFunc
}

// root is all that there is, in one version. It never changes.
type root struct {
	databases map[string]*database // by folded name
	tables    *btree.Map[TableID, *version]
	bytes     int64
}

// New makes a store without databases.
func New(o Options) *Store {
	s := &Store{limit: o.MemoryLimit, readOnly: o.ReadOnly, held: make(map[TableID]bool), compacting: make(map[TableID]bool)}
	s.settled = sync.NewCond(&s.mu)
	s.open, s.close = context.WithCancel(context.Background())
	s.become(&root{databases: map[string]*database{}, tables: new(btree.Map[TableID, *version])})
	return s
}

// become makes the root the newest one, and what transactions begin with.
func (s *Store) become(r *root) {
	s.head = r
	s.root.Store(r)
}

// Memory is how many bytes the newest version takes, with its indexes: an
// estimate that is kept as the store changes. What forks share counts once.
func (s *Store) Memory() int64 { return s.root.Load().bytes }

// copy is a root to change.
func (r *root) copy() *root {
	c := *r
	c.tables = r.tables.Copy()
	return &c
}
