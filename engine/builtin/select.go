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
	if !b.Same() || !signed(a.Kind) || !signed(b.Kind) {
		return nil, false
	}
	if b.Null(0) {
		return rows, true
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
	if x.Same() || !from.Same() || !to.Same() || !signed(x.Kind) || !signed(from.Kind) || !signed(to.Kind) {
		return nil, false
	}
	if from.Null(0) || to.Null(0) {
		return rows, true
	}
	return selectBetween(x, n, from.I[0], to.I[0], 1, rows), true
}
