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
	failed *mysql.MyError
	truth  bool // NULL is against it, too
}

// bindChecks binds a table's CHECKs. One that is not for us is bind.ErrUnsupported.
func bindChecks(b *bind.Binder, database, table string, columns []storage.TargetColumn, definitions []sql.CheckDefinition) (checks, error) {
	bound := checks{context: b.Context, columns: columns}
	defer func(local func(string) (expr.Expr, bool)) { b.Local = local }(b.Local)
	b.Local = nil // a routine's variables are not the table's
	for _, d := range definitions {
		if !d.Enforced {
			continue
		}
		tree, err := parse.Query("SELECT "+d.CheckExpression, 0)
		if err != nil {
			return bound, fmt.Errorf("%w: CHECK %s: %w", bind.ErrUnsupported, d.Name, err)
		}
		n, ok := tree.Node.(*tidb.SelectStmt)
		if !ok || len(n.Fields.Fields) != 1 {
			return bound, fmt.Errorf("%w: CHECK %s", bind.ErrUnsupported, d.Name)
		}
		row := rowOf(b, tree, database, table, columns)
		e, err := row.Expr(n.Fields.Fields[0].Expr)
		if err != nil {
			return bound, fmt.Errorf("%w: CHECK %s: %w", bind.ErrUnsupported, d.Name, err)
		}
		if e, err = exec.Place(&expr.Truth{X: e}, row.Layout()); err != nil {
			return bound, err
		}
		failed := mysql.NewError(erCheckConstraintViolated, fmt.Sprintf("Check constraint '%s' is violated.", d.Name))
		bound.all = append(bound.all, check{x: e, failed: failed})
	}
	return bound, nil
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
