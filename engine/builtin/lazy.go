package builtin

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// evalRows evaluates an expression for some rows of a batch; nil stands for all. What
// neither fails nor warns is computed for all of them where that spares a copy of the batch.
func evalRows(c *expr.Context, x expr.Expr, b *types.Batch, rows []int32) (*types.Vec, error) {
	switch {
	case rows == nil:
		return x.Eval(c, b)
	case !harmless(x) && !c.Known(x, b):
		return x.Eval(c, b.Take(rows))
	}
	v, err := x.Eval(c, b)
	if err != nil {
		return nil, err
	}
	return v.Take(rows), nil
}

// harmless tells whether an expression is cheap and can neither fail nor warn, whatever the
// row has.
func harmless(x expr.Expr) bool {
	switch x := x.(type) {
	case *expr.Column, *expr.Outer, *expr.Literal:
		return true
	case *expr.Truth:
		return !x.X.Type().IsText() && harmless(x.X)
	case *expr.Convert:
		from := x.X.Type()
		quiet := from.IsNumeric() && x.T.Kind == types.Float || from.Kind == types.Int && x.T.Kind == types.Decimal ||
			from.Kind == types.Date && x.T.Kind == types.DateTime || from.Kind == types.String && x.T.Kind == types.String
		return quiet && !x.Explicit && harmless(x.X)
	case *expr.Call:
		switch {
		case datePartNames[x.F.Name]:
			if t := x.Args[0].Type(); t.Kind != types.Date && t.Kind != types.DateTime {
				return false
			}
		case x.F.Name == "%":
			if divisor, ok := x.Args[1].(*expr.Literal); x.T.Kind != types.Int || !ok || divisor.V.Kind != types.Int || divisor.V.I <= 0 {
				return false
			}
		case !harmlessCalls[x.F.Name]:
			return false
		}
		return allHarmless(x.Args)
	}
	return false
}

func allHarmless(xs []expr.Expr) bool {
	for _, x := range xs {
		if !harmless(x) {
			return false
		}
	}
	return true
}

// datePartNames are functions of one date that neither fail nor warn, where it is no text.
var datePartNames = map[string]bool{
	"year": true, "quarter": true, "month": true, "day": true, "dayofmonth": true, "dayofyear": true, "dayofweek": true,
	"weekday": true, "to_days": true, "hour": true, "minute": true, "second": true,
}

var harmlessCalls = map[string]bool{
	"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true, "<=>": true, "between": true,
	"and": true, "or": true, "xor": true, "not": true, "is null": true, "is not null": true, "isnull": true,
	"is true": true, "is false": true, "is not true": true, "is not false": true, "collate": true,
	"if": true, "case": true, "ifnull": true, "coalesce": true, "length": true, "char_length": true,
}
