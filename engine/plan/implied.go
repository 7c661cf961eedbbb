package plan

import "github.com/verbatim-sql/verbatim/engine/expr"

// implied are the conditions column = constant that follow from others of that form by equalities of
// columns: of a.x = 5 AND a.x = b.y also b.y = 5, which b can be filtered by before it is joined
// (manual 10.2.1.13). own are the columns whose values are another in each row.
func implied(conds []expr.Expr, own ids) []expr.Expr {
	constant := make(map[expr.ColumnID]*expr.Call) // the condition that gives the column's value
	type pair struct{ a, b *expr.Column }
	var pairs []pair
	for _, e := range conds {
		call, ok := e.(*expr.Call)
		if !ok || call.F.Name != "=" {
			continue
		}
		a, aok := call.Args[0].(*expr.Column)
		b, bok := call.Args[1].(*expr.Column)
		aok, bok = aok && own[a.ID], bok && own[b.ID]
		switch {
		case aok && bok:
			if sameValues(&a.T, &b.T) {
				pairs = append(pairs, pair{a, b}, pair{b, a})
			}
		case aok && !ids(FreeOf(call.Args[1])).meets(own):
			constant[a.ID] = call
		case bok && !ids(FreeOf(call.Args[0])).meets(own):
			constant[b.ID] = call
		}
	}
	var out []expr.Expr
	for more := true; more; {
		more = false
		for _, p := range pairs {
			known := constant[p.a.ID]
			if known == nil || constant[p.b.ID] != nil {
				continue
			}
			with, ok := substitute(known, map[expr.ColumnID]expr.Expr{p.a.ID: p.b})
			if ok {
				constant[p.b.ID], more = with.(*expr.Call), true
				out = append(out, with)
			}
		}
	}
	return out
}
