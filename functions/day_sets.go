package functions

import (
	"math/bits"
	"slices"
	"sync"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// loginDays are days on which users logged in, by the users' codes. The days of nearCodes users are together: they are put in
// when there are many of them, so that these users' sets stay in a cache meanwhile (radix partitioning; Boncz, Manegold, Kersten,
// "Database Architecture Optimized for the New Bottleneck: Memory Access", 1999).
type loginDays struct {
	names   vector.Vector // what the codes stand for
	near    []nearDays
	waiting int
	origin  int64
}

// nearDays are the days of users whose codes are nearCodes times the same number, and something.
type nearDays struct {
	in      daySets
	full    []*[waitingDays]uint32
	waiting []uint32 // besides: part of one that is not full
}

const (
	nearBits  = 12 // of whose lines a second-level cache has room
	nearCodes = 1 << nearBits
	// A day that waits is its user's code among those near, and how many days it lies behind dayRange/2 days before the origin.
	dayRange    = 1 << (32 - nearBits)
	waitingDays = 1 << 12
)

// Only tests change it: so many days may wait, or waitingWords for each user, about as much as the sets take.
var mostWaiting = 1 << 16

const waitingWords = 2 * pageWords

// waitingPool has what days have waited in.
var waitingPool = sync.Pool{New: func() any { return new([waitingDays]uint32) }}

// newLoginDays are none. Others are likely to lie about the origin.
func newLoginDays(origin int64) *loginDays { return &loginDays{origin: origin} }

// add adds the days of rows, which are complete after settle.
func (l *loginDays) add(names, days *vector.Vector) {
	codes, dictionary := names.Numbers()
	l.names.Dictionary, l.names.Order = dictionary, names.Order
	l.expect(len(dictionary))
	base := l.origin - dayRange/2
	known := len(names.Nulls) == 0 && len(days.Nulls) == 0
	for i, day := range days.Ints {
		if !known && (names.Null(i) || days.Null(i)) {
			continue
		}
		code := codes[i]
		near := &l.near[code>>nearBits]
		of := uint64(day - base)
		if of >= dayRange {
			near.in.rows++
			near.in.add(code%nearCodes, l.codes(int(code>>nearBits)), day)
			continue
		}
		if len(near.waiting) == cap(near.waiting) {
			near.more()
		}
		near.waiting = append(near.waiting, code<<(32-nearBits)|uint32(of))
	}
	if l.waiting += len(codes); l.waiting >= max(mostWaiting, waitingWords*len(dictionary)) {
		for i := range l.near {
			l.near[i].in.settle(l, i)
		}
		l.waiting = 0
	}
}

// more makes room for a day to wait.
func (n *nearDays) more() {
	if len(n.waiting) > 0 {
		n.full = append(n.full, (*[waitingDays]uint32)(n.waiting))
	}
	n.waiting = waitingPool.Get().(*[waitingDays]uint32)[:0]
}

// expect has room for so many users.
func (l *loginDays) expect(users int) {
	for len(l.near) < (users+nearCodes-1)/nearCodes {
		l.near = append(l.near, nearDays{in: daySets{first: l.origin}})
	}
}

// codes is how many there are of the users near, as far as is known.
func (l *loginDays) codes(near int) int {
	return min(len(l.names.Dictionary)-near*nearCodes, nearCodes)
}

// settledDays are the days of what several have of users near each other. These are not to be used any more.
func settledDays(several []*loginDays, near int) *daySets {
	to := &daySets{first: several[0].origin}
	for _, l := range several {
		if near < len(l.near) {
			to.merge(&l.near[near].in)
		}
	}
	for _, l := range several {
		if near < len(l.near) {
			to.settle(l, near)
		}
	}
	to.sort()
	return to
}

// settle puts in what waits of users near each other.
func (s *daySets) settle(l *loginDays, near int) {
	from := &l.near[near]
	base, codes := l.origin-dayRange/2, l.codes(near)
	put := func(some []uint32) {
		s.rows += len(some)
		for _, x := range some {
			s.add(x/dayRange, codes, base+int64(x%dayRange))
		}
	}
	for _, some := range from.full {
		put(some[:])
		waitingPool.Put(some)
	}
	put(from.waiting)
	from.full, from.waiting = from.full[:0], from.waiting[:0]
}

// daySets are sets of days by code: bits in pages, each of which has a line of so many days of all codes. Where
// pages would take much more than the rows themselves, since days are far from each other, days are by themselves.
type daySets struct {
	first int64      // the day of the first bit of the first page
	pages [][]uint64 // nil: no day lies there
	words int        // of all pages
	rows  int        // that came
	far   []uint64   // code and day, so that they sort by both
}

const (
	pageWords = 8 // of a code in a page: a cache line
	pageDays  = 64 * pageWords
	// Pages may have leastWords, and rowWords more for each row.
	leastWords = 4 * pageWords * nearCodes
	rowWords   = 8
)

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

// merge adds the days of another, whose first day is whole pages away. It is not to be used any more.
func (s *daySets) merge(from *daySets) {
	if s.pages == nil {
		s.first = from.first
	}
	for i, page := range from.pages {
		if page == nil {
			continue
		}
		p := s.reach((from.first-s.first)/pageDays + int64(i))
		if len(s.pages[p]) < len(page) {
			s.pages[p], page = page, s.pages[p]
			s.words += len(s.pages[p]) - len(page)
		}
		words := s.pages[p]
		for i, word := range page {
			words[i] |= word
		}
	}
	s.rows += from.rows
	s.far = append(s.far, from.far...)
}

func farDay(code uint32, day int64) uint64 { return uint64(code)<<32 | uint64(uint32(day+1<<31)) }

func nearDay(far uint64) int64 { return int64(uint32(far)) - 1<<31 }

// sort makes the sets ready to be read.
func (s *daySets) sort() {
	slices.Sort(s.far)
	s.far = slices.Compact(s.far)
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

// appendDays appends the days of a code, in no order.
func (s *daySets) appendDays(days []int64, code uint32) []int64 {
	for _, far := range s.farOf(code) {
		days = append(days, nearDay(far))
	}
	var runs []dayRun
	for at := (stretch{}); s.next(code, 1, &at); {
		runs = at.appendRuns(runs, 1)
	}
	for _, r := range runs {
		for day := r.first; day <= r.last; day++ {
			days = append(days, day)
		}
	}
	return days
}

// dayRun is consecutive days, the first and the last included.
type dayRun struct{ first, last int64 }

// appendRuns appends the maximal runs of least days or more of a code, in their order. The stretch is for its use.
func (s *daySets) appendRuns(runs []dayRun, code uint32, least int64, at *stretch) []dayRun {
	if len(s.farOf(code)) > 0 {
		return appendRuns(runs, s.appendDays(nil, code), least)
	}
	for at.page = 0; s.next(code, least, at); {
		runs = at.appendRuns(runs, least)
	}
	return runs
}

// count is how many runs appendRuns appends.
func (s *daySets) count(code uint32, least int64, at *stretch) (n int) {
	if len(s.farOf(code)) > 0 {
		return len(s.appendRuns(nil, code, least, at))
	}
	for at.page = 0; s.next(code, least, at); {
		before := uint64(0)
		for _, word := range at.words {
			n += bits.OnesCount64(word &^ (word<<1 | before))
			before = word >> 63
		}
	}
	return n
}

// touch reads what the sets have of a code first.
func (s *daySets) touch(code uint32) uint64 {
	if at := int(code) * pageWords; len(s.pages) > 0 && at < len(s.pages[0]) {
		return s.pages[0][at]
	}
	return 0
}

// stretch is days of a code in pages that come one after the other, as bits: those on which least days have been in, without
// a gap.
type stretch struct {
	first int64 // the day of the first bit
	words []uint64
	page  int // behind its last

	touched uint64 // of words that were read ahead, which a compiler would leave out else
}

// next goes to the next stretch of a code in which there is a day; false: there is none.
func (s *daySets) next(code uint32, least int64, at *stretch) bool {
	line := int(code) * pageWords
	for at.page < len(s.pages) {
		if line >= len(s.pages[at.page]) {
			at.page++
			continue
		}
		at.first, at.words = s.first+int64(at.page)*pageDays, at.words[:0]
		for ; at.page < len(s.pages) && line < len(s.pages[at.page]); at.page++ {
			at.words = append(at.words, s.pages[at.page][line:line+pageWords]...)
		}
		if erode(at.words, least) {
			return true
		}
	}
	return false
}

// erode leaves of days, as bits, those that least are in up to, and tells whether there is one.
func erode(words []uint64, least int64) bool {
	for n := int64(1); ; { // those that n are in up to
		all := uint64(0)
		for _, word := range words {
			all |= word
		}
		if all == 0 || n == least {
			return all != 0
		}
		more := min(n, least-n)
		skip, shift := int(more/64), more%64
		for i := len(words) - 1; i >= 0; i-- {
			before := uint64(0)
			if i >= skip {
				before = words[i-skip] << shift
			}
			if i > skip {
				before |= words[i-skip-1] >> (64 - shift)
			}
			words[i] &= before
		}
		n += more
	}
}

// appendRuns appends the runs of the days.
func (t *stretch) appendRuns(runs []dayRun, least int64) []dayRun {
	goesOn := false // the last run, into the word
	for w, word := range t.words {
		first := t.first + int64(w*64) - (least - 1)
		if goesOn {
			n := bits.TrailingZeros64(^word)
			runs[len(runs)-1].last += int64(n)
			if n == 64 {
				continue
			}
			word &^= 1<<n - 1
		}
		goesOn = word>>63 != 0
		for word != 0 {
			skip := bits.TrailingZeros64(word)
			n := bits.TrailingZeros64(^(word >> skip))
			word &^= (1<<n - 1) << skip
			at := first + int64(skip)
			runs = append(runs, dayRun{at, at + int64(n-1) + least - 1})
		}
	}
	return runs
}

// appendRuns appends the maximal runs of least or more among days, which it sorts.
func appendRuns(runs []dayRun, days []int64, least int64) []dayRun {
	slices.Sort(days)
	for i := 0; i < len(days); {
		j := i + 1
		for j < len(days) && days[j] <= days[j-1]+1 {
			j++
		}
		if days[j-1]-days[i]+1 >= least {
			runs = append(runs, dayRun{days[i], days[j-1]})
		}
		i = j
	}
	return runs
}
