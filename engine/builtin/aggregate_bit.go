package builtin

import (
	"bytes"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

var bitAggregates = []*expr.Aggregate{
	bitAggregate("bit_and", "The bits that are set in all values; of no values, all.", ^uint64(0), func(a, b uint64) uint64 { return a & b }),
	bitAggregate("bit_or", "The bits that are set in a value; of no values, none.", 0, func(a, b uint64) uint64 { return a | b }),
	bitAggregate("bit_xor", "The bits that are set in an odd number of values; of no values, none.", 0, func(a, b uint64) uint64 { return a ^ b }),
}

// maxBitBytes is how long binary strings of bit aggregates may be.
const maxBitBytes = 511

// Errors of binary strings that go-mysql has no words for.
const (
	errBitSizes     = 3513
	errBitAggregate = 3514
)

// bitAggregate declares a bit function: of numbers, or, as of MySQL 8, of binary strings of
// one length (manual 14.12).
func bitAggregate(name, description string, neutral uint64, op func(a, b uint64) uint64) *expr.Aggregate {
	return &expr.Aggregate{
		Name: name, Min: 1, Max: 1, Description: description,
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			t := args[0].Type()
			if !isBitString(t) {
				return types.TypeUint, nil
			}
			if t.Length > maxBitBytes {
				return types.Type{}, mysql.NewError(errBitAggregate,
					"Aggregate bitwise functions cannot accept arguments longer than 511 bytes; consider using the SUBSTRING() function")
			}
			return types.TypeString(t.Length, types.Binary, types.CoerceImplicit), nil
		},
		New: func(call *expr.AggregateCall) expr.Accumulator {
			if call.T.Kind == types.String {
				return &bitStrings{length: call.T.Length, neutral: byte(neutral), op: op}
			}
			return &bitInts{from: *call.Args[0].Type(), neutral: neutral, op: op}
		},
	}
}

// isBitString tells whether a value's bits are those of a string of bytes. A literal such as
// x'0f' is a number there.
func isBitString(t *types.Type) bool {
	return t.Kind == types.String && t.Collation.IsBinary() && !t.Hex
}

type bitInts struct {
	from    types.Type
	neutral uint64
	op      func(a, b uint64) uint64
	x       []uint64
}

// Grow implements expr.Accumulator.
func (s *bitInts) Grow(n int) {
	from := len(s.x)
	s.x = grown(s.x, n)
	for i := from; i < len(s.x); i++ {
		s.x[i] = s.neutral
	}
}

// Update implements expr.Accumulator.
func (s *bitInts) Update(c *expr.Context, groups []int32, args []*types.Vec) error {
	v, err := types.ConvertVec(c.Env, args[0], &s.from, &types.TypeUint)
	if err != nil {
		return err
	}
	for i, g := range groups {
		if !v.Null(i) {
			s.x[g] = s.op(s.x[g], uint64(v.I[v.At(i)]))
		}
	}
	return nil
}

// Merge implements expr.Merger.
func (s *bitInts) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	for i, g := range groups {
		if g >= 0 {
			s.x[g] = s.op(s.x[g], from.(*bitInts).x[i])
		}
	}
	return nil
}

// Exact implements expr.Merger.
func (s *bitInts) Exact() bool { return true }

// Result implements expr.Accumulator.
func (s *bitInts) Result(_ *expr.Context, g int) (types.Value, error) {
	return types.UintValue(s.x[g]), nil
}

type bitStrings struct {
	length  int
	neutral byte
	op      func(a, b uint64) uint64
	x       [][]byte // nil: no value yet
}

// Grow implements expr.Accumulator.
func (s *bitStrings) Grow(n int) { s.x = grown(s.x, n) }

// Update implements expr.Accumulator.
func (s *bitStrings) Update(_ *expr.Context, groups []int32, args []*types.Vec) error {
	v := args[0]
	for i, g := range groups {
		if v.Null(i) {
			continue
		}
		if err := combine(s, g, v.Str(i)); err != nil {
			return err
		}
	}
	return nil
}

// combine puts a value to a group's.
func combine[T string | []byte](s *bitStrings, g int32, x T) error {
	if s.x[g] == nil {
		s.x[g] = append(make([]byte, 0, len(x)), x...)
		return nil
	}
	if len(x) != len(s.x[g]) {
		return mysql.NewError(errBitSizes, "Binary operands of bitwise operators must be of equal length")
	}
	for j := range s.x[g] {
		s.x[g][j] = byte(s.op(uint64(s.x[g][j]), uint64(x[j])))
	}
	return nil
}

// Merge implements expr.Merger.
func (s *bitStrings) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	for i, g := range groups {
		if x := from.(*bitStrings).x[i]; g >= 0 && x != nil {
			if err := combine(s, g, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// Exact implements expr.Merger.
func (s *bitStrings) Exact() bool { return true }

// Result implements expr.Accumulator.
func (s *bitStrings) Result(_ *expr.Context, g int) (types.Value, error) {
	if s.x[g] == nil {
		return types.StringValue(string(bytes.Repeat([]byte{s.neutral}, s.length))), nil
	}
	return types.StringValue(string(s.x[g])), nil
}
