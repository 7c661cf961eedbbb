package oracletest

import (
	"fmt"
	"strings"
)

// from is n tables joined in some way, and the scope of their columns.
func (g *Generator) from(n, depth int, flat bool) (*From, *scope) {
	if n == 1 {
		g.alias++
		f := &From{Alias: fmt.Sprintf("a%d", g.alias)}
		s := &scope{flat: flat}
		if depth > 1 && g.chance(6) {
			types := g.types(1 + g.r.IntN(3))
			known := g.ctes
			g.ctes = nil // MariaDB does not find a WITH's tables in one within
			with := g.with(6, depth-1)
			if with == nil {
				g.ctes = known
			}
			f.Query = g.query(types, depth-1, nil)
			f.Query.With = with
			g.ctes = known
			for i, t := range types {
				s.columns = append(s.columns, node(t, fmt.Sprintf("%s.c%d", f.Alias, i)))
			}
			return f, s
		}
		if g.chance(20) {
			f.Table = g.pick(jsonTables...)
			s.columns = []*Expr{node(Unsigned, f.Alias+".o"), node(Int, f.Alias+".id"), node(Int, f.Alias+".k"), node(Decimal, f.Alias+".n"), node(Date, f.Alias+".d")}
			return f, s
		}
		tables := append(g.Tables[:len(g.Tables):len(g.Tables)], g.ctes...)
		t := tables[g.r.IntN(len(tables))]
		if t.Name == "t3" && g.chance(2) { // the empty one not so often
			t = tables[0]
		}
		f.Table = t.Name
		for _, c := range t.Columns {
			s.columns = append(s.columns, node(c.Type, f.Alias+"."+c.Name))
		}
		return f, s
	}
	if n <= 3 && g.chance(4) { // chained USING
		return g.using(n)
	}
	left := n - 1
	if n > 2 && g.chance(3) {
		left = 1
	}
	f := &From{}
	var l, r *scope
	f.Left, l = g.from(left, depth, flat)
	f.Right, r = g.from(n-left, depth, flat)
	l.columns, r.columns = qualified(l.columns), qualified(r.columns)
	s := &scope{columns: append(l.columns[:len(l.columns):len(l.columns)], r.columns...), flat: flat}
	f.Kind = g.pick("JOIN", "INNER JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "CROSS JOIN")
	if f.Kind == "CROSS JOIN" {
		return f, s
	}
	// An equality of keys, so that there are partners, and something else.
	if !g.chance(5) {
		t := []Type{Int, Int, Int, Int, Int, Int, Binary, Text, Date, Decimal}[g.r.IntN(10)]
		f.On = append(f.On, node(Bool, g.pick("%s = %s", "%s = %s", "%s <=> %s"), g.key(l, t), g.key(r, t)))
	}
	if len(f.On) == 0 || g.chance(3) {
		f.On = append(f.On, g.expr(&scope{columns: s.columns, flat: true}, Bool, 1))
	}
	return f, s
}

// key is a column of the type, where there is one.
func (g *Generator) key(s *scope, t Type) *Expr {
	var fit []*Expr
	for _, c := range s.columns {
		if c.Type == t {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		return node(t, literals[t][0])
	}
	return fit[g.r.IntN(len(fit))]
}

func (g *Generator) using(n int) (*From, *scope) {
	s := &scope{}
	var f *From
	for i := range n {
		t := g.Tables[g.r.IntN(3)]
		g.alias++
		one := &From{Table: t.Name, Alias: fmt.Sprintf("a%d", g.alias)}
		for _, c := range t.Columns {
			s.columns = append(s.columns, node(c.Type, one.Alias+"."+c.Name))
		}
		if i == 0 {
			f = one
			continue
		}
		kind := g.pick("JOIN", "LEFT JOIN", "RIGHT JOIN")
		f = &From{Left: f, Right: one, Kind: kind, Using: []string{"k"}}
		if i == 1 && n == 2 && g.chance(4) {
			f.Kind, f.Using = g.pick("NATURAL JOIN", "NATURAL LEFT JOIN"), nil
		}
	}
	s.columns = append(s.columns, node(Int, "k"), node(Int, "k"))
	return f, s
}

// query is a query whose columns have the types.
func (g *Generator) query(types []Type, depth int, outer *scope) *Query {
	q := &Query{}
	if depth < 0 {
		depth = 0
	}
	var s *scope
	tables := 1
	if depth > 0 {
		tables = []int{1, 1, 1, 2, 2, 3}[g.r.IntN(6)]
	}
	q.From, s = g.from(tables, depth, depth < 2)
	s.outer = correlated(outer)
	if q.From.Left != nil && q.From.Kind == "CROSS JOIN" && g.chance(2) {
		q.From.Kind = ","
	}
	for range []int{0, 0, 1, 1, 2}[g.r.IntN(5)] {
		q.Where = append(q.Where, g.expr(s, Bool, min(depth, 2)))
	}
	switch {
	case g.chance(3):
		g.grouped(q, s, types, depth)
	case outer == nil && g.chance(4):
		for _, t := range types {
			q.Select = append(q.Select, g.window(s, t, depth))
		}
		q.Distinct = g.chance(4)
	default:
		for _, t := range types {
			q.Select = append(q.Select, g.expr(s, t, depth))
		}
		q.Distinct = g.chance(5)
	}
	return q
}

// grouped makes the query one with GROUP BY, or with one group.
func (g *Generator) grouped(q *Query, s *scope, types []Type, depth int) {
	out := &scope{inner: &scope{columns: s.columns}, flat: true}
	for range g.r.IntN(3) {
		t := g.types(1)[0]
		key := g.terminal(s, t)
		if !strings.Contains(key.Text, ".") { // a literal, or k of USING
			continue
		}
		if s.outer != nil && contains(s.outer.columns, key) || contains(q.GroupBy, key) {
			continue
		}
		q.GroupBy = append(q.GroupBy, key)
		out.columns = append(out.columns, key)
	}
	for _, t := range types {
		if len(out.columns) > 0 && g.chance(2) {
			for _, k := range out.columns {
				if k.Type == t {
					q.Select = append(q.Select, k)
					t = -1
					break
				}
			}
			if t < 0 {
				continue
			}
		}
		e := g.aggregate(out.inner, t)
		if e == nil || g.chance(3) {
			e = g.expr(out, t, min(depth, 1))
		}
		q.Select = append(q.Select, e)
	}
	if outer := s.outer; outer == nil && len(q.GroupBy) > 0 && g.chance(5) {
		g.overGroups(q, out, types)
	}
	if len(q.GroupBy) == 0 && !hasAggregate(q.Select) {
		q.Having = append(q.Having, node(Bool, "COUNT(*) >= %s", node(Int, "0")))
	}
	if len(q.GroupBy) > 0 && g.chance(3) {
		q.Having = append(q.Having, g.expr(out, Bool, 1))
		if depth > 0 && g.chance(3) { // a subquery, which may use the keys
			out.flat = false
			e := g.condition(&scope{columns: out.columns}, 1)
			q.Having = append(q.Having, e)
		}
	} else if len(q.GroupBy) > 0 && g.chance(6) && plain(q) {
		q.Rollup = true
	}
}

// overGroups puts windows over the groups into the select list. Their order is that
// of all keys, so that groups do not tie but where their texts are the same without
// case.
func (g *Generator) overGroups(q *Query, out *scope, types []Type) {
	var keys []string
	for _, k := range out.columns {
		keys = append(keys, k.Text)
	}
	order := strings.ReplaceAll(strings.Join(keys, ", "), "%", "%%")
	for i, t := range types {
		switch {
		case t == Int && g.chance(2):
			q.Select[i] = node(Int, g.pick("RANK()", "COUNT(*)", "SUM(COUNT(*))", "MAX(COUNT(*))", "DENSE_RANK()")+" OVER (ORDER BY "+g.pick("%s", "%s DESC")+")", g.aggregate(out.inner, Int))
		case t == Int:
			q.Select[i] = node(Int, g.pick("LAG(%s)", "FIRST_VALUE(%s)", "MIN(%s)")+" OVER (ORDER BY "+order+g.pick(")", " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"), g.aggregate(out.inner, Int))
		case t == Decimal:
			q.Select[i] = node(Decimal, g.pick("SUM(%s)", "AVG(%s)")+" OVER ("+g.pick("", "PARTITION BY "+strings.ReplaceAll(keys[0], "%", "%%")+" ")+"ORDER BY "+order+")", g.aggregate(out.inner, t))
		}
	}
}

// plain tells whether the select list has keys and aggregates only, of columns:
// what a key within an expression is in a super-aggregate row is left to the
// handwritten cases.
func plain(q *Query) bool {
	for i, e := range q.Select {
		if contains(q.Select[:i], e) { // of which MariaDB rolls the first up only
			return false
		}
		if !contains(q.GroupBy, e) && !called(e.Text) {
			return false
		}
		for _, k := range e.Kids {
			if len(k.Kids) > 0 || k.Query != nil {
				return false
			}
		}
	}
	return true
}

func contains(all []*Expr, e *Expr) bool {
	for _, x := range all {
		if x == e {
			return true
		}
	}
	return false
}

func windowed(e *Expr) bool { return strings.Contains(e.SQL(), " OVER (") }

func hasAggregate(all []*Expr) bool {
	for _, e := range all {
		for _, name := range []string{"COUNT(", "SUM(", "AVG(", "MIN(", "MAX(", "GROUP_CONCAT("} {
			if strings.HasPrefix(e.Text, name) {
				return true
			}
		}
		if hasAggregate(e.Kids) {
			return true
		}
	}
	return false
}

// window is a window function over the scope's rows, or a plain expression. Where
// ties would decide, the order is that of all columns.
func (g *Generator) window(s *scope, t Type, depth int) *Expr {
	flat := &scope{columns: s.columns, flat: true}
	x := func(t Type) *Expr { return g.expr(flat, t, 1) }
	order := func() *Expr { // no constant, which disorders MariaDB's other windows
		for {
			if e := x(g.types(1)[0]); !constant(e) {
				return e
			}
		}
	}
	partition := ""
	var kids []*Expr
	if g.chance(2) {
		partition = "PARTITION BY %s "
		kids = append(kids, order())
	}
	over := func(text, order string, first ...*Expr) *Expr {
		return node(t, text+" OVER ("+partition+order+")", append(first, kids...)...)
	}
	total := "ORDER BY " + total(s)
	switch t {
	case Int:
		switch g.r.IntN(5) {
		case 0:
			kids = append(kids, order())
			return over(g.pick("RANK()", "DENSE_RANK()", "COUNT(*)"), g.pick("ORDER BY %s", "ORDER BY %s DESC"))
		case 1:
			return over(g.pick("ROW_NUMBER()", "NTILE(3)"), total)
		case 2:
			kids = append(kids, order())
			return over("COUNT(%s)", "ORDER BY %s", x(g.types(1)[0]))
		case 3:
			return over(g.pick("LAG(%s)", "LEAD(%s, 2)"), total, x(Int))
		}
		return over(g.pick("MAX(%s)", "MIN(%s)", "FIRST_VALUE(%s)", "LAST_VALUE(%s)", "COUNT(%s)"), total+g.frame(), x(Int))
	case Decimal:
		if key := g.key(flat, Int); g.chance(2) && !constant(key) {
			kids = append(kids, key)
			return over(g.pick("SUM(%s)", "AVG(%s)"), "ORDER BY %s RANGE BETWEEN "+g.pick("1 PRECEDING", "UNBOUNDED PRECEDING", "CURRENT ROW")+" AND "+g.pick("CURRENT ROW", "2 FOLLOWING"), x(Decimal))
		}
		return over(g.pick("SUM(%s)", "AVG(%s)"), total+g.frame(), x(Int))
	case Double, Unsigned:
		return g.expr(s, t, depth)
	}
	return over(g.pick("FIRST_VALUE(%s)", "LAST_VALUE(%s)", "NTH_VALUE(%s, 2)"), total+g.frame(), x(t))
}

func (g *Generator) frame() string {
	return g.pick("", "", " ROWS UNBOUNDED PRECEDING", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
		" ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING", " ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING", " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING")
}

// total orders rows by all their columns, so that rows which tie are the same.
func total(s *scope) string {
	var all []string
	for _, c := range qualified(s.columns) {
		if c.Type == Text {
			all = append(all, "HEX("+c.Text+")")
		} else {
			all = append(all, c.Text)
		}
	}
	return strings.ReplaceAll(strings.Join(all, ", "), "%", "%%")
}

// with is up to two common table expressions, which the queries after it use; one
// in n times there is one.
func (g *Generator) with(n, depth int) []CTE {
	var with []CTE
	for len(with) < 2 && g.chance(n) {
		g.alias++
		name := fmt.Sprintf("w%d", g.alias)
		t := &Table{Name: name}
		if g.chance(3) {
			t.Columns = []Column{{Name: "c0", Type: Int}, {Name: "c1", Type: Int}}
			with = append(with, CTE{Name: name, Recursive: g.pick(
				"SELECT 1 AS c0, 0 AS c1 UNION ALL SELECT c0 + 1, c1 + c0 FROM "+name+" WHERE c0 < 4",
				"SELECT id AS c0, k AS c1 FROM t0 WHERE k IS NULL UNION SELECT a.id, a.k FROM t0 a JOIN "+name+" ON a.k = "+name+".c0",
				"SELECT id AS c0, 0 AS c1 FROM t2 UNION ALL SELECT c0, c1 + 1 FROM "+name+" WHERE c1 < c0")})
		} else {
			columns := g.types(1 + g.r.IntN(3))
			with = append(with, CTE{Name: name, Query: g.query(columns, depth, nil)})
			for i, c := range columns {
				t.Columns = append(t.Columns, Column{Name: fmt.Sprintf("c%d", i), Type: c})
			}
		}
		g.ctes = append(g.ctes, t)
	}
	return with
}

// Query is the next query.
func (g *Generator) Query() *Query {
	g.alias, g.ctes = 0, nil
	depth := 1 + g.r.IntN(3)
	types := g.types(1 + g.r.IntN(4))
	with := g.with(6, depth-1)
	q := g.query(types, depth, nil)
	q.With, q.Name = with, "r" // no column of a table has this name, so that ORDER BY means it in expressions too
	if len(q.GroupBy) > 0 && g.chance(3) {
		i := g.r.IntN(len(types))
		if !windowed(q.Select[i]) {
			q.Having = append(q.Having, node(Bool, g.pick("%s = %s", "%s > %s", "%s <= %s", "NOT %s <=> %s"), node(types[i], fmt.Sprintf("r%d", i)), g.literal(types[i])))
		}
	}
	if g.chance(6) && !q.Rollup {
		op := g.pick("UNION", "UNION ALL", "INTERSECT", "EXCEPT")
		for range 1 + g.r.IntN(2) {
			q.Set = append(q.Set, SetPart{Op: op, Query: g.query(types, depth-1, nil)})
		}
	}
	if g.chance(3) && !q.Rollup {
		for i, t := range types {
			name := fmt.Sprintf("r%d", i)
			if t == Text && len(q.Set) == 0 && len(q.GroupBy) == 0 && !hasAggregate(q.Select) {
				name = "HEX(" + name + ")"
			} else if t == Text {
				q.OrderBy = nil // which a set operation or a grouped query cannot be ordered by
				return q
			}
			q.OrderBy = append(q.OrderBy, name+g.pick("", " DESC"))
		}
		if g.chance(2) {
			q.Limit = g.pick("1", "2", "3", "2 OFFSET 1")
		}
	}
	return q
}

// Predicate is a query without WHERE, and a condition for it.
func (g *Generator) Predicate() (*Query, *Expr) {
	g.alias, g.ctes = 0, nil
	q := &Query{}
	var s *scope
	q.From, s = g.from(1+g.r.IntN(3), 1, false)
	if g.chance(3) {
		g.lateral(q, s)
	}
	for _, t := range g.types(2) {
		q.Select = append(q.Select, g.terminal(s, t))
	}
	return q, g.expr(s, Bool, 2)
}

// lateral joins a derived table that uses the tables before it.
func (g *Generator) lateral(q *Query, s *scope) {
	s.columns = qualified(s.columns)
	types := g.types(2)
	g.alias++
	f := &From{Alias: fmt.Sprintf("a%d", g.alias), Lateral: true, Query: g.query(types, 1, &scope{columns: s.columns})}
	if g.chance(3) && len(f.Query.GroupBy) == 0 && !hasAggregate(f.Query.Select) && !f.Query.Distinct {
		f.Query.OrderBy, f.Query.Limit = []string{"c0", "c1"}, "2"
		for i, t := range types {
			if t == Text { // of texts the same without case either may be first
				f.Query.OrderBy[i] = fmt.Sprintf("HEX(c%d)", i)
			}
		}
	}
	join := &From{Left: q.From, Right: f, Kind: g.pick("JOIN", "LEFT JOIN")}
	if join.Kind == "LEFT JOIN" || g.chance(2) {
		join.On = []*Expr{node(Bool, "TRUE")}
	}
	q.From = join
	for i, t := range types {
		s.columns = append(s.columns, node(t, fmt.Sprintf("%s.c%d", f.Alias, i)))
	}
}
