package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unsafe"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
)

// appendTextRow appends a row's payload in the text protocol.
func appendTextRow(b []byte, row []sqltypes.Value) []byte {
	for i := range row {
		if row[i].IsNull() {
			b = append(b, 0xfb)
		} else {
			b = appendString(b, row[i].Raw())
		}
	}
	return b
}

// appendBinaryRow appends a row's payload in the binary protocol: a bit for
// each NULL, from the third bit on, then the other values. A value that does
// not spell one of its field's type is an error.
func appendBinaryRow(b []byte, fields []*querypb.Field, row []sqltypes.Value) ([]byte, error) {
	b = append(b, 0)
	nulls := len(b)
	for range (len(row) + 7 + 2) / 8 {
		b = append(b, 0)
	}
	for i := range row {
		if row[i].IsNull() {
			b[nulls+(i+2)/8] |= 1 << ((i + 2) % 8)
			continue
		}
		var err error
		if b, err = appendBinaryValue(b, fields[i].Type, shared(row[i].Raw())); err != nil {
			return b, fmt.Errorf("wire: column %s: %w", fields[i].Name, err)
		}
	}
	return b, nil
}

// shared is a string of bytes that are not copied: nothing keeps the string, and
// the bytes are a row's, which do not change.
func shared(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func appendBinaryValue(b []byte, t querypb.Type, s string) ([]byte, error) {
	switch t {
	case sqltypes.Int8:
		n, err := strconv.ParseInt(s, 10, 8)
		return append(b, byte(n)), err
	case sqltypes.Uint8:
		n, err := strconv.ParseUint(s, 10, 8)
		return append(b, byte(n)), err
	case sqltypes.Int16:
		n, err := strconv.ParseInt(s, 10, 16)
		return binary.LittleEndian.AppendUint16(b, uint16(n)), err
	case sqltypes.Uint16, sqltypes.Year:
		n, err := strconv.ParseUint(s, 10, 16)
		return binary.LittleEndian.AppendUint16(b, uint16(n)), err
	case sqltypes.Int24, sqltypes.Int32:
		n, err := strconv.ParseInt(s, 10, 32)
		return binary.LittleEndian.AppendUint32(b, uint32(n)), err
	case sqltypes.Uint24, sqltypes.Uint32:
		n, err := strconv.ParseUint(s, 10, 32)
		return binary.LittleEndian.AppendUint32(b, uint32(n)), err
	case sqltypes.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		return binary.LittleEndian.AppendUint64(b, uint64(n)), err
	case sqltypes.Uint64:
		n, err := strconv.ParseUint(s, 10, 64)
		return binary.LittleEndian.AppendUint64(b, n), err
	case sqltypes.Float32:
		x, err := strconv.ParseFloat(s, 32)
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(x))), err
	case sqltypes.Float64:
		x, err := strconv.ParseFloat(s, 64)
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(x)), err
	case sqltypes.Date, sqltypes.Datetime, sqltypes.Timestamp:
		return appendBinaryDate(b, s)
	case sqltypes.Time:
		return appendBinaryTime(b, s)
	}
	return appendString(b, s), nil
}

// appendBinaryDate appends a date as its length and as many parts of it as are
// not zero: year, month, day; hour, minute, second; microsecond.
func appendBinaryDate(b []byte, s string) ([]byte, error) {
	p := parts{rest: s}
	year, month, day := p.number('-'), p.number('-'), p.number(' ')
	var hour, minute, second, micro uint32
	if p.rest != "" {
		hour, minute, second, micro = p.clock()
	}
	if p.bad || p.rest != "" || year > 9999 || month > 12 || day > 31 || hour > 23 {
		return b, fmt.Errorf("'%s' is no date", s)
	}
	return appendDateParts(b, int(year), int(month), int(day), int(hour), int(minute), int(second), int(micro)), nil
}

func appendDateParts(b []byte, year, month, day, hour, minute, second, micro int) []byte {
	length := byte(0)
	switch {
	case micro != 0:
		length = 11
	case hour|minute|second != 0:
		length = 7
	case year|month|day != 0:
		length = 4
	}
	b = append(b, length)
	if length >= 4 {
		b = append(b, byte(year), byte(year>>8), byte(month), byte(day))
	}
	if length >= 7 {
		b = append(b, byte(hour), byte(minute), byte(second))
	}
	if length == 11 {
		b = binary.LittleEndian.AppendUint32(b, uint32(micro))
	}
	return b
}

// appendBinaryTime appends a time: its length, then, unless it is zero, the
// sign, days, hour, minute and second, and the microsecond unless that is zero.
func appendBinaryTime(b []byte, s string) ([]byte, error) {
	digits, negative := strings.CutPrefix(s, "-")
	p := parts{rest: digits}
	hours, minute, second, micro := p.clock()
	if p.bad || p.rest != "" || hours > 838 {
		return b, fmt.Errorf("'%s' is no time", s)
	}
	if hours|minute|second|micro == 0 {
		return append(b, 0), nil
	}
	length, sign := byte(8), byte(0)
	if micro != 0 {
		length = 12
	}
	if negative {
		sign = 1
	}
	b = append(b, length, sign)
	b = binary.LittleEndian.AppendUint32(b, hours/24)
	b = append(b, byte(hours%24), byte(minute), byte(second))
	if micro != 0 {
		b = binary.LittleEndian.AppendUint32(b, micro)
	}
	return b, nil
}

// parts takes the text of a date or a time apart.
type parts struct {
	rest string
	bad  bool // what was taken was no number
}

// number takes digits up to the separator, and that, or up to the end.
func (p *parts) number(separator byte) (n uint32) {
	i := 0
	for ; i < len(p.rest) && i < 9 && '0' <= p.rest[i] && p.rest[i] <= '9'; i++ {
		n = n*10 + uint32(p.rest[i]-'0')
	}
	p.bad = p.bad || i == 0
	if i < len(p.rest) {
		p.bad = p.bad || p.rest[i] != separator
		i++
	}
	p.rest = p.rest[i:]
	return n
}

// clock takes hours:minutes:seconds and, where there are, up to six digits of a
// fraction.
func (p *parts) clock() (hours, minute, second, micro uint32) {
	hours, minute, second = p.number(':'), p.number(':'), p.number('.')
	if digits := len(p.rest); digits > 0 {
		p.bad = p.bad || digits > 6
		micro = p.number('.')
		for ; digits < 6; digits++ {
			micro *= 10
		}
	}
	p.bad = p.bad || minute > 59 || second > 59
	return hours, minute, second, micro
}
