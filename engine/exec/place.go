package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// Place is [expr.Place] of an expression that may have subqueries.
func Place(e expr.Expr, columns []expr.ColumnID) (expr.Expr, error) {
	b := &builder{ctes: map[*plan.CTE]*cte{}, rowValues: map[plan.Node]*query{}}
	return b.place(e, columns)
}
