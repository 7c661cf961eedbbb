package functions

import (
	"slices"
	"testing"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// Day sets know what a map does, whether days come in order or not, lie together or thousands of years
// apart, before 1970 or behind it.
func TestDaySets(t *testing.T) {
	r := random(t)
	defer func(most int) { mostWaiting = most }(mostWaiting)
	for range 200 {
		mostWaiting = 1 + r.IntN(200)
		sets := make([]*loginDays, 1+r.IntN(3))
		origin := r.Int64N(3) * 400_000
		for i := range sets {
			sets[i] = newLoginDays(origin)
		}
		users := uint32(1 + r.IntN(5))
		far := []uint32{1, nearCodes}[r.IntN(2)] // between the codes of two users
		model := make(map[rankDay]bool)
		spread := []int64{3, 70, 1000, 4_000_000}[r.IntN(4)]
		for range r.IntN(10) {
			names, days := vector.Vector{Type: vector.Type{Kind: vector.String}}, vector.Vector{Type: vector.Type{Kind: vector.Date}}
			for i := range r.IntN(40) {
				at := rankDay{r.Uint32N(users) * far, r.Int64N(spread) - r.Int64N(700_000)*int64(r.IntN(2))}
				names.Codes = append(names.Codes, at.rank)
				switch days.AppendInt(at.day); r.IntN(8) {
				case 0:
					days.Nulls = append(days.Nulls, make([]bool, i-len(days.Nulls))...)
					days.Nulls = append(days.Nulls, true)
				case 1:
					names.Nulls = append(names.Nulls, make([]bool, i-len(names.Nulls))...)
					names.Nulls = append(names.Nulls, true)
				default:
					model[at] = true
				}
			}
			names.Dictionary = make([]string, int(users*far)+r.IntN(3))
			some := sets[r.IntN(len(sets))]
			if some.expect(len(names.Dictionary)); r.IntN(2) == 0 {
				for i := range some.near { // pages seldom have room
					some.near[i].in.words += leastWords
				}
			}
			some.add(&names, &days)
		}
		near := 0
		for _, some := range sets {
			near = max(near, len(some.near))
		}
		if near == 0 {
			continue
		}
		least := 1 + r.Int64N(3)
		settled := make([]*daySets, near)
		for i := range settled {
			settled[i] = settledDays(sets, i)
		}
		var scratch stretch
		for user := uint32(0); int(user>>nearBits) < near && user < users*far; user += far {
			d, code := settled[user>>nearBits], user%nearCodes
			var want, got []int64
			for at := range model {
				if at.rank == user {
					want = append(want, at.day)
				}
			}
			slices.Sort(want)
			for _, day := range want {
				if !d.has(code, day) || d.has(code, day+1) != slices.Contains(want, day+1) {
					t.Fatalf("day %d of user %d, or the one behind it, is wrong", day, user)
				}
			}
			runs := d.appendRuns(nil, code, least, &scratch)
			last := int64(-1 << 62)
			for _, r := range runs {
				if r.first <= last+1 || r.last-r.first+1 < least {
					t.Fatalf("a run from %d to %d behind one to %d", r.first, r.last, last)
				}
				for day := r.first; day <= r.last; day++ {
					got = append(got, day)
				}
				last = r.last
			}
			var some []int64 // those in runs that are long enough
			for _, r := range appendRuns(nil, want, least) {
				for day := r.first; day <= r.last; day++ {
					some = append(some, day)
				}
			}
			if !slices.Equal(got, some) {
				t.Fatalf("days of user %d are %v, want %v", user, got, some)
			}
			if counted := d.count(code, least, &scratch); counted != len(runs) {
				t.Fatalf("user %d has %d runs, and %d are counted", user, len(runs), counted)
			}
		}
	}
}

// Of days in words, those are left that so many days have been in up to.
func TestErode(t *testing.T) {
	r := random(t)
	for range 1000 {
		words := make([]uint64, 1+r.IntN(5))
		has := func(words []uint64, day int) bool { return day >= 0 && words[day/64]>>(day%64)&1 != 0 }
		for range 1 + r.IntN(10) {
			first := r.IntN(64 * len(words))
			for day := first; day < min(64*len(words), first+1+r.IntN(200)); day++ {
				words[day/64] |= 1 << (day % 64)
			}
		}
		least := 1 + r.IntN(150)
		eroded := slices.Clone(words)
		some := erode(eroded, int64(least))
		run, any := 0, false
		for day := range 64 * len(words) {
			if run++; !has(words, day) {
				run = 0
			}
			any = any || run >= least
			if has(eroded, day) != (run >= least) {
				t.Fatalf("of %b, least %d, day %d is wrong", words, least, day)
			}
		}
		if some != any {
			t.Fatalf("of %b, least %d, erode says %v", words, least, some)
		}
	}
}
