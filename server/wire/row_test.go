package wire

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// examples are values of every type, each twice: NULLs are put between them.
var examples = []struct {
	typ      querypb.Type
	decimals uint32
	name     string // as go-sql-driver calls the type
	texts    [2]string
}{
	{sqltypes.Int8, 0, "TINYINT", [2]string{"-128", "127"}},
	{sqltypes.Uint8, 0, "UNSIGNED TINYINT", [2]string{"0", "255"}},
	{sqltypes.Int16, 0, "SMALLINT", [2]string{"-32768", "32767"}},
	{sqltypes.Uint16, 0, "UNSIGNED SMALLINT", [2]string{"0", "65535"}},
	{sqltypes.Int24, 0, "MEDIUMINT", [2]string{"-8388608", "8388607"}},
	{sqltypes.Uint24, 0, "UNSIGNED MEDIUMINT", [2]string{"0", "16777215"}},
	{sqltypes.Int32, 0, "INT", [2]string{"-2147483648", "2147483647"}},
	{sqltypes.Uint32, 0, "UNSIGNED INT", [2]string{"0", "4294967295"}},
	{sqltypes.Int64, 0, "BIGINT", [2]string{"-9223372036854775808", "9223372036854775807"}},
	{sqltypes.Uint64, 0, "UNSIGNED BIGINT", [2]string{"0", "18446744073709551615"}},
	{sqltypes.Float32, 0, "FLOAT", [2]string{"0.1", "-3.4e+38"}},
	{sqltypes.Float64, 0, "DOUBLE", [2]string{"0.1", "-1.7976931348623157e+308"}},
	{sqltypes.Decimal, 3, "DECIMAL", [2]string{"-12345678901234567890.123", "0.000"}},
	{sqltypes.Date, 0, "DATE", [2]string{"0000-00-00", "2024-02-29"}},
	{sqltypes.Datetime, 0, "DATETIME", [2]string{"2024-02-29 00:00:00", "9999-12-31 23:59:59"}},
	{sqltypes.Datetime, 6, "DATETIME", [2]string{"2024-02-29 00:00:00.000001", "9999-12-31 23:59:59.999999"}},
	{sqltypes.Timestamp, 3, "TIMESTAMP", [2]string{"2024-02-29 00:00:00.120", "2038-01-19 03:14:07.000"}},
	{sqltypes.Time, 0, "TIME", [2]string{"-838:59:59", "00:00:00"}},
	{sqltypes.Time, 6, "TIME", [2]string{"25:00:00.000001", "-00:00:01.500000"}},
	{sqltypes.Year, 0, "YEAR", [2]string{"1901", "2155"}},
	{sqltypes.Bit, 0, "BIT", [2]string{"\x00", "\x01\xff"}},
	{sqltypes.Char, 0, "CHAR", [2]string{"", "naïve"}},
	{sqltypes.VarChar, 0, "VARCHAR", [2]string{"日本", strings.Repeat("x", 251)}},
	{sqltypes.Text, 0, "TEXT", [2]string{"NULL", strings.Repeat("y", 70_000)}},
	{sqltypes.Binary, 0, "BINARY", [2]string{"\x00\xff", ""}},
	{sqltypes.VarBinary, 0, "VARBINARY", [2]string{"\xfb", "\xfe"}},
	{sqltypes.Blob, 0, "BLOB", [2]string{"\x00", "\xff\x00"}},
	{sqltypes.Enum, 0, "ENUM", [2]string{"small", "large"}},
	{sqltypes.Set, 0, "SET", [2]string{"", "a,b"}},
	{sqltypes.TypeJSON, 0, "JSON", [2]string{`{"a": [1, null]}`, `null`}},
	{sqltypes.Geometry, 0, "GEOMETRY", [2]string{"\x00\x00\x00\x00\x01", "\x01"}},
}

// exampleFields are columns of the examples, exampleRows rows of them: the
// first texts, the NULL in between, the second texts.
func exampleTable() (fields []*querypb.Field, rows [][]sqltypes.Value) {
	rows = make([][]sqltypes.Value, 3)
	for i, e := range examples {
		fields = append(fields, &querypb.Field{Name: fmt.Sprintf("c%d", i), Type: e.typ, Decimals: e.decimals})
		rows[0] = append(rows[0], sqltypes.MakeTrusted(e.typ, []byte(e.texts[0])))
		rows[1] = append(rows[1], sqltypes.NULL)
		rows[2] = append(rows[2], sqltypes.MakeTrusted(e.typ, []byte(e.texts[1])))
	}
	return fields, rows
}

func TestTypesAreTheSameInBothProtocols(t *testing.T) {
	address, _ := start(t, quiet, fakeStatements{
		"examples": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
			fields, rows := exampleTable()
			return table(fields, rows...), nil
		},
	})
	db := open(t, "tcp("+address+")/")
	for name, query := range map[string]func() (*sql.Rows, error){
		"text":   func() (*sql.Rows, error) { return db.Query("examples") },
		"binary": func() (*sql.Rows, error) { return db.Query("examples ?", 1) },
	} {
		rows, err := query()
		if err != nil {
			t.Fatal(err)
		}
		types, err := rows.ColumnTypes()
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range examples {
			if types[i].DatabaseTypeName() != e.name {
				t.Errorf("%s protocol: %s is named %s", name, e.name, types[i].DatabaseTypeName())
			}
		}
		for row := range 3 {
			values := make([]any, len(examples))
			targets := make([]any, len(examples))
			for i := range values {
				targets[i] = &values[i]
			}
			if !rows.Next() {
				t.Fatalf("%s protocol: %d rows, %v", name, row, rows.Err())
			}
			if err := rows.Scan(targets...); err != nil {
				t.Fatal(err)
			}
			for i, e := range examples {
				want := "<nil>"
				if row != 1 {
					want = e.texts[row/2]
				}
				got := fmt.Sprint(values[i])
				if b, ok := values[i].([]byte); ok {
					got = string(b)
				}
				if got != want {
					t.Errorf("%s protocol, %s: %q, want %q", name, e.name, got, want)
				}
			}
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRowsTakeNoMemoryOfTheirOwn(t *testing.T) {
	fields, rows := exampleTable()
	buf := make([]byte, 0, 1<<20)
	if n := testing.AllocsPerRun(100, func() { appendTextRow(buf, rows[2]) }); n != 0 {
		t.Errorf("a text row: %v allocations", n)
	}
	encode := func() {
		if _, err := appendBinaryRow(buf, fields, rows[2]); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(100, encode); n != 0 {
		t.Errorf("a binary row: %v allocations", n)
	}
}

func TestValuesThatAreNotOfTheirType(t *testing.T) {
	for _, test := range []struct {
		typ  querypb.Type
		text string
	}{
		{sqltypes.Int8, "128"},
		{sqltypes.Uint64, "-1"},
		{sqltypes.Float64, "x"},
		{sqltypes.Date, "2024"},
		{sqltypes.Date, "2024-13-01"},
		{sqltypes.Datetime, "2024-01-01 24:00:00"},
		{sqltypes.Datetime, "2024-01-01 00:00:00.1234567"},
		{sqltypes.Datetime, "2024-01-01 00:00:00 UTC"},
		{sqltypes.Time, "839:00:00"},
		{sqltypes.Time, "--1:00:00"},
		{sqltypes.Time, "1:60:00"},
		{sqltypes.Time, ""},
	} {
		if b, err := appendBinaryValue(nil, test.typ, test.text); err == nil {
			t.Errorf("%s %q is taken as %x", test.typ, test.text, b)
		}
	}
}

func FuzzDatesAndTimes(f *testing.F) {
	f.Add("2024-02-29 23:59:59.000001")
	f.Add("0000-00-00")
	f.Add("-838:59:59.5")
	f.Fuzz(func(t *testing.T, text string) {
		for _, test := range []struct {
			typ   querypb.Type
			param byte
		}{
			{sqltypes.Datetime, mysql.MYSQL_TYPE_DATETIME},
			{sqltypes.Time, mysql.MYSQL_TYPE_TIME},
		} {
			b, err := appendBinaryValue(nil, test.typ, text)
			if err != nil {
				continue
			}
			d := decoder{data: b}
			v := paramType{typ: test.param}.value(&d)
			again, err := appendBinaryValue(nil, test.typ, v.ToString())
			if d.bad || len(d.data) > 0 || err != nil || string(again) != string(b) {
				t.Errorf("%q is %x, which is %v, which is %x, %v", text, b, v, again, err)
			}
		}
	})
}
