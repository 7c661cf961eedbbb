package engine

import (
	"math"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// selectLimitVariable is how many rows a SELECT gives that has no LIMIT (manual 7.1.8). Connector/J's
// setMaxRows and `mysql --safe-updates` set it.
const selectLimitVariable = "sql_select_limit"

// selectLimit is the session's; MaxUint64: none.
func (x *execution) selectLimit() uint64 { return x.session.variables().selectLimit }

// limited is a query as the client gets it: with no more rows than sql_select_limit, unless it has its own LIMIT, gives its
// rows to variables, or stands in a routine.
func (x *execution) limited(b *bind.Binder, tree *parse.Tree, node plan.Node) plan.Node {
	n := x.selectLimit()
	if n == math.MaxUint64 || x.within != nil || len(tree.Into) > 0 {
		return node
	}
	limit := &plan.Limit{Child: node, Count: &expr.Literal{V: types.UintValue(n), T: types.TypeUint}}
	switch q := tree.Node.(type) {
	case *tidb.SelectStmt:
		if q.Limit != nil {
			return node
		}
		if q.SelectStmtOpts != nil && q.CalcFoundRows {
			limit.Found = new(int64)
			b.Found = limit.Found
		}
	case *tidb.SetOprStmt:
		if q.Limit != nil {
			return node
		}
	}
	return limit
}
