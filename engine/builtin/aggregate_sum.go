package builtin

import (
	"math/big"
	"math/bits"

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

// Run implements expr.Runner.
func (s *intSums) Run(c *expr.Context, spans []expr.Span, args []*types.Vec, n int) (*types.Vec, error) {
	s.Grow(1)
	out := types.NewVec(s.t, n)
	for _, p := range spans {
		s.n[0], s.hi[0], s.lo[0] = 0, 0, 0
		for i := p.From; i < p.To; i++ {
			if !args[0].Null(i) {
				s.add(0, args[0].I[args[0].At(i)])
			}
			x, _ := s.Result(c, 0)
			out.Set(i, x)
		}
	}
	return out, nil
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

// Run implements expr.Runner.
func (s *floatSums) Run(c *expr.Context, spans []expr.Span, args []*types.Vec, n int) (*types.Vec, error) {
	s.Grow(1)
	out := types.NewVec(&types.TypeDouble, n)
	for _, p := range spans {
		s.n[0], s.sum[0] = 0, 0
		for i := p.From; i < p.To; i++ {
			if !args[0].Null(i) {
				s.sum[0] += args[0].F[args[0].At(i)]
				s.n[0]++
			}
			x, _ := s.Result(c, 0)
			out.Set(i, x)
		}
	}
	return out, nil
}

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
