package builtin

import (
	"slices"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

var extremeAggregates = []*expr.Aggregate{
	{
		Name: "min", Min: 1, Max: 1,
		Description: "The least value; of ENUM and SET that of the texts.",
		Result:      extremeType,
		New:         func(call *expr.AggregateCall) expr.Accumulator { return newExtremes(call, -1) },
		Concurrent:  true,
	},
	{
		Name: "max", Min: 1, Max: 1,
		Description: "The greatest value; of ENUM and SET that of the texts.",
		Result:      extremeType,
		New:         func(call *expr.AggregateCall) expr.Accumulator { return newExtremes(call, 1) },
		Concurrent:  true,
	},
	{
		Name: "any_value", Min: 1, Max: 1,
		Description: "A value of the group, which one is not said.",
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return args[0].Type().WithNullable(true), nil
		},
		New:      func(call *expr.AggregateCall) expr.Accumulator { return &firsts{b: types.NewBuilder(&call.T)} },
		KeepNull: true, NoWindow: true, Concurrent: true,
	},
}

// extremeType is the argument's type; ENUM and SET are compared, and given, as text.
func extremeType(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
	return asText(args[0].Type().WithNullable(true)), nil
}

// asText is the type that a function's value has which is one of an argument's: the text of an
// ENUM's or SET's member.
func asText(t types.Type) types.Type {
	if t.Kind == types.Enum || t.Kind == types.Set {
		t.Kind, t.Protocol, t.Members, t.Scale = types.String, types.ProtocolString, nil, types.NotFixed
	}
	return t
}

// extremes is the state of MIN and MAX. Of the slices the one of the values' kind is used.
type extremes struct {
	from, t types.Type
	want    int // of two values that compare so the first stays: -1 or 1
	seen    []bool
	i       []int64
	f       []float64
	s       []string
	d       []types.Dec
	bytes   int64 // of s
}

func newExtremes(call *expr.AggregateCall, want int) expr.Accumulator {
	return &extremes{from: *call.Args[0].Type(), t: call.T, want: want}
}

// Grow implements expr.Accumulator.
func (s *extremes) Grow(n int) {
	s.seen = grown(s.seen, n)
	switch s.t.Kind {
	case types.Null:
	case types.Float:
		s.f = grown(s.f, n)
	case types.Decimal:
		s.d = grown(s.d, n)
	case types.String, types.JSON:
		s.s = grown(s.s, n)
	default:
		s.i = grown(s.i, n)
	}
}

// Update implements expr.Accumulator.
func (s *extremes) Update(c *expr.Context, groups []int32, args []*types.Vec) error {
	v, err := types.ConvertVec(c.Env, args[0], &s.from, &s.t)
	if err != nil || v.Kind == types.Null {
		return err
	}
	s.take(groups, v)
	return nil
}

// take lets the groups have values.
func (s *extremes) take(groups []int32, v *types.Vec) {
	less := s.want < 0
	switch s.t.Kind {
	case types.Float:
		updateExtremes(s, v, v.F, s.f, groups, func(a, b float64) bool { return a != b && (a < b) == less })
	case types.Decimal:
		updateExtremes(s, v, v.D, s.d, groups, func(a, b types.Dec) bool { return a.Cmp(b) == s.want })
	case types.String:
		s.takeTexts(groups, v, func(a, b string) bool { return s.t.Collation.Compare(a, b) == s.want })
	case types.JSON:
		s.takeTexts(groups, v, func(a, b string) bool { return strings.Compare(a, b) == s.want })
	case types.Uint, types.Bit:
		updateExtremes(s, v, v.I, s.i, groups, func(a, b int64) bool { return a != b && (uint64(a) < uint64(b)) == less })
	default:
		updateExtremes(s, v, v.I, s.i, groups, func(a, b int64) bool { return a != b && (a < b) == less })
	}
}

// takeTexts is take of texts.
func (s *extremes) takeTexts(groups []int32, v *types.Vec, better func(a, b string) bool) {
	texts := v.Strings()
	for i, g := range groups {
		if g < 0 || v.Null(i) {
			continue
		}
		x := texts[v.At(i)]
		if s.seen[g] && !better(x, s.s[g]) {
			continue
		}
		if v.Dict == nil {
			x = ownText(x)
		}
		s.bytes += int64(len(x) - len(s.s[g]))
		s.s[g], s.seen[g] = x, true
	}
}

// ownText is a text that is kept for long. Short ones share their memory with others that were made together, all of
// which would be kept.
func ownText(x string) string {
	if len(x) < 256 {
		return strings.Clone(x)
	}
	return x
}

// Bytes implements expr.Sized.
func (s *extremes) Bytes() int64 {
	return int64(len(s.seen)) + 8*int64(len(s.i)+len(s.f)) + 16*int64(len(s.s)) + 32*int64(len(s.d)) + s.bytes
}

// Merge implements expr.Merger.
func (s *extremes) Merge(c *expr.Context, from expr.Accumulator, groups []int32) error {
	v, err := from.(*extremes).Vector(c, len(groups))
	if err != nil || v.Kind == types.Null {
		return err
	}
	s.take(groups, v)
	return nil
}

// Exact implements expr.Merger.
func (s *extremes) Exact() bool { return true }

// updateExtremes puts values that are better in the groups' place.
func updateExtremes[T any](s *extremes, v *types.Vec, from, to []T, groups []int32, better func(a, b T) bool) {
	for i, g := range groups {
		if g < 0 || v.Null(i) {
			continue
		}
		if x := from[v.At(i)]; !s.seen[g] || better(x, to[g]) {
			to[g], s.seen[g] = x, true
		}
	}
}

// Frames implements expr.Framer.
func (s *extremes) Frames(c *expr.Context, f *expr.Frames, args []*types.Vec) (*types.Vec, error) {
	v, err := types.ConvertVec(c.Env, args[0], &s.from, &s.t)
	if err != nil || v.Kind == types.Null {
		return v, err
	}
	less := s.want < 0
	var rows []int32
	switch s.t.Kind {
	case types.Float:
		rows = framedExtremes(f, v, v.F, func(a, b float64) bool { return a != b && (a < b) == less })
	case types.Decimal:
		rows = framedExtremes(f, v, v.D, func(a, b types.Dec) bool { return a.Cmp(b) == s.want })
	case types.String:
		rows = framedExtremes(f, v, v.Strings(), func(a, b string) bool { return s.t.Collation.Compare(a, b) == s.want })
	case types.JSON:
		rows = framedExtremes(f, v, v.S, func(a, b string) bool { return strings.Compare(a, b) == s.want })
	case types.Uint, types.Bit:
		rows = framedExtremes(f, v, v.I, func(a, b int64) bool { return a != b && (uint64(a) < uint64(b)) == less })
	default:
		rows = framedExtremes(f, v, v.I, func(a, b int64) bool { return a != b && (a < b) == less })
	}
	if rows == nil {
		return nil, nil
	}
	return v.Take(rows), nil
}

// framedExtremes is the row of each frame that has the best value, the first of those; -1 where there is none. nil: the frames
// do not grow out of each other.
func framedExtremes[T any](f *expr.Frames, v *types.Vec, values []T, better func(a, b T) bool) []int32 {
	rows := make([]int32, len(f.Starts))
	var best []int32 // the rows of the frame that are better than all behind them, or as good
	from, to, again := 0, 0, 0
	first := false // of those behind the first none is known
	value := func(row int32) T { return values[v.At(int(row))] }
	add := func(at, end int) {
		for i := at; i < end; i++ {
			if v.Null(i) {
				continue
			}
			x := values[v.At(i)]
			last := len(best)
			for last > 0 && better(x, value(best[last-1])) {
				last--
			}
			best = append(best[:last], int32(i))
		}
	}
	f.Each(func(i, start, end int) {
		switch {
		case start >= end || again > framesAgain*len(f.Starts):
			rows[i] = -1
			return
		case from <= start && start < to && to <= end && (!first || start == from):
			drop := 0
			for drop < len(best) && int(best[drop]) < start {
				drop++
			}
			best = best[drop:]
			add(to, end)
		case end == to && start <= from:
			first = true
			for k := from - 1; k >= start; k-- {
				if !v.Null(k) && (len(best) == 0 || !better(value(best[0]), values[v.At(k)])) {
					best = append(best[:0], int32(k))
				}
			}
		default:
			again, first, best = again+end-start, false, best[:0]
			add(start, end)
		}
		from, to = start, end
		if rows[i] = -1; len(best) > 0 {
			rows[i] = best[0]
		}
	})
	if again > framesAgain*len(f.Starts) {
		return nil
	}
	return rows
}

// Vector implements expr.Vectorer.
func (s *extremes) Vector(_ *expr.Context, n int) (*types.Vec, error) {
	if s.t.Kind == types.Null {
		return types.SameVec(&s.t, types.Value{}, n), nil
	}
	v := types.VecOf(&s.t, n)
	switch s.t.Kind {
	case types.Float:
		v.F = slices.Clone(s.f[:n])
	case types.Decimal:
		v.D = slices.Clone(s.d[:n])
	case types.String, types.JSON:
		v.S = slices.Clone(s.s[:n])
	default:
		v.I = slices.Clone(s.i[:n])
	}
	for g, seen := range s.seen[:n] {
		if !seen {
			v.SetNull(g)
		}
	}
	return v, nil
}

// Result implements expr.Accumulator.
func (s *extremes) Result(_ *expr.Context, g int) (types.Value, error) {
	if !s.seen[g] {
		return types.Value{}, nil
	}
	v := types.Value{Kind: s.t.Kind}
	switch s.t.Kind {
	case types.Float:
		v.F = s.f[g]
	case types.Decimal:
		v.D = s.d[g]
	case types.String, types.JSON:
		v.S = s.s[g]
	default:
		v.I = s.i[g]
	}
	return v, nil
}

// firsts is the state of ANY_VALUE: the first row's value of each group.
type firsts struct {
	b     *types.Builder
	at    []int32 // of each group, where its value is in the builder, from 1
	bytes int64   // of the values
}

// Grow implements expr.Accumulator.
func (s *firsts) Grow(n int) { s.at = grown(s.at, n) }

// Update implements expr.Accumulator.
func (s *firsts) Update(_ *expr.Context, groups []int32, args []*types.Vec) error {
	for i, g := range groups {
		if s.at[g] == 0 {
			s.put(g, args[0].Value(i))
		}
	}
	return nil
}

// put gives a group its value.
func (s *firsts) put(g int32, x types.Value) {
	x.S = ownText(x.S)
	s.b.Append(x)
	s.at[g] = int32(s.b.Len())
	s.bytes += 16 + int64(len(x.S))
}

// Bytes implements expr.Sized.
func (s *firsts) Bytes() int64 { return 4*int64(len(s.at)) + s.bytes }

// Merge implements expr.Merger.
func (s *firsts) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	f := from.(*firsts)
	values := f.b.Vec()
	for i, g := range groups {
		if g >= 0 && s.at[g] == 0 && f.at[i] > 0 {
			s.put(g, values.Value(int(f.at[i])-1))
		}
	}
	return nil
}

// Exact implements expr.Merger.
func (s *firsts) Exact() bool { return true }

// Result implements expr.Accumulator.
func (s *firsts) Result(_ *expr.Context, g int) (types.Value, error) {
	if s.at[g] == 0 {
		return types.Value{}, nil
	}
	return s.b.Vec().Value(int(s.at[g]) - 1), nil
}
