package engine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// UPDATE and DELETE are a query of ours for the rows and what becomes of them. It
// is read to its end before anything is written, so that a statement never meets
// what it has done.

// changes are what a statement does to a table: rows by their IDs and, of an
// UPDATE, their new values.
type changes struct {
	table     *storage.ChangeTarget
	sets      []bind.Set
	columns   []int // of sets that have values
	defaulted []int // of sets that have none: DEFAULT
	row       int   // the column of the query that has the row's ID
	option    int   // the column that is true where a view's CHECK OPTION lets the row pass; -1: there is none
	view      *bind.Relation
	env       *types.Env
	failed    *error                    // a warning that is an error in strict mode
	check     func([]types.Value) error // of a row that is changed; nil: none
	generated *formulas                 // nil: no column is generated
	late      *formulas                 // defaults that are made of the row's other columns
	triggers  *triggers                 // nil: there are none
	ids       []uint64
	values    []types.Value // for each row one for each of columns
	seen      map[uint64]bool
}

// change executes UPDATE and DELETE.
func (x *execution) change(tree *parse.Tree, args []sqltypes.Value) (*Result, error) {
	b, c, err := x.bindChange(tree, args)
	if err != nil {
		return nil, err
	}
	_, update := tree.Node.(*tidb.UpdateStmt)
	undo := x.session.session.Mark()
	defer x.session.session.Follow()()
	last := b.Context.Session.LastInsertID()
	r, err := x.write(b, c, update)
	if err != nil {
		undo()
		return nil, err
	}
	if id := b.Context.Session.LastInsertID(); id != last { // LAST_INSERT_ID(id), as of a sequence
		r.InsertID = id
	}
	x.ctx.SetLastQueryInfoInt(sql.RowCount, int64(r.AffectedRows))
	return r, x.end(nil)
}

// bindChange begins and binds UPDATE or DELETE.
func (x *execution) bindChange(tree *parse.Tree, args []sqltypes.Value) (*bind.Binder, *bind.Change, error) {
	b, err := x.beginQuery(tree, args)
	if err != nil {
		return nil, nil, err
	}
	b.Context.Env.Note = x.note
	if n, ok := tree.Node.(*tidb.UpdateStmt); ok {
		c, err := b.Update(tree, n)
		return b, c, err
	}
	c, err := b.Delete(tree, tree.Node.(*tidb.DeleteStmt))
	return b, c, err
}

// note is a note of the statement's, as of places that a column does not keep.
func (x *execution) note(code uint16, text string) {
	x.ctx.Session.Warn(&sql.Warning{Level: "Note", Code: int(code), Message: text})
}

// write finds the rows and changes them.
func (x *execution) write(b *bind.Binder, c *bind.Change, update bool) (*Result, error) {
	failed := new(error)
	if !c.Ignore {
		failed = strict(b.Context.Env)
	}
	all, err := x.changes(b, c, update, failed)
	if err != nil {
		return nil, err
	}
	if err := x.find(b, c, all, failed); err != nil {
		return nil, err
	}
	if c.Ignore {
		b.Context.Mode &^= types.StrictTrans | types.StrictAll
	}
	matched, changed := 0, 0
	for _, w := range all {
		n, err := x.writeAll(w, update, c.Ignore)
		if err != nil {
			return nil, err
		}
		matched += len(w.ids)
		changed += n
	}
	r := &Result{AffectedRows: uint64(changed)}
	if update {
		r.Info = fmt.Sprintf("Rows matched: %d  Changed: %d  Warnings: %d", matched, changed, x.ctx.Session.WarningCount())
		if x.session.client.Capabilities&mysql.CLIENT_FOUND_ROWS != 0 {
			r.AffectedRows = uint64(matched)
		}
	}
	return r, nil
}

// changes are those of the statement's tables, without rows yet.
func (x *execution) changes(b *bind.Binder, c *bind.Change, update bool, failed *error) ([]*changes, error) {
	var all []*changes
	tables := make(map[*bind.Relation]*storage.ChangeTarget)
	for _, t := range c.Targets {
		table := tables[t.Relation]
		if table == nil {
			var err error
			if table, err = storage.ChangeTargetOf(t.Table.(plan.Changeable)); err != nil {
				return nil, err
			}
			tables[t.Relation] = table
			if err := x.writes(t.Database, t.Name); err != nil {
				return nil, err
			}
		} else {
			table.Follow(x.ctx)
		}
		w := &changes{table: table, sets: t.Sets, row: t.RowID, option: t.Check, view: t.View, failed: failed}
		for _, s := range t.Sets {
			switch generated := table.Column(s.Column).Generated != nil; {
			case s.Value >= 0 && generated:
				return nil, generatedGiven(table.Column(s.Column).Name, t.Name)
			case s.Value >= 0:
				w.columns = append(w.columns, s.Column)
			case !generated:
				w.defaulted = append(w.defaulted, s.Column)
			}
		}
		if err := x.bindRules(b, w, update); err != nil {
			return nil, err
		}
		if err := w.follow(x.ctx, update); err != nil {
			return nil, err
		}
		if c.Several {
			w.seen = make(map[uint64]bool)
		}
		all = append(all, w)
	}
	return all, nil
}

// follow has rows be found that triggers or foreign keys have changed meanwhile: of an UPDATE, those of the columns that it may change.
func (w *changes) follow(ctx *sql.Context, update bool) error {
	changed := append(slices.Clone(w.columns), w.defaulted...)
	for i := range w.table.Targets() {
		if c := w.table.Column(i); !update || c.OnUpdate != nil || c.Generated != nil {
			changed = append(changed, i)
		}
	}
	referenced, err := w.table.Referenced(ctx, changed)
	if referenced || w.triggers != nil {
		w.table.Follow(ctx)
	}
	return err
}

// bindRules binds what the table's definition says of rows that are changed, and finds its triggers.
func (x *execution) bindRules(b *bind.Binder, w *changes, update bool) error {
	w.env = b.Context.Env
	t := w.table
	d := &definition{b, t.Database(), t.Name(), t.Targets()}
	var err error
	if !t.IsTemporary() {
		if w.triggers, err = x.triggersOf(d.database, d.name, d.columns); err != nil {
			return err
		}
	}
	if !update {
		return nil
	}
	if t.Generates() {
		if w.generated, err = d.generated(); err != nil {
			return err
		}
	}
	for _, c := range w.defaulted {
		if d.columns[c].Dynamic() {
			f, err := d.formula(c, d.columns[c].Default)
			if err != nil {
				return err
			}
			if w.late == nil {
				w.late = &formulas{context: b.Context, columns: d.columns}
			}
			w.late.all = append(w.late.all, f)
		}
	}
	if len(t.Checks()) > 0 {
		bound, err := d.checks(t.Checks())
		if err != nil {
			return err
		}
		w.check = bound.of
	}
	return nil
}

// erNonDefaultForGenerated is MySQL's error about a value for a generated column.
const erNonDefaultForGenerated = 3105

// find reads the rows that the statement changes: of several that have a row of a
// table the first decides.
func (x *execution) find(b *bind.Binder, c *bind.Change, all []*changes, failed *error) error {
	q := x.planned(b, c.Query)
	op, err := exec.Run(q.context, q.node)
	if err != nil {
		return err
	}
	defer op.Close()
	for {
		batch, err := op.Next()
		if err == nil {
			err = *failed
		}
		if err != nil || batch == nil {
			return err
		}
		for i := range batch.N {
			for _, w := range all {
				if err := w.add(b, batch, i, c.Ignore); err != nil {
					return err
				}
			}
		}
	}
}

// add adds what a row of the query does to the table.
func (w *changes) add(b *bind.Binder, batch *types.Batch, i int, ignore bool) error {
	v := batch.Cols[w.row]
	if v.Null(i) {
		return nil // an outer join has no row
	}
	id := uint64(v.Value(i).I)
	if w.seen != nil {
		if w.seen[id] {
			return nil
		}
		w.seen[id] = true
	}
	values := w.values
	for _, s := range w.sets {
		if s.Value < 0 {
			continue
		}
		value := batch.Cols[s.Value].Value(i)
		if column := w.table.Column(s.Column); value.IsNull() && !column.Nullable {
			strict := !ignore && b.Context.Mode&(types.StrictTrans|types.StrictAll) != 0
			switch {
			case !strict && !w.triggers.has(true, updateEvent):
				b.Context.Warn(mysql.ER_BAD_NULL_ERROR, fmt.Sprintf("Column '%s' cannot be null", column.Name))
				value = types.Zero(w.table.Type(s.Column))
			case !w.triggers.has(true, updateEvent): // which may give it a value
				return mysql.NewDefaultError(mysql.ER_BAD_NULL_ERROR, column.Name)
			}
		}
		values = append(values, value)
	}
	if w.option >= 0 {
		if passes := batch.Cols[w.option].Value(i); passes.IsNull() || passes.I == 0 {
			err := checkOptionFailed(w.view)
			if ignore {
				b.Context.Warn(err.Code, err.Message)
				return nil
			}
			return err
		}
	}
	w.ids, w.values = append(w.ids, id), values
	return nil
}

// writeAll changes the table and tells how many rows that changes. With ignore, a
// row that cannot be changed is left as it is, with a warning.
func (x *execution) writeAll(w *changes, update, ignore bool) (changed int, err error) {
	write := func(from, to int) (int, error) { return x.writeRows(w, update, from, to) }
	if !ignore {
		if n, done, err := x.writeMany(w, update); done || err != nil {
			return n, err
		}
		return write(0, len(w.ids))
	}
	for i := range w.ids {
		undo := func() {}
		if w.triggers == nil { // what they have done stays
			undo = x.session.session.Mark()
		}
		n, err := write(i, i+1)
		if err != nil {
			var my *mysql.MyError
			if err = x.wording().mysqlError(err); ofTrigger(err) || !errors.As(err, &my) || !slices.Contains(ignorable, my.Code) {
				return 0, err
			}
			undo()
			x.ctx.Session.Warn(&sql.Warning{Level: "Warning", Code: int(my.Code), Message: my.Message})
			continue
		}
		changed += n
	}
	return changed, nil
}

// ignorable are the errors of a row that UPDATE IGNORE and DELETE IGNORE make
// warnings of (manual 7.1.11, “The Effect of IGNORE on Statement Execution”).
var ignorable = []uint16{
	mysql.ER_BAD_NULL_ERROR, mysql.ER_DUP_ENTRY, mysql.ER_ROW_IS_REFERENCED_2, mysql.ER_NO_REFERENCED_ROW_2, erCheckConstraintViolated,
}

// simple tells whether the rows' new values are those of the query, and nothing else is to be done.
func (w *changes) simple() bool {
	return w.triggers == nil && w.generated == nil && len(w.defaulted) == 0
}

// writeMany writes all rows at once, and tells whether it has: where there are many, and nothing is to be done of each.
func (x *execution) writeMany(w *changes, update bool) (changed int, done bool, err error) {
	switch {
	case !w.simple() || w.check != nil:
		return 0, false, nil
	case update:
		return w.table.UpdateMany(x.ctx, w.ids, w.columns, w.values)
	}
	done, err = w.table.DeleteMany(x.ctx, w.ids)
	return len(w.ids), done, err
}

// writeRows writes rows.
func (x *execution) writeRows(w *changes, update bool, from, to int) (changed int, err error) {
	simple := w.simple()
	for i := from; i < to; i++ {
		if i%1024 == 1023 && x.ctx.Err() != nil {
			return 0, x.ctx.Err()
		}
		var did bool
		switch {
		case update && simple:
			did, err = w.table.Update(x.ctx, w.ids[i], w.columns, w.rowValues(i), w.check)
		case update:
			did, err = x.updateRow(w, i)
		case simple:
			did, err = w.table.Delete(x.ctx, w.ids[i])
		default:
			did, err = x.deleteRow(w, i)
		}
		if err != nil {
			return 0, err
		}
		if did {
			changed++
		}
	}
	return changed, nil
}

// deleteRow deletes a row of a table that has triggers.
func (x *execution) deleteRow(w *changes, i int) (bool, error) {
	old, ok, err := w.table.Values(x.ctx, w.ids[i])
	if !ok || err != nil {
		return false, err
	}
	if err := w.triggers.fire(true, deleteEvent, old, nil, nil); err != nil {
		return false, err
	}
	undo := x.session.session.Mark()
	did, err := w.table.Delete(x.ctx, w.ids[i])
	if err != nil {
		undo()
	}
	if !did || err != nil {
		return false, err
	}
	return true, w.triggers.fire(false, deleteEvent, old, nil, nil)
}

// updateRow updates a row of which something is to be computed, or of a table that has triggers:
// they are run where the row stays as it is, too (Sql_cmd_update::update_single_table).
func (x *execution) updateRow(w *changes, i int) (changed bool, err error) {
	old, ok, err := w.table.Values(x.ctx, w.ids[i])
	if !ok || err != nil {
		return false, err
	}
	row := slices.Clone(old)
	for k, v := range w.rowValues(i) {
		row[w.columns[k]] = v
	}
	if err := x.setDefaults(w, row, i); err != nil {
		return false, err
	}
	same, err := w.table.Same(old, row)
	if err == nil && !same {
		err = w.table.OnUpdate(x.ctx, row, append(slices.Clone(w.columns), w.defaulted...))
	}
	if err == nil && w.generated != nil {
		err = w.generated.of(row, i+1)
	}
	if err == nil && w.triggers.has(true, updateEvent) {
		err = w.beforeUpdate(old, row, i)
	}
	if err == nil {
		err = *w.failed
	}
	if err == nil {
		same, err = w.table.Same(old, row)
	}
	if err != nil {
		return false, err
	}
	if !same {
		if w.check != nil {
			if err := w.check(row); err != nil {
				return false, err
			}
		}
		undo := x.session.session.Mark()
		if err := w.table.Put(x.ctx, w.ids[i], row); err != nil {
			undo()
			return false, err
		}
	}
	return !same, w.triggers.fire(false, updateEvent, old, row, nil)
}

// beforeUpdate lets triggers have a say in a row's new values. NULL is refused behind them.
func (w *changes) beforeUpdate(old, row []types.Value, i int) error {
	if err := w.triggers.fire(true, updateEvent, old, row, nil); err != nil {
		return err
	}
	for c, v := range row {
		column := w.table.Column(c)
		if !v.IsNull() || column.Nullable || column.Generated != nil {
			continue
		}
		if w.env.Mode&(types.StrictTrans|types.StrictAll) != 0 {
			return mysql.NewDefaultError(mysql.ER_BAD_NULL_ERROR, column.Name)
		}
		w.env.Warn(mysql.ER_BAD_NULL_ERROR, fmt.Sprintf("Column '%s' cannot be null", column.Name))
		row[c] = types.Zero(w.table.Type(c))
	}
	if w.generated == nil {
		return nil
	}
	return w.generated.of(row, i+1)
}

// setDefaults gives columns of a row their defaults.
func (x *execution) setDefaults(w *changes, row []types.Value, i int) error {
	for _, c := range w.defaulted {
		column := &w.table.Targets()[c]
		switch {
		case column.Dynamic():
			continue
		case column.Required():
			text := fmt.Sprintf("Field '%s' doesn't have a default value", column.Name)
			if w.env.Mode&(types.StrictTrans|types.StrictAll) != 0 {
				return mysql.NewError(mysql.ER_NO_DEFAULT_FOR_FIELD, text)
			}
			w.env.Warn(mysql.ER_NO_DEFAULT_FOR_FIELD, text)
			row[c] = types.Zero(&column.T)
		case column.Default != nil:
			v, err := w.table.Default(x.ctx, c)
			if err != nil {
				return err
			}
			row[c] = v
		case column.Nullable:
			row[c] = types.Value{}
		default: // AUTO_INCREMENT, and an ENUM's first member
			row[c] = types.Zero(&column.T)
		}
	}
	if w.late == nil {
		return nil
	}
	return w.late.of(row, i+1)
}

// rowValues are the values of row i.
func (w *changes) rowValues(i int) []types.Value {
	return w.values[i*len(w.columns) : (i+1)*len(w.columns)]
}
