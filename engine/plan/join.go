package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
)

// join rewrites a join and pushes conditions to its sides.
func (o *optimizer) join(n *Join, conds []expr.Expr) Node {
	if !settled(n) {
		// How often a side's rows are made must not change.
		with := n.With([]Node{o.push(n.Left, nil), o.right(n, nil)})
		return o.filter(with.WithExprs(o.exprs(with.Exprs())), conds)
	}
	able, stay := split(conds)
	left, right := idsOf(n.Left), idsOf(n.Right)
	if n.Kind == Left && !n.Nearest && slices.ContainsFunc(able, func(e expr.Expr) bool { return rejectsNull(e, right) }) {
		inner := *n
		inner.Kind = Inner
		return o.join(&inner, conds)
	}
	if n.Kind == Left && !n.Nearest {
		if without := o.unmatched(n, left, right, conds); without != nil {
			return without
		}
	}
	if n.Kind == Inner {
		return o.inner(n, able, stay)
	}
	var toLeft, toRight, on []expr.Expr
	for _, e := range able {
		if uses := ids(FreeOf(e)); uses.meets(right) && n.Kind == Left || n.Kind == Mark && uses[n.MarkID] {
			stay = append(stay, e)
		} else {
			toLeft = append(toLeft, e)
		}
	}
	for _, e := range conjuncts(n.On) {
		// Of NOT IN a condition that is NULL counts, too.
		if uses := ids(FreeOf(e)); n.Kind != AntiNull && !n.Nearest && movable(e) && uses.meets(right) && !uses.meets(left) {
			toRight = append(toRight, e)
		} else {
			on = append(on, o.expr(e))
		}
	}
	if n.Kind == Left && !n.Nearest || n.Kind == Semi {
		for _, e := range implied(slices.Concat(toLeft, on), idsOf(n.Left).with(right)) {
			if !ids(FreeOf(e)).meets(left) {
				toRight = append(toRight, e)
			}
		}
	}
	with := *n
	with.Left = o.push(n.Left, toLeft)
	if n.Lateral && len(toRight) == 0 {
		if joined := o.unlateral(with.Left, n); joined != nil {
			return o.filter(joined, stay)
		}
	}
	with.Right = o.right(n, toRight)
	with.On = conjunction(o.c, on)
	with.Cols = joinedColumns(n, with.Left, with.Right)
	return o.filter(&with, stay)
}

// unmatched makes of a left join, of which only the rows without a match are wanted, an antijoin: a condition is that
// a column of the right side is NULL, which it is in no match. nil: it is none of these.
func (o *optimizer) unmatched(n *Join, left, right ids, conds []expr.Expr) Node {
	if n.Lateral {
		return nil
	}
	at := slices.IndexFunc(conds, func(e expr.Expr) bool {
		call, ok := bare(e).(*expr.Call)
		if !ok || call.F.Name != "is null" && call.F.Name != "isnull" {
			return false
		}
		c, ok := call.Args[0].(*expr.Column)
		return ok && right[c.ID] && neverNull(n, c.ID)
	})
	if at < 0 {
		return nil
	}
	rest := slices.Delete(slices.Clone(conds), at, at+1)
	for _, e := range rest {
		if !pure(e) || ids(FreeOf(e)).meets(right) {
			return nil
		}
	}
	anti := *n
	anti.Kind, anti.Cols = Anti, n.Left.Columns()
	p := &Project{Child: o.join(&anti, rest), Cols: n.Cols}
	for i := range n.Cols {
		if c := &n.Cols[i]; left[c.ID] {
			p.Items = append(p.Items, c.Ref())
		} else {
			p.Items = append(p.Items, &expr.Literal{T: c.T})
		}
	}
	return p
}

// neverNull tells whether a column of a join's right side is NULL in no match.
func neverNull(n *Join, id expr.ColumnID) bool {
	for _, c := range n.Right.Columns() {
		if c.ID == id && !c.T.Nullable {
			return true
		}
	}
	return slices.ContainsFunc(conjuncts(n.On), func(e expr.Expr) bool { return rejectsNull(e, ids{id: true}) })
}

// right rewrites the right side of a join.
func (o *optimizer) right(n *Join, conds []expr.Expr) Node {
	defer func(was bool) { o.repeated = was }(o.repeated)
	o.repeated = o.repeated || n.Lateral
	return o.push(n.Right, conds)
}

// joinedColumns are the columns of a join on other sides, which have columns of the join's sides.
func joinedColumns(n *Join, left, right Node) []Column {
	cols := slices.Clone(left.Columns())
	if n.Kind == Inner || n.Kind == Left {
		cols = append(cols, right.Columns()...)
	}
	if last := len(n.Cols) - 1; n.Kind == Mark && last >= 0 && n.Cols[last].ID == n.MarkID {
		cols = append(cols, n.Cols[last])
	}
	for i := range cols {
		if at := slices.IndexFunc(n.Cols, func(c Column) bool { return c.ID == cols[i].ID }); at >= 0 {
			cols[i] = n.Cols[at]
		} else if n.Kind == Left && i >= len(left.Columns()) {
			cols[i].T.Nullable = true
		}
	}
	return cols
}

// inner rewrites a chain of inner joins, with conditions on its rows of which
// those that are able may be computed anywhere.
func (o *optimizer) inner(n *Join, able, stay []expr.Expr) Node {
	var subqueries []expr.Expr
	parts, conds, straight := []Node{n.Left, n.Right}, conjuncts(n.On), true
	if !n.Lateral {
		parts, conds, straight = chain(n)
	}
	conds, subqueries = split(conds)
	conds, stay = append(conds, able...), append(subqueries, stay...)
	conds = append(conds, implied(conds, idsOf(n.Left).with(idsOf(n.Right)))...)
	if !straight {
		parts = o.joinOrder(parts, conds)
	}

	// A condition is computed as soon as all of its columns are there.
	of := make([]ids, len(parts))
	for i, p := range parts {
		of[i] = idsOf(p)
	}
	alone, on := make([][]expr.Expr, len(parts)), make([][]expr.Expr, len(parts))
	for _, e := range conds {
		uses := ids(FreeOf(e))
		last, parties := 0, 0
		for i := range parts {
			if uses.meets(of[i]) {
				last = i
				parties++
			}
		}
		if parties > 1 {
			on[last] = append(on[last], e)
		} else {
			alone[last] = append(alone[last], e)
		}
	}
	out := o.push(parts[0], alone[0])
	for i := 1; i < len(parts); i++ {
		if n.Lateral {
			if joined := o.unlateral(out, &Join{Kind: Inner, Left: n.Left, Right: n.Right, Cols: n.Cols}); joined != nil {
				out = o.where(joined, slices.Concat(alone[i], on[i]))
				continue
			}
		}
		j := &Join{Kind: Inner, Left: out, Lateral: n.Lateral, On: conjunction(o.c, on[i]), Cols: n.Cols}
		j.Right = parts[i]
		j.Right = o.right(j, alone[i])
		j.Cols = joinedColumns(j, out, j.Right)
		out = j
	}
	return o.filter(out, stay)
}

// chain is what is joined by inner joins, in the written order, and on what conditions. The right side of a lateral join
// sees the left one as a whole. straight: the order must stay.
func chain(n Node) (parts []Node, conds []expr.Expr, straight bool) {
	j, ok := n.(*Join)
	if !ok || j.Kind != Inner || j.Lateral {
		return []Node{n}, nil, false
	}
	left, leftConds, leftStraight := chain(j.Left)
	right, rightConds, rightStraight := chain(j.Right)
	return append(left, right...), slices.Concat(leftConds, rightConds, conjuncts(j.On)), j.Straight || leftStraight || rightStraight
}

// connectedOrder puts what is joined in an order in which each part has an equality with
// those before it: after the first each time the first that has one. Where there is no such
// order, or the written one is, it stays.
func connectedOrder(parts []Node, conds []expr.Expr) []Node {
	placed := idsOf(parts[0])
	order, rest := []Node{parts[0]}, slices.Clone(parts[1:])
	for len(rest) > 0 {
		at := slices.IndexFunc(rest, func(n Node) bool { return connected(placed, idsOf(n), conds) })
		if at < 0 {
			return parts
		}
		for id := range idsOf(rest[at]) {
			placed[id] = true
		}
		order = append(order, rest[at])
		rest = slices.Delete(rest, at, at+1)
	}
	return order
}

// connected tells whether an equality has columns of one set on one side and of
// the other on the other.
func connected(a, b ids, conds []expr.Expr) bool {
	return slices.ContainsFunc(conds, func(e expr.Expr) bool {
		c, ok := e.(*expr.Call)
		if !ok || c.F.Name != "=" {
			return false
		}
		l, r := ids(FreeOf(c.Args[0])), ids(FreeOf(c.Args[1]))
		return len(l) > 0 && len(r) > 0 && (l.within(a) && r.within(b) || l.within(b) && r.within(a))
	})
}
