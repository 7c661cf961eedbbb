package types

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// Conversions between types by MySQL's rules (manual 12.3 and 12.10). NULL is NULL of any
// type. What does not convert gives a warning and what MySQL then has: 0 or the prefix
// that is a number, NULL for a date.

// Warnings' numbers.
const (
	warnTruncated     = mysql.ER_TRUNCATED_WRONG_VALUE // 1292
	warnOutOfRange    = mysql.ER_WARN_DATA_OUT_OF_RANGE
	warnUnknown       = mysql.ER_UNKNOWN_ERROR
	warnInvalidString = mysql.ER_INVALID_CHARACTER_STRING
	warnInvalidJSON   = 3156
)

// shownBytes is how much of a value a warning shows.
const shownBytes = 128

func (e *Env) warn(code uint16, format string, args ...any) {
	if e != nil && e.Warn != nil {
		e.Warn(code, fmt.Sprintf(format, args...))
	}
}

// truncated warns that a text is no value of the type, or not all of it.
func (e *Env) truncated(what, text string) {
	e.warn(warnTruncated, "Truncated incorrect %s value: '%s'", what, shown(text))
}

// incorrect warns that a text is no date.
func (e *Env) incorrect(text string) {
	e.warn(warnTruncated, "Incorrect datetime value: '%s'", shown(text))
}

func shown(text string) string {
	if len(text) <= shownBytes {
		return text
	}
	n := shownBytes
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

func (e *Env) mode() Mode {
	if e == nil {
		return 0
	}
	// The functions that take a date take one with zeros in it; sql_mode is for what is stored.
	return e.Mode &^ NoZeroInDate
}

func (e *Env) truncates() bool { return e != nil && e.Mode&TimeTruncateFractional != 0 }

func (e *Env) zone() *time.Location {
	if e == nil || e.Zone == nil {
		return time.UTC
	}
	return e.Zone
}

// today is the date of NOW().
func (e *Env) today() Civil {
	if e == nil {
		return Civil{}
	}
	return CivilOfTime(e.Now.In(e.zone())).Date()
}

// onlySpace tells whether what follows a number does not matter.
func onlySpace(s string) bool {
	for i := range len(s) {
		if !isSpace(s[i]) {
			return false
		}
	}
	return true
}

// numberPrefix is the longest prefix that is a floating-point number, spaces before it
// included.
func numberPrefix(s string) string {
	i := 0
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	digits, point := 0, false
	for ; i < len(s) && (isDigit(s[i]) || s[i] == '.' && !point); i++ {
		if s[i] == '.' {
			point = true
		} else {
			digits++
		}
	}
	if digits == 0 {
		return ""
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '-' || s[j] == '+') {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			for j < len(s) && isDigit(s[j]) {
				j++
			}
			i = j
		}
	}
	return s[:i]
}

// textToFloat reads the prefix of a text that is a number.
func textToFloat(e *Env, s string) float64 {
	prefix := numberPrefix(s)
	x := 0.0
	rest := s[len(prefix):]
	if prefix != "" {
		var err error
		x, err = strconv.ParseFloat(strings.TrimLeft(prefix, " \t\n\v\f\r"), 64)
		if err != nil { // too large
			x = math.Copysign(math.MaxFloat64, x)
			e.truncated("DOUBLE", s)
			return x
		}
	}
	if !onlySpace(rest) {
		e.truncated("DOUBLE", s)
	}
	return x
}

// textToInt reads the prefix of a text that is a whole number, as its bits; wide tells
// that it is beyond the signed range.
func textToInt(e *Env, s string) (x int64, negative, wide bool) {
	i := 0
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	var u uint64
	start, over := i, false
	for ; i < len(s) && isDigit(s[i]); i++ {
		d := uint64(s[i] - '0')
		over = over || u > (math.MaxUint64-d)/10
		u = u*10 + d
	}
	const least = uint64(1) << 63
	switch {
	case over && !negative:
		u = math.MaxUint64
	case negative && (over || u > least):
		u, over = least, true
	case negative:
		u = -u
	}
	if i == start || over || !onlySpace(s[i:]) {
		e.truncated("INTEGER", s)
	}
	return int64(u), negative, !negative && u > math.MaxInt64
}

// hexNumber is the number that bytes are, big-endian, as a hexadecimal literal's in a
// number's place; of long ones the last eight bytes count.
func hexNumber(s string) uint64 {
	var x uint64
	for _, b := range []byte(s) {
		x = x<<8 | uint64(b)
	}
	return x
}

// temporalNumber is a date or time as a number, 20240131 or 20240131123456.5; its scale
// is 6, or 0 where the seconds are whole.
func temporalNumber(v Value) Dec {
	c, negative := Civil{}, false
	if v.Kind == Time {
		micros := v.I
		if negative = micros < 0; negative {
			micros = -micros
		}
		// The hours may have three digits; in place of a day there is nothing.
		seconds := micros / MicrosPerSecond
		c.Hour, c.Minute, c.Second = int(seconds/3600), int(seconds/60%60), int(seconds%60)
		c.Micro = int(micros % MicrosPerSecond)
	} else {
		c = Unpack(v.I)
	}
	x := int64(c.Year*10000 + c.Month*100 + c.Day)
	if v.Kind != Date {
		x = x*1000000 + int64(c.Hour*10000+c.Minute*100+c.Second)
	}
	d := Dec{small: x}
	if c.Micro != 0 {
		d = Dec{small: x*MicrosPerSecond + int64(c.Micro), scale: 6}
		if x > math.MaxInt64/MicrosPerSecond-1 {
			d = Dec{small: x}.Mul(Dec{small: MicrosPerSecond}).Add(Dec{small: int64(c.Micro)})
			d.scale = 6
		}
	}
	if negative {
		return d.Neg()
	}
	return d
}

// temporalInt is a date or time as a whole number: rounded as a time, so that 59.5
// seconds are the next minute.
func temporalInt(e *Env, v Value) int64 {
	switch v.Kind {
	case DateTime:
		if c, ok := Unpack(v.I).Round(0, e.truncates()); ok {
			v.I = c.Pack()
		}
	case Time:
		v.I = RoundMicros(v.I, 0, e.truncates())
	}
	x, _ := temporalNumber(v).Truncate(0).Int64()
	return x
}

// jsonScalar is the text of a JSON document that is a number, a string or a boolean.
// ok is false for others.
func jsonScalar(text string) (s string, ok bool) {
	switch {
	case text == "true":
		return "1", true
	case text == "false":
		return "0", true
	case text == "" || text == "null" || text[0] == '[' || text[0] == '{':
		return "0", false
	case text[0] == '"':
		if s, err := strconv.Unquote(text); err == nil {
			return s, true
		}
		return strings.Trim(text, `"`), true
	}
	return text, true
}

func jsonNumber(e *Env, v Value, what string) Value {
	s, ok := jsonScalar(v.S)
	if !ok {
		e.warn(warnInvalidJSON, "Invalid JSON value for CAST to %s from column %s at row 1", what, "json")
	}
	return StringValue(s)
}

// ToFloat is the value as a DOUBLE. Of a text it is the number that it begins with, with
// warning 1292 where something follows; ENUM and SET are their numbers.
func ToFloat(e *Env, v Value) (Value, error) {
	switch v.Kind {
	case Null, Float:
		return v, nil
	case Int, Enum:
		return FloatValue(float64(v.I)), nil
	case Uint, Bit, Set:
		return FloatValue(float64(uint64(v.I))), nil
	case Decimal:
		return FloatValue(v.D.Float()), nil
	case JSON:
		return FloatValue(textToFloat(e, jsonNumber(e, v, "DOUBLE").S)), nil
	case String:
		return FloatValue(textToFloat(e, v.S)), nil
	}
	return FloatValue(temporalNumber(v).Float()), nil
}

// ToInt is the value as a signed BIGINT: numbers rounded (a Float half to even, a
// Decimal half away from zero) and held in the range, a Uint's bits as they are, of a
// text the whole number that it begins with.
func ToInt(e *Env, v Value) (Value, error) {
	switch v.Kind {
	case Null, Int:
		return v, nil
	case Uint, Bit, Set, Enum:
		return IntValue(v.I), nil
	case Float:
		return IntValue(floatToInt(v.F)), nil
	case Decimal:
		x, ok := v.D.Int64()
		if !ok {
			e.truncated("DECIMAL", v.D.String())
		}
		return IntValue(x), nil
	case JSON:
		v = jsonNumber(e, v, "INTEGER")
		if d, rest := ParseDec(v.S); rest == "" {
			return ToInt(e, DecimalValue(d))
		}
		fallthrough
	case String:
		x, _, wide := textToInt(e, v.S)
		if wide {
			e.warn(warnUnknown, "Cast to signed converted positive out-of-range integer to its negative complement")
		}
		return IntValue(x), nil
	}
	return IntValue(temporalInt(e, v)), nil
}

func floatToInt(x float64) int64 {
	switch {
	case x >= math.MaxInt64:
		return math.MaxInt64
	case x <= math.MinInt64:
		return math.MinInt64
	}
	return int64(math.RoundToEven(x))
}

// ToUint is the value as an unsigned BIGINT: as [ToInt], but up to its range; a negative
// number's bits as they are.
func ToUint(e *Env, v Value) (Value, error) {
	switch v.Kind {
	case Null, Uint:
		return v, nil
	case Int, Bit, Set, Enum:
		return UintValue(uint64(v.I)), nil
	case Float:
		switch {
		case v.F >= math.MaxUint64:
			return UintValue(math.MaxUint64), nil
		case v.F >= math.MaxInt64:
			return UintValue(uint64(v.F)), nil
		}
		return UintValue(uint64(floatToInt(v.F))), nil
	case Decimal:
		if v.D.Sign() < 0 {
			x, ok := v.D.Int64()
			if !ok {
				e.truncated("DECIMAL", v.D.String())
			}
			return UintValue(uint64(x)), nil
		}
		x, ok := v.D.Uint64()
		if !ok {
			e.truncated("DECIMAL", v.D.String())
		}
		return UintValue(x), nil
	case JSON:
		v = jsonNumber(e, v, "INTEGER")
		if d, rest := ParseDec(v.S); rest == "" {
			return ToUint(e, DecimalValue(d))
		}
		fallthrough
	case String:
		x, negative, _ := textToInt(e, v.S)
		if negative && x != 0 {
			e.warn(warnUnknown, "Cast to unsigned converted negative integer to its positive complement")
		}
		return UintValue(uint64(x)), nil
	}
	return UintValue(uint64(temporalInt(e, v))), nil
}

// ToDecimal is the value as a DECIMAL(precision, scale), rounded, and held in the range
// with warning 1264; of the precision and scale that it has by itself where they are -1.
func ToDecimal(e *Env, v Value, precision, scale int) (Value, error) {
	var d Dec
	switch v.Kind {
	case Null:
		return v, nil
	case Decimal:
		d = v.D
	case Int, Enum:
		d = NewDec(v.I, 0)
	case Uint, Bit, Set:
		d = DecFromUint(uint64(v.I))
	case Float:
		d = DecFromFloat(v.F)
	case JSON:
		v = jsonNumber(e, v, "DECIMAL")
		fallthrough
	case String:
		var rest string
		if d, rest = ParseDec(v.S); rest == v.S || !onlySpace(rest) {
			e.truncated("DECIMAL", v.S)
		}
		if d.Overflows() {
			e.truncated("DECIMAL", v.S)
			d = signed(MaxDec(MaxPrecision, 0), d.Sign())
		}
	default:
		d = temporalNumber(v)
	}
	if scale >= 0 {
		d = d.Rescale(scale)
	}
	if precision >= 0 && d.digits() > precision {
		e.warn(warnOutOfRange, "Out of range value for column '%s' at row 1", "")
		d = signed(MaxDec(precision, max(scale, 0)), d.Sign())
	}
	return DecimalValue(d), nil
}

func signed(d Dec, sign int) Dec {
	if sign < 0 {
		return d.Neg()
	}
	return d
}

// ToText is the value's text; t is its type, which has the places of numbers and seconds.
// JSON is its document's text, quotes and all.
func ToText(_ *Env, v Value, t *Type) (Value, error) {
	switch v.Kind {
	case Null, String:
		return v, nil
	case JSON, Enum, Set:
		return StringValue(v.S), nil
	}
	var buf [64]byte
	return StringValue(string(AppendValue(buf[:0], v, t))), nil
}

// dateTime is the value as a date with time, for which the warnings are given. ok is
// false for NULL.
func dateTime(e *Env, v Value) (c Civil, ok bool) {
	switch v.Kind {
	case Null:
		return Civil{}, false
	case Date, DateTime:
		return Unpack(v.I), true
	case Time:
		if c, ok = e.today().AddMicros(v.I); !ok {
			e.incorrect(string(AppendTime(nil, v.I, 0)))
		}
		return c, ok
	case JSON, String, Enum, Set:
		text := v.S
		if v.Kind == JSON {
			text, _ = jsonScalar(text)
		}
		c, hasTime, _, truncated, ok := ParseDateTime(text, e.mode(), e.zone())
		switch {
		case !ok:
			e.incorrect(text)
		case truncated && hasTime:
			e.truncated("datetime", text)
		case truncated:
			e.truncated("date", text)
		}
		return c, ok
	}
	whole, micros, text := numberParts(v)
	c, hasTime, ok := DateTimeFromNumber(whole, e.mode())
	if !ok || strings.HasPrefix(text, "-") {
		e.incorrect(text)
		return Civil{}, false
	}
	if hasTime && micros > 0 { // a date's places are not its time
		if c, ok = c.AddMicros(micros); !ok {
			e.incorrect(text)
		}
	}
	return c, ok
}

// numberParts splits a number for a date or time: before the point, and the microseconds
// behind it.
func numberParts(v Value) (whole, micros int64, text string) {
	var d Dec
	switch v.Kind {
	case Int:
		return v.I, 0, strconv.FormatInt(v.I, 10)
	case Uint, Bit:
		d = DecFromUint(uint64(v.I))
	case Float:
		d = DecFromFloat(v.F)
		text = string(AppendFloat(nil, v.F, &TypeDouble))
	case Decimal:
		d = v.D
	}
	if text == "" {
		text = d.String()
	}
	cut := d.Truncate(0)
	whole, _ = cut.Int64()
	micros, _ = d.Sub(cut).Abs().Mul(NewDec(MicrosPerSecond, 0)).Int64()
	return whole, micros, text
}

// ToDate is the value as a DATE: the date of a datetime, of a TIME the day it is of today,
// of a number YYYYMMDD and its like. NULL, with warning 1292, where it is none.
func ToDate(e *Env, v Value) (Value, error) {
	c, ok := dateTime(e, v)
	if !ok {
		return Value{}, nil
	}
	return DateValue(c.Date().Pack()), nil
}

// ToDateTime is the value as a DATETIME(fsp), rounded (sql_mode TIME_TRUNCATE_FRACTIONAL:
// cut off). NULL, with warning 1292, where it is none.
func ToDateTime(e *Env, v Value, fsp int) (Value, error) {
	if v.Kind == Date {
		return DateTimeValue(v.I), nil
	}
	c, ok := dateTime(e, v)
	if ok {
		c, ok = c.Round(fsp, e.truncates())
	}
	if !ok {
		return Value{}, nil
	}
	return DateTimeValue(c.Pack()), nil
}

// ToTime is the value as a TIME(fsp), rounded as by [ToDateTime]: the time of day of a
// datetime, of a number hhmmss. NULL, with warning 1292, where it is none, as is a number out of range
// (number_to_time); a text out of range is ±838:59:59, with warning 1292.
func ToTime(e *Env, v Value, fsp int) (Value, error) {
	var x int64
	ok := true
	switch v.Kind {
	case Null:
		return v, nil
	case Time:
		x = v.I
	case Date, DateTime:
		x = Unpack(v.I).MicrosOfDay()
	case JSON, String, Enum, Set:
		text := v.S
		if v.Kind == JSON {
			text, _ = jsonScalar(text)
		}
		var truncated bool
		x, _, truncated, ok = ParseTime(text)
		if truncated || !ok {
			e.truncated("time", text)
		}
	default:
		whole, micros, text := numberParts(v)
		if x, ok = TimeFromNumber(whole); !ok {
			e.truncated("time", text)
		} else if whole < 0 || v.Kind == Decimal && v.D.Sign() < 0 || v.Kind == Float && v.F < 0 {
			x -= micros
		} else {
			x += micros
		}
	}
	if !ok {
		return Value{}, nil
	}
	return TimeValue(RoundMicros(x, fsp, e.truncates())), nil
}

// Truth is the value as a condition: a number that is not 0.
func Truth(e *Env, v Value) (isNull, isTrue bool, err error) {
	switch v.Kind {
	case Null:
		return true, false, nil
	case Float:
		return false, v.F != 0, nil
	case Decimal:
		return false, !v.D.IsZero(), nil
	case String:
		return false, textToFloat(e, v.S) != 0, nil
	case JSON:
		return false, v.S != "0" && v.S != "0.0" && v.S != "false" && v.S != "null", nil
	}
	return false, v.I != 0, nil
}

// Convert is the conversion that a value undergoes without being asked: as an operand of
// a comparison, as a function's argument. from is the value's type. A value of the kind
// comes back as it is, except that places of seconds that the type does not have are
// rounded off.
func Convert(e *Env, v Value, from, to *Type) (Value, error) {
	if v.Kind == Null {
		return v, nil
	}
	if v.Kind == to.Kind && !to.IsTemporal() && to.Kind != Enum && to.Kind != Set {
		return v, nil
	}
	if from.Hex && v.Kind == String && to.IsNumeric() {
		v = UintValue(hexNumber(v.S))
	}
	switch to.Kind {
	case Null:
		return Value{}, nil
	case Int:
		return ToInt(e, v)
	case Uint:
		return ToUint(e, v)
	case Float:
		return ToFloat(e, v)
	case Decimal:
		return ToDecimal(e, v, -1, -1)
	case String:
		return ToText(e, v, from)
	case Date:
		return ToDate(e, v)
	case DateTime:
		return ToDateTime(e, v, to.Scale)
	case Time:
		return ToTime(e, v, to.Scale)
	case JSON:
		return jsonOf(v, from), nil
	case Bit:
		x, err := ToUint(e, v)
		x.Kind = Bit
		return x, err
	}
	return toMember(e, v, from, to)
}

// toMember finds the ENUM's or SET's value: by its text, or a number's by number. What is
// none is the error value 0.
func toMember(e *Env, v Value, from, to *Type) (Value, error) {
	if v.Kind == to.Kind && sameMembers(from.Members, to.Members) {
		return v, nil
	}
	if v.Kind == String || v.Kind == Enum || v.Kind == Set || v.Kind == JSON {
		x := Value{Kind: to.Kind}
		if to.Kind == Enum {
			x.I = memberOf(to, v.S)
		} else if v.S != "" {
			for _, part := range strings.Split(v.S, ",") {
				if i := memberOf(to, part); i > 0 {
					x.I |= 1 << (i - 1)
				}
			}
		}
		x.S = memberText(to, x.I)
		return x, nil
	}
	x, err := ToUint(e, v)
	if to.Kind == Enum && x.Uint() > uint64(len(to.Members)) {
		x.I = 0
	}
	return Value{Kind: to.Kind, I: x.I, S: memberText(to, x.I)}, err
}

func memberOf(t *Type, text string) int64 {
	for i, m := range t.Members {
		if t.Collation.Equal(m, text) {
			return int64(i + 1)
		}
	}
	return 0
}

func memberText(t *Type, x int64) string {
	if t.Kind == Enum {
		return EnumText(t.Members, x)
	}
	return SetText(t.Members, uint64(x))
}

func sameMembers(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
