package store

import (
	"context"
	"slices"
)

// edit makes a version of a table out of another one, which stays as it is. It
// is used under the store's lock.
type edit struct {
	*version
	tail   bool         // the last part's segment is the edit's to append to
	marked map[int]bool // parts whose marks are the edit's to write
	ctx    context.Context
}

// edit begins with the version's rows.
func (v *version) edit() *edit {
	next := *v
	next.removed = nil
	e := &edit{version: &next, marked: map[int]bool{}, ctx: context.Background()}
	e.parts = slices.Clone(v.parts)
	e.dictionaries = slices.Clone(v.dictionaries)
	e.displaced, e.indexes = v.trees()
	return e
}

// empty begins without rows, for the same table with a definition. The IDs of
// rows go on.
func (v *version) empty(def *Definition) *edit {
	return &edit{
		version: &version{
			id: v.id, name: v.name, def: def, lineage: v.lineage,
			dictionaries: make([]dictionary, len(def.Columns)),
			displaced:    newTree(def.order()),
			indexes:      newIndexes(def.Indexes),
			compacted:    compacted{first: v.next},
			next:         v.next,
		},
		marked: map[int]bool{}, ctx: context.Background(),
	}
}

// insert adds a row, which becomes the store's: order is its number among the
// rows, 0 for a new one behind all others. No unique index may have it already.
func (e *edit) insert(order uint64, row Row) {
	id := e.next
	if order == 0 {
		order = uint64(id)
	}
	e.next++
	e.store(id, order, row)
	for i := range e.indexes {
		x := &e.indexes[i]
		before := x.bytes()
		e.add(x, row, order, id)
		e.bytes += x.bytes() - before
	}
}

// store appends the row to the parts.
func (e *edit) store(id RowID, order uint64, row Row) {
	s := e.room(id)
	for c := range s.columns {
		e.bytes += s.columns[c].push(e.def.Columns[c], s.n, &row[c], &e.dictionaries[c], e.lineage)
	}
	if order != uint64(id) {
		s.orders = pushAt(s.orders, s.n, order)
	}
	s.n++
	e.live++
	x := entry{e.displaced.key(row), order, id}
	if e.displaced.entries(&e.last, &x) < 0 {
		e.last = x
		return
	}
	p := e.marks(len(e.parts) - 1)
	p.displaced = p.displaced.add(s.n - 1)
	e.displaced.Set(e.displaced.entry(row, order, id))
	e.bytes += e.displaced.entryBytes()
}

// room is the last segment, with room for a row.
func (e *edit) room(first RowID) *segment {
	last := len(e.parts) - 1
	switch {
	case last < e.compacted.parts || e.parts[last].n == 1<<segmentBits:
		s := newSegment(e.lineage, first, len(e.def.Columns))
		e.parts = append(e.parts, part{segment: s})
		e.marked[len(e.parts)-1] = true
		e.tail = true
		return s
	case !e.tail:
		e.parts[last].segment = e.parts[last].extend(e.lineage)
		e.tail = true
	}
	return e.parts[last].segment
}

// marks is a part whose marks the edit may write.
func (e *edit) marks(p int) *part {
	part := &e.parts[p]
	if !e.marked[p] {
		part.dead, part.displaced = slices.Clone(part.dead), slices.Clone(part.displaced)
		e.marked[p] = true
	}
	return part
}

// delete takes away a row, which is alive.
func (e *edit) delete(id RowID) {
	p, i, _ := e.locate(id)
	row, order := e.row(p, i), e.parts[p].order(i)
	for k := range e.indexes {
		x := &e.indexes[k]
		before := x.bytes()
		e.remove(x, row, position(p, i), order, id)
		e.bytes += x.bytes() - before
	}
	part := e.marks(p)
	part.dead = part.dead.add(i)
	if part.displaced.has(i) {
		e.displaced.Delete(e.displaced.entry(row, order, id))
		e.bytes -= e.displaced.entryBytes()
	}
	e.live--
	e.dead++
	e.removed = append(e.removed, id)
}

// duplicate tells which unique index has the key of a row already.
func (e *edit) duplicate(row Row) *DuplicateError {
	for i := range e.indexes {
		if err := e.duplicateIn(i, row, func(RowID) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}

// duplicateIn tells whether an index is unique and has the key of a row for one that counts.
func (v *version) duplicateIn(index int, row Row, counts func(RowID) bool) *DuplicateError {
	x := &v.indexes[index]
	if !v.def.Indexes[index].unique() || x.n+x.tree.Len() == 0 {
		return nil
	}
	key := x.key(row)
	id, ok := x.find(v, key, counts)
	if !ok {
		return nil
	}
	return &DuplicateError{Table: v.table(), Index: v.def.Indexes[index].Name, Key: key, Existing: id}
}

// finish is the version that was made.
func (e *edit) finish() *version {
	if e.idle() && e.end() <= compactedAtOnce {
		compacted, _ := e.compact(context.Background())
		return compacted
	}
	return e.version
}
