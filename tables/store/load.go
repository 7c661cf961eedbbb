package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// Load makes a store of what is on a disk, which is only read: see [Store.Keep].
// Columns are read as such; only the rows of the last commits are written again.
func Load(disk Reader, codec Codec, o Options) (*Store, error) {
	s := New(o)
	next := s.head.copy()
	next.databases = map[string]*database{}
	err := disk.Scan([]byte{databaseKey}, []byte{databaseKey + 1}, func(key, value []byte) error {
		var name string
		var bytes []byte
		if err := decode(value, func(d *decoder) { name, bytes = d.string(), d.bytes() }); err != nil {
			return fmt.Errorf("store: database %s: %w", key[1:], err)
		}
		meta, err := codec.DecodeDatabase(bytes)
		if err != nil {
			return fmt.Errorf("store: database %s: %w", name, err)
		}
		next.databases[string(key[1:])] = &database{name: name, meta: meta, tables: map[string]TableID{}}
		return nil
	})
	if err != nil {
		return nil, err
	}
	b := &book{codec: codec, tables: map[TableID]*entered{}}
	for from := TableID(0); ; {
		id, ok, err := nextTable(disk, from)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		l := loading{disk: disk, codec: codec, id: id, entered: &entered{}}
		if err := l.load(); err != nil {
			return nil, fmt.Errorf("store: table %s: %w", l.name, err)
		}
		db := next.databases[l.database]
		if db == nil {
			return nil, fmt.Errorf("store: table %s: there is no database %s", l.name, l.database)
		}
		db.tables[fold(l.name)] = id
		next.tables.Set(id, l.version)
		b.tables[id] = l.entered
		s.lastTable = id
		from = id + 1
	}
	next.bytes = next.measure()
	s.become(next)
	s.keeper = &keeper{book: b}
	return s, nil
}

// Keep keeps the store on a disk: from now on a commit returns when it is there.
// Where the store is not one that was loaded of the disk, all that there is in it
// is written first, behind the deletion of what was there.
func (s *Store) Keep(disk Disk, codec Codec) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keeper != nil {
		s.keeper.disk = disk
		return nil
	}
	b := &book{codec: codec, tables: map[TableID]*entered{}}
	if err := b.write(disk, []step{{before: New(Options{}).head, after: s.head}}); err != nil {
		return &WriteError{err}
	}
	s.keeper = &keeper{disk: disk, book: b}
	return nil
}

// nextTable finds the first table from an ID on.
func nextTable(disk Reader, from TableID) (id TableID, ok bool, err error) {
	err = disk.Scan(keyOfTable(from, 0), []byte{tableKey + 1}, func(key, _ []byte) error {
		if len(key) < 10 {
			return errDamaged
		}
		id, ok = TableID(binary.BigEndian.Uint64(key[1:])), true
		return errEnough
	})
	if ok {
		err = nil
	}
	return id, ok, err
}

// errEnough ends a scan.
var errEnough = errors.New("store: enough")

// loading is a table that is being loaded.
type loading struct {
	disk    Reader
	codec   Codec
	id      TableID
	entered *entered

	name, database string
	version        *version
}

func (l *loading) scan(thing byte, f func(key, value []byte) error, from ...uint64) error {
	return l.disk.Scan(keyOfTable(l.id, thing, from...), keyOfTable(l.id, thing+1), f)
}

// contradicted makes an error of a panic: records that are whole each, and contradict one
// another, may lead anywhere.
func contradicted(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: its records contradict one another: %v", errDamaged, p)
	}
}

func (l *loading) load() (err error) {
	defer contradicted(&err)
	l.name = fmt.Sprintf("number %d", l.id)
	var def *Definition
	err = l.scan('d', func(_, value []byte) (err error) {
		var bytes []byte
		if err := decode(value, func(d *decoder) { l.name, l.database, bytes = d.string(), d.string(), d.bytes() }); err != nil {
			return err
		}
		if def, err = l.codec.DecodeDefinition(bytes); err == nil {
			err = def.validate()
		}
		return err
	})
	if err == nil && def == nil {
		err = errDamaged
	}
	if err != nil {
		return fmt.Errorf("definition: %w", err)
	}
	first := &version{id: l.id, name: l.name, lineage: &lineage{}, next: 1}
	l.version = first.empty(def).version
	if err := l.parts(); err != nil {
		return err
	}
	if err := l.finish(); err != nil {
		return err
	}
	if err := l.commits(); err != nil {
		return err
	}
	l.entered.counter = 1
	err = l.scan('c', func(_, value []byte) error {
		return decode(value, func(d *decoder) { l.entered.counter = d.uint() })
	})
	l.version.lineage.counter.Store(l.entered.counter)
	return err
}

// parts reads the fold.
func (l *loading) parts() error {
	v, e := l.version, l.entered
	var rows []int
	var strings []int
	err := l.scan('m', func(_, value []byte) error {
		return decode(value, func(d *decoder) {
			e.generation = d.uint()
			v.next = RowID(d.uint())
			v.compacted.parts = d.count(1 << 32)
			v.compacted.first = RowID(d.uint())
			d.check(d.uint() == uint64(len(v.def.Columns)))
			for range v.def.Columns {
				strings = append(strings, d.count(1<<32))
			}
			v.parts = make([]part, d.count(len(d.b)))
			for i := range v.parts {
				rows = append(rows, d.count(1<<segmentBits))
				v.parts[i].dead, v.parts[i].displaced = d.marks(), d.marks()
			}
			d.check(v.compacted.parts <= len(v.parts))
		})
	})
	if err != nil {
		return fmt.Errorf("fold: %w", err)
	}
	e.strings = make([]int, len(v.def.Columns))
	for c := range strings {
		if err := l.dictionary(c, strings[c]); err != nil {
			return fmt.Errorf("strings of column %d: %w", c, err)
		}
	}
	var w workers
	p := 0
	err = l.scan('s', func(_, value []byte) error {
		if p == len(v.parts) {
			return errDamaged
		}
		at, bytes := p, slices.Clone(value)
		w.do(func() error {
			s, err := l.segment(bytes)
			if err == nil && s.n != rows[at] {
				err = errDamaged
			}
			v.parts[at].segment = s
			if err != nil {
				return fmt.Errorf("part %d: %w", at, err)
			}
			return nil
		})
		p++
		return nil
	}, e.generation)
	if e := w.wait(); err == nil {
		err = e
	}
	if err == nil && p != len(v.parts) {
		err = fmt.Errorf("parts: %w", errDamaged)
	}
	if err != nil {
		return err
	}
	for p := range v.parts {
		if s := v.parts[p].segment; s.n == 1<<segmentBits {
			e.parts = p + 1
			if p == 0 {
				e.first = s
			}
		}
	}
	return nil
}

// dictionary reads the strings of a column.
func (l *loading) dictionary(c, n int) error {
	d := &l.version.dictionaries[c]
	if n == 0 {
		return nil
	}
	d.codes = new(codes)
	prefix := keyOfTable(l.id, 'v', l.entered.generation, uint64(c))
	until := keyOfTable(l.id, 'v', l.entered.generation, uint64(c)+1)
	err := l.disk.Scan(prefix, until, func(_, value []byte) error {
		all := string(value) // the strings are parts of it
		return decode(value, func(x *decoder) {
			for len(x.b) > 0 {
				s := x.bytes()
				end := len(all) - len(x.b)
				d.values = append(d.values, all[end-len(s):end])
			}
		})
	})
	if err == nil && len(d.values) != n {
		err = errDamaged
	}
	l.entered.strings[c] = n
	return err
}

// segment reads a part's columns.
func (l *loading) segment(value []byte) (*segment, error) {
	v := l.version
	s := newSegment(v.lineage, 0, len(v.def.Columns))
	err := decode(value, func(d *decoder) {
		s.n = d.count(1 << segmentBits)
		s.first = RowID(d.uint())
		if d.bool() {
			s.ids = decodeIntegers[RowID](d, s.n)
		}
		s.orders = decodeIntegers[uint64](d, d.count(s.n))
		for c, kind := range v.def.Columns {
			s.columns[c] = d.column(kind, s.n, l.codec)
			for i, code := range s.columns[c].codes {
				d.check(int(code) < len(v.dictionaries[c].values) || at(s.columns[c].nulls, i))
			}
		}
	})
	return s, err
}

// finish makes what follows from the parts: trees, and where rows are.
func (l *loading) finish() error {
	v := l.version
	for p := range v.parts {
		part := &v.parts[p]
		for i := 0; i < part.n; i++ {
			if part.dead.has(i) {
				v.dead++
			} else {
				v.live++
			}
			if part.displaced.has(i) && !part.dead.has(i) {
				v.displaced.Set(v.displaced.entry(v.row(p, i), part.order(i), part.id(i)))
			}
			if p < v.compacted.parts {
				v.compacted.ids = append(v.compacted.ids, part.id(i))
				v.compacted.at = append(v.compacted.at, uint32(position(p, i)))
			}
		}
	}
	if c := &v.compacted; !slices.IsSorted(c.ids) {
		ids := slices.Clone(c.ids)
		by := make([]int, len(ids))
		for i := range by {
			by[i] = i
		}
		slices.SortFunc(by, func(a, b int) int { return cmp.Compare(ids[a], ids[b]) })
		at := slices.Clone(c.at)
		for i, k := range by {
			c.ids[i], c.at[i] = ids[k], at[k]
		}
	}
	l.findLast()
	var w workers
	for i := range v.indexes {
		w.do(func() error {
			x := &v.indexes[i]
			var err error
			if x.run, err = v.sort(context.Background(), x.ordering, 0); err != nil {
				return err
			}
			if v.def.Indexes[i].unique() {
				key, err := v.twice(context.Background(), x)
				if err != nil {
					return err
				}
				if key != nil {
					return fmt.Errorf("index %s: two rows have the key %v: %w", v.def.Indexes[i].Name, key, errDamaged)
				}
			}
			return nil
		})
	}
	err := w.wait()
	v.bytes = v.measure()
	return err
}

// findLast finds the last row that is not displaced.
func (l *loading) findLast() {
	v := l.version
	for p := len(v.parts) - 1; p >= 0; p-- {
		for i := v.parts[p].n - 1; i >= 0; i-- {
			if !v.parts[p].displaced.has(i) {
				v.last = *v.displaced.entry(v.row(p, i), v.parts[p].order(i), v.parts[p].id(i))
				return
			}
		}
	}
}

// measure is what the version takes in memory, about.
func (v *version) measure() (bytes int64) {
	for c := range v.def.Columns {
		bytes += v.columnBytes(c)
	}
	for i := range v.indexes {
		bytes += v.indexes[i].bytes()
	}
	return bytes + int64(v.displaced.Len())*v.displaced.entryBytes() + int64(len(v.compacted.ids))*locateBytes
}

// columnBytes is what a column takes; vectors that segments share count once.
func (v *version) columnBytes(column int) (bytes int64) {
	for p := range v.parts {
		s := &v.parts[p].columns[column]
		if p > 0 && s.is(&v.parts[p-1].columns[column]) {
			continue
		}
		bytes += s.bytes(v.def.Columns[column], v.parts[p].n)
	}
	if v.def.Columns[column] == String {
		bytes += v.dictionaries[column].bytes()
	}
	return bytes
}

// is tells whether the values are those of another column, and lie where they do.
func (c *column) is(other *column) bool {
	return same(c.ints, other.ints) && same(c.floats, other.floats) && same(c.codes, other.codes) && same(c.anys, other.anys)
}

// same tells whether slices are one.
func same[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// commits writes the rows of the commits since the fold.
func (l *loading) commits() error {
	e := l.version.edit()
	err := l.scan('l', func(_, value []byte) error {
		err := decode(value, func(d *decoder) { l.commit(d, e) })
		if err != nil {
			return fmt.Errorf("commit %d: %w", l.entered.commits, err)
		}
		l.entered.commits++
		return nil
	})
	if err != nil {
		return err
	}
	e.removed = nil
	l.version = e.finish()
	return nil
}

// commit reads what encodeCommit has written, and writes it to the table.
func (l *loading) commit(d *decoder, e *edit) {
	d.check(RowID(d.uint()) == e.next)
	last := RowID(0)
	for range d.count(len(d.b)) {
		last += RowID(d.int())
		d.check(e.alive(last))
		e.delete(last)
		l.entered.rows++
	}
	rows := make([]Row, d.count(len(d.b)))
	orders := make([]uint64, len(rows))
	for i := range rows {
		rows[i] = make(Row, len(e.def.Columns))
		orders[i] = uint64(d.int()) + uint64(e.next) + uint64(i)
	}
	for c, kind := range e.def.Columns {
		for i := range rows {
			rows[i][c] = d.value(kind, l.codec)
		}
	}
	for i, row := range rows {
		d.check(e.duplicate(row) == nil)
		e.insert(orders[i], row)
		l.entered.rows++
	}
}

// workers do things side by side, as many as there are processors.
type workers struct {
	wg   sync.WaitGroup
	turn chan struct{}
	mu   sync.Mutex
	err  error
}

func (w *workers) do(f func() error) {
	if w.turn == nil {
		w.turn = make(chan struct{}, runtime.GOMAXPROCS(0))
	}
	w.turn <- struct{}{}
	w.wg.Go(func() {
		defer func() { <-w.turn }()
		err := func() (err error) {
			defer contradicted(&err)
			return f()
		}()
		if err != nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.err == nil {
				w.err = err
			}
		}
	})
}

// wait waits for all, and returns an error that there was.
func (w *workers) wait() error {
	w.wg.Wait()
	return w.err
}
