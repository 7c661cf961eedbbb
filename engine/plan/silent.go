package plan

import (
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// silent tells whether an expression neither fails nor warns, whatever the row: it may be computed for rows that the
// statement does not ask for. Of those that never do it knows the ones that aggregates often have.
func silent(e expr.Expr) bool {
	switch e := e.(type) {
	case *expr.Column, *expr.Literal:
		return true
	case *expr.Truth:
		return e.X.Type().IsNumeric() && silent(e.X)
	case *expr.Convert:
		from := e.X.Type().Kind
		exact := from == e.T.Kind && e.T.Kind == types.String || from == types.Null ||
			(from == types.Int || from == types.Uint) && e.T.Kind == types.Float
		return exact && !e.Explicit && silent(e.X)
	case *expr.Call:
		switch e.F.Name {
		case "+", "-", "*":
			return small(e.Args[0]) && small(e.Args[1])
		case "and", "or", "xor", "not", "is null", "is not null", "isnull", "if", "case", "ifnull", "coalesce":
		case "=", "<>", "<", "<=", ">", ">=", "<=>", "between", "in":
			first := e.Args[0].Type()
			for _, a := range e.Args[1:] {
				if t := a.Type(); t.Kind != first.Kind && t.Kind != types.Null && !(t.IsNumeric() && first.IsNumeric()) {
					return false
				}
			}
		default:
			return false
		}
		return !slices.ContainsFunc(e.Args, func(a expr.Expr) bool { return !silent(a) })
	}
	return false
}

// small tells whether an expression is a signed whole number of 32 bits, of which two have a sum, a difference and a
// product of 64.
func small(e expr.Expr) bool {
	t := e.Type()
	if t.Kind != types.Int {
		return false
	}
	switch e := e.(type) {
	case *expr.Literal:
		return e.V.IsNull() || e.V.I >= math.MinInt32 && e.V.I <= math.MaxInt32
	case *expr.Column:
		switch t.Protocol {
		case types.ProtocolTiny, types.ProtocolShort, types.ProtocolInt24, types.ProtocolLong, types.ProtocolYear:
			return true
		}
	}
	return false
}
