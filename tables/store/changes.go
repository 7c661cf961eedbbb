package store

import "iter"

// Inserted are the rows that the transaction has added and not taken away again,
// by table; an updated row is one, in its new form. The rows are the
// transaction's own.
func (t *Tx) Inserted() iter.Seq2[TableID, Row] {
	return func(yield func(TableID, Row) bool) {
		for id, o := range t.overlays {
			t.wrote(id)
			for _, p := range o.rows {
				if p.live && !yield(id, p.row) {
					return
				}
			}
		}
	}
}

// Deleted are the rows of the snapshot that the transaction has taken away, by
// table; an updated row is one, in its old form.
func (t *Tx) Deleted() iter.Seq2[TableID, Row] {
	return func(yield func(TableID, Row) bool) {
		for id, o := range t.overlays {
			t.wrote(id)
			for r := range o.gone {
				if row, _ := o.row(r); !yield(id, row) {
					return
				}
			}
		}
	}
}

// Unchanged tells whether the table's rows and definition, with what was drafted
// so far, are those that the transaction's snapshot has.
func (d *Draft) Unchanged(t *Tx, database, name string) bool {
	newest, err := d.root.find(database, name)
	if err != nil {
		return false
	}
	seen, ok := t.root.tables.Get(newest.id)
	return ok && seen == newest
}
