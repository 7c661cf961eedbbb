package expr

import "github.com/verbatim-sql/verbatim/engine/types"

// Select appends the rows of a batch for which a condition is true.
func Select(c *Context, e Expr, b *types.Batch, rows []int32) ([]int32, error) {
	if t, ok := e.(*Truth); ok {
		e = t.X
	}
	call, ok := e.(*Call)
	if !ok || call.F.Lazy != nil || call.shared {
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
	if call.F.Select != nil && !same {
		if some, ok := call.F.Select(args, b.N, rows); ok {
			return some, nil
		}
	}
	var v *types.Vec
	if at := call.dictionary(c, args, b.N); at >= 0 && call.T.Kind == types.Int {
		if m := call.memo(c, args, at, b.N); m != nil && m.all != nil {
			return m.selectRows(args[at], b.N, rows), nil
		} else if m != nil {
			v = m.of(call, c, args, at, b.N)
		}
		if v == nil {
			v, err = call.compute(c, args, b.N)
		}
	} else {
		v, err = call.apply(c, args, same, b.N)
	}
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
