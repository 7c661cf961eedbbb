package expr

import "github.com/verbatim-sql/verbatim/engine/types"

// Select appends the rows of a batch for which a condition is true.
func Select(c *Context, e Expr, b *types.Batch, rows []int32) ([]int32, error) {
	if t, ok := e.(*Truth); ok {
		e = t.X
	}
	call, ok := e.(*Call)
	if !ok || call.F.Select == nil || call.shared {
		v, err := e.Eval(c, b)
		if err != nil {
			return nil, err
		}
		return True(c, v, b.N, rows)
	}
	args, same, err := call.arguments(c, b)
	if err != nil {
		return nil, err
	}
	if !same {
		if some, ok := call.F.Select(args, b.N, rows); ok {
			return some, nil
		}
	}
	v, err := call.apply(c, args, same, b.N)
	if err != nil {
		return nil, err
	}
	return True(c, v, b.N, rows)
}

// True appends those of n rows for which a condition's values are true.
func True(c *Context, v *types.Vec, n int, rows []int32) ([]int32, error) {
	if v.Kind == types.Null {
		return rows, nil
	}
	if v.Kind == types.Int && !v.Same() && v.Nulls == nil {
		for i, x := range v.I[:n] {
			if x != 0 {
				rows = append(rows, int32(i))
			}
		}
		return rows, nil
	}
	for i := range n {
		_, is, err := IsTrue(c, v, i)
		if err != nil {
			return nil, err
		}
		if is {
			rows = append(rows, int32(i))
		}
	}
	return rows, nil
}

// IsTrue is a three-valued condition's value for a row.
func IsTrue(c *Context, v *types.Vec, i int) (null, truth bool, err error) {
	switch {
	case v.Null(i):
		return true, false, nil
	case v.Kind == types.Int:
		return false, v.I[v.At(i)] != 0, nil
	}
	return types.Truth(c.Env, v.Value(i))
}
