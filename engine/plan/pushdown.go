package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// push rewrites the rows of a plan for which all conditions are true: each condition is
// computed as far down as it may be.
func (o *optimizer) push(n Node, conds []expr.Expr) Node {
	switch n := n.(type) {
	case *Filter:
		return o.push(n.Child, slices.Concat(conjuncts(n.Cond), conds))
	case *Join:
		return o.join(n, conds)
	case *Scan:
		return o.filter(o.lookup(n, conds), conds)
	case *Ref:
		if q := o.inlined(n); q != nil {
			return o.push(q, conds)
		}
		with := *n
		with.CTE = o.cte(n.CTE)
		return o.filter(&with, conds)
	case *SetOp:
		return o.setOp(n, conds)
	case *Project:
		return o.through(n, conds, projected(n), false)
	case *Sort:
		if n.Top == nil {
			return o.through(n, conds, passed(n.Columns()), false)
		}
	case *Distinct:
		return o.through(n, conds, passed(n.Columns()), true)
	case *Aggregate:
		if !n.Rollup {
			return o.through(n, conds, grouped(n), true)
		}
	case *Window:
		return o.through(ranked(o.c, n, conds), conds, partitioned(n), true)
	}
	return o.through(n, conds, nil, true)
}

// through rewrites an operator of at most one child, and pushes the conditions below it whose
// columns are all known there, by the expressions that they are there. equal: rows
// that are equal to the operator must meet the condition or not meet it together; without columns
// known there, nothing goes below.
func (o *optimizer) through(n Node, conds []expr.Expr, known map[expr.ColumnID]expr.Expr, equal bool) Node {
	if len(n.Children()) == 0 {
		return o.filter(n.WithExprs(o.exprs(n.Exprs())), conds)
	}
	var below, above []expr.Expr
	able, stay := split(conds)
	own := idsOf(n)
	keyed := !equal || len(known) > 0
	for _, e := range able {
		if keyed && allPure(n.Exprs()) && (!equal || alike(e)) {
			if with, ok := o.translate(e, own, known); ok {
				below = append(below, with)
				continue
			}
		}
		above = append(above, e)
	}
	child, exprs := o.push(n.Children()[0], below), n.Exprs()
	switch n.(type) {
	case *Project, *Aggregate:
		child, exprs = o.scalars(child, exprs)
	}
	n = n.With([]Node{child})
	n = n.WithExprs(o.exprs(exprs))
	switch m := n.(type) {
	case *Sort:
		n = projectLate(o.sorted(m))
	case *Limit:
		n = projectLate(m)
	case *Aggregate:
		n = o.extremes(m)
	}
	return o.filter(n, append(above, stay...))
}

// translate is a condition on columns of an operator in terms of its child's.
func (o *optimizer) translate(e expr.Expr, own ids, known map[expr.ColumnID]expr.Expr) (expr.Expr, bool) {
	for id := range FreeOf(e) {
		if own[id] && (known[id] == nil || !movable(known[id])) {
			return nil, false
		}
	}
	return substitute(e, known)
}

// split divides conditions into those that may be computed elsewhere and the others. Behind one with
// effects none may: it is not computed for the rows that do not come there.
func split(conds []expr.Expr) (able, stay []expr.Expr) {
	for i, e := range conds {
		switch {
		case !pure(e):
			return able, append(stay, conds[i:]...)
		case movable(e):
			able = append(able, e)
		default:
			stay = append(stay, e)
		}
	}
	return able, stay
}

// projected is what a projection's columns are.
func projected(n *Project) map[expr.ColumnID]expr.Expr {
	known := make(map[expr.ColumnID]expr.Expr, len(n.Cols))
	for i := range n.Cols {
		known[n.Cols[i].ID] = n.Items[i]
	}
	return known
}

// passed is columns that an operator does not change.
func passed(columns []Column) map[expr.ColumnID]expr.Expr {
	known := make(map[expr.ColumnID]expr.Expr, len(columns))
	for i := range columns {
		known[columns[i].ID] = columns[i].Ref()
	}
	return known
}

// grouped is what an aggregation's keys are. A decimal that is computed may have more places
// than the key, see package exec.
func grouped(n *Aggregate) map[expr.ColumnID]expr.Expr {
	known := make(map[expr.ColumnID]expr.Expr, len(n.Keys))
	for i, k := range n.Keys {
		if _, ok := k.(*expr.Column); ok || k.Type().Kind != types.Decimal {
			known[n.Cols[i].ID] = k
		}
	}
	return known
}

// partitioned is the columns that a window partitions by.
func partitioned(n *Window) map[expr.ColumnID]expr.Expr {
	known := make(map[expr.ColumnID]expr.Expr)
	for _, p := range n.Partition {
		if c, ok := p.(*expr.Column); ok {
			known[c.ID] = c
		}
	}
	return known
}

// setOp pushes conditions to both sides of UNION.
func (o *optimizer) setOp(n *SetOp, conds []expr.Expr) Node {
	able, stay := split(conds)
	if n.Kind != Union {
		able, stay = nil, conds
	}
	own := idsOf(n)
	left, right := sideOf(n, n.Left), sideOf(n, n.Right)
	var above, toLeft, toRight []expr.Expr
	for _, e := range able {
		l, lok := o.translate(e, own, left)
		r, rok := o.translate(e, own, right)
		if lok && rok && (n.All || alike(e)) {
			toLeft, toRight = append(toLeft, l), append(toRight, r)
		} else {
			above = append(above, e)
		}
	}
	return o.filter(n.With([]Node{
		inOrder(o.push(n.Left, toLeft), n.Left.Columns()),
		inOrder(o.push(n.Right, toRight), n.Right.Columns()),
	}), append(above, stay...))
}

// sideOf is what the columns of a set operation are on a side.
func sideOf(n *SetOp, side Node) map[expr.ColumnID]expr.Expr {
	columns := side.Columns()
	known := make(map[expr.ColumnID]expr.Expr, len(columns))
	for i := range columns {
		known[n.Cols[i].ID] = columns[i].Ref()
	}
	return known
}
