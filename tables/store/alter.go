package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// Draft is a next version of the catalog in the making. Names that are missing
// or taken are ErrNoDatabase, ErrNoTable and ErrExists, with the name.
type Draft struct {
	store *Store
	root  *root

	// Of AlterBeside:
	ctx   context.Context
	bases map[TableID]*version // of the tables that the draft changes: what it was made of; nil: commits wait
	held  []TableID
}

// Alter changes the newest catalog: f says how, and all that it did becomes the
// newest version, or nothing where it returns an error, which Alter passes on.
// ErrMemory where it would pass the memory limit; ErrReadOnly; a *WriteError where the
// disk that the store is kept on fails. Transactions keep their
// snapshots; commits wait until f returns. f must not keep the draft, nor change
// the store otherwise.
func (s *Store) Alter(f func(*Draft) error) error {
	if s.readOnly {
		return ErrReadOnly
	}
	s.altering.Lock()
	defer s.altering.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle() // f shall see what transactions see
	newest := s.head
	d := &Draft{store: s, root: newest.copy(), ctx: context.Background()}
	d.root.databases = maps.Clone(newest.databases)
	if err := f(d); err != nil {
		return err
	}
	d.root.bytes = d.root.measure()
	if !s.fits(newest, d.root) {
		return ErrMemory
	}
	return s.publish(d.root, nil)
}

// EndWith has what the draft does with all of a table's rows be ended by the context, whose error it then returns.
func (d *Draft) EndWith(ctx context.Context) { d.ctx = ctx }

// AlterBeside is Alter where commits do not wait: f works on what there was, and when it returns the rows that were
// committed meanwhile are added to what it has made. f may give tables other definitions and names, and rewrite those
// that it holds: see [Draft.Hold]. It is ended by the context, whose error AlterBeside then returns. ErrConflict where a
// table that f has not held has changed in more than its rows.
func (s *Store) AlterBeside(ctx context.Context, f func(*Draft) error) error {
	if s.readOnly {
		return ErrReadOnly
	}
	s.altering.Lock()
	defer s.altering.Unlock()
	s.mu.Lock()
	s.settle()
	d := &Draft{store: s, root: s.head.copy(), ctx: ctx, bases: make(map[TableID]*version)}
	s.mu.Unlock()
	d.root.databases = maps.Clone(d.root.databases)
	defer d.release()
	if err := f(d); err != nil {
		return err
	}
	// Commits wait for the rows alone that come while the others are added.
	for range 10 {
		if n, err := d.follow(s.root.Load()); err != nil {
			return err
		} else if n < 256 {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	if _, err := d.follow(s.head); err != nil {
		return err
	}
	next := s.head.copy()
	next.databases = d.root.databases
	for id := range d.bases {
		v, _ := d.root.tables.Get(id)
		next.tables.Set(id, v)
	}
	next.bytes = next.measure()
	if !s.fits(s.head, next) {
		return ErrMemory
	}
	return s.publish(next, nil)
}

// follow has the tables that the draft changes follow what was committed since, up to a root. It tells how many rows
// that has added.
func (d *Draft) follow(to *root) (int, error) {
	rows := 0
	for id, base := range d.bases {
		newest, ok := to.tables.Get(id)
		if ok && newest == base {
			continue
		}
		v, _ := d.root.tables.Get(id)
		if !ok || !newest.continues(base) {
			return 0, ErrConflict
		}
		next, err := v.follow(base, newest)
		if err != nil {
			return 0, err
		}
		d.root.tables.Set(id, next)
		d.bases[id] = newest
		rows += int(newest.next - base.next)
	}
	return rows, nil
}

// follow is a version that was made of another one by [Draft.SetDefinition], made of a newer one of that.
func (v *version) follow(base, newest *version) (*version, error) {
	e := newest.edit()
	e.def, e.name = v.def, v.name
	copies := e.indexes
	e.indexes = make([]index, len(v.indexes))
	for i := range copies {
		e.bytes -= copies[i].bytes()
	}
	from := 0
	if last := len(base.parts) - 1; last >= 0 {
		from = e.following(position(last, base.parts[last].n-1))
	}
	for i := range e.indexes {
		x := &e.indexes[i]
		if kept := slices.IndexFunc(newest.def.Indexes, func(old Index) bool { return sameIndex(&old, &v.def.Indexes[i]) }); kept >= 0 {
			*x = copies[kept]
		} else {
			*x = index{v.indexes[i].run, v.indexes[i].tree.copy()}
			e.forget(x)
			e.grow(x, from)
			if v.def.Indexes[i].unique() {
				if err := e.duplicateFrom(i, from); err != nil {
					return nil, err
				}
			}
		}
		e.bytes += x.bytes()
	}
	return e.version, nil
}

// duplicateFrom is the first row from a position on whose key in an index another row has; nil: there is none.
func (v *version) duplicateFrom(index, from int) error {
	for p, i := place(from); p < len(v.parts); p, i = p+1, 0 {
		for ; i < v.parts[p].n; i++ {
			if v.parts[p].dead.has(i) {
				continue
			}
			id := v.parts[p].id(i)
			if err := v.duplicateIn(index, v.row(p, i), func(other RowID) bool { return other != id }); err != nil {
				return err
			}
		}
	}
	return nil
}

// Hold has commits of a table wait for the end of AlterBeside, from what there is now. What the draft has made of the table
// before is lost. In Alter they wait anyway.
func (d *Draft) Hold(database, name string) error {
	v, err := d.table(database, name)
	if err != nil || d.bases == nil || slices.Contains(d.held, v.id) {
		return err
	}
	s := d.store
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	newest, ok := s.head.tables.Get(v.id)
	if !ok {
		return ErrConflict
	}
	s.held[v.id] = true
	d.held = append(d.held, v.id)
	d.bases[v.id] = newest
	d.root.tables.Set(v.id, newest)
	return nil
}

// release lets commits of the tables that were held go on.
func (d *Draft) release() {
	if len(d.held) == 0 {
		return
	}
	s := d.store
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range d.held {
		delete(s.held, id)
	}
	s.settled.Broadcast()
}

// set has the draft have a next version of a table that is made of one that it has.
func (d *Draft) set(v, next *version) {
	if d.bases != nil && d.bases[v.id] == nil {
		d.bases[v.id] = v
	}
	d.root.tables.Set(v.id, next)
}

// Catalog is the catalog with what was done so far, until the next change.
func (d *Draft) Catalog() Catalog { return Catalog{d.root} }

// CreateDatabase makes an empty database. meta is what the layer above keeps of
// it; nobody may change it any more.
func (d *Draft) CreateDatabase(name string, meta any) error {
	if _, ok := d.root.databases[fold(name)]; ok {
		return fmt.Errorf("%w: database %s", ErrExists, name)
	}
	d.root.databases[fold(name)] = &database{name: name, meta: meta}
	return nil
}

// SetDatabase changes what the layer above keeps of a database.
func (d *Draft) SetDatabase(name string, meta any) error {
	db, err := d.database(name)
	if err == nil {
		db.meta = meta
	}
	return err
}

// DropDatabase drops a database with its tables.
func (d *Draft) DropDatabase(name string) error {
	db, ok := d.root.databases[fold(name)]
	if !ok {
		return fmt.Errorf("%w: %s", ErrNoDatabase, name)
	}
	for _, id := range db.tables {
		d.root.tables.Delete(id)
	}
	delete(d.root.databases, fold(name))
	return nil
}

// ForkDatabase makes a database that has the tables of another, and its meta.
// From then on neither sees changes of the other; the AUTO_INCREMENT counters
// part, too. It takes no longer with many rows than with few.
func (d *Draft) ForkDatabase(from, to string) error {
	original, ok := d.root.databases[fold(from)]
	if !ok {
		return fmt.Errorf("%w: %s", ErrNoDatabase, from)
	}
	if err := d.CreateDatabase(to, original.meta); err != nil {
		return err
	}
	tables := make(map[string]TableID, len(original.tables))
	for name, id := range original.tables {
		v, _ := d.root.tables.Get(id)
		d.store.lastTable++
		tables[name] = d.store.lastTable
		v, fork := v.fork(tables[name])
		d.root.tables.Set(id, v)
		d.root.tables.Set(fork.id, fork)
	}
	d.root.databases[fold(to)].tables = tables
	return nil
}

// CreateTable makes an empty table. A definition that contradicts itself is an
// error.
func (d *Draft) CreateTable(database, name string, def *Definition) (TableID, error) {
	db, err := d.database(database)
	if err != nil {
		return 0, err
	}
	if _, ok := db.tables[fold(name)]; ok {
		return 0, fmt.Errorf("%w: table %s", ErrExists, name)
	}
	if err := def.validate(); err != nil {
		return 0, err
	}
	d.store.lastTable++
	first := &version{id: d.store.lastTable, name: name, lineage: &lineage{}, next: 1}
	first.lineage.counter.Store(1)
	db.tables[fold(name)] = first.id
	d.root.tables.Set(first.id, first.empty(def).finish())
	return first.id, nil
}

// DropTable drops a table.
func (d *Draft) DropTable(database, name string) error {
	v, err := d.table(database, name)
	if err != nil {
		return err
	}
	db, _ := d.database(database)
	delete(db.tables, fold(name))
	d.root.tables.Delete(v.id)
	return nil
}

// RenameTable gives a table another name in its database. Another letter case is
// another name.
func (d *Draft) RenameTable(database, from, to string) error {
	v, err := d.table(database, from)
	if err != nil {
		return err
	}
	db, _ := d.database(database)
	if id, ok := db.tables[fold(to)]; ok && id != v.id {
		return fmt.Errorf("%w: table %s", ErrExists, to)
	}
	delete(db.tables, fold(from))
	db.tables[fold(to)] = v.id
	renamed := *v
	renamed.name = to
	d.set(v, &renamed)
	return nil
}

// SetDefinition gives a table another definition with the same columns. Indexes
// that are new are built, a *DuplicateError where a unique one cannot be. Those
// of the same name, columns and uniqueness are kept, with the comparison that
// they were built with.
func (d *Draft) SetDefinition(database, name string, def *Definition) error {
	v, err := d.table(database, name)
	if err != nil {
		return err
	}
	if err := def.validate(); err != nil {
		return err
	}
	if !slices.Equal(v.def.Columns, def.Columns) {
		return fmt.Errorf("store: SetDefinition changes the columns of %s", name)
	}
	if !sameIndex(v.def.primary(), def.primary()) { // the order of the rows changes
		sources := make([]Source, len(def.Columns))
		for i := range sources {
			sources[i].Column = i
		}
		return d.Reshape(database, name, def, sources, Computation{})
	}
	e := v.edit()
	e.def = def
	copies := e.indexes
	e.indexes = make([]index, len(def.Indexes))
	for i := range copies {
		e.bytes -= copies[i].bytes()
	}
	for i := range def.Indexes {
		x := &def.Indexes[i]
		kept := slices.IndexFunc(v.def.Indexes, func(old Index) bool { return sameIndex(&old, x) })
		if kept >= 0 {
			e.indexes[i] = copies[kept]
		} else if e.indexes[i], err = v.build(d.ctx, def, i, v); err != nil {
			return err
		}
		e.bytes += e.indexes[i].bytes()
	}
	d.set(v, e.version)
	return nil
}

// sameIndex tells whether a tree of the one, or nil, can serve as one of the
// other.
func sameIndex(a, b *Index) bool {
	if a == nil || b == nil {
		return a == b
	}
	return fold(a.Name) == fold(b.Name) && slices.Equal(a.Columns, b.Columns) &&
		a.unique() == b.unique() && a.Primary == b.Primary
}

// build makes a definition's index of the version's rows. A duplicate is the first in the order of a scan of a version that has the
// same rows in the same places.
func (v *version) build(ctx context.Context, def *Definition, at int, scan *version) (index, error) {
	x := index{tree: newTree(def.Indexes[at].ordering())}
	var err error
	if x.run, err = v.sort(ctx, x.ordering, 0); err != nil {
		return x, err
	}
	if !def.Indexes[at].unique() {
		return x, nil
	}
	if key, err := v.twice(ctx, &x); key == nil || err != nil {
		return x, err
	}
	return x, v.firstDuplicate(ctx, def, at, scan.rows())
}

// twice is a key without NULL that two rows of a run have; nil: there is none.
func (v *version) twice(ctx context.Context, x *index) ([]any, error) {
	compare := v.keyComparer(x.ordering)
	last := -1
	for i := range x.n {
		if i%checked == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		at := x.position(i)
		if !v.has(at) {
			continue
		}
		if last >= 0 && compare(last, at) == 0 {
			p, row := place(at)
			if key := v.key(x.ordering, p, row); !slices.Contains(key, nil) {
				return key, nil
			}
		}
		last = at
	}
	return nil, nil
}

// firstDuplicate is the first row in the order of a scan whose key in an index a row before it has; nil: there is none.
func (v *version) firstDuplicate(ctx context.Context, def *Definition, index int, c *Cursor) error {
	t := newTree(def.Indexes[index].ordering())
	for c.Next() {
		if t.Len()%1024 == 1023 && ctx.Err() != nil {
			return ctx.Err()
		}
		key := v.key(t.ordering, c.part, c.i)
		if e, ok := t.find(key, func(*entry) bool { return true }); ok {
			return &DuplicateError{Table: Table{v.id, v.name, def}, Index: def.Indexes[index].Name, Key: key, Existing: e.id}
		}
		t.Set(&entry{key, c.order(), c.ID()})
	}
	return nil
}

// Truncate takes all rows away. The AUTO_INCREMENT counter stays: see
// [Draft.SetAutoIncrement].
func (d *Draft) Truncate(database, name string) error {
	v, err := d.table(database, name)
	if err == nil {
		d.set(v, v.empty(v.def).finish())
	}
	return err
}

func (d *Draft) table(database, name string) (*version, error) {
	v, err := d.root.find(database, name)
	if err != nil {
		return nil, fmt.Errorf("%w: %s.%s", err, database, name)
	}
	return v, nil
}

// database is a copy of a database that the draft may change, in the place of
// the one that there was.
func (d *Draft) database(name string) (*database, error) {
	db, ok := d.root.databases[fold(name)]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNoDatabase, name)
	}
	c := &database{db.name, db.meta, maps.Clone(db.tables)}
	if c.tables == nil {
		c.tables = map[string]TableID{}
	}
	d.root.databases[fold(name)] = c
	return c, nil
}
