package exec

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

const million = 1_000_000

// vectors is a table that has its columns ready.
type vectors struct {
	memoryTable
	batch *types.Batch
}

func (v *vectors) Open(*expr.Context, plan.Access) (plan.Rows, error) {
	return &vectorRows{pieces{rows: v.batch}}, nil
}

type vectorRows struct{ pieces }

func (r *vectorRows) Next() (*types.Batch, error) { return r.next(BatchSize), nil }
func (r *vectorRows) Close()                      {}

// numbers is a table of n rows: a random number below most, the row's number, and a text of the first.
func numbers(n, most int) *plan.Scan {
	s := table("a n X")
	rnd := rand.New(rand.NewPCG(8, 8))
	b := &types.Batch{N: n}
	for _, c := range s.Cols {
		b.Cols = append(b.Cols, types.NewVec(&c.T, n))
	}
	for i := range n {
		x := rnd.IntN(most)
		b.Cols[0].I[i], b.Cols[1].I[i], b.Cols[2].S[i] = int64(x), int64(i), fmt.Sprint("Text ", x)
	}
	s.Table = &vectors{batch: b}
	return s
}

func benchmark(b *testing.B, n plan.Node) {
	for b.Loop() {
		op, err := Run(testContext(0), n)
		if err != nil {
			b.Fatal(err)
		}
		for rows := (&types.Batch{}); rows != nil; {
			if rows, err = op.Next(); err != nil {
				b.Fatal(err)
			}
		}
		op.Close()
	}
}

func BenchmarkHashJoin(b *testing.B) {
	l, r := numbers(million, million), numbers(million, million)
	b.Run("number", func(b *testing.B) { benchmark(b, joinOf(plan.Inner, l, r, call("=", col(l, 0), col(r, 1)))) })
	b.Run("text", func(b *testing.B) { benchmark(b, joinOf(plan.Inner, l, r, call("=", col(l, 2), col(r, 2)))) })
}

func BenchmarkSort(b *testing.B) {
	s := numbers(million, million)
	by := func(i int, top expr.Expr) plan.Node {
		return &plan.Sort{Child: s, Keys: []expr.Order{{X: col(s, i)}}, Top: top}
	}
	b.Run("number", func(b *testing.B) { benchmark(b, by(0, nil)) })
	b.Run("text", func(b *testing.B) { benchmark(b, by(2, nil)) })
	b.Run("top 100", func(b *testing.B) { benchmark(b, by(0, lit(100))) })
}

func BenchmarkDistinct(b *testing.B) {
	benchmark(b, &plan.Distinct{Child: numbers(million, 1000)})
}

func BenchmarkCorrelatedSubquery(b *testing.B) {
	l, r := numbers(2000, 500), numbers(500, 500)
	query := projectOf(&plan.Limit{Child: &plan.Filter{Child: r, Cond: call("=", col(r, 0), col(l, 0))}, Count: lit(1)}, col(r, 1))
	benchmark(b, projectOf(l, &plan.Subquery{Query: query, T: number}))
}
