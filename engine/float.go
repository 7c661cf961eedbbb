package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dolthub/vitess/go/sqltypes"
)

// floatDigits is how many significant digits of a FLOAT MySQL shows: C's
// FLT_DIG. Of a DOUBLE it shows as many as tell it from others.
const floatDigits = 6

// spellFloat respells what go-mysql-server spells as Go does.
func spellFloat(v sqltypes.Value) sqltypes.Value {
	bits := 64
	if v.Type() == sqltypes.Float32 {
		bits = 32
	}
	x, err := strconv.ParseFloat(v.ToString(), bits)
	if err != nil {
		return v // EXPLAIN's, which says NULL in words
	}
	return sqltypes.MakeTrusted(v.Type(), []byte(FloatText(x, bits)))
}

// FloatText spells a FLOAT (32 bits) or DOUBLE (64) as MySQL's text protocol
// does: with an exponent only below 1e-15 and from 1e15 on.
func FloatText(x float64, bits int) string {
	spelled := strconv.FormatFloat(x, 'e', -1, bits)
	if bits == 32 {
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', floatDigits-1, bits), 64)
		if err == nil {
			x, bits = rounded, 64
			spelled = strconv.FormatFloat(x, 'e', -1, bits)
		}
	}
	digits, exponent, _ := strings.Cut(spelled, "e")
	n, _ := strconv.Atoi(exponent) // MySQL has no infinities, which alone have no exponent
	if -15 <= n && n <= 14 {
		return strconv.FormatFloat(x, 'f', -1, bits)
	}
	return fmt.Sprintf("%se%d", digits, n)
}
