package plan

import (
	"math"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// mostRanks is how many rows of a partition are worth looking for without sorting it.
const mostRanks = 100

// ranked makes a window with nothing but ranks tell how many rows of each partition are wanted: those whose rank is at
// most what a condition allows. The condition stays.
func ranked(c *expr.Context, n *Window, conds []expr.Expr) *Window {
	if len(n.Order) == 0 || !movable(n.Order[0].X) || !allMovable(n.Partition) {
		return n
	}
	for _, call := range n.Calls {
		if call.Function == nil || !ranks[call.Function.Name] {
			return n
		}
	}
	able, _ := split(conds)
	best, values := int64(math.MaxInt64), false
	for i, call := range n.Calls {
		id := n.Cols[len(n.Cols)-len(n.Calls)+i].ID
		for _, e := range able {
			if most, ok := atMost(c, e, id); ok && most < best {
				best, values = max(most, 1), call.Function.Name == "dense_rank"
			}
		}
	}
	if best > mostRanks {
		return n
	}
	with := *n
	with.Top, with.TopValues = int(best), values
	return &with
}

// ranks are the window functions that know only of the rows before a row and those equal to it.
var ranks = map[string]bool{"row_number": true, "rank": true, "dense_rank": true}

// atMost is the greatest whole number for which a condition on a column is true.
func atMost(c *expr.Context, cond expr.Expr, id expr.ColumnID) (most int64, ok bool) {
	call, isCall := cond.(*expr.Call)
	if !isCall {
		return 0, false
	}
	number := func(e expr.Expr) (int64, bool) {
		l, ok := expr.Fold(c, e).(*expr.Literal)
		if !ok || l.V.Kind != types.Int && (l.V.Kind != types.Uint || l.V.I < 0) {
			return 0, false
		}
		return l.V.I, true
	}
	column := func(e expr.Expr) bool {
		col, ok := e.(*expr.Column)
		return ok && col.ID == id
	}
	name, args := call.F.Name, call.Args
	switch name {
	case "between":
		if column(args[0]) {
			return number(args[2])
		}
		return 0, false
	case "=", "<", "<=", ">", ">=":
	default:
		return 0, false
	}
	a, b := args[0], args[1]
	if column(b) {
		a, b = b, a
		name = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}[name]
	}
	if !column(a) {
		return 0, false
	}
	most, ok = number(b)
	switch name {
	case "<":
		return most - 1, ok
	case "=", "<=":
		return most, ok
	}
	return 0, false
}
