package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"
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
		r.reshape(table)
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

// reshape shifts the values of a column, now and then keys into each other, or gives it one value, on the way through a definition
// with other columns, some of them in other places.
func (r *random) reshape(table *modelTable) {
	def, most, column := r.definition(), int64(r.IntN(40)), r.IntN(len(randomColumns))
	same := r.value(randomColumns[column])
	if r.IntN(2) == 0 {
		column = 0
	}
	constant := column > 0
	change := func(row Row) Row {
		switch {
		case constant:
			row[column] = same
		case row[0] != nil:
			row[0] = min(most, row[0].(int64)*2)
		}
		return row
	}
	rows := make([]modelRow, len(table.rows))
	for i := range rows {
		rows[i].row = change(slices.Clone(table.rows[i].row))
	}
	if x := def.primary(); x != nil && hasNull(rows, x) {
		return // as SQL would refuse it
	}
	wide := r.widened(table.def)
	sources := make([]Source, len(def.Columns))
	for i := range sources {
		sources[i] = Source{Column: wide.places[i], Other: r.IntN(4) == 0}
	}
	sources[column] = Source{Column: -1, Computed: !constant}
	if constant {
		sources[column].Value = same
	}
	err := r.store.Alter(func(d *Draft) error {
		if err := d.Reshape(table.database, table.name, wide.def, wide.sources, wide.by); err != nil {
			return err
		}
		return d.Reshape(table.database, table.name, def, sources, Computation{
			Reads: []int{wide.places[0]},
			Compute: func(rows []Values, n int, to []Values) error {
				for i := range n {
					to[0].Append(Int, change(Row{rows[0].Value(Int, i)})[0], i)
				}
				return nil
			},
		})
	})
	r.failed("reshape", err, nil, r.model.rewrite(table.id, def, change))
}

// widened is a definition with more columns than another.
type widened struct {
	def     *Definition
	places  []int // of the columns of the other
	sources []Source
	by      Computation
}

func (r *random) widened(from *Definition) (w widened) {
	w.def, w.places = &Definition{}, make([]int, len(from.Columns))
	computed := []Kind{}
	for _, i := range append(r.Perm(len(from.Columns)), -1, -1, -1) {
		if i >= 0 {
			w.places[i] = len(w.sources)
			w.sources = append(w.sources, Source{Column: i})
			w.def.Columns = append(w.def.Columns, from.Columns[i])
			continue
		}
		kind := Kind(r.IntN(int(Any) + 1))
		s := Source{Column: -1, Computed: r.IntN(2) == 0}
		if s.Computed {
			computed = append(computed, kind)
		} else {
			s.Value = r.value(kind)
		}
		w.def.Columns, w.sources = append(w.def.Columns, kind), append(w.sources, s)
	}
	w.by.Compute = func(_ []Values, n int, to []Values) error {
		for k, kind := range computed {
			for i := range n {
				to[k].Append(kind, r.value(kind), i)
			}
		}
		return nil
	}
	for _, x := range from.Indexes {
		x.Columns = slices.Clone(x.Columns)
		for i, c := range x.Columns {
			x.Columns[i] = w.places[c]
		}
		if x.Primary || r.IntN(3) > 0 {
			w.def.Indexes = append(w.def.Indexes, x)
		}
	}
	return w
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
