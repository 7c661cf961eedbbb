package builtin

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func BenchmarkOperators(b *testing.B) {
	const n = 1024
	r := rand.New(rand.NewPCG(1, 1))
	ts := []types.Type{types.TypeInt, types.TypeDecimal(10, 2), types.TypeDouble, types.TypeString(10, types.DefaultCollation, types.CoerceImplicit), types.TypeDate}
	batch := &types.Batch{N: n}
	var cols []expr.Expr
	var layout []expr.ColumnID
	for k := range ts {
		v := types.NewVec(&ts[k], n)
		for i := range n {
			x := r.IntN(1000)
			switch ts[k].Kind {
			case types.Int:
				v.I[i] = int64(x)
			case types.Decimal:
				v.D[i] = types.NewDec(int64(x), 2)
			case types.Float:
				v.F[i] = float64(x)
			case types.String:
				v.S[i] = fmt.Sprint("name", x)
			case types.Date:
				v.I[i] = types.Civil{Year: 2000 + x%20, Month: 1 + x%12, Day: 1}.Pack()
			}
		}
		batch.Cols = append(batch.Cols, v)
		layout = append(layout, expr.ColumnID(k))
		cols = append(cols, &expr.Column{ID: expr.ColumnID(k), T: ts[k]})
	}
	e := newEvaluator()
	for _, c := range []struct {
		name string
		x    expr.Expr
	}{
		{"int+1", e.must("+", cols[0], 1)}, {"int*int", e.must("*", cols[0], cols[0])}, {"dec+dec", e.must("+", cols[1], cols[1])},
		{"int/int", e.must("/", cols[0], 7)}, {"float*float", e.must("*", cols[2], cols[2])},
		{"int<500", e.must("<", cols[0], 500)}, {"str=const", e.must("=", cols[3], "name77")}, {"str<const", e.must("<", cols[3], "name5")},
		{"date>const", e.must(">", cols[4], "2010-01-01")}, {"between", e.must("between", cols[0], 100, 300)},
		{"in", e.must("in", cols[0], 1, 2, 3, 4, 5)}, {"like", e.must("like", cols[3], "%e77%")},
		{"regexp", e.must("regexp", cols[3], "e7+$")},
		{"and", e.must("and", e.must("<", cols[0], 500), e.must(">", cols[2], 100))},
		{"case", e.must("case", e.must("<", cols[0], 500), 1, 0)}, {"round", e.must("round", cols[1], 1)},
	} {
		x := expr.Place(c.x, layout)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := x.Eval(e.c, batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}
