package builtin

import (
	"math/bits"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Bit operators (manual 12.12): of numbers, unsigned BIGINTs; of binary strings that are
// not all literals of hexadecimal digits or bits, binary strings of the same length.
var bitFunctions = []*expr.Function{
	bitwise("&", func(a, b uint64) uint64 { return a & b }),
	bitwise("|", func(a, b uint64) uint64 { return a | b }),
	bitwise("^", func(a, b uint64) uint64 { return a ^ b }),
	shift("<<", func(a, n uint64) uint64 { return a << n }, shiftLeft),
	shift(">>", func(a, n uint64) uint64 { return a >> n }, shiftRight),
	{
		Name: "~", Min: 1, Max: 1, Resolve: resolveBits(1),
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].Kind != types.String {
				return types.UintValue(^uint64(args[0].I)), nil
			}
			out := []byte(args[0].S)
			for i := range out {
				out[i] = ^out[i]
			}
			return types.StringValue(string(out)), nil
		},
	},
	{
		Name: "bit_count", Min: 1, Max: 1, Description: "Returns how many bits of the argument are 1.",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			_, out, err := resolveBits(1)(r, args)
			t := types.TypeInt
			t.Length = 21
			return t.WithNullable(anyNullable(args)), out, err
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].Kind != types.String {
				return types.IntValue(int64(bits.OnesCount64(uint64(args[0].I)))), nil
			}
			n := 0
			for _, b := range []byte(args[0].S) {
				n += bits.OnesCount8(b)
			}
			return types.IntValue(int64(n)), nil
		},
	},
}

// operandsSize is MySQL's ER_INVALID_BITWISE_OPERANDS_SIZE.
const operandsSize = 3513

func isBytes(e expr.Expr) bool {
	t := e.Type()
	return t.Kind == types.String && t.Collation.IsBinary()
}

// ofBytes tells whether a bit operation on the arguments is one of binary strings
// (bit_func_returns_binary).
func ofBytes(args []expr.Expr) bool {
	all, literals := true, true
	for _, a := range args {
		all = all && (isBytes(a) || a.Type().Kind == types.Null)
		literals = literals && (a.Type().Hex || a.Type().Kind == types.Null)
	}
	return all && !literals
}

// resolveBits types an operation of which the first few arguments are the bits.
func resolveBits(count int) func(*expr.Resolver, []expr.Expr) (types.Type, []expr.Expr, error) {
	return func(_ *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
		if ofBytes(args[:count]) {
			length := 0
			for _, a := range args[:count] {
				length = max(length, a.Type().Length)
			}
			out := append([]expr.Expr(nil), args...)
			for i := count; i < len(out); i++ {
				out[i] = toBits(out[i])
			}
			return finish(types.TypeString(length, types.Binary, types.CoerceImplicit), out, false)
		}
		out := make([]expr.Expr, len(args))
		for i, a := range args {
			out[i] = toBits(a)
		}
		return finish(types.TypeUint, out, false)
	}
}

// toBits converts a value to a whole number of which the bits count, whatever its sign.
func toBits(a expr.Expr) expr.Expr {
	switch t := a.Type(); t.Kind {
	case types.Null, types.Int, types.Uint, types.Bit:
		return a
	case types.Decimal, types.Set, types.Enum:
		return expr.ConvertTo(a, types.TypeUint)
	case types.String:
		if t.Hex {
			return expr.ConvertTo(a, types.TypeUint)
		}
	}
	return expr.ConvertTo(a, types.TypeInt)
}

// bitKernel computes f of numbers, and ofBytes of binary strings.
func bitKernel(f func(a, b uint64) uint64, ofBytes func(*expr.Context, *expr.Call, []types.Value) (types.Value, error)) func(*expr.Context, *expr.Call, []*types.Vec, int) (*types.Vec, error) {
	return func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
		a, b := args[0], args[1]
		if allNull(a) || allNull(b) {
			return nullVec(&call.T, n), nil
		}
		out := c.NewVec(&call.T, n)
		if a.Kind == types.String {
			for i := range n {
				if a.Null(i) || b.Null(i) {
					out.SetNull(i)
					continue
				}
				v, err := ofBytes(c, call, []types.Value{a.Value(i), b.Value(i)})
				if err != nil {
					return nil, err
				}
				out.Set(i, v)
			}
			return out, nil
		}
		out.Nulls = bothNulls(a, b, n, false)
		i, j, stepA, stepB := 0, 0, step(a), step(b)
		for row := range n {
			out.I[row] = int64(f(uint64(a.I[i]), uint64(b.I[j])))
			i += stepA
			j += stepB
		}
		return out, nil
	}
}

func bitwise(name string, f func(a, b uint64) uint64) *expr.Function {
	return &expr.Function{
		Name: name, Min: 2, Max: 2, Resolve: resolveBits(2),
		Vector: bitKernel(f, func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			a, b := args[0].S, args[1].S
			if len(a) != len(b) {
				return types.Value{}, mysql.NewError(operandsSize, "Binary operands of bitwise operators must be of equal length")
			}
			out := make([]byte, len(a))
			for i := range out {
				out[i] = byte(f(uint64(a[i]), uint64(b[i])))
			}
			return types.StringValue(string(out)), nil
		}),
	}
}

func shift(name string, f func(a, n uint64) uint64, ofBytes func(s string, n uint64) []byte) *expr.Function {
	return &expr.Function{
		Name: name, Min: 2, Max: 2, Resolve: resolveBits(1),
		// Of a shift by 64 and more the result is 0, as Go has it.
		Vector: bitKernel(f, func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			n := uint64(args[1].I)
			if s := args[0].S; n < uint64(len(s))*8 {
				return types.StringValue(string(ofBytes(s, n))), nil
			}
			return types.StringValue(string(make([]byte, len(args[0].S)))), nil
		}),
	}
}

func shiftLeft(s string, n uint64) []byte {
	out := make([]byte, len(s))
	whole, part := int(n/8), n%8
	for i := 0; i+whole < len(s); i++ {
		out[i] = s[i+whole] << part
		if i+whole+1 < len(s) {
			out[i] |= s[i+whole+1] >> (8 - part)
		}
	}
	return out
}

func shiftRight(s string, n uint64) []byte {
	out := make([]byte, len(s))
	whole, part := int(n/8), n%8
	for i := len(s) - 1; i >= whole; i-- {
		out[i] = s[i-whole] >> part
		if i > whole {
			out[i] |= s[i-whole-1] << (8 - part)
		}
	}
	return out
}
