package oracletest

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
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
	Table   string // a table's or CTE's name, or a call of JSON_TABLE
	Query   *Query // a derived table
	Lateral bool   // which uses tables before it
	Alias   string

	Kind        string // JOIN, LEFT JOIN …, or a comma
	Left, Right *From
	On          []*Expr // conjuncts
	Using       []string
}

// SQL spells the table reference.
func (f *From) SQL() string {
	switch {
	case f.Query != nil:
		return []string{"(", "LATERAL ("}[b2i(f.Lateral)] + f.Query.SQL() + ") AS " + f.Alias
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

// walk visits the query, those within it, and their expressions, those in
// FROM too.
func (q *Query) walk(query func(*Query), visit func(*Expr)) {
	query(q)
	for _, c := range q.With {
		if c.Query != nil {
			c.Query.walk(query, visit)
		}
	}
	for _, list := range [][]*Expr{q.Select, q.Where, q.GroupBy, q.Having} {
		for _, e := range list {
			e.walk(query, visit)
		}
	}
	if q.From != nil {
		q.From.walk(query, visit)
	}
	for _, s := range q.Set {
		s.Query.walk(query, visit)
	}
}

func (f *From) walk(query func(*Query), visit func(*Expr)) {
	switch {
	case f.Query != nil:
		f.Query.walk(query, visit)
	case f.Left != nil:
		f.Left.walk(query, visit)
		f.Right.walk(query, visit)
	}
	for _, e := range f.On {
		e.walk(query, visit)
	}
}

func (e *Expr) walk(query func(*Query), visit func(*Expr)) {
	visit(e)
	for _, k := range e.Kids {
		k.walk(query, visit)
	}
	if e.Query != nil {
		e.Query.walk(query, visit)
	}
}

// Parameters is the query with question marks for its numbers and texts, and
// those, in their order. It has none where no literal can be one.
func (q *Query) Parameters() (sql string, values []string) {
	var all []*Expr
	var texts []string
	seen := make(map[*Expr]bool)
	keys := make(map[string]bool) // what is grouped by must stay the same wherever it stands
	q.walk(func(q *Query) {
		for _, k := range q.GroupBy {
			k.walk(func(*Query) {}, func(e *Expr) { keys[e.Text] = true })
		}
	}, func(*Expr) {})
	q.walk(func(*Query) {}, func(e *Expr) {
		switch e.Type {
		case Int, Unsigned, Decimal, Double, Text, Binary:
			if len(e.Kids) == 0 && e.Query == nil && !seen[e] && !keys[e.Text] && slices.Contains(literals[e.Type], e.Text) {
				seen[e] = true
				all, texts = append(all, e), append(texts, e.Text)
				e.Text = fmt.Sprintf("\x00%d\x00", len(all)-1)
			}
		}
	})
	sql = regexp.MustCompile("\x00[0-9]+\x00").ReplaceAllStringFunc(q.SQL(), func(mark string) string {
		i, _ := strconv.Atoi(strings.Trim(mark, "\x00"))
		values = append(values, texts[i])
		return "?"
	})
	for i, e := range all {
		e.Text = texts[i]
	}
	return sql, values
}
