package types

import (
	"math"
	"time"
)

func isPunct(c byte) bool {
	return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}

// ParseDateTime reads a date with or without a time as MySQL does (manual 11.2.7;
// sql-common's str_to_datetime): any punctuation between the parts, a T before the
// time, years of two digits, digits without anything between, more than six places
// rounded. An offset such as '+02:00' after the seconds says of which zone the time is;
// it is turned into the session's. fsp is how many places there were, 6 at most.
//
// ok is false where the text is no date, or none that the mode allows: the value is
// NULL, with warning 1292 “Incorrect datetime value”. truncated tells of something
// behind a date: “Truncated incorrect datetime value”. Functions that look at parts of a
// date allow zeros in it: they pass a mode without NoZeroInDate, as [ToDateTime] does.
func ParseDateTime(s string, mode Mode, zone *time.Location) (c Civil, hasTime bool, fsp int, truncated, ok bool) {
	c, hasTime, fsp, truncated, _, ok = parseDateTime(s, mode, zone)
	return c, hasTime, fsp, truncated, ok
}

// PlainDateTime reads YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, of a date that every mode and month has; ok is
// false of all others.
func PlainDateTime(s string) (c Civil, ok bool) {
	if len(s) != 10 && len(s) != 19 || s[4] != '-' || s[7] != '-' {
		return Civil{}, false
	}
	wrong := byte(0)
	two := func(i int) int {
		a, b := s[i]-'0', s[i+1]-'0'
		if a > 9 || b > 9 {
			wrong = 1
		}
		return int(a)*10 + int(b)
	}
	c = Civil{Year: two(0)*100 + two(2), Month: two(5), Day: two(8)}
	if len(s) == 19 {
		if s[10] != ' ' || s[13] != ':' || s[16] != ':' {
			return Civil{}, false
		}
		c.Hour, c.Minute, c.Second = two(11), two(14), two(17)
	}
	return c, wrong == 0 && c.Year > 0 && c.Month > 0 && c.Month <= 12 && c.Day > 0 && c.Day <= 28 && c.Hour < 24 && c.Minute < 60 && c.Second < 60
}

// parseDateTime tells besides whether the text has the form of a date, maybe of none that
// there is.
func parseDateTime(s string, mode Mode, zone *time.Location) (c Civil, hasTime bool, fsp int, truncated, formed, ok bool) {
	for len(s) > 0 && isSpace(s[0]) {
		s = s[1:]
	}
	if s == "" || !isDigit(s[0]) {
		return
	}
	first := 0
	for first < len(s) && (isDigit(s[first]) || s[first] == 'T') {
		first++
	}
	together := first == len(s) || s[first] == '.'
	yearLength, width := 0, 4
	if together {
		yearLength = 2
		if first == 4 || first == 8 || first >= 14 {
			yearLength = 4
		}
		width = yearLength
	}

	const second, micro = 5, 6
	var date [7]int
	var length [7]int
	i, pos, end, nonZero := 0, 0, 0, false
	offset, hasOffset := 0, false
	for i < len(date) && pos < len(s) && isDigit(s[pos]) {
		start, x := pos, 0
		for pos < len(s) && isDigit(s[pos]) && (!together && i != micro || pos-start < width) {
			x = x*10 + int(s[pos]-'0')
			pos++
			if x > 999999 {
				return
			}
		}
		date[i], length[i] = x, pos-start
		nonZero = nonZero || x != 0
		width = 2
		end = pos
		i++
		if pos == len(s) {
			break
		}
		if i-1 == 2 && s[pos] == 'T' {
			pos++
			continue
		}
		if i-1 == second || i-1 == micro {
			if n, is := zoneOffset(s[pos:]); is {
				offset, hasOffset = n, true
				end = len(s)
				break
			}
		}
		if i-1 == second {
			if s[pos] == '.' {
				pos++
				end = pos
				width = 6
				continue
			}
			break
		}
		if i-1 == micro {
			break
		}
		for pos < len(s) && (isPunct(s[pos]) || isSpace(s[pos])) {
			if isSpace(s[pos]) && i-1 != 2 {
				return
			}
			pos++
		}
		end = pos
	}
	if !together {
		yearLength = length[0]
	}
	fsp = length[micro]
	c = Civil{date[0], date[1], date[2], date[3], date[4], date[5], date[6]}
	for range 6 - fsp {
		c.Micro *= 10
	}
	if yearLength == 2 && nonZero {
		if c.Year < twoDigitYears {
			c.Year += 2000
		} else {
			c.Year += 1900
		}
	}
	hasTime = i > 3
	if i < 3 || !c.Valid(mode) {
		return Civil{}, hasTime, fsp, false, true, false
	}

	rest := s[end:]
	up := false
	if fsp == 6 && rest != "" && isDigit(rest[0]) {
		up = rest[0] >= '5'
		for rest != "" && isDigit(rest[0]) {
			rest = rest[1:]
		}
		if n, is := zoneOffset(rest); is {
			offset, hasOffset, rest = n, true, ""
		}
	}
	for j := range len(rest) {
		truncated = truncated || !isSpace(rest[j])
	}
	if up && mode&TimeTruncateFractional == 0 {
		if c, ok = c.AddMicros(1); !ok {
			return Civil{}, hasTime, fsp, false, true, false
		}
	}
	if hasOffset {
		if c.Month == 0 || c.Day == 0 {
			return Civil{}, hasTime, fsp, false, true, false
		}
		if zone == nil {
			zone = time.UTC
		}
		c = CivilOfTime(c.in(time.FixedZone("", offset)).In(zone))
		if c.Year < 0 || c.Year > 9999 {
			return Civil{}, hasTime, fsp, false, true, false
		}
	}
	return c, hasTime, fsp, truncated, true, true
}

// zoneOffset reads a text that is all an offset, -13:59 to +14:00, in seconds. '-00:00'
// is none (manual 11.2.2).
func zoneOffset(s string) (seconds int, ok bool) {
	if len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':' ||
		!isDigit(s[1]) || !isDigit(s[2]) || !isDigit(s[4]) || !isDigit(s[5]) {
		return 0, false
	}
	hours, minutes := int(s[1]-'0')*10+int(s[2]-'0'), int(s[4]-'0')*10+int(s[5]-'0')
	seconds = hours*3600 + minutes*60
	if s[0] == '-' {
		return -seconds, minutes < 60 && seconds > 0 && seconds < 14*3600
	}
	return seconds, minutes < 60 && seconds <= 14*3600
}

// DateTimeFromNumber reads YYYYMMDD, YYMMDD, YYYYMMDDhhmmss or YYMMDDhhmmss (MySQL's
// number_to_datetime). 0 is 0000-00-00.
func DateTimeFromNumber(x int64, mode Mode) (c Civil, hasTime, ok bool) {
	const (
		date   = int64(1000000) // what a date is multiplied by to be one with a time
		y20    = 20000000
		y19    = 19000000
		oneDay = 101
	)
	switch {
	case x == 0 || x >= 10000101000000:
		hasTime = true
		if x > 99999999999999 {
			return Civil{}, true, false
		}
	case x < oneDay:
		return Civil{}, false, false
	case x <= (twoDigitYears-1)*10000+1231:
		x = (x + y20) * date
	case x < twoDigitYears*10000+oneDay:
		return Civil{}, false, false
	case x <= 991231:
		x = (x + y19) * date
	case x <= 99991231:
		x *= date
	case x < oneDay*date:
		return Civil{}, false, false
	default:
		hasTime = true
		switch {
		case x <= (twoDigitYears-1)*10000*date+1231235959:
			x += y20 * date
		case x < twoDigitYears*10000*date+oneDay*date:
			return Civil{}, true, false
		case x <= 991231235959:
			x += y19 * date
		}
	}
	day, clock := int(x/date), int(x%date)
	c = Civil{
		Year: day / 10000, Month: day / 100 % 100, Day: day % 100,
		Hour: clock / 10000, Minute: clock / 100 % 100, Second: clock % 100,
	}
	if !c.Valid(mode) {
		return Civil{}, hasTime, false
	}
	return c, hasTime, true
}

// ParseTime reads a TIME as MySQL does (manual 11.2.3; str_to_time): 'D hh:mm:ss',
// 'hh:mm:ss', 'hh:mm', 'hhmmss' from its end, a date with a time, each with places of
// the second. Out of range it is ±838:59:59, and truncated. ok is false where the text
// is no time: NULL. Both ask for warning 1292 “Truncated incorrect time value”.
func ParseTime(s string) (micros int64, fsp int, truncated, ok bool) {
	for len(s) > 0 && isSpace(s[0]) {
		s = s[1:]
	}
	negative := false
	if s != "" && s[0] == '-' {
		negative = true
		s = s[1:]
	}
	if s == "" {
		return
	}
	const dateAndTime = 12 // as long as one is at least
	if len(s) >= dateAndTime && separated(s) {
		if c, _, places, cut, formed, is := parseDateTime(s, 0, nil); formed {
			return c.MicrosOfDay(), places, cut, is
		}
	}
	number := func() (x int64, small bool) {
		for s != "" && isDigit(s[0]) {
			if x = x*10 + int64(s[0]-'0'); x > math.MaxUint32 {
				return 0, false
			}
			s = s[1:]
		}
		return x, true
	}
	begin := s
	x, small := number()
	if !small {
		return
	}
	digits := s
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	var part [4]int64 // days, hours, minutes, seconds
	state := 0
	switch {
	case len(s) > 1 && len(s) < len(digits) && isDigit(s[0]):
		part[0], state = x, 1
	case len(s) > 1 && s[0] == ':' && isDigit(s[1]):
		part[1], state = x, 2
		s = s[1:]
	default:
		part[1], part[2], part[3] = x/10000, x/100%100, x%100
	}
	for state > 0 && state < len(part) {
		if part[state], small = number(); !small {
			return
		}
		state++
		if len(s) < 2 || s[0] != ':' || !isDigit(s[1]) {
			break
		}
		s = s[1:]
	}
	var micro int64
	up := false
	switch {
	case len(s) >= 2 && s[0] == '.' && isDigit(s[1]):
		for s = s[1:]; s != "" && isDigit(s[0]); s = s[1:] {
			switch {
			case fsp < 6:
				micro = micro*10 + int64(s[0]-'0')
				fsp++
			case fsp == 6:
				up = s[0] >= '5'
				for len(s) > 1 && isDigit(s[1]) {
					s = s[1:]
				}
			}
		}
		micro *= pow10[6-fsp]
	case s == ".":
		s = ""
	}
	// What a float's spelling may end with makes it no time.
	if len(s) > 1 && (s[0] == 'e' || s[0] == 'E') &&
		(isDigit(s[1]) || len(s) > 2 && (s[1] == '-' || s[1] == '+') && isDigit(s[2])) {
		return 0, fsp, false, false
	}
	if part[2] > 59 || part[3] > 59 {
		return 0, fsp, false, false
	}
	const enough = 1 << 20 // days or hours; more would overflow
	micros = ((min(part[0], enough)*24+min(part[1], enough))*3600+part[2]*60+part[3])*MicrosPerSecond + micro
	if up {
		micros++
	}
	if micros > MaxTime {
		micros, truncated = MaxTime, true
	}
	if negative {
		micros = -micros
	}
	for j := range len(s) {
		if !isSpace(s[j]) {
			return micros, fsp, true, s != begin
		}
	}
	return micros, fsp, truncated, true
}

// TimeWithDate is what [ParseTime] reads of a text that has a date before the time; ok is
// false for others.
func TimeWithDate(s string) (c Civil, fsp int, truncated, ok bool) {
	for len(s) > 0 && isSpace(s[0]) {
		s = s[1:]
	}
	if len(s) < 12 || !separated(s) {
		return Civil{}, 0, false, false
	}
	c, hasTime, fsp, truncated, ok := ParseDateTime(s, 0, nil)
	return c, fsp, truncated, ok && hasTime
}

// separated tells whether a text can be a date with a time to ParseTime: digits only, or
// with a space or a T between the date and the time.
func separated(s string) bool {
	other := false
	for i := range len(s) {
		if isSpace(s[i]) || s[i] == 'T' {
			return true
		}
		other = other || isPunct(s[i]) && s[i] != '.'
	}
	return !other
}

// TimeFromNumber reads hhmmss (MySQL's number_to_time), and a date with a time as
// [DateTimeFromNumber] does. ok is false where it is no time; out of range it is
// ±838:59:59 besides, for the callers that warn and keep it.
func TimeFromNumber(x int64) (micros int64, ok bool) {
	const greatest = 8385959
	if x > greatest {
		if x >= 10000000000 {
			if c, _, ok := DateTimeFromNumber(x, 0); ok {
				return c.MicrosOfDay(), true
			}
		}
		return MaxTime, false
	}
	if x < -greatest {
		return -MaxTime, false
	}
	if x%100 >= 60 || x/100%100 >= 60 || x%100 <= -60 || x/100%100 <= -60 {
		return 0, false
	}
	return (x/10000*3600 + x/100%100*60 + x%100) * MicrosPerSecond, true
}
