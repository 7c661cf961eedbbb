package plan

import "github.com/verbatim-sql/verbatim/engine/expr"

// inlined puts the query of a CTE in the place of its only use, so that conditions go below it and its rows are not kept.
// Where the use is within a query that is repeated the CTE stays, and is executed once: also in a subquery of which
// each execution would give other rows.
func (o *optimizer) inlined(n *Ref) Node {
	c := n.CTE
	if n.Working || c.Assigns || c.Step != nil || o.repeated || o.uses[c] != 1 || o.subquery && !pureNode(c.Query) {
		return nil
	}
	p := &Project{Child: c.Query, Cols: n.Cols}
	for _, col := range c.Query.Columns() {
		p.Items = append(p.Items, col.Ref())
	}
	for i := range p.Items {
		if !sameValues(p.Items[i].Type(), &p.Cols[i].T) {
			return nil
		}
	}
	return p
}

// countUses counts how often a plan uses each CTE, in subqueries and other CTEs, too.
func countUses(n Node, uses map[*CTE]int) {
	seen := make(map[Node]bool)
	var node func(Node)
	node = func(n Node) {
		if seen[n] {
			return // of subqueries that share it
		}
		seen[n] = true
		for _, child := range n.Children() {
			node(child)
		}
		for _, e := range n.Exprs() {
			expr.Walk(e, func(e expr.Expr) bool {
				if s, ok := e.(*Subquery); ok {
					node(s.Query)
				}
				return true
			})
		}
		r, ok := n.(*Ref)
		if !ok {
			return
		}
		if uses[r.CTE]++; uses[r.CTE] > 1 {
			return
		}
		node(r.CTE.Query)
		if r.CTE.Step != nil {
			node(r.CTE.Step)
		}
	}
	node(n)
}
