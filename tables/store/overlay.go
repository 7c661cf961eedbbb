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
	trees      []tree            // the inserted rows: see tree
	words      map[int]*Words    // by column, of strings that come without
	unsorted   map[int]numberSet // by unique index, the keys of the chunks, where they do not grow; nil: to be made
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

// tree is the inserted rows by an index of the definition, or, behind all of these, by their order numbers. Who writes pays
// only for those that were asked for.
func (o *overlay) tree(i int) tree {
	d := o.base.def
	if o.trees == nil {
		o.trees = make([]tree, len(d.Indexes)+1)
	}
	t := &o.trees[i]
	if t.BTreeG == nil {
		if i < len(d.Indexes) {
			*t = newTree(d.Indexes[i].ordering())
		} else {
			*t = newTree(&ordering{})
		}
		for k := range o.rows {
			if p := &o.rows[k]; p.live {
				t.Set(t.entry(p.row, p.order, own|RowID(k)))
			}
		}
	}
	return *t
}

// inOrder is the inserted rows in scan order.
func (o *overlay) inOrder() tree {
	for i := range o.base.def.Indexes {
		if o.base.def.Indexes[i].Primary {
			return o.tree(i)
		}
	}
	return o.tree(len(o.base.def.Indexes))
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
	for i := range o.base.indexes {
		if len(o.rows) > 0 && o.base.def.Indexes[i].unique() {
			t := o.tree(i)
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
	for _, t := range o.trees {
		if t.BTreeG != nil {
			t.Set(t.entry(p.row, p.order, id))
		}
	}
}

func (o *overlay) hide(id RowID) {
	p := &o.rows[id&^own]
	p.live = false
	o.live--
	for _, t := range o.trees {
		if t.BTreeG != nil {
			t.Delete(t.entry(p.row, p.order, id))
		}
	}
}
