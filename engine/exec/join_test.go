package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// three is a three-valued truth.
type three int

const (
	no three = iota
	maybe
	yes
)

func and3(a, b three) three { return min(a, b) }

func equal3(x, y string, i int) three {
	return compare3(x, i, y, i, func(a, b int) bool { return a == b })
}

func compare3(x string, i int, y string, j int, is func(a, b int) bool) three {
	a, errA := strconv.Atoi(strings.Fields(x)[i])
	b, errB := strconv.Atoi(strings.Fields(y)[j])
	switch {
	case errA != nil || errB != nil:
		return maybe
	case is(a, b):
		return yes
	}
	return no
}

func randomRow(rnd *rand.Rand, columns, values int) string {
	words := make([]string, columns)
	for i := range words {
		words[i] = "NULL"
		if x := rnd.IntN(values); x > 0 {
			words[i] = strconv.Itoa(x)
		}
	}
	return strings.Join(words, " ")
}

// condition3 is a condition as a plan has it, and as the model computes it.
type condition3 struct {
	on    func(l, r plan.Node) expr.Expr
	model func(x, y string) three
}

var joinConditions = map[string]condition3{
	"none": {func(l, r plan.Node) expr.Expr { return nil }, func(x, y string) three { return yes }},
	"a = a": {
		func(l, r plan.Node) expr.Expr { return call("=", col(l, 0), col(r, 0)) },
		func(x, y string) three { return equal3(x, y, 0) },
	},
	"a = a, b = b": {
		func(l, r plan.Node) expr.Expr {
			return call("and", call("=", col(l, 0), col(r, 0)), call("=", col(r, 1), col(l, 1)))
		},
		func(x, y string) three { return and3(equal3(x, y, 0), equal3(x, y, 1)) },
	},
	"a = a, b < b": {
		func(l, r plan.Node) expr.Expr {
			return call("and", call("<", col(l, 1), col(r, 1)), call("=", col(l, 0), col(r, 0)))
		},
		func(x, y string) three {
			return and3(equal3(x, y, 0), compare3(x, 1, y, 1, func(a, b int) bool { return a < b }))
		},
	},
	"a = a, b from b to b + 5, b < a + b": {
		func(l, r plan.Node) expr.Expr {
			return call("and", call("and", call("=", col(l, 0), col(r, 0)), call("and", call("<", col(l, 1), col(r, 1)), call("<", col(r, 1), call("+", lit(5), col(l, 1))))),
				call("<", col(r, 1), call("+", col(l, 0), col(l, 1))))
		},
		func(x, y string) three {
			f, g := strings.Fields(x), strings.Fields(y)
			a, errA := strconv.Atoi(f[0])
			b, errB := strconv.Atoi(f[1])
			sum := "NULL"
			if errA == nil && errB == nil {
				sum = strconv.Itoa(a + b)
			}
			more := compare3(f[1], 0, g[1], 0, func(a, b int) bool { return a < b })
			near := compare3(g[1], 0, f[1], 0, func(a, b int) bool { return a < b+5 })
			less := compare3(g[1], 0, sum, 0, func(a, b int) bool { return a < b })
			return and3(and3(equal3(x, y, 0), less), and3(more, near))
		},
	},
	"a <=> a, b = b": {
		func(l, r plan.Node) expr.Expr {
			return call("and", call("<=>", col(l, 0), col(r, 0)), call("=", col(l, 1), col(r, 1)))
		},
		func(x, y string) three {
			if strings.Fields(x)[0] != strings.Fields(y)[0] {
				return no
			}
			return equal3(x, y, 1)
		},
	},
	"a < b": {
		func(l, r plan.Node) expr.Expr { return call("<", col(l, 0), col(r, 1)) },
		func(x, y string) three { return compare3(x, 0, y, 1, func(a, b int) bool { return a < b }) },
	},
	"a + b = a": {
		func(l, r plan.Node) expr.Expr { return call("=", call("+", col(l, 0), col(l, 1)), col(r, 0)) },
		func(x, y string) three {
			f := strings.Fields(x)
			if f[0] == "NULL" || f[1] == "NULL" {
				return maybe
			}
			a, _ := strconv.Atoi(f[0])
			b, _ := strconv.Atoi(f[1])
			return equal3(fmt.Sprint(a+b), y, 0)
		},
	},
}

func joinModel(kind plan.JoinKind, left, right []string, cond func(x, y string) three) []string {
	var out []string
	for _, x := range left {
		best := no
		for _, y := range right {
			is := cond(x, y)
			best = max(best, is)
			if is == yes && (kind == plan.Inner || kind == plan.Left) {
				out = append(out, x+" "+y)
			}
		}
		switch {
		case kind == plan.Left && best < yes:
			out = append(out, x+" NULL NULL")
		case kind == plan.Semi && best == yes, kind == plan.Anti && best < yes, kind == plan.AntiNull && best == no:
			out = append(out, x)
		}
	}
	return out
}

func joinOf(kind plan.JoinKind, l, r plan.Node, on expr.Expr) *plan.Join {
	j := &plan.Join{Kind: kind, Left: l, Right: r, On: on, Cols: l.Columns()}
	if kind == plan.Inner || kind == plan.Left {
		j.Cols = slices.Concat(l.Columns(), r.Columns())
	}
	if kind == plan.Mark {
		j.Cols = append(slices.Clip(j.Cols), column("mark", types.TypeInt))
	}
	return j
}

var joinKinds = []plan.JoinKind{plan.Inner, plan.Left, plan.Semi, plan.Anti, plan.AntiNull}

func TestJoin(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	random := func(n, values int) []string {
		rows := make([]string, n)
		for i := range rows {
			rows[i] = randomRow(rnd, 2, values)
		}
		return rows
	}
	for name, cond := range joinConditions {
		t.Run(name, func(t *testing.T) {
			for range 25 {
				values := 2 + rnd.IntN(8)
				left, right := random(rnd.IntN(12), values), random(rnd.IntN(12), values)
				l, r := table("a b", left...), table("a b", right...)
				for _, kind := range joinKinds {
					n := joinOf(kind, l, r, cond.on(l, r))
					expectRows(t, n, joinModel(kind, left, right, cond.model)...)
				}
				if t.Failed() {
					t.Fatalf("left %q right %q", left, right)
				}
			}
		})
	}
}

// With more rows than a batch has.
func TestJoinLarge(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 2))
	var left, right []string
	for range 1500 {
		left = append(left, randomRow(rnd, 2, 60))
	}
	for range 80 {
		right = append(right, randomRow(rnd, 2, 60))
	}
	l, r := table("a b", left...), table("a b", right...)
	for _, name := range []string{"a = a", "a = a, b = b", "a <=> a, b = b", "a = a, b < b", "a < b"} {
		for _, kind := range joinKinds {
			want := joinModel(kind, left, right, joinConditions[name].model)
			got := rowsOf(t, joinOf(kind, l, r, joinConditions[name].on(l, r)), 0)
			if !slices.Equal(got, want) {
				t.Errorf("%s, kind %d: %d rows, want %d", name, kind, len(got), len(want))
			}
		}
	}
}

func TestJoinCollation(t *testing.T) {
	l, r := table("X", "a", "b", "NULL"), table("Y", "A", "á", "c", "NULL")
	expectRows(t, joinOf(plan.Left, l, r, call("=", col(l, 0), col(r, 0))), "a A", "a á", "b NULL", "NULL NULL")
}

func TestLateralJoin(t *testing.T) {
	l, r := table("a", "1", "2", "NULL", "3"), table("b c", "1 10", "1 11", "2 20", "3 NULL")
	right := &plan.Limit{Child: &plan.Filter{Child: r, Cond: call("=", col(l, 0), col(r, 0))}, Count: lit(1)}
	inner := joinOf(plan.Inner, l, right, nil)
	inner.Lateral = true
	expectRows(t, inner, "1 1 10", "2 2 20", "3 3 NULL")
	left := joinOf(plan.Left, l, right, call("<", col(r, 1), lit(15)))
	left.Lateral = true
	expectRows(t, left, "1 1 10", "2 NULL NULL", "NULL NULL NULL", "3 NULL NULL")
}

// A join whose right side is empty, or whose left is, does not lose rows or read what it need not.
func TestJoinEmpty(t *testing.T) {
	l, none := table("a", "1", "NULL"), table("b")
	on := call("=", col(l, 0), col(none, 0))
	expectRows(t, joinOf(plan.Inner, l, none, on))
	expectRows(t, joinOf(plan.Left, l, none, on), "1 NULL", "NULL NULL")
	expectRows(t, joinOf(plan.Anti, l, none, on), "1", "NULL")
	expectRows(t, joinOf(plan.AntiNull, l, none, on), "1", "NULL")
	expectRows(t, joinOf(plan.Left, none, l, on))
}
