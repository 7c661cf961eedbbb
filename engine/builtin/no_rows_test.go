package builtin

import (
	"context"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Functions of texts answer no rows for a batch without rows, whose vectors have no first one to be looked at.
func TestNoRows(t *testing.T) {
	env := testEnv(func(code uint16, text string) { t.Errorf("warning %d %s", code, text) })
	c := &expr.Context{Context: context.Background(), Env: env}
	text := types.TypeString(20, types.DefaultCollation, types.CoerceImplicit)
	for name, numbers := range map[string]int{"upper": 0, "concat": 0, "char_length": 0, "trim": 0, "left": 1, "repeat": 1, "substring": 2} {
		args := []expr.Expr{&expr.Column{ID: 1, T: text}}
		for range numbers {
			args = append(args, literal(t, 2))
		}
		call, err := expr.NewCall(&expr.Resolver{Env: env, Context: c}, Function(name), args...)
		if err != nil {
			t.Fatal(name, err)
		}
		v, err := expr.Place(call, []expr.ColumnID{1}).Eval(c, &types.Batch{Cols: []*types.Vec{types.NewVec(&text, 0)}})
		if err != nil || v.Len() != 0 {
			t.Errorf("%s of no rows has %v rows, error %v", name, v, err)
		}
	}
}
