package store

import "slices"

// Cursor goes through rows. It sees what its transaction saw when it was made,
// whatever is written since. It needs no closing.
type Cursor struct {
	version *version
	overlay *overlay // nil: the transaction has written nothing of the table
	until   uint64   // writes from this time on are not seen
	reverse bool

	// A scan goes through the rows in place, from position at up to stop, where
	// the next entry belongs. Downwards they are the rows below at, down to stop.
	scan     bool
	at, stop int
	ranges   []Range // what is wanted of it
	tested   int     // the part for which unwanted is known
	unwanted bool

	// Entries come from trees: in a scan the displaced rows, else those of an
	// index; of the version and of the overlay.
	base, added *walk
	entry       *walk // the one that has the next entry; nil: none has

	run   *runWalk // of the version's index; nil: no row of it is left
	inRun bool     // it has the next row

	row     Row // the current row, where it is one that the transaction inserted
	part, i int // else its place
	id      RowID
}

// Scan goes through all rows in the order of the primary key, else in the order
// of insertion; reverse: from the last to the first.
func (t *Tx) Scan(id TableID, reverse bool) *Cursor {
	return newScan(t.table(id), t.wrote(id), t.clock, reverse)
}

// Seek goes through the rows whose keys lie from one bound to the other, in the
// order of an index, rows with equal keys in the order of insertion; reverse:
// from the last to the first. It panics where there is no index of the name.
func (t *Tx) Seek(id TableID, index string, from, to Bound, reverse bool) *Cursor {
	v := t.table(id)
	i := v.def.index(index)
	c := &Cursor{version: v, overlay: t.wrote(id), until: t.clock, reverse: reverse}
	c.base = newWalk(v.indexes[i].tree, from, to, reverse)
	c.run = newRunWalk(v, &v.indexes[i], from, to, reverse)
	if c.overlay != nil {
		c.added = newWalk(c.overlay.tree(i).copy(), from, to, reverse)
	}
	c.pick()
	return c
}

// Find appends what the row with a key of a unique index has in the columns, each to its own of the vectors, which
// are empty; false: there is no such row. No key with a NULL is found.
func (t *Tx) Find(id TableID, index string, key []any, columns []int, to []Values) bool {
	v := t.table(id)
	i := v.def.index(index)
	o := t.wrote(id)
	if o != nil {
		if e, ok := o.tree(i).find(key, func(*entry) bool { return true }); ok {
			row := o.rows[e.id&^own].row
			for k, column := range columns {
				to[k].Append(v.def.Columns[column], row[column], 0)
			}
			return true
		}
	}
	found, ok := v.indexes[i].find(v, key, func(r RowID) bool { return o == nil || o.visible(r) })
	if !ok {
		return false
	}
	part, at, _ := v.locate(found)
	for k, column := range columns {
		if v.def.Columns[column] == String {
			to[k].appendRange(v, part, column, at, at+1, 0)
		} else {
			to[k] = v.slice(part, column, at, at+1)
		}
	}
	return true
}

// index is the position of an index. It panics where there is none of the name.
func (d *Definition) index(name string) int {
	i := slices.IndexFunc(d.Indexes, func(x Index) bool { return x.Name == name })
	if i < 0 {
		i = slices.IndexFunc(d.Indexes, func(x Index) bool { return fold(x.Name) == fold(name) })
	}
	if i < 0 {
		panic("store: there is no index " + name)
	}
	return i
}

func newScan(v *version, o *overlay, until uint64, reverse bool) *Cursor {
	c := &Cursor{version: v, overlay: o, until: until, reverse: reverse, scan: true}
	c.base = newWalk(v.displaced, Bound{}, Bound{}, reverse)
	if o != nil {
		c.added = newWalk(o.inOrder().copy(), Bound{}, Bound{}, reverse)
	}
	if reverse {
		c.at = v.end()
	}
	c.pick()
	return c
}

// rows goes through all rows of the version.
func (v *version) rows() *Cursor { return newScan(v, nil, 0, false) }

// Next goes to the next row; false: there is none.
func (c *Cursor) Next() bool {
	if c.scan && (c.reverse && c.nextBelow() || !c.reverse && c.nextInPlace()) {
		return true
	}
	if c.inRun {
		c.row = nil
		c.part, c.i = place(c.run.at())
		c.id = c.version.parts[c.part].id(c.i)
		c.run.next()
		c.pick()
		return true
	}
	if c.entry == nil {
		return false
	}
	c.id = c.entry.it.Item().id
	if c.row = nil; c.id >= own {
		c.row = c.overlay.rows[c.id&^own].row
	} else {
		c.part, c.i, _ = c.version.locate(c.id)
	}
	c.entry.next()
	c.pick()
	return true
}

// Divide takes the rest of a scan apart, into cursors over at least so many places one behind the other; the last may
// have fewer. nil where rows do not lie in the order of the scan, or the transaction has written some of the table:
// others than its goroutine may then not read it.
func (c *Cursor) Divide(rows int) []*Cursor {
	if !c.scan || c.reverse || c.overlay != nil || c.entry != nil {
		return nil
	}
	var parts []*Cursor
	for from := c.at; from < c.stop; {
		p, i := place(from)
		if c.skips(p) {
			from = position(p+1, 0)
			continue
		}
		to := position(p, i+rows)
		if i+rows >= c.version.parts[p].n { // there is nothing behind a part's rows
			to = position(p+1, 0)
		}
		part := *c
		part.at, part.stop = from, min(to, c.stop)
		parts = append(parts, &part)
		from = part.stop
	}
	return parts
}

// nextInPlace goes to the next row in place before stop.
func (c *Cursor) nextInPlace() bool {
	for c.at < c.stop {
		p, i := place(c.at)
		if c.skips(p) {
			c.at = min(c.stop, position(p+1, 0))
			continue
		}
		part := &c.version.parts[p]
		end := min(part.n, c.stop-position(p, 0))
		for ; i < end; i++ {
			if c.sees(part, i) {
				c.row, c.part, c.i = nil, p, i
				c.at = position(p, i+1)
				return true
			}
		}
		c.at = min(c.stop, position(p+1, 0))
	}
	return false
}

// nextBelow goes to the next row in place downwards, not below stop.
func (c *Cursor) nextBelow() bool {
	for c.at > c.stop {
		p, i := place(c.at - 1)
		if c.skips(p) {
			c.at = max(c.stop, position(p, 0))
			continue
		}
		part := &c.version.parts[p]
		for i = min(i, part.n-1); i >= 0 && position(p, i) >= c.stop; i-- {
			if c.sees(part, i) {
				c.row, c.part, c.i = nil, p, i
				c.at = position(p, i)
				return true
			}
		}
		c.at = max(c.stop, position(p, 0))
	}
	return false
}

// sees tells whether a row is one to visit in place, and notes its ID.
func (c *Cursor) sees(p *part, i int) bool {
	if p.dead.has(i) || p.displaced.has(i) {
		return false
	}
	c.id = p.id(i)
	return !c.gone(c.id)
}

// gone tells whether the transaction had deleted a row of the version.
func (c *Cursor) gone(id RowID) bool {
	if c.overlay == nil || len(c.overlay.gone) == 0 {
		return false
	}
	at, ok := c.overlay.gone[id]
	return ok && at < c.until
}

// pick finds the next entry, and in a scan the position where it belongs.
func (c *Cursor) pick() {
	for c.base.ok && c.gone(c.base.it.Item().id) {
		c.base.next()
	}
	c.entry = nil
	switch {
	case c.added == nil || !c.added.ok:
		if c.base.ok {
			c.entry = c.base
		}
	case !c.base.ok || (c.base.tree.entries(c.added.it.Item(), c.base.it.Item()) < 0) != c.reverse:
		c.entry = c.added
	default:
		c.entry = c.base
	}
	if c.run != nil {
		c.pickRun()
	}
	switch {
	case !c.scan:
	case c.entry != nil:
		c.stop = c.version.position(c.entry.it.Item())
	case c.reverse:
		c.stop = 0
	default:
		c.stop = c.version.end()
	}
}

// pickRun finds the next row of the run, and whether it comes before the next entry.
func (c *Cursor) pickRun() {
	for ; c.run.ok(); c.run.next() {
		at := c.run.at()
		if p, i := place(at); c.version.has(at) && !c.gone(c.version.parts[p].id(i)) {
			c.inRun = c.entry == nil || (c.version.compare(c.base.tree.ordering, at, c.entry.it.Item()) < 0) != c.reverse
			return
		}
	}
	c.run, c.inRun = nil, false
}

// Over tells whether a scan has no further rows; where it is false, it may have none all the same.
func (c *Cursor) Over() bool {
	return c.scan && c.entry == nil && (c.at >= c.stop && !c.reverse || c.at <= c.stop && c.reverse)
}

// ID is the current row's.
func (c *Cursor) ID() RowID { return c.id }

// Value is a value of the current row: what [Cursor.Row] has there.
func (c *Cursor) Value(column int) any {
	if c.row != nil {
		return c.row[column]
	}
	return c.version.value(c.part, c.i, column)
}

// Row is the current row, the caller's to keep.
func (c *Cursor) Row() Row {
	if c.row != nil {
		return slices.Clone(c.row)
	}
	return c.version.row(c.part, c.i)
}

// order is the order number of the current row of the version.
func (c *Cursor) order() uint64 { return c.version.parts[c.part].order(c.i) }
