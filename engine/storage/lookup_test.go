package storage_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// operand is a random value to compare a column with.
func operand(r *rand.Rand) *expr.Literal {
	text := func(s string, c string) *expr.Literal {
		collation, by := types.DefaultCollation, types.CoerceLiteral
		if c != "" {
			collation, _ = types.ByName(c)
			by = types.CoerceExplicit
		}
		return &expr.Literal{V: types.StringValue(s), T: types.TypeString(len(s), collation, by)}
	}
	n := r.Int64N(12) - 3
	switch r.IntN(10) {
	case 0, 1:
		return &expr.Literal{V: types.IntValue(n), T: types.TypeInt}
	case 2:
		big := []uint64{1 << 63, 1<<63 - 1, 1<<53 + 1, 3}[r.IntN(4)]
		return &expr.Literal{V: types.UintValue(big), T: types.TypeUint}
	case 3:
		d := []types.Dec{types.NewDec(r.Int64N(120)-30, 1), types.NewDec(r.Int64N(1200)-300, 2), types.NewDec(4e18, 0)}[r.IntN(3)]
		return &expr.Literal{V: types.DecimalValue(d), T: types.TypeDecimal(21, 2)}
	case 4:
		x := []float64{float64(n), 1.5, 9007199254740992, 1e30, -1e30}[r.IntN(5)]
		return &expr.Literal{V: types.FloatValue(x), T: types.TypeDouble}
	case 5:
		at := types.Civil{Year: 2024, Month: 1, Day: 1 + r.IntN(9)}
		return &expr.Literal{V: types.DateValue(at.Pack()), T: types.TypeDate}
	case 6:
		at := types.Civil{Year: 2024, Month: 1, Day: 1 + r.IntN(9), Hour: r.IntN(2)}
		return &expr.Literal{V: types.DateTimeValue(at.Pack()), T: types.TypeDateTime}
	case 7:
		return &expr.Literal{T: types.TypeNull}
	case 8:
		return text(fmt.Sprint([]string{"", "x", "2024-01-0", "0"}[r.IntN(4)], n), "")
	}
	words := []string{"a", "A", "á", "ss", "ß", "a ", "b", "", "SS"}
	return text(words[r.IntN(len(words))], []string{"", "", "utf8mb4_bin", "utf8mb4_general_ci"}[r.IntN(4)])
}

// TestLookupsFindWhatFiltersPass compares a filter's rows of a lookup with those of all rows.
func TestLookupsFindWhatFiltersPass(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	d := newDatabase(t)
	number := func() string { return fmt.Sprint(r.IntN(12) - 3) }
	unsigned := func() string { return fmt.Sprint(r.IntN(9)) }
	word := func() string {
		words := []string{"'a'", "'A'", "'á'", "'ss'", "'ß'", "'a '", "'b'", "''", "'3'", "'SS'"}
		return words[r.IntN(len(words))]
	}
	date := func() string { return fmt.Sprintf("'2024-01-%02d'", 1+r.IntN(9)) }
	for i, c := range []struct {
		typ   string
		value func() string
	}{
		{"INT", number}, {"BIGINT", func() string {
			return []string{"9223372036854775807", "9007199254740993", "9007199254740992", "3"}[r.IntN(4)]
		}},
		{"TINYINT UNSIGNED", unsigned}, {"BIGINT UNSIGNED", func() string {
			return []string{"18446744073709551615", "9223372036854775808", "9223372036854775807", "3"}[r.IntN(4)]
		}},
		{"DECIMAL(5,1)", func() string { return fmt.Sprint(float64(r.IntN(120)-30) / 10) }},
		{"DOUBLE", func() string { return fmt.Sprint(float64(r.IntN(24)-6) / 2) }},
		{"FLOAT", func() string { return fmt.Sprint(float64(r.IntN(24)-6) / 2) }},
		{"VARCHAR(10)", word}, {"VARCHAR(10) COLLATE utf8mb4_bin", word}, {"VARCHAR(10) COLLATE utf8mb4_general_ci", word},
		{"VARBINARY(10)", word}, {"DATE", date}, {"DATETIME", func() string {
			return strings.TrimSuffix(date(), "'") + fmt.Sprintf(" 0%d:00:00'", r.IntN(2))
		}},
		{"YEAR", func() string { return fmt.Sprint(2000 + r.IntN(9)) }},
		{"BIT(4)", unsigned}, {"ENUM('a','b','3')", func() string { return []string{"'a'", "'b'", "'3'"}[r.IntN(3)] }},
	} {
		name := fmt.Sprint("t", i)
		d.do(fmt.Sprintf("CREATE TABLE %s (c %s, d INT, KEY one (c), KEY two (c, d))", name, c.typ))
		var rows []string
		for range 150 {
			value := c.value()
			if r.IntN(12) == 0 {
				value = "NULL"
			}
			rows = append(rows, fmt.Sprintf("(%s, %s)", value, number()))
		}
		d.do(fmt.Sprintf("INSERT INTO %s VALUES %s", name, strings.Join(rows, ", ")))
		table := d.table(name)
		of := typesOf(table)
		scan := table.Scan(d.ctx)
		for range 300 {
			if r.IntN(50) == 0 { // what few rows have is often beyond the bounds
				d.do(fmt.Sprintf("DELETE FROM %s WHERE d IS NULL OR d <> %s LIMIT 20", name, number()))
			}
			value, bound := operand(r), operand(r)
			lookup := &plan.Lookup{Key: []string{"one", "two"}[r.IntN(2)]}
			condition := func(op string, column int, x *expr.Literal) expr.Expr {
				ref := &expr.Column{ID: expr.ColumnID(column + 1), Name: "c", T: of[column]}
				call, err := expr.NewCall(&expr.Resolver{Env: d.context().Env, Context: d.context()}, builtin.Function(op), ref, x)
				if err != nil {
					return nil // the collations do not go together
				}
				return expr.Place(call, []expr.ColumnID{1, 2})
			}
			var conditions []expr.Expr
			switch r.IntN(4) {
			case 0:
				lookup.Equal = []expr.Expr{value}
				conditions = append(conditions, condition("=", 0, value))
				if lookup.Key == "two" {
					lookup.Equal = append(lookup.Equal, bound)
					conditions = append(conditions, condition("=", 1, bound))
				}
			case 1:
				lookup.Equal = []expr.Expr{value}
				conditions = append(conditions, condition("=", 0, value))
				if lookup.Key == "two" {
					lookup.To = bound
					conditions = append(conditions, condition("<", 1, bound))
				}
			case 2:
				lookup.From = value
				conditions = append(conditions, condition(">", 0, value))
			case 3:
				lookup.From, lookup.To = value, bound
				conditions = append(conditions, condition(">=", 0, value), condition("<=", 0, bound))
			}
			want, ok := passing(d, scan, of, plan.Access{}, conditions)
			if !ok {
				continue
			}
			span := plan.Span{From: lookup.From, To: lookup.To}
			if len(lookup.Equal) > 0 {
				span = plan.Span{From: value, To: value}
			}
			for _, a := range []plan.Access{{Lookup: lookup}, {Lookup: lookup, Ordered: true, Reverse: true}, {Ranges: []plan.Range{{Spans: []plan.Span{span}}}}} {
				got, _ := passing(d, scan, of, a, conditions)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s, %s, %v, ranges %v (-all +found):\n%s", c.typ, lookup.Key, conditions, a.Ranges, diff)
				}
			}
		}
	}
}

// passing counts the rows for which conditions are true, by their texts; false where a
// condition cannot be computed.
func passing(d *database, table plan.Table, of []types.Type, a plan.Access, conditions []expr.Expr) (map[string]int, bool) {
	d.t.Helper()
	a.Columns = []int{0, 1}
	rows, err := table.Open(d.context(), a)
	if err != nil {
		d.t.Fatal(err)
	}
	counts := map[string]int{}
	for {
		b, err := rows.Next()
		if err != nil {
			d.t.Fatal(err)
		}
		if b == nil {
			return counts, true
		}
		truths := make([]*types.Vec, len(conditions))
		for i, c := range conditions {
			if c == nil {
				return nil, false
			}
			if truths[i], err = c.Eval(d.context(), b); err != nil {
				return nil, false
			}
		}
	rows:
		for i := range b.N {
			for _, v := range truths {
				if v.Null(i) || v.I[v.At(i)] == 0 {
					continue rows
				}
			}
			key := ""
			for j, v := range b.Cols {
				key += string(types.AppendText(nil, v, i, &of[j])) + "|"
			}
			counts[key]++
		}
	}
}

// BenchmarkLookup finds a row by its key.
func BenchmarkLookup(b *testing.B) {
	d := newDatabase(b)
	d.do("CREATE TABLE t (id INT PRIMARY KEY, n INT)")
	for from := 0; from < 100_000; from += 5000 {
		var rows strings.Builder
		for i := range 5000 {
			fmt.Fprintf(&rows, ",(%d,%d)", from+i, i)
		}
		d.do("INSERT INTO t VALUES " + rows.String()[1:])
	}
	scan, c := d.table("t").Scan(d.ctx), d.context()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		key := &expr.Literal{V: types.IntValue(int64(i % 100_000)), T: types.TypeInt}
		rows, err := scan.Open(c, plan.Access{Columns: []int{0, 1}, Lookup: &plan.Lookup{Key: "PRIMARY", Equal: []expr.Expr{key}}})
		if err != nil {
			b.Fatal(err)
		}
		if batch, err := rows.Next(); err != nil || batch == nil || batch.N != 1 {
			b.Fatal(batch, err)
		}
	}
}
