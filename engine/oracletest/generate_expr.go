package oracletest

import "strings"

// scope is what an expression may use: columns, or keys and aggregates.
type scope struct {
	columns []*Expr // columns, or the keys of a grouped query
	inner   *scope  // where aggregates take their arguments; nil: no aggregates
	outer   *scope  // of the query around; nil: none
	flat    bool    // no subqueries
}

func node(t Type, text string, kids ...*Expr) *Expr { return &Expr{Type: t, Text: text, Kids: kids} }

func (g *Generator) literal(t Type) *Expr {
	if g.chance(25) {
		return node(t, "NULL")
	}
	return node(t, g.pick(literals[t]...))
}

// terminal is a column of the type, an aggregate, or a literal where there is
// none.
func (g *Generator) terminal(s *scope, t Type) *Expr {
	if s.inner != nil && g.chance(2) {
		if e := g.aggregate(s.inner, t); e != nil {
			return e
		}
	}
	var fit []*Expr
	for _, c := range s.columns {
		if c.Type == t {
			fit = append(fit, c)
		}
	}
	if s.outer != nil && (len(fit) == 0 || g.chance(3)) {
		for _, c := range s.outer.columns {
			if c.Type == t {
				fit = append(fit, c)
			}
		}
	}
	if len(fit) == 0 || g.chance(8) {
		return g.literal(t)
	}
	return fit[g.r.IntN(len(fit))]
}

// aggregate is an aggregate whose value has the type, nil if there is none.
func (g *Generator) aggregate(s *scope, t Type) *Expr {
	x := func(t Type) *Expr { return g.expr(&scope{columns: s.columns, outer: s.outer, flat: true}, t, 1) }
	switch t {
	case Int:
		switch g.r.IntN(5) {
		case 0:
			return node(Int, "COUNT(*)")
		case 1:
			return node(Int, "COUNT(DISTINCT %s)", x(g.types(1)[0]))
		case 2:
			return node(Int, g.pick("MIN(%s)", "MAX(%s)"), x(Int))
		case 3:
			return node(Int, "COUNT(%s)", x(Bool))
		}
		return node(Int, "COUNT(%s)", x(g.types(1)[0]))
	case Decimal:
		switch g.r.IntN(5) {
		case 0:
			return node(Decimal, g.pick("SUM(%s)", "AVG(%s)", "SUM(DISTINCT %s)"), x(Int))
		case 1:
			return node(Decimal, "SUM(%s)", x(Bool))
		case 2:
			return node(Decimal, "AVG(DISTINCT %s)", x(Decimal))
		}
		return node(Decimal, g.pick("SUM(%s)", "AVG(%s)", "MIN(%s)", "MAX(%s)"), x(Decimal))
	case Double:
		return node(Double, g.pick("SUM(%s)", "MIN(%s)", "MAX(%s)", "AVG(%s)"), x(Double))
	case Binary:
		if g.chance(2) {
			a := x([]Type{Int, Date, Binary}[g.r.IntN(3)])
			return node(Binary, g.pick("GROUP_CONCAT(%s ORDER BY %s)", "GROUP_CONCAT(DISTINCT %s ORDER BY %s DESC SEPARATOR ';')"), node(a.Type, "CONCAT(%s, '')", a), node(a.Type, "CONCAT(%s, '')", a))
		}
		return node(Binary, g.pick("MIN(%s)", "MAX(%s)"), node(Binary, "CONCAT(%s, '')", x(Binary)))
	case Unsigned, Date, Datetime, Time, Text:
		return node(t, g.pick("MIN(%s)", "MAX(%s)"), x(t))
	}
	return nil
}

var comparable = []Type{Int, Int, Unsigned, Decimal, Double, Date, Datetime, Time, Text, Binary}

// types are n types of values, the common ones more often.
func (g *Generator) types(n int) []Type {
	all := make([]Type, n)
	for i := range all {
		all[i] = comparable[g.r.IntN(len(comparable))]
	}
	return all
}

// expr is an expression of the type.
func (g *Generator) expr(s *scope, t Type, depth int) *Expr {
	if depth <= 0 || (t != Bool && g.chance(3)) {
		if t == Bool {
			return g.compare(s, 0)
		}
		return g.terminal(s, t)
	}
	x := func(t Type) *Expr { return g.expr(s, t, depth-1) }
	if t != Bool && g.chance(5) { // what there is for all types
		switch g.r.IntN(6) {
		case 0:
			return node(t, "COALESCE(%s, %s)", x(t), x(t))
		case 1:
			return node(t, "IF(%s, %s, %s)", x(Bool), x(t), x(t))
		case 2:
			return node(t, "CASE WHEN %s THEN %s ELSE %s END", x(Bool), x(t), x(t))
		case 3:
			return node(t, "NULLIF(%s, %s)", x(t), x(t))
		case 4:
			return node(t, "CASE %s WHEN %s THEN %s END", x(Int), x(Int), x(t))
		default:
			if !s.flat {
				return g.scalar(s, t, depth)
			}
			return node(t, "IFNULL(%s, %s)", x(t), x(t))
		}
	}
	switch t {
	case Bool:
		return g.condition(s, depth)
	case Int:
		switch g.r.IntN(13) {
		case 12:
			return g.json(x, Int)
		case 0, 1:
			return node(Int, g.pick("%s + %s", "%s - %s"), x(Int), x(Int))
		case 2:
			return node(Int, g.pick("%s * %s", "%s DIV %s", "%s %% %s", "MOD(%s, %s)"), g.terminal(s, Int), g.terminal(s, Int))
		case 3:
			return node(Int, g.pick("ABS(%s)", "-%s", "SIGN(%s)"), x(Int))
		case 4:
			return node(Int, g.pick("LENGTH(%s)", "CHAR_LENGTH(%s)"), x(g.text()))
		case 5:
			return node(Int, g.pick("YEAR(%s)", "MONTH(%s)", "DAYOFMONTH(%s)", "DAYOFWEEK(%s)", "WEEKDAY(%s)", "QUARTER(%s)", "TO_DAYS(%s)", "DAYOFYEAR(%s)", "WEEK(%s, 3)"), x(Date))
		case 6:
			return node(Int, "DATEDIFF(%s, %s)", x(Date), x(Date))
		case 7:
			return node(Int, g.pick("TIMESTAMPDIFF(DAY, %s, %s)", "TIMESTAMPDIFF(MONTH, %s, %s)", "TIMESTAMPDIFF(HOUR, %s, %s)"), x(Datetime), x(Datetime))
		case 8:
			return node(Int, g.pick("FLOOR(%s)", "CEILING(%s)", "CAST(%s AS SIGNED)"), x(Decimal))
		case 9:
			return node(Int, "INSTR(%s, %s)", x(Binary), x(Binary))
		case 10:
			return node(Int, g.pick("HOUR(%s)", "MINUTE(%s)", "SECOND(%s)"), x(Datetime))
		default:
			return x(Bool)
		}
	case Unsigned:
		if g.chance(2) {
			return node(Unsigned, g.pick("%s + %s", "%s | %s", "%s & %s", "%s ^ %s"), g.terminal(s, Unsigned), g.terminal(s, Unsigned))
		}
		return g.terminal(s, Unsigned)
	case Decimal:
		switch g.r.IntN(6) {
		case 0:
			return node(Decimal, g.pick("%s + %s", "%s - %s"), x(Decimal), x(Int))
		case 1:
			return node(Decimal, "%s * %s", g.terminal(s, Decimal), g.terminal(s, Decimal))
		case 2:
			return node(Decimal, "%s / %s", g.terminal(s, Int), g.terminal(s, Int))
		case 3:
			return node(Decimal, g.pick("ROUND(%s, 1)", "TRUNCATE(%s, 1)", "ABS(%s)", "-%s"), x(Decimal))
		case 4:
			return node(Decimal, "CAST(%s AS DECIMAL(12,3))", x(Int))
		}
		return node(Decimal, g.pick("%s + %s", "%s - %s"), x(Decimal), x(Decimal))
	case Double:
		switch g.r.IntN(3) {
		case 0:
			return node(Double, g.pick("%s + %s", "%s - %s", "%s * %s"), g.terminal(s, Double), x(Int))
		case 1:
			return node(Double, g.pick("ABS(%s)", "-%s"), x(Double))
		}
		return g.terminal(s, Double)
	case Date:
		switch g.r.IntN(4) {
		case 0:
			return node(Date, g.pick("%s + INTERVAL %s DAY", "%s - INTERVAL %s DAY", "%s + INTERVAL %s MONTH", "DATE_ADD(%s, INTERVAL %s WEEK)"), x(Date), g.terminal(s, Int))
		case 1:
			return node(Date, "LAST_DAY(%s)", x(Date))
		case 2:
			return node(Date, "DATE(%s)", x(Datetime))
		}
		return node(Date, g.pick("GREATEST(%s, %s)", "LEAST(%s, %s)"), x(Date), x(Date))
	case Datetime:
		switch g.r.IntN(3) {
		case 0:
			return node(Datetime, g.pick("%s + INTERVAL %s HOUR", "%s - INTERVAL %s SECOND", "%s + INTERVAL %s DAY"), x(Datetime), g.terminal(s, Int))
		case 1:
			return node(Datetime, "CAST(%s AS DATETIME)", x(Date))
		}
		return g.terminal(s, Datetime)
	case Time:
		if g.chance(2) {
			return node(Time, "TIME(%s)", x(Datetime))
		}
		return g.terminal(s, Time)
	case Text:
		switch g.r.IntN(3) {
		case 0:
			return node(Text, g.pick("UPPER(%s)", "LOWER(%s)", "TRIM(%s)", "REVERSE(%s)", "LEFT(%s, 1)", "SUBSTRING(%s, 2)"), x(Text))
		case 1:
			return node(Text, "CONCAT(%s, %s)", x(Text), x(Text))
		}
		return g.terminal(s, Text)
	default:
		switch g.r.IntN(5) {
		case 0:
			return node(Binary, g.pick("UPPER(%s)", "LOWER(%s)", "TRIM(%s)", "REVERSE(%s)", "LEFT(%s, 1)", "RIGHT(%s, 2)", "SUBSTRING(%s, -2, 1)", "REPLACE(%s, 'a', 'xy')", "LPAD(%s, 4, '*')"), x(Binary))
		case 1:
			return node(Binary, "CONCAT(%s, %s)", x(Binary), x([]Type{Binary, Int, Decimal, Date}[g.r.IntN(4)]))
		case 2:
			return node(Binary, g.pick("DATE_FORMAT(%s, '%%Y-%%m')", "DATE_FORMAT(%s, '%%a %%e %%b')", "DAYNAME(%s)"), x(Date))
		case 3:
			if g.chance(2) {
				return g.json(x, Binary)
			}
			return node(Binary, "CONCAT_WS('-', %s, %s)", x(Binary), x(Int))
		}
		return g.terminal(s, Binary)
	}
}

// json is a function of JSON that gives an integer or a text.
func (g *Generator) json(x func(Type) *Expr, t Type) *Expr {
	document := func() *Expr {
		switch g.r.IntN(4) {
		case 0:
			return node(Binary, "JSON_ARRAY(%s, %s)", x(Int), x(Binary))
		case 1:
			return node(Binary, "JSON_OBJECT('a', %s, 'b', %s)", x(Int), x(Binary))
		case 2:
			return node(Binary, "JSON_OBJECT('a', JSON_ARRAY(1, %s, %s))", x(Int), x(Int))
		}
		return node(Binary, g.pick(`'{"a": [1, 2, {"b": "x"}], "b": "A"}'`, `'[3, null, "lo", {"a": 1}]'`, `'{}'`))
	}
	if t == Int {
		return node(Int, g.pick("JSON_LENGTH(%s)", "JSON_DEPTH(%s)", "JSON_CONTAINS(%s, '1')", "JSON_CONTAINS_PATH(%s, 'one', '$.a', '$[3]')", "JSON_LENGTH(%s, '$.a')", "JSON_VALID(%s)",
			"CAST(JSON_EXTRACT(%s, '$.a[1]') AS SIGNED)"), document())
	}
	return node(Binary, g.pick("JSON_UNQUOTE(JSON_EXTRACT(%s, '$.b'))", "JSON_UNQUOTE(JSON_EXTRACT(%s, '$[1]'))", "JSON_KEYS(%s)", "JSON_VALUE(%s, '$.b')",
		"JSON_QUOTE(JSON_VALUE(%s, '$.a[2].b'))", "CAST(JSON_EXTRACT(%s, '$.a') AS CHAR)")+" COLLATE utf8mb4_bin", document())
}

func (g *Generator) text() Type { return []Type{Text, Binary}[g.r.IntN(2)] }

// pair are two expressions that can be compared.
func (g *Generator) pair(s *scope, depth int) (a, b *Expr) {
	t := g.types(1)[0]
	u := t
	switch {
	case t <= Double && g.chance(3):
		u = []Type{Int, Decimal, Double}[g.r.IntN(3)]
	case t == Date && g.chance(3):
		u = Datetime
	}
	a, b = g.expr(s, t, depth-1), g.expr(s, u, depth-1)
	if t == Date && u == Date && g.chance(3) {
		b = node(Date, g.pick("'2024-02-29'", "'2023-12-31'", "'2024-03-01'"))
	}
	return a, b
}

func (g *Generator) compare(s *scope, depth int) *Expr {
	a, b := g.pair(s, depth)
	return node(Bool, g.pick("%s = %s", "%s = %s", "%s <> %s", "%s < %s", "%s <= %s", "%s > %s", "%s >= %s", "%s <=> %s"), a, b)
}

// condition is a predicate.
func (g *Generator) condition(s *scope, depth int) *Expr {
	x := func() *Expr { return g.expr(s, Bool, depth-1) }
	t := g.types(1)[0]
	v := func() *Expr { return g.expr(s, t, depth-1) }
	n := 12
	if s.flat {
		n = 8
	}
	switch g.r.IntN(n) {
	case 0:
		return node(Bool, g.pick("%s AND %s", "%s OR %s", "%s OR %s", "%s XOR %s"), x(), x())
	case 1:
		return node(Bool, g.pick("NOT %s", "%s IS NULL", "%s IS TRUE", "%s IS NOT TRUE", "%s IS NOT FALSE"), x())
	case 2:
		return node(Bool, g.pick("%s IS NULL", "%s IS NOT NULL"), v())
	case 3:
		return node(Bool, g.pick("%s BETWEEN %s AND %s", "%s NOT BETWEEN %s AND %s"), v(), g.terminal(s, t), g.terminal(s, t))
	case 4:
		return node(Bool, g.pick("%s IN (%s, %s)", "%s NOT IN (%s, %s)", "%s IN (%s, %s, NULL)"), v(), g.terminal(s, t), g.literal(t))
	case 5:
		return node(Bool, g.pick("%s LIKE 'a%%'", "%s NOT LIKE '%%b%%'", "%s LIKE '_'", "%s LIKE 'A_'"), g.expr(s, g.text(), depth-1))
	case 8:
		return &Expr{Type: Bool, Text: g.pick("EXISTS (%s)", "NOT EXISTS (%s)"), Query: g.query(g.types(1), depth-1, s)}
	case 9:
		return g.in(s, depth, g.pick("%s IN (%s)", "%s NOT IN (%s)"), 1)
	case 10:
		return g.in(s, depth, "%s "+g.pick("=", "<>", "<", ">=", ">", "<=")+" "+g.pick("ANY", "ALL", "SOME")+" (%s)", 1)
	case 11:
		return g.in(s, depth, g.pick("(%s, %s) IN (%s)", "(%s, %s) NOT IN (%s)"), 2)
	}
	return g.compare(s, depth)
}

func (g *Generator) in(s *scope, depth int, text string, n int) *Expr {
	types := g.types(n)
	var kids []*Expr
	left := s
	if n > 1 { // MariaDB has no subquery within a row
		left = &scope{columns: s.columns, inner: s.inner, outer: s.outer, flat: true}
	}
	for _, t := range types {
		kids = append(kids, g.expr(left, t, depth-1))
	}
	return &Expr{Type: Bool, Text: text, Kids: kids, Query: g.query(types, depth-1, s)}
}

// scalar is a subquery of one row: an aggregate without GROUP BY.
func (g *Generator) scalar(s *scope, t Type, depth int) *Expr {
	q := &Query{}
	var inner *scope
	q.From, inner = g.from(1, depth-1, true)
	inner.outer = correlated(s)
	e := g.aggregate(&scope{columns: inner.columns}, t)
	if e == nil {
		return g.terminal(s, t)
	}
	q.Select = []*Expr{e}
	for range g.r.IntN(2) {
		inner.flat = true
		q.Where = append(q.Where, g.expr(inner, Bool, 1))
	}
	return &Expr{Type: t, Text: "(%s)", Query: q}
}

// correlated is what a subquery sees of the query around: nothing of a grouped
// one, whose columns have no value of their own.
func correlated(s *scope) *scope {
	if s == nil || s.inner != nil {
		return nil
	}
	all := qualified(s.columns)
	if s.outer != nil {
		all = append(all, s.outer.columns...)
	}
	return &scope{columns: all}
}

// qualified are the columns that have their table before them: the others would be
// others, or ambiguous, further in or out.
func qualified(all []*Expr) []*Expr {
	var some []*Expr
	for _, c := range all {
		if strings.Contains(c.Text, ".") {
			some = append(some, c)
		}
	}
	return some
}
