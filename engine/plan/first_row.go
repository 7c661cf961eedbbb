package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// firstRow is [optimizer.scalar] of SELECT … WHERE inner = outer ORDER BY … LIMIT 1: the rows that come
// first among those with equal inner columns are joined.
func (o *optimizer) firstRow(n Node, s *Subquery, around ids) (Node, expr.Expr) {
	if len(s.Query.Columns()) != 1 {
		return nil, nil
	}
	value, node := expr.Expr(s.Query.Columns()[0].Ref()), s.Query
	var sorted *Sort
	for limited := false; sorted == nil; {
		switch q := node.(type) {
		case *Project:
			with, ok := substitute(value, projected(q))
			if !ok {
				return nil, nil
			}
			value, node = with, q.Child
		case *Limit:
			count, ok := expr.Fold(o.c, q.Count).(*expr.Literal)
			if limited || q.Offset != nil || q.Found != nil || !ok || count.V.I != 1 || count.V.Kind != types.Int && count.V.Kind != types.Uint {
				return nil, nil
			}
			limited, node = true, q.Child
		case *Sort:
			if !limited {
				return nil, nil
			}
			sorted, node = q, q.Child
		default:
			return nil, nil
		}
	}
	d := &decorrelation{around: around, items: make(map[expr.ColumnID]expr.Expr)}
	right := d.of(node)
	if right == nil || len(d.conds) == 0 || ids(Free(right)).meets(around) || o.executed(n, right, d) {
		return nil, nil
	}
	first := &Window{Child: right, Cols: slices.Clone(right.Columns())}
	// Which are computed of rows that nobody may ask for.
	able := func(e expr.Expr) (expr.Expr, bool) {
		with, ok := substitute(e, d.items)
		return with, ok && movable(with) && silent(with) && !ids(FreeOf(with)).meets(around)
	}
	var ok bool
	if value, ok = able(value); !ok || !sameValues(value.Type(), &s.T) {
		return nil, nil
	}
	for _, k := range sorted.Keys {
		if k.X, ok = able(k.X); !ok {
			return nil, nil
		}
		first.Order = append(first.Order, k)
	}
	p := &Project{}
	var on []expr.Expr
	keep := func(e expr.Expr) *Column {
		o.made++
		p.Items = append(p.Items, e)
		p.Cols = append(p.Cols, Column{ID: o.made, Name: e.String(), T: *e.Type()})
		return &p.Cols[len(p.Cols)-1]
	}
	var bound *bounded
	for _, cond := range d.conds {
		inner, match, ok := matched(cond, idsOf(right), around)
		if !ok && bound == nil {
			// The first of all rows below a value, in the order that ends there.
			bound = boundedBy(cond, idsOf(right), around)
			if bound != nil && isColumn(sorted.Keys[0].X, bound.inner) && first.Order[0].Desc == bound.below {
				continue
			}
		}
		if !ok || !sameValues(inner.Type(), match.Args[0].Type()) {
			return nil, nil
		}
		first.Partition = append(first.Partition, inner)
		match.Args[1] = keep(inner).Ref()
		on = append(on, match)
	}
	result := keep(value)
	result.T.Nullable = true // where there are no rows
	value = result.Ref()
	if bound != nil {
		p.Child = &Sort{Child: o.notNull(right, bound.inner), Keys: append([]expr.Order{bound.order()}, first.Order[1:]...)}
		return o.nearest(n, p, on, bound, keep(bound.inner).Ref()), value
	}
	if p.Child = o.numbered(first, 0, 1); p.Child == nil {
		return nil, nil
	}
	return o.leftJoin(n, p, on), value
}

// matched takes an equality of what a query's own columns are with what those around it are apart: the first and
// the equality, whose second operand that was or will be.
func matched(cond expr.Expr, own, around ids) (inner expr.Expr, match *expr.Call, ok bool) {
	call, is := cond.(*expr.Call)
	if !is || call.F.Name != "=" {
		return nil, nil, false
	}
	inner, outer := call.Args[0], call.Args[1]
	if !ids(FreeOf(inner)).within(own) {
		inner, outer = outer, inner
	}
	key, other := ids(FreeOf(inner)), ids(FreeOf(outer))
	if len(key) == 0 || !key.within(own) || !other.within(around) || !keyed(inner.Type()) {
		return nil, nil, false
	}
	with := *call
	with.Args = []expr.Expr{outer, inner}
	return inner, &with, true
}

// leftJoin joins rows, of which each of n's has at most one.
func (o *optimizer) leftJoin(n, right Node, on []expr.Expr) Node {
	j := &Join{Kind: Left, Left: n, On: conjunction(o.c, on)}
	j.Right = o.push(right, nil)
	j.Cols = append(j.Cols, n.Columns()...)
	for _, c := range j.Right.Columns() {
		c.T.Nullable = true
		j.Cols = append(j.Cols, c)
	}
	return j
}
