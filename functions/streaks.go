package functions

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// eachStreak tells found of every maximal run of at least least consecutive days
// on each of which the user logged in: its user, how many came before of the same
// user, its first and its last day, by user and then by day. Logins without user or time do not count. Users differ
// where the column's collation says so; a run has the name that the first login
// of its first day has.
func eachStreak(ctx context.Context, scan Scan, least int64, found func(user string, nth int, first, last int64)) error {
	l, err := readLogins(ctx, scan)
	if err != nil {
		return err
	}
	days := l.days()
	var spelled map[userDay]uint32
	if l.mixed {
		spelled = l.spellings()
	}
	order := make([]int32, len(l.users))
	for u := range order {
		order[u] = int32(u)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(l.users[a].key, l.users[b].key) })
	for at, u := range order {
		if at%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		nth := 0
		days.runs(u, func(first, last int64) {
			if last-first+1 < least {
				return
			}
			code, ok := spelled[userDay{u, int32(first)}]
			if !ok {
				code = l.users[u].code
			}
			found(l.dictionary[code], nth, first+l.least, last+l.least)
			nth++
		})
	}
	return nil
}

// logins are the Logins that have a user and a time.
type logins struct {
	codes       []uint32 // of each, the user as it is spelled
	on          []int64  // and the day
	least, most int64    // day
	dictionary  []string
	users       []user
	of          []int32 // of each code, the user's number + 1; 0: none has it
	mixed       bool    // a user is spelled in several ways
}

// user is all spellings that the column's collation calls equal.
type user struct {
	key  string
	code uint32 // of the first login
}

// userDay is a day, counted from the first, of a user.
type userDay struct{ user, day int32 }

func readLogins(ctx context.Context, scan Scan) (*logins, error) {
	l := &logins{least: math.MaxInt64, most: math.MinInt64}
	users := make(map[string]int32)
	for batch, err := range scan.batches(ctx, "Logins", "user_id", "logtime") {
		if err != nil {
			return nil, err
		}
		names, times := &batch.Columns[0], &batch.Columns[1]
		var codes []uint32
		codes, l.dictionary = names.Numbers()
		l.of = append(l.of, make([]int32, len(l.dictionary)-len(l.of))...)
		for i, code := range codes {
			if names.Null(i) || times.Null(i) {
				continue
			}
			if l.of[code] == 0 {
				l.add(users, names, code)
			}
			day := dayOf(times.Ints[i])
			l.least, l.most = min(l.least, day), max(l.most, day)
			l.codes, l.on = append(l.codes, code), append(l.on, day)
		}
	}
	return l, nil
}

// add numbers the user of a code that is new.
func (l *logins) add(users map[string]int32, names *vector.Vector, code uint32) {
	key := names.Key(l.dictionary[code])
	u, ok := users[key]
	if !ok {
		u = int32(len(l.users))
		users[key] = u
		l.users = append(l.users, user{key, code})
	}
	l.mixed = l.mixed || ok
	l.of[code] = u + 1
}

// spellings are the codes of the first login of each day of the users that are spelled in several ways.
func (l *logins) spellings() map[userDay]uint32 {
	several := make([]bool, len(l.users))
	for code, u := range l.of {
		if u > 0 && l.users[u-1].code != uint32(code) {
			several[u-1] = true
		}
	}
	spelled := make(map[userDay]uint32)
	for i, code := range l.codes {
		u := l.of[code] - 1
		if !several[u] {
			continue
		}
		at := userDay{u, int32(l.on[i] - l.least)}
		if _, ok := spelled[at]; !ok {
			spelled[at] = code
		}
	}
	return spelled
}

// daySets are the different days of each user, counted from the first of all: a bit for each day, or,
// where that is much more than there are logins, sorted.
type daySets struct {
	words int // of a user
	bits  []uint64

	sorted []userDay
}

func (l *logins) days() *daySets {
	d := &daySets{}
	if len(l.codes) == 0 {
		return d
	}
	d.words = int((l.most - l.least + 64) / 64)
	if d.words*len(l.users) <= 16*len(l.codes)+1024 {
		d.bits = make([]uint64, d.words*len(l.users))
		for i, code := range l.codes {
			day := int(l.on[i] - l.least)
			d.bits[int(l.of[code]-1)*d.words+day>>6] |= 1 << (day & 63)
		}
		return d
	}
	for i, code := range l.codes {
		d.sorted = append(d.sorted, userDay{l.of[code] - 1, int32(l.on[i] - l.least)})
	}
	slices.SortFunc(d.sorted, compareUserDays)
	d.sorted = slices.Compact(d.sorted)
	return d
}

func compareUserDays(a, b userDay) int {
	return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.day, b.day))
}

// runs tells of the maximal runs of a user's days.
func (d *daySets) runs(user int32, found func(first, last int64)) {
	first, next := int64(-1), int64(-1) // the run so far, and the day behind it
	add := func(day int64) {
		if day != next {
			if first >= 0 {
				found(first, next-1)
			}
			first = day
		}
		next = day + 1
	}
	if d.bits != nil {
		for w, word := range d.bits[int(user)*d.words : (int(user)+1)*d.words] {
			for ; word != 0; word &= word - 1 {
				add(int64(w*64 + bits.TrailingZeros64(word)))
			}
		}
	} else {
		at, _ := slices.BinarySearchFunc(d.sorted, userDay{user: user, day: math.MinInt32}, compareUserDays)
		for ; at < len(d.sorted) && d.sorted[at].user == user; at++ {
			add(int64(d.sorted[at].day))
		}
	}
	if first >= 0 {
		found(first, next-1)
	}
}
