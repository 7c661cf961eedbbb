package types

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// Store is a value as a column of the type keeps it (manual 11.1 and 5.1.11): in
// strict mode what does not fit is an error, 1264, 1265, 1292, 1366 or 1406, and
// otherwise a warning and the nearest value that does. Both name the column and the
// row, from 1. NULL stays NULL, whatever the column takes.
func Store(e *Env, v Value, from, to *Type, name string, row int) (Value, error) {
	if v.IsNull() {
		return v, nil
	}
	s := storing{e: e, from: from, to: to, name: name, row: row, shown: AppendValue(nil, v, from)}
	quiet := *e
	quiet.Warn = func(uint16, string) { s.truncated = true }
	s.quiet = &quiet
	switch to.Kind {
	case Int, Uint:
		return s.integer(v)
	case Decimal:
		return s.decimal(v)
	case Float:
		return s.float(v)
	case String:
		return s.text(v)
	case Enum, Set:
		x, err := Convert(s.quiet, v, from, to)
		if err != nil {
			return x, err
		}
		if to.Kind == Enum && x.I == 0 || to.Kind == Set && from.IsText() && len(x.S) < len(v.S) {
			return s.misfit(x, mysql.WARN_DATA_TRUNCATED)
		}
		return x, nil
	case Bit:
		x, err := Convert(s.quiet, v, from, to)
		if err == nil && to.Length < 64 && x.Uint()>>to.Length != 0 {
			return s.misfit(Value{Kind: Bit, I: 1<<to.Length - 1}, mysql.ER_DATA_TOO_LONG)
		}
		return x, err
	case JSON:
		if from.IsText() {
			if _, err := ParseJSON(v.S, 0, ""); err != nil {
				return Value{}, mysql.NewError(3140, fmt.Sprintf("Invalid JSON text: \"Invalid value.\" at position 0 in value for column '%s'.", name))
			}
		}
		return Cast(s.quiet, v, from, to)
	case Date, DateTime, Time:
		return s.temporal(v)
	}
	return Convert(e, v, from, to)
}

// storing is the conversion of one value.
type storing struct {
	e, quiet  *Env
	from, to  *Type
	name      string
	row       int
	shown     []byte
	truncated bool // the conversion warned
}

func (s *storing) strict() bool { return s.e.Mode&(StrictTrans|StrictAll) != 0 }

// misfit is an error in strict mode; otherwise it warns and the value is x.
func (s *storing) misfit(x Value, code uint16) (Value, error) {
	var text string
	switch code {
	case mysql.ER_WARN_DATA_OUT_OF_RANGE:
		text = fmt.Sprintf("Out of range value for column '%s' at row %d", s.name, s.row)
	case mysql.ER_DATA_TOO_LONG:
		text = fmt.Sprintf("Data too long for column '%s' at row %d", s.name, s.row)
		if !s.strict() {
			code, text = mysql.WARN_DATA_TRUNCATED, fmt.Sprintf("Data truncated for column '%s' at row %d", s.name, s.row)
		}
	case mysql.WARN_DATA_TRUNCATED:
		text = fmt.Sprintf("Data truncated for column '%s' at row %d", s.name, s.row)
	default:
		kind := map[Kind]string{
			Int: "integer", Uint: "integer", Decimal: "decimal", Float: "double",
			Date: "date", DateTime: "datetime", Time: "time",
		}[s.to.Kind]
		text = fmt.Sprintf("Incorrect %s value: '%s' for column '%s' at row %d", kind, s.shown, s.name, s.row)
	}
	if s.strict() {
		return Value{}, mysql.NewError(code, text)
	}
	if s.e.Warn != nil {
		s.e.Warn(code, text)
	}
	return x, nil
}

// number is the code for text that is no number, or more than one.
func (s *storing) number() uint16 {
	digits := strings.TrimLeft(strings.TrimSpace(string(s.shown)), "+-.")
	if digits != "" && digits[0] >= '0' && digits[0] <= '9' {
		return mysql.WARN_DATA_TRUNCATED
	}
	return mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
}

// whole is a value as an integer without bounds.
func (s *storing) whole(v Value) (Dec, error) {
	if v.Kind == Float || s.from.IsText() && !s.from.Hex && strings.ContainsAny(v.S, "eE") {
		x, err := ToFloat(s.quiet, v)
		if math.Abs(x.F) >= 1e19 {
			return MaxDec(30, 0).Mul(NewDec(int64(math.Copysign(1, x.F)), 0)), err
		}
		return DecFromFloat(math.RoundToEven(x.F)).Round(0), err
	}
	x, err := Convert(s.quiet, v, s.from, &Type{Kind: Decimal})
	return x.D.Round(0), err
}

// integerBits are the bits of the integer
var integerBits = map[Protocol]uint{
	ProtocolTiny: 8, ProtocolShort: 16, ProtocolInt24: 24, ProtocolLong: 32, ProtocolLongLong: 64,
}

func (s *storing) integer(v Value) (Value, error) {
	d, err := s.whole(v)
	if err != nil {
		return Value{}, err
	}
	if s.to.IsYear() {
		x, _ := d.Int64()
		switch {
		case s.from.IsTemporal() || x == 0 && v.Kind != String || x >= 1901 && x <= 2155:
		case x >= 0 && x < 70:
			x += 2000
		case x >= 70 && x < 100:
			x += 1900
		default:
			return s.misfit(IntValue(0), mysql.ER_WARN_DATA_OUT_OF_RANGE)
		}
		return IntValue(x), nil
	}
	bits := integerBits[s.to.Protocol]
	if s.to.Kind == Uint {
		most := uint64(1)<<(bits-1)<<1 - 1
		x, ok := d.Uint64()
		switch {
		case d.Sign() < 0:
			return s.misfit(UintValue(0), mysql.ER_WARN_DATA_OUT_OF_RANGE)
		case !ok || x > most:
			return s.misfit(UintValue(most), mysql.ER_WARN_DATA_OUT_OF_RANGE)
		case s.truncated:
			return s.misfit(UintValue(x), s.number())
		}
		return UintValue(x), nil
	}
	most := int64(uint64(1)<<(bits-1) - 1)
	x, ok := d.Int64()
	switch {
	case d.Sign() < 0 && (!ok || x < -most-1):
		return s.misfit(IntValue(-most-1), mysql.ER_WARN_DATA_OUT_OF_RANGE)
	case d.Sign() > 0 && (!ok || x > most):
		return s.misfit(IntValue(most), mysql.ER_WARN_DATA_OUT_OF_RANGE)
	case s.truncated:
		return s.misfit(IntValue(x), s.number())
	}
	return IntValue(x), nil
}

func (s *storing) decimal(v Value) (Value, error) {
	x, err := Convert(s.quiet, v, s.from, s.to)
	if err != nil {
		return x, err
	}
	d := x.D.Round(s.to.Scale).Rescale(s.to.Scale)
	most := MaxDec(s.to.Length, s.to.Scale)
	switch {
	case d.Abs().Cmp(most) > 0:
		if d.Sign() < 0 {
			most = most.Neg()
		}
		return s.misfit(DecimalValue(most), mysql.ER_WARN_DATA_OUT_OF_RANGE)
	case s.truncated:
		return s.misfit(DecimalValue(d), s.number())
	}
	return DecimalValue(d), nil
}

func (s *storing) float(v Value) (Value, error) {
	x, err := Convert(s.quiet, v, s.from, s.to)
	if err != nil {
		return x, err
	}
	if s.to.Scale < NotFixed {
		p := math.Pow10(s.to.Scale)
		if r := math.RoundToEven(x.F*p) / p; !math.IsInf(r, 0) && !math.IsNaN(r) {
			x.F = r
		}
	}
	if s.to.Protocol == ProtocolFloat {
		if math.Abs(x.F) > math.MaxFloat32 {
			return s.misfit(FloatValue(math.Copysign(math.MaxFloat32, x.F)), mysql.ER_WARN_DATA_OUT_OF_RANGE)
		}
		x.F = float64(float32(x.F))
	}
	if s.truncated {
		return s.misfit(x, mysql.WARN_DATA_TRUNCATED)
	}
	return x, nil
}

func (s *storing) text(v Value) (Value, error) {
	x, err := ToText(s.quiet, v, s.from)
	if err != nil {
		return x, err
	}
	x.Kind = String
	if s.to.Length < 0 || len(x.S) <= s.to.Length {
		return s.padded(x), nil
	}
	cut := s.to.Length
	if !s.to.Collation.IsBinary() {
		if utf8.RuneCountInString(x.S) <= s.to.Length {
			return s.padded(x), nil
		}
		n := 0
		for cut = range x.S {
			if n == s.to.Length {
				break
			}
			n++
		}
	}
	rest := x.S[cut:]
	x.S = x.S[:cut]
	if !s.to.Collation.IsBinary() && strings.Trim(rest, " ") == "" {
		return s.padded(x), nil // spaces go without a word
	}
	return s.misfit(x, mysql.ER_DATA_TOO_LONG)
}

// padded is a CHAR without the spaces at its end, a BINARY with its zeros.
func (s *storing) padded(x Value) Value {
	if s.to.Protocol == ProtocolString {
		if s.to.Collation.IsBinary() {
			x.S += strings.Repeat("\x00", max(s.to.Length-len(x.S), 0))
		} else {
			x.S = strings.TrimRight(x.S, " ")
		}
	}
	return x
}

func (s *storing) temporal(v Value) (Value, error) {
	x, err := Convert(s.quiet, v, s.from, s.to)
	if err != nil {
		return x, err
	}
	if x.IsNull() {
		return s.misfit(Value{Kind: s.to.Kind}, mysql.ER_TRUNCATED_WRONG_VALUE)
	}
	if s.truncated {
		return s.misfit(x, mysql.WARN_DATA_TRUNCATED)
	}
	return x, nil
}
