package expr

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// counted is a function of whole numbers that tells how often it was computed, and warns of each row.
func counted(name string, calls map[string]int) *Function {
	return &Function{
		Name: name, Max: -1,
		Result: func(*Resolver, []Expr) (types.Type, error) { return types.TypeInt, nil },
		Vector: func(c *Context, _ *Call, args []*types.Vec, n int) (*types.Vec, error) {
			calls[name]++
			out := types.NewVec(&types.TypeInt, n)
			for i := range n {
				out.I[i] = 1
				for _, a := range args {
					out.I[i] += a.Value(i).I
				}
				c.Env.Warn(1, fmt.Sprint(name, " ", i))
			}
			return out, nil
		},
	}
}

// What occurs several times is computed once for a batch, however deep, and warns as often as it occurs.
func TestShare(t *testing.T) {
	var warned int
	c := &Context{Context: context.Background(), Env: &types.Env{Warn: func(uint16, string) { warned++ }}}
	calls := make(map[string]int)
	f, g := counted("f", calls), counted("g", calls)
	volatile := counted("volatile", calls)
	volatile.Volatile = true
	col := func(pos int) Expr { return &Column{ID: ColumnID(pos), T: types.TypeInt, pos: pos} }
	lit := func(n int64) Expr { return &Literal{V: types.IntValue(n), T: types.TypeInt} }
	call := func(f *Function, args ...Expr) Expr {
		made, err := NewCall(&Resolver{Env: c.Env, Context: c}, f, args...)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	other := &Call{F: g, Args: []Expr{col(1)}, T: types.TypeInt, Data: "another option"}
	b := &types.Batch{N: 3, Cols: []*types.Vec{types.NewVec(&types.TypeInt, 3), types.NewVec(&types.TypeInt, 3)}}
	copy(b.Cols[0].I, []int64{10, 20, 30})
	copy(b.Cols[1].I, []int64{1, 2, 3})
	for _, test := range []struct {
		name     string
		exprs    []Expr
		computed map[string]int
	}{
		{"itself", []Expr{call(f, col(1)), call(f, col(1))}, map[string]int{"f": 1}},
		{"within others", []Expr{call(f, call(g, col(1))), call(f, lit(5), call(g, col(1)))}, map[string]int{"f": 2, "g": 1}},
		{"and what they are in", []Expr{call(f, call(g, col(1))), call(f, call(g, col(1))), call(g, col(1))}, map[string]int{"f": 1, "g": 1}},
		{"in one", []Expr{call(f, call(g, col(2), lit(1)), call(g, col(2), lit(1)))}, map[string]int{"f": 1, "g": 1}},
		{"another column", []Expr{call(f, col(1)), call(f, col(2))}, map[string]int{"f": 2}},
		{"another constant", []Expr{call(f, col(1), lit(1)), call(f, col(1), lit(2))}, map[string]int{"f": 2}},
		{"another order", []Expr{call(f, col(1), col(2)), call(f, col(2), col(1))}, map[string]int{"f": 2}},
		{"a third argument", []Expr{call(f, col(1), lit(1), lit(1)), call(f, col(1), lit(1), lit(2))}, map[string]int{"f": 2}},
		{"another option", []Expr{call(g, col(1)), other}, map[string]int{"g": 2}},
		{"volatile", []Expr{call(volatile, col(1)), call(volatile, col(1))}, map[string]int{"volatile": 2}},
		{"of what is volatile", []Expr{call(f, call(volatile, col(1))), call(f, call(volatile, col(1)))}, map[string]int{"f": 2, "volatile": 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			warned = 0
			clear(calls)
			var want [][]int64
			for _, e := range test.exprs {
				v, err := e.Eval(c, b)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, slices.Clone(v.I))
			}
			warnings := warned
			for range 2 { // the second batch is not the first
				warned = 0
				clear(calls)
				got, err := EvalAll(c, Share(test.exprs), b)
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range got {
					if !slices.Equal(v.I, want[i]) {
						t.Errorf("%s is %v, not %v", test.exprs[i], v.I, want[i])
					}
				}
				if !reflect.DeepEqual(calls, test.computed) {
					t.Errorf("computed %v, not %v", calls, test.computed)
				}
				if warned != warnings {
					t.Errorf("%d warnings, not %d", warned, warnings)
				}
				b.Cols[0].I[0]++
				for i, e := range test.exprs {
					v, err := e.Eval(c, b)
					if err != nil {
						t.Fatal(err)
					}
					copy(want[i], v.I)
				}
			}
		})
	}
}
