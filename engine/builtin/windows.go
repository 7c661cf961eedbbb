package builtin

import (
	"math"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// The window functions of MySQL 8 (manual 14.20.1).

// checkedRows is after how many rows a window function asks again whether the statement was ended.
const checkedRows = 1 << 15

var rankWindows = []*expr.WindowFunction{
	{
		Name: "row_number", Description: "The number of the row in its partition, from 1.",
		Result:  windowResult(types.TypeUint),
		Compute: ranking(func(v *types.Vec, at, i, _, _, _ int) { v.I[at] = int64(i + 1) }),
	},
	{
		Name: "rank", Description: "How many rows come before the row and those equal to it, and 1.",
		Result:  windowResult(types.TypeUint),
		Compute: ranking(func(v *types.Vec, at, _, peer, _, _ int) { v.I[at] = int64(peer + 1) }),
	},
	{
		Name: "dense_rank", Description: "How many different rows come before the row, and 1.",
		Result:  windowResult(types.TypeUint),
		Compute: denseRank,
	},
	{
		Name: "percent_rank", Description: "The part of the other rows that come before the row and those equal to it.",
		Result: windowResult(types.TypeDouble),
		Compute: ranking(func(v *types.Vec, at, _, peer, _, n int) {
			if n > 1 {
				v.F[at] = float64(peer) / float64(n-1)
			}
		}),
	},
	{
		Name: "cume_dist", Description: "The part of the rows that come before the row or are equal to it.",
		Result:  windowResult(types.TypeDouble),
		Compute: ranking(func(v *types.Vec, at, _, _, end, n int) { v.F[at] = float64(end) / float64(n) }),
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

// ranking computes a function of row i of n of a partition: of the first row that is equal to it, and of where
// those equal to it end. set puts the result in its place.
func ranking(set func(v *types.Vec, at, i, peer, end, n int)) func(*expr.Context, *expr.WindowCall, *expr.Partitions) (*types.Vec, error) {
	return func(c *expr.Context, call *expr.WindowCall, w *expr.Partitions) (*types.Vec, error) {
		out := types.NewVec(&call.T, w.N)
		for _, p := range w.Parts {
			peers, end := w.Peers[p.From:p.To], 0
			for i, peer := range peers {
				if (p.From+i)%checkedRows == 0 {
					if err := c.Cancelled(); err != nil {
						return nil, err
					}
				}
				if i == end {
					for end++; end < len(peers) && int(peers[end]) == i; end++ {
					}
				}
				set(out, p.From+i, i, int(peer), end, len(peers))
			}
		}
		return out, nil
	}
}

func denseRank(_ *expr.Context, call *expr.WindowCall, w *expr.Partitions) (*types.Vec, error) {
	out := types.NewVec(&call.T, w.N)
	for _, p := range w.Parts {
		rank := int64(0)
		for i, peer := range w.Peers[p.From:p.To] {
			if int(peer) == i {
				rank++
			}
			out.I[p.From+i] = rank
		}
	}
	return out, nil
}

func ntile(_ *expr.Context, call *expr.WindowCall, w *expr.Partitions) (*types.Vec, error) {
	out := types.NewVec(&call.T, w.N)
	for _, p := range w.Parts {
		n, err := countArgument("ntile", w.Args[0].Value(p.From), 1)
		if err != nil {
			return nil, err
		}
		// The first rest buckets have one row more.
		size, rest := int64(p.To-p.From)/n, int64(p.To-p.From)%n
		for i := range int64(p.To - p.From) {
			bucket := i / (size + 1)
			if bucket >= rest {
				bucket = rest + (i-rest*(size+1))/size
			}
			out.I[p.From+int(i)] = bucket + 1
		}
	}
	return out, nil
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
		Compute: func(c *expr.Context, call *expr.WindowCall, w *expr.Partitions) (*types.Vec, error) {
			return offsetRows(c, call, w, direction)
		},
	}
}

func offsetRows(c *expr.Context, call *expr.WindowCall, w *expr.Partitions, direction int64) (*types.Vec, error) {
	values, err := types.ConvertVec(c.Env, w.Args[0], call.Args[0].Type(), &call.T)
	if err != nil {
		return nil, err
	}
	rows := make([]int32, w.N)
	outside := false
	for _, p := range w.Parts {
		by := int64(1)
		if len(w.Args) > 1 {
			if by, err = countArgument(call.Function.Name, w.Args[1].Value(p.From), 0); err != nil {
				return nil, err
			}
		}
		by = min(by, int64(p.To-p.From)) * direction
		for i := p.From; i < p.To; i++ {
			j := i + int(by)
			if j < p.From || j >= p.To {
				j, outside = -1, true
			}
			rows[i] = int32(j)
		}
	}
	if len(w.Args) < 3 || !outside {
		return values.Take(rows), nil
	}
	other, err := types.ConvertVec(c.Env, w.Args[2], call.Args[2].Type(), &call.T)
	if err != nil {
		return nil, err
	}
	out := types.NewBuilder(&call.T)
	for i, j := range rows {
		if i%checkedRows == 0 {
			if err := c.Cancelled(); err != nil {
				return nil, err
			}
		}
		if j >= 0 {
			out.Append(values.Value(int(j)))
		} else {
			out.Append(other.Value(i))
		}
	}
	return out.Vec(), nil
}

var frameWindows = []*expr.WindowFunction{
	{
		Name: "first_value", Min: 1, Max: 1, Description: "The value of the frame's first row.",
		Result: frameType, Framed: true,
		Compute: framed(func(start, _ int, _ int64) int { return start }),
	},
	{
		Name: "last_value", Min: 1, Max: 1, Description: "The value of the frame's last row.",
		Result: frameType, Framed: true,
		Compute: framed(func(_, end int, _ int64) int { return end - 1 }),
	},
	{
		Name: "nth_value", Min: 2, Max: 2, Description: "The value of the frame's row of the number, from 1.",
		Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
			if err := checkCount(r, "nth_value", args[1], 1); err != nil {
				return types.Type{}, err
			}
			return frameType(r, args)
		},
		Framed:  true,
		Compute: framed(func(start, _ int, n int64) int { return start + int(n) - 1 }),
	},
}

// frameType is the argument's type, as MIN and MAX have it; a frame may be empty.
func frameType(r *expr.Resolver, args []expr.Expr) (types.Type, error) { return extremeType(r, args) }

// framed computes the value of a row of the frame; NULL where it is not in it. Where there is a second argument,
// it is a count.
func framed(row func(start, end int, n int64) int) func(*expr.Context, *expr.WindowCall, *expr.Partitions) (*types.Vec, error) {
	return func(c *expr.Context, call *expr.WindowCall, w *expr.Partitions) (*types.Vec, error) {
		values, err := types.ConvertVec(c.Env, w.Args[0], call.Args[0].Type(), &call.T)
		if err != nil {
			return nil, err
		}
		rows := make([]int32, w.N)
		for k, p := range w.Parts {
			n := int64(0)
			if len(w.Args) > 1 {
				if n, err = countArgument(call.Function.Name, w.Args[1].Value(p.From), 1); err != nil {
					return nil, err
				}
				n = min(n, int64(p.To-p.From)+1)
			}
			frame := w.Frame(k)
			for i := range p.To - p.From {
				if (p.From+i)%checkedRows == 0 {
					if err := c.Cancelled(); err != nil {
						return nil, err
					}
				}
				start, end := frame(i)
				if j := row(start, end, n); j >= start && j < end {
					rows[p.From+i] = int32(p.From + j)
				} else {
					rows[p.From+i] = -1
				}
			}
		}
		return values.Take(rows), nil
	}
}
