package store

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// What a store keeps on a disk, by keys:
//
//	d <name>                           a database: its name and what the layer above keeps of it
//	t <table> d                        the table's name, database and definition
//	t <table> c                        its AUTO_INCREMENT counter
//	t <table> m                        the fold: what a version knows of its parts, the columns aside
//	t <table> s <generation> <part>    a part's columns
//	t <table> v <generation> <column> <first>  strings of a column's dictionary, from that number on
//	t <table> l <n>                    the n-th commit since the fold: rows taken away and rows added
//
// A commit adds an l. Now and then, when these are many, the table is folded: parts
// that have become full are written, once, and all l go. A generation ends where the
// rows are stored anew, as by ALTER TABLE. Numbers in keys are big-endian.

// Codec makes bytes of what the layer above keeps, and reads them again, also those
// of earlier releases.
type Codec interface {
	EncodeDatabase(meta any) ([]byte, error)
	DecodeDatabase([]byte) (meta any, err error)
	EncodeDefinition(*Definition) ([]byte, error)
	DecodeDefinition([]byte) (*Definition, error)
	// AppendValue appends a value of a column of kind [Any], which is not nil.
	AppendValue([]byte, any) ([]byte, error)
	Value([]byte) (any, error)
}

// book is what is on the disk, as far as the next write needs to know.
type book struct {
	codec  Codec
	tables map[TableID]*entered
	doubt  *doubt // nil: none
}

// entered is what is on the disk of a table.
type entered struct {
	generation uint64
	first      *segment // the first part's, where it is full: while it stays the generation does
	parts      int      // full ones
	strings    []int    // by column, in the dictionary
	commits    uint64   // l
	rows       int      // that these add and take away
	counter    uint64
}

// doubt is what a write has touched that may be on the disk or not.
type doubt struct {
	tables    map[TableID]bool // true: only commits were added
	databases map[string]bool
}

// foldAfter is how many rows a table's commits since the fold may have written:
// how many are written again one by one at a start. Only tests change it.
var foldAfter = 1 << 16

// Keys.

const (
	databaseKey = 'd'
	tableKey    = 't'
)

func keyOfDatabase(folded string) []byte { return append([]byte{databaseKey}, folded...) }

// keyOfTable is the key of a thing of a table.
func keyOfTable(id TableID, thing byte, numbers ...uint64) []byte {
	k := binary.BigEndian.AppendUint64([]byte{tableKey}, uint64(id))
	k = append(k, thing)
	for _, n := range numbers {
		k = binary.BigEndian.AppendUint64(k, n)
	}
	return k
}

// deletion deletes all of a table's things from the numbers on.
func deletion(id TableID, thing byte, from ...uint64) Write {
	return Write{Key: keyOfTable(id, thing, from...), Until: keyOfTable(id, thing+1)}
}

// writer makes the writes of some steps.
type writer struct {
	*book
	writes  []Write
	changed map[TableID]*entered // nil: the table is gone
	named   map[string]bool      // databases
	grown   map[TableID]bool     // tables of which only commits were added
}

// write brings steps to the disk. What it has in mind of that changes with them.
func (b *book) write(disk Disk, steps []step) error {
	w := writer{book: b, changed: map[TableID]*entered{}, named: map[string]bool{}, grown: map[TableID]bool{}}
	err := w.repair(steps[0].before)
	for i := 0; i < len(steps) && err == nil; i++ {
		err = w.step(steps[i])
	}
	if err != nil {
		return err // nothing was written
	}
	if len(w.writes) == 0 {
		return nil // the rows have other places only
	}
	if err := disk.Write(w.writes); err != nil {
		if errors.Is(err, ErrInDoubt) {
			b.suspect(&w)
		}
		return err
	}
	b.doubt = nil
	for id, e := range w.changed {
		if e == nil {
			delete(b.tables, id)
		} else {
			b.tables[id] = e
		}
	}
	return nil
}

// suspect notes what a write has touched that is in doubt.
func (b *book) suspect(w *writer) {
	if b.doubt == nil {
		b.doubt = &doubt{map[TableID]bool{}, map[string]bool{}}
	}
	for id := range w.changed {
		before, ok := b.doubt.tables[id]
		b.doubt.tables[id] = w.grown[id] && (before || !ok)
	}
	for name := range w.named {
		b.doubt.databases[name] = true
	}
}

// repair writes again what is in doubt, as the root has it.
func (w *writer) repair(r *root) error {
	if w.doubt == nil {
		return nil
	}
	for name := range w.doubt.databases {
		if err := w.database(name, r.databases[name]); err != nil {
			return err
		}
	}
	for id, grown := range w.doubt.tables {
		v, ok := r.tables.Get(id)
		if e := w.tables[id]; grown && ok && e != nil {
			w.writes = append(w.writes, deletion(id, 'l', e.commits))
			w.entry(id).counter = 0 // to be written again
			w.grown[id] = true
			continue
		}
		w.drop(id)
		if ok {
			if err := w.definition(v, r.database(id)); err != nil {
				return err
			}
			if err := w.fold(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// step writes what differs between two roots.
func (w *writer) step(s step) error {
	for _, id := range s.written {
		before, _ := s.before.tables.Get(id)
		after, ok := s.after.tables.Get(id)
		if !ok || before == after {
			continue
		}
		if err := w.commit(before, after); err != nil {
			return err
		}
	}
	if s.written != nil {
		return nil
	}
	for name := range s.before.databases {
		if s.after.databases[name] == nil {
			if err := w.database(name, nil); err != nil {
				return err
			}
		}
	}
	for name, db := range s.after.databases {
		if before := s.before.databases[name]; before == nil || before.meta != db.meta || before.name != db.name {
			if err := w.database(name, db); err != nil {
				return err
			}
		}
	}
	for _, id := range s.before.tables.Keys() {
		if _, ok := s.after.tables.Get(id); !ok {
			w.drop(id)
		}
	}
	for name, db := range s.after.databases {
		for _, id := range db.tables {
			before, _ := s.before.tables.Get(id)
			after, _ := s.after.tables.Get(id)
			if before != after {
				if err := w.table(name, before, after); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// database writes a database, or that there is none.
func (w *writer) database(folded string, db *database) error {
	w.named[folded] = true
	key := keyOfDatabase(folded)
	if db == nil {
		w.writes = append(w.writes, Write{Key: key, Until: append(slices.Clone(key), 0)})
		return nil
	}
	meta, err := w.codec.EncodeDatabase(db.meta)
	if err != nil {
		return err
	}
	var e encoder
	e.string(db.name)
	e.bytes(meta)
	w.writes = append(w.writes, Write{Key: key, Value: e.b})
	return nil
}

// drop deletes all that there is of a table.
func (w *writer) drop(id TableID) {
	w.writes = append(w.writes, Write{Key: keyOfTable(id, 0), Until: keyOfTable(id+1, 0)})
	w.changed[id] = nil
	delete(w.grown, id)
}

// table writes a table that is new, or was altered.
func (w *writer) table(database string, before, after *version) error {
	if before == nil || before.def != after.def || before.name != after.name {
		if err := w.definition(after, database); err != nil {
			return err
		}
	}
	e := w.entry(after.id)
	if before == nil || !sameRows(before, after) || e.commits > 0 && before.def != after.def {
		// The commits on the disk were not made under the new keys.
		return w.fold(after)
	}
	w.counter(after, e)
	return nil
}

// sameRows tells whether a version has another's rows, in their places.
func sameRows(a, b *version) bool {
	return a.next == b.next && a.dead == b.dead && slices.EqualFunc(a.parts, b.parts, func(p, q part) bool {
		return p.segment == q.segment
	})
}

func (w *writer) definition(v *version, database string) error {
	def, err := w.codec.EncodeDefinition(v.def)
	if err != nil {
		return err
	}
	var e encoder
	e.string(v.name)
	e.string(database)
	e.bytes(def)
	w.writes = append(w.writes, Write{Key: keyOfTable(v.id, 'd'), Value: e.b})
	w.entry(v.id)
	return nil
}

// entry is what is on the disk of a table behind the writes, to be changed. The
// table is no longer one of which only commits were added.
func (w *writer) entry(id TableID) *entered {
	delete(w.grown, id)
	e := w.changed[id]
	if e != nil {
		return e
	}
	next := entered{}
	if e := w.tables[id]; e != nil {
		next = *e
	}
	if _, dropped := w.changed[id]; dropped {
		next = entered{}
	}
	w.changed[id] = &next
	return &next
}

func (w *writer) counter(v *version, e *entered) {
	if next := v.lineage.counter.Load(); next != e.counter {
		e.counter = next
		w.writes = append(w.writes, Write{Key: keyOfTable(v.id, 'c'), Value: binary.AppendUvarint(nil, next)})
	}
}

// commit writes the rows that a commit has taken away and added.
func (w *writer) commit(before, after *version) error {
	_, touched := w.changed[after.id]
	grown := !touched || w.grown[after.id]
	e := w.entry(after.id)
	rows := int(after.next-before.next) + len(after.removed)
	if e.rows+rows > foldAfter {
		return w.fold(after)
	}
	record, err := encodeCommit(before.next, after, w.codec)
	if err != nil {
		return err
	}
	w.writes = append(w.writes, Write{Key: keyOfTable(after.id, 'l', e.commits), Value: record})
	e.commits++
	e.rows += rows
	w.counter(after, e)
	if grown {
		w.grown[after.id] = true
	}
	return nil
}

// encodeCommit is what the commit that made the version has taken away, and the
// rows that it has added, from the first.
func encodeCommit(first RowID, v *version, codec Codec) ([]byte, error) {
	var e encoder
	e.uint(uint64(first))
	e.uint(uint64(len(v.removed)))
	last := RowID(0)
	for _, id := range v.removed {
		e.int(int64(id - last))
		last = id
	}
	n := int(v.next - first)
	e.uint(uint64(n))
	places := make([][2]int, n)
	for i := range places {
		p, j, _ := v.locate(first + RowID(i))
		places[i] = [2]int{p, j}
		id := first + RowID(i)
		e.int(int64(v.parts[p].order(j) - uint64(id)))
	}
	for c, kind := range v.def.Columns {
		for _, at := range places {
			if err := e.value(kind, v, at[0], at[1], c, codec); err != nil {
				return nil, err
			}
		}
	}
	return e.b, nil
}

// value appends one value, with a mark where it is NULL.
func (e *encoder) value(kind Kind, v *version, p, i, c int, codec Codec) error {
	x := v.value(p, i, c)
	if kind == Any {
		return e.any(x, codec)
	}
	e.bool(x != nil)
	switch x := x.(type) {
	case int64:
		e.int(x)
	case uint64:
		e.uint(x)
	case float64:
		e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(x))
	case string:
		e.string(x)
	}
	return nil
}

func (d *decoder) value(kind Kind, codec Codec) any {
	if kind == Any {
		return d.any(codec)
	}
	if !d.bool() {
		return nil
	}
	switch kind {
	case Int:
		return d.int()
	case Uint:
		return d.uint()
	case Float:
		return math.Float64frombits(binary.LittleEndian.Uint64(d.take(8)))
	default:
		return d.string()
	}
}

// fold writes all of a version that is not written yet.
func (w *writer) fold(v *version) error {
	e := w.entry(v.id)
	if e.first == nil || len(v.parts) == 0 || v.parts[0].segment != e.first {
		e.generation++
		e.first, e.parts, e.strings = nil, 0, make([]int, len(v.def.Columns))
		for _, thing := range []byte{'s', 'v'} {
			w.writes = append(w.writes, deletion(v.id, thing))
		}
	}
	e.strings = slices.Clone(e.strings)
	for c, kind := range v.def.Columns {
		values := v.dictionaries[c].values
		for kind == String && e.strings[c] < len(values) {
			first := e.strings[c]
			var s encoder
			for len(s.b) < 1<<20 && e.strings[c] < len(values) {
				s.string(values[e.strings[c]])
				e.strings[c]++
			}
			key := keyOfTable(v.id, 'v', e.generation, uint64(c), uint64(first))
			w.writes = append(w.writes, Write{Key: key, Value: s.b})
		}
	}
	for p := e.parts; p < len(v.parts); p++ {
		s := v.parts[p].segment
		columns, err := w.segment(v.def, s)
		if err != nil {
			return err
		}
		w.writes = append(w.writes, Write{Key: keyOfTable(v.id, 's', e.generation, uint64(p)), Value: columns})
		if s.n == 1<<segmentBits {
			e.parts = p + 1
			if p == 0 {
				e.first = s
			}
		}
	}
	w.writes = append(w.writes, Write{Key: keyOfTable(v.id, 'm'), Value: v.encodeFold(e)}, deletion(v.id, 'l'))
	e.commits, e.rows = 0, 0
	w.counter(v, e)
	return nil
}

// segment is a part's columns.
func (w *writer) segment(def *Definition, s *segment) ([]byte, error) {
	var e encoder
	e.uint(uint64(s.n))
	e.uint(uint64(s.first))
	e.bool(s.ids != nil)
	if s.ids != nil {
		integers(&e, s.ids[:s.n])
	}
	orders := s.orders[:min(s.n, len(s.orders))]
	e.uint(uint64(len(orders)))
	integers(&e, orders)
	for c, kind := range def.Columns {
		if err := e.column(kind, &s.columns[c], s.n, w.codec); err != nil {
			return nil, err
		}
	}
	return e.b, nil
}

// encodeFold is what a version knows of its parts.
func (v *version) encodeFold(w *entered) []byte {
	var e encoder
	e.uint(w.generation)
	e.uint(uint64(v.next))
	e.uint(uint64(v.compacted.parts))
	e.uint(uint64(v.compacted.first))
	e.uint(uint64(len(v.dictionaries)))
	for _, d := range v.dictionaries {
		e.uint(uint64(len(d.values)))
	}
	e.uint(uint64(len(v.parts)))
	for i := range v.parts {
		e.uint(uint64(v.parts[i].n))
		e.marks(v.parts[i].dead)
		e.marks(v.parts[i].displaced)
	}
	return e.b
}

// database is the folded name of the database that has a table.
func (r *root) database(id TableID) string {
	for name, db := range r.databases {
		for _, t := range db.tables {
			if t == id {
				return name
			}
		}
	}
	return ""
}
