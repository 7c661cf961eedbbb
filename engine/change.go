package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
// what it has done. Where nothing but the rows is concerned they are written at
// once, generated columns, foreign keys and triggers are go-mysql-server's: see beside.

// changes are what a statement does to a table: rows by their IDs and, of an
// UPDATE, their new values.
type changes struct {
	table    *storage.ChangeTarget
	database string
	name     string // database.table, quoted
	sets     []bind.Set
	columns  []int // of sets that have values
	row      int   // the column of the query that has the row's ID
	option   int   // the column that is true where a view's CHECK OPTION lets the row pass; -1: there is none
	view     *bind.Relation
	plain    bool
	check    func([]types.Value) error // of a row that is changed; nil: none
	ids      []uint64
	values   []types.Value // for each row one for each of columns
	seen     map[uint64]bool
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
	all, err := x.changes(b, c, update)
	if err != nil {
		return nil, err
	}
	if err := x.find(b, c, all); err != nil {
		return nil, err
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
func (x *execution) changes(b *bind.Binder, c *bind.Change, update bool) ([]*changes, error) {
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
		} else {
			table.Follow(x.ctx)
		}
		w := &changes{table: table, database: t.Database, name: quoted(t.Database) + "." + quoted(t.Name), sets: t.Sets, row: t.RowID, option: t.Check, view: t.View, plain: true}
		for _, s := range t.Sets {
			if s.Value < 0 {
				w.plain = false
			} else {
				w.columns = append(w.columns, s.Column)
			}
			if table.Column(s.Column).Generated != nil {
				return nil, mysql.NewError(erNonDefaultForGenerated, fmt.Sprintf(
					"The value specified for generated column '%s' in table '%s' is not allowed.", table.Column(s.Column).Name, t.Name))
			}
		}
		if w.plain {
			columns := w.columns
			if !update {
				columns = nil
			}
			var err error
			if w.plain, err = table.Plain(x.ctx, columns); err != nil {
				return nil, err
			}
			if update && w.plain && len(table.Checks()) > 0 {
				if err := w.bindChecks(b, t.Database, t.Name); err != nil {
					return nil, err
				}
			}
		}
		if c.Several {
			w.seen = make(map[uint64]bool)
		}
		all = append(all, w)
	}
	return all, nil
}

// bindChecks binds the table's CHECKs. Those that are not for us are go-mysql-server's.
func (w *changes) bindChecks(b *bind.Binder, database, name string) error {
	bound, err := bindChecks(b, database, name, w.table.Targets(), w.table.Checks())
	if errors.Is(err, bind.ErrUnsupported) {
		w.plain = false
		return nil
	}
	w.check = bound.of
	return err
}

// erNonDefaultForGenerated is MySQL's error about a value for a generated column.
const erNonDefaultForGenerated = 3105

// find reads the rows that the statement changes: of several that have a row of a
// table the first decides.
func (x *execution) find(b *bind.Binder, c *bind.Change, all []*changes) error {
	failed := new(error)
	if !c.Ignore {
		failed = strict(b.Context.Env)
	}
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
	w.ids = append(w.ids, id)
	for _, s := range w.sets {
		if s.Value < 0 {
			continue
		}
		value := batch.Cols[s.Value].Value(i)
		if column := w.table.Column(s.Column); value.IsNull() && !column.Nullable {
			strict := !ignore && b.Context.Mode&(types.StrictTrans|types.StrictAll) != 0
			switch {
			case !strict:
				b.Context.Warn(mysql.ER_BAD_NULL_ERROR, fmt.Sprintf("Column '%s' cannot be null", column.Name))
				value = types.Zero(w.table.Type(s.Column))
			case w.plain: // where there are triggers, they may give it a value
				return mysql.NewDefaultError(mysql.ER_BAD_NULL_ERROR, column.Name)
			}
		}
		w.values = append(w.values, value)
	}
	return nil
}

// writeAll changes the table and tells how many rows that changes. With ignore, a
// row that cannot be changed is left as it is, with a warning.
func (x *execution) writeAll(w *changes, update, ignore bool) (changed int, err error) {
	write := func(from, to int) (int, error) { return x.writeRows(w, update, from, to) }
	if !w.plain && len(w.ids) > 0 {
		beside, err := x.beside(w, update)
		if err != nil {
			return 0, err
		}
		write = beside.write
	}
	if !ignore {
		return write(0, len(w.ids))
	}
	for i := range w.ids {
		undo := x.session.session.Mark()
		n, err := write(i, i+1)
		if err != nil {
			var my *mysql.MyError
			if err = x.wording().mysqlError(err); !errors.As(err, &my) || !slices.Contains(ignorable, my.Code) {
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

// writeRows writes rows where nothing else is concerned.
func (x *execution) writeRows(w *changes, update bool, from, to int) (changed int, err error) {
	for i := from; i < to; i++ {
		if i%1024 == 1023 && x.ctx.Err() != nil {
			return 0, x.ctx.Err()
		}
		var did bool
		if update {
			did, err = w.table.Update(x.ctx, w.ids[i], w.columns, w.rowValues(i), w.check)
		} else {
			did, err = w.table.Delete(x.ctx, w.ids[i])
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

// rowValues are the values of row i.
func (w *changes) rowValues(i int) []types.Value {
	return w.values[i*len(w.columns) : (i+1)*len(w.columns)]
}

// text is the statement that changes the table in go-mysql-server's dialect: its
// rows and their values are put in their places when it is planned.
func (w *changes) text(update bool) string {
	if !update {
		return "DELETE FROM " + w.name + " LIMIT 1" // without LIMIT it would be a TRUNCATE
	}
	sets := make([]string, len(w.sets))
	for i, s := range w.sets {
		name := quoted(w.table.Column(s.Column).Name)
		sets[i] = name + " = " + name
		if s.Value < 0 {
			sets[i] = name + " = DEFAULT"
		}
	}
	return "UPDATE " + w.name + " SET " + strings.Join(sets, ", ")
}
