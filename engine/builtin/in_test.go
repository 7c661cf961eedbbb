package builtin

import (
	"math"
	"testing"
)

func TestNumberSet(t *testing.T) {
	for _, numbers := range [][]int64{
		{5}, {1, 7}, {7, 1, 3}, {-3, 60}, {60, -3}, {-3, 61}, {0, 63}, {0, 64}, {64, 0}, {math.MinInt64, math.MaxInt64},
		{math.MaxInt64, math.MaxInt64 - 63}, {math.MinInt64, math.MinInt64 + 63}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {100, 50, 1, 120},
	} {
		s, in := &numberSet{}, map[int64]bool{}
		for _, x := range numbers {
			s.add(x)
			in[x] = true
		}
		var asked []int64
		for _, x := range append(numbers, 0, math.MinInt64, math.MaxInt64) {
			for d := int64(-66); d <= 66; d++ {
				asked = append(asked, x+d)
			}
		}
		got := make([]int64, len(asked))
		s.truths(asked, got)
		for i, x := range asked {
			if (got[i] == 1) != in[x] || s.has(x) != in[x] {
				t.Errorf("%v: %d is %d, has %v", numbers, x, got[i], s.has(x))
			}
		}
	}
}
