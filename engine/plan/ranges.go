package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
)

// ranges are what conditions that are constants' alone let pass of a scan's columns: the table may skip what has no
// value in them. The conditions stay.
func (n *Scan) ranges(conds []expr.Expr) []Range {
	able, _ := split(conds)
	var out []Range
	for _, cond := range able {
		if r, ok := n.rangeOf(cond); ok {
			out = append(out, r)
		}
	}
	return out
}

// rangeOf is what a condition lets pass of a column.
func (n *Scan) rangeOf(cond expr.Expr) (r Range, ok bool) {
	call, ok := cond.(*expr.Call)
	if !ok {
		return r, false
	}
	name, args := call.F.Name, call.Args
	if nullTests[name] {
		c, ok := args[0].(*expr.Column)
		at := -1
		if ok {
			at = slices.IndexFunc(n.Cols, func(col Column) bool { return col.ID == c.ID })
		}
		if at < 0 || n.Cols[at].T.IsTemporal() { // '0000-00-00' IS NULL is true, where the column is NOT NULL
			return r, false
		}
		if r.Column, r.Name = n.Pos[at], n.Cols[at].Name; name == "is not null" {
			r.Spans = []Span{{}}
		} else {
			r.Null = true
		}
		return r, true
	}
	// bound is one of the values that the column is compared with.
	bound := func(i int) (value expr.Expr, flipped bool) {
		at, value, flipped := n.bound(args[0], args[i])
		if value == nil || len(FreeOf(value)) > 0 {
			return nil, false
		}
		column := &n.Cols[slices.Index(n.Pos, at)]
		if !column.ordered() {
			return nil, false
		}
		r.Column, r.Name = at, column.Name
		return value, flipped
	}
	switch name {
	case "=", "<", "<=", ">", ">=":
		value, flipped := bound(1)
		switch {
		case value == nil:
			return r, false
		case name == "=":
			r.Spans = []Span{{value, value}}
		case (name[0] == '>') != flipped:
			r.Spans = []Span{{From: value}}
		default:
			r.Spans = []Span{{To: value}}
		}
		return r, true
	case "between":
		from, f1 := bound(1)
		to, f2 := bound(2)
		r.Spans = []Span{{from, to}}
		return r, from != nil && to != nil && !f1 && !f2
	case "in":
		for i := range args[1:] {
			value, flipped := bound(i + 1)
			if value == nil || flipped {
				return r, false
			}
			r.Spans = append(r.Spans, Span{value, value})
		}
		return r, true
	}
	return r, false
}

// ordered tells whether a table keeps the least and the greatest value of parts of such a column.
func (c *Column) ordered() bool { return c.T.IsNumeric() || c.T.IsTemporal() }
