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
