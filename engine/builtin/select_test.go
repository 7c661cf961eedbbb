package builtin

import (
	"fmt"
	"math"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// The rows that a comparison selects are those for which it is 1, also at the ends of the numbers.
func TestSelect(t *testing.T) {
	numbers := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, 7, math.MaxInt64 - 1, math.MaxInt64}
	ordered := map[string]func(a, b int64) bool{
		"=": func(a, b int64) bool { return a == b }, "<>": func(a, b int64) bool { return a != b },
		"<": func(a, b int64) bool { return a < b }, "<=": func(a, b int64) bool { return a <= b },
		">": func(a, b int64) bool { return a > b }, ">=": func(a, b int64) bool { return a >= b },
	}
	for _, withNulls := range []bool{false, true} {
		v := types.NewVec(&types.TypeInt, len(numbers))
		copy(v.I, numbers)
		if withNulls {
			v.SetNull(0)
			v.SetNull(4)
		}
		check := func(name string, args []*types.Vec, is func(x int64) bool) {
			t.Helper()
			want := []int32{99}
			for i, x := range numbers {
				if !v.Null(i) && is(x) {
					want = append(want, int32(i))
				}
			}
			got, ok := Function(name).Select(args, len(numbers), []int32{99})
			if !ok || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s %v: %v, %v, not %v", name, args[1].Value(0), got, ok, want)
			}
		}
		for _, x := range numbers {
			same := types.SameVec(&types.TypeInt, types.IntValue(x), len(numbers))
			for name, is := range ordered {
				check(name, []*types.Vec{v, same}, func(y int64) bool { return is(y, x) })
				check(name, []*types.Vec{same, v}, func(y int64) bool { return is(x, y) })
			}
			for _, to := range numbers {
				check("between", []*types.Vec{v, same, types.SameVec(&types.TypeInt, types.IntValue(to), len(numbers))},
					func(y int64) bool { return x <= y && y <= to })
			}
		}
		null := types.SameVec(&types.TypeInt, types.Value{}, len(numbers))
		check("<>", []*types.Vec{v, null}, func(int64) bool { return false })
	}
}
