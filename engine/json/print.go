package json

import (
	"math"
	"strconv"
	"strings"
)

// String is the document's normal form.
func (d *Doc) String() string { return string(d.Append(nil)) }

// Append appends the document's normal form: a space after each comma and colon, keys in
// their order.
func (d *Doc) Append(dst []byte) []byte {
	switch d.Kind {
	case Array:
		dst = append(dst, '[')
		for i, x := range d.Items {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = x.Append(dst)
		}
		return append(dst, ']')
	case Object:
		dst = append(dst, '{')
		for i, x := range d.Items {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(AppendQuoted(dst, d.Keys[i]), ": "...)
			dst = x.Append(dst)
		}
		return append(dst, '}')
	}
	return d.appendScalar(dst)
}

func (d *Doc) appendScalar(dst []byte) []byte {
	switch d.Kind {
	case Bool:
		return strconv.AppendBool(dst, d.I != 0)
	case Int:
		return strconv.AppendInt(dst, d.I, 10)
	case Uint:
		return strconv.AppendUint(dst, uint64(d.I), 10)
	case Double:
		return AppendDouble(dst, d.F)
	case Decimal:
		return append(dst, d.S...)
	case String:
		return AppendQuoted(dst, d.S)
	}
	return append(dst, "null"...)
}

// AppendDouble spells a double as MySQL does in a document: with a point or an exponent,
// that from 1e15 on and below 1e-15.
func AppendDouble(dst []byte, x float64) []byte {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 && (x != 0 || !math.Signbit(x)) {
		return append(strconv.AppendInt(dst, int64(x), 10), ".0"...)
	}
	start := len(dst)
	if size := math.Abs(x); x == 0 || size >= 1e-15 && size < 1e15 {
		dst = strconv.AppendFloat(dst, x, 'f', -1, 64)
		if !strings.Contains(string(dst[start:]), ".") {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	dst = strconv.AppendFloat(dst, x, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(string(dst[start:]), "e")
	n, _ := strconv.Atoi(exponent)
	return strconv.AppendInt(append(append(dst[:start], mantissa...), 'e'), int64(n), 10)
}

// AppendQuoted appends a string with its quotes.
func AppendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	if plain(s) {
		return append(append(dst, s...), '"')
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= ' ':
			dst = append(dst, c)
		case c >= '\b' && c <= '\r' && c != '\v':
			dst = append(dst, '\\', "btn_fr"[c-'\b'])
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(dst, '"')
}

// plain tells of a string that needs no escapes.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// Pretty is JSON_PRETTY: a line for each item, indented by two spaces a level.
func (d *Doc) Pretty() string { return string(d.appendPretty(nil, "\n")) }

func (d *Doc) appendPretty(dst []byte, line string) []byte {
	if len(d.Items) == 0 {
		return d.Append(dst)
	}
	brackets := "[]"
	if d.Kind == Object {
		brackets = "{}"
	}
	dst = append(dst, brackets[0])
	for i, x := range d.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, line...), "  "...)
		if d.Kind == Object {
			dst = append(AppendQuoted(dst, d.Keys[i]), ": "...)
		}
		dst = x.appendPretty(dst, line+"  ")
	}
	return append(append(dst, line...), brackets[1])
}
