package engine

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// checks are the CHECKs of a table that are enforced (manual 15.1.20.6).
type checks struct {
	context *expr.Context
	columns []storage.TargetColumn
	all     []check
}

// check is a CHECK, of a row that has the table's columns.
type check struct {
	x      expr.Expr
	reads  []int // columns
	failed *mysql.MyError
	truth  bool // NULL is against it, too
}

// checks binds the table's CHECKs.
func (d *definition) checks(definitions []sql.CheckDefinition) (checks, error) {
	bound := checks{context: d.b.Context, columns: d.columns}
	for _, c := range definitions {
		if !c.Enforced {
			continue
		}
		e, err := d.expr(c.CheckExpression, func(e expr.Expr) expr.Expr { return &expr.Truth{X: e} })
		if err != nil {
			return bound, fmt.Errorf("engine: CHECK %s: %w", c.Name, err)
		}
		failed := mysql.NewError(erCheckConstraintViolated, fmt.Sprintf("Check constraint '%s' is violated.", c.Name))
		bound.all = append(bound.all, check{x: e, reads: columnsOf(e), failed: failed})
	}
	return bound, nil
}

// columnsOf are the columns that an expression reads.
func columnsOf(e expr.Expr) (columns []int) {
	expr.Walk(e, func(e expr.Expr) bool {
		if c, ok := e.(*expr.Column); ok {
			columns = append(columns, c.Position())
		}
		return true
	})
	return columns
}

// rowOf is a table's row for expressions to read.
func rowOf(b *bind.Binder, tree *parse.Tree, database, table string, columns []storage.TargetColumn) *bind.Row {
	return b.Row(tree, database, table, planColumns(columns))
}

// planColumns are the columns of a table as a plan has them, without IDs.
func planColumns(columns []storage.TargetColumn) []plan.Column {
	all := make([]plan.Column, len(columns))
	for i, c := range columns {
		all[i] = plan.Column{Name: c.Name, OrgName: c.Name, T: c.T}
	}
	return all
}

// oneRow is a table's row as a batch.
func oneRow(columns []storage.TargetColumn, row []types.Value) *types.Batch {
	b := &types.Batch{N: 1, Cols: make([]*types.Vec, len(row))}
	for i, v := range row {
		b.Cols[i] = types.SameVec(&columns[i].T, v, 1)
	}
	return b
}

// ofRows tells whether all rows pass the CHECKs, without an error.
func (c *checks) ofRows(rows *storage.Rows) bool {
	if len(c.all) == 0 {
		return true
	}
	batch := &types.Batch{N: rows.N, Cols: make([]*types.Vec, len(c.columns))}
	for _, one := range c.all {
		for _, i := range one.reads {
			if batch.Cols[i] != nil {
				continue
			}
			var err error
			if batch.Cols[i], err = rows.Vec(i); err != nil {
				return false
			}
		}
		v, err := one.x.Eval(c.context, batch)
		if err != nil {
			return false
		}
		for i := range rows.N {
			null, truth, err := types.Truth(c.context.Env, v.Value(i))
			if err != nil || null && one.truth || !null && !truth {
				return false
			}
		}
	}
	return true
}

// of is MySQL's error 3819 where the row is against a CHECK: where that is false, not NULL. It is 1369 where a view's
// CHECK OPTION is not true of the row.
func (c *checks) of(row []types.Value) error {
	if len(c.all) == 0 {
		return nil
	}
	batch := oneRow(c.columns, row)
	for _, one := range c.all {
		v, err := one.x.Eval(c.context, batch)
		if err != nil {
			return err
		}
		null, truth, err := types.Truth(c.context.Env, v.Value(0))
		if err != nil {
			return err
		}
		if null && one.truth || !null && !truth {
			return one.failed
		}
	}
	return nil
}
