package store

import (
	"errors"
	"fmt"
	"maps"
)

// ddl alters the newest catalog.
func (r *random) ddl() {
	id := r.table(r.model.tables)
	if id == 0 {
		r.createTable("a")
		return
	}
	table := r.model.tables[id]
	made := table.copy()
	switch r.IntN(8) {
	case 0:
		r.createTable(table.database)
	case 1:
		alter(r.t, r.store, func(d *Draft) error { return d.DropTable(table.database, table.name) })
		delete(r.model.tables, id)
	case 2:
		made.name = fmt.Sprint("T", r.IntN(4))
		err := r.store.Alter(func(d *Draft) error { return d.RenameTable(table.database, table.name, made.name) })
		if err == nil {
			r.model.tables[id] = made
		} else if !errors.Is(err, ErrExists) {
			r.fail("rename", nil, err)
		}
	case 3:
		made.rows = nil
		alter(r.t, r.store, func(d *Draft) error { return d.Truncate(table.database, table.name) })
		r.model.tables[id] = made
	case 4:
		r.fork(table.database)
	case 5:
		r.rewrite(table)
	default:
		def := r.definition()
		if x := def.primary(); x != nil && hasNull(table.rows, x) {
			return // as SQL would refuse it
		}
		err := r.store.Alter(func(d *Draft) error { return d.SetDefinition(table.database, table.name, def) })
		r.failed("set definition", err, nil, r.model.define(id, def))
	}
}

func hasNull(rows []modelRow, x *Index) bool {
	for _, r := range rows {
		for _, c := range x.Columns {
			if r.row[c] == nil {
				return true
			}
		}
	}
	return false
}

// rewrite shifts the keys, now and then into each other.
func (r *random) rewrite(table *modelTable) {
	def, most := r.definition(), int64(r.IntN(40))
	change := func(row Row) Row {
		if row[0] != nil {
			row[0] = min(most, row[0].(int64)*2)
		}
		return row
	}
	if x := def.primary(); x != nil && hasNull(table.rows, x) {
		return
	}
	err := r.store.Alter(func(d *Draft) error {
		return d.Rewrite(table.database, table.name, def, func(row Row) (Row, error) { return change(row), nil })
	})
	r.failed("rewrite", err, nil, r.model.rewrite(table.id, def, change))
}

// fork copies a database over another one.
func (r *random) fork(from string) {
	to := string("abc"[r.IntN(3)])
	if to == from {
		return
	}
	alter(r.t, r.store, func(d *Draft) error {
		if _, ok := d.Catalog().Database(to); ok {
			if err := d.DropDatabase(to); err != nil {
				return err
			}
		}
		maps.DeleteFunc(r.model.tables, func(_ TableID, t *modelTable) bool { return t.database == to })
		if err := d.ForkDatabase(from, to); err != nil {
			return err
		}
		for _, name := range d.Catalog().Tables(from) {
			original, _ := d.Catalog().Table(from, name)
			fork, _ := d.Catalog().Table(to, name)
			made := r.model.tables[original.ID].copy()
			made.id, made.database = fork.ID, to
			r.model.tables[fork.ID] = made
		}
		return nil
	})
}
