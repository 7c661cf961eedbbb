package functions

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Day sets know what a map does, whether days come in order or not, lie together or thousands of years
// apart, before 1970 or behind it.
func TestDaySets(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	defer func(few, most int) { fewCodes, mostWaiting = few, most }(fewCodes, mostWaiting)
	fewCodes = 1 << nearBits
	for range 200 {
		mostWaiting = 1 + r.IntN(200)
		sets := make([]*daySets, 1+r.IntN(3))
		for i := range sets {
			sets[i] = &daySets{words: r.IntN(2) * leastWords} // pages that have room, or seldom
		}
		users := uint32(1 + r.IntN(5))
		far := []uint32{1, 1 << nearBits}[r.IntN(2)] // between the codes of two users
		model := make(map[rankDay]bool)
		spread := []int64{3, 70, 1000, 4_000_000}[r.IntN(4)]
		for range r.IntN(10) {
			var codes []uint32
			var days []int64
			var null, none []bool
			for range r.IntN(40) {
				at := rankDay{r.Uint32N(users) * far, r.Int64N(spread) - r.Int64N(700_000)*int64(r.IntN(2))}
				codes, days, null = append(codes, at.rank), append(days, at.day), append(null, r.IntN(8) == 0)
				if !null[len(null)-1] {
					model[at] = true
				}
			}
			sets[r.IntN(len(sets))].addAll(codes, int(users*far)+r.IntN(3), days, null, none)
		}
		for _, some := range sets {
			some.settle()
		}
		d := mergedDays(sets)
		for user := uint32(0); user < users*far; user += far {
			var want, got []int64
			for at := range model {
				if at.rank == user {
					want = append(want, at.day)
				}
			}
			slices.Sort(want)
			last := int64(-1 << 62)
			d.runs(user, func(from, to int64) bool {
				if from <= last+1 {
					t.Fatalf("a run from %d behind one to %d", from, last)
				}
				for day := from; day <= to; day++ {
					got = append(got, day)
				}
				last = to
				return true
			})
			for _, day := range want {
				if !d.has(user, day) || d.has(user, day+1) != slices.Contains(want, day+1) {
					t.Fatalf("day %d of user %d, or the one behind it, is wrong", day, user)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("days of user %d are %v, want %v", user, got, want)
			}
		}
	}
}
