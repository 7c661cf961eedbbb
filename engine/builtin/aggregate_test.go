package builtin

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// concatSession is a session that has group_concat_max_len.
type concatSession struct {
	expr.Session
	max uint64
}

func (s concatSession) SystemVariable(string, string) (types.Value, types.Type, error) {
	return types.UintValue(s.max), types.TypeUint, nil
}

func aggregateContext(max uint64, warnings *[]string) *expr.Context {
	return &expr.Context{
		Context: context.Background(), Session: concatSession{max: max},
		Env: &types.Env{
			Zone: time.UTC, DivPrecisionIncrement: 4, Connection: types.DefaultCollation,
			Warn: func(code uint16, text string) { *warnings = append(*warnings, fmt.Sprint(code, " ", text)) },
		},
	}
}

// values is a column of some values.
type values struct {
	t types.Type
	v []types.Value
}

// aggregated is an aggregate of columns, its type and warnings.
func aggregated(t *testing.T, max uint64, name string, columns ...values) (text string, typ types.Type, warnings []string, err error) {
	t.Helper()
	c := aggregateContext(max, &warnings)
	b := &types.Batch{}
	var args []expr.Expr
	var layout []expr.ColumnID
	for i, col := range columns {
		v := types.NewBuilder(&col.t)
		for _, x := range col.v {
			v.Append(x)
		}
		b.Cols, b.N = append(b.Cols, v.Vec()), len(col.v)
		layout = append(layout, expr.ColumnID(i+1))
		args = append(args, &expr.Column{ID: expr.ColumnID(i + 1), T: col.t})
	}
	call, err := expr.NewAggregateCall(&expr.Resolver{Env: c.Env, Context: c}, Aggregate(name), false, args, nil, ",")
	if err != nil {
		return "", types.Type{}, nil, err
	}
	vecs := make([]*types.Vec, len(call.Args))
	for i, a := range call.Args {
		if vecs[i], err = expr.Place(a, layout).Eval(c, b); err != nil {
			t.Fatal(err)
		}
	}
	acc := call.F.New(call)
	acc.Grow(1)
	if err := acc.Update(c, make([]int32, b.N), vecs); err != nil {
		return "", call.T, warnings, err
	}
	x, err := acc.Result(c, 0)
	if err != nil {
		return "", call.T, warnings, err
	}
	if x.IsNull() {
		if !call.T.Nullable {
			t.Errorf("%s: NULL of type %s, which is not nullable", name, call.T.SQL())
		}
		return "NULL", call.T, warnings, nil
	}
	return string(types.AppendValue(nil, x, &call.T)), call.T, warnings, nil
}

func ints(x ...int64) (v []types.Value) {
	for _, i := range x {
		v = append(v, types.IntValue(i))
	}
	return v
}

func strs(x ...string) (v []types.Value) {
	for _, s := range x {
		v = append(v, types.StringValue(s))
	}
	return v
}

func floats(x ...float64) (v []types.Value) {
	for _, f := range x {
		v = append(v, types.FloatValue(f))
	}
	return v
}

func date(y, m, d int) types.Value {
	return types.DateValue(types.Civil{Year: y, Month: m, Day: d}.Pack())
}

func TestAggregateValues(t *testing.T) {
	integer := types.Type{Kind: types.Int, Protocol: types.ProtocolLong, Length: 11}
	text := types.TypeString(20, types.DefaultCollation, types.CoerceImplicit)
	enum := types.Type{Kind: types.Enum, Protocol: types.ProtocolEnum, Length: 2, Members: []string{"z", "b", "a"}, Collation: types.DefaultCollation}
	enums := []types.Value{{Kind: types.Enum, I: 1, S: "z"}, {Kind: types.Enum, I: 3, S: "a"}}
	fixed := types.TypeDouble
	fixed.Scale = 2
	bytes := types.TypeString(2, types.Binary, types.CoerceImplicit)
	null := types.Value{}
	max := int64(math.MaxInt64)
	for _, tt := range []struct {
		name string
		col  values
		want string
		typ  string
	}{
		{"sum", values{integer, ints(1, 2, 3)}, "6", "decimal(32,0)"},
		{"avg", values{integer, ints(1, 2, 2)}, "1.6667", "decimal(14,4)"},
		{"avg", values{integer, append(ints(-1, -2, -2), null)}, "-1.6667", "decimal(14,4)"},
		{"sum", values{integer, nil}, "NULL", "decimal(32,0)"},
		{"avg", values{integer, []types.Value{null}}, "NULL", "decimal(14,4)"},
		{"count", values{integer, append(ints(1), null)}, "1", "bigint"},
		{"sum", values{types.TypeInt, ints(max, max, max)}, "27670116110564327421", "decimal(42,0)"},
		{"sum", values{types.TypeInt, ints(-max, -max, -max)}, "-27670116110564327421", "decimal(42,0)"},
		{"sum", values{types.TypeDecimal(10, 2), []types.Value{types.DecimalValue(types.NewDec(125, 2)), types.DecimalValue(types.NewDec(5, 1))}}, "1.75", "decimal(32,2)"},
		{"avg", values{types.TypeDecimal(10, 2), []types.Value{types.DecimalValue(types.NewDec(1, 0))}}, "1.000000", "decimal(14,6)"},
		{"sum", values{types.TypeDecimal(60, 30), nil}, "NULL", "decimal(65,30)"},
		{"sum", values{text, strs("1.5", "2x")}, "3.5", "double"},
		{"avg", values{types.TypeDouble, floats(1, 2)}, "1.5", "double"},
		{"avg", values{fixed, floats(1, 2)}, "1.500000", "double(23,6)"},
		{"sum", values{types.TypeDate, []types.Value{date(2024, 1, 1), date(2024, 1, 2)}}, "40480203", "decimal(30,0)"},
		{"avg", values{types.TypeDate, []types.Value{date(2024, 1, 1), date(2024, 1, 2)}}, "20240101.5000", "decimal(12,4)"},
		{"sum", values{enum, enums}, "4", "double"},
		{"min", values{enum, enums}, "a", "char(2)"},
		{"max", values{enum, enums}, "z", "char(2)"},
		{"min", values{types.TypeDate, []types.Value{date(2024, 1, 2), date(2024, 1, 1)}}, "2024-01-01", "date"},
		{"max", values{text, strs("a", "C", "b")}, "C", "varchar(20)"},
		{"max", values{text, nil}, "NULL", "varchar(20)"},
		{"any_value", values{integer, append([]types.Value{null}, ints(1)...)}, "NULL", "int"},
		{"bit_and", values{integer, nil}, "18446744073709551615", "bigint unsigned"},
		{"bit_or", values{integer, append(ints(1, 4), null)}, "5", "bigint unsigned"},
		{"bit_xor", values{integer, ints(-1)}, "18446744073709551615", "bigint unsigned"},
		{"bit_or", values{bytes, strs("\x01\x10", "\x02\x01")}, "\x03\x11", "varbinary(2)"},
		{"bit_and", values{bytes, nil}, "\xff\xff", "varbinary(2)"},
		{"std", values{integer, ints(2, 4, 4, 4, 5, 5, 7, 9)}, "2", "double"},
		{"stddev_samp", values{integer, ints(1)}, "NULL", "double"},
		{"variance", values{integer, ints(1)}, "0", "double"},
		{"var_samp", values{integer, ints(1, 2)}, "0.5", "double"},
		{"var_pop", values{types.TypeDouble, floats(1e9, 1e9+1, 1e9+2)}, "0.6666666666666666", "double"},
		{"group_concat", values{integer, append(ints(2, 1), null)}, "2,1", "text(1024)"},
		{"group_concat", values{integer, nil}, "NULL", "text(1024)"},
		{"json_arrayagg", values{text, append(strs(`a"b`), null)}, `["a\"b", null]`, "json"},
		{"json_arrayagg", values{integer, nil}, "NULL", "json"},
		{"sum", values{types.TypeNull, []types.Value{null}}, "NULL", "double"},
	} {
		got, typ, _, err := aggregated(t, 1024, tt.name, tt.col)
		if err != nil || got != tt.want || typeText(typ) != tt.typ {
			t.Errorf("%s(%s): %q, %s, %v; want %q, %s", tt.name, tt.col.t.SQL(), got, typeText(typ), err, tt.want, tt.typ)
		}
	}
}

// typeText is a type as these tests write it.
func typeText(t types.Type) string {
	switch {
	case t.Protocol == types.ProtocolBlob:
		return fmt.Sprintf("text(%d)", t.Length)
	case t.Protocol == types.ProtocolLong:
		return "int"
	case t.Kind == types.Int:
		return "bigint"
	case t.Kind == types.Uint:
		return "bigint unsigned"
	case t.Kind == types.Float && t.Scale < types.NotFixed:
		return fmt.Sprintf("double(%d,%d)", t.Length, t.Scale)
	case t.Kind == types.String && t.Collation.IsBinary():
		return fmt.Sprintf("varbinary(%d)", t.Length)
	case t.Protocol == types.ProtocolString:
		return fmt.Sprintf("char(%d)", t.Length)
	case t.Kind == types.String:
		return fmt.Sprintf("varchar(%d)", t.Length)
	}
	return strings.ToLower(t.SQL())
}

func TestGroupConcatCut(t *testing.T) {
	text := types.TypeString(20, types.DefaultCollation, types.CoerceImplicit)
	for _, tt := range []struct {
		max  uint64
		in   []string
		want string
		cut  int // the row that was cut; 0: none
	}{
		{5, []string{"ab", "cd"}, "ab,cd", 0},
		{5, []string{"ab", "cd", "ef"}, "ab,cd", 3},
		{4, []string{"ab", "cdef", "g"}, "ab,c", 2},
		{4, []string{"abcä"}, "abc", 1},
		{0, nil, "NULL", 0},
	} {
		got, typ, warnings, err := aggregated(t, tt.max, "group_concat", values{text, strs(tt.in...)})
		warned := ""
		if tt.cut > 0 {
			warned = fmt.Sprintf("1260 Row %d was cut by GROUP_CONCAT()", tt.cut)
		}
		if err != nil || got != tt.want || strings.Join(warnings, "; ") != warned || typ.Protocol != types.ProtocolVarString {
			t.Errorf("%v at %d: %q %q %v, want %q %s", tt.in, tt.max, got, warnings, err, tt.want, warned)
		}
	}
}

func TestJSONObjectAgg(t *testing.T) {
	text := types.TypeString(20, types.DefaultCollation, types.CoerceImplicit)
	got, _, _, err := aggregated(t, 0, "json_objectagg", values{text, strs("bb", "c", "a", "c")}, values{types.TypeInt, append(ints(1, 2, 3), types.Value{})})
	if want := `{"a": 3, "c": null, "bb": 1}`; err != nil || got != want {
		t.Errorf("%s %v, want %s", got, err, want)
	}
	if _, _, _, err = aggregated(t, 0, "json_objectagg", values{text, []types.Value{{}}}, values{types.TypeInt, ints(1)}); err == nil || !strings.Contains(err.Error(), "3158") {
		t.Error(err)
	}
}

func TestAggregateErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		col  values
		want string
	}{
		{"bit_or", values{types.TypeString(5, types.Binary, types.CoerceImplicit), strs("a", "bc")}, "3513"},
		{"bit_or", values{types.TypeString(512, types.Binary, types.CoerceImplicit), nil}, "3514"},
	} {
		if _, _, _, err := aggregated(t, 0, tt.name, tt.col); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestWindowArguments(t *testing.T) {
	var warnings []string
	c := aggregateContext(0, &warnings)
	r := &expr.Resolver{Env: c.Env, Context: c}
	number := func(x int64) expr.Expr { return &expr.Literal{V: types.IntValue(x), T: types.TypeInt} }
	null := &expr.Literal{T: types.TypeNull}
	column := &expr.Column{ID: 1, T: types.TypeDate}
	for _, tt := range []struct {
		name string
		args []expr.Expr
		want string // the error, or the type
	}{
		{"ntile", []expr.Expr{number(0)}, "Incorrect arguments to ntile"},
		{"ntile", []expr.Expr{null}, "Incorrect arguments to ntile"},
		{"nth_value", []expr.Expr{column, number(0)}, "Incorrect arguments to nth_value"},
		{"lag", []expr.Expr{column, number(-1)}, "Incorrect arguments to lag"},
		{"lead", []expr.Expr{column, null}, "Incorrect arguments to lead"},
		{"lag", []expr.Expr{column}, "date true"},
		{"lag", []expr.Expr{number(1), number(1), number(2)}, "bigint false"},
		{"lag", []expr.Expr{number(1), number(1), null}, "bigint true"},
		{"lead", []expr.Expr{number(1), number(1), &expr.Literal{V: types.DecimalValue(types.NewDec(5, 1)), T: types.TypeDecimal(2, 1)}}, "decimal(20,1) false"},
		{"first_value", []expr.Expr{column}, "date true"},
		{"row_number", nil, "bigint unsigned false"},
		{"cume_dist", nil, "double false"},
	} {
		call, err := expr.NewWindowCall(r, Window(tt.name), tt.args, expr.Frame{})
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = fmt.Sprint(typeText(call.T), " ", call.T.Nullable)
		}
		if !strings.HasSuffix(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
