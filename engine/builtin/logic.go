package builtin

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Logical operators (manual 12.4.3), of three values.
var logicFunctions = []*expr.Function{
	{
		Name: "and", Min: 2, Max: -1, Boolean: true, KeepNull: true, Params: []expr.Want{expr.Boolean}, Result: boolResult,
		Lazy: func(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
			return connect(c, call, b, 0)
		},
		Row: connectRow(0),
	},
	{
		Name: "or", Min: 2, Max: -1, Boolean: true, KeepNull: true, Params: []expr.Want{expr.Boolean}, Result: boolResult,
		Lazy: func(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
			return connect(c, call, b, 1)
		},
		Row: connectRow(1),
	},
	{
		Name: "xor", Min: 2, Max: 2, Boolean: true, Params: []expr.Want{expr.Boolean}, Result: boolResult,
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			return types.IntValue(args[0].I ^ args[1].I), nil
		},
	},
	{
		Name: "not", Min: 1, Max: 1, Boolean: true, Params: []expr.Want{expr.Boolean}, Result: boolResult,
		Row: func(_ *expr.Context, _ *expr.Call, args []expr.Step, room *types.Value) (*types.Value, error) {
			a, err := args[0].Value()
			if err != nil || a.Kind == types.Null {
				return a, err
			}
			return room.SetInt(a.I ^ 1), nil
		},
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			a := args[0]
			if allNull(a) {
				return nullVec(&call.T, n), nil
			}
			out := c.NewVec(&call.T, n)
			if !a.Same() {
				out.Nulls = a.Nulls
			}
			for i := range n {
				out.I[i] = a.I[a.At(i)] ^ 1
			}
			return out, nil
		},
	},
	truthTest("is true", 1, 0, 0),
	truthTest("is false", 0, 1, 0),
	truthTest("is not true", 0, 1, 1),
	truthTest("is not false", 1, 0, 1),
	nullTest("is null", "", 1),
	nullTest("is not null", "", 0),
	nullTest("isnull", "Returns 1 for NULL, 0 for any other value.", 1),
}

// boolResult is the type of a condition, nullable where an argument is.
func boolResult(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
	return types.TypeBool.WithNullable(anyNullable(args)), nil
}

func truthTest(name string, ifTrue, ifFalse, ifNull int64) *expr.Function {
	return &expr.Function{
		Name: name, Min: 1, Max: 1, Boolean: true, KeepNull: true, Params: []expr.Want{expr.Boolean},
		Result: func(*expr.Resolver, []expr.Expr) (types.Type, error) { return types.TypeBool, nil },
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			out := c.NewVec(&call.T, n)
			a := args[0]
			for i := range n {
				switch {
				case a.Null(i):
					out.I[i] = ifNull
				case a.I[a.At(i)] != 0:
					out.I[i] = ifTrue
				default:
					out.I[i] = ifFalse
				}
			}
			return out, nil
		},
	}
}

func nullTest(name, description string, ifNull int64) *expr.Function {
	return &expr.Function{
		Name: name, Description: description, Min: 1, Max: 1, Boolean: true, KeepNull: true,
		Result: func(*expr.Resolver, []expr.Expr) (types.Type, error) { return types.TypeBool, nil },
		Row: func(_ *expr.Context, _ *expr.Call, args []expr.Step, room *types.Value) (*types.Value, error) {
			a, err := args[0].Value()
			if err != nil {
				return nil, err
			}
			if a.Kind == types.Null {
				return room.SetInt(ifNull), nil
			}
			return room.SetInt(1 - ifNull), nil
		},
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			out := c.NewVec(&call.T, n)
			a := args[0]
			for i := range n {
				if a.Null(i) {
					out.I[i] = ifNull
				} else {
					out.I[i] = 1 - ifNull
				}
			}
			return out, nil
		},
	}
}

// connect is AND, which 0 decides, or OR, which 1 decides. Each argument is evaluated for
// the rows that are not decided yet.
func connect(c *expr.Context, call *expr.Call, b *types.Batch, decides int64) (*types.Vec, error) {
	out := c.NewVec(&call.T, b.N)
	for i := range out.I {
		out.I[i] = 1 - decides
	}
	var rows []int32 // those not decided; nil: all
	n := b.N
	for _, a := range call.Args {
		if n == 0 && b.N > 0 {
			break
		}
		v, err := evalRows(c, a, b, rows)
		if err != nil {
			return nil, err
		}
		decided := 0
		for i := range n {
			row := i
			if rows != nil {
				row = int(rows[i])
			}
			switch {
			case v.Null(i):
				out.SetNull(row)
			case v.I[v.At(i)] == decides:
				out.I[row] = decides
				if out.Nulls != nil {
					out.Nulls[row] = false
				}
				decided++
			}
		}
		if decided == 0 {
			continue
		}
		left := make([]int32, 0, n-decided)
		for i := range n {
			if !v.Null(i) && v.I[v.At(i)] == decides {
				continue
			}
			if rows != nil {
				left = append(left, rows[i])
			} else {
				left = append(left, int32(i))
			}
		}
		rows, n = left, len(left)
	}
	return out, nil
}

func connectRow(decides int64) func(*expr.Context, *expr.Call, []expr.Step, *types.Value) (*types.Value, error) {
	return func(_ *expr.Context, _ *expr.Call, args []expr.Step, room *types.Value) (*types.Value, error) {
		unknown := false
		for _, a := range args {
			v, err := a.Value()
			switch {
			case err != nil:
				return nil, err
			case v.Kind == types.Null:
				unknown = true
			case v.I == decides:
				return room.SetInt(decides), nil
			}
		}
		if unknown {
			return room.Nulled(), nil
		}
		return room.SetInt(1 - decides), nil
	}
}
