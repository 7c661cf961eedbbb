package builtin

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// evaluated is what a call gave.
type evaluated struct {
	text     string // NULL where it is NULL
	typ      types.Type
	warnings []string // "1301 Result of …"
	err      error
}

// testEnv is a session of 2024-05-06 07:08:09.123456 UTC.
func testEnv(warn func(uint16, string)) *types.Env {
	return &types.Env{
		Mode: types.StrictTrans | types.NoZeroDate | types.NoZeroInDate | types.ErrorForDivisionByZero | types.OnlyFullGroupBy,
		Zone: time.UTC, Now: time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC),
		DivPrecisionIncrement: 4, Connection: types.DefaultCollation, Warn: warn,
	}
}

// evalCall calls a function by its name with arguments that are Go values, as literal says,
// or expressions.
func evalCall(t testing.TB, name string, args ...any) evaluated {
	t.Helper()
	return evalCallIn(t, context.Background(), name, args...)
}

// evalCallIn is evalCall in a context.
func evalCallIn(t testing.TB, ctx context.Context, name string, args ...any) evaluated {
	t.Helper()
	var out evaluated
	env := testEnv(func(code uint16, text string) { out.warnings = append(out.warnings, fmt.Sprint(code, " ", text)) })
	env.Ended = ctx.Err
	c := &expr.Context{Context: ctx, Env: env}
	f := Function(name)
	if f == nil {
		t.Fatalf("no function %s", name)
	}
	exprs := make([]expr.Expr, len(args))
	for i, a := range args {
		exprs[i] = literal(t, a)
	}
	call, err := expr.NewCall(&expr.Resolver{Env: env, Context: c}, f, exprs...)
	if err != nil {
		out.err = err
		return out
	}
	out.typ = call.T
	v, err := call.Eval(c, &types.Batch{N: 1})
	if err != nil {
		out.err = err
		return out
	}
	out.text = "NULL"
	if !v.Null(0) {
		out.text = string(types.AppendText(nil, v, 0, &call.T))
	} else if !call.T.Nullable {
		t.Errorf("%s%v is NULL, but its type says that it cannot be", name, args)
	}
	return out
}

// collatedText is a text with a collation of COLLATE, or of a column where column is set.
type collatedText struct {
	text, collation string
	column          bool
}

// literal is a Go value as SQL: nil is NULL, a []byte a binary string, a bool TRUE or FALSE.
func literal(t testing.TB, x any) expr.Expr {
	switch x := x.(type) {
	case expr.Expr:
		return x
	case nil:
		return &expr.Literal{T: types.TypeNull}
	case bool:
		return &expr.Literal{V: types.BoolValue(x), T: types.TypeBool}
	case int:
		typ := types.TypeInt
		typ.Length = len(fmt.Sprint(x)) + 1
		return &expr.Literal{V: types.IntValue(int64(x)), T: typ}
	case uint64:
		return &expr.Literal{V: types.UintValue(x), T: types.TypeUint}
	case float64:
		return &expr.Literal{V: types.FloatValue(x), T: types.TypeDouble}
	case types.Dec:
		return &expr.Literal{V: types.DecimalValue(x), T: types.TypeDecimal(x.Precision(), x.Scale())}
	case []byte:
		return &expr.Literal{V: types.StringValue(string(x)), T: types.TypeString(len(x), types.Binary, types.CoerceLiteral)}
	case string:
		return &expr.Literal{V: types.StringValue(x), T: types.TypeString(len([]rune(x)), types.DefaultCollation, types.CoerceLiteral)}
	case collatedText:
		c, ok := types.ByName(x.collation)
		if !ok {
			t.Fatalf("no collation %s", x.collation)
		}
		by := types.CoerceExplicit
		if x.column {
			by = types.CoerceImplicit
		}
		return &expr.Literal{V: types.StringValue(x.text), T: types.TypeString(len([]rune(x.text)), c, by)}
	}
	t.Fatalf("no literal of %T", x)
	return nil
}
