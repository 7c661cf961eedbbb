package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Optimize rewrites a plan to one that gives the same columns and rows, in the same order, with
// less work. Only where the written order of a chain of inner joins makes a cross product that
// another order does not, do rows come in that one's order.
//
// The plan is rewritten anew for each execution: its literals may be folded and become lookups.
func Optimize(c *expr.Context, n Node) Node {
	return newOptimizer(c, n).query(n, false, true)
}

// OptimizePure is [Optimize] of only those parts of a plan in which it does not matter how often and in what order
// expressions are computed. The rest, as that which assigns user variables, is as it was written.
func OptimizePure(c *expr.Context, n Node) Node {
	return newOptimizer(c, n).pure(n)
}

func newOptimizer(c *expr.Context, n Node) *optimizer {
	o := &optimizer{c: c, ctes: make(map[*CTE]*CTE), queries: make(map[query]Node), made: madeColumns, estimate: newEstimator(c), uses: make(map[*CTE]int)}
	countUses(n, o.uses)
	return o
}

func (o *optimizer) pure(n Node) Node {
	if settled(n) && len(Free(n)) == 0 {
		return o.query(n, false, true)
	}
	if r, ok := n.(*Ref); ok && r.CTE.Assigns {
		with := *r
		with.CTE = o.cte(r.CTE)
		return &with
	}
	if j, ok := n.(*Join); ok && j.Lateral {
		return n
	}
	children := slices.Clone(n.Children())
	for i, child := range children {
		children[i] = o.pure(child)
	}
	return n.With(children)
}

// optimizer rewrites the plan of a statement.
type optimizer struct {
	c       *expr.Context
	ctes    map[*CTE]*CTE // what has become of them: all who use one use the same
	queries map[query]Node

	estimate *estimator
	uses     map[*CTE]int // in the statement
	// repeated: what is rewritten is executed many times, so that a subquery that is executed once
	// is better than a join.
	repeated bool
	subquery bool          // what is rewritten is one's query
	made     expr.ColumnID // the last column that rules have made
}

// madeColumns is where the columns that rules make begin: behind those of all statements.
const madeColumns = 1 << 30

// query is a subquery's. Several may have the same, as the items of a row value do.
type query struct {
	n    Node
	rows bool // only whether there are rows matters
}

// query rewrites a query. columns: its columns are wanted, else only its rows.
func (o *optimizer) query(n Node, repeated, columns bool) Node {
	defer func(was bool) { o.repeated = was }(o.repeated)
	o.repeated = repeated
	out := o.push(n, nil)
	need := make(ids)
	if columns {
		out = inOrder(out, n.Columns())
		need = idsOf(out)
	}
	return prune(out, need)
}

// inOrder is the plan with its columns in an order, for those who know them by
// their places.
func inOrder(n Node, columns []Column) Node {
	if slices.EqualFunc(n.Columns(), columns, func(a, b Column) bool { return a.ID == b.ID }) {
		return n
	}
	p := &Project{Child: n, Cols: columns}
	for i := range columns {
		p.Items = append(p.Items, columns[i].Ref())
	}
	return p
}

// expr rewrites the subqueries of an expression.
func (o *optimizer) expr(e expr.Expr) expr.Expr {
	with, _ := expr.Transform(e, func(e expr.Expr) (expr.Expr, error) {
		s, ok := e.(*Subquery)
		if !ok {
			return e, nil
		}
		key := query{s.Query, s.Kind == Exists}
		q := o.queries[key]
		if q == nil {
			defer func(was bool) { o.subquery = was }(o.subquery)
			o.subquery = true
			q = o.query(s.Query, o.repeated || len(Free(s.Query)) > 0, s.Kind != Exists)
			o.queries[key] = q
		}
		with := *s
		with.Query = q
		with.Outer = nil
		for id := range Free(q) {
			with.Outer = append(with.Outer, id)
		}
		slices.Sort(with.Outer)
		return &with, nil
	})
	return with
}

func (o *optimizer) exprs(all []expr.Expr) []expr.Expr {
	out := make([]expr.Expr, len(all))
	for i, e := range all {
		out[i] = o.expr(e)
	}
	return out
}

// cte rewrites a CTE, once.
func (o *optimizer) cte(c *CTE) *CTE {
	if known := o.ctes[c]; known != nil {
		return known
	}
	with := *c
	o.ctes[c] = &with // before Step, which refers to it
	if c.Assigns {
		with.Query = o.pure(c.Query)
		return &with
	}
	free := len(Free(c.Query)) > 0
	with.Query = o.query(c.Query, o.repeated || free, true)
	if c.Step != nil {
		with.Step = o.query(c.Step, true, true)
	}
	return &with
}

// filter passes the rows of a plan that is rewritten already for which all conditions are true. They
// are computed in the order of their cost, as long as that may be.
func (o *optimizer) filter(n Node, conds []expr.Expr) Node {
	conds, none := o.known(conds)
	if none {
		return &Values{Cols: n.Columns()}
	}
	var cheap, subqueries, rest []expr.Expr
	for _, e := range conds {
		switch {
		case len(rest) > 0 || !pure(e):
			rest = append(rest, e)
		case movable(e):
			cheap = append(cheap, e)
		default:
			subqueries = append(subqueries, e)
		}
	}
	n = o.where(n, cheap)
	var left []expr.Expr
	for _, e := range subqueries {
		if j := o.semijoin(n, e); j != nil {
			n = j
			continue
		}
		left = append(left, e)
	}
	with, left := o.scalars(n, left)
	filtered := o.where(with, o.exprs(slices.Concat(left, rest)))
	if with != n {
		return inOrder(filtered, n.Columns())
	}
	return filtered
}

func (o *optimizer) where(n Node, conds []expr.Expr) Node {
	if len(conds) == 0 {
		return n
	}
	return &Filter{Child: n, Cond: conjunction(o.c, conds)}
}

// known leaves out conditions that are always true. none: one never is.
func (o *optimizer) known(conds []expr.Expr) (left []expr.Expr, none bool) {
	for _, e := range conds {
		l, ok := expr.Fold(o.c, e).(*expr.Literal)
		if !ok {
			left = append(left, e)
			continue
		}
		quiet := *o.c.Env
		warned := false
		quiet.Warn = func(uint16, string) { warned = true }
		null, truth := l.V.IsNull(), false
		if !null {
			var err error
			if null, truth, err = types.Truth(&quiet, l.V); err != nil || warned {
				left = append(left, e)
				continue
			}
		}
		if null || !truth {
			return nil, true
		}
	}
	return left, false
}
