package routine

import (
	"fmt"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"
	tidbtypes "github.com/pingcap/tidb/pkg/parser/types"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// integers are the integer types: how many characters the text of one has, signed
// and unsigned.
var integers = map[byte]struct {
	protocol         types.Protocol
	signed, unsigned int
}{
	tidb.TypeTiny:     {types.ProtocolTiny, 4, 3},
	tidb.TypeShort:    {types.ProtocolShort, 6, 5},
	tidb.TypeInt24:    {types.ProtocolInt24, 9, 8},
	tidb.TypeLong:     {types.ProtocolLong, 11, 10},
	tidb.TypeLonglong: {types.ProtocolLongLong, 20, 20},
}

// Declared is the type that the declaration of a parameter, a variable or a
// function's result names: a column's (manual 13.6.4.1), with the character set
// of the database where none is named.
func Declared(n *tidbtypes.FieldType, name string, database types.Collation) (types.Type, error) {
	t, err := declared(n, name, database)
	t.Nullable, t.Coercibility = true, types.CoerceNumeric
	if t.IsText() || t.Kind == types.JSON {
		t.Coercibility = types.CoerceImplicit
	}
	return t, err
}

func declared(n *tidbtypes.FieldType, name string, database types.Collation) (types.Type, error) {
	length, scale := n.GetFlen(), max(n.GetDecimal(), 0)
	if i, ok := integers[n.GetType()]; ok {
		t := types.TypeInt
		t.Length = i.signed
		if tidb.HasUnsignedFlag(n.GetFlag()) {
			t = types.TypeUint
			t.Length = i.unsigned
		}
		t.Protocol = i.protocol
		return t, nil
	}
	switch n.GetType() {
	case tidb.TypeDouble, tidb.TypeFloat:
		t := types.TypeDouble
		if n.GetType() == tidb.TypeFloat {
			t.Protocol, t.Length = types.ProtocolFloat, 12
		}
		if n.GetDecimal() >= 0 {
			t.Length, t.Scale = length, scale
		}
		return t, nil
	case tidb.TypeNewDecimal:
		if length < 0 {
			length = 10
		}
		switch {
		case length > types.MaxPrecision:
			return types.Type{}, mysql.NewError(mysql.ER_TOO_BIG_PRECISION,
				fmt.Sprintf("Too-big precision %d specified for '%s'. Maximum is %d.", length, name, types.MaxPrecision))
		case scale > types.MaxScale:
			return types.Type{}, mysql.NewError(mysql.ER_TOO_BIG_SCALE,
				fmt.Sprintf("Too big scale %d specified for column '%s'. Maximum is %d.", scale, name, types.MaxScale))
		case scale > length:
			return types.Type{}, mysql.NewDefaultError(mysql.ER_M_BIGGER_THAN_D, name)
		}
		return types.TypeDecimal(max(length, 1), scale), nil
	case tidb.TypeDate, tidb.TypeNewDate:
		return types.TypeDate, nil
	case tidb.TypeDatetime, tidb.TypeTimestamp, tidb.TypeDuration:
		t := types.TypeDateTime
		switch n.GetType() {
		case tidb.TypeTimestamp:
			t.Protocol = types.ProtocolTimestamp
		case tidb.TypeDuration:
			t = types.TypeTime
		}
		if t.Scale = scale; scale > 0 {
			t.Length += scale + 1
		}
		return t, nil
	case tidb.TypeYear:
		t := types.TypeInt
		t.Protocol, t.Length = types.ProtocolYear, 4
		return t, nil
	case tidb.TypeBit:
		return types.Type{Kind: types.Bit, Protocol: types.ProtocolBit, Length: max(length, 1), Collation: types.Binary}, nil
	case tidb.TypeJSON:
		return types.TypeJSON, nil
	case tidb.TypeNull, tidb.TypeUnspecified, tidb.TypeGeometry:
		return types.Type{}, mysql.NewError(mysql.ER_NOT_SUPPORTED_YET, "This version of MySQL doesn't yet support 'a variable of this type'")
	}
	return text(n, name, collation(n, database))
}

// collation is that of a declared text.
func collation(n *tidbtypes.FieldType, database types.Collation) types.Collation {
	if n.GetCharset() == "binary" || n.GetCollate() == "binary" {
		return types.Binary
	}
	if c, ok := types.ByName(n.GetCollate()); ok && n.GetCollate() != "" {
		return c
	}
	if c, ok := types.DefaultOf(n.GetCharset()); ok && n.GetCharset() != "" && n.GetCharset() != database.Charset() {
		return c
	}
	return database
}

// text is the type of a string, ENUM or SET.
func text(n *tidbtypes.FieldType, name string, c types.Collation) (types.Type, error) {
	length := n.GetFlen()
	t := types.Type{Kind: types.String, Protocol: types.ProtocolVarString, Length: length, Scale: types.NotFixed, Collation: c}
	switch n.GetType() {
	case tidb.TypeEnum, tidb.TypeSet:
		t.Kind, t.Protocol, t.Members = types.Enum, types.ProtocolEnum, n.GetElems()
		if n.GetType() == tidb.TypeSet {
			t.Kind, t.Protocol = types.Set, types.ProtocolSet
		}
		t.Length = 0
		for i, m := range t.Members {
			k := utf8.RuneCountInString(m)
			switch {
			case t.Kind == types.Enum:
				t.Length = max(t.Length, k)
			case i > 0:
				t.Length += k + 1
			default:
				t.Length = k
			}
		}
		return t, nil
	case tidb.TypeString:
		t.Protocol = types.ProtocolString
		if length < 0 {
			t.Length = 1
		}
		if t.Length > 255 {
			return t, mysql.NewError(mysql.ER_TOO_BIG_FIELDLENGTH,
				fmt.Sprintf("Column length too big for column '%s' (max = 255); use BLOB or TEXT instead", name))
		}
	case tidb.TypeTinyBlob:
		t.Protocol, t.Length = types.ProtocolBlob, 255/c.MaxBytes()
	case tidb.TypeBlob:
		t.Protocol, t.Length = types.ProtocolBlob, 65535/c.MaxBytes()
	case tidb.TypeMediumBlob:
		t.Protocol, t.Length = types.ProtocolBlob, 16777215/c.MaxBytes()
	case tidb.TypeLongBlob:
		t.Protocol, t.Length = types.ProtocolBlob, 4294967295/c.MaxBytes()
	default:
		if most := 65535 / c.MaxBytes(); length > most {
			return t, mysql.NewError(mysql.ER_TOO_BIG_FIELDLENGTH,
				fmt.Sprintf("Column length too big for column '%s' (max = %d); use BLOB or TEXT instead", name, most))
		}
	}
	return t, nil
}
