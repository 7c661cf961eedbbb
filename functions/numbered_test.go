package functions

import "testing"

// Numbers have the sums that a map has, whichever of several got what: few and many, near 0 and far from it, in order and not.
func TestNumbered(t *testing.T) {
	r := random(t)
	for range 100 {
		several := make([]*numbered[int64], 1+r.IntN(3))
		for i := range several {
			several[i] = newNumbered[int64]()
		}
		model := map[int64]int64{}
		for range r.IntN(20) {
			s := several[r.IntN(len(several))]
			span := []int64{100, 1 << 16, 1 << 20, 1 << 60}[r.IntN(4)]
			from := []int64{0, -span / 2, 1 << 15}[r.IntN(3)]
			rows := r.IntN(3000)
			s.expect(rows)
			for i := range rows {
				number := from + r.Int64N(span)
				if span == 100 {
					number = from + int64(i)
				}
				*s.at(number) += int64(i)
				model[number] += int64(i)
			}
		}
		sum := merged(several, func(a, b int64) int64 { return a + b })
		for number, want := range model {
			if got := sum.of(number); got != want {
				t.Fatalf("%d has %d, want %d", number, got, want)
			}
		}
		var total, want int64
		for _, x := range sum.low {
			total += x
		}
		for _, x := range sum.high {
			total += *x
		}
		for _, x := range model {
			want += x
		}
		if total != want {
			t.Fatalf("all have %d, want %d", total, want)
		}
	}
}

// The years of the days between two years, and of those beside.
func TestYears(t *testing.T) {
	y := newYears(1999, 2004)
	for day := newYear(1997); day < newYear(2007); day++ {
		want := int(min(max(yearOf(day)-1999, -1), 6))
		if got := y.at(day); got != want {
			t.Fatalf("day %d lies in year %d of them, want %d", day, got, want)
		}
	}
	if y.at(never) != 6 {
		t.Errorf("never lies in year %d of them", y.at(never))
	}
}
