package functions

import (
	"time"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// The kernels count days: a day is the number of days since 1970-01-01, as in a
// [vector.Date], in the Gregorian calendar.

const secondsPerDay = 24 * 60 * 60

// dayOf is the day of a [vector.DateTime] value. It rounds down, so that an
// evening before 1970 belongs to its own day too.
func dayOf(micros int64) int64 {
	day := micros / vector.MicrosPerDay
	if micros%vector.MicrosPerDay < 0 {
		day--
	}
	return day
}

// yearOf is the calendar year of a day. Years begin in March in between, so that a leap day
// is the last of its year.
func yearOf(day int64) int64 {
	const days400 = 146097  // 400 years
	shifted := day + 719468 // days since 0000-03-01
	era := shifted / days400
	if shifted < 0 {
		era = (shifted - days400 + 1) / days400
	}
	of400 := shifted - era*days400
	year := (of400 - of400/1460 + of400/36524 - of400/146096) / 365
	if of400-(365*year+year/4-year/100) >= 306 { // January and February
		year++
	}
	return era*400 + year
}

// years are the years of the days of at most 255 years, one behind the other.
type years struct {
	first int64   // day
	of    []uint8 // of each day from it on, the number of its year, from 0
	n     int     // years
}

func newYears(from, to int64) *years {
	y := &years{first: newYear(from), n: int(to - from + 1)}
	y.of = make([]uint8, newYear(to+1)-y.first)
	for i := range y.of {
		y.of[i] = uint8(yearOf(y.first+int64(i)) - from)
	}
	return y
}

// at is the number of the year that a day lies in: -1 where it is before all, n where it is behind them.
func (y *years) at(day int64) int {
	switch i := day - y.first; {
	case uint64(i) < uint64(len(y.of)):
		return int(y.of[i])
	case i < 0:
		return -1
	}
	return y.n
}

// newYear is the first day of a year.
func newYear(year int64) int64 {
	return Day(time.Date(int(year), time.January, 1, 0, 0, 0, 0, time.UTC))
}
