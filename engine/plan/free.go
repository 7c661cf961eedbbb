package plan

import "github.com/verbatim-sql/verbatim/engine/expr"

// Free are the columns that a plan needs and does not make: those of the queries
// around it.
func Free(n Node) map[expr.ColumnID]bool {
	used, made := make(map[expr.ColumnID]bool), make(map[expr.ColumnID]bool)
	collect(n, used, made, make(map[*CTE]bool))
	for id := range made {
		delete(used, id)
	}
	return used
}

// FreeOf are the columns that an expression needs, those of the queries in it
// left out that they make themselves.
func FreeOf(e expr.Expr) map[expr.ColumnID]bool {
	used, made := make(map[expr.ColumnID]bool), make(map[expr.ColumnID]bool)
	collectExpr(e, used, made, make(map[*CTE]bool))
	for id := range made {
		delete(used, id)
	}
	return used
}

func collect(n Node, used, made map[expr.ColumnID]bool, seen map[*CTE]bool) {
	for _, c := range n.Children() {
		collect(c, used, made, seen)
	}
	for _, e := range n.Exprs() {
		collectExpr(e, used, made, seen)
	}
	if r, ok := n.(*Ref); ok && !seen[r.CTE] {
		seen[r.CTE] = true
		for _, q := range []Node{r.CTE.Query, r.CTE.Step} {
			if q != nil {
				collect(q, used, made, seen)
			}
		}
	}
	if _, ok := n.(*Aggregate); !ok {
		for _, c := range n.Columns() {
			made[c.ID] = true
		}
		return
	}
	// An aggregation has columns of its child under their own IDs: what it makes
	// itself are the others.
	child := make(map[expr.ColumnID]bool)
	for _, c := range n.Children()[0].Columns() {
		child[c.ID] = true
	}
	for _, c := range n.Columns() {
		if !child[c.ID] {
			made[c.ID] = true
		}
	}
}

func collectExpr(e expr.Expr, used, made map[expr.ColumnID]bool, seen map[*CTE]bool) {
	expr.Walk(e, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Column:
			used[e.ID] = true
		case *Subquery:
			collect(e.Query, used, made, seen)
			if e.Match != nil {
				collectExpr(e.Match, used, made, seen)
			}
		}
		return true
	})
}
