package builtin

import (
	"math"
	"math/big"
	"math/bits"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

var sumAggregates = []*expr.Aggregate{
	{
		Name: "sum", Min: 1, Max: 1, Params: []expr.Want{expr.Summand},
		Description: "Adds the values up: exactly, except for floating-point numbers and texts.",
		Result:      sumType,
		New:         func(call *expr.AggregateCall) expr.Accumulator { return newSum(call, false) },
		Concurrent:  true,
	},
	{
		Name: "avg", Min: 1, Max: 1, Params: []expr.Want{expr.Summand},
		Description: "Averages the values.",
		Result:      avgType,
		New:         func(call *expr.AggregateCall) expr.Accumulator { return newSum(call, true) },
		Concurrent:  true,
	},
}

// sumDigits is how many digits SUM adds to those of its argument (DECIMAL_LONGLONG_DIGITS).
const sumDigits = 22

// sumType is Item_sum_sum::resolve_type.
func sumType(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
	t := args[0].Type()
	if !isExact(t) {
		return floatSumType(t, 0), nil
	}
	precision, scale := decimalSize(args[0])
	return types.TypeDecimal(precision+sumDigits, scale).WithNullable(true), nil
}

// avgType is Item_sum_avg::resolve_type.
func avgType(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
	t := args[0].Type()
	if !isExact(t) {
		return floatSumType(t, r.DivPrecisionIncrement), nil
	}
	precision, scale := decimalSize(args[0])
	return types.TypeDecimal(precision+r.DivPrecisionIncrement, scale+r.DivPrecisionIncrement).WithNullable(true), nil
}

func isExact(t *types.Type) bool {
	return t.Kind == types.Int || t.Kind == types.Uint || t.Kind == types.Decimal
}

// floatSumType is a DOUBLE with the fixed places of the argument, if it has such, and more.
func floatSumType(t *types.Type, more int) types.Type {
	out := types.TypeDouble.WithNullable(true)
	if t.Kind == types.Float && t.Scale+more < types.NotFixed {
		out.Scale = t.Scale + more
		out.Length = 17 + out.Scale
	}
	return out
}

// decimalSize is how many digits, and how many of them places, an exact number has
// (Item::decimal_precision). A date that is a number by conversion counts as the date.
func decimalSize(x expr.Expr) (precision, scale int) {
	t := x.Type()
	if c, ok := x.(*expr.Convert); ok && !c.Explicit {
		switch from := c.X.Type(); from.Kind {
		case types.Date:
			return 8, 0
		case types.DateTime:
			return 14 + from.Scale, from.Scale
		case types.Time:
			return 7 + from.Scale, from.Scale
		case types.Bit:
			t = from
		}
	}
	switch {
	case t.Kind == types.Decimal:
		return t.Length, t.Scale
	case t.Kind == types.Int && !t.IsYear():
		return max(t.Length-1, 1), 0 // without the sign
	}
	return t.Length, 0
}

// newSum makes the state of SUM or AVG for the kind of the argument.
func newSum(call *expr.AggregateCall, average bool) expr.Accumulator {
	t := call.Args[0].Type()
	f := sumResult{average: average, scale: call.T.Scale, t: &call.T}
	switch t.Kind {
	case types.Int, types.Uint:
		return &intSums{sumResult: f, unsigned: t.Kind == types.Uint}
	case types.Decimal:
		f.from = t.Scale
		return &decimalSums{sumResult: f}
	}
	return &floatSums{average: average}
}

// sumResult makes the result of an exact sum.
type sumResult struct {
	average     bool
	from, scale int // places of the argument and of the result
	t           *types.Type
}

func (f *sumResult) value(sum types.Dec, n int64) types.Value {
	places := f.scale
	if f.average {
		places = f.from
	}
	if sum.Scale() < places {
		sum = sum.Rescale(places)
	}
	if f.average {
		sum, _ = sum.DivLong(types.NewDec(n, 0), f.scale-f.from)
	}
	return types.DecimalValue(sum)
}

// intSums is the state of a sum of integers: 128 bits and the number of rows.
type intSums struct {
	sumResult
	unsigned bool
	n        []int64
	hi       []int64
	lo       []uint64
}

// Grow implements expr.Accumulator.
func (s *intSums) Grow(n int) {
	s.n, s.hi, s.lo = grown(s.n, n), grown(s.hi, n), grown(s.lo, n)
}

// Update implements expr.Accumulator.
func (s *intSums) Update(_ *expr.Context, groups []int32, args []*types.Vec) error {
	v := args[0]
	if !v.Same() && !v.HasNulls() {
		for i, g := range groups {
			s.add(g, v.I[i])
		}
		return nil
	}
	for i, g := range groups {
		if v.Null(i) {
			continue
		}
		s.add(g, v.I[v.At(i)])
	}
	return nil
}

func (s *intSums) add(g int32, x int64) {
	sum, carry := bits.Add64(s.lo[g], uint64(x), 0)
	s.lo[g] = sum
	s.hi[g] += s.high(x) + int64(carry)
	s.n[g]++
}

// Remove implements expr.Remover.
func (s *intSums) Remove(_ *expr.Context, groups []int32, args []*types.Vec) error {
	v := args[0]
	for i, g := range groups {
		if v.Null(i) {
			continue
		}
		x := v.I[v.At(i)]
		sum, borrow := bits.Sub64(s.lo[g], uint64(x), 0)
		s.lo[g] = sum
		s.hi[g] -= s.high(x) + int64(borrow)
		s.n[g]--
	}
	return nil
}

// Merge implements expr.Merger.
func (s *intSums) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	f := from.(*intSums)
	for i, g := range groups {
		if g < 0 {
			continue
		}
		sum, carry := bits.Add64(s.lo[g], f.lo[i], 0)
		s.lo[g] = sum
		s.hi[g] += f.hi[i] + int64(carry)
		s.n[g] += f.n[i]
	}
	return nil
}

// Exact implements expr.Merger.
func (s *intSums) Exact() bool { return true }

// high is the upper half of the number in 128 bits.
func (s *intSums) high(x int64) int64 {
	if s.unsigned {
		return 0
	}
	return x >> 63
}

// Result implements expr.Accumulator.
func (s *intSums) Result(_ *expr.Context, g int) (types.Value, error) {
	if s.n[g] == 0 {
		return types.Value{}, nil
	}
	var sum types.Dec
	if low := int64(s.lo[g]); s.hi[g] == low>>63 {
		sum = types.NewDec(low, 0)
	} else {
		x := new(big.Int).Lsh(big.NewInt(s.hi[g]), 64)
		sum = types.DecFromBig(x.Add(x, new(big.Int).SetUint64(s.lo[g])), 0)
	}
	return s.value(sum, s.n[g]), nil
}

// Frames implements expr.Framer.
func (s *intSums) Frames(_ *expr.Context, f *expr.Frames, args []*types.Vec) (*types.Vec, error) {
	if s.unsigned && slices.ContainsFunc(args[0].I, func(x int64) bool { return x < 0 }) {
		return nil, nil
	}
	return s.frames(f, args[0], args[0].I, 0), nil
}

// frames is the sums of the frames of whole numbers, which are decimals with so many places; nil: they are too great for
// the sum of all to be a number.
func (s *sumResult) frames(f *expr.Frames, v *types.Vec, numbers []int64, places int) *types.Vec {
	n := len(f.Starts)
	before := make([]int64, n+1) // the sum of those before each row
	all := 0.0
	for i := range n {
		x := int64(0)
		if !v.Null(i) {
			x = numbers[v.At(i)]
		}
		before[i+1] = before[i] + x
		all += math.Abs(float64(x))
	}
	if all > 1<<62 {
		return nil
	}
	out := types.NewVec(s.t, n)
	for i, rows := range framedCounts(f, v.Null, v.HasNulls()) {
		if rows == 0 {
			out.SetNull(i)
			continue
		}
		sum := types.NewDec(before[f.Ends[i]]-before[f.Starts[i]], places)
		if !s.average && places == s.scale {
			out.D[i] = sum
			continue
		}
		out.D[i] = s.value(sum, rows).D
	}
	return out
}

// decimalSums is the state of a sum of decimals.
type decimalSums struct {
	sumResult
	n   []int64
	sum []types.Dec
}

// Grow implements expr.Accumulator.
func (s *decimalSums) Grow(n int) { s.n, s.sum = grown(s.n, n), grown(s.sum, n) }

// Update implements expr.Accumulator.
func (s *decimalSums) Update(_ *expr.Context, groups []int32, args []*types.Vec) error {
	v := args[0]
	for i, g := range groups {
		if !v.Null(i) {
			s.sum[g] = s.sum[g].Add(v.D[v.At(i)])
			s.n[g]++
		}
	}
	return nil
}

// Remove implements expr.Remover.
func (s *decimalSums) Remove(_ *expr.Context, groups []int32, args []*types.Vec) error {
	v := args[0]
	for i, g := range groups {
		if !v.Null(i) {
			s.sum[g] = s.sum[g].Sub(v.D[v.At(i)])
			s.n[g]--
		}
	}
	return nil
}

// Merge implements expr.Merger.
func (s *decimalSums) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	f := from.(*decimalSums)
	for i, g := range groups {
		if g >= 0 && f.n[i] > 0 {
			s.sum[g] = s.sum[g].Add(f.sum[i])
			s.n[g] += f.n[i]
		}
	}
	return nil
}

// Exact implements expr.Merger.
func (s *decimalSums) Exact() bool { return true }

// Result implements expr.Accumulator.
func (s *decimalSums) Result(_ *expr.Context, g int) (types.Value, error) {
	if s.n[g] == 0 {
		return types.Value{}, nil
	}
	return s.value(s.sum[g], s.n[g]), nil
}

// Frames implements expr.Framer.
func (s *decimalSums) Frames(_ *expr.Context, f *expr.Frames, args []*types.Vec) (*types.Vec, error) {
	v := args[0]
	if v.Kind == types.Null {
		return nil, nil
	}
	numbers, ok := v.Digits(nil, v.Len(), s.from)
	if !ok {
		return nil, nil
	}
	return s.frames(f, v, numbers, s.from), nil
}

// floatSums is the state of a sum of doubles, added in the order of the rows as MySQL does.
// It forgets no rows: that would not be exact.
type floatSums struct {
	average bool
	n       []int64
	sum     []float64
}

// Grow implements expr.Accumulator.
func (s *floatSums) Grow(n int) { s.n, s.sum = grown(s.n, n), grown(s.sum, n) }

// Update implements expr.Accumulator.
func (s *floatSums) Update(_ *expr.Context, groups []int32, args []*types.Vec) error {
	v := args[0]
	for i, g := range groups {
		if !v.Null(i) {
			s.sum[g] += v.F[v.At(i)]
			s.n[g]++
		}
	}
	return nil
}

// Merge implements expr.Merger.
func (s *floatSums) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	f := from.(*floatSums)
	for i, g := range groups {
		if g >= 0 && f.n[i] > 0 {
			s.sum[g] += f.sum[i]
			s.n[g] += f.n[i]
		}
	}
	return nil
}

// Exact implements expr.Merger.
func (s *floatSums) Exact() bool { return false }

// Frames implements expr.Framer.
func (s *floatSums) Frames(_ *expr.Context, f *expr.Frames, args []*types.Vec) (*types.Vec, error) {
	v, out := args[0], types.NewVec(&types.TypeDouble, len(f.Starts))
	from, to, again := 0, 0, 0
	sum, rows := 0.0, 0
	add := func(first, end int) {
		for i := first; i < end; i++ {
			if !v.Null(i) {
				sum += v.F[v.At(i)]
				rows++
			}
		}
	}
	f.Each(func(i, start, end int) {
		switch {
		case start >= end || again > framesAgain*len(f.Starts):
			out.SetNull(i)
			return
		case start == from && to <= end:
			add(to, end)
		case end == to && start <= from:
			add(start, from)
		default:
			sum, rows, again = 0, 0, again+end-start
			add(start, end)
		}
		switch from, to = start, end; {
		case rows == 0:
			out.SetNull(i)
		case s.average:
			out.F[i] = sum / float64(rows)
		default:
			out.F[i] = sum
		}
	})
	if again > framesAgain*len(f.Starts) {
		return nil, nil
	}
	return out, nil
}

// framesAgain is how many rows for each frame are looked at because it did not grow out of the last one.
const framesAgain = 8

// Result implements expr.Accumulator.
func (s *floatSums) Result(_ *expr.Context, g int) (types.Value, error) {
	switch {
	case s.n[g] == 0:
		return types.Value{}, nil
	case s.average:
		return types.FloatValue(s.sum[g] / float64(s.n[g])), nil
	}
	return types.FloatValue(s.sum[g]), nil
}
