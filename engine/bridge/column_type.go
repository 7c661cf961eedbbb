package bridge

import (
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// protocolGeometry is of spatial values: bytes, but for the functions that know better.
const protocolGeometry types.Protocol = 255

// Lengths of the texts and blobs, in characters to the client (manual 11.7).
const (
	tinyText   = 1<<8 - 1
	text       = 1<<16 - 1
	mediumText = 1<<24 - 1
	longText   = 1<<32 - 1
)

// integers are the integer types: their number in the protocol and the characters of their
// widest value (manual 11.1.6).
var integers = map[querypb.Type]types.Type{
	sqltypes.Int8:   integerType(types.Int, types.ProtocolTiny, 4),
	sqltypes.Uint8:  integerType(types.Uint, types.ProtocolTiny, 3),
	sqltypes.Int16:  integerType(types.Int, types.ProtocolShort, 6),
	sqltypes.Uint16: integerType(types.Uint, types.ProtocolShort, 5),
	sqltypes.Int24:  integerType(types.Int, types.ProtocolInt24, 9),
	sqltypes.Uint24: integerType(types.Uint, types.ProtocolInt24, 8),
	sqltypes.Int32:  integerType(types.Int, types.ProtocolLong, 11),
	sqltypes.Uint32: integerType(types.Uint, types.ProtocolLong, 10),
	sqltypes.Int64:  integerType(types.Int, types.ProtocolLongLong, 20),
	sqltypes.Uint64: integerType(types.Uint, types.ProtocolLongLong, 20),
	sqltypes.Year:   integerType(types.Int, types.ProtocolYear, 4),
}

func integerType(k types.Kind, p types.Protocol, length int) types.Type {
	return types.Type{Kind: k, Protocol: p, Length: length, Collation: types.Binary, Coercibility: types.CoerceNumeric}
}

// TypeOf is the type of a column or expression of go-mysql-server's, as MySQL describes a
// column of it.
func TypeOf(t sql.Type, nullable bool) types.Type {
	return typeOf(t).WithNullable(nullable)
}

func typeOf(t sql.Type) types.Type {
	if s, ok := t.(sql.SystemVariableType); ok {
		return systemType(s)
	}
	switch t := t.(type) {
	case NumberType:
		return numberType(t.NumberType, t.NumberAttributes, t.width())
	case DecimalType:
		width := int(t.Precision())
		if t.Scale() > 0 {
			width++
		}
		return numberType(t.DecimalType, t.NumberAttributes, width)
	case nil, sql.DeferredType:
		return types.TypeNull
	case sql.DecimalType:
		return types.TypeDecimal(int(t.Precision()), int(t.Scale()))
	case sql.DatetimeType:
		return datetimeType(t)
	case sql.EnumType:
		return membersType(types.Enum, types.ProtocolEnum, t.Values(), t.Collation())
	case sql.SetType:
		return membersType(types.Set, types.ProtocolSet, t.Values(), t.Collation())
	case gms.BitType:
		return types.Type{Kind: types.Bit, Protocol: types.ProtocolBit, Length: int(t.NumberOfBits()), Collation: types.Binary, Coercibility: types.CoerceNumeric}
	case sql.StringType:
		return stringType(t)
	}
	if t, ok := t.(TimeType); ok {
		return withDigits(types.TypeTime, t.Digits)
	}
	base := t.Type()
	if i, ok := integers[base]; ok {
		if n, ok := t.(sql.NumberType); ok && n.DisplayWidth() == 1 {
			i.Length = 1
		}
		return i
	}
	switch base {
	case sqltypes.Float32:
		f := types.TypeDouble
		f.Protocol, f.Length = types.ProtocolFloat, 12
		return f
	case sqltypes.Float64:
		f := types.TypeDouble
		f.Length = 22
		return f
	case sqltypes.Time:
		return withDigits(types.TypeTime, 6) // as go-mysql-server has it
	case sqltypes.TypeJSON:
		return types.TypeJSON
	case sqltypes.Null:
		return types.TypeNull
	case sqltypes.Geometry:
		return types.Type{Kind: types.String, Protocol: protocolGeometry, Length: longText, Collation: types.Binary, Coercibility: types.CoerceImplicit}
	}
	return types.TypeString(longText, types.DefaultCollation, types.CoerceImplicit)
}

// systemType is the type of a system variable (manual 5.1.9): texts are utf8mb3's, as all
// that the server itself says.
func systemType(t sql.SystemVariableType) types.Type {
	switch base := t.UnderlyingType().(type) {
	case sql.EnumType, sql.SetType, sql.StringType:
		return types.TypeString(text/3, types.Collation(sql.Collation_utf8mb3_general_ci), types.CoerceSystem)
	default:
		n := typeOf(base)
		switch n.Kind {
		case types.Int:
			n = types.TypeInt
		case types.Uint:
			n = types.TypeUint
		}
		return n
	}
}

func datetimeType(t sql.DatetimeType) types.Type {
	d := types.TypeDateTime
	switch t.Type() {
	case sqltypes.Date:
		return types.TypeDate
	case sqltypes.Timestamp:
		d.Protocol = types.ProtocolTimestamp
	}
	return withDigits(d, t.Precision())
}

// withDigits is DATETIME or TIME with digits of a fraction.
func withDigits(t types.Type, digits int) types.Type {
	if t.Scale = digits; digits > 0 {
		t.Length += 1 + digits
	}
	return t
}

func membersType(k types.Kind, p types.Protocol, members []string, c sql.CollationID) types.Type {
	length := 0
	for _, m := range members {
		n := utf8.RuneCountInString(m)
		if k == types.Set {
			length += n + 1
		} else {
			length = max(length, n)
		}
	}
	if k == types.Set && length > 0 {
		length--
	}
	return types.Type{Kind: k, Protocol: p, Length: length, Members: members, Collation: types.Collation(c), Coercibility: types.CoerceImplicit}
}

func stringType(t sql.StringType) types.Type {
	s := types.Type{
		Kind: types.String, Protocol: types.ProtocolVarchar, Length: int(t.MaxCharacterLength()),
		Collation: types.Collation(t.Collation()), Coercibility: types.CoerceImplicit,
	}
	switch t.Type() {
	case sqltypes.Char, sqltypes.Binary:
		s.Protocol = types.ProtocolString
	case sqltypes.Text, sqltypes.Blob:
		s.Protocol = types.ProtocolBlob
		s.Length = int(t.MaxByteLength())
	}
	return s
}

// SQLType is go-mysql-server's type for a column that takes values of the type: that of
// which MySQL makes the column in CREATE TABLE … SELECT (manual 13.1.20.4).
func SQLType(t *types.Type) sql.Type {
	if as := attributesOf(t); as != (NumberAttributes{}) {
		return NumberTypeOf(plainSQLType(t), as)
	}
	return plainSQLType(t)
}

// plainSQLType is the type without attributes of numbers.
func plainSQLType(t *types.Type) sql.Type {
	switch t.Kind {
	case types.Int, types.Uint:
		return integerSQLType(t)
	case types.Float:
		if t.Protocol == types.ProtocolFloat {
			return gms.Float32
		}
		return gms.Float64
	case types.Decimal:
		precision := max(t.Length, t.Scale, 1)
		return gms.MustCreateColumnDecimalType(uint8(min(precision, types.MaxPrecision)), uint8(min(t.Scale, types.MaxScale)))
	case types.Date:
		return gms.Date
	case types.DateTime:
		if t.IsTimestamp() {
			return gms.MustCreateDatetimeType(sqltypes.Timestamp, min(t.Scale, 6))
		}
		return gms.MustCreateDatetimeType(sqltypes.Datetime, min(t.Scale, 6))
	case types.Time:
		return TimeType{Digits: min(t.Scale, 6)}
	case types.JSON:
		return gms.JSON
	case types.Bit:
		return gms.MustCreateBitType(uint8(min(max(t.Length, 1), 64)))
	case types.Enum:
		if e, err := gms.CreateEnumType(t.Members, sql.CollationID(t.Collation)); err == nil {
			return e
		}
	case types.Set:
		if s, err := gms.CreateSetType(t.Members, sql.CollationID(t.Collation)); err == nil {
			return s
		}
	case types.Null:
		return gms.MustCreateBinary(sqltypes.Binary, 0)
	}
	return stringSQLType(t)
}

func integerSQLType(t *types.Type) sql.Type {
	if t.IsYear() {
		return gms.Year
	}
	unsigned := t.Kind == types.Uint
	pick := func(signed, without sql.Type) sql.Type {
		if unsigned {
			return without
		}
		return signed
	}
	switch t.Protocol {
	case types.ProtocolTiny:
		if t.Length == 1 && !unsigned {
			return gms.Boolean
		}
		return pick(gms.Int8, gms.Uint8)
	case types.ProtocolShort:
		return pick(gms.Int16, gms.Uint16)
	case types.ProtocolInt24:
		return pick(gms.Int24, gms.Uint24)
	case types.ProtocolLong:
		return pick(gms.Int32, gms.Uint32)
	}
	// An expression of fewer digits than an INT has is one (create_tmp_field).
	if t.Length < 10 {
		return pick(gms.Int32, gms.Uint32)
	}
	return pick(gms.Int64, gms.Uint64)
}

// bigVarchar is the length from which on an expression's text becomes a TEXT
// (CONVERT_IF_BIGGER_TO_BLOB).
const bigVarchar = 512

func stringSQLType(t *types.Type) sql.Type {
	if t.Protocol == protocolGeometry {
		return gms.GeometryType{}
	}
	c := sql.CollationID(t.Collation)
	if c.Sorter() == nil || c.CharacterSet().Encoder() == nil {
		c = sql.CollationID(types.DefaultCollation)
	}
	long := t.Protocol == types.ProtocolBlob || t.Protocol == types.ProtocolVarString && t.Length > bigVarchar
	if !long {
		base := sqltypes.VarChar
		if t.Protocol == types.ProtocolString || t.Length == 0 {
			base = sqltypes.Char
		}
		if s, err := gms.CreateString(base, int64(t.Length), c); err == nil {
			return s
		}
	}
	// Of an expression the bytes count, of a column its TEXT.
	switch n := t.Length; {
	case n <= tinyText && t.Scale != types.NotFixed:
		return gms.CreateTinyText(c)
	case n <= text:
		return gms.CreateText(c)
	case n <= mediumText:
		return gms.CreateMediumText(c)
	}
	return gms.CreateLongText(c)
}
