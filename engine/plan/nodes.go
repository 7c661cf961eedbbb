package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func (n *Scan) Columns() []Column               { return n.Cols }
func (n *Scan) Children() []Node                { return nil }
func (n *Scan) With([]Node) Node                { return n }
func (n *Values) Columns() []Column             { return n.Cols }
func (n *Values) Children() []Node              { return nil }
func (n *Values) With([]Node) Node              { return n }
func (n *TableFunction) Columns() []Column      { return n.Cols }
func (n *TableFunction) Children() []Node       { return nil }
func (n *TableFunction) With([]Node) Node       { return n }
func (n *TableFunction) Exprs() []expr.Expr     { return n.Args }
func (n *JSONTable) Columns() []Column          { return n.Cols }
func (n *JSONTable) Children() []Node           { return nil }
func (n *JSONTable) With([]Node) Node           { return n }
func (n *JSONTable) Exprs() []expr.Expr         { return []expr.Expr{n.Doc} }
func (n *Filter) Columns() []Column             { return n.Child.Columns() }
func (n *Filter) Children() []Node              { return []Node{n.Child} }
func (n *Filter) With(c []Node) Node            { return &Filter{c[0], n.Cond} }
func (n *Filter) Exprs() []expr.Expr            { return []expr.Expr{n.Cond} }
func (n *Filter) WithExprs(e []expr.Expr) Node  { return &Filter{n.Child, e[0]} }
func (n *Project) Columns() []Column            { return n.Cols }
func (n *Project) Children() []Node             { return []Node{n.Child} }
func (n *Project) With(c []Node) Node           { return &Project{c[0], n.Items, n.Cols} }
func (n *Project) Exprs() []expr.Expr           { return n.Items }
func (n *Project) WithExprs(e []expr.Expr) Node { return &Project{n.Child, e, n.Cols} }
func (n *Join) Columns() []Column               { return n.Cols }
func (n *Join) Children() []Node                { return []Node{n.Left, n.Right} }
func (n *Aggregate) Columns() []Column          { return n.Cols }
func (n *Aggregate) Children() []Node           { return []Node{n.Child} }
func (n *Window) Columns() []Column             { return n.Cols }
func (n *Window) Children() []Node              { return []Node{n.Child} }
func (n *Sort) Columns() []Column               { return n.Child.Columns() }
func (n *Sort) Children() []Node                { return []Node{n.Child} }
func (n *Sort) With(c []Node) Node              { return &Sort{c[0], n.Keys, n.Top} }
func (n *Limit) Columns() []Column              { return n.Child.Columns() }
func (n *Limit) Children() []Node               { return []Node{n.Child} }
func (n *Limit) With(c []Node) Node             { return &Limit{c[0], n.Offset, n.Count, n.Found} }
func (n *Distinct) Columns() []Column           { return n.Child.Columns() }
func (n *Distinct) Children() []Node            { return []Node{n.Child} }
func (n *Distinct) With(c []Node) Node          { return &Distinct{c[0]} }
func (n *Distinct) Exprs() []expr.Expr          { return nil }
func (n *Distinct) WithExprs([]expr.Expr) Node  { return n }
func (n *SetOp) Columns() []Column              { return n.Cols }
func (n *SetOp) Children() []Node               { return []Node{n.Left, n.Right} }
func (n *SetOp) With(c []Node) Node             { return &SetOp{n.Kind, n.All, c[0], c[1], n.Cols} }
func (n *SetOp) Exprs() []expr.Expr             { return nil }
func (n *SetOp) WithExprs([]expr.Expr) Node     { return n }
func (n *Ref) Columns() []Column                { return n.Cols }
func (n *Ref) Children() []Node                 { return nil }
func (n *Ref) With([]Node) Node                 { return n }
func (n *Ref) Exprs() []expr.Expr               { return nil }
func (n *Ref) WithExprs([]expr.Expr) Node       { return n }

// Exprs implements Node.
func (n *Scan) Exprs() []expr.Expr {
	var all []expr.Expr
	if n.Lookup != nil {
		all = appendBounds(append(all, n.Lookup.Equal...), n.Lookup.From, n.Lookup.To)
	}
	for _, r := range n.Ranges {
		for _, s := range r.Spans {
			all = appendBounds(all, s.From, s.To)
		}
	}
	return all
}

// appendBounds appends those that there are.
func appendBounds(all []expr.Expr, from, to expr.Expr) []expr.Expr {
	if from != nil {
		all = append(all, from)
	}
	if to != nil {
		all = append(all, to)
	}
	return all
}

// WithExprs implements Node.
func (n *Scan) WithExprs(e []expr.Expr) Node {
	with := *n
	replace := func(p *expr.Expr) {
		if *p != nil {
			*p, e = e[0], e[1:]
		}
	}
	if n.Lookup != nil {
		lookup := *n.Lookup
		k := len(lookup.Equal)
		lookup.Equal, e = e[:k:k], e[k:]
		replace(&lookup.From)
		replace(&lookup.To)
		with.Lookup = &lookup
	}
	with.Ranges = slices.Clone(n.Ranges)
	for i := range with.Ranges {
		r := &with.Ranges[i]
		r.Spans = slices.Clone(r.Spans)
		for k := range r.Spans {
			replace(&r.Spans[k].From)
			replace(&r.Spans[k].To)
		}
	}
	return &with
}

// Exprs implements Node.
func (n *Values) Exprs() []expr.Expr {
	var all []expr.Expr
	for _, r := range n.Rows {
		all = append(all, r...)
	}
	return all
}

// WithExprs implements Node.
func (n *Values) WithExprs(e []expr.Expr) Node {
	with := *n
	with.Rows = make([][]expr.Expr, len(n.Rows))
	for i, r := range n.Rows {
		with.Rows[i], e = e[:len(r):len(r)], e[len(r):]
	}
	return &with
}

// WithExprs implements Node.
func (n *TableFunction) WithExprs(e []expr.Expr) Node {
	with := *n
	with.Args = e
	return &with
}

// WithExprs implements Node.
func (n *JSONTable) WithExprs(e []expr.Expr) Node {
	with := *n
	with.Doc = e[0]
	return &with
}

// With implements Node.
func (n *Join) With(c []Node) Node {
	with := *n
	with.Left, with.Right = c[0], c[1]
	return &with
}

// Exprs implements Node.
func (n *Join) Exprs() []expr.Expr {
	if n.On == nil {
		return nil
	}
	return []expr.Expr{n.On}
}

// WithExprs implements Node.
func (n *Join) WithExprs(e []expr.Expr) Node {
	if n.On == nil {
		return n
	}
	with := *n
	with.On = e[0]
	return &with
}

// With implements Node.
func (n *Aggregate) With(c []Node) Node {
	with := *n
	with.Child = c[0]
	return &with
}

// Exprs implements Node.
func (n *Aggregate) Exprs() []expr.Expr {
	all := append([]expr.Expr(nil), n.Keys...)
	for _, c := range n.Calls {
		all = appendAggregate(all, c)
	}
	return all
}

// WithExprs implements Node.
func (n *Aggregate) WithExprs(e []expr.Expr) Node {
	with := *n
	with.Keys, e = e[:len(n.Keys):len(n.Keys)], e[len(n.Keys):]
	with.Calls = make([]*expr.AggregateCall, len(n.Calls))
	for i, c := range n.Calls {
		with.Calls[i], e = withAggregate(c, e)
	}
	return &with
}

func appendAggregate(all []expr.Expr, c *expr.AggregateCall) []expr.Expr {
	all = append(all, c.Args...)
	for _, o := range c.OrderBy {
		all = append(all, o.X)
	}
	return all
}

// withAggregate is the call on the first of the expressions, and the rest.
func withAggregate(c *expr.AggregateCall, e []expr.Expr) (*expr.AggregateCall, []expr.Expr) {
	with := *c
	with.Args, e = e[:len(c.Args):len(c.Args)], e[len(c.Args):]
	with.OrderBy, e = withOrder(c.OrderBy, e)
	return &with, e
}

func withOrder(o []expr.Order, e []expr.Expr) ([]expr.Order, []expr.Expr) {
	with := append([]expr.Order(nil), o...)
	for i := range with {
		with[i].X = e[i]
	}
	return with, e[len(o):]
}

// With implements Node.
func (n *Window) With(c []Node) Node {
	with := *n
	with.Child = c[0]
	return &with
}

// Exprs implements Node.
func (n *Window) Exprs() []expr.Expr {
	all := append([]expr.Expr(nil), n.Partition...)
	for _, o := range n.Order {
		all = append(all, o.X)
	}
	for _, c := range n.Calls {
		if c.Aggregate != nil {
			all = appendAggregate(all, c.Aggregate)
		}
		all = append(all, c.Args...)
		for _, b := range []expr.Bound{c.Frame.Start, c.Frame.End} {
			if b.Offset != nil {
				all = append(all, b.Offset)
			}
			if b.Limit != nil {
				all = append(all, b.Limit)
			}
		}
	}
	return all
}

// WithExprs implements Node.
func (n *Window) WithExprs(e []expr.Expr) Node {
	with := *n
	with.Partition, e = e[:len(n.Partition):len(n.Partition)], e[len(n.Partition):]
	with.Order, e = withOrder(n.Order, e)
	with.Calls = make([]*expr.WindowCall, len(n.Calls))
	for i, c := range n.Calls {
		call := *c
		if c.Aggregate != nil {
			call.Aggregate, e = withAggregate(c.Aggregate, e)
		}
		call.Args, e = e[:len(c.Args):len(c.Args)], e[len(c.Args):]
		for _, b := range []*expr.Bound{&call.Frame.Start, &call.Frame.End} {
			for _, p := range []*expr.Expr{&b.Offset, &b.Limit} {
				if *p != nil {
					*p, e = e[0], e[1:]
				}
			}
		}
		with.Calls[i] = &call
	}
	return &with
}

// Exprs implements Node.
func (n *Sort) Exprs() []expr.Expr {
	var all []expr.Expr
	for _, k := range n.Keys {
		all = append(all, k.X)
	}
	if n.Top != nil {
		all = append(all, n.Top)
	}
	return all
}

// WithExprs implements Node.
func (n *Sort) WithExprs(e []expr.Expr) Node {
	with := *n
	with.Keys, e = withOrder(n.Keys, e)
	if n.Top != nil {
		with.Top = e[0]
	}
	return &with
}

// Exprs implements Node.
func (n *Limit) Exprs() []expr.Expr {
	var all []expr.Expr
	for _, e := range []expr.Expr{n.Offset, n.Count} {
		if e != nil {
			all = append(all, e)
		}
	}
	return all
}

// WithExprs implements Node.
func (n *Limit) WithExprs(e []expr.Expr) Node {
	with := *n
	for _, p := range []*expr.Expr{&with.Offset, &with.Count} {
		if *p != nil {
			*p, e = e[0], e[1:]
		}
	}
	return &with
}

// Type implements expr.Expr.
func (e *Subquery) Type() *types.Type { return &e.T }

// Eval implements expr.Expr: package exec puts another expression in its place.
func (e *Subquery) Eval(*expr.Context, *types.Batch) (*types.Vec, error) {
	return nil, errors.New("plan: a subquery is not built for execution")
}

// Children implements expr.Expr: the operands on the left.
func (e *Subquery) Children() []expr.Expr { return e.Left }

// With implements expr.Expr.
func (e *Subquery) With(children []expr.Expr) expr.Expr {
	with := *e
	with.Left = children
	if e.Match != nil {
		with.Match, _ = expr.Transform(e.Match, func(x expr.Expr) (expr.Expr, error) {
			for i, operand := range e.Left {
				if x == operand {
					return children[i], nil
				}
			}
			return x, nil
		})
	}
	return &with
}

func (e *Subquery) String() string {
	switch e.Kind {
	case Exists:
		return "exists(select …)"
	case In:
		return fmt.Sprintf("(%s in (select …))", list(e.Left))
	case Compare:
		word := "any"
		if e.All {
			word = "all"
		}
		return fmt.Sprintf("(%s compared with %s (select …))", list(e.Left), word)
	}
	return "(select …)"
}

func list(exprs []expr.Expr) string {
	words := make([]string, len(exprs))
	for i, e := range exprs {
		words[i] = e.String()
	}
	return strings.Join(words, ", ")
}
