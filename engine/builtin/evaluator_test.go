package builtin

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Arguments of the tests' calls: Go values stand for literals.
//
//	nil NULL · int, int64, uint64, float64 · string · types.Dec or dec("1.5") · expr.Expr itself

// evaluator resolves and evaluates calls, and keeps the warnings.
type evaluator struct {
	c        *expr.Context
	warnings []string
}

func newEvaluator() *evaluator {
	e := &evaluator{}
	env := &types.Env{
		Mode: types.ErrorForDivisionByZero | types.NoZeroDate | types.NoZeroInDate | types.StrictTrans,
		Zone: time.UTC, Now: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
		DivPrecisionIncrement: 4, Connection: types.DefaultCollation,
		Warn: func(code uint16, text string) { e.warnings = append(e.warnings, fmt.Sprintf("%d %s", code, text)) },
	}
	e.c = &expr.Context{Context: context.Background(), Env: env}
	return e
}

func (e *evaluator) resolver() *expr.Resolver { return &expr.Resolver{Env: e.c.Env, Context: e.c} }

func dec(s string) types.Dec {
	d, rest := types.ParseDec(s)
	if rest != "" {
		panic(s)
	}
	return d
}

// lit is a literal of a Go value, of the type that the statement's literal has.
func lit(x any) expr.Expr {
	switch x := x.(type) {
	case nil:
		return &expr.Literal{T: types.TypeNull}
	case expr.Expr:
		return x
	case bool:
		return &expr.Literal{V: types.BoolValue(x), T: types.TypeBool}
	case int:
		t := types.TypeInt
		t.Length = len(fmt.Sprint(x))
		return &expr.Literal{V: types.IntValue(int64(x)), T: t}
	case uint64:
		t := types.TypeUint
		t.Length = len(fmt.Sprint(x))
		return &expr.Literal{V: types.UintValue(x), T: t}
	case float64:
		return &expr.Literal{V: types.FloatValue(x), T: types.TypeDouble}
	case types.Dec:
		return &expr.Literal{V: types.DecimalValue(x), T: types.TypeDecimal(x.Precision(), x.Scale())}
	case string:
		return &expr.Literal{V: types.StringValue(x), T: types.TypeString(len([]rune(x)), types.DefaultCollation, types.CoerceLiteral)}
	case []byte:
		t := types.TypeString(len(x), types.Binary, types.CoerceLiteral)
		t.Hex = true
		return &expr.Literal{V: types.StringValue(string(x)), T: t}
	}
	panic(fmt.Sprintf("no literal of %T", x))
}

// dateLiteral is a DATE literal.
func dateLiteral(s string) expr.Expr {
	v, err := types.ToDate(newEvaluator().c.Env, types.StringValue(s))
	if err != nil || v.IsNull() {
		panic(s)
	}
	return &expr.Literal{V: v, T: types.TypeDate}
}

// typedAs is an expression of a type, for tests that care for that.
func typedAs(t types.Type, x any) expr.Expr {
	l := *lit(x).(*expr.Literal)
	if l.V.Kind == types.Null {
		t.Nullable = true
	}
	l.T = t
	return &l
}

// call applies a function.
func (e *evaluator) call(name string, args ...any) (*expr.Call, error) {
	f := Function(name)
	if f == nil {
		return nil, fmt.Errorf("no function %s", name)
	}
	exprs := make([]expr.Expr, len(args))
	for i, a := range args {
		exprs[i] = lit(a)
	}
	return expr.NewCall(e.resolver(), f, exprs...)
}

// must is call, which works.
func (e *evaluator) must(name string, args ...any) expr.Expr {
	call, err := e.call(name, args...)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return call
}

// text is a value as a client sees it.
func text(v types.Value, t *types.Type) string {
	if v.IsNull() {
		return "NULL"
	}
	return string(types.AppendValue(nil, v, t))
}

// one evaluates an expression of constants: its text, or the error's.
func (e *evaluator) one(x expr.Expr) string {
	v, err := x.Eval(e.c, &types.Batch{N: 1})
	if err != nil {
		return err.Error()
	}
	return text(v.Value(0), x.Type())
}

// result resolves and evaluates a call with constants, and checks that columns of the same
// values give the same.
func (e *evaluator) result(t *testing.T, name string, args ...any) string {
	t.Helper()
	call, err := e.call(name, args...)
	if err != nil {
		return err.Error()
	}
	if call.T.Kind == types.Null && call.T.Nullable {
		return "NULL"
	}
	want := e.one(call)
	if call.F.Volatile {
		return want
	}
	const n = 3
	quiet := *e.c
	env := *e.c.Env
	env.Warn = func(uint16, string) {}
	quiet.Env = &env
	batch, columns := &types.Batch{N: n}, make([]expr.Expr, len(call.Args))
	var layout []expr.ColumnID
	for i, a := range call.Args {
		v, err := a.Eval(&quiet, &types.Batch{N: 1})
		if err != nil {
			return want
		}
		column := types.NewVec(a.Type(), n)
		for row := range n {
			column.Set(row, v.Value(0))
		}
		if n > 1 && a.Type().Kind != types.Null {
			column.SetNull(1) // what NULL gives does not matter, but that it does not disturb the others
		}
		batch.Cols = append(batch.Cols, column)
		layout = append(layout, expr.ColumnID(i+1))
		columns[i] = &expr.Column{ID: expr.ColumnID(i + 1), Name: fmt.Sprint("c", i), T: *a.Type()}
	}
	over, err := expr.Place(call.With(columns), layout).Eval(&quiet, batch)
	got := ""
	switch {
	case err != nil && strings.Contains(err.Error(), "out of range in"):
		return want // it has another text, of columns
	case err != nil:
		got = err.Error()
	default:
		got = text(over.Value(2), call.Type())
	}
	if got != want {
		t.Errorf("%s %v: %s as a constant, %s over a column", name, args, want, got)
	}
	return want
}

// typed is a type in SQL, with what it can tell of its size.
func typed(t *types.Type) string {
	s := t.SQL()
	if t.Kind == types.Float && t.Scale != types.NotFixed {
		s += fmt.Sprintf("(%d)", t.Scale)
	}
	if t.Nullable {
		s += " null"
	}
	return s
}

func with(a ...any) []any { return a }

// evalTest is a call and what it gives.
type evalTest struct {
	name     string
	args     []any
	want     string
	typ      string // "": not looked at
	warnings string
}

func checkCases(t *testing.T, cases []evalTest) {
	t.Helper()
	for _, c := range cases {
		e := newEvaluator()
		got := e.result(t, c.name, c.args...)
		if c.typ != "" {
			if call, err := e.call(c.name, c.args...); err == nil {
				if typ := typed(call.Type()); typ != c.typ {
					t.Errorf("%s %v is %s, want %s", c.name, c.args, typ, c.typ)
				}
			}
		}
		if got != c.want {
			t.Errorf("%s %v = %s, want %s", c.name, c.args, got, c.want)
		}
		if w := strings.Join(e.warnings, "; "); w != c.warnings {
			t.Errorf("%s %v warns %q, want %q", c.name, c.args, w, c.warnings)
		}
	}
}
