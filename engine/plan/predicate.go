package plan

import (
	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// ids is a set of columns.
type ids map[expr.ColumnID]bool

func idsOf(n Node) ids {
	out := make(ids)
	for _, c := range n.Columns() {
		out[c.ID] = true
	}
	return out
}

// with adds the columns of another.
func (s ids) with(other ids) ids {
	for id := range other {
		s[id] = true
	}
	return s
}

// meets tells whether the sets have a column in common.
func (s ids) meets(other ids) bool {
	for id := range s {
		if other[id] {
			return true
		}
	}
	return false
}

// within tells whether all columns are among the others.
func (s ids) within(other ids) bool {
	for id := range s {
		if !other[id] {
			return false
		}
	}
	return true
}

// bare is what a condition is the truth of.
func bare(e expr.Expr) expr.Expr {
	for {
		t, ok := e.(*expr.Truth)
		if !ok {
			return e
		}
		e = t.X
	}
}

// conjuncts are the conditions of which each must be true; none of nil.
func conjuncts(e expr.Expr) []expr.Expr {
	if e == nil {
		return nil
	}
	e = bare(e)
	if c, ok := e.(*expr.Call); ok && c.F.Name == "and" {
		var all []expr.Expr
		for _, a := range c.Args {
			all = append(all, conjuncts(a)...)
		}
		return all
	}
	return []expr.Expr{e}
}

// conjunction is true where all conditions are; nil of none.
func conjunction(c *expr.Context, conds []expr.Expr) expr.Expr {
	switch len(conds) {
	case 0:
		return nil
	case 1:
		return conds[0]
	}
	return logical(c, "and", conds...)
}

// logical applies a logical operator, which takes any arguments.
func logical(c *expr.Context, name string, args ...expr.Expr) expr.Expr {
	call, err := expr.NewCall(&expr.Resolver{Env: c.Env, Context: c}, builtin.Function(name), args...)
	if err != nil {
		panic("plan: " + err.Error()) // it takes as many and any
	}
	return call
}

// movable tells whether an expression has the same value wherever, however often and for
// whatever other rows it is computed, at little cost.
func movable(e expr.Expr) bool {
	ok := true
	expr.Walk(e, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Column, *expr.Literal, *expr.Convert, *expr.Truth:
		case *expr.Call:
			ok = ok && !e.F.Volatile
		default:
			ok = false
		}
		return ok
	})
	return ok
}

// allMovable is movable of each.
func allMovable(exprs []expr.Expr) bool {
	for _, e := range exprs {
		if !movable(e) {
			return false
		}
	}
	return true
}

// pure tells whether it does not matter how often and in what order an expression
// is computed: it is movable, but for its subqueries, which are the same.
func pure(e expr.Expr) bool {
	ok := true
	expr.Walk(e, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Column, *expr.Literal, *expr.Convert, *expr.Truth:
		case *expr.Call:
			ok = ok && !e.F.Volatile
		case *Subquery:
			ok = ok && pureNode(e.Query)
		default:
			ok = false
		}
		return ok
	})
	return ok
}

func allPure(exprs []expr.Expr) bool {
	for _, e := range exprs {
		if !pure(e) {
			return false
		}
	}
	return true
}

// pureNode tells whether all expressions of a plan are pure.
func pureNode(n Node) bool { return pureTree(n, make(map[*CTE]bool)) }

func pureTree(n Node, seen map[*CTE]bool) bool {
	if !allPure(n.Exprs()) {
		return false
	}
	for _, child := range n.Children() {
		if !pureTree(child, seen) {
			return false
		}
	}
	r, ok := n.(*Ref)
	if !ok || seen[r.CTE] {
		return true
	}
	seen[r.CTE] = true
	return pureTree(r.CTE.Query, seen) && (r.CTE.Step == nil || pureTree(r.CTE.Step, seen))
}

// settled is pureNode but for one CTE that assigns user variables: it is executed once, and nothing but another could tell
// when.
func settled(n Node) bool { return pureTree(n, map[*CTE]bool{assigning(n): true}) }

// assigning is the first CTE among what a plan reads that assigns user variables; nil: there is none.
func assigning(n Node) *CTE {
	if r, ok := n.(*Ref); ok && r.CTE.Assigns {
		return r.CTE
	}
	for _, child := range n.Children() {
		if c := assigning(child); c != nil {
			return c
		}
	}
	return nil
}

// substitute puts expressions in place of columns. ok is false where one of them is not of its
// column's type, so that what is around it would compute something else.
func substitute(e expr.Expr, by map[expr.ColumnID]expr.Expr) (with expr.Expr, ok bool) {
	ok = true
	with, _ = expr.Transform(e, func(e expr.Expr) (expr.Expr, error) {
		c, isColumn := e.(*expr.Column)
		if !isColumn || by[c.ID] == nil {
			return e, nil
		}
		x := by[c.ID]
		ok = ok && sameValues(x.Type(), &c.T)
		return x, nil
	})
	return with, ok
}

// sameValues tells whether values of two types are kept, compared and spelled alike.
func sameValues(a, b *types.Type) bool {
	if a.Kind != b.Kind || a.Scale != b.Scale || len(a.Members) != len(b.Members) {
		return false
	}
	for i := range a.Members {
		if a.Members[i] != b.Members[i] {
			return false
		}
	}
	return a.Kind != types.String || a.Collation == b.Collation && a.Hex == b.Hex
}

// alike tells whether a condition is the same for all rows whose values of the columns
// are equal, as groups, DISTINCT and partitions know it: 'a' and 'A' may be, 1.0 and 1.00 are.
func alike(cond expr.Expr) bool {
	ok := true
	var walk func(e expr.Expr, compared bool)
	walk = func(e expr.Expr, compared bool) {
		if c, isColumn := e.(*expr.Column); isColumn {
			switch c.T.Kind {
			case types.String, types.Decimal, types.Float, types.JSON:
				ok = ok && compared
			}
			return
		}
		call, isCall := e.(*expr.Call)
		compares := isCall && (comparisons[call.F.Name] || call.F.Name == "between" || nullTests[call.F.Name])
		for _, child := range e.Children() {
			walk(child, compares)
		}
	}
	walk(cond, false)
	return ok
}

var (
	comparisons = map[string]bool{"=": true, "<": true, ">": true, "<=": true, ">=": true, "<>": true}
	nullTests   = map[string]bool{"is null": true, "isnull": true, "is not null": true}
)

// rejectsNull tells whether a condition cannot be true where all of the columns are NULL.
// It knows comparisons of a column, no more.
func rejectsNull(cond expr.Expr, columns ids) bool {
	call, ok := bare(cond).(*expr.Call)
	if !ok || len(call.Args) == 0 {
		return false
	}
	null := func(e expr.Expr) bool {
		for {
			c, ok := e.(*expr.Convert)
			if !ok {
				break
			}
			e = c.X
		}
		c, ok := e.(*expr.Column)
		return ok && columns[c.ID]
	}
	switch name := call.F.Name; {
	case comparisons[name]:
		return null(call.Args[0]) || null(call.Args[1])
	case name == "between", name == "in", name == "like", name == "is not null":
		return null(call.Args[0])
	case name == "not":
		// NOT of what is NULL for such rows; BETWEEN is where its first operand is NULL.
		in, ok := bare(call.Args[0]).(*expr.Call)
		if ok && (nullTests[in.F.Name]) {
			return in.F.Name != "is not null" && null(in.Args[0])
		}
		return ok && rejectsNull(in, columns) && in.F.Name != "not"
	}
	return false
}
