package store

import (
	"fmt"
	"maps"
)

// Fork makes a store that has all of this one's databases. From then on neither
// sees changes of the other. It takes as long as there are tables, not rows.
func (s *Store) Fork(o Options) *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	original := s.head.copy()
	f := New(o) // in memory only
	f.lastTable = s.lastTable
	fork := f.head.copy()
	fork.databases = maps.Clone(original.databases)
	for _, id := range original.tables.Keys() {
		v, _ := original.tables.Get(id)
		o, f := v.fork(id)
		original.tables.Set(id, o)
		fork.tables.Set(id, f)
	}
	fork.bytes = fork.measure()
	s.become(original)
	f.become(fork)
	return f
}

// CopyDatabase makes the database what it is in another store, whatever it was,
// as [Store.Fork] does: in constant time.
func (d *Draft) CopyDatabase(from *Store, name string) error {
	from.mu.Lock()
	defer from.mu.Unlock()
	from.settle()
	original := from.head.copy()
	db, ok := original.databases[fold(name)]
	if !ok {
		return fmt.Errorf("%w: %s", ErrNoDatabase, name)
	}
	if _, ok := d.root.databases[fold(name)]; ok {
		if err := d.DropDatabase(name); err != nil {
			return err
		}
	}
	if err := d.CreateDatabase(db.name, db.meta); err != nil {
		return err
	}
	tables := make(map[string]TableID, len(db.tables))
	for name, id := range db.tables {
		v, _ := original.tables.Get(id)
		d.store.lastTable++
		o, f := v.fork(d.store.lastTable)
		tables[name] = f.id
		original.tables.Set(id, o)
		d.root.tables.Set(f.id, f)
	}
	d.root.databases[fold(name)].tables = tables
	from.become(original)
	return nil
}
