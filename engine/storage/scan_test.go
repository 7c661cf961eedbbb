package storage_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// everyType has values of each type and what a client reads of them.
var everyType = []struct {
	typ    string
	values map[string]string // by literal
}{
	{"TINYINT", map[string]string{"-128": "-128", "127": "127"}},
	{"TINYINT UNSIGNED", map[string]string{"255": "255"}},
	{"TINYINT(1)", map[string]string{"TRUE": "1", "-5": "-5"}},
	{"SMALLINT", map[string]string{"-32768": "-32768"}},
	{"SMALLINT UNSIGNED", map[string]string{"65535": "65535"}},
	{"MEDIUMINT", map[string]string{"-8388608": "-8388608"}},
	{"MEDIUMINT UNSIGNED", map[string]string{"16777215": "16777215"}},
	{"INT", map[string]string{"-2147483648": "-2147483648", "0": "0"}},
	{"INT UNSIGNED", map[string]string{"4294967295": "4294967295"}},
	{"BIGINT", map[string]string{"-9223372036854775808": "-9223372036854775808", "9223372036854775807": "9223372036854775807"}},
	{"BIGINT UNSIGNED", map[string]string{"18446744073709551615": "18446744073709551615"}},
	{"FLOAT", map[string]string{"0.1": "0.1", "1e20": "1e20", "-3.4e38": "-3.4e38"}},
	{"DOUBLE", map[string]string{"0.1": "0.1", "1.7976931348623157e308": "1.7976931348623157e308"}},
	{"DECIMAL(10,2)", map[string]string{"1.5": "1.50", "-99999999.99": "-99999999.99", "0": "0.00"}},
	{"DECIMAL(65,30)", map[string]string{
		"99999999999999999999999999999999999.999999999999999999999999999999": "99999999999999999999999999999999999.999999999999999999999999999999",
	}},
	{"DATE", map[string]string{"'2024-02-29'": "2024-02-29", "'1000-01-01'": "1000-01-01", "'9999-12-31'": "9999-12-31", "'1969-12-31'": "1969-12-31"}},
	{"DATETIME", map[string]string{"'2024-02-29 23:59:58'": "2024-02-29 23:59:58", "'1969-12-31 23:59:59'": "1969-12-31 23:59:59", "'9999-12-31 23:59:59'": "9999-12-31 23:59:59"}},
	{"DATETIME(6)", map[string]string{"'1900-01-01 00:00:00.000001'": "1900-01-01 00:00:00.000001", "'2024-01-02'": "2024-01-02 00:00:00.000000"}},
	{"DATETIME(3)", map[string]string{"'2024-01-02 03:04:05.678'": "2024-01-02 03:04:05.678"}},
	{"TIMESTAMP", map[string]string{"'2038-01-19 03:14:07'": "2038-01-19 03:14:07"}},
	{"TIMESTAMP(6)", map[string]string{"'2024-01-02 03:04:05.6'": "2024-01-02 03:04:05.600000"}},
	{"TIME(6)", map[string]string{"'-838:59:59'": "-838:59:59.000000", "'00:00:01.5'": "00:00:01.500000"}},
	{"YEAR", map[string]string{"2024": "2024", "1901": "1901"}},
	{"CHAR(10)", map[string]string{"'añ'": "añ", "''": ""}},
	{"VARCHAR(10) COLLATE utf8mb4_bin", map[string]string{"'Straße'": "Straße"}},
	{"VARCHAR(10) CHARACTER SET latin1", map[string]string{"'é'": "é"}},
	{"TEXT", map[string]string{"'text'": "text"}},
	{"LONGTEXT", map[string]string{"'😀'": "😀"}},
	{"BINARY(3)", map[string]string{"'a'": "a\x00\x00"}},
	{"VARBINARY(3)", map[string]string{"0x00ff": "\x00\xff"}},
	{"BLOB", map[string]string{"0xff": "\xff"}},
	{"ENUM('a','b,c')", map[string]string{"'b,c'": "b,c", "'a'": "a"}},
	{"SET('x','y','z')", map[string]string{"'z,x'": "x,z", "''": ""}},
	{"BIT(1)", map[string]string{"1": "\x01"}},
	{"BIT(64)", map[string]string{"18446744073709551615": "\xff\xff\xff\xff\xff\xff\xff\xff", "258": "\x00\x00\x00\x00\x00\x00\x01\x02"}},
	{"JSON", map[string]string{`'{"b": [1, 2.5, null, true], "a": "x"}'`: `{"a": "x", "b": [1, 2.5, null, true]}`, "'null'": "null"}},
}

func TestScanReadsEveryType(t *testing.T) {
	d := newDatabase(t)
	for i, e := range everyType {
		name := fmt.Sprint("t", i)
		d.do(fmt.Sprintf("CREATE TABLE %s (i INT, c %s)", name, e.typ))
		want := [][]string{{"0", "NULL"}}
		d.do(fmt.Sprintf("INSERT INTO %s VALUES (0, NULL)", name))
		for literal, text := range e.values {
			d.do(fmt.Sprintf("INSERT INTO %s VALUES (%d, %s)", name, len(want), literal))
			want = append(want, []string{fmt.Sprint(len(want)), text})
		}
		table := d.table(name)
		if diff := cmp.Diff(want, d.scan(table.Scan(d.ctx), typesOf(table), nil)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.typ, diff)
		}
		sameValues(t, d, table)
	}
}

// sameValues takes a table's values to our types and back.
func sameValues(t *testing.T, d *database, table sql.Table) {
	t.Helper()
	of := typesOf(table)
	for _, row := range gmsRows(t, d, table) {
		for i, x := range row {
			v, err := bridge.FromGMS(x, &of[i])
			if err != nil {
				t.Fatal(err)
			}
			back, err := bridge.ToGMS(v, &of[i])
			if err != nil {
				t.Fatal(err)
			}
			typ := table.Schema()[i].Type
			if fmt.Sprintf("%T", x) != fmt.Sprintf("%T", back) {
				t.Errorf("%s: a %T comes back as %T", typ, x, back)
			}
			if x == nil {
				continue
			}
			if n, err := typ.Compare(d.ctx, x, back); err != nil || n != 0 {
				t.Errorf("%s: %v comes back as %v (%v)", typ, x, back, err)
			}
			if same := bridge.SQLType(&of[i]); !same.Equals(typ) {
				t.Errorf("%s comes back as %s", typ, same)
			}
		}
	}
}

// gmsRows are a table's rows as go-mysql-server reads them.
func gmsRows(t testing.TB, d *database, table sql.Table) []sql.Row {
	partitions, err := table.Partitions(d.ctx)
	if err != nil {
		t.Fatal(err)
	}
	rows := sql.NewTableRowIter(d.ctx, table, partitions)
	var all []sql.Row
	for {
		row, err := rows.Next(d.ctx)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
}

func TestScanReadsZeroDates(t *testing.T) {
	d := newDatabase(t)
	d.do("SET sql_mode = ''", "CREATE TABLE t (a DATE, b DATETIME(2))", "INSERT INTO t VALUES ('0000-00-00', '0000-00-00')")
	table := d.table("t")
	want := [][]string{{"0000-00-00", "0000-00-00 00:00:00.00"}}
	if diff := cmp.Diff(want, d.scan(table.Scan(d.ctx), typesOf(table), nil)); diff != "" {
		t.Error(diff)
	}
	sameValues(t, d, table)
}

// TestScanSeesTheTransaction changes tables, temporary ones, too, within a transaction, and
// compares what our scan sees with what go-mysql-server's does.
func TestScanSeesTheTransaction(t *testing.T) {
	for _, create := range []string{"CREATE TABLE", "CREATE TEMPORARY TABLE"} {
		for _, key := range []string{"", ", PRIMARY KEY (id)"} {
			r := rand.New(rand.NewPCG(1, uint64(len(create)+len(key))))
			d := newDatabase(t)
			d.do(create + " t (id INT NOT NULL, s VARCHAR(9), x DOUBLE, n DECIMAL(9,2), at DATETIME(6)" + key + ")")
			check := func(when string) {
				t.Helper()
				table := d.table("t")
				of := typesOf(table)
				want := [][]string(nil)
				for _, row := range gmsRows(t, d, table) {
					texts := make([]string, len(row))
					for i, x := range row {
						v, err := bridge.FromGMS(x, &of[i])
						if err != nil {
							t.Fatal(err)
						}
						if texts[i] = "NULL"; !v.IsNull() {
							texts[i] = string(types.AppendValue(nil, v, &of[i]))
						}
					}
					want = append(want, texts)
				}
				if diff := cmp.Diff(want, d.scan(table.Scan(d.ctx), of, nil)); diff != "" {
					t.Errorf("%s%s, %s (-want +got):\n%s", create, key, when, diff)
				}
			}
			change := func() {
				id := r.IntN(3000)
				switch r.IntN(4) {
				case 0, 1:
					var rows []string
					for range 1 + r.IntN(400) {
						rows = append(rows, fmt.Sprintf("(%d, %s, %d.5, %d, '2024-01-0%d 0%d:00:00.000001')", r.IntN(3000),
							[]string{"NULL", "'a'", "'bc'"}[r.IntN(3)], r.IntN(10), r.IntN(10), 1+r.IntN(9), r.IntN(10)))
					}
					d.do("REPLACE INTO t VALUES " + strings.Join(rows, ", "))
				case 2:
					d.do(fmt.Sprintf("DELETE FROM t WHERE id BETWEEN %d AND %d", id, id+r.IntN(60)))
				case 3:
					d.do(fmt.Sprintf("UPDATE t SET s = 'new', x = NULL WHERE id BETWEEN %d AND %d", id, id+r.IntN(60)))
				}
			}
			for round := range 3 {
				d.do("START TRANSACTION")
				for range 8 {
					change()
					check(fmt.Sprint("round ", round))
				}
				d.do([]string{"COMMIT", "ROLLBACK", "COMMIT"}[round])
				check("after the transaction")
			}
		}
	}
}

func TestKeys(t *testing.T) {
	d := newDatabase(t)
	d.do("CREATE TABLE t (a INT, b VARCHAR(30), c INT UNIQUE, d INT, PRIMARY KEY (b, a), KEY k (d, a), KEY p (b(3)))")
	var got []string
	for _, k := range d.table("t").Scan(d.ctx).Keys() {
		got = append(got, fmt.Sprint(k.Name, k.Columns, k.Unique, k.Primary))
	}
	slices.Sort(got[1:])
	if want := []string{"PRIMARY[1 0] true true", "c[2] true false", "k[3 0] false false"}; !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
}

// BenchmarkScanMillion scans 1,000,000 rows.
func BenchmarkScanMillion(b *testing.B) {
	d := newDatabase(b)
	d.do("CREATE TABLE t (id INT PRIMARY KEY, n INT, s VARCHAR(20), at DATE, x DECIMAL(10,2))")
	d.do("START TRANSACTION")
	for from := 0; from < 1_000_000; from += 5000 {
		var rows strings.Builder
		for i := range 5000 {
			id := from + i
			fmt.Fprintf(&rows, ",(%d,%d,'user_%d','2024-01-%02d',%d.5)", id, id%1000, id%5000, 1+id/40000, id%777)
		}
		d.do("INSERT INTO t VALUES " + rows.String()[1:])
	}
	d.do("COMMIT")
	table := d.table("t")
	for name, columns := range map[string][]int{"Integers": {0, 1}, "String": {2}, "Date": {3}, "Decimal": {4}, "None": {}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				rows, err := table.Scan(d.ctx).Open(d.context(), plan.Access{Columns: columns})
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for {
					batch, err := rows.Next()
					if err != nil {
						b.Fatal(err)
					}
					if batch == nil {
						break
					}
					n += batch.N
				}
				if n != 1_000_000 {
					b.Fatal(n)
				}
			}
		})
	}
}
