package types

import (
	"math"
	"strings"
	"unicode/utf8"
)

// Fits tells whether [Store] keeps each value of a vector as it is, without a warning or an
// error, in a column of the type to. False may mean that this was not looked at. NULLs fit.
func Fits(v *Vec, from, to *Type) bool {
	if v.Kind == Null {
		return true
	}
	if v.Kind != to.Kind || v.Same() {
		return false
	}
	switch v.Kind {
	case Int:
		if to.IsYear() {
			return from.IsYear()
		}
		bits := integerBits(to.Protocol)
		least, most := int64(-1)<<(bits-1), int64(1)<<(bits-1)-1
		for _, x := range v.I {
			if x < least || x > most {
				return false
			}
		}
		return true
	case Uint:
		most := ^uint64(0) >> (64 - integerBits(to.Protocol))
		for _, x := range v.I {
			if uint64(x) > most {
				return false
			}
		}
		return true
	case Float:
		return to.Scale == NotFixed && (!to.Unsigned || from.Unsigned) && (to.Protocol != ProtocolFloat || from.Protocol == ProtocolFloat)
	case String:
		return v.stringsFit(from, to)
	case Date, DateTime:
		return to.Scale >= from.Scale && (!to.IsTimestamp() || from.IsTimestamp()) && v.datesFit()
	case Decimal:
		return v.decimalsFit(to)
	case JSON:
		return true
	}
	return false
}

// decimalsFit tells that the digits of all decimals, of which none is rounded, are as few as those of the type.
func (v *Vec) decimalsFit(to *Type) bool {
	if to.Length >= len(pow10) {
		return false
	}
	for i, d := range v.D {
		x, ok := d.Digits(to.Scale)
		if (!ok || abs64(x) >= uint64(pow10[to.Length]) || x < 0 && to.Unsigned) && !v.Null(i) {
			return false
		}
	}
	return true
}

func (v *Vec) stringsFit(from, to *Type) bool {
	if to.Protocol == ProtocolString || to.Collation == Binary || from.Collation == Binary ||
		from.Collation != to.Collation && (from.Collation.Charset() != to.Collation.Charset()) {
		return false
	}
	if v.Dict != nil && len(v.Dict.Values) < len(v.Codes) {
		for _, s := range v.Dict.Values {
			if len(s) > to.Length {
				return false
			}
		}
		return true
	}
	for i := range v.n {
		if len(v.Str(i)) > to.Length {
			return false
		}
	}
	return true
}

// datesFit tells that all dates have a month and a day, which every mode takes.
func (v *Vec) datesFit() bool {
	day := int64(-1)
	for i, x := range v.I {
		if d := DateOf(x); d != day {
			if v.Nulls != nil && v.Nulls[i] {
				continue
			}
			if c := Unpack(d); c.Month == 0 || c.Day == 0 || c.Day > DaysIn(c.Year, c.Month) {
				return false
			}
			day = d
		}
	}
	return true
}

// IntegerFits tells that a column of an Int or Uint, but YEAR, has the integer in its range.
func IntegerFits(x int64, to *Type) bool {
	bits := integerBits(to.Protocol)
	if to.Kind == Uint {
		return x >= 0 && (bits == 64 || x>>bits == 0)
	}
	return !to.IsYear() && (x>>(bits-1) == 0 || x>>(bits-1) == -1)
}

// IntegerRange is the range of a column of an Int or Uint in which [IntegerFits]; of integers that are no more than an int64.
func IntegerRange(to *Type) (low, high int64) {
	bits := integerBits(to.Protocol)
	switch {
	case to.Kind == Uint && bits == 64:
		return 0, math.MaxInt64
	case to.Kind == Uint:
		return 0, 1<<bits - 1
	case to.IsYear():
		return 0, -1
	}
	return -1 << (bits - 1), 1<<(bits-1) - 1
}

// TextNumber is the number by which a column of a kind that is kept as one, an Int, Uint, Date
// or DateTime, keeps a text, where [Store] has no word to say of it and the text has its usual
// form. False may mean that it has another.
func TextNumber(s string, to *Type) (x int64, ok bool) {
	switch to.Kind {
	case Int, Uint:
		x, ok = shortInteger(s)
		return x, ok && IntegerFits(x, to)
	case Date, DateTime:
		const date, datetime = len("2006-01-02"), len("2006-01-02 15:04:05")
		if len(s) != date && (len(s) != datetime || to.Kind == Date) || s[4] != '-' || s[7] != '-' {
			return 0, false
		}
		var c Civil
		var wrong byte
		two := func(i int) int {
			a, b := s[i]-'0', s[i+1]-'0'
			if a > 9 || b > 9 {
				wrong = 1
			}
			return int(a)*10 + int(b)
		}
		c.Year, c.Month, c.Day = two(0)*100+two(2), two(5), two(8)
		if len(s) == datetime {
			if s[10] != ' ' || s[13] != ':' || s[16] != ':' {
				return 0, false
			}
			c.Hour, c.Minute, c.Second = two(11), two(14), two(17)
		}
		if wrong != 0 || !c.onCalendar() || c.Hour > 23 || c.Minute > 59 || c.Second > 59 {
			return 0, false
		}
		return c.Pack(), true
	}
	return 0, false
}

// TextDecimal is the number that a column of a DECIMAL keeps for a text of digits, where it has a place for each of them
// and [Store] no word to say. False may mean that the text has another form.
func TextDecimal(s string, to *Type) (d Dec, ok bool) {
	negative := s != "" && s[0] == '-' && !to.Unsigned
	if negative {
		s = s[1:]
	}
	if to.Length >= len(pow10) || len(s) > to.Length+1 {
		return Dec{}, false
	}
	point := strings.IndexByte(s, '.')
	places := 0
	if point < 0 {
		point = len(s)
	} else if places = len(s) - point - 1; places == 0 {
		return Dec{}, false
	}
	if point == 0 || point > to.Length-to.Scale || places > to.Scale {
		return Dec{}, false
	}
	for i := range len(s) {
		digit := s[i] - '0'
		if i == point {
			continue
		}
		if digit > 9 {
			return Dec{}, false
		}
		d.small = d.small*10 + int64(digit)
	}
	d.small *= pow10[to.Scale-places]
	d.scale = int32(to.Scale)
	if negative {
		d.small = -d.small
	}
	return d, true
}

// TextFloat is the number that a column of a Float keeps for a text, where [Store] has no word to
// say of it and the text has few digits: so few that the whole number of all of them, and what
// it is divided by, are exact (Clinger, How to Read Floating Point Numbers Accurately, 1990).
func TextFloat(s string, to *Type) (x float64, ok bool) {
	if to.Scale < NotFixed || to.Unsigned || len(s) == 0 || len(s) > mostExact+1 {
		return 0, false
	}
	n, point := int64(0), -1
	digits := strings.TrimPrefix(s, "-")
	for i := range len(digits) {
		switch c := digits[i]; {
		case isDigit(c):
			n = n*10 + int64(c-'0')
		case c == '.' && point < 0:
			point = i
		default:
			return 0, false
		}
	}
	if n == 0 && digits != "0" || len(digits) > mostExact {
		return 0, false
	}
	x = float64(n)
	if point >= 0 {
		x /= tens[len(digits)-1-point]
	}
	if len(digits) < len(s) {
		x = -x
	}
	if to.Protocol == ProtocolFloat {
		x = float64(float32(x))
	}
	return x, n != 0 || len(digits) == len(s)
}

const mostExact = 15 // digits

var tens = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14}

// TextFits tells that a column of texts keeps a text of UTF-8 as it is.
func TextFits(s string, to *Type) bool { return PlainTextFits(s, isASCII(s), to) }

// PlainTextFits is TextFits of a text that is known to be of ASCII or not.
func PlainTextFits(s string, ascii bool, to *Type) bool {
	if len(s) > to.Length || to.Collation == Binary || !ascii && (!utf8.ValidString(s) || to.Collation.Charset() != "utf8mb4") {
		return false
	}
	return to.Protocol != ProtocolString || s == "" || s[len(s)-1] != ' '
}
