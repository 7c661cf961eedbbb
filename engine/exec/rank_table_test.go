package exec

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A key's number is its place among the different keys, at the ends of words too.
func TestRankTable(t *testing.T) {
	const seed = 42
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, width := range []uint64{1, 63, 64, 65, 128, 1000} {
		for range 50 {
			var keys []int64
			for range r.IntN(200) {
				keys = append(keys, int64(r.Uint64N(width+2))-2) // -2 and -1 are none
			}
			keys = append(keys, int64(width)-1)
			table, n := newRankTable(keys, width)
			slices.Sort(keys)
			sorted := slices.DeleteFunc(slices.Compact(keys), func(key int64) bool { return key < 0 })
			if n != len(sorted) {
				t.Fatalf("%d different keys, not %d", n, len(sorted))
			}
			for key := range int64(width) {
				want, ok := slices.BinarySearch(sorted, key)
				if !ok {
					want = -1
				}
				if got := table.find(key); int(got) != want {
					t.Fatalf("key %d of %v has the number %d, not %d", key, sorted, got, want)
				}
			}
		}
	}
}
