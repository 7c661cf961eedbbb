package oracletest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Column is a column of a generated table.
type Column struct {
	Name string
	DDL  string
	Type Type
	Enum bool
}

// Table is a generated table with its rows, as literals.
type Table struct {
	Name    string
	Columns []Column
	Keys    string // what stands behind the columns in CREATE TABLE
	Rows    [][]string
}

// DDL is the CREATE TABLE statement.
func (t *Table) DDL() string {
	var parts []string
	for _, c := range t.Columns {
		parts = append(parts, c.Name+" "+c.DDL)
	}
	return "CREATE TABLE " + t.Name + " (" + strings.Join(parts, ", ") + t.Keys + ")"
}

// Insert is the INSERT statement of all rows, "" if there are none.
func (t *Table) Insert() string {
	if len(t.Rows) == 0 {
		return ""
	}
	var rows []string
	for _, r := range t.Rows {
		rows = append(rows, "("+strings.Join(r, ", ")+")")
	}
	return "INSERT INTO " + t.Name + " VALUES " + strings.Join(rows, ", ")
}

// Generator makes tables and queries that are valid in MySQL 8 and MariaDB, the
// same ones for the same seed. Numbers are small, since an overflow's error
// depends on the order of evaluation; texts without case differ in nothing but
// case, so that the one that stands for a group does not matter once case is
// folded.
type Generator struct {
	r      *rand.Rand
	Tables []*Table
	ctes   []*Table // of the query that is being made
	alias  int
}

// NewGenerator makes a generator with its tables.
func NewGenerator(seed uint64) *Generator {
	g := &Generator{r: rand.New(rand.NewPCG(seed, 4))}
	for i := range 4 {
		g.Tables = append(g.Tables, g.table(i))
	}
	return g
}

var columns = []Column{
	{Name: "i", DDL: "INT", Type: Int},
	{Name: "u", DDL: "BIGINT UNSIGNED", Type: Unsigned},
	{Name: "n", DDL: "DECIMAL(6,2)", Type: Decimal},
	{Name: "f", DDL: "DOUBLE", Type: Double},
	{Name: "d", DDL: "DATE", Type: Date},
	{Name: "t", DDL: "DATETIME", Type: Datetime},
	{Name: "h", DDL: "TIME", Type: Time},
	{Name: "s", DDL: "VARCHAR(10) COLLATE utf8mb4_general_ci", Type: Text},
	{Name: "b", DDL: "VARCHAR(10) COLLATE utf8mb4_bin", Type: Binary},
	{Name: "e", DDL: "ENUM('lo', 'mid', 'hi') COLLATE utf8mb4_bin", Type: Binary, Enum: true},
}

// literals has values of each type: edges, and few enough for ties.
var literals = map[Type][]string{
	Bool:     {"TRUE", "FALSE", "1", "0"},
	Int:      {"-3", "0", "1", "2", "3", "7", "1", "2"},
	Unsigned: {"0", "1", "2", "5"},
	Decimal:  {"-1.50", "0.00", "0.25", "1.00", "2.50", "9.99"},
	Double:   {"-0.5e0", "0e0", "1.5e0", "2e0", "0.25e0"},
	Date:     {"DATE '2024-02-29'", "DATE '2023-02-28'", "DATE '2024-03-01'", "DATE '2023-12-31'", "DATE '2024-01-01'"},
	Datetime: {"TIMESTAMP '2024-02-29 23:59:59'", "TIMESTAMP '2024-03-01 00:00:00'", "TIMESTAMP '2023-12-31 12:30:00'"},
	Time:     {"TIME '00:00:00'", "TIME '-01:30:00'", "TIME '23:59:59'", "TIME '12:00:00'"},
	Text:     {"'a'", "'A'", "'ab'", "'Ab'", "'b'", "''"},
	Binary:   {"'a'", "'A'", "'lo'", "'mid'", "'x1'", "''"},
}

// jsonTables are documents as tables, with columns like those of the others.
var jsonTables = []string{
	`JSON_TABLE('[{"id": 1, "k": 2, "n": 2.5}, {"id": 2, "d": "2024-02-29"}, {"k": null}]', '$[*]' COLUMNS (o FOR ORDINALITY, id INT PATH '$.id', k INT PATH '$.k', n DECIMAL(6,2) PATH '$.n', d DATE PATH '$.d'))`,
	`JSON_TABLE('{"a": [3, 1, 1]}', '$.a[*]' COLUMNS (o FOR ORDINALITY, id INT PATH '$', k INT PATH '$.k' DEFAULT '7' ON EMPTY, n DECIMAL(6,2) PATH '$', d DATE PATH '$.d'))`,
	`JSON_TABLE('[{"id": 1, "a": [{"k": 1}, {"k": 2, "n": 9.99}]}, {"id": 7}]', '$[*]' COLUMNS (id INT PATH '$.id', NESTED PATH '$.a[*]' COLUMNS (o FOR ORDINALITY, k INT PATH '$.k', n DECIMAL(6,2) PATH '$.n', d DATE PATH '$.d')))`,
}

func (g *Generator) table(n int) *Table {
	t := &Table{Name: fmt.Sprintf("t%d", n)}
	t.Columns = []Column{{Name: "id", DDL: "INT", Type: Int}, {Name: "k", DDL: "INT", Type: Int}}
	for _, c := range columns {
		if n == 0 || g.r.IntN(3) > 0 {
			t.Columns = append(t.Columns, c)
		}
	}
	if n%2 == 0 {
		t.Columns[0].DDL, t.Keys = "INT NOT NULL", ", PRIMARY KEY (id), KEY (k)"
	}
	rows := []int{9, 6, 4, 0}[n]
	for i := range rows {
		row := []string{fmt.Sprint(i + 1), g.value(Column{Type: Int})}
		if n == 1 && g.chance(4) {
			row[0] = "NULL"
		}
		for _, c := range t.Columns[2:] {
			row = append(row, g.value(c))
		}
		t.Rows = append(t.Rows, row)
		if n == 1 && g.chance(3) { // a duplicate
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func (g *Generator) value(c Column) string {
	switch {
	case g.chance(5):
		return "NULL"
	case c.Enum:
		return g.pick("'lo'", "'mid'", "'hi'")
	}
	return g.pick(literals[c.Type]...)
}

func (g *Generator) chance(n int) bool { return g.r.IntN(n) == 0 }

func (g *Generator) pick(all ...string) string { return all[g.r.IntN(len(all))] }

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
			if e := x(g.types(1)[0]); !constant([]*Expr{e}) {
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
		if key := g.key(flat, Int); g.chance(2) && !constant([]*Expr{key}) {
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
