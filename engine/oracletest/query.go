package oracletest

import (
	"cmp"
	"fmt"
	"strings"
)

// Type is what kind of values an expression has. Text is compared without case,
// Binary byte by byte; the two are never mixed, so that no collation is
// illegal.
type Type int

// The types of generated expressions. ENUM columns are Binary in expressions.
const (
	Bool Type = iota
	Int
	Unsigned
	Decimal
	Double
	Date
	Datetime
	Time
	Text
	Binary
)

// Expr is a node of an expression: its text with a %s for each kid and, as the
// last one, for the query, if it has one.
type Expr struct {
	Type  Type
	Text  string
	Kids  []*Expr
	Query *Query
}

// SQL spells the expression, its kids in parentheses where they are compound.
func (e *Expr) SQL() string {
	if len(e.Kids) == 0 && e.Query == nil {
		return e.Text
	}
	var args []any
	for _, k := range e.Kids {
		text := k.SQL()
		if len(k.Kids) > 0 && !called(k.Text) {
			text = "(" + text + ")"
		}
		args = append(args, text)
	}
	if e.Query != nil {
		args = append(args, e.Query.SQL())
	}
	return fmt.Sprintf(e.Text, args...)
}

// called tells whether the text is one call, which needs no parentheses.
func called(text string) bool {
	open := strings.IndexByte(text, '(')
	return open > 0 && !strings.ContainsAny(text[:open], " %") && strings.HasSuffix(text, ")") && strings.Count(text, "(") == 1
}

// From is a table, a derived table or a join of two.
type From struct {
	Table string // a table's or CTE's name
	Query *Query // a derived table
	Alias string

	Kind        string // JOIN, LEFT JOIN …, or a comma
	Left, Right *From
	On          []*Expr // conjuncts
	Using       []string
}

// SQL spells the table reference.
func (f *From) SQL() string {
	switch {
	case f.Query != nil:
		return "(" + f.Query.SQL() + ") AS " + f.Alias
	case f.Left == nil:
		return f.Table + " AS " + f.Alias
	}
	left, right := f.Left.SQL(), f.Right.SQL()
	if f.Kind == "," {
		return left + ", " + right
	}
	if f.Right.Left != nil {
		right = "(" + right + ")"
	}
	text := left + " " + f.Kind + " " + right
	switch {
	case len(f.Using) > 0:
		text += " USING (" + strings.Join(f.Using, ", ") + ")"
	case len(f.On) > 0:
		text += " ON " + conjunction(f.On)
	}
	return text
}

// Query is a query that can be spelled and made simpler piece by piece.
type Query struct {
	Name     string // what the columns are called, before their number; "" is c
	With     []CTE
	Distinct bool
	Select   []*Expr
	From     *From
	Where    []*Expr // conjuncts
	GroupBy  []*Expr
	Rollup   bool
	Having   []*Expr
	Set      []SetPart
	OrderBy  []string // what each item is ordered by, with ASC or DESC
	Limit    string   // without the word; only under a total order
}

// CTE is a common table expression; a recursive one is given as a text.
type CTE struct {
	Name      string
	Query     *Query
	Recursive string
}

// SetPart is another query that a set operation adds.
type SetPart struct {
	Op    string
	Query *Query
}

// SQL spells the query.
func (q *Query) SQL() string {
	var b strings.Builder
	for i, c := range q.With {
		switch {
		case i > 0:
			b.WriteString(", ")
		case strings.Contains(fmt.Sprint(q.With), "UNION"):
			b.WriteString("WITH RECURSIVE ")
		default:
			b.WriteString("WITH ")
		}
		if c.Query != nil {
			fmt.Fprintf(&b, "%s AS (%s)", c.Name, c.Query.SQL())
		} else {
			fmt.Fprintf(&b, "%s AS (%s)", c.Name, c.Recursive)
		}
	}
	if len(q.With) > 0 {
		b.WriteByte(' ')
	}
	b.WriteString("SELECT ")
	if q.Distinct {
		b.WriteString("DISTINCT ")
	}
	for i, e := range q.Select {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s AS %s%d", e.SQL(), cmp.Or(q.Name, "c"), i)
	}
	if q.From != nil {
		b.WriteString(" FROM " + q.From.SQL())
	}
	if len(q.Where) > 0 {
		b.WriteString(" WHERE " + conjunction(q.Where))
	}
	for i, e := range q.GroupBy {
		b.WriteString([]string{", ", " GROUP BY "}[b2i(i == 0)] + e.SQL())
	}
	if q.Rollup && len(q.GroupBy) > 0 {
		b.WriteString(" WITH ROLLUP")
	}
	if len(q.Having) > 0 {
		b.WriteString(" HAVING " + conjunction(q.Having))
	}
	for _, s := range q.Set {
		b.WriteString(" " + s.Op + " " + s.Query.SQL())
	}
	for i, o := range q.OrderBy {
		b.WriteString([]string{", ", " ORDER BY "}[b2i(i == 0)] + o)
	}
	if q.Limit != "" {
		b.WriteString(" LIMIT " + q.Limit)
	}
	return b.String()
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func conjunction(all []*Expr) string {
	texts := make([]string, len(all))
	for i, e := range all {
		texts[i] = e.SQL()
		if len(e.Kids) > 0 && len(all) > 1 {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, " AND ")
}
