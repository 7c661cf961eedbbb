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
		d := daySets{words: r.IntN(2) * leastWords} // pages that have room, or seldom
		const users = 5
		model := make(map[rankDay]bool)
		spread := []int64{3, 70, 1000, 4_000_000}[r.IntN(4)]
		for range r.IntN(300) {
			at := rankDay{uint32(r.IntN(users)), r.Int64N(spread) - r.Int64N(700_000)*int64(r.IntN(2))}
			d.rows++
			d.add(at.rank, int(at.rank)+1+r.IntN(3), at.day)
			model[at] = true
		}
		d.sort()
		for user := range uint32(users) {
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
