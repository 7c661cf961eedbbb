package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
)

// connectionLiterals gives the text literals of a bound statement the
// connection's collation (manual 10.8.4), in place of go-mysql-server's constant,
// which tells case. DDL's are values, which are not compared.
func connectionLiterals(ctx *sql.Context, node sql.Node) (sql.Node, error) {
	connection := ctx.GetCollation()
	if connection == sql.Collation_Unspecified || connection == sql.Collation_Default {
		return node, nil
	}
	switch node.(type) {
	case *plan.CreateTable, *plan.AddColumn, *plan.ModifyColumn, *plan.AlterDefaultSet, *plan.CreateTrigger, *plan.CreateProcedure, *plan.CreateView:
		return node, nil
	}
	node, _, err := transform.NodeExprsWithOpaque(node, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
		l, ok := e.(*expression.Literal)
		if !ok {
			return e, transform.SameTree, nil
		}
		t, ok := l.Typ.(sql.StringType)
		if !ok || t.Collation() != sql.Collation_Default {
			return e, transform.SameTree, nil
		}
		own, err := types.CreateString(t.Type(), t.MaxCharacterLength(), connection)
		if t.Type() == sqltypes.Text {
			own = types.CreateLongText(connection)
		}
		if err != nil {
			return nil, transform.SameTree, err
		}
		return expression.NewLiteral(l.Val, own), transform.NewTree, nil
	})
	return node, err
}
