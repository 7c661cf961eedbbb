package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	sqle "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// start starts a session in a database d.
func start(t *testing.T) (*sql.Context, *sqle.Engine) {
	sql.SystemVariables.AddSystemVariables(storage.Variables())
	p := storage.NewProvider(store.New(store.Options{}))
	session := storage.NewSession(sql.NewBaseSessionWithClientServer("", sql.Client{User: "ann", Address: "localhost"}, 7), p)
	ctx := sql.NewContext(context.Background(), sql.WithSession(session))
	if err := p.CreateDatabase(ctx, "d"); err != nil {
		t.Fatal(err)
	}
	session.SetCurrentDatabase("d")
	return ctx, sqle.New(analyzer.NewDefault(p), nil)
}

func do(t *testing.T, ctx *sql.Context, e *sqle.Engine, statements ...string) {
	t.Helper()
	for _, s := range statements {
		_, rows, _, err := e.Query(ctx, s)
		for err == nil {
			_, err = rows.Next(ctx)
		}
		if !errors.Is(err, io.EOF) {
			t.Fatalf("%s: %v", s, err)
		}
		if err := rows.Close(ctx); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestCatalog(t *testing.T) {
	ctx, e := start(t)
	do(t, ctx, e,
		"CREATE TABLE T (id INT AUTO_INCREMENT PRIMARY KEY, u CHAR(3) UNIQUE, a INT NOT NULL, b INT DEFAULT 3, KEY (a, b), UNIQUE (b, a))",
		"CREATE VIEW v (x, y) AS SELECT id, u FROM T",
		"CREATE TABLE hidden (a INT)", "CREATE TEMPORARY TABLE hidden (b INT)",
	)
	c := bridge.NewCatalog(ctx, e.Analyzer.Catalog)
	r, err := c.Relation("D", "t")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, col := range r.Columns {
		got = append(got, fmt.Sprint(col.Name, " ", col.T.SQL(), " ", col.T.Nullable, " ", int(col.Flags)))
	}
	want := []string{
		fmt.Sprint("id signed false ", int(plan.PrimaryKey|plan.AutoIncrement|plan.PartOfKey)),
		fmt.Sprint("u char(3) true ", int(plan.UniqueKey|plan.PartOfKey)),
		fmt.Sprint("a signed false ", int(plan.MultipleKey|plan.NoDefault|plan.PartOfKey)),
		fmt.Sprint("b signed true ", int(plan.MultipleKey|plan.PartOfKey)),
	}
	if r.Database != "d" || r.Name != "T" || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s.%s has\n%s", r.Database, r.Name, strings.Join(got, "\n"))
	}
	if again, _ := c.Relation("d", "T"); again != r {
		t.Error("looked up again")
	}
	if v, err := c.Relation("d", "V"); err != nil || v.View == nil || !strings.EqualFold(v.View.Query, "select id, u from T") || fmt.Sprint(v.View.Columns) != "[x y]" {
		t.Errorf("view: %+v, %v", v, err)
	}
	if r, err := c.Relation("d", "hidden"); err != nil || r.Columns[0].Name != "b" {
		t.Errorf("temporary table: %+v, %v", r, err)
	}
	for name, code := range map[string]uint16{"d.none": 1146, "none.t": 1049} {
		database, table, _ := strings.Cut(name, ".")
		_, err := c.Relation(database, table)
		var my *mysql.MyError
		if !errors.As(err, &my) || my.Code != code || c.Exists(database, table) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInformationSchema(t *testing.T) {
	ctx, e := start(t)
	do(t, ctx, e, "CREATE TABLE t (a INT)", "CREATE TABLE u (a INT)")
	r, err := bridge.NewCatalog(ctx, e.Analyzer.Catalog).Relation("information_schema", "TABLES")
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, c := range r.Columns {
		at[c.Name] = i
	}
	for _, size := range []int{0, 1} {
		rows, err := r.Table.Open(&expr.Context{Context: ctx, BatchSize: size}, plan.Access{Columns: []int{at["TABLE_NAME"], at["TABLE_SCHEMA"]}})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names := ""
		for {
			b, err := rows.Next()
			if err != nil {
				t.Fatal(err)
			}
			if b == nil {
				break
			}
			for i := range b.N {
				if b.Cols[1].S[i] == "d" {
					names += b.Cols[0].S[i] + " "
				}
			}
		}
		if names != "t u " {
			t.Errorf("tables %q", names)
		}
	}
}

func TestSession(t *testing.T) {
	ctx, e := start(t)
	s := bridge.NewSession(ctx, "8.0.36")
	do(t, ctx, e, "SET @i = 3, @s = 'text', @d = 1.50, @f = 1e3, @n = NULL")
	for name, want := range map[string]string{"i": "3", "S": "text", "d": "1.50", "f": "1000", "n": "", "none": ""} {
		v, typ := s.UserVariable(name)
		if got := string(types.AppendValue(nil, v, &typ)); got != want {
			t.Errorf("@%s is %q (%+v)", name, got, typ)
		}
	}
	date := types.Civil{Year: 2024, Month: 2, Day: 29}
	for _, x := range []struct {
		v    types.Value
		t    types.Type
		want string
		kind types.Kind
	}{
		{types.IntValue(-1), types.TypeBool, "-1", types.Int},
		{types.UintValue(1 << 63), types.TypeUint, "9223372036854775808", types.Uint},
		{types.DateValue(date.Pack()), types.TypeDate, "2024-02-29", types.String},
		{types.StringValue("ä"), types.TypeString(1, types.DefaultCollation, types.CoerceLiteral), "ä", types.String},
		{types.DecimalValue(types.NewDec(12345, 2)), types.TypeDecimal(5, 2), "123.45", types.Decimal},
		{types.JSONValue(`{"a": 1}`), types.TypeJSON, `{"a": 1}`, types.String},
		{types.Value{}, types.TypeNull, "", types.Null},
	} {
		s.SetUserVariable("x", x.v, x.t)
		v, typ := s.UserVariable("x")
		if got := string(types.AppendValue(nil, v, &typ)); got != x.want || v.Kind != x.kind || typ.Coercibility != types.CoerceImplicit && !v.IsNull() {
			t.Errorf("@x = %v: %q, %+v", x.v, got, typ)
		}
	}
	do(t, ctx, e, "SET sql_mode = 'ANSI,TRADITIONAL'")
	for _, x := range []struct{ scope, name, want string }{
		{"", "autocommit", "1"}, {"session", "sql_mode", "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI,STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,NO_ENGINE_SUBSTITUTION"}, {"global", "max_connections", "151"},
		{"global", "autocommit", "1"}, {"session", "max_connections", "1238"}, {"", "no_such", "1193"},
	} {
		v, typ, err := s.SystemVariable(x.scope, x.name)
		got := string(types.AppendValue(nil, v, &typ))
		var my *mysql.MyError
		if errors.As(err, &my) {
			got = fmt.Sprint(my.Code)
		}
		if got != x.want {
			t.Errorf("@@%s.%s is %q, %v", x.scope, x.name, got, err)
		}
	}
	s.SetLastInsertID(1 << 63)
	if s.Database() != "d" || s.User() != "ann@localhost" || s.ConnectionID() != 7 || s.LastInsertID() != 1<<63 || s.Version() != "8.0.36" {
		t.Error(s.Database(), s.User(), s.ConnectionID(), s.LastInsertID(), s.Version())
	}
}

func TestEnv(t *testing.T) {
	ctx, e := start(t)
	do(t, ctx, e, "SET time_zone = '-02:30', sql_mode = 'ANSI,TRADITIONAL', div_precision_increment = 7, collation_connection = 'utf8mb4_bin'")
	env := bridge.Env(ctx)
	want := types.RealAsFloat | types.PipesAsConcat | types.ANSIQuotes | types.IgnoreSpace | types.OnlyFullGroupBy |
		types.StrictTrans | types.StrictAll | types.NoZeroInDate | types.NoZeroDate | types.ErrorForDivisionByZero
	if env.Mode != want || env.DivPrecisionIncrement != 7 || env.Connection.Name() != "utf8mb4_bin" {
		t.Errorf("%+v", env)
	}
	if _, offset := time.Now().In(env.Zone).Zone(); offset != -9000 {
		t.Errorf("offset %d", offset)
	}
	if mode := bridge.ParserMode(ctx); !mode.HasANSIQuotesMode() || !mode.HasPipesAsConcatMode() {
		t.Error(mode)
	}
	env.Warn(1265, "100% cut")
	if w := ctx.Warnings(); len(w) != 1 || w[0].Code != 1265 || w[0].Message != "100% cut" {
		t.Error(w)
	}
}

func TestFallback(t *testing.T) {
	ctx, e := start(t)
	c := &expr.Context{Context: ctx, Env: bridge.Env(ctx)}
	call := func(name string, args ...expr.Expr) (expr.Expr, error) {
		f, err := bridge.Fallback(ctx, e.Analyzer.Catalog, name)
		if err != nil || f == nil {
			t.Fatalf("%s: %v", name, err)
		}
		return expr.NewCall(&expr.Resolver{Env: c.Env, Context: c}, f, args...)
	}
	number := func(x float64) expr.Expr { return &expr.Literal{V: types.FloatValue(x), T: types.TypeDouble} }
	point, err := call("POINT", number(1), number(2.5))
	if err != nil {
		t.Fatal(err)
	}
	text, err := call("st_astext", point)
	if err != nil {
		t.Fatal(err)
	}
	v, err := text.Eval(c, &types.Batch{N: 2})
	if err != nil || v.Value(1).S != "POINT(1 2.5)" {
		t.Errorf("%v, %v", v, err)
	}
	null, err := call("st_x", &expr.Literal{T: types.TypeNull})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := null.Eval(c, &types.Batch{N: 1}); err != nil || !v.Null(0) {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := call("st_astext"); err == nil || !strings.Contains(err.Error(), "1582") {
		t.Error(err)
	}
	if f, err := bridge.Fallback(ctx, e.Analyzer.Catalog, "no_such_function"); f != nil || err != nil {
		t.Error(f, err)
	}
}

// TestFields are those of expressions; package server has those of tables' columns, too.
func TestFields(t *testing.T) {
	ctx, _ := start(t)
	latin, _ := types.DefaultOf("latin1")
	for _, x := range []struct {
		t    types.Type
		want string // type, charset, length, decimals, flags
	}{
		{types.TypeInt, "INT64 63 21 0 129"},
		{bridge.TypeOf(gms.Uint8, true), "UINT8 63 3 0 160"},
		{bridge.TypeOf(gms.MustCreateDecimalType(10, 2), true), "DECIMAL 63 12 2 128"},
		{types.TypeDouble.WithNullable(true), "FLOAT64 63 23 31 128"},
		{bridge.TypeOf(gms.MustCreateDatetimeType(sqltypes.Datetime, 3), true), "DATETIME 63 23 3 128"},
		{bridge.TypeOf(gms.MustCreateString(sqltypes.VarChar, 20, sql.CollationID(latin)), true), "VARCHAR 255 80 31 0"},
		{types.TypeString(5, types.DefaultCollation, types.CoerceLiteral), "VARCHAR 255 20 31 1"},
		{bridge.TypeOf(gms.Text, true), "TEXT 255 262140 31 144"},
		{bridge.TypeOf(gms.Blob, true), "BLOB 63 65535 31 144"},
		{bridge.TypeOf(gms.MustCreateEnumType([]string{"a", "bcd"}, sql.Collation_Default), true), "ENUM 255 12 31 384"},
		{types.TypeJSON.WithNullable(true), "JSON 63 4294967295 31 128"},
		{types.TypeNull, "NULL_TYPE 63 0 0 128"},
	} {
		f := bridge.Fields(ctx, []plan.Column{{Name: "c", T: x.t}})[0]
		if got := fmt.Sprintf("%v %d %d %d %d", f.Type, f.Charset, f.ColumnLength, f.Decimals, f.Flags); got != x.want {
			t.Errorf("%s: %s, want %s", x.t.SQL(), got, x.want)
		}
	}
}

// TestColumnsOfExpressions are of what type CREATE TABLE … SELECT makes columns.
func TestColumnsOfExpressions(t *testing.T) {
	short := types.TypeInt
	short.Length = 1
	for _, x := range []struct {
		t    types.Type
		want string
	}{
		{short, "int"}, {types.TypeBool, "int"}, {types.TypeInt, "bigint"}, {types.TypeUint, "bigint unsigned"},
		{types.TypeDecimal(32, 0), "decimal(32,0)"}, {types.TypeDouble, "double"},
		{types.TypeString(3, types.DefaultCollation, types.CoerceLiteral), "varchar(3)"},
		{types.TypeString(0, types.DefaultCollation, types.CoerceLiteral), "char(0)"},
		{types.TypeString(600, types.DefaultCollation, types.CoerceLiteral), "text"},
		{types.TypeString(70000, types.DefaultCollation, types.CoerceLiteral), "mediumtext"},
		{types.TypeString(3, types.Binary, types.CoerceLiteral), "varbinary(3)"},
		{types.TypeNull, "binary(0)"}, {types.TypeJSON, "json"},
	} {
		if got, _, _ := strings.Cut(bridge.SQLType(&x.t).String(), " COLLATE"); got != x.want {
			t.Errorf("%s: %s, want %s", x.t.SQL(), got, x.want)
		}
	}
}

func TestArguments(t *testing.T) {
	for _, x := range []struct {
		a    sqltypes.Value
		want string
		kind types.Kind
	}{
		{sqltypes.NewInt64(-5), "-5", types.Int}, {sqltypes.NewUint64(1 << 63), "9223372036854775808", types.Uint},
		{sqltypes.NewFloat64(0.5), "0.5", types.Float}, {sqltypes.NewVarChar("é"), "é", types.String},
		{sqltypes.MakeTrusted(sqltypes.Decimal, []byte("1.50")), "1.50", types.Decimal},
		{sqltypes.MakeTrusted(sqltypes.Datetime, []byte("2024-01-02 03:04:05.678000")), "2024-01-02 03:04:05.678000", types.DateTime},
		{sqltypes.MakeTrusted(sqltypes.Date, []byte("2024-01-02")), "2024-01-02", types.Date},
		{sqltypes.MakeTrusted(sqltypes.Time, []byte("-10:00:00")), "-10:00:00", types.Time},
		{sqltypes.NULL, "", types.Null},
	} {
		a, err := bridge.ArgumentOf(x.a)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(types.AppendValue(nil, a.V, &a.T)); got != x.want || a.V.Kind != x.kind || a.T.Kind != x.kind {
			t.Errorf("%v: %q, %+v", x.a, got, a.T)
		}
	}
}
