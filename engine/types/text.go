package types

import (
	"math"
	"strconv"
)

// floatDigits is how many significant digits of a FLOAT MySQL shows: C's FLT_DIG. Of a
// DOUBLE it shows as many as tell it from others.
const floatDigits = 6

// AppendText appends the text of row i, which is not NULL, as MySQL's text protocol, CAST
// AS CHAR and the string functions spell it; t is the vector's type.
func AppendText(dst []byte, v *Vec, i int, t *Type) []byte {
	i = v.At(i)
	if t.Zerofill > 0 && t.Kind == v.Kind {
		return appendFilled(dst, v.Value(i), t)
	}
	switch v.Kind {
	case Null:
		return dst
	case String, JSON:
		return append(dst, v.Str(i)...)
	case Float:
		return AppendFloat(dst, v.F[i], t)
	case Decimal:
		return appendDec(dst, v.D[i], t)
	case Enum:
		return append(dst, EnumText(v.Members, v.I[i])...)
	case Set:
		return append(dst, SetText(v.Members, uint64(v.I[i]))...)
	}
	return appendInteger(dst, v.Kind, v.I[i], t)
}

// AppendValue is [AppendText] of a value.
func AppendValue(dst []byte, v Value, t *Type) []byte {
	if t.Zerofill > 0 && t.Kind == v.Kind {
		return appendFilled(dst, v, t)
	}
	switch v.Kind {
	case Null:
		return dst
	case String, JSON, Enum, Set:
		return append(dst, v.S...)
	case Float:
		return AppendFloat(dst, v.F, t)
	case Decimal:
		return appendDec(dst, v.D, t)
	}
	return appendInteger(dst, v.Kind, v.I, t)
}

// appendFilled appends the text of a number of a column with ZEROFILL.
func appendFilled(dst []byte, v Value, t *Type) []byte {
	var buf [64]byte
	plain := *t
	plain.Zerofill = 0
	text := AppendValue(buf[:0], v, &plain)
	for n := len(text); n < t.Zerofill; n++ {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

func appendDec(dst []byte, d Dec, t *Type) []byte {
	if t.Kind == Decimal {
		d = d.Rescale(t.Scale)
	}
	return d.Append(dst)
}

// appendInteger is for the kinds that are kept in I.
func appendInteger(dst []byte, k Kind, x int64, t *Type) []byte {
	fsp := 0
	if t.Kind == k && t.Scale <= 6 {
		fsp = t.Scale
	}
	switch k {
	case Uint:
		return strconv.AppendUint(dst, uint64(x), 10)
	case Date:
		return AppendDate(dst, x)
	case DateTime:
		return AppendDateTime(dst, x, fsp)
	case Time:
		return AppendTime(dst, x, fsp)
	case Bit:
		for n := (max(t.Length, 1) + 7) / 8; n > 0; n-- {
			dst = append(dst, byte(uint64(x)>>(8*(n-1))))
		}
		return dst
	case Int:
		if t.IsYear() {
			return append2(append2(dst, int(x/100)), int(x%100))
		}
	}
	return strconv.AppendInt(dst, x, 10)
}

// AppendFloat spells a Float of the type: with the fixed places of its Scale, or as many
// digits as tell it from others (of a FLOAT, 6), with an exponent below 1e-15 and from
// 1e15 on (my_gcvt).
func AppendFloat(dst []byte, x float64, t *Type) []byte {
	if t.Kind == Float && t.Scale < NotFixed {
		return strconv.AppendFloat(dst, x, 'f', t.Scale, 64)
	}
	if t.Protocol == ProtocolFloat {
		var buf [32]byte
		x, _ = strconv.ParseFloat(string(strconv.AppendFloat(buf[:0], x, 'e', floatDigits-1, 32)), 64)
	}
	if size := math.Abs(x); size >= 1e-4 && size < 1e15 || x == 0 {
		return strconv.AppendFloat(dst, x, 'f', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, x, 'e', -1, 64)
	e := len(dst) - 1
	for e > start && dst[e] != 'e' {
		e--
	}
	n, err := strconv.Atoi(string(dst[e+1:]))
	if err != nil { // an infinity, which MySQL does not have
		return dst
	}
	if -15 <= n && n <= 14 {
		return strconv.AppendFloat(dst[:start], x, 'f', -1, 64)
	}
	return strconv.AppendInt(dst[:e+1], int64(n), 10)
}
