package types

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/json"
)

// storing is what the conversion of a value for a column needs.
type storing struct {
	e      *Env
	strict bool
	name   string // the column's
	row    int
}

// mode has NoZeroInDate, too, which is for what is stored.
func (a *storing) mode() Mode {
	if a.e == nil {
		return 0
	}
	return a.e.Mode
}

const invalidJSONColumn = 3140

// refuse is an error in strict mode, else a warning, of a value for a column.
func (a *storing) refuse(code uint16, format string, args ...any) error {
	text := fmt.Sprintf(format, args...) + fmt.Sprintf(" for column '%s' at row %d", a.name, a.row)
	if a.strict {
		return mysql.NewError(code, text)
	}
	a.e.warn(code, "%s", text)
	return nil
}

func (a *storing) outOfRange() error {
	return a.refuse(warnOutOfRange, "Out of range value")
}

func (a *storing) truncated() error {
	return a.refuse(mysql.WARN_DATA_TRUNCATED, "Data truncated")
}

func (a *storing) incorrect(what, text string) error {
	return a.refuse(mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, "Incorrect %s value: '%s'", what, shown(text))
}

// cut notes that places were lost.
func (a *storing) cut() {
	if a.e != nil && a.e.Note != nil {
		a.e.Note(mysql.WARN_DATA_TRUNCATED, fmt.Sprintf("Data truncated for column '%s' at row %d", a.name, a.row))
	}
}

// Store is a value as a column of the type to keeps it, as INSERT, UPDATE, LOAD DATA and
// routines' variables do (Field::store of MySQL's sql/field.cc; manual 7.1.11 and 11): in
// strict mode what does not fit is an error, 1264, 1265, 1292, 1366 or 1406, and otherwise
// a warning and the nearest value that does. Both name the column and the row, from 1; of
// a JSON column the name is table.column. NULL stays NULL, whatever the column takes.
func Store(e *Env, v Value, from, to *Type, name string, row int) (Value, error) {
	if v.Kind == Null {
		return v, nil
	}
	a := storing{e: e, strict: e != nil && e.Mode&(StrictTrans|StrictAll) != 0, name: name, row: row}
	if from.Hex && v.Kind == String && to.IsNumeric() && to.Kind != Bit {
		v = UintValue(hexNumber(v.S))
	}
	if v.Kind == JSON && to.Kind != JSON && to.Kind != String {
		s, _ := jsonScalar(v.S)
		v = StringValue(s)
	}
	switch to.Kind {
	case Int:
		if to.IsYear() {
			return a.year(v)
		}
		return a.signed(v, to)
	case Uint:
		return a.unsigned(v, to)
	case Float:
		return a.float(v, to)
	case Decimal:
		return a.decimal(v, to)
	case String:
		return a.text(v, from, to)
	case Date, DateTime:
		return a.date(v, to)
	case Time:
		return a.time(v, to)
	case Enum:
		return a.enum(v, from, to)
	case Set:
		return a.set(v, from, to)
	case Bit:
		return a.bit(v, to)
	case JSON:
		return a.json(v, from)
	}
	return Value{}, nil
}

// Zero is what a column has where it must not be NULL and no value is to be had: the
// implicit default (manual 11.6).
func Zero(t *Type) Value {
	switch t.Kind {
	case String:
		if t.Collation == Binary && t.Protocol == ProtocolString {
			return StringValue(strings.Repeat("\x00", t.Length))
		}
		return StringValue("")
	case JSON:
		return JSONValue("null")
	case Decimal:
		return DecimalValue(Dec{}.Rescale(t.Scale))
	case Enum:
		if len(t.Members) > 0 {
			return Value{Kind: Enum, I: 1, S: t.Members[0]}
		}
	}
	return Value{Kind: t.Kind}
}

// bits of the integer types by their number in the protocol.
func integerBits(p Protocol) uint {
	switch p {
	case ProtocolTiny:
		return 8
	case ProtocolShort:
		return 16
	case ProtocolInt24:
		return 24
	case ProtocolLong:
		return 32
	}
	return 64
}

func (a *storing) signed(v Value, to *Type) (Value, error) {
	x, over, err := a.whole(v, false)
	if err != nil {
		return v, err
	}
	if bits := integerBits(to.Protocol); bits < 64 {
		if least, most := int64(-1)<<(bits-1), int64(1)<<(bits-1)-1; x < least || x > most {
			x, over = min(max(x, least), most), true
		}
	}
	if over {
		err = a.outOfRange()
	}
	return IntValue(x), err
}

func (a *storing) unsigned(v Value, to *Type) (Value, error) {
	x, over, err := a.whole(v, true)
	if err != nil {
		return v, err
	}
	if bits := integerBits(to.Protocol); bits < 64 && uint64(x) > 1<<bits-1 {
		x, over = int64(1)<<bits-1, true
	}
	if over {
		err = a.outOfRange()
	}
	return UintValue(uint64(x)), err
}

// whole is the whole number nearest to the value, rounded half away from zero, held in the
// range of BIGINT or BIGINT UNSIGNED; over tells that it was beyond it.
func (a *storing) whole(v Value, unsigned bool) (x int64, over bool, err error) {
	var d Dec
	switch v.Kind {
	case Int, Enum:
		if unsigned && v.I < 0 {
			return 0, true, nil
		}
		return v.I, false, nil
	case Uint, Bit, Set:
		if !unsigned && v.I < 0 {
			return math.MaxInt64, true, nil
		}
		return v.I, false, nil
	case Float:
		f := math.RoundToEven(v.F)
		switch {
		case unsigned && f < 0:
			return 0, true, nil
		case unsigned && f >= math.MaxUint64:
			return -1, true, nil
		case unsigned:
			return int64(uint64(f)), false, nil
		case f >= math.MaxInt64:
			return math.MaxInt64, true, nil
		case f < math.MinInt64:
			return math.MinInt64, true, nil
		}
		return int64(f), false, nil
	case Decimal:
		d = v.D
	case String:
		if x, ok := shortInteger(v.S); ok && (x >= 0 || !unsigned) {
			return x, false, nil
		}
		var rest string
		d, rest = ParseDec(v.S)
		switch {
		case rest == v.S:
			err = a.incorrect("integer", v.S)
		case !onlySpace(rest):
			err = a.truncated()
		}
		if err != nil {
			return 0, false, err
		}
	case DateTime:
		if c, ok := Unpack(v.I).Round(0, a.e.truncates()); ok {
			v.I = c.Pack()
		}
		d = temporalNumber(v)
	case Time:
		v.I = RoundMicros(v.I, 0, a.e.truncates())
		d = temporalNumber(v)
	default:
		d = temporalNumber(v)
	}
	if unsigned {
		u, ok := d.Uint64()
		return int64(u), !ok, nil
	}
	x, ok := d.Int64()
	return x, !ok, nil
}

// shortInteger reads a text that is nothing but digits, at most eighteen, maybe behind a
// minus.
func shortInteger(s string) (x int64, ok bool) {
	digits := s
	if len(s) > 0 && s[0] == '-' {
		digits = s[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return 0, false
		}
		x = x*10 + int64(digits[i]-'0')
	}
	if len(digits) < len(s) {
		x = -x
	}
	return x, true
}

// year is of 1901 to 2155 and 0, numbers and texts below 100 being of 1970 to 2069 (manual
// 11.2.4).
func (a *storing) year(v Value) (Value, error) {
	switch v.Kind {
	case Date, DateTime:
		v = IntValue(int64(Unpack(v.I).Year))
	case Time:
		v = IntValue(int64(a.e.today().Year))
	}
	x, over, err := a.whole(v, false)
	if err != nil {
		return v, err
	}
	switch text := v.Kind == String; {
	case !over && x >= 1901 && x <= 2155:
		return IntValue(x), nil
	case x == 0 && (!text || len(strings.TrimSpace(v.S)) >= 4 || strings.TrimLeft(v.S, "0 ") != ""):
		return IntValue(0), nil
	case x >= 0 && x < twoDigitYears:
		return IntValue(2000 + x), nil
	case x >= twoDigitYears && x < 100:
		return IntValue(1900 + x), nil
	}
	return IntValue(0), a.outOfRange()
}

func (a *storing) float(v Value, to *Type) (Value, error) {
	if v.Kind == String {
		prefix := numberPrefix(v.S)
		x := 0.0
		var err error
		if prefix != "" {
			x, err = strconv.ParseFloat(strings.TrimLeft(prefix, " \t\n\v\f\r"), 64)
		}
		switch {
		case err != nil && math.IsInf(x, 0):
			if err := a.outOfRange(); err != nil {
				return v, err
			}
			x = math.Copysign(math.MaxFloat64, x)
		case prefix == "" || !onlySpace(v.S[len(prefix):]):
			if err := a.truncated(); err != nil {
				return v, err
			}
		}
		v = FloatValue(x)
	}
	v, err := ToFloat(nil, v)
	if err != nil {
		return v, err
	}
	if to.Scale < NotFixed { // DOUBLE(m,d)
		p := math.Pow10(to.Scale)
		if r := math.RoundToEven(v.F*p) / p; !math.IsInf(r, 0) && !math.IsNaN(r) {
			v.F = r
		}
	}
	if to.Protocol == ProtocolFloat {
		if math.Abs(v.F) > math.MaxFloat32 {
			v.F = math.Copysign(math.MaxFloat32, v.F)
			return v, a.outOfRange()
		}
		v.F = float64(float32(v.F))
	}
	return v, nil
}

func (a *storing) decimal(v Value, to *Type) (Value, error) {
	var d Dec
	if v.Kind == String {
		var rest string
		d, rest = ParseDec(v.S)
		var err error
		switch {
		case rest == v.S:
			err = a.incorrect("decimal", v.S)
		case !onlySpace(rest):
			err = a.truncated()
		}
		if err != nil {
			return v, err
		}
	} else {
		x, err := ToDecimal(nil, v, -1, -1)
		if err != nil {
			return x, err
		}
		d = x.D
	}
	fits := d.Rescale(to.Scale)
	if fits.digits() > to.Length {
		return DecimalValue(signed(MaxDec(to.Length, to.Scale), d.Sign())), a.outOfRange()
	}
	if fits.Scale() < d.Scale() && v.Kind != Float && fits.Cmp(d) != 0 {
		a.cut()
	}
	return DecimalValue(fits), nil
}

func (a *storing) text(v Value, from, to *Type) (Value, error) {
	if v.Kind != String {
		x, err := ToText(nil, v, from)
		if err != nil {
			return x, err
		}
		if v.Kind == Bit && to.Collation != Binary || v.Kind == JSON {
			from = &Type{Kind: String, Collation: DefaultCollation}
		}
		v = x
	}
	s := v.S
	if to.Length < 0 {
		return v, nil
	}
	if to.Collation == Binary {
		if len(s) > to.Length {
			s = s[:to.Length]
			if err := a.tooLong(); err != nil {
				return v, err
			}
		}
		if to.Protocol == ProtocolString {
			s += strings.Repeat("\x00", to.Length-len(s))
		}
		return StringValue(s), nil
	}
	if !isASCII(s) {
		var err error
		if s, err = a.encoded(s, from, to); err != nil {
			return v, err
		}
	}
	if limit := to.Length; to.Protocol == ProtocolBlob {
		// A TEXT's length is in bytes.
		if len(s) > limit {
			for limit > 0 && !utf8.RuneStart(s[limit]) {
				limit--
			}
			s = s[:limit]
			if err := a.tooLong(); err != nil {
				return v, err
			}
		}
	} else if len(s) > limit {
		n := 0
		for i := range s {
			if n == limit {
				lost := s[i:]
				s = s[:i]
				if strings.Trim(lost, " ") != "" {
					if err := a.tooLong(); err != nil {
						return v, err
					}
				} else if to.Protocol != ProtocolString {
					a.cut()
				}
				break
			}
			n++
		}
	}
	if to.Protocol == ProtocolString && a.e.mode()&PadCharToFullLength == 0 {
		s = strings.TrimRight(s, " ") // CHAR (manual 11.3.2)
	}
	return StringValue(s), nil
}

func (a *storing) tooLong() error {
	if a.strict {
		return a.refuse(mysql.ER_DATA_TOO_LONG, "Data too long")
	}
	return a.truncated()
}

// encoded is the text as the column's character set has it: what it does not have, and what
// is no text at all, is an error, or cut off at bytes that are none and else a ?.
func (a *storing) encoded(s string, from, to *Type) (string, error) {
	if !utf8.ValidString(s) {
		if err := a.refuse(mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, "Incorrect string value: '%s'", invalidShown(s)); err != nil {
			return s, err
		}
		for i := 0; i < len(s); {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n <= 1 {
				return s[:i], nil
			}
			i += n
		}
	}
	if from.Collation == to.Collation {
		return s, nil
	}
	recoded := to.Collation.Recode(s)
	if recoded == s {
		return s, nil
	}
	encoder := sql.CollationID(to.Collation).CharacterSet().Encoder()
	for i, r := range s {
		if _, ok := encoder.EncodeRune([]byte(string(r))); !ok {
			return recoded, a.refuse(mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, "Incorrect string value: '%s'", bytesShown(s[i:]))
		}
	}
	return recoded, nil
}

// bytesShown is how MySQL shows a text from what a character set does not have on: bytes
// that are not ASCII in hexadecimal, six in all.
func bytesShown(s string) string {
	const most = 6
	var out strings.Builder
	for i := 0; i < len(s) && i < most; i++ {
		if s[i] < utf8.RuneSelf && s[i] >= ' ' {
			out.WriteByte(s[i])
		} else {
			fmt.Fprintf(&out, `\x%02X`, s[i])
		}
	}
	if len(s) > most {
		out.WriteString("...")
	}
	return out.String()
}

// date stores DATE, DATETIME and TIMESTAMP. In strict mode every problem is error 1292;
// else a text that is none or has more behind it is truncated, 1265, and a date that there
// is not, or that sql_mode refuses, out of range, 1264 (set_datetime_warning).
func (a *storing) date(v Value, to *Type) (Value, error) {
	var c Civil
	formed, rest, ok := true, false, true
	switch v.Kind {
	case Date, DateTime:
		c = Unpack(v.I)
		ok = c.Valid(a.mode())
	case Time:
		c, ok = a.e.today().AddMicros(v.I)
	case String, Enum, Set:
		if c, _, _, rest, ok = ParseDateTime(v.S, a.mode(), a.e.zone()); !ok {
			// A date that a month lacks, or that sql_mode refuses, is out of range; parts that no
			// date has make no date.
			_, _, _, _, formed = ParseDateTime(v.S, AllowInvalidDates, a.e.zone())
		}
	default:
		whole, micros, text := numberParts(v)
		var hasTime bool
		c, hasTime, ok = DateTimeFromNumber(whole, a.mode())
		if strings.HasPrefix(text, "-") {
			c, ok = Civil{}, false
		}
		if ok && hasTime && micros > 0 {
			c, ok = c.AddMicros(micros)
		}
	}
	if ok && to.Kind == DateTime {
		c, ok = c.Round(to.Scale, a.e.truncates())
	}
	if !ok || rest {
		if !ok {
			c = Civil{}
		}
		if err := a.dateRefused(v, to, formed && !rest); err != nil {
			return v, err
		}
	}
	if to.Kind == Date {
		if ok && c != c.Date() && v.Kind != Time {
			a.cut()
		}
		return DateValue(c.Date().Pack()), nil
	}
	return DateTimeValue(c.Pack()), nil
}

func (a *storing) dateRefused(v Value, to *Type, formed bool) error {
	what := "datetime"
	switch to.Kind {
	case Date:
		what = "date"
	case Time:
		what = "time"
	}
	switch {
	case a.strict:
		text := v.S
		if v.Kind != String && v.Kind != Enum && v.Kind != Set {
			scale := 0
			if v.Kind == Decimal {
				scale = v.D.Scale()
			}
			text = string(AppendValue(nil, v, &Type{Kind: v.Kind, Scale: scale}))
		}
		return a.refuse(warnTruncated, "Incorrect %s value: '%s'", what, shown(text))
	case formed:
		return a.outOfRange()
	}
	return a.truncated()
}

func (a *storing) time(v Value, to *Type) (Value, error) {
	var x int64
	formed, rest, ok := true, false, true
	switch v.Kind {
	case Time:
		x = v.I
	case Date, DateTime:
		x = Unpack(v.I).MicrosOfDay()
	case String, Enum, Set:
		x, _, rest, ok = ParseTime(v.S)
		formed = ok && (x == MaxTime || x == -MaxTime)
	default:
		whole, micros, text := numberParts(v)
		if x, ok = TimeFromNumber(whole); ok {
			if strings.HasPrefix(text, "-") {
				micros = -micros
			}
			x += micros
		}
	}
	if !ok || rest {
		if err := a.dateRefused(v, to, formed); err != nil {
			return v, err
		}
	}
	return TimeValue(RoundMicros(x, to.Scale, a.e.truncates())), nil
}

func (a *storing) enum(v Value, from, to *Type) (Value, error) {
	x := int64(0)
	refused := false
	switch v.Kind {
	case Enum, Set, String:
		if v.Kind == Enum && v.I == 0 && v.S == "" {
			break
		}
		text := strings.TrimRight(v.S, " ")
		if from.Collation == Binary {
			text = v.S
		}
		if x = memberOf(to, text); x == 0 {
			n, err := strconv.ParseUint(text, 10, 16) // an index as a text
			if x = int64(n); err != nil || x == 0 || x > int64(len(to.Members)) {
				x, refused = 0, true
			}
		}
	default:
		n, over, err := a.whole(v, false)
		if err != nil {
			return v, err
		}
		if x = n; over || x < 0 || x > int64(len(to.Members)) || x == 0 {
			x, refused = 0, true
		}
	}
	out := Value{Kind: Enum, I: x, S: EnumText(to.Members, x)}
	if refused {
		return out, a.truncated()
	}
	return out, nil
}

func (a *storing) set(v Value, _, to *Type) (Value, error) {
	all := uint64(1)<<len(to.Members) - 1
	if len(to.Members) == 64 {
		all = math.MaxUint64
	}
	bits, refused := uint64(0), false
	switch v.Kind {
	case Enum, Set, String:
		if v.S == "" {
			break
		}
		for part := range strings.SplitSeq(strings.TrimRight(v.S, " "), ",") {
			if i := memberOf(to, part); i > 0 {
				bits |= 1 << (i - 1)
			} else {
				refused = true
			}
		}
		if refused && bits == 0 {
			if n, err := strconv.ParseUint(v.S, 10, 64); err == nil && n <= all {
				bits, refused = n, false
			}
		}
	default:
		n, over, err := a.whole(v, true)
		if err != nil {
			return v, err
		}
		if bits = uint64(n); over || bits > all {
			bits, refused = bits&all, true
		}
	}
	out := Value{Kind: Set, I: int64(bits), S: SetText(to.Members, bits)}
	if refused {
		return out, a.truncated()
	}
	return out, nil
}

func (a *storing) bit(v Value, to *Type) (Value, error) {
	most := uint64(math.MaxUint64)
	if to.Length < 64 {
		most = 1<<to.Length - 1
	}
	var x uint64
	over := false
	if v.Kind == String {
		s := strings.TrimLeft(v.S, "\x00")
		x, over = hexNumber(s), len(s) > 8
	} else {
		n, beyond, err := a.whole(v, v.Kind != Int)
		if err != nil {
			return v, err
		}
		x, over = uint64(n), beyond
	}
	if over || x > most {
		if err := a.refuse(mysql.ER_DATA_TOO_LONG, "Data too long"); err != nil {
			return v, err
		}
		x = most
	}
	return Value{Kind: Bit, I: int64(x)}, nil
}

// json stores a document: a text is parsed, error 3140 where it is none, in any mode.
func (a *storing) json(v Value, from *Type) (Value, error) {
	if v.Kind != String {
		if v.Kind == JSON {
			return v, nil
		}
		return jsonOf(v, from), nil
	}
	if from.Kind == String && from.Collation.IsBinary() && !from.Hex {
		return v, &mysql.MyError{Code: 3144, State: "22032", Message: "Cannot create a JSON value from a string with CHARACTER SET 'binary'."}
	}
	d, err := json.Parse(v.S)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return v, &mysql.MyError{Code: invalidJSONColumn, State: "22032", Message: fmt.Sprintf(
			`Invalid JSON text: "%s" at position %d in value for column '%s'.`, syntax.Message, syntax.Position, a.name)}
	case err != nil:
		return v, JSONError(err, 1, "")
	}
	return JSONValue(d.String()), nil
}
