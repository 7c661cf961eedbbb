package functions

import (
	"context"
	"slices"
	"sync"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// streaks are the maximal runs of at least least consecutive days on each of which a user logged in. Logins without user or time
// do not count. Users differ where the column's collation says so; a run has the name that the first login of its first day has.
type streaks struct {
	ctx      context.Context
	least    int64
	days     []*daySets // of nearCodes users each
	counts   []uint32   // by code: its runs
	users    *spellings
	earliest func() (map[rankDay]uint32, error)
}

// newStreaks reads the logins. The users' codes are of users' dictionary then.
func newStreaks(ctx context.Context, scan Scan, least int64, users *vector.Vector) (*streaks, error) {
	origin, err := someDay(ctx, scan)
	if err != nil {
		return nil, err
	}
	several, err := spread(ctx, scan, "Logins", []string{"user_id", "DATE(logtime)"}, func() *loginDays { return newLoginDays(origin) },
		func(l *loginDays, _ int, batch *vector.Batch) { l.add(&batch.Columns[0], &batch.Columns[1]) })
	if err != nil {
		return nil, err
	}
	near := 0
	for _, l := range several {
		near = max(near, len(l.near))
		if len(l.names.Dictionary) > len(users.Dictionary) {
			users.Dictionary, users.Order = l.names.Dictionary, l.names.Order
		}
	}
	s := &streaks{ctx: ctx, least: least, days: make([]*daySets, near), counts: make([]uint32, len(users.Dictionary))}
	err = each(near, func(_, i int) error {
		s.days[i] = settledDays(several, i)
		var at stretch
		counts := s.counts[i*nearCodes : min((i+1)*nearCodes, len(s.counts))]
		for code := range counts {
			counts[code] = uint32(s.days[i].count(uint32(code), least, &at))
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	ranks, err := users.Ranks()
	if err != nil {
		return nil, err
	}
	s.users = newSpellings(ranks)
	s.earliest = sync.OnceValues(func() (map[rankDay]uint32, error) { return s.users.earliest(ctx, scan) })
	return s, nil
}

// who are the codes of the users who have a streak, in their order.
func (s *streaks) who() ([]uint32, error) {
	found := make([][]uint32, s.pieces())
	err := s.each(func(piece, from, end int) error {
		var who []uint32
		for at := from; at < end; {
			codes := s.users.next(&at)
			if len(codes) == 1 {
				if s.counts[codes[0]] > 0 {
					who = append(who, codes[0])
				}
				continue
			}
			if runs := s.runs(nil, codes); len(runs) > 0 {
				user, err := s.name(codes, runs[0].first)
				if err != nil {
					return err
				}
				who = append(who, user)
			}
		}
		found[piece] = who
		return nil
	})
	return slices.Concat(found...), err
}

// ahead is how many users' days are looked for at a time: each waits for memory, they do so together.
const ahead = 32

// all tells of all streaks, some of a user at a time, the first by its number in the order of users and days, from several
// goroutines. room is told before how many they are.
func (s *streaks) all(room func(n int), found func(i int, user uint32, runs []dayRun)) error {
	ends := make([]int, s.pieces()) // of the pieces' streaks, by their numbers
	err := s.each(func(piece, from, end int) error {
		n := 0
		for at := from; at < end; {
			codes := s.users.next(&at)
			if len(codes) == 1 {
				n += int(s.counts[codes[0]])
			} else {
				n += len(s.runs(nil, codes))
			}
		}
		ends[piece] = n
		return nil
	})
	if err != nil {
		return err
	}
	n := 0
	for i := range ends {
		n += ends[i]
		ends[i] = n
	}
	room(n)
	return s.each(func(piece, from, end int) error {
		i, touched := 0, from
		if piece > 0 {
			i = ends[piece-1]
		}
		var runs []dayRun
		var scratch stretch
		for at := from; at < end; {
			if at >= touched {
				touched = min(at+ahead, end)
				for _, user := range s.users.codes[at:touched] {
					scratch.touched ^= s.days[user>>nearBits].touch(user % nearCodes)
				}
			}
			codes := s.users.next(&at)
			if user := codes[0]; len(codes) == 1 {
				if s.counts[user] > 0 {
					runs = s.days[user>>nearBits].appendRuns(runs[:0], user%nearCodes, s.least, &scratch)
					found(i, user, runs)
					i += len(runs)
				}
				continue
			}
			runs = s.runs(runs[:0], codes)
			for k := range runs {
				user, err := s.name(codes, runs[k].first)
				if err != nil {
					return err
				}
				found(i, user, runs[k:k+1])
				i++
			}
		}
		return nil
	})
}

// pieceCodes is how many codes a piece of the users has, about.
const pieceCodes = 1 << 12

func (s *streaks) pieces() int { return (len(s.users.codes) + pieceCodes - 1) / pieceCodes }

// each calls do, side by side, with pieces of the users' codes that come one after the other.
func (s *streaks) each(do func(piece, from, end int) error) error {
	return each(s.pieces(), func(_, piece int) error {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		return do(piece, s.users.from(piece*pieceCodes), s.users.from((piece+1)*pieceCodes))
	})
}

// runs appends the runs of the user of several codes.
func (s *streaks) runs(runs []dayRun, codes []uint32) []dayRun {
	var days []int64
	for _, code := range codes {
		days = s.days[code>>nearBits].appendDays(days, code%nearCodes)
	}
	return appendRuns(runs, days, s.least)
}

// name is the code of the first login of a day of the user of several codes.
func (s *streaks) name(codes []uint32, day int64) (uint32, error) {
	has := func(c uint32) bool { return s.days[c>>nearBits].has(c%nearCodes, day) }
	at := slices.IndexFunc(codes, has)
	if !slices.ContainsFunc(codes[at+1:], has) {
		return codes[at], nil
	}
	earliest, err := s.earliest()
	return earliest[rankDay{s.users.ranks[codes[at]], day}], err
}

// someDay is a day about which others are likely to lie: the least of the first that a scan yields.
func someDay(ctx context.Context, scan Scan) (int64, error) {
	for batch, err := range scan.batches(ctx, "Logins", "DATE(logtime)") {
		if err != nil {
			return 0, err
		}
		days, some := &batch.Columns[0], false
		var least int64
		for i, day := range days.Ints {
			if !days.Null(i) && (!some || day < least) {
				least, some = day, true
			}
		}
		if some {
			return least, nil
		}
	}
	return 0, nil
}

// spellings are the codes of a dictionary by rank: those of a rank are equal strings.
type spellings struct {
	ranks []uint32 // by code
	codes []uint32 // in the order of their ranks
	apart bool     // no two have the same rank
}

func newSpellings(ranks []uint32) *spellings {
	s := &spellings{ranks: ranks, codes: make([]uint32, len(ranks))}
	if s.apart = differ(ranks); s.apart {
		for code, r := range ranks {
			s.codes[r] = uint32(code)
		}
		return s
	}
	ends := make([]uint32, len(ranks)+1) // of each rank, then its beginning
	for _, r := range ranks {
		ends[r]++
	}
	for r := 1; r < len(ends); r++ {
		ends[r] += ends[r-1]
	}
	for code := len(ranks) - 1; code >= 0; code-- {
		r := ranks[code]
		ends[r]--
		s.codes[ends[r]] = uint32(code)
	}
	return s
}

// differ tells whether no two codes have the same rank: ranks leave no number out.
func differ(ranks []uint32) bool { return len(ranks) == 0 || int(slices.Max(ranks)) == len(ranks)-1 }

// next are the codes of the rank that begins at a place, which goes behind it.
func (s *spellings) next(at *int) []uint32 {
	from := *at
	if s.apart {
		*at++
		return s.codes[from:*at]
	}
	rank := s.ranks[s.codes[from]]
	for *at < len(s.codes) && s.ranks[s.codes[*at]] == rank {
		*at++
	}
	return s.codes[from:*at]
}

// from is the place of the first rank that begins at a place or behind it.
func (s *spellings) from(at int) int {
	for !s.apart && at > 0 && at < len(s.codes) && s.ranks[s.codes[at]] == s.ranks[s.codes[at-1]] {
		at++
	}
	return min(at, len(s.codes))
}

// rankDay is a day of the user of a rank.
type rankDay struct {
	rank uint32
	day  int64
}

// earliest are the codes of the first logins of the days of users with several spellings, by another scan.
func (s *spellings) earliest(ctx context.Context, scan Scan) (map[rankDay]uint32, error) {
	several := make([]bool, len(s.ranks)) // by rank
	for at := 0; at < len(s.codes); {
		if codes := s.next(&at); len(codes) > 1 {
			several[s.ranks[codes[0]]] = true
		}
	}
	found := make(map[rankDay]uint32)
	for batch, err := range scan.batches(ctx, "Logins", "user_id", "DATE(logtime)") {
		if err != nil {
			return nil, err
		}
		names, days := &batch.Columns[0], &batch.Columns[1]
		codes, _ := names.Numbers()
		for i, code := range codes {
			if rank := s.ranks[code]; several[rank] && !names.Null(i) && !days.Null(i) {
				at := rankDay{rank, days.Ints[i]}
				if _, ok := found[at]; !ok {
					found[at] = code
				}
			}
		}
	}
	return found, nil
}
