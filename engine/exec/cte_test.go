package exec

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func refOf(c *plan.CTE, working bool) *plan.Ref {
	r := &plan.Ref{CTE: c, Working: working}
	for _, k := range c.Query.Columns() {
		r.Cols = append(r.Cols, column(k.Name, k.T))
	}
	return r
}

// counting is WITH RECURSIVE c AS (SELECT 1 UNION ALL SELECT v + 1 FROM c WHERE v < most).
func counting(most int64, distinct bool, depth int) *plan.CTE {
	c := &plan.CTE{Name: "c", Query: valuesOf(lit(1)), Distinct: distinct, MaxDepth: depth}
	r := refOf(c, true)
	c.Step = projectOf(&plan.Filter{Child: r, Cond: call("<", col(r, 0), lit(most))}, call("+", col(r, 0), lit(1)))
	return c
}

func endless() plan.Node {
	return refOf(counting(math.MaxInt64, false, math.MaxInt), false)
}

func TestCTE(t *testing.T) {
	called = 0
	c := &plan.CTE{Name: "c", Query: valuesOf(call("next"), call("next"))}
	a, b := refOf(c, false), refOf(c, false)
	join := &plan.Join{Left: a, Right: b, Cols: append(a.Cols[:1:1], b.Cols...)}
	if got := rowsOf(t, join, 0); !reflect.DeepEqual(got, []string{"1 1", "1 2", "2 1", "2 2"}) {
		t.Errorf("executed more than once: %q", got)
	}
}

func TestRecursiveCTE(t *testing.T) {
	expectRows(t, refOf(counting(5, false, 5), false), "1", "2", "3", "4", "5")

	_, err := execute(refOf(counting(5, false, 4), false), testContext(0))
	want := "ERROR 3636 (HY000): Recursive query aborted after 5 iterations. Try increasing @@cte_max_recursion_depth to a larger value."
	if fmt.Sprint(err) != want {
		t.Errorf("err = %v", err)
	}

	limited := counting(math.MaxInt64, false, 1000)
	limited.Offset, limited.Count = lit(2), lit(3)
	expectRows(t, refOf(limited, false), "3", "4", "5")

	// A graph with a cycle, which UNION ends.
	edges := table("a b", "1 2", "2 3", "3 1", "3 4", "NULL 1")
	reach := &plan.CTE{Name: "reach", Query: valuesOf(lit(1)), Distinct: true, MaxDepth: 10}
	r := refOf(reach, true)
	join := &plan.Join{Left: r, Right: edges, On: call("=", col(r, 0), col(edges, 0)), Cols: append(r.Cols[:1:1], edges.Cols...)}
	reach.Step = projectOf(join, col(edges, 1))
	expectRows(t, refOf(reach, false), "1", "2", "3", "4")
}

// A CTE that uses a column of the query around is executed for each of its rows.
func TestCorrelatedCTE(t *testing.T) {
	outer := table("a", "1", "3", "NULL", "1")
	inner := table("b", "1", "2", "3")
	c := &plan.CTE{Name: "c", Query: &plan.Filter{Child: inner, Cond: call("<", col(inner, 0), col(outer, 0))}}
	a, b := refOf(c, false), refOf(c, false)
	join := &plan.Join{Left: a, Right: b, On: call("<", col(a, 0), col(b, 0)), Cols: append(a.Cols[:1:1], b.Cols...)}
	exists := &plan.Subquery{Kind: plan.Exists, Query: join, T: boolean, Outer: []expr.ColumnID{outer.Cols[0].ID}}
	expectRows(t, projectOf(outer, col(outer, 0), exists), "1 0", "3 1", "NULL 0", "1 0")
}

// The anchor has the lengths of texts, too: MySQL's manual has this example.
func TestRecursiveCTELengths(t *testing.T) {
	start := table("X", "á1")
	short := *start
	short.Cols[0].T.Length = 3
	double := &expr.Function{Name: "double", Scalar: func(_ *expr.Context, _ *expr.Call, a []types.Value) (types.Value, error) {
		return types.StringValue(a[0].S + a[0].S), nil
	}}
	c := &plan.CTE{Name: "c", Query: &short, MaxDepth: 10, Count: lit(3)}
	r := refOf(c, true)
	c.Step = projectOf(r, &expr.Call{F: double, Args: []expr.Expr{col(r, 0)}, T: short.Cols[0].T})
	expectRows(t, refOf(c, false), "á1", "á1á", "á1á")
	ctx := testContext(0)
	ctx.Env.Mode = types.StrictTrans
	if _, err := execute(refOf(c, false), ctx); fmt.Sprint(err) != "ERROR 1406 (22001): Data too long for column 'X' at row 1" {
		t.Errorf("err = %v", err)
	}
}
