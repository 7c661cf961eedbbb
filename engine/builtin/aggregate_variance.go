package builtin

import (
	"math"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

var varianceAggregates = []*expr.Aggregate{
	varianceAggregate("std", "The standard deviation of the population.", false, true),
	varianceAggregate("stddev", "The standard deviation of the population.", false, true),
	varianceAggregate("stddev_pop", "The standard deviation of the population.", false, true),
	varianceAggregate("stddev_samp", "The standard deviation of a sample; NULL of one value.", true, true),
	varianceAggregate("variance", "The variance of the population.", false, false),
	varianceAggregate("var_pop", "The variance of the population.", false, false),
	varianceAggregate("var_samp", "The variance of a sample; NULL of one value.", true, false),
}

func varianceAggregate(name, description string, sample, root bool) *expr.Aggregate {
	return &expr.Aggregate{
		Name: name, Min: 1, Max: 1, Params: []expr.Want{expr.Real}, Description: description,
		Result:     func(*expr.Resolver, []expr.Expr) (types.Type, error) { return types.TypeDouble.WithNullable(true), nil },
		New:        func(*expr.AggregateCall) expr.Accumulator { return &variances{sample: sample, root: root} },
		Concurrent: true,
	}
}

// variances is the state of the variances: Welford's recurrence, which is what MySQL has
// (variance_fp_recurrence_next).
type variances struct {
	sample, root bool
	n            []int64
	mean, square []float64 // square is the sum of squared distances from the mean
}

// Grow implements expr.Accumulator.
func (s *variances) Grow(n int) {
	s.n, s.mean, s.square = grown(s.n, n), grown(s.mean, n), grown(s.square, n)
}

// Update implements expr.Accumulator.
func (s *variances) Update(_ *expr.Context, groups []int32, args []*types.Vec) error {
	v := args[0]
	for i, g := range groups {
		if v.Null(i) {
			continue
		}
		x, mean := v.F[v.At(i)], s.mean[g]
		s.n[g]++
		if s.n[g] == 1 {
			s.mean[g] = x
			continue
		}
		s.mean[g] = mean + (x-mean)/float64(s.n[g])
		s.square[g] += (x - mean) * (x - s.mean[g])
	}
	return nil
}

// Merge implements expr.Merger, by the sums of two sets (Chan, Golub and LeVeque 1979).
func (s *variances) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	f := from.(*variances)
	for i, g := range groups {
		if g < 0 || f.n[i] == 0 {
			continue
		}
		if s.n[g] == 0 {
			s.n[g], s.mean[g], s.square[g] = f.n[i], f.mean[i], f.square[i]
			continue
		}
		a, b := float64(s.n[g]), float64(f.n[i])
		distance := f.mean[i] - s.mean[g]
		s.mean[g] += distance * b / (a + b)
		s.square[g] += f.square[i] + distance*distance*a*b/(a+b)
		s.n[g] += f.n[i]
	}
	return nil
}

// Exact implements expr.Merger.
func (s *variances) Exact() bool { return false }

// Result implements expr.Accumulator.
func (s *variances) Result(_ *expr.Context, g int) (types.Value, error) {
	n := s.n[g]
	if s.sample {
		n--
	}
	if n <= 0 {
		return types.Value{}, nil
	}
	x := s.square[g] / float64(n)
	if s.root {
		x = math.Sqrt(x)
	}
	return types.FloatValue(x), nil
}
