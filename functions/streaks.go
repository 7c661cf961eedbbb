package functions

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
)

// eachStreak tells found of every maximal run of at least least consecutive days
// on each of which the user logged in: its user, as a code of the dictionary that it returns, how many came before of
// the same user, its first and its last day, by user and then by day. Logins without user or time do not count. Users
// differ where the column's collation says so; a run has the name that the first login of its first day has.
func eachStreak(ctx context.Context, scan Scan, least int64, found func(user uint32, nth int, first, last int64)) ([]string, error) {
	l, err := readLogins(ctx, scan)
	if err != nil {
		return nil, err
	}
	order := make([]int32, len(l.users))
	for u := range order {
		order[u] = int32(u)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(l.users[a].key, l.users[b].key) })
	for at, u := range order {
		if at%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		nth := 0
		l.days.runs(u, func(first, last int64) {
			if last-first+1 < least {
				return
			}
			code := l.users[u].code
			if l.users[u].several {
				if c, ok := l.spelled[userDay{u, first}]; ok {
					code = c
				}
			}
			found(code, nth, first, last)
			nth++
		})
	}
	return l.dictionary, nil
}

// logins are the days of the Logins that have a user and a time.
type logins struct {
	dictionary []string
	of         []int32 // of each code, the user's number + 1; 0: none has it yet
	users      []user
	days       daySets
	// spelled are the codes of the first login of a day, where it is not the user's first code.
	spelled map[userDay]uint32
}

// user is all spellings that the column's collation calls equal.
type user struct {
	key     string
	code    uint32 // of the first login
	several bool   // there are others
}

// userDay is a day of a user.
type userDay struct {
	user int32
	day  int64
}

func readLogins(ctx context.Context, scan Scan) (*logins, error) {
	l := &logins{spelled: make(map[userDay]uint32)}
	numbers := make(map[string]int32)
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
				l.of[code] = l.number(numbers, names.Key(l.dictionary[code]), code)
			}
			number := l.of[code] - 1
			day := dayOf(times.Ints[i])
			fresh := l.days.add(number, day)
			if u := &l.users[number]; fresh && u.several && u.code != code {
				l.spelled[userDay{number, day}] = code
			}
		}
	}
	return l, nil
}

// number is a user's number + 1, of a code that is new.
func (l *logins) number(numbers map[string]int32, key string, code uint32) int32 {
	if n, ok := numbers[key]; ok {
		l.users[n].several = true
		return n + 1
	}
	n := int32(len(l.users))
	numbers[key] = n
	l.users = append(l.users, user{key: key, code: code})
	return n + 1
}

// daySets are the days of each user: a bit for each day of those that lie together, others by themselves.
type daySets struct {
	first int64 // the day of the first bit, a multiple of 64
	words int   // of a user
	bits  []uint64
	users int // that the bits have room for
	n     int
	far   map[userDay]bool
	farOf map[int32][]int64
}

// farWords is how many words the bits may have beside one for each day that came.
const farWords = 1 << 16

// add puts a day in, and tells whether it is new.
func (d *daySets) add(user int32, day int64) bool {
	if int(user) >= d.users {
		d.users = int(user) + 1
		d.bits = append(d.bits, make([]uint64, d.users*d.words-len(d.bits))...)
	}
	w := uint64(day-d.first) >> 6
	if day < d.first || w >= uint64(d.words) {
		if !d.widen(day) {
			return d.addFar(user, day)
		}
		w = uint64(day-d.first) >> 6
	}
	word, bit := &d.bits[int(user)*d.words+int(w)], uint64(1)<<(day&63)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	d.n++
	return true
}

// widen makes room for a day, and as much again in its direction; false: that is too much.
func (d *daySets) widen(day int64) bool {
	from, to := day&^63, day&^63+64
	if d.words > 0 {
		end := d.first + int64(64*d.words)
		from, to = min(from, d.first), max(to, end)
		if to > end {
			to = max(to, end+int64(64*d.words))
		} else {
			from = min(from, d.first-int64(64*d.words))
		}
	}
	words := int((to - from) / 64)
	if words*d.users > farWords+d.n {
		return false
	}
	wider := make([]uint64, words*d.users)
	if d.words > 0 {
		at := int(d.first-from) / 64
		for u := range d.users {
			copy(wider[u*words+at:], d.bits[u*d.words:(u+1)*d.words])
		}
	}
	d.first, d.words, d.bits = from, words, wider
	return true
}

func (d *daySets) addFar(user int32, day int64) bool {
	at := userDay{user, day}
	if d.far[at] {
		return false
	}
	if d.far == nil {
		d.far, d.farOf = make(map[userDay]bool), make(map[int32][]int64)
	}
	d.far[at] = true
	d.farOf[user] = append(d.farOf[user], day)
	return true
}

// runs tells of the maximal runs of a user's days.
func (d *daySets) runs(user int32, found func(first, last int64)) {
	const none = math.MinInt64
	first, next := int64(none), int64(none) // the run so far, and the day behind it
	add := func(day int64) {
		if day != next {
			if first != none {
				found(first, next-1)
			}
			first = day
		}
		next = day + 1
	}
	far := d.farOf[user]
	slices.Sort(far)
	for w, word := range d.bits[int(user)*d.words : (int(user)+1)*d.words] {
		for ; word != 0; word &= word - 1 {
			day := d.first + int64(w*64+bits.TrailingZeros64(word))
			for ; len(far) > 0 && far[0] < day; far = far[1:] {
				add(far[0])
			}
			add(day)
		}
	}
	for _, day := range far {
		add(day)
	}
	if first != none {
		found(first, next-1)
	}
}
