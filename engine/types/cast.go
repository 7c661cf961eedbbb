package types

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// CastConverts tells whether [Cast] does what [Convert] does to values of the kind.
func CastConverts(from Kind, to *Type) bool {
	switch to.Kind {
	case String: // the text of a number or date is as it is in any collation
		whole := from == Int || from == Uint || from == Date || from == DateTime
		return whole && to.Length == 0 && to.Collation.InUTF8()
	case Decimal, JSON, Float, Null:
		return false
	case Int:
		return from == Int && !to.IsYear()
	}
	return from != String && from != Null
}

// Cast is CAST(v AS to) and CONVERT (manual 12.10). Of a String, to.Length is n of CHAR(n)
// or BINARY(n), 0 where there is none; its Collation says whether it is bytes. A text AS
// JSON is parsed: error 3141 where it is no document.
func Cast(e *Env, v Value, from, to *Type) (Value, error) {
	if v.Kind == Null {
		return v, nil
	}
	if from.Hex && v.Kind == String && to.IsNumeric() {
		v = UintValue(hexNumber(v.S))
	}
	switch to.Kind {
	case String:
		return castText(e, v, from, to)
	case Decimal:
		return ToDecimal(e, v, to.Length, to.Scale)
	case Int:
		if to.IsYear() {
			return castYear(e, v)
		}
		return ToInt(e, v)
	case JSON:
		return castJSON(e, v, from)
	case Float:
		x, err := ToFloat(e, v)
		if err == nil && to.Protocol == ProtocolFloat {
			if math.Abs(x.F) > math.MaxFloat32 {
				return Value{}, mysql.NewDefaultError(mysql.ER_DATA_OUT_OF_RANGE, "FLOAT", "cast("+string(AppendValue(nil, v, from))+" as float)")
			}
			x.F = float64(float32(x.F))
		}
		return x, err
	}
	return Convert(e, v, from, to)
}

func castText(e *Env, v Value, from, to *Type) (Value, error) {
	x, err := ToText(e, v, from)
	if err != nil {
		return x, err
	}
	if to.Collation.IsBinary() {
		if to.Length > 0 {
			if len(x.S) > to.Length {
				e.truncated(fmt.Sprintf("BINARY(%d)", to.Length), x.S)
				x.S = x.S[:to.Length]
			}
			x.S += strings.Repeat("\x00", to.Length-len(x.S))
		}
		return x, nil
	}
	if v.Kind == String && from.Collation.IsBinary() && !utf8.ValidString(x.S) && strings.HasPrefix(to.Collation.Charset(), "utf8") {
		e.warn(warnInvalidString, "Invalid %s character string: '%s'", to.Collation.Charset(), invalidShown(x.S))
		return Value{}, nil
	}
	if v.Kind == String && from.Collation.IsBinary() && !to.Collation.InUTF8() {
		text, ok := e.Decode(to.Collation, x.S)
		if !ok {
			e.warn(warnInvalidString, "Invalid %s character string: '%X'", to.Collation.Charset(), x.S)
			return Value{}, nil
		}
		x.S = text
	} else {
		x.S = e.EachPiece(x.S, to.Collation.Recode)
	}
	if to.Length > 0 && len(x.S) > to.Length {
		n := 0
		for i := range x.S {
			if n == to.Length {
				e.truncated(fmt.Sprintf("CHAR(%d)", to.Length), x.S)
				x.S = x.S[:i]
				break
			}
			n++
		}
	}
	return x, nil
}

// invalidShown is how MySQL shows bytes that are no text: the first of them that are not,
// six at most, in hexadecimal.
func invalidShown(s string) string {
	i := 0
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		i += n
	}
	const most = 6
	var out strings.Builder
	for j := i; j < len(s) && j < i+most; j++ {
		fmt.Fprintf(&out, `\x%02X`, s[j])
	}
	if len(s) > i+most {
		out.WriteString("...")
	}
	return out.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// castYear is CAST(v AS YEAR): 1901 to 2155 and 0, numbers and texts below 100 being of
// 1970 to 2069, dates their year. Others are NULL, with warning 1292.
func castYear(e *Env, v Value) (Value, error) {
	switch v.Kind {
	case Date, DateTime:
		return IntValue(int64(Unpack(v.I).Year)), nil
	case Time:
		return IntValue(int64(e.today().Year)), nil
	}
	text := v.S
	if v.Kind != String {
		text = string(AppendValue(nil, v, &Type{}))
	}
	x, err := ToInt(e, v)
	if err != nil {
		return x, err
	}
	switch y := x.I; {
	case y == 0 && v.Kind == String && text != "0000":
		return IntValue(2000), nil
	case y == 0 || y >= 1901 && y <= 2155:
		return x, nil
	case y > 0 && y < twoDigitYears:
		return IntValue(2000 + y), nil
	case y >= twoDigitYears && y < 100:
		return IntValue(1900 + y), nil
	}
	e.truncated("YEAR", text)
	return Value{}, nil
}
