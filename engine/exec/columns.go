package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// uses tells what a part of a plan refers to.
type uses struct {
	columns  []expr.ColumnID // in the order of their first use
	made     map[expr.ColumnID]bool
	volatile bool // something in it is another at each call
	ctes     map[*plan.CTE]bool
}

func newUses() *uses {
	return &uses{made: map[expr.ColumnID]bool{}, ctes: map[*plan.CTE]bool{}}
}

func (u *uses) expr(e expr.Expr) {
	expr.Walk(e, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Column:
			if !slices.Contains(u.columns, e.ID) {
				u.columns = append(u.columns, e.ID)
			}
		case *expr.Call:
			u.volatile = u.volatile || e.F.Volatile
		case *plan.Subquery:
			u.node(e.Query)
			if e.Match != nil {
				u.expr(e.Match)
			}
		case *expr.Literal, *expr.Convert, *expr.Truth:
		case interface{ Volatile() bool }:
			u.volatile = u.volatile || e.Volatile()
		default: // of another package, as an assignment is: it may do anything
			u.volatile = true
		}
		return true
	})
}

func (u *uses) node(n plan.Node) {
	for _, c := range n.Columns() {
		u.made[c.ID] = true
	}
	if r, ok := n.(*plan.Ref); ok {
		if r.Working && !u.ctes[r.CTE] {
			u.volatile = true // each step has other rows
		}
		u.cte(r.CTE)
	}
	for _, e := range n.Exprs() {
		u.expr(e)
	}
	for _, child := range n.Children() {
		u.node(child)
	}
}

func (u *uses) cte(c *plan.CTE) {
	if u.ctes[c] {
		return
	}
	u.ctes[c] = true
	if c.Assigns {
		defer func(was bool) { u.volatile = was }(u.volatile) // its rows are the same wherever it is read
	}
	u.node(c.Query)
	if c.Step != nil {
		u.node(c.Step)
	}
}

// free is the columns that are not made in the part itself.
func (u *uses) free() []expr.ColumnID {
	var free []expr.ColumnID
	for _, id := range u.columns {
		if !u.made[id] {
			free = append(free, id)
		}
	}
	return free
}

// columnsOf is the columns that an expression uses of its row and of those around.
func columnsOf(e expr.Expr) (columns []expr.ColumnID, volatile bool) {
	u := newUses()
	u.expr(e)
	return u.free(), u.volatile
}

// fixed tells whether a plan gives the same rows whenever it is run in a statement.
func fixed(n plan.Node) bool {
	u := newUses()
	u.node(n)
	return !u.volatile && len(u.free()) == 0
}

// terms are the conditions that AND, or OR, joins.
func terms(e expr.Expr, operator string) []expr.Expr {
	switch x := e.(type) {
	case *expr.Truth:
		return terms(x.X, operator)
	case *expr.Call:
		if x.F.Name == operator {
			var all []expr.Expr
			for _, a := range x.Args {
				all = append(all, terms(a, operator)...)
			}
			return all
		}
	}
	return []expr.Expr{e}
}
