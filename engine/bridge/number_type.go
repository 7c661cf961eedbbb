package bridge

import (
	"context"
	"fmt"
	"math"

	"github.com/dolthub/go-mysql-server/sql"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/shopspring/decimal"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// NumberAttributes are what a column's number has besides what go-mysql-server's types tell (manual 11.1.6).
type NumberAttributes struct {
	Unsigned bool // which an integer's own type tells
	Zerofill bool // which makes it unsigned
	Width    int  // of an integer with ZEROFILL the characters, 0 being those of its type, and of FLOAT(m,d) and DOUBLE(m,d) the digits
	Places   int  // of FLOAT(m,d) and DOUBLE(m,d), whose Width is not 0
}

// words are the attributes behind a type's name.
func (a NumberAttributes) words() string {
	switch {
	case a.Zerofill:
		return " unsigned zerofill"
	case a.Unsigned:
		return " unsigned"
	}
	return ""
}

// NumberType is an integer with ZEROFILL, or a FLOAT or DOUBLE with attributes.
type NumberType struct {
	sql.NumberType
	NumberAttributes
}

// DecimalType is a DECIMAL with attributes.
type DecimalType struct {
	sql.DecimalType
	NumberAttributes
}

var (
	_ sql.NumberType  = NumberType{}
	_ sql.DecimalType = DecimalType{}
)

// NumberTypeOf is a number's type with attributes.
func NumberTypeOf(t sql.Type, as NumberAttributes) sql.Type {
	switch t := t.(type) {
	case sql.DecimalType:
		return DecimalType{t, as}
	case sql.NumberType:
		return NumberType{t, as}
	}
	return t
}

// IsSigned implements sql.NumberType.
func (t NumberType) IsSigned() bool { return !t.Unsigned }

// Convert implements sql.Type. Floats are rounded to the places; what the column does not take is out of range.
func (t NumberType) Convert(ctx context.Context, v any) (any, sql.ConvertInRange, error) {
	converted, inRange, err := t.NumberType.Convert(ctx, v)
	if err != nil || converted == nil {
		return converted, inRange, err
	}
	column := typeOf(t)
	switch x := converted.(type) {
	case float32:
		f, fits := types.FitFloat(float64(x), &column)
		return float32(f), inRange && sql.ConvertInRange(fits), nil
	case float64:
		f, fits := types.FitFloat(x, &column)
		return f, inRange && sql.ConvertInRange(fits), nil
	}
	return converted, inRange, nil
}

// Equals implements sql.Type.
func (t NumberType) Equals(other sql.Type) bool {
	o, ok := other.(NumberType)
	return ok && t.NumberType.Equals(o.NumberType) && t.NumberAttributes == o.NumberAttributes
}

// Promote implements sql.Type.
func (t NumberType) Promote() sql.Type { return t.NumberType.Promote() }

// width is of how many characters numbers with ZEROFILL are.
func (t NumberType) width() int {
	if t.Width > 0 {
		return t.Width
	}
	switch t.NumberType.Type() {
	case sqltypes.Float32:
		return 12
	case sqltypes.Float64:
		return 22
	}
	return integers[t.NumberType.Type()].Length
}

// String implements sql.Type.
func (t NumberType) String() string {
	switch t.NumberType.Type() {
	case sqltypes.Float32, sqltypes.Float64:
		name := t.NumberType.String()
		if t.Width > 0 {
			name += fmt.Sprintf("(%d,%d)", t.Width, t.Places)
		}
		return name + t.words()
	}
	signed := map[sql.Type]string{gms.Uint8: "tinyint", gms.Uint16: "smallint", gms.Uint24: "mediumint", gms.Uint32: "int", gms.Uint64: "bigint"}
	return fmt.Sprintf("%s(%d)%s", signed[t.NumberType], t.width(), t.words())
}

// Convert implements sql.Type.
func (t DecimalType) Convert(ctx context.Context, v any) (any, sql.ConvertInRange, error) {
	converted, inRange, err := t.DecimalType.Convert(ctx, v)
	if d, ok := converted.(decimal.Decimal); ok && err == nil && d.IsNegative() {
		return t.Zero(), sql.OutOfRange, nil
	}
	return converted, inRange, err
}

// Equals implements sql.Type.
func (t DecimalType) Equals(other sql.Type) bool {
	o, ok := other.(DecimalType)
	return ok && t.DecimalType.Equals(o.DecimalType) && t.NumberAttributes == o.NumberAttributes
}

// String implements sql.Type.
func (t DecimalType) String() string { return t.DecimalType.String() + t.words() }

// numberType is a column's type with the attributes.
func numberType(base sql.Type, as NumberAttributes, width int) types.Type {
	t := typeOf(base)
	t.Unsigned = as.Unsigned && t.Kind != types.Uint
	if t.Kind == types.Float && as.Width > 0 {
		t.Length, t.Scale = as.Width, as.Places
	}
	if as.Zerofill {
		t.Zerofill = width
		if t.Kind == types.Uint {
			t.Length = width
		}
	}
	return t
}

// attributesOf are those that a column of the type has.
func attributesOf(t *types.Type) NumberAttributes {
	as := NumberAttributes{Unsigned: t.Unsigned || t.Zerofill > 0, Zerofill: t.Zerofill > 0}
	switch {
	case t.Kind == types.Uint:
		as.Width = t.Zerofill
	case t.Kind == types.Float && t.Scale < types.NotFixed:
		as.Width, as.Places = min(max(t.Length, t.Scale+1), math.MaxUint8), t.Scale
	}
	return as
}
