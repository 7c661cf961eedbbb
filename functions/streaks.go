package functions

import (
	"context"
	"math/bits"
	"slices"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// eachStreak tells found of every maximal run of at least least consecutive days
// on each of which the user logged in: its user, as a code of the dictionary of users, and its
// first and its last day, by user and then by day. Where found returns false, it wants no
// more of the user. Logins without user or time do not count. Users differ where the
// column's collation says so; a run has the name that the first login of its first day has.
// room is told before how many runs there are at most, nearly always.
func eachStreak(ctx context.Context, scan Scan, least int64, users *vector.Vector, room func(int), found func(user uint32, first, last int64) bool) error {
	origin, err := someDay(ctx, scan)
	if err != nil {
		return err
	}
	several, err := spread(ctx, scan, "Logins", []string{"user_id", "DATE(logtime)"}, func() *userDays { return &userDays{days: daySets{first: origin}} },
		func(u *userDays, _ int, batch *vector.Batch) { u.add(&batch.Columns[0], &batch.Columns[1]) })
	if err != nil {
		return err
	}
	sets := make([]*daySets, len(several))
	_ = each(len(several), func(_, i int) error {
		several[i].days.settle()
		return nil
	})
	for i, u := range several {
		sets[i] = &u.days
		if len(u.names.Dictionary) > len(users.Dictionary) {
			users.Dictionary, users.Order = u.names.Dictionary, u.names.Order
		}
	}
	days := mergedDays(sets)
	room(days.count(least))
	ranks, err := users.Ranks()
	if err != nil {
		return err
	}
	s := newSpellings(ranks)
	var earliest map[rankDay]uint32
	var failed error
	for at := 0; at < len(s.codes) && failed == nil; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for end := min(at+1024, len(s.codes)); at < end; {
			codes := s.next(&at)
			if len(codes) == 1 {
				days.runs(codes[0], func(first, last int64) bool {
					return last-first+1 < least || found(codes[0], first, last)
				})
				continue
			}
			runs(days.union(codes), func(first, last int64) bool {
				if last-first+1 < least {
					return true
				}
				at := slices.IndexFunc(codes, func(c uint32) bool { return days.has(c, first) })
				code := codes[at]
				if slices.ContainsFunc(codes[at+1:], func(c uint32) bool { return days.has(c, first) }) {
					if earliest == nil {
						if earliest, failed = s.earliest(ctx, scan); failed != nil {
							return false
						}
					}
					code = earliest[rankDay{s.ranks[code], first}]
				}
				return found(code, first, last)
			})
		}
	}
	return failed
}

// userDays are the days on which users logged in, by the users' codes.
type userDays struct {
	days  daySets
	names vector.Vector // what the codes stand for
}

func (u *userDays) add(names, days *vector.Vector) {
	codes, dictionary := names.Numbers()
	u.names.Dictionary, u.names.Order = dictionary, names.Order
	u.days.addAll(codes, len(dictionary), days.Ints, names.Nulls, days.Nulls)
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
}

func newSpellings(ranks []uint32) *spellings {
	s := &spellings{ranks: ranks, codes: make([]uint32, len(ranks))}
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

// next are the codes of the rank that begins at a place, which goes behind it.
func (s *spellings) next(at *int) []uint32 {
	from := *at
	rank := s.ranks[s.codes[from]]
	for *at < len(s.codes) && s.ranks[s.codes[*at]] == rank {
		*at++
	}
	return s.codes[from:*at]
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

// daySets are sets of days by code: bits in pages, each of which has a line of so many days of all codes. Where
// pages would take much more than the rows themselves, since days are far from each other, days are by themselves.
type daySets struct {
	first int64      // the day of the first bit of the first page
	pages [][]uint64 // nil: no day lies there
	words int        // of all pages
	rows  int        // that came
	far   []uint64   // code and day, so that they sort by both

	waiting [][]uint64 // codes and days that are not in yet, by codes that lie together
	waits   int        // all of them
	codes   int        // all codes are below
}

const (
	pageWords = 8 // of a code in a page: a cache line
	pageDays  = 64 * pageWords
	// Pages may have leastWords, and rowWords more for each row.
	leastWords = 1 << 22
	rowWords   = 8
	// Lines of so many codes stay in the nearest cache while days are put in. Where there are more codes than the last cache has
	// lines of, days wait until they are enough (radix partitioning; Boncz, Manegold, Kersten, "Database Architecture Optimized
	// for the New Bottleneck: Memory Access", 1999).
	nearBits = 13
)

// Only tests change them.
var (
	fewCodes    = 1 << 17
	mostWaiting = 1 << 20
)

// addAll puts the days of rows in, other than NULL, of codes below n.
func (s *daySets) addAll(codes []uint32, n int, days []int64, nulls ...[]bool) {
	s.rows += len(codes)
	var null []bool
	for _, of := range nulls {
		if len(of) > 0 && null == nil {
			null = make([]bool, len(codes))
		}
		for i, is := range of {
			null[i] = null[i] || is
		}
	}
	if s.codes = n; n > fewCodes {
		s.wait(codes, days, null)
		return
	}
	for i, code := range codes {
		if null == nil || !null[i] {
			s.add(code, n, days[i])
		}
	}
}

// wait keeps days to be put in with those of codes near.
func (s *daySets) wait(codes []uint32, days []int64, null []bool) {
	if more := (s.codes-1)>>nearBits + 1 - len(s.waiting); more > 0 {
		s.waiting = append(s.waiting, make([][]uint64, more)...)
	}
	for i, code := range codes {
		if null == nil || !null[i] {
			near := &s.waiting[code>>nearBits]
			*near = append(*near, farDay(code, days[i]))
		}
	}
	if s.waits += len(codes); s.waits >= mostWaiting {
		s.settle()
	}
}

// settle puts in what waits.
func (s *daySets) settle() {
	for i, near := range s.waiting {
		for _, x := range near {
			s.add(uint32(x>>32), s.codes, nearDay(x))
		}
		s.waiting[i] = near[:0]
	}
	s.waits = 0
}

// add puts a day in of a code below n.
func (s *daySets) add(code uint32, n int, day int64) {
	of := uint64(day - s.first)
	if p := of / pageDays; p < uint64(len(s.pages)) {
		page, at := s.pages[p], uint(code)*pageWords+uint(of/64)%pageWords
		if at < uint(len(page)) {
			page[at] |= 1 << (of % 64)
			return
		}
	}
	s.place(code, n, day)
}

// place is add of a day for which there is no page yet, or none with room for the code.
func (s *daySets) place(code uint32, n int, day int64) {
	p := (day - s.first) / pageDays
	if day < s.first {
		p = (day-s.first+1)/pageDays - 1
	}
	if s.pages == nil && s.far == nil {
		s.first, p = s.first+p*pageDays, 0
	}
	has := 0
	if p >= 0 && p < int64(len(s.pages)) {
		has = len(s.pages[p])
	}
	more := n*pageWords - has
	if s.words+more > leastWords+rowWords*s.rows {
		s.far = append(s.far, farDay(code, day))
		return
	}
	p = s.reach(p)
	s.pages[p] = append(s.pages[p], make([]uint64, more)...)
	s.words += more
	s.add(code, n, day)
}

// reach makes room for page p, which may be one before the first, and returns its place then.
func (s *daySets) reach(p int64) int64 {
	if p < 0 {
		s.pages = append(make([][]uint64, -p), s.pages...)
		s.first += p * pageDays
		p = 0
	}
	if p >= int64(len(s.pages)) {
		s.pages = append(s.pages, make([][]uint64, p+1-int64(len(s.pages)))...)
	}
	return p
}

// mergedDays are the days of several sets, whose first days are whole pages from each other. These are not to be used
// any more.
func mergedDays(several []*daySets) *daySets {
	to := several[0]
	for _, from := range several[1:] {
		if to.pages == nil {
			to.first = from.first
		}
		for i, page := range from.pages {
			p := to.reach((from.first-to.first)/pageDays + int64(i))
			if len(to.pages[p]) < len(page) {
				to.pages[p], page = page, to.pages[p]
			}
			blocks(len(page), func(_, first, end int) {
				words := to.pages[p][first:end]
				for i, word := range page[first:end] {
					words[i] |= word
				}
			})
		}
		to.far = append(to.far, from.far...)
	}
	to.sort()
	return to
}

func farDay(code uint32, day int64) uint64 { return uint64(code)<<32 | uint64(uint32(day+1<<31)) }

func nearDay(far uint64) int64 { return int64(uint32(far)) - 1<<31 }

// sort makes the sets ready to be read, in which all days are settled.
func (s *daySets) sort() {
	slices.Sort(s.far)
	s.far = slices.Compact(s.far)
}

// count is how many runs of so many days there are, as far as one can see from a word and the next.
func (s *daySets) count(least int64) int {
	n := len(s.far)
	for _, page := range s.pages {
		for i, word := range page {
			before, behind := uint64(0), uint64(0)
			if i%pageWords > 0 {
				before = page[i-1] >> 63
			}
			if i%pageWords < pageWords-1 {
				behind = page[i+1] << 63
			}
			starts := word &^ (word<<1 | before)
			if least > 1 {
				starts &= word>>1 | behind
			}
			n += bits.OnesCount64(starts)
		}
	}
	return n
}

// farOf are the days by themselves of a code.
func (s *daySets) farOf(code uint32) []uint64 {
	if len(s.far) == 0 {
		return nil
	}
	from, _ := slices.BinarySearch(s.far, uint64(code)<<32)
	to, _ := slices.BinarySearch(s.far[from:], uint64(code+1)<<32)
	return s.far[from : from+to]
}

// has tells whether a day is in.
func (s *daySets) has(code uint32, day int64) bool {
	of := uint64(day - s.first)
	if p := of / pageDays; p < uint64(len(s.pages)) {
		page, at := s.pages[p], uint(code)*pageWords+uint(of/64)%pageWords
		if at < uint(len(page)) && page[at]&(1<<(of%64)) != 0 {
			return true
		}
	}
	_, is := slices.BinarySearch(s.far, farDay(code, day))
	return is
}

// union are the days of some codes, in their order.
func (s *daySets) union(codes []uint32) []int64 {
	var days []int64
	for _, code := range codes {
		for _, far := range s.farOf(code) {
			days = append(days, nearDay(far))
		}
		s.pageRuns(code, func(first, last int64) bool {
			for day := first; day <= last; day++ {
				days = append(days, day)
			}
			return true
		})
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// runs tells of the maximal runs of days of a code until found returns false.
func (s *daySets) runs(code uint32, found func(first, last int64) bool) {
	if len(s.farOf(code)) > 0 {
		runs(s.union([]uint32{code}), found)
		return
	}
	s.pageRuns(code, found)
}

// pageRuns is runs of the days in pages.
func (s *daySets) pageRuns(code uint32, found func(first, last int64) bool) {
	var first, end int64 // of the run so far
	for p, page := range s.pages {
		at := int(code) * pageWords
		if at >= len(page) {
			continue
		}
		for w, word := range page[at : at+pageWords] {
			for word != 0 {
				skip := bits.TrailingZeros64(word)
				n := bits.TrailingZeros64(^(word >> skip))
				word &^= (1<<n - 1) << skip
				day := s.first + int64(p*pageDays+w*64+skip)
				if day != end || first == end {
					if first != end && !found(first, end-1) {
						return
					}
					first = day
				}
				end = day + int64(n)
			}
		}
	}
	if first != end {
		found(first, end-1)
	}
}

// runs tells of the maximal runs among days in order.
func runs(days []int64, found func(first, last int64) bool) {
	for i := 0; i < len(days); {
		j := i + 1
		for j < len(days) && days[j] == days[j-1]+1 {
			j++
		}
		if !found(days[i], days[j-1]) {
			return
		}
		i = j
	}
}
