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
	for range 200 {
		var d daySets
		const users = 5
		model := make(map[userDay]bool)
		spread := []int64{3, 70, 1000, 4_000_000}[r.IntN(4)]
		for range r.IntN(300) {
			at := userDay{int32(r.IntN(users)), r.Int64N(spread) - r.Int64N(700_000)*int64(r.IntN(2))}
			if fresh := d.add(at.user, at.day); fresh == model[at] {
				t.Fatalf("day %d of user %d is new: %v", at.day, at.user, fresh)
			}
			model[at] = true
		}
		if d.add(users-1, 0) {
			model[userDay{users - 1, 0}] = true
		}
		for user := range int32(users) {
			var want, got []int64
			for at := range model {
				if at.user == user {
					want = append(want, at.day)
				}
			}
			slices.Sort(want)
			last := int64(-1 << 62)
			d.runs(user, func(from, to int64) {
				if from <= last+1 {
					t.Fatalf("a run from %d behind one to %d", from, last)
				}
				for day := from; day <= to; day++ {
					got = append(got, day)
				}
				last = to
			})
			if !slices.Equal(got, want) {
				t.Fatalf("days of user %d are %v, want %v", user, got, want)
			}
		}
	}
}
