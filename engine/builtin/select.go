package builtin

import (
	"math"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// selectOrder is the rows for which a comparison of signed integers, or dates, with one value is true: those whose number
// is in an interval, or, for <>, is not.
func selectOrder(o order, args []*types.Vec, n int, rows []int32) ([]int32, bool) {
	a, b := args[0], args[1]
	if a.Same() {
		a, b = b, a
		o.less, o.greater = o.greater, o.less
	}
	decimals := a.Kind == types.Decimal && b.Kind == types.Decimal && !a.Same()
	if !b.Same() || !decimals && (!signed(a.Kind) || !signed(b.Kind)) {
		return nil, false
	}
	if b.Null(0) {
		return rows, true
	}
	if decimals {
		return selectDecimals(o, a, n, b.D[0], rows), true
	}
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	x := b.I[0]
	switch {
	case o.less && o.greater:
		return selectBetween(a, n, x, x, 0, rows), true
	case !o.less && !o.greater:
		from, to = x, x
	case o.less:
		if to = x; !o.equal {
			if x == from {
				return rows, true
			}
			to--
		}
	default:
		if from = x; !o.equal {
			if x == to {
				return rows, true
			}
			from++
		}
	}
	return selectBetween(a, n, from, to, 1, rows), true
}

// selectDecimals appends the rows whose decimal is in such an order with another.
func selectDecimals(o order, v *types.Vec, n int, x types.Dec, rows []int32) []int32 {
	if n > 0 {
		x = inScale(x, v.D[0].Scale())
	}
	k := len(rows)
	rows = append(rows, make([]int32, n)...)
	less, equal, greater := o.truths()
	for i, d := range v.D[:n] {
		if v.Nulls == nil || !v.Nulls[i] {
			rows[k] = int32(i)
			k += int(pick(d.Cmp(x), less, equal, greater))
		}
	}
	return rows[:k]
}

// inScale is the number with the places that those have with which it is compared, if it has no more.
func inScale(x types.Dec, scale int) types.Dec { return x.Rescale(max(scale, x.Scale())) }

// signed tells whether the numbers in a vector's I are in the order of the values of the kind.
func signed(k types.Kind) bool {
	switch k {
	case types.Int, types.Date, types.DateTime, types.Time:
		return true
	}
	return false
}

// selectBetween appends the rows whose number is from one to another, both included; inside 0: those whose is not. The
// loop has no branch that depends on the numbers.
func selectBetween(v *types.Vec, n int, from, to int64, inside int, rows []int32) []int32 {
	if to < from {
		return rows
	}
	k := len(rows)
	rows = append(rows, make([]int32, n)...)
	span, outside := uint64(to)-uint64(from), 1-inside
	if v.Nulls == nil {
		for i, x := range v.I[:n] {
			rows[k] = int32(i)
			add := outside
			if uint64(x)-uint64(from) <= span {
				add = inside
			}
			k += add
		}
		return rows[:k]
	}
	nulls := v.Nulls[:n]
	for i, x := range v.I[:n] {
		if nulls[i] {
			continue
		}
		rows[k] = int32(i)
		add := outside
		if uint64(x)-uint64(from) <= span {
			add = inside
		}
		k += add
	}
	return rows[:k]
}

// selectWithin is that of BETWEEN.
func selectWithin(args []*types.Vec, n int, rows []int32) ([]int32, bool) {
	x, from, to := args[0], args[1], args[2]
	if !x.Same() && from.Same() && to.Same() && x.Kind == types.Decimal && from.Kind == types.Decimal && to.Kind == types.Decimal {
		return selectDecimalsBetween(x, n, from, to, rows), true
	}
	if x.Same() || !from.Same() || !to.Same() || !signed(x.Kind) || !signed(from.Kind) || !signed(to.Kind) {
		return nil, false
	}
	if from.Null(0) || to.Null(0) {
		return rows, true
	}
	return selectBetween(x, n, from.I[0], to.I[0], 1, rows), true
}

func selectDecimalsBetween(v *types.Vec, n int, from, to *types.Vec, rows []int32) []int32 {
	if n == 0 || from.Null(0) || to.Null(0) {
		return rows
	}
	least, most := inScale(from.D[0], v.D[0].Scale()), inScale(to.D[0], v.D[0].Scale())
	for i, d := range v.D[:n] {
		if (v.Nulls == nil || !v.Nulls[i]) && d.Cmp(least) >= 0 && d.Cmp(most) <= 0 {
			rows = append(rows, int32(i))
		}
	}
	return rows
}
