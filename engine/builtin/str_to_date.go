package builtin

import (
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// strToDate is STR_TO_DATE. Its type is that of the specifiers that a constant format has:
// DATE, TIME or DATETIME, with six places for %f; DATETIME(6) where the format is not
// constant. What the format does not take is NULL, with warning 1411, as are dates that
// sql_mode forbids, '2024-00-00' under NO_ZERO_IN_DATE, and, from MySQL 8.0.35 on, days
// that a month does not have.
var strToDate = &expr.Function{
	Name: "str_to_date", Min: 2, Max: 2, MayNull: true, Params: []expr.Want{expr.Text},
	Description: "Reads a date or time by a format, as DATE_FORMAT would spell it.",
	Result: func(r *expr.Resolver, args []expr.Expr) (types.Type, error) {
		if v, ok := r.Constant(args[1]); ok && v.Kind == types.String {
			return formatType(v.S), nil
		}
		return withPlaces(types.TypeDateTime, 6), nil
	},
	Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
		p := dateParser{c: c, text: args[0].S, week: -1, weekYear: -1}
		p.skipSpace()
		ok := p.parse(args[1].S) && p.finish()
		if ok && call.T.Kind != types.Time {
			d := p.d
			if call.T.Kind == types.Date {
				d = d.Date()
			}
			ok = d.Valid(c.Mode)
		}
		if !ok {
			warnFunction(c, kindWord(call.T.Kind), args[0].S, "str_to_date")
			return types.Value{}, nil
		}
		if strings.Trim(p.text, " \t\r\n\v\f") != "" {
			warnTruncated(c, kindWord(call.T.Kind), args[0].S)
		}
		switch call.T.Kind {
		case types.Date:
			return types.DateValue(p.d.Date().Pack()), nil
		case types.Time:
			// A day is hours here.
			return types.TimeValue(limitTime(c, p.d.MicrosOfDay()+int64(p.d.Day)*types.MicrosPerDay)), nil
		}
		return types.DateTimeValue(p.d.Pack()), nil
	},
}

func kindWord(k types.Kind) string {
	switch k {
	case types.Date:
		return "date"
	case types.Time:
		return "time"
	}
	return "datetime"
}

// formatType is the type that a format gives STR_TO_DATE. %d and %e alone do not make a
// date of a time. (Item_func_str_to_date::fix_from_format.)
func formatType(format string) types.Type {
	date, clock, fraction := false, false, false
	for i := 0; i+1 < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		i++
		switch {
		case format[i] == 'f':
			fraction, clock = true, true
		case strings.IndexByte("HISThiklrs", format[i]) >= 0:
			clock = true
		case strings.IndexByte("MVUXYWabcjmvuxyw", format[i]) >= 0:
			date = true
		}
	}
	places := 0
	if fraction {
		places = 6
	}
	switch {
	case clock && date:
		return withPlaces(types.TypeDateTime, places)
	case clock:
		return withPlaces(types.TypeTime, places)
	}
	return types.TypeDate
}

// dateParser reads a text by a format. (MySQL's extract_date_time.)
type dateParser struct {
	c    *expr.Context
	text string // what is not read yet
	d    types.Civil

	half         int // the hours that %p adds
	twelve       bool
	yearDay      int
	weekday      int // from 1 for Monday
	week         int // -1: none
	sundayFirst  bool
	strictWeek   bool // %V or %v: the year is that of %X or %x
	weekYear     int  // -1: none
	weekYearFrom bool // sundayFirst of it
}

func (p *dateParser) skipSpace() {
	p.text = strings.TrimLeft(p.text, " \t\r\n\v\f")
}

// number reads a number of at most so many digits.
func (p *dateParser) number(width int) (x, length int, ok bool) {
	for length < width && length < len(p.text) && p.text[length] >= '0' && p.text[length] <= '9' {
		x = x*10 + int(p.text[length]-'0')
		length++
	}
	p.text = p.text[length:]
	return x, length, length > 0
}

// word reads one of the words, of each its first letters where length is not 0, in either
// case; or the beginning of one that no other has. It gives the word's index.
func (p *dateParser) word(words []string, length int) (int, bool) {
	n := 0
	for n < len(p.text) && (p.text[n]|0x20 >= 'a' && p.text[n]|0x20 <= 'z') {
		n++
	}
	found, count := 0, 0
	for i, w := range words {
		if length > 0 {
			w = w[:length]
		}
		if n > len(w) || !strings.EqualFold(p.text[:n], w[:n]) {
			continue
		}
		found = i
		if count++; n == len(w) {
			count = 1
			break
		}
	}
	p.text = p.text[n:]
	return found, count == 1
}

func twoDigitYear(year int) int {
	if year < 70 {
		return year + 2000
	}
	return year + 1900
}

// parse follows the format as far as the text goes.
func (p *dateParser) parse(format string) bool {
	for i := 0; i < len(format); i++ {
		p.skipSpace()
		if p.text == "" || longEnded(p.c, i) {
			break
		}
		if format[i] != '%' || i+1 == len(format) {
			if strings.IndexByte(" \t\r\n\v\f", format[i]) >= 0 {
				continue
			}
			if p.text[0] != format[i] {
				return false
			}
			p.text = p.text[1:]
			continue
		}
		i++
		if !p.specifier(format[i]) {
			return false
		}
	}
	if p.twelve {
		if p.d.Hour < 1 || p.d.Hour > 12 {
			return false
		}
		p.d.Hour = p.d.Hour%12 + p.half
		p.twelve = false
	}
	return true
}

func (p *dateParser) specifier(s byte) bool {
	var ok bool
	var length int
	switch s {
	case 'Y':
		if p.d.Year, length, ok = p.number(4); length <= 2 {
			p.d.Year = twoDigitYear(p.d.Year)
		}
	case 'y':
		p.d.Year, _, ok = p.number(2)
		p.d.Year = twoDigitYear(p.d.Year)
	case 'm', 'c':
		p.d.Month, _, ok = p.number(2)
	case 'M':
		p.d.Month, ok = p.word(monthNames[:], 0)
		p.d.Month++
	case 'b':
		p.d.Month, ok = p.word(monthNames[:], 3)
		p.d.Month++
	case 'd', 'e':
		p.d.Day, _, ok = p.number(2)
	case 'D':
		p.d.Day, _, ok = p.number(2)
		p.text = p.text[min(2, len(p.text)):] // st, nd, rd, th
	case 'h', 'I', 'l':
		p.twelve = true
		p.d.Hour, _, ok = p.number(2)
	case 'k', 'H':
		p.d.Hour, _, ok = p.number(2)
	case 'i':
		p.d.Minute, _, ok = p.number(2)
	case 's', 'S':
		p.d.Second, _, ok = p.number(2)
	case 'f':
		p.d.Micro, length, ok = p.number(6)
		for ; length < 6; length++ {
			p.d.Micro *= 10
		}
	case 'p':
		if len(p.text) < 2 || !p.twelve {
			return false
		}
		switch strings.ToUpper(p.text[:2]) {
		case "PM":
			p.half = 12
		case "AM":
			p.half = 0
		default:
			return false
		}
		p.text, ok = p.text[2:], true
	case 'W':
		p.weekday, ok = p.word(dayNames[:], 0)
		p.weekday++
	case 'a':
		p.weekday, ok = p.word(dayNames[:], 3)
		p.weekday++
	case 'w':
		if p.weekday, _, ok = p.number(1); p.weekday > 6 {
			return false
		}
		if p.weekday == 0 {
			p.weekday = 7
		}
	case 'j':
		p.yearDay, _, ok = p.number(3)
	case 'V', 'U', 'v', 'u':
		p.sundayFirst = s == 'U' || s == 'V'
		p.strictWeek = s == 'V' || s == 'v'
		p.week, _, ok = p.number(2)
		if p.week > 53 || p.strictWeek && p.week == 0 {
			return false
		}
	case 'X', 'x':
		p.weekYearFrom = s == 'X'
		p.weekYear, _, ok = p.number(4)
	case 'r', 'T':
		format := "%H:%i:%S"
		if s == 'r' {
			format = "%I:%i:%S %p"
		}
		return p.parse(format)
	case '.', '@', '#':
		for p.text != "" && skipped(s, p.text[0]) {
			p.text = p.text[1:]
		}
		return true
	}
	return ok
}

// skipped tells whether %. (punctuation), %@ (letters) or %# (digits) passes a byte over.
func skipped(class, b byte) bool {
	letter := b|0x20 >= 'a' && b|0x20 <= 'z'
	digit := b >= '0' && b <= '9'
	switch class {
	case '@':
		return letter
	case '#':
		return digit
	}
	return b > ' ' && b < 0x7f && !letter && !digit
}

// finish makes a date of the day of the year, or of the week and weekday, and checks the
// parts' ranges.
func (p *dateParser) finish() bool {
	on := func(days int64) bool {
		d, ok := types.CivilOfDays(days)
		p.d.Year, p.d.Month, p.d.Day = d.Year, d.Month, d.Day
		return ok
	}
	if p.yearDay > 0 && !on(types.DaysOf(p.d.Year, 1, 1)+int64(p.yearDay)-1) {
		return false
	}
	if p.week >= 0 && p.weekday > 0 {
		year := p.d.Year
		if p.strictWeek {
			if p.weekYear < 0 || p.weekYearFrom != p.sundayFirst {
				return false
			}
			year = p.weekYear
		} else if p.weekYear >= 0 {
			return false
		}
		first := types.Civil{Year: year, Month: 1, Day: 1}
		weekday := first.Weekday()
		late, day := weekday > 3, p.weekday-1
		if p.sundayFirst {
			weekday = (weekday + 1) % 7
			late, day = weekday != 0, p.weekday%7
		}
		days := first.Days() - int64(weekday) + int64(p.week-1)*7 + int64(day)
		if late {
			days += 7
		}
		if !on(days) {
			return false
		}
	}
	d := p.d
	return d.Month <= 12 && d.Day <= 31 && d.Hour <= 23 && d.Minute <= 59 && d.Second <= 59
}
