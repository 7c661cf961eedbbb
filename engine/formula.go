package engine

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// definition is a table whose definition has expressions of its rows: CHECKs, generated columns
// and defaults that are made of other columns.
type definition struct {
	b              *bind.Binder
	database, name string
	columns        []storage.TargetColumn
}

// expr binds an expression of the definition's to a row of the table.
func (d *definition) expr(text string, with func(expr.Expr) expr.Expr) (expr.Expr, error) {
	defer func(local func(string) (expr.Expr, bool)) { d.b.Local = local }(d.b.Local)
	d.b.Local = nil // a routine's variables are not the table's
	tree, err := parse.Query("SELECT "+text, 0)
	if err != nil {
		return nil, err
	}
	n, ok := tree.Node.(*tidb.SelectStmt)
	if !ok || len(n.Fields.Fields) != 1 {
		return nil, fmt.Errorf("engine: %s is not one expression", text)
	}
	n.Accept(bare{})
	row := rowOf(d.b, tree, d.database, d.name, d.columns)
	e, err := row.Expr(n.Fields.Fields[0].Expr)
	if err != nil {
		return nil, err
	}
	return exec.Place(with(e), row.Layout())
}

// formulas are columns that are computed of the row (manual 15.1.20.8).
type formulas struct {
	context *expr.Context
	columns []storage.TargetColumn
	all     []formula
}

type formula struct {
	column int
	x      expr.Expr
	reads  []int // columns
}

// formula binds a column's expression.
func (d *definition) formula(column int, of *sql.ColumnDefaultValue) (formula, error) {
	e, err := d.expr(of.String(), func(e expr.Expr) expr.Expr { return e })
	if err != nil {
		return formula{}, fmt.Errorf("engine: column %s: %w", d.columns[column].Name, err)
	}
	return formula{column, e, columnsOf(e)}, nil
}

// generated binds the table's generated columns, in their order: each may read those before it.
func (d *definition) generated() (*formulas, error) {
	g := &formulas{context: d.b.Context, columns: d.columns}
	for i := range d.columns {
		if of := d.columns[i].Generated; of != nil {
			f, err := d.formula(i, of)
			if err != nil {
				return nil, err
			}
			g.all = append(g.all, f)
		}
	}
	return g, nil
}

// of computes the columns of a row, which is the statement's so-many-th.
func (g *formulas) of(row []types.Value, record int) error {
	if len(g.all) == 0 {
		return nil
	}
	batch := oneRow(g.columns, row)
	for _, f := range g.all {
		c := &g.columns[f.column]
		x, err := f.x.Eval(g.context, batch)
		if err != nil {
			return err
		}
		v := x.Value(0)
		if v.IsNull() && !c.Nullable {
			if g.context.Mode&(types.StrictTrans|types.StrictAll) != 0 {
				return mysql.NewDefaultError(mysql.ER_BAD_NULL_ERROR, c.Name)
			}
			g.context.Warn(mysql.ER_BAD_NULL_ERROR, fmt.Sprintf("Column '%s' cannot be null", c.Name))
			v = types.Zero(&c.T)
		} else if v, err = types.Store(g.context.Env, v, f.x.Type(), &c.T, c.Name, record); err != nil {
			return err
		}
		row[f.column] = v
		batch.Cols[f.column] = types.SameVec(&c.T, v, 1)
	}
	return nil
}

// ofRows computes the columns of rows that have all others; false: there is something to warn of, or an error, and some are
// computed.
func (g *formulas) ofRows(rows *storage.Rows) bool {
	heard := false
	quiet, env := *g.context, *g.context.Env
	env.Warn = func(uint16, string) { heard = true }
	env.Note = env.Warn
	quiet.Env = &env
	batch := &types.Batch{N: rows.N, Cols: make([]*types.Vec, len(g.columns))}
	for _, f := range g.all {
		for _, i := range f.reads {
			if batch.Cols[i] != nil {
				continue
			}
			var err error
			if batch.Cols[i], err = rows.Vec(i); err != nil {
				return false
			}
		}
		c := &g.columns[f.column]
		x, err := f.x.Eval(&quiet, batch)
		if err != nil || heard {
			return false
		}
		err = rows.Fill(f.column, func(row int) (types.Value, error) {
			v := x.Value(row)
			if v.IsNull() {
				heard = heard || !c.Nullable
				return v, nil
			}
			return types.Store(&env, v, f.x.Type(), &c.T, c.Name, 0)
		})
		if err != nil || heard {
			return false
		}
	}
	return true
}

// generates binds the generated columns of a table whose rows a foreign key or ALTER TABLE changes.
func generates(ctx *sql.Context, t *storage.ChangeTarget) (storage.Formulas, error) {
	x, ok := executionOf(ctx)
	if !ok {
		return nil, fmt.Errorf("engine: table %s is changed outside of a statement", t.Name())
	}
	b, err := x.binder(nil)
	if err != nil {
		return nil, err
	}
	failed := strict(b.Context.Env)
	d := &definition{b, t.Database(), t.Name(), t.Targets()}
	g, err := d.generated()
	if err != nil {
		return nil, err
	}
	return &generator{formulas: g, failed: failed}, nil
}

// generator computes the generated columns of the statement's rows.
type generator struct {
	*formulas
	failed *error // of strict
	record int
}

// Row implements storage.Formulas.
func (g *generator) Row(row []types.Value) error {
	g.record++
	if err := g.of(row, g.record); err != nil {
		return err
	}
	return *g.failed
}

// Rows implements storage.Formulas.
func (g *generator) Rows(rows *storage.Rows) bool {
	if !g.ofRows(rows) {
		return false
	}
	g.record += rows.N
	return true
}
