package builtin

import (
	"math"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// The window functions of MySQL 8 (manual 14.20.1).

var rankWindows = []*expr.WindowFunction{
	{
		Name: "row_number", Description: "The number of the row in its partition, from 1.",
		Result: windowResult(types.TypeUint),
		Compute: ranking(func(_ *expr.Partition, i, _ int) types.Value {
			return types.UintValue(uint64(i + 1))
		}),
	},
	{
		Name: "rank", Description: "How many rows come before the row and those equal to it, and 1.",
		Result: windowResult(types.TypeUint),
		Compute: ranking(func(p *expr.Partition, i, _ int) types.Value {
			return types.UintValue(uint64(p.Peers[i] + 1))
		}),
	},
	{
		Name: "dense_rank", Description: "How many different rows come before the row, and 1.",
		Result: windowResult(types.TypeUint),
		Compute: func(_ *expr.Context, _ *expr.WindowCall, p *expr.Partition, out *types.Builder) error {
			rank := uint64(0)
			for i := range p.N {
				if int(p.Peers[i]) == i {
					rank++
				}
				out.Append(types.UintValue(rank))
			}
			return nil
		},
	},
	{
		Name: "percent_rank", Description: "The part of the other rows that come before the row and those equal to it.",
		Result: windowResult(types.TypeDouble),
		Compute: ranking(func(p *expr.Partition, i, _ int) types.Value {
			if p.N == 1 {
				return types.FloatValue(0)
			}
			return types.FloatValue(float64(p.Peers[i]) / float64(p.N-1))
		}),
	},
	{
		Name: "cume_dist", Description: "The part of the rows that come before the row or are equal to it.",
		Result: windowResult(types.TypeDouble),
		Compute: ranking(func(p *expr.Partition, _, end int) types.Value {
			return types.FloatValue(float64(end) / float64(p.N))
		}),
	},
	{
		Name: "ntile", Min: 1, Max: 1, Description: "The number of the row's bucket, of so many of about the same size.",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return types.TypeUint, checkCount(r, "ntile", args[0], 1)
		},
		Compute: ntile,
	},
}

func windowResult(t types.Type) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return func(*expr.Resolver, []expr.Expr) (types.Type, error) { return t, nil }
}

// ranking computes a function of row i, the rows equal to which end before end.
func ranking(f func(p *expr.Partition, i, end int) types.Value) func(*expr.Context, *expr.WindowCall, *expr.Partition, *types.Builder) error {
	return func(_ *expr.Context, _ *expr.WindowCall, p *expr.Partition, out *types.Builder) error {
		end := 0
		for i := range p.N {
			if i == end {
				for end++; end < p.N && int(p.Peers[end]) == i; end++ {
				}
			}
			out.Append(f(p, i, end))
		}
		return nil
	}
}

func ntile(_ *expr.Context, _ *expr.WindowCall, p *expr.Partition, out *types.Builder) error {
	n, err := countArgument("ntile", p.Args[0].Value(0), 1)
	if err != nil {
		return err
	}
	// The first rest buckets have one row more.
	size, rest := int64(p.N)/n, int64(p.N)%n
	for i := range int64(p.N) {
		bucket := i / (size + 1)
		if bucket >= rest {
			bucket = rest + (i-rest*(size+1))/size
		}
		out.Append(types.UintValue(uint64(bucket + 1)))
	}
	return nil
}

// countArgument is the value of an argument that counts rows: an integer, at least so large, else
// MySQL's error 1210.
func countArgument(name string, v types.Value, least int64) (int64, error) {
	switch {
	case v.Kind == types.Int && v.I >= least:
		return v.I, nil
	case v.Kind == types.Uint && v.Uint() >= uint64(least):
		return int64(min(v.Uint(), math.MaxInt64)), nil
	}
	return 0, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, name)
}

// checkCount is [countArgument] of an argument that is known before execution.
func checkCount(r *expr.Resolver, name string, x expr.Expr, least int64) error {
	v, ok := r.Constant(x)
	if !ok {
		return nil
	}
	_, err := countArgument(name, v, least)
	return err
}

var offsetWindows = []*expr.WindowFunction{
	offsetWindow("lag", "The value of a row before this one; by default of the one before.", -1),
	offsetWindow("lead", "The value of a row behind this one; by default of the next.", 1),
}

func offsetWindow(name, description string, direction int64) *expr.WindowFunction {
	return &expr.WindowFunction{
		Name: name, Min: 1, Max: 3, Description: description,
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			if len(args) > 1 {
				if err := checkCount(r, name, args[1], 0); err != nil {
					return types.Type{}, err
				}
			}
			if len(args) < 3 {
				return extremeType(r, args)
			}
			t, ok := types.Aggregate([]*types.Type{args[0].Type(), args[2].Type()})
			if !ok {
				return t, collationConflict(name, []expr.Expr{args[0], args[2]})
			}
			return asText(t), nil
		},
		Compute: func(c *expr.Context, call *expr.WindowCall, p *expr.Partition, out *types.Builder) error {
			return offsetRows(c, call, p, out, direction)
		},
	}
}

func offsetRows(c *expr.Context, call *expr.WindowCall, p *expr.Partition, out *types.Builder, direction int64) error {
	by := int64(1)
	var err error
	if len(p.Args) > 1 {
		if by, err = countArgument(call.Function.Name, p.Args[1].Value(0), 0); err != nil {
			return err
		}
	}
	values, err := types.ConvertVec(c.Env, p.Args[0], call.Args[0].Type(), &call.T)
	if err != nil {
		return err
	}
	other := types.SameVec(&call.T, types.Value{}, p.N)
	if len(p.Args) > 2 {
		if other, err = types.ConvertVec(c.Env, p.Args[2], call.Args[2].Type(), &call.T); err != nil {
			return err
		}
	}
	by = min(by, int64(p.N)) * direction
	for i := range p.N {
		if j := int64(i) + by; j >= 0 && j < int64(p.N) {
			out.Append(values.Value(int(j)))
		} else {
			out.Append(other.Value(i))
		}
	}
	return nil
}

var frameWindows = []*expr.WindowFunction{
	{
		Name: "first_value", Min: 1, Max: 1, Description: "The value of the frame's first row.",
		Result: frameType, Framed: true,
		Compute: framed(func(start, _ int) int { return start }),
	},
	{
		Name: "last_value", Min: 1, Max: 1, Description: "The value of the frame's last row.",
		Result: frameType, Framed: true,
		Compute: framed(func(_, end int) int { return end - 1 }),
	},
	{
		Name: "nth_value", Min: 2, Max: 2, Description: "The value of the frame's row of the number, from 1.",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			if err := checkCount(r, "nth_value", args[1], 1); err != nil {
				return types.Type{}, err
			}
			return frameType(r, args)
		},
		Framed: true,
		Compute: func(c *expr.Context, call *expr.WindowCall, p *expr.Partition, out *types.Builder) error {
			n, err := countArgument("nth_value", p.Args[1].Value(0), 1)
			if err != nil {
				return err
			}
			n = min(n, int64(p.N)+1)
			return framed(func(start, _ int) int { return start + int(n) - 1 })(c, call, p, out)
		},
	},
}

// frameType is the argument's type, as MIN and MAX have it; a frame may be empty.
func frameType(r *expr.Resolver, args []expr.Expr) (types.Type, error) { return extremeType(r, args) }

// framed computes the value of a row of the frame; NULL where it is not in it.
func framed(row func(start, end int) int) func(*expr.Context, *expr.WindowCall, *expr.Partition, *types.Builder) error {
	return func(c *expr.Context, call *expr.WindowCall, p *expr.Partition, out *types.Builder) error {
		values, err := types.ConvertVec(c.Env, p.Args[0], call.Args[0].Type(), &call.T)
		if err != nil {
			return err
		}
		for i := range p.N {
			start, end := p.Frame(i)
			if j := row(start, end); j >= start && j < end {
				out.Append(values.Value(j))
			} else {
				out.Append(types.Value{})
			}
		}
		return nil
	}
}
