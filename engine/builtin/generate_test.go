package builtin

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// generated is an expression in SQL and as we have it.
type generated struct {
	sql string
	x   expr.Expr
	err error
}

// generateLiteral makes a literal; kinds that MariaDB and MySQL treat alike.
func generateLiteral(r *rand.Rand) generated {
	switch r.IntN(9) {
	case 0:
		return generated{sql: "NULL", x: lit(nil)}
	case 1, 2, 3:
		n := []int{0, 1, 2, 3, 7, 10, 255, 1000003, 9223372036854775807}[r.IntN(9)]
		return generated{sql: fmt.Sprint(n), x: lit(n)}
	case 4, 5:
		d := []string{"0.0", "1.5", "2.50", "0.001", "123.456", "99999999999.99", "0.3333333333"}[r.IntN(7)]
		return generated{sql: d, x: lit(dec(d))}
	case 6:
		f := []float64{0, 0.5, 1.5, 2.5, 1e10, 3}[r.IntN(6)]
		return generated{sql: strconv.FormatFloat(f, 'f', -1, 64) + "e0", x: lit(f)}
	case 7:
		s := []string{"1", "2.5", "-3", "0", "10"}[r.IntN(5)]
		return generated{sql: "'" + s + "'", x: lit(s)}
	}
	const u = uint64(18446744073709551615)
	return generated{sql: fmt.Sprint(u), x: lit(u)}
}

// generate makes an expression of numbers, from what leaf makes.
func generate(r *rand.Rand, depth int, leaf func(*rand.Rand) generated) generated {
	if depth == 0 || r.IntN(5) == 0 {
		return leaf(r)
	}
	e := newEvaluator()
	apply := func(sql, name string, args ...generated) generated {
		exprs := make([]expr.Expr, len(args))
		texts := make([]any, len(args))
		for i, a := range args {
			if a.err != nil {
				return a
			}
			exprs[i], texts[i] = a.x, a.sql
		}
		call, err := expr.NewCall(e.resolver(), Function(name), exprs...)
		return generated{sql: fmt.Sprintf(sql, texts...), x: call, err: err}
	}
	next := func() generated { return generate(r, depth-1, leaf) }
	switch r.IntN(16) {
	case 0, 1, 2, 3:
		op := []string{"+", "-", "*", "/", "div", "%"}[r.IntN(6)]
		return apply("(%s "+strings.ReplaceAll(op, "%", "%%")+" %s)", op, next(), next())
	case 4, 5, 6:
		op := []string{"=", "<>", "<", "<=", ">", ">=", "<=>"}[r.IntN(7)]
		return apply("(%s "+op+" %s)", op, next(), next())
	case 7:
		op := []string{"and", "or", "xor"}[r.IntN(3)]
		return apply("(%s "+op+" %s)", op, next(), next())
	case 8:
		return apply("(not %s)", "not", next())
	case 9:
		return apply("(%s between %s and %s)", "between", next(), next(), next())
	case 10:
		return apply("(%s in (%s, %s, %s))", "in", next(), next(), next(), next())
	case 11:
		return apply("(case when %s then %s else %s end)", "case", next(), next(), next())
	case 12:
		return apply("coalesce(%s, %s)", "coalesce", next(), next())
	case 13:
		return apply("abs(%s)", "abs", next())
	case 14:
		op := []string{"is null", "is not null", "is true", "is not false"}[r.IntN(4)]
		return apply("(%s "+op+")", op, next())
	}
	op := []string{"floor", "ceiling", "sign"}[r.IntN(3)]
	return apply(op+"(%s)", op, next())
}

// TestRowsAndBatches: a batch gives what its rows give one by one.
func TestRowsAndBatches(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const n = 40
	batch := &types.Batch{N: n}
	var layout []expr.ColumnID
	columns := []types.Type{
		types.TypeInt, types.TypeUint, types.TypeDecimal(6, 2), types.TypeDouble,
		types.TypeString(3, types.DefaultCollation, types.CoerceImplicit), types.TypeBool,
	}
	for k := range columns {
		columns[k].Nullable = true
		v := types.NewVec(&columns[k], n)
		for i := range n {
			x := types.IntValue(int64(r.IntN(5)))
			switch columns[k].Kind {
			case types.Uint:
				x.Kind = types.Uint
			case types.Decimal:
				x = types.DecimalValue(types.NewDec(int64(r.IntN(500)), 2))
			case types.Float:
				x = types.FloatValue(float64(r.IntN(8)) / 2)
			case types.String:
				x = types.StringValue(fmt.Sprint(r.IntN(4)))
			}
			if r.IntN(4) == 0 {
				x = types.Value{}
			}
			v.Set(i, x)
		}
		batch.Cols = append(batch.Cols, v)
		layout = append(layout, expr.ColumnID(k))
	}
	leaf := func(r *rand.Rand) generated {
		if r.IntN(3) == 0 {
			return generateLiteral(r)
		}
		k := r.IntN(len(columns))
		return generated{sql: fmt.Sprint("c", k), x: &expr.Column{ID: expr.ColumnID(k), Name: fmt.Sprint("c", k), T: columns[k]}}
	}
	compared := 0
	for range 2000 {
		g := generate(r, 4, leaf)
		if g.err != nil {
			t.Fatalf("%s: %v", g.sql, g.err)
		}
		e := newEvaluator()
		x := expr.Place(g.x, layout)
		all, err := x.Eval(e.c, batch)
		if err != nil {
			continue
		}
		for i := range n {
			one, err := x.Eval(e.c, batch.Slice(i, i+1))
			if err != nil {
				t.Errorf("%s, row %d: %v", g.sql, i, err)
				break
			}
			compared++
			got, want := text(all.Value(i), x.Type()), text(one.Value(0), x.Type())
			if got != want {
				t.Errorf("%s, row %d: %s in a batch, %s alone", g.sql, i, got, want)
				break
			}
			if got == "NULL" && !x.Type().Nullable {
				t.Errorf("%s is NULL, which its type denies", g.sql)
				break
			}
		}
	}
	if compared < 10000 {
		t.Errorf("only %d rows compared", compared)
	}
}
