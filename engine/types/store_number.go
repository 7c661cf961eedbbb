package types

import (
	"math"
	"strconv"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
)

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
	fits := false
	if v.F, fits = FitFloat(v.F, to); !fits {
		return v, a.outOfRange()
	}
	return v, nil
}

// FitFloat is the number as a Float of the type keeps it: rounded to its places, and to the precision of a FLOAT (Field_real::truncate).
// One out of its range, false, is the nearest in it.
func FitFloat(x float64, to *Type) (float64, bool) {
	if to.Unsigned && x < 0 {
		return 0, false
	}
	most := math.MaxFloat64
	if to.Protocol == ProtocolFloat {
		most = math.MaxFloat32
	}
	if to.Scale < NotFixed { // DOUBLE(m,d)
		p := math.Pow10(to.Scale)
		if r := math.RoundToEven(x*p) / p; !math.IsInf(r, 0) && !math.IsNaN(r) {
			x = r
		}
		most = min(most, math.Pow10(to.Length-to.Scale)-1/p)
	}
	fits := math.Abs(x) <= most
	if !fits {
		x = math.Copysign(most, x)
	}
	if to.Protocol == ProtocolFloat {
		x = float64(float32(x))
	}
	return x, fits
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
	if to.Unsigned && d.Sign() < 0 {
		return DecimalValue(Dec{}.Rescale(to.Scale)), a.outOfRange()
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
