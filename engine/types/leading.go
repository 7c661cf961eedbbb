package types

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// What a longer text begins with, as [TextNumber] takes it, read eight characters at a time (Lemire, Number Parsing at a
// Gigabyte per Second, 2021; Mytkowicz et al., SIMD within a register). None reads behind the text's end.

const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
	zeros    = '0' * eachByte
)

// eightOf are eight characters of a text from p on, the first as the lowest byte.
func eightOf(s string, p int) uint64 {
	return binary.LittleEndian.Uint64(unsafe.Slice(unsafe.StringData(s[p:p+8]), 8))
}

// LeadingInteger is the integer of at most eighteen digits, maybe behind a minus, that is in a text from p on, and where
// its end is; p: there is none.
func LeadingInteger(s string, p int) (x int64, end int) {
	start := p
	negative := p < len(s) && s[p] == '-'
	if negative {
		p++
	}
	first := p
	if p+8 <= len(s) {
		digits := eightOf(s, p) ^ zeros
		n := 8
		if other := (digits + 0x76*eachByte | digits) & highBits; other != 0 { // above its lowest, what is carried may tell too much
			n = bits.TrailingZeros64(other) >> 3
			digits <<= uint(8-n) * 8 & 63
		}
		if n > 0 {
			digits = digits*10 + digits>>8 // in each second byte, below it the next one's
			x = int64((digits&0x000000FF000000FF*0x000F424000000064 + digits>>16&0x000000FF000000FF*0x0000271000000001) >> 32)
		}
		if p += n; n < 8 {
			return negated(x, negative), ended(start, first, p)
		}
	}
	for ; p < len(s) && isDigit(s[p]); p++ {
		if p-first == 18 {
			return 0, start
		}
		x = x*10 + int64(s[p]-'0')
	}
	return negated(x, negative), ended(start, first, p)
}

func negated(x int64, negative bool) int64 {
	if negative {
		return -x
	}
	return x
}

// ended is p where there is something behind first, else start.
func ended(start, first, p int) int {
	if p == first {
		return start
	}
	return p
}

// LeadingFloat is what a column of a Float keeps for the number without an exponent that is in a text from p on, as
// [TextFloat] does.
func LeadingFloat(s string, p int, to *Type) (x float64, end int) {
	n, end := LeadingInteger(s, p)
	places := 0
	if end > p && end+1 < len(s) && s[end] == '.' && s[p] != '-' && isDigit(s[end+1]) {
		y, last := LeadingInteger(s, end+1)
		places = last - end - 1
		if last-p > mostExact {
			return 0, p
		}
		n, end = n*pow10[places]+y, last
	}
	if end == p || end-p > mostExact || n == 0 && end-p > 1 || to.Scale < NotFixed || to.Unsigned {
		return 0, p
	}
	x = float64(n) / tens[places]
	if to.Protocol == ProtocolFloat {
		x = float64(float32(x))
	}
	return x, end
}

// dashes are what the digits of a date's year and month and its dashes are without ([eightOf]): 0000-00-. To what is left of
// them, dashesMost is added for the high bit of what is more than a digit, or other than a dash.
const (
	dashes     = 0x2D30302D30303030
	dashesMost = 0x7F76767F76767676
)

// textDateTime is how long a datetime without a fraction is.
const textDateTime = len("2006-01-02 15:04:05")

// LeadingDateTime is the datetime of that form that is in a text from p on, as it is packed ([Civil.Pack]), where it is one
// that every mode takes.
func LeadingDateTime(s string, p int) (x int64, end int) {
	if p+textDateTime > len(s) {
		return 0, p
	}
	const (
		day  = 0x30303A3030203030 // 00 00:00
		time = 0x30303A30303A3030 // 00:00:00
		most = 0x76767F76767F7676
	)
	ymd, dhm, hms := eightOf(s, p)^dashes, eightOf(s, p+8)^day, eightOf(s, p+11)^time
	if ((ymd+dashesMost)|ymd|(dhm+most)|dhm|(hms+most)|hms)&highBits != 0 {
		return 0, p
	}
	ymd, dhm, hms = ymd*10+ymd>>8, dhm*10+dhm>>8, hms*10+hms>>8
	c := Civil{
		Year: int(ymd&0xFF)*100 + int(ymd>>16&0xFF), Month: int(ymd >> 40 & 0xFF), Day: int(dhm & 0xFF),
		Hour: int(hms & 0xFF), Minute: int(hms >> 24 & 0xFF), Second: int(hms >> 48 & 0xFF),
	}
	if !c.onCalendar() || c.Hour > 23 || c.Minute > 59 || c.Second > 59 {
		return 0, p
	}
	return c.Pack(), p + textDateTime
}

// LeadingDate is the date that is in a text from p on, as it is packed, where it is one that every mode takes.
func LeadingDate(s string, p int) (x int64, end int) {
	const textDate = len("2006-01-02")
	if p+textDate > len(s) || !isDigit(s[p+8]) || !isDigit(s[p+9]) {
		return 0, p
	}
	ymd := eightOf(s, p) ^ dashes
	if ((ymd+dashesMost)|ymd)&highBits != 0 {
		return 0, p
	}
	ymd = ymd*10 + ymd>>8
	c := Civil{
		Year: int(ymd&0xFF)*100 + int(ymd>>16&0xFF), Month: int(ymd >> 40 & 0xFF), Day: int(s[p+8]-'0')*10 + int(s[p+9]-'0'),
	}
	if !c.onCalendar() {
		return 0, p
	}
	return c.Pack(), p + textDate
}

// onCalendar tells that it has a month and a day that there is.
func (c *Civil) onCalendar() bool {
	return c.Month > 0 && c.Month <= 12 && c.Day > 0 && (c.Day <= 28 || c.Day <= DaysIn(c.Year, c.Month))
}
