package store

// overlay is what a transaction has written of a table.
type overlay struct {
	base       *version
	rows       []pending         // inserted, also those that are gone again
	chunks     []chunk           // rows by columns, behind those in rows
	chunkBytes []int64           // that each of the Appends which they come of takes
	live       int               // inserted rows that there are
	gone       map[RowID]uint64  // deleted rows of base, and the time of that; nil: none yet
	locked     map[RowID]bool    // rows of base; nil: none yet
	rewrite    *rewrite          // what was done before all of that; nil: nothing
	indexes    []tree            // the inserted rows, by the definition's indexes; nil: not asked for yet
	words      map[int]*Words    // by column, of strings that come without
	unsorted   map[int]numberSet // by unique index, the keys of the chunks, where they do not grow; nil: to be made
	inOrder    tree              // the inserted rows, in scan order; with a primary key, its index
}

// pending is an inserted row.
type pending struct {
	row   Row // nil: the insertion was undone
	order uint64
	live  bool
}

// own marks the RowIDs of inserted rows, which are their index in overlay.rows,
// and the order numbers of new ones: these come behind all of base's.
const own = 1 << 63

// index has the inserted rows by the indexes and in scan order: a transaction that inserts one row
// ends without them.
func (o *overlay) index() {
	if o.indexes != nil {
		return
	}
	o.indexes = newTrees(o.base.def.Indexes)
	o.inOrder = newTree(o.base.displaced.ordering)
	for i, x := range o.base.def.Indexes {
		if x.Primary {
			o.inOrder = o.indexes[i]
		}
	}
	for i := range o.rows {
		if o.rows[i].live {
			o.enter(own | RowID(i))
		}
	}
}

// enter puts an inserted row into the trees.
func (o *overlay) enter(id RowID) {
	p := &o.rows[id&^own]
	o.inOrder.Set(o.inOrder.entry(p.row, p.order, id))
	for _, t := range o.indexes {
		t.Set(t.entry(p.row, p.order, id))
	}
}

// visible tells whether the transaction sees the row.
func (o *overlay) visible(id RowID) bool {
	if id >= own {
		i := id &^ own
		return i < RowID(len(o.rows)) && o.rows[i].live
	}
	_, gone := o.gone[id]
	return !gone && o.base.alive(id)
}

// row returns a row that the transaction sees, and its order number.
func (o *overlay) row(id RowID) (Row, uint64) {
	if id >= own {
		p := &o.rows[id&^own]
		return p.row, p.order
	}
	p, i, _ := o.base.locate(id)
	return o.base.row(p, i), o.base.parts[p].order(i)
}

// duplicate tells which unique index has the key of a row already.
func (o *overlay) duplicate(row Row) *DuplicateError {
	if len(o.rows) > 0 {
		o.index()
	}
	for i := range o.base.indexes {
		if o.indexes != nil && o.base.def.Indexes[i].unique() && o.indexes[i].Len() > 0 {
			t := o.indexes[i]
			key := t.key(row)
			if e, ok := t.find(key, func(*entry) bool { return true }); ok {
				return &DuplicateError{Table: o.base.table(), Index: o.base.def.Indexes[i].Name, Key: key, Existing: e.id}
			}
		}
		err := o.base.duplicateIn(i, row, func(id RowID) bool {
			_, gone := o.gone[id]
			return !gone
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// insert adds a row; order 0: behind all others.
func (o *overlay) insert(order uint64, row Row) RowID {
	id := own | RowID(len(o.rows))
	if order == 0 {
		order = uint64(id)
	}
	o.rows = append(o.rows, pending{row: row, order: order})
	o.show(id)
	return id
}

// show makes an inserted row seen, hide makes it unseen.
func (o *overlay) show(id RowID) {
	p := &o.rows[id&^own]
	p.live = true
	o.live++
	if o.indexes != nil {
		o.enter(id)
	}
}

func (o *overlay) hide(id RowID) {
	p := &o.rows[id&^own]
	p.live = false
	o.live--
	if o.indexes == nil {
		return
	}
	o.inOrder.Delete(o.inOrder.entry(p.row, p.order, id))
	for _, t := range o.indexes {
		t.Delete(t.entry(p.row, p.order, id))
	}
}
