package bridge

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dolthub/vitess/go/sqltypes"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// ArgumentOf is the argument of a prepared statement with the type that MySQL gives what
// the client sends: whole numbers are BIGINTs, texts are literals.
func ArgumentOf(a sqltypes.Value) (bind.Argument, error) {
	text := a.ToString()
	switch t := a.Type(); {
	case a.IsNull():
		return bind.Argument{T: types.TypeNull}, nil
	case sqltypes.IsUnsigned(t):
		n, err := strconv.ParseUint(text, 10, 64)
		return bind.Argument{V: types.UintValue(n), T: withLength(types.TypeUint, text)}, err
	case sqltypes.IsIntegral(t):
		n, err := strconv.ParseInt(text, 10, 64)
		return bind.Argument{V: types.IntValue(n), T: withLength(types.TypeInt, text)}, err
	case sqltypes.IsFloat(t):
		x, err := strconv.ParseFloat(text, 64)
		return bind.Argument{V: types.FloatValue(x), T: types.TypeDouble}, err
	case t == sqltypes.Decimal:
		d, rest := types.ParseDec(text)
		if rest != "" {
			return bind.Argument{}, fmt.Errorf("bridge: %q is no decimal", text)
		}
		return bind.Argument{V: types.DecimalValue(d), T: types.TypeDecimal(d.Precision(), d.Scale())}, nil
	case t == sqltypes.Date, t == sqltypes.Datetime, t == sqltypes.Timestamp, t == sqltypes.Time:
		return temporalArgument(a)
	case t == sqltypes.Blob, t == sqltypes.VarBinary, t == sqltypes.Binary:
		return bind.Argument{V: types.StringValue(text), T: types.TypeString(len(text), types.Binary, types.CoerceLiteral)}, nil
	}
	return bind.Argument{
		V: types.StringValue(text),
		T: types.TypeString(utf8.RuneCountInString(text), types.DefaultCollation, types.CoerceLiteral),
	}, nil
}

// withLength is a number's type with the length of its text; one of a single place
// would be TRUE or FALSE to JSON.
func withLength(t types.Type, text string) types.Type {
	t.Length = max(len(text), 2)
	return t
}

// temporalArgument reads a date or time. What is none is NULL.
func temporalArgument(a sqltypes.Value) (bind.Argument, error) {
	text := a.ToString()
	from := types.TypeString(len(text), types.DefaultCollation, types.CoerceLiteral)
	to := types.TypeDateTime
	switch a.Type() {
	case sqltypes.Date:
		to = types.TypeDate
	case sqltypes.Time:
		to = types.TypeTime
	}
	if to.Kind != types.Date {
		_, fraction, _ := strings.Cut(text, ".")
		to.Scale = min(len(fraction), 6)
	}
	v, err := types.Convert(nil, types.StringValue(text), &from, &to)
	to.Nullable = v.IsNull()
	return bind.Argument{V: v, T: to}, err
}
