package exec

import (
	"regexp"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

func TestExplain(t *testing.T) {
	l, r := table("a", "1", "2", "NULL", "3"), table("b", "1", "2", "3")
	l.Name, r.Name = "l", "r"
	dependent := &plan.Subquery{Kind: plan.Exists, T: boolean, Query: &plan.Filter{Child: r, Cond: call("=", col(r, 0), col(l, 0))}}
	n := &plan.Limit{Count: lit(9), Child: projectOf(
		&plan.Filter{Child: l, Cond: dependent}, &plan.Subquery{T: number, Query: valuesOf(lit(5))},
	)}
	want := `-> Limit: 9 row(s)
    -> Project: (select …)
        -> Filter: exists(select …)
            -> Table scan on l
            -> Select #2 (subquery in condition; dependent)
                -> Filter: (b = a)
                    -> Table scan on r
        -> Select #3 (subquery in projection; run only once)
            -> Values (1 rows)
`
	if got := Explain(n, nil); got != want {
		t.Errorf("got\n%s", got)
	}

	op, stats, err := RunAnalyze(testContext(0), n)
	if err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	for range 3 {
		if _, err := op.Next(); err != nil {
			t.Fatal(err)
		}
	}
	want = `-> Limit: 9 row(s)  (actual time=T rows=3 loops=1)
    -> Project: (select …)  (actual time=T rows=3 loops=1)
        -> Filter: exists(select …)  (actual time=T rows=3 loops=1)
            -> Table scan on l  (actual time=T rows=4 loops=1)
            -> Select #2 (subquery in condition; dependent)
                -> Filter: (b = a)  (actual time=T rows=0.75 loops=4)
                    -> Table scan on r  (actual time=T rows=3 loops=2)
        -> Select #3 (subquery in projection; run only once)
            -> Values (1 rows)  (actual time=T rows=1 loops=1)
`
	got := regexp.MustCompile(`time=[0-9.]+`).ReplaceAllString(Explain(n, stats), "time=T")
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestExplainCTE(t *testing.T) {
	c := counting(5, false, 5)
	a, b := refOf(c, false), refOf(c, false)
	n := joinOf(plan.Inner, a, b, expr.Expr(nil))
	want := `-> Join: inner join
    -> Materialize recursive CTE c
        -> Values (1 rows)
        -> Repeat until convergence
            -> Project: (v + 1)
                -> Filter: (v < 5)
                    -> Scan new records on c
    -> Materialize recursive CTE c (query plan printed elsewhere)
`
	if got := Explain(n, nil); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestMean(t *testing.T) {
	for _, c := range []struct {
		sum  float64
		n    int64
		want string
	}{{3, 1, "3"}, {1, 3, "0.333"}, {10, 3, "3.33"}, {100, 3, "33.3"}, {1000, 3, "333"}, {1, 80, "0.0125"}, {0, 4, "0"}} {
		if got := mean(c.sum, c.n); got != c.want {
			t.Errorf("%v/%d: %s, want %s", c.sum, c.n, got, c.want)
		}
	}
}
