package types

import (
	"math"
	"slices"
	"sync"
	"time"
)

// Clock is what the clock of a time zone shows, from 1970 to the last Unix time of MySQL's. A TIMESTAMP is kept in UTC, and is
// a datetime of the session's zone wherever it is read or written (manual 11.2.2). nil is the clock of UTC.
type Clock struct {
	spans   []span
	froms   []int64 // of the spans
	repeats bool
}

// span is a time in which a zone has one offset from UTC. Dates with times are packed, as by [Civil.Pack].
type span struct {
	from        int64 // in UTC
	first, last int64 // what the clock shows when it begins, and when it ends
	offset      int   // in seconds
}

// What a TIMESTAMP can be, in UTC, beside zero (manual 11.2.1).
var (
	firstInstant = Civil{Year: 1970, Month: 1, Day: 1, Second: 1}.Pack()
	lastInstant  = Civil{Year: 2038, Month: 1, Day: 19, Hour: 3, Minute: 14, Second: 7, Micro: 999999}.Pack()
)

// lastUnix is the last second of a Unix time, 3001-01-18 23:59:59 (manual 14.7).
const lastUnix = 32536771199

// Fit is what a datetime is to a TIMESTAMP.
type Fit uint8

// The fits.
const (
	Once    Fit = iota // the clock shows it once
	Twice              // the clock shows it twice, as it is put back in between
	Skipped            // the clock does not show it, as it is put forward
	Early              // it is before the first TIMESTAMP
	Late               // it is behind the last one
)

// clocks are those of zones that were asked for.
var clocks sync.Map

// ClockOf is the clock of a zone.
func ClockOf(zone *time.Location) *Clock {
	if zone == nil || zone == time.UTC {
		return nil
	}
	if k, ok := clocks.Load(zone); ok {
		return k.(*Clock)
	}
	k := newClock(zone)
	clocks.Store(zone, k)
	return k
}

func newClock(zone *time.Location) *Clock {
	at := time.Unix(0, 0).In(zone)
	_, offset := at.Zone()
	k := &Clock{spans: []span{{from: math.MinInt64, first: math.MinInt64, last: math.MaxInt64, offset: offset}}}
	for {
		_, end := at.ZoneBounds()
		if !end.After(at) || end.Unix() > lastUnix { // a zone without another change ends at no time
			break
		}
		at = end
		before := &k.spans[len(k.spans)-1]
		if _, offset = at.Zone(); offset == before.offset {
			continue
		}
		from := CivilOfTime(at.UTC()).Pack()
		before.last = moved(from, before.offset)
		k.repeats = k.repeats || offset < before.offset
		k.spans = append(k.spans, span{from: from, first: moved(from, offset), last: math.MaxInt64, offset: offset})
	}
	for i := range k.spans {
		k.froms = append(k.froms, k.spans[i].from)
	}
	if len(k.spans) == 1 && k.spans[0].offset == 0 {
		return nil
	}
	return k
}

// Repeats tells whether the clock shows some times twice, so that what it shows is not in the order of the instants.
func (k *Clock) Repeats() bool { return k != nil && k.repeats }

// index is the place of an instant's span.
func (k *Clock) index(instant int64) int {
	i, found := slices.BinarySearch(k.froms, instant)
	if found {
		return i
	}
	return i - 1
}

// Shown is what the clock shows at an instant. again: it has shown it before.
func (k *Clock) Shown(instant int64) (packed int64, again bool) {
	if k == nil || instant == 0 {
		return instant, false
	}
	i := k.index(instant)
	packed = moved(instant, k.spans[i].offset)
	return packed, i > 0 && packed < k.spans[i-1].last
}

// AllShown is what the clock shows at instants; those themselves, where that is UTC.
func (k *Clock) AllShown(instants []int64) []int64 {
	if k == nil {
		return instants
	}
	out := make([]int64, len(instants))
	s, end := span{from: 1}, int64(0)
	for i, x := range instants {
		if x == 0 {
			continue
		}
		if x < s.from || x >= end {
			at := k.index(x)
			if s, end = k.spans[at], math.MaxInt64; at+1 < len(k.spans) {
				end = k.spans[at+1].from
			}
		}
		out[i] = moved(x, s.offset)
	}
	return out
}

// Instants are when the clock shows a packed date with time that has a month and a day: the last is another than the first
// where that is twice. What the clock skips is when it does so.
func (k *Clock) Instants(packed int64) (first, last int64, fit Fit) {
	first, last = packed, packed
	if packed == 0 {
		return 0, 0, Once
	}
	if k != nil {
		i, _ := slices.BinarySearchFunc(k.spans, packed, func(s span, x int64) int {
			if s.last <= x {
				return -1
			}
			return 1
		})
		s := &k.spans[i]
		switch {
		case packed < s.first:
			first, last, fit = s.from, s.from, Skipped
		default:
			first = moved(packed, -s.offset)
			if last = first; i+1 < len(k.spans) && packed >= k.spans[i+1].first {
				last, fit = moved(packed, -k.spans[i+1].offset), Twice
			}
		}
	}
	switch {
	case first < firstInstant:
		fit = Early
	case first > lastInstant:
		fit = Late
	}
	return first, last, fit
}

// Instant is when the clock shows a packed date with time for the first time.
func (k *Clock) Instant(packed int64) int64 {
	if k == nil {
		return packed
	}
	first, _, _ := k.Instants(packed)
	return first
}

// Takes tells whether a TIMESTAMP keeps a packed date with time as it is.
func (k *Clock) Takes(packed int64) bool {
	_, _, fit := k.Instants(packed)
	return fit == Once || fit == Twice
}

// moved is a packed date with time so many seconds, less than a day, later.
func moved(packed int64, seconds int) int64 {
	const clock = 1<<41 - 1<<24 // the hour, the minute and the second
	s := int(packed>>36&31)*3600 + int(packed>>30&63)*60 + int(packed>>24&63) + seconds
	packed &^= clock
	if s < 0 || s >= secondsOfDay {
		days := 1
		if s < 0 {
			days = -1
		}
		s -= days * secondsOfDay
		year, month, day := DateParts(packed)
		switch {
		case days > 0 && day < 28, days < 0 && day > 1:
			packed += int64(days) << 41
		default:
			c, ok := CivilOfDays(DaysOf(year, month, day) + int64(days))
			if !ok {
				return packed
			}
			packed = c.Pack() | packed&(1<<24-1)
		}
	}
	return packed | int64(s/3600)<<36 | int64(s/60%60)<<30 | int64(s%60)<<24
}

const secondsOfDay = 24 * 60 * 60
