package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// bounded is the comparison of what a correlated query's own columns are with what those around it are.
type bounded struct {
	inner, outer expr.Expr
	below        bool // inner is less than outer
	equal        bool // or they are equal
}

// boundedBy is nil where a condition is none.
func boundedBy(cond expr.Expr, own, around ids) *bounded {
	call, ok := cond.(*expr.Call)
	if !ok || len(call.Args) != 2 {
		return nil
	}
	b := &bounded{inner: call.Args[0], outer: call.Args[1]}
	switch call.F.Name {
	case "<", "<=":
		b.below = true
	case ">", ">=":
	default:
		return nil
	}
	b.equal = len(call.F.Name) == 2
	if !ids(FreeOf(b.inner)).within(own) {
		b.inner, b.outer, b.below = b.outer, b.inner, !b.below
	}
	key, other := ids(FreeOf(b.inner)), ids(FreeOf(b.outer))
	if len(key) == 0 || !key.within(own) || !other.within(around) || b.inner.Type().Kind != b.outer.Type().Kind {
		return nil
	}
	switch b.inner.Type().Kind {
	case types.Int, types.Uint, types.Float, types.Decimal, types.Date, types.DateTime, types.Time:
		return b
	}
	return nil
}

// order is that in which the rows that are bounded come first, and the nearest to the bound is the last of them.
func (b *bounded) order() expr.Order { return expr.Order{X: b.inner, Desc: !b.below} }

// isColumn tells whether two expressions are the same column.
func isColumn(a, b expr.Expr) bool {
	x, ok := a.(*expr.Column)
	y, also := b.(*expr.Column)
	return ok && also && x.ID == y.ID
}

func (o *optimizer) notNull(n Node, e expr.Expr) Node {
	return &Filter{Child: n, Cond: logical(o.c, "is not null", e)}
}

// nearest is leftJoin of each row of n with the row of right, which has a column that is bounded, that is the nearest to the bound among those
// that the other conditions let pass.
func (o *optimizer) nearest(n, right Node, on []expr.Expr, b *bounded, column expr.Expr) Node {
	name := map[bool]string{true: ">", false: "<"}[b.below]
	if b.equal {
		name += "="
	}
	j := o.leftJoin(n, right, append(slices.Clip(on), logical(o.c, name, b.outer, column))).(*Join)
	j.Nearest = true
	return j
}

// running is a plan joined with the aggregates of those rows, of the ones with equal keys, whose value is bounded by that of the plan's row:
// they are aggregates over a frame that grows up to the nearest such row. nil: the order of the rows would be seen in them.
func (o *optimizer) running(n Node, by *Aggregate, b *bounded, on []expr.Expr) Node {
	rows := o.notNull(by.Child, b.inner)
	r := &expr.Resolver{Env: o.c.Env, Context: o.c}
	order := []expr.Order{b.order()}
	var calls []*expr.WindowCall
	for _, call := range by.Calls {
		if !orderless(call) {
			return nil
		}
		with := *call
		if call.Distinct {
			// Of equal values the first counts.
			arg := call.Args[0]
			w := &Window{Child: rows, Partition: append(slices.Clone(by.Keys), arg), Order: order, Cols: rows.Columns()}
			of, err := o.rowNumber(r, w)
			if err != nil {
				return nil
			}
			rows = w
			first, err := expr.NewCall(r, builtin.Function("="), of.Ref(), &expr.Literal{V: types.IntValue(1), T: types.TypeInt})
			if err != nil {
				return nil
			}
			once, err := expr.NewCall(r, builtin.Function("if"), first, arg, &expr.Literal{T: types.TypeNull})
			if err != nil || !sameValues(once.Type(), arg.Type()) {
				return nil
			}
			with.Distinct, with.Args = false, []expr.Expr{once}
		}
		calls = append(calls, &expr.WindowCall{Aggregate: &with, T: call.T, Frame: expr.Frame{
			Unit: expr.Range, Start: expr.Bound{Kind: expr.UnboundedPreceding}, End: expr.Bound{Kind: expr.CurrentRow},
		}})
	}
	keys, own := by.Cols[:len(by.Keys)], by.Cols[len(by.Keys):]
	w := &Window{Child: rows, Partition: by.Keys, Order: order, Calls: calls, Cols: append(slices.Clone(rows.Columns()), own...)}
	o.made++
	column := Column{ID: o.made, Name: b.inner.String(), T: *b.inner.Type()}
	p := &Project{Child: w, Items: append(slices.Clone(by.Keys), b.inner), Cols: append(slices.Clone(keys), column)}
	for i := range own {
		p.Items, p.Cols = append(p.Items, own[i].Ref()), append(p.Cols, own[i])
	}
	return o.nearest(n, p, on, b, column.Ref())
}

// orderless tells whether an aggregate is the same in whatever order the rows come, to the letter.
func orderless(call *expr.AggregateCall) bool {
	if len(call.Args) > 1 || call.Distinct && !keyed(call.Args[0].Type()) {
		return false
	}
	switch call.F.Name {
	case "count":
		return true
	case "sum", "avg":
		k := call.Args[0].Type().Kind
		return k == types.Int || k == types.Uint || k == types.Decimal
	case "min", "max":
		switch call.Args[0].Type().Kind {
		case types.Int, types.Uint, types.Date, types.DateTime, types.Time:
			return true
		}
	}
	return false
}
