package plan

import (
	"maps"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
)

// semijoin makes of IN, EXISTS or their negation a join of the rows with those of the query (manual
// 10.2.2.1); nil where it is better or safer to leave it. n is rewritten already.
func (o *optimizer) semijoin(n Node, cond expr.Expr) Node {
	e, not := bare(cond), false
	if c, ok := e.(*expr.Call); ok && c.F.Name == "not" {
		e, not = bare(c.Args[0]), true
	}
	s, ok := e.(*Subquery)
	if !ok || o.repeated || s.Kind != In && s.Kind != Exists && s.Kind != Compare || !allMovable(s.Left) || !pureNode(s.Query) {
		return nil
	}
	around := idsOf(n)
	correlated := ids(Free(s.Query)).meets(around)
	if s.Kind != In && !correlated {
		return nil // it is one value for all rows, or compared with one
	}
	d := &decorrelation{around: around, items: make(map[expr.ColumnID]expr.Expr)}
	right := s.Query
	if correlated {
		if right = d.of(s.Query); right == nil || ids(Free(right)).meets(around) {
			return nil
		}
	}
	kind := Semi
	on := d.conds
	if s.Kind == In {
		match, ok := substitute(s.Match, d.items)
		if !ok || !movable(match) {
			return nil
		}
		if not && correlated {
			// A row of the query is one for which its conditions are true, not NULL.
			for i, e := range on {
				on[i] = logical(o.c, "is true", e)
			}
		}
		on = append(conjuncts(match), on...)
	}
	switch {
	case s.Kind == Compare:
		match, ok := substitute(s.Match, d.items)
		if !ok || !movable(match) {
			return nil
		}
		// What ANY looks for is a row for which the comparison is true, and ALL one for which it is not.
		if match = o.decisive(match, s.All, s.All != not); match == nil {
			return nil
		}
		if on = append(on, match); s.All != not {
			kind = Anti
		}
	case not && s.Kind == In:
		kind = AntiNull
	case not:
		kind = Anti
	}
	return o.joined(&Join{Kind: kind, Left: n, Cols: n.Columns()}, right, on)
}

// decisive is a comparison, or one that is true where it is false; unknown: it is true where either is NULL, too. nil: it
// is none by order.
func (o *optimizer) decisive(e expr.Expr, inverse, unknown bool) expr.Expr {
	call, ok := e.(*expr.Call)
	if !ok || inverses[call.F.Name] == "" {
		return nil
	}
	if inverse {
		e = logical(o.c, inverses[call.F.Name], call.Args...)
	}
	for _, a := range call.Args {
		if unknown && a.Type().Nullable {
			e = logical(o.c, "or", e, logical(o.c, "is null", a))
		}
	}
	return e
}

// inverses are the comparisons by order, and those that are true where they are false.
var inverses = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<"}

// joined is a join with a right side, on conditions.
func (o *optimizer) joined(j *Join, right Node, on []expr.Expr) Node {
	around, of := idsOf(j.Left), idsOf(right)
	var toRight, both []expr.Expr
	for _, e := range on {
		if uses := ids(FreeOf(e)); j.Kind != AntiNull && uses.meets(of) && !uses.meets(around) {
			toRight = append(toRight, e)
		} else {
			both = append(both, e)
		}
	}
	j.Right, j.On = o.push(right, toRight), conjunction(o.c, both)
	return j
}

// mark is a plan joined with the rows of an EXISTS that is a part of an expression, and the column that stands for it (Neumann and others, The
// Complete Story of Joins, BTW 2017); nil where it is of another form, or better left for its key to be looked up. n is rewritten already.
func (o *optimizer) mark(n Node, s *Subquery) (Node, expr.Expr) {
	around := idsOf(n)
	if !ids(Free(s.Query)).meets(around) || !pureNode(s.Query) {
		return nil, nil
	}
	d := &decorrelation{around: around, items: make(map[expr.ColumnID]expr.Expr)}
	right := d.of(s.Query)
	if right == nil || ids(Free(right)).meets(around) || !d.matches(right) || o.executed(n, right, d) {
		return nil, nil
	}
	o.made++
	column := Column{ID: o.made, Name: s.String(), T: s.T}
	j := &Join{Kind: Mark, Left: n, Cols: append(slices.Clone(n.Columns()), column), MarkID: column.ID}
	return o.joined(j, right, d.conds), column.Ref()
}

// decorrelation takes a query apart: into what does not use the columns around it, and the
// conditions that do.
type decorrelation struct {
	around ids
	conds  []expr.Expr
	items  map[expr.ColumnID]expr.Expr // what columns of projections are that were left out
}

func (d *decorrelation) uses(columns ids) bool { return columns.meets(d.around) }

// matches tells whether one of the conditions is an equality with the rows of right, what is left of the query.
func (d *decorrelation) matches(right Node) bool {
	return slices.ContainsFunc(d.conds, func(e expr.Expr) bool {
		_, _, ok := matched(e, idsOf(right), d.around)
		return ok
	})
}

// executed tells whether a query is better executed for each row of n than once for all. Where one of its conditions is an
// equality its rows are looked up then, else all of right's are read, which takes a fourth of the time of sorting them or less.
func (o *optimizer) executed(n, right Node, d *decorrelation) bool {
	if d.matches(right) {
		return o.estimate.rows(n) < o.estimate.rows(right)/rowsPerLookup
	}
	return o.estimate.rows(n) < 4
}

// of is a plan without its conditions on the columns around it, which are in d.conds; nil where
// something else uses them. Order and duplicates of its rows do not matter.
func (d *decorrelation) of(n Node) Node {
	if !d.uses(Free(n)) {
		return n
	}
	switch n := n.(type) {
	case *Sort:
		if n.Top == nil {
			return d.of(n.Child)
		}
	case *Project:
		child := d.of(n.Child)
		if child == nil {
			return nil
		}
		items := make(map[expr.ColumnID]expr.Expr)
		for i, e := range n.Items {
			with, ok := substitute(e, d.items)
			if !ok || !movable(e) {
				return nil
			}
			items[n.Cols[i].ID] = with
		}
		maps.Copy(d.items, items)
		return child
	case *Filter:
		child := d.of(n.Child)
		if child == nil {
			return nil
		}
		return d.filter(child, n.Cond)
	case *Join:
		return d.join(n)
	}
	return nil
}

// filter leaves in a plan those of the conditions that do not use the columns around.
func (d *decorrelation) filter(n Node, cond expr.Expr) Node {
	for _, e := range conjuncts(cond) {
		if !movable(e) {
			// Columns within a subquery are not replaced.
			if d.uses(FreeOf(e)) || len(d.items) > 0 {
				return nil
			}
			n = &Filter{Child: n, Cond: e}
			continue
		}
		with, ok := substitute(e, d.items)
		switch {
		case !ok:
			return nil
		case d.uses(FreeOf(with)):
			d.conds = append(d.conds, with)
		default:
			n = &Filter{Child: n, Cond: with}
		}
	}
	return n
}

func (d *decorrelation) join(n *Join) Node {
	if n.Lateral || n.Kind != Inner && n.Kind != Left || n.Kind == Left && d.uses(Free(n.Right)) {
		return nil
	}
	left := d.of(n.Left)
	if left == nil {
		return nil
	}
	right := d.of(n.Right)
	if right == nil {
		return nil
	}
	with := *n
	with.Left, with.Right = left, right
	with.Cols = joinedColumns(n, left, right)
	if n.On == nil {
		return &with
	}
	if n.Kind == Inner {
		with.On = nil
		return d.filter(&with, n.On)
	}
	on, ok := substitute(n.On, d.items)
	if !ok || !movable(on) || d.uses(FreeOf(on)) {
		return nil
	}
	with.On = on
	return &with
}
