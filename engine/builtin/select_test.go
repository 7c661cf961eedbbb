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

// Decimals of different scales, some beyond whole numbers of 64 bits, are selected as they compare.
func TestSelectDecimals(t *testing.T) {
	of := types.TypeDecimal(20, 2)
	numbers := []types.Dec{types.NewDec(-1, 0), types.NewDec(-101, 2), types.NewDec(0, 2), types.NewDec(5, 1), types.NewDec(50, 2), types.NewDec(501, 3), types.NewDec(9, -19), types.NewDec(math.MaxInt64, 2)}
	v := types.NewVec(&of, len(numbers)+1)
	for i, d := range numbers {
		v.Set(i, types.DecimalValue(d))
	}
	v.SetNull(len(numbers))
	for _, nulls := range []int{0, 1} {
		v := v.Slice(0, len(numbers)+nulls)
		for _, x := range numbers {
			same := types.SameVec(&of, types.DecimalValue(x), v.Len())
			for name, is := range map[string]func(order int) bool{
				"=": func(c int) bool { return c == 0 }, "<>": func(c int) bool { return c != 0 }, "<": func(c int) bool { return c < 0 },
				"<=": func(c int) bool { return c <= 0 }, ">": func(c int) bool { return c > 0 }, ">=": func(c int) bool { return c >= 0 },
			} {
				var left, right []int32
				for i, d := range numbers {
					if is(d.Cmp(x)) {
						left = append(left, int32(i))
					}
					if is(x.Cmp(d)) {
						right = append(right, int32(i))
					}
				}
				if got, ok := Function(name).Select([]*types.Vec{v, same}, v.Len(), nil); !ok || fmt.Sprint(got) != fmt.Sprint(left) {
					t.Errorf("x %s %s: %v, %v, not %v", name, x, got, ok, left)
				}
				if got, ok := Function(name).Select([]*types.Vec{same, v}, v.Len(), nil); !ok || fmt.Sprint(got) != fmt.Sprint(right) {
					t.Errorf("%s %s x: %v, %v, not %v", x, name, got, ok, right)
				}
			}
			for _, to := range numbers {
				want := []int32{7}
				for i, d := range numbers {
					if x.Cmp(d) <= 0 && d.Cmp(to) <= 0 {
						want = append(want, int32(i))
					}
				}
				got, ok := Function("between").Select([]*types.Vec{v, same, types.SameVec(&of, types.DecimalValue(to), v.Len())}, v.Len(), []int32{7})
				if !ok || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("between %s and %s: %v, %v, not %v", x, to, got, ok, want)
				}
			}
		}
	}
}
