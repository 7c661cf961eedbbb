package exec

import (
	"math"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// floatCodes puts whole numbers in the place of the right side's floats, the same of those that are equal: where all of them are whole, as
// amounts often are, those that they are, else their places among the different ones.
type floatCodes struct {
	whole bool
	table *intTable // by the bits of a float; nil: whole
}

// exact is up to where a float has each whole number.
const exact = 1 << 53

// foreign is a number that is none of the right side's, nor is it one of them when bits of 0 are cut from their differences.
const foreign = math.MinInt64

func wholeFloat(x float64) bool { return x == math.Trunc(x) && x > -exact && x < exact }

func floatBits(x float64) int64 { return int64(math.Float64bits(x + 0)) } // -0 is 0

// newFloatCodes is for the right side's values.
func newFloatCodes(v *types.Vec) *floatCodes {
	for i, x := range v.F {
		if !wholeFloat(x) && !v.Null(i) {
			return &floatCodes{table: newIntTable(0)}
		}
	}
	return &floatCodes{whole: true}
}

// number implements keyCodes.
func (f *floatCodes) number(v *types.Vec, from, to int, out *types.Vec) {
	for i := from; i < to; i++ {
		switch {
		case v.Null(i):
			out.SetNull(i)
		case f.whole:
			out.I[i] = int64(v.F[v.At(i)])
		default:
			out.I[i] = int64(f.table.number(floatBits(v.F[v.At(i)])))
		}
	}
}

// find implements keyCodes.
func (f *floatCodes) find(v *types.Vec, n int) *types.Vec {
	out := types.NewVec(&types.TypeInt, n)
	for i := range n {
		if v.Null(i) {
			out.SetNull(i)
			continue
		}
		switch x := v.F[v.At(i)]; {
		case !f.whole:
			out.I[i] = int64(f.table.look(floatBits(x)).id) - 1
		case wholeFloat(x):
			out.I[i] = int64(x)
		default:
			out.I[i] = foreign
		}
	}
	return out
}

func (f *floatCodes) bytes() int64 {
	if f.whole {
		return 0
	}
	return f.table.bytes()
}
