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

// yearOf is the calendar year of a day.
func yearOf(day int64) int64 {
	return int64(time.Unix(day*secondsPerDay, 0).UTC().Year())
}

// newYear is the first day of a year.
func newYear(year int64) int64 {
	return Day(time.Date(int(year), time.January, 1, 0, 0, 0, 0, time.UTC))
}
