package types

import (
	"strconv"
	"time"
)

// Civil is a date with a time of day, in no time zone. Month and Day may be 0:
// MySQL keeps '2024-00-00' and '0000-00-00', as sql_mode allows.
type Civil struct {
	Year, Month, Day     int
	Hour, Minute, Second int
	Micro                int
}

// Pack makes a number of it that orders as the dates do. A Date has the time 0,
// so that dates and datetimes compare as numbers.
func (c Civil) Pack() int64 {
	ym := int64(c.Year)*13 + int64(c.Month)
	ymd := ym<<5 | int64(c.Day)
	hms := int64(c.Hour)<<12 | int64(c.Minute)<<6 | int64(c.Second)
	return (ymd<<17|hms)<<24 | int64(c.Micro)
}

// Unpack is the inverse of [Civil.Pack].
func Unpack(packed int64) Civil {
	micro := packed & (1<<24 - 1)
	packed >>= 24
	hms := packed & (1<<17 - 1)
	ymd := packed >> 17
	ym := ymd >> 5
	return Civil{
		Year: int(ym / 13), Month: int(ym % 13), Day: int(ymd & 31),
		Hour: int(hms >> 12), Minute: int(hms >> 6 & 63), Second: int(hms & 63), Micro: int(micro),
	}
}

// DateParts is the year, the month and the day of a packed date with time.
func DateParts(packed int64) (year, month, day int) {
	ym := packed >> (41 + 5)
	return int(ym / 13), int(ym % 13), int(packed >> 41 & 31)
}

// DateOf is the date of a packed date with time.
func DateOf(packed int64) int64 { return packed &^ (1<<41 - 1) }

// Lengths of time in microseconds, and the greatest TIME: its range is ±838:59:59.
const (
	MicrosPerSecond = int64(1000000)
	MicrosPerDay    = 86400 * MicrosPerSecond
	MaxTime         = (838*3600 + 59*60 + 59) * MicrosPerSecond
)

// twoDigitYears is from which year on two digits are one of the 20th century
// (manual 11.2.9).
const twoDigitYears = 70

var daysInMonth = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// daysInYear counts year 0 as MySQL does: 365.
func daysInYear(year int) int {
	if year%4 == 0 && (year%100 != 0 || year%400 == 0 && year != 0) {
		return 366
	}
	return 365
}

// DaysIn is how many days a month has, 0 for month 0.
func DaysIn(year, month int) int {
	if month == 2 && daysInYear(year) == 366 {
		return 29
	}
	if month < 0 || month > 12 {
		return 0
	}
	return daysInMonth[month]
}

// DaysOf is TO_DAYS: the number of a day in the proleptic Gregorian calendar,
// 0001-01-01 being 366. Month and day may be 0 (sql/sql_time's calc_daynr).
func DaysOf(year, month, day int) int64 {
	if year == 0 && month == 0 {
		return 0
	}
	days := 365*year + 31*(month-1) + day
	if month <= 2 {
		year--
	} else {
		days -= (month*4 + 23) / 10
	}
	return int64(days + year/4 - (year/100+1)*3/4)
}

// CivilOfDays is FROM_DAYS. ok is false outside 0001-01-01 to 9999-12-31, where
// MySQL has 0000-00-00, the zero Civil.
func CivilOfDays(days int64) (c Civil, ok bool) {
	if days <= 365 || days >= 3652500 {
		return Civil{}, false
	}
	// Years begin in March in between, so that a leap day is the last of its year.
	const days400 = 146097 // 400 years
	shifted := int(days) - 60
	era, of400 := shifted/days400, shifted%days400
	year := (of400 - of400/1460 + of400/36524 - of400/146096) / 365
	of := of400 - (365*year + year/4 - year/100)
	month := (5*of + 2) / 153 // 0: March
	day := of - (153*month+2)/5 + 1
	if month += 3; month > 12 {
		month -= 12
		year++
	}
	if year += 400 * era; year > 9999 {
		return Civil{}, false
	}
	return Civil{Year: year, Month: month, Day: day}, true
}

// CivilOfTime is the clock of t's zone.
func CivilOfTime(t time.Time) Civil {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	return Civil{year, int(month), day, hour, minute, second, t.Nanosecond() / 1000}
}

// Time is when the zone's clock shows c, which has a month and a day, for the first time, or skips it.
func (c Civil) Time(zone *time.Location) time.Time {
	return Unpack(ClockOf(zone).Instant(c.Pack())).in(time.UTC)
}

// in is when the clock of a zone shows c that has one offset from UTC.
func (c Civil) in(zone *time.Location) time.Time {
	return time.Date(c.Year, time.Month(c.Month), c.Day, c.Hour, c.Minute, c.Second, c.Micro*1000, zone)
}

// Days is TO_DAYS of the date.
func (c Civil) Days() int64 { return DaysOf(c.Year, c.Month, c.Day) }

// IsZero tells of 0000-00-00 00:00:00.
func (c Civil) IsZero() bool { return c == Civil{} }

// Valid tells whether MySQL takes the date: every part in its range, the day one of
// the month unless AllowInvalidDates, a zero month or day unless NoZeroInDate,
// '0000-00-00' unless NoZeroDate.
func (c Civil) Valid(mode Mode) bool {
	if c.Year < 0 || c.Year > 9999 || c.Month < 0 || c.Month > 12 || c.Day < 0 || c.Day > 31 ||
		c.Hour < 0 || c.Hour > 23 || c.Minute < 0 || c.Minute > 59 || c.Second < 0 || c.Second > 59 ||
		c.Micro < 0 || c.Micro > 999999 {
		return false
	}
	if c.IsZero() {
		return mode&NoZeroDate == 0
	}
	if c.Month == 0 || c.Day == 0 {
		return mode&NoZeroInDate == 0
	}
	return mode&AllowInvalidDates != 0 || c.Day <= DaysIn(c.Year, c.Month)
}

// MicrosOfDay is the time of day.
func (c Civil) MicrosOfDay() int64 {
	return int64(c.Hour*3600+c.Minute*60+c.Second)*MicrosPerSecond + int64(c.Micro)
}

// Date is the date with the time of day 0.
func (c Civil) Date() Civil { return Civil{Year: c.Year, Month: c.Month, Day: c.Day} }

// withMicros is the date with a time of day.
func (c Civil) withMicros(micros int64) Civil {
	seconds := int(micros / MicrosPerSecond)
	c.Hour, c.Minute, c.Second = seconds/3600, seconds/60%60, seconds%60
	c.Micro = int(micros % MicrosPerSecond)
	return c
}

// Weekday is WEEKDAY: 0 is Monday.
func (c Civil) Weekday() int { return weekday(c.Days(), true) }

func weekday(days int64, mondayFirst bool) int {
	if mondayFirst {
		return int((days + 5) % 7)
	}
	return int((days + 6) % 7)
}

// YearDay is DAYOFYEAR, from 1.
func (c Civil) YearDay() int { return int(c.Days()-DaysOf(c.Year, 1, 1)) + 1 }

// Week is WEEK(c, mode), of the modes 0 to 7 (manual 12.7).
func (c Civil) Week(mode int) int {
	_, week := c.week(mode, mode&2 != 0)
	return week
}

// YearWeek is YEARWEEK(c, mode): 202401.
func (c Civil) YearWeek(mode int) int {
	year, week := c.week(mode, true)
	return year*100 + week
}

// week is MySQL's calc_week. weekYear: a week belongs to one year only, so that there
// is no week 0.
func (c Civil) week(mode int, weekYear bool) (year, week int) {
	mondayFirst := mode&1 != 0
	// Whether week 1 is the first that begins in the year, or the first with four days of it.
	firstWeekday := (mode&4 != 0) == mondayFirst
	year = c.Year
	first := DaysOf(year, 1, 1)
	start := weekday(first, mondayFirst)
	later := func() bool { return firstWeekday && start != 0 || !firstWeekday && start >= 4 }
	if c.Month == 1 && c.Day <= 7-start {
		if !weekYear && later() {
			return year, 0
		}
		weekYear = true
		year--
		n := daysInYear(year)
		first -= int64(n)
		start = (start + 53*7 - n) % 7
	}
	var days int64
	if later() {
		days = c.Days() - (first + int64(7-start))
	} else {
		days = c.Days() - (first - int64(start))
	}
	if weekYear && days >= 52*7 {
		start = (start + daysInYear(year)) % 7
		if !later() {
			return year + 1, 1
		}
	}
	return year, int(days/7) + 1
}

// LastDay is the last day of the month.
func (c Civil) LastDay() Civil {
	return Civil{Year: c.Year, Month: c.Month, Day: DaysIn(c.Year, c.Month)}
}

// AddMonths keeps the day, or takes the month's last where it has no such day. ok is
// false outside the years 0 to 9999.
func (c Civil) AddMonths(n int64) (out Civil, ok bool) {
	const limit = 10000 * 12
	if n < -limit || n > limit {
		return Civil{}, false
	}
	months := int64(c.Year)*12 + int64(c.Month) - 1 + n
	if months < 0 || months >= limit {
		return Civil{}, false
	}
	c.Year, c.Month = int(months/12), int(months%12)+1
	c.Day = min(c.Day, DaysIn(c.Year, c.Month))
	return c, true
}

// AddMicros moves the clock. ok is false outside 0001-01-01 to 9999-12-31.
func (c Civil) AddMicros(n int64) (out Civil, ok bool) {
	days, micros := n/MicrosPerDay, c.MicrosOfDay()+n%MicrosPerDay
	if micros < 0 {
		micros += MicrosPerDay
		days--
	} else if micros >= MicrosPerDay {
		micros -= MicrosPerDay
		days++
	}
	if days != 0 {
		date, ok := CivilOfDays(c.Days() + days)
		if !ok {
			return Civil{}, false
		}
		c = date
	}
	return c.withMicros(micros), true
}

// Round leaves the seconds so many places, rounded half up or cut off. ok is false
// where that leads out of the year 9999.
func (c Civil) Round(fsp int, truncate bool) (out Civil, ok bool) {
	unit := int(pow10[6-min(max(fsp, 0), 6)])
	rest := c.Micro % unit
	if rest == 0 {
		return c, true
	}
	c.Micro -= rest
	if truncate || rest*2 < unit {
		return c, true
	}
	if c.Month == 0 || c.Day == 0 {
		// No day follows; MySQL gives up, too.
		if c.MicrosOfDay()+int64(unit) >= MicrosPerDay {
			return Civil{}, false
		}
		return c.withMicros(c.MicrosOfDay() + int64(unit)), true
	}
	return c.AddMicros(int64(unit))
}

// RoundMicros leaves a TIME so many places, rounded half away from zero or cut off.
func RoundMicros(micros int64, fsp int, truncate bool) int64 {
	unit := pow10[6-min(max(fsp, 0), 6)]
	rest := micros % unit
	micros -= rest
	switch {
	case truncate:
	case rest*2 >= unit:
		micros += unit
	case rest*2 <= -unit:
		micros -= unit
	}
	return min(max(micros, -MaxTime), MaxTime)
}

// AppendDate spells YYYY-MM-DD.
func AppendDate(dst []byte, packed int64) []byte {
	c := Unpack(packed)
	return append2(append(append2(append(append2(append2(dst, c.Year/100), c.Year%100), '-'), c.Month), '-'), c.Day)
}

// AppendDateTime spells YYYY-MM-DD hh:mm:ss with so many places.
func AppendDateTime(dst []byte, packed int64, fsp int) []byte {
	c := Unpack(packed)
	dst = append(AppendDate(dst, packed), ' ')
	dst = append2(append(append2(append(append2(dst, c.Hour), ':'), c.Minute), ':'), c.Second)
	return appendPlaces(dst, c.Micro, fsp)
}

// AppendTime spells [-]hh:mm:ss with so many places; the hours have two digits or three.
func AppendTime(dst []byte, micros int64, fsp int) []byte {
	if micros < 0 {
		dst = append(dst, '-')
		micros = -micros
	}
	seconds := int(micros / MicrosPerSecond)
	hours := seconds / 3600
	if hours >= 100 {
		dst = strconv.AppendInt(dst, int64(hours), 10)
	} else {
		dst = append2(dst, hours)
	}
	dst = append2(append(append2(append(dst, ':'), seconds/60%60), ':'), seconds%60)
	return appendPlaces(dst, int(micros%MicrosPerSecond), fsp)
}

// append2 appends two digits.
func append2(dst []byte, x int) []byte { return append(dst, byte('0'+x/10), byte('0'+x%10)) }

func appendPlaces(dst []byte, micro, fsp int) []byte {
	if fsp <= 0 {
		return dst
	}
	dst = append(dst, '.')
	dst = append2(append2(append2(dst, micro/10000), micro/100%100), micro%100)
	return dst[:len(dst)-6+min(fsp, 6)]
}
