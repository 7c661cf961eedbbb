package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func in(query plan.Node, left ...expr.Expr) *plan.Subquery {
	s := &plan.Subquery{Kind: plan.In, Query: query, Left: left, T: boolean}
	for i, l := range left {
		eq := call("=", l, col(query, i))
		if s.Match == nil {
			s.Match = eq
		} else {
			s.Match = call("and", s.Match, eq)
		}
	}
	return s
}

func TestIn(t *testing.T) {
	for _, c := range []struct{ left, right, want string }{
		{"1,2,NULL", "", "0,0,0"},
		{"1,2,NULL", "1,1,3", "1,0,NULL"},
		{"1,2,NULL", "1,NULL", "1,NULL,NULL"},
		{"1,NULL", "NULL", "NULL,NULL"},
		{"1 1,1 2,2 1", "1 1,2 2", "1,0,0"},
		{"1 1,1 2,2 1,NULL 1,1 NULL,NULL 2,NULL NULL", "1 NULL,2 2", "NULL,NULL,0,NULL,NULL,NULL,NULL"},
		{"NULL 1,3 NULL,NULL 3", "1 1,2 2", "NULL,0,0"},
		{"NULL NULL,1 1", "", "0,0"},
	} {
		columns := "a b"[:len(strings.Fields(split(c.left)[0]))*2-1]
		l, r := table(columns, split(c.left)...), table(columns, split(c.right)...)
		var operands []expr.Expr
		for i := range l.Cols {
			operands = append(operands, col(l, i))
		}
		t.Run(c.left+" in "+c.right, func(t *testing.T) {
			expectRows(t, projectOf(l, in(r, operands...)), split(c.want)...)
			// Without a hash table.
			slow := in(r, operands...)
			slow.Match = call("and", slow.Match, lit(1))
			expectRows(t, projectOf(l, slow), split(c.want)...)
			expectClosed(t, r)
		})
	}
}

func TestInCollation(t *testing.T) {
	l, r := table("X", "a", "b"), table("X", "A", "c")
	expectRows(t, projectOf(l, in(r, col(l, 0))), "1", "0")
}

func TestCompare(t *testing.T) {
	for _, c := range []struct{ left, right, any, all string }{
		{"1,NULL", "", "0,0", "1,1"},
		{"1,2,5,NULL", "2,3", "1,1,0,NULL", "1,0,0,NULL"},
		{"1,2,5", "2,NULL", "1,NULL,NULL", "NULL,0,0"},
	} {
		l, r := table("a", split(c.left)...), table("b", split(c.right)...)
		less := func(all bool) expr.Expr {
			operand := col(l, 0)
			return &plan.Subquery{
				Kind: plan.Compare, All: all, Query: r, Left: []expr.Expr{operand}, Match: call("<", operand, col(r, 0)), T: boolean,
			}
		}
		expectRows(t, projectOf(l, less(false)), split(c.any)...)
		expectRows(t, projectOf(l, less(true)), split(c.all)...)
	}
}

func TestScalarSubquery(t *testing.T) {
	l, one, none := table("a", "1", "2", "NULL"), table("b", "7"), table("b")
	scalar := func(n plan.Node) *plan.Subquery { return &plan.Subquery{Query: n, T: number} }
	expectRows(t, projectOf(l, scalar(one), scalar(none)), "7 NULL", "7 NULL", "7 NULL")

	r := table("a b", "1 10", "2 20", "3 30")
	correlated := projectOf(&plan.Filter{Child: r, Cond: call("=", col(r, 0), col(l, 0))}, col(r, 1))
	expectRows(t, projectOf(l, scalar(correlated)), "10", "20", "NULL")

	_, err := execute(projectOf(l, scalar(r)), testContext(0))
	if want := "ERROR 1242 (21000): Subquery returns more than 1 row"; fmt.Sprint(err) != want {
		t.Errorf("err = %v", err)
	}

	item := func(i int) expr.Expr {
		return &plan.Subquery{Kind: plan.RowValue, Query: &plan.Limit{Child: r, Count: lit(1)}, Item: i, T: number}
	}
	expectRows(t, projectOf(l, item(0), item(1)), "1 10", "1 10", "1 10")
}

// Two levels: the innermost query uses columns of both around it.
func TestNestedCorrelation(t *testing.T) {
	a, b, c := table("a", "1", "2", "1"), table("b", "1", "2", "3"), table("c", "2", "3", "4")
	// c with c = a + b
	inner := &plan.Subquery{Kind: plan.Exists, T: boolean, Query: &plan.Filter{
		Child: c, Cond: call("=", col(c, 0), call("+", col(a, 0), col(b, 0))),
	}}
	// the only b for which there is none such: with a = 1 none, with a = 2 3
	middle := &plan.Subquery{T: number, Query: &plan.Filter{Child: b, Cond: call("not", inner)}}
	expectRows(t, projectOf(a, col(a, 0), middle), "1 NULL", "2 3", "1 NULL")
}

// What is another at each call is executed for each row; the rest once.
func TestHowOften(t *testing.T) {
	for name, c := range map[string]struct {
		query func(l plan.Node) plan.Node
		want  []string
	}{
		"once":     {func(plan.Node) plan.Node { return table("b", "7") }, []string{"7", "7", "7", "7"}},
		"volatile": {func(plan.Node) plan.Node { return valuesOf(call("next")) }, []string{"1", "2", "3", "4"}},
		"volatile and correlated": {
			func(l plan.Node) plan.Node {
				return projectOf(valuesOf(call("next")), call("+", call("next"), col(l, 0)))
			},
			[]string{"3", "6", "7", "10"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			called = 0
			l := table("a", "1", "2", "1", "2")
			n := projectOf(l, &plan.Subquery{Query: c.query(l), T: number})
			if got := rowsOf(t, n, 0); strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	l, r := table("a", "1", "2", "1", "NULL", "2", "NULL"), table("b", "1")
	query := &plan.Filter{Child: r, Cond: call("=", col(r, 0), col(l, 0))}
	n := projectOf(l, &plan.Subquery{T: number, Query: query})
	op, stats, err := RunAnalyze(testContext(0), n)
	if err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	for b := (&types.Batch{}); b != nil; {
		if b, err = op.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if loops := stats.counts[query].loops; loops != 3 {
		t.Errorf("executed %d times for 3 different values", loops)
	}
	if loops := stats.counts[r].loops; loops != 2 {
		t.Errorf("the table is read %d times, not for the first row and once for all others", loops)
	}
}

// IN with many rows of two columns against a model.
func TestInModel(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	random := func(n int) []string {
		rows := make([]string, n)
		for i := range rows {
			rows[i] = randomRow(rnd, 2, 5)
		}
		return rows
	}
	for range 60 {
		left, right := random(rnd.IntN(12)), random(rnd.IntN(8))
		l, r := table("a b", left...), table("a b", right...)
		var want []string
		for _, x := range left {
			v := "0"
			for _, y := range right {
				switch and3(equal3(x, y, 0), equal3(x, y, 1)) {
				case yes:
					v = "1"
				case maybe:
					if v == "0" {
						v = "NULL"
					}
				}
			}
			want = append(want, v)
		}
		expectRows(t, projectOf(l, in(r, col(l, 0), col(l, 1))), want...)
	}
}

// A correlated query with an equality, which a hash table answers, against a model.
func TestCorrelatedModel(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 9))
	for range 60 {
		var left, right []string
		for range rnd.IntN(12) {
			left = append(left, randomRow(rnd, 2, 5))
		}
		for i := range rnd.IntN(12) {
			right = append(right, fmt.Sprint(randomRow(rnd, 2, 5), " ", i))
		}
		l, r := table("a b", left...), table("a b n", right...)
		cond := call("and", call("<", col(l, 1), col(r, 1)), call("=", col(l, 0), col(r, 0)))
		first := &plan.Limit{Child: &plan.Filter{Child: r, Cond: cond}, Count: lit(1)}
		var want []string
		for _, x := range left {
			found := "NULL"
			for _, y := range slices.Backward(right) {
				if and3(equal3(x, y, 0), compare3(x, 1, y, 1, func(a, b int) bool { return a < b })) == yes {
					found = strings.Fields(y)[2]
				}
			}
			want = append(want, found)
		}
		expectRows(t, projectOf(l, &plan.Subquery{T: number, Query: projectOf(first, col(r, 2))}), want...)
		expectClosed(t, r)
	}
}

// A join within a correlated query reads what is always the same once.
func TestJoinRunAgain(t *testing.T) {
	l, a, b := table("x", "1", "2", "3", "NULL"), table("a", "1", "2", "3"), table("b", "2", "3", "4")
	less := &plan.Filter{Child: a, Cond: call("<", col(l, 0), col(a, 0))}
	join := joinOf(plan.Inner, less, b, call("=", col(a, 0), col(b, 0)))
	n := projectOf(l, &plan.Subquery{Kind: plan.Exists, T: boolean, Query: join})
	expectRows(t, n, "1", "1", "0", "0")
	op, stats, err := RunAnalyze(testContext(0), n)
	if err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	for rows := (&types.Batch{}); rows != nil; {
		if rows, err = op.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if loops := stats.counts[b].loops; loops != 1 {
		t.Errorf("read %d times", loops)
	}
}
