package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// scalars makes of each EXISTS in expressions over a plan a mark join, and of the aggregates that expressions over a plan compute for each row, SELECT MAX(…) … WHERE inner =
// outer, aggregates by group that are joined to it: it returns the plan with the joins and the expressions on their
// columns. n is rewritten already. (Kim, On Optimizing an SQL-like Nested Query, 1982; a group of no rows is the
// left join's.)
func (o *optimizer) scalars(n Node, exprs []expr.Expr) (Node, []expr.Expr) {
	if o.repeated || !allPure(exprs) {
		return n, exprs
	}
	out := make([]expr.Expr, len(exprs))
	for i, e := range exprs {
		out[i], _ = expr.Transform(e, func(e expr.Expr) (expr.Expr, error) {
			s, ok := e.(*Subquery)
			if !ok {
				return e, nil
			}
			var with Node
			var value expr.Expr
			switch s.Kind {
			case Scalar:
				with, value = o.scalar(n, s)
			case Exists:
				with, value = o.mark(n, s)
			}
			if value == nil {
				return e, nil
			}
			n = with
			return value, nil
		})
	}
	return n, out
}

// scalar is the plan joined with a subquery's groups, and what stands for the subquery; nil where it is of another
// form, or better left for its key to be looked up.
func (o *optimizer) scalar(n Node, s *Subquery) (Node, expr.Expr) {
	around := idsOf(n)
	if free := ids(Free(s.Query)); !free.meets(around) || !free.within(around) || !pureNode(s.Query) {
		return nil, nil
	}
	if with, value := o.firstRow(n, s, around); value != nil {
		return with, value
	}
	project, ok := s.Query.(*Project)
	if !ok || len(project.Items) != 1 || !movable(project.Items[0]) || ids(FreeOf(project.Items[0])).meets(around) {
		return nil, nil
	}
	group, ok := project.Child.(*Aggregate)
	if !ok || len(group.Keys) > 0 || group.Rollup {
		return nil, nil
	}
	empty, ok := o.ofNone(group, around)
	if !ok {
		return nil, nil
	}
	d := &decorrelation{around: around, items: make(map[expr.ColumnID]expr.Expr)}
	right := d.of(group.Child)
	if right == nil || len(d.conds) == 0 || ids(Free(right)).meets(around) || o.executed(n, right, d) {
		return nil, nil
	}
	by := &Aggregate{}
	var on []expr.Expr
	var bound *bounded
	for _, cond := range d.conds {
		inner, match, ok := matched(cond, idsOf(right), around)
		if !ok && bound == nil {
			if bound = boundedBy(cond, idsOf(right), around); bound != nil {
				continue
			}
		}
		if !ok {
			return nil, nil
		}
		o.made++
		column := Column{ID: o.made, Name: inner.String(), T: *inner.Type()}
		by.Keys, by.Cols = append(by.Keys, inner), append(by.Cols, column)
		match.Args[1] = column.Ref()
		on = append(on, match)
	}
	if by.Calls, ok = substituted(group.Calls, d.items); !ok {
		return nil, nil
	}
	by.Cols = append(by.Cols, group.Cols...)
	by.Child = right
	value, ok := substitute(project.Items[0], empty)
	if !ok || !sameValues(value.Type(), &s.T) {
		return nil, nil
	}
	if bound != nil {
		if with := o.running(n, by, bound, on); with != nil {
			return with, value
		}
		return nil, nil
	}
	return o.leftJoin(n, by, on), value
}

// ofNone is what the columns of an aggregation's calls are of no rows, where it is not NULL; false: they may not be computed by group.
func (o *optimizer) ofNone(group *Aggregate, around ids) (map[expr.ColumnID]expr.Expr, bool) {
	empty := make(map[expr.ColumnID]expr.Expr)
	for i, call := range group.Calls {
		switch {
		case slices.ContainsFunc(call.Args, func(e expr.Expr) bool { return !silent(e) }):
			return nil, false // there are groups that no row asks for
		// Groups keep a computed decimal with the places of its type, which may be fewer.
		case slices.ContainsFunc(call.Args, computedDecimal), call.F.Ordered, ids(FreeOf(&expr.Call{F: builtin.Function("coalesce"), Args: call.Args})).meets(around):
			return nil, false
		case call.F.Name == "count":
			column := &group.Cols[i]
			zero := &expr.Literal{V: types.IntValue(0), T: column.T}
			joined := *column
			joined.T.Nullable = true
			value, err := expr.NewCall(&expr.Resolver{Env: o.c.Env, Context: o.c}, builtin.Function("ifnull"), joined.Ref(), zero)
			if err != nil || !sameValues(value.Type(), &column.T) {
				return nil, false
			}
			empty[column.ID] = value
		case !nullOfNone[call.F.Name]:
			return nil, false
		}
	}
	return empty, true
}

// substituted are calls with other expressions for columns.
func substituted(calls []*expr.AggregateCall, by map[expr.ColumnID]expr.Expr) (out []*expr.AggregateCall, ok bool) {
	for _, call := range calls {
		with := *call
		with.Args = make([]expr.Expr, len(call.Args))
		for i, a := range call.Args {
			if with.Args[i], ok = substitute(a, by); !ok {
				return nil, false
			}
		}
		out = append(out, &with)
	}
	return out, true
}

// nullOfNone are aggregates that are NULL of no rows.
var nullOfNone = map[string]bool{
	"sum": true, "avg": true, "min": true, "max": true, "std": true, "stddev": true, "stddev_pop": true, "stddev_samp": true,
	"variance": true, "var_pop": true, "var_samp": true, "any_value": true,
}

func computedDecimal(e expr.Expr) bool {
	_, column := e.(*expr.Column)
	return !column && e.Type().Kind == types.Decimal
}

// keyed tells whether groups by values of a type are those that are equal to one another. A decimal that is computed
// may have more places than the key.
func keyed(t *types.Type) bool {
	switch t.Kind {
	case types.Null, types.Decimal, types.JSON, types.Enum, types.Set:
		return false
	}
	return true
}

// rowsPerLookup is how many rows are read in the time of a lookup.
const rowsPerLookup = 256
