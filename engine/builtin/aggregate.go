package builtin

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// The aggregate functions of MySQL 8 (manual 14.19.1), a file for each family. A state is
// kept as slices over the groups; rows with a NULL argument are skipped here, not by the
// operator, unless the declaration says KeepNull.

var countAggregates = []*expr.Aggregate{
	{
		Name: "count", Min: 0, Max: -1,
		Description: "Counts the rows, or those in which no argument is NULL.",
		Result:      func(*expr.Resolver, []expr.Expr) (types.Type, error) { return types.TypeInt, nil },
		New:         func(*expr.AggregateCall) expr.Accumulator { return &counts{} },
		Concurrent:  true,
	},
}

// counts is the state of COUNT.
type counts struct{ n []int64 }

// Grow implements expr.Accumulator.
func (s *counts) Grow(n int) { s.n = grown(s.n, n) }

// Update implements expr.Accumulator.
func (s *counts) Update(_ *expr.Context, groups []int32, args []*types.Vec) error {
	s.add(groups, args, 1)
	return nil
}

// Remove implements expr.Remover.
func (s *counts) Remove(_ *expr.Context, groups []int32, args []*types.Vec) error {
	s.add(groups, args, -1)
	return nil
}

func (s *counts) add(groups []int32, args []*types.Vec, x int64) {
	nulls := false
	for _, a := range args {
		nulls = nulls || a.HasNulls()
	}
	if !nulls {
		for _, g := range groups {
			s.n[g] += x
		}
		return
	}
	for i, g := range groups {
		if !anyNull(args, i) {
			s.n[g] += x
		}
	}
}

// Merge implements expr.Merger.
func (s *counts) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	f := from.(*counts)
	for i, g := range groups {
		if g >= 0 {
			s.n[g] += f.n[i]
		}
	}
	return nil
}

// Exact implements expr.Merger.
func (s *counts) Exact() bool { return true }

// Result implements expr.Accumulator.
func (s *counts) Result(_ *expr.Context, group int) (types.Value, error) {
	return types.IntValue(s.n[group]), nil
}

// Vector implements expr.Vectorer.
func (s *counts) Vector(_ *expr.Context, n int) (*types.Vec, error) {
	v := types.VecOf(&types.TypeInt, n)
	v.I = slices.Clone(s.n[:n])
	return v, nil
}

// Frames implements expr.Framer.
func (s *counts) Frames(_ *expr.Context, f *expr.Frames, args []*types.Vec) (*types.Vec, error) {
	n := len(f.Starts)
	v := types.VecOf(&types.TypeInt, n)
	v.I = framedCounts(f, func(i int) bool { return anyNull(args, i) }, slices.ContainsFunc(args, (*types.Vec).HasNulls))
	return v, nil
}

// framedCounts is how many rows the frames have that are not NULL.
func framedCounts(f *expr.Frames, null func(i int) bool, nulls bool) []int64 {
	n := make([]int64, len(f.Starts))
	if !nulls {
		for i := range n {
			n[i] = int64(max(f.Ends[i]-f.Starts[i], 0))
		}
		return n
	}
	before := make([]int32, len(n)+1) // how many there are before each row
	for i := range n {
		before[i+1] = before[i]
		if !null(i) {
			before[i+1]++
		}
	}
	for i := range n {
		if f.Starts[i] < f.Ends[i] {
			n[i] = int64(before[f.Ends[i]] - before[f.Starts[i]])
		}
	}
	return n
}

// grown is the slice with n elements; new ones are zero.
func grown[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	if n > cap(s) {
		s = append(make([]T, 0, max(n, 2*cap(s))), s...)
	}
	return s[:n]
}

func anyNull(args []*types.Vec, i int) bool {
	for _, a := range args {
		if a.Null(i) {
			return true
		}
	}
	return false
}
