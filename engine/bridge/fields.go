package bridge

import (
	"math"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"

	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// The flags of a column that its type tells.
const (
	flagNotNull = uint32(querypb.MySqlFlag_NOT_NULL_FLAG)
	flagBlob    = uint32(querypb.MySqlFlag_BLOB_FLAG)
	flagUnsign  = uint32(querypb.MySqlFlag_UNSIGNED_FLAG)
	flagBinary  = uint32(querypb.MySqlFlag_BINARY_FLAG)
	flagEnum    = uint32(querypb.MySqlFlag_ENUM_FLAG)
	flagSet     = uint32(querypb.MySqlFlag_SET_FLAG)
)

// Fields are a result's columns as a client is told of them (manual of the protocol,
// column definition). Texts are in the character set of character_set_results.
func Fields(ctx *sql.Context, columns []plan.Column) []*querypb.Field {
	results := ctx.GetCharacterSetResults()
	all := make([]*querypb.Field, len(columns))
	for i := range columns {
		c := &columns[i]
		charset := uint32(types.Binary)
		width := 1
		if c.T.IsText() && c.T.Collation != types.Binary {
			charset, width = uint32(c.T.Collation), c.T.Collation.MaxBytes()
			if results != sql.CharacterSet_Unspecified && results != sql.CharacterSet_binary {
				charset, width = uint32(results.DefaultCollation()), int(results.MaxLength())
			}
		}
		table := c.OrgTable
		if c.Database == "" { // a table that the statement makes (Field::make_send_field): clients look for tables by this name
			table = ""
		}
		all[i] = &querypb.Field{
			Name: c.Name, OrgName: c.OrgName, Table: c.Table, OrgTable: table, Database: c.Database,
			Type: QueryType(&c.T), Charset: charset, Decimals: uint32(decimals(c)), Flags: fieldFlags(c),
			ColumnLength: uint32(min(displayLength(&c.T)*width, math.MaxUint32)),
		}
	}
	return all
}

func fieldFlags(c *plan.Column) uint32 {
	flags := uint32(c.Flags)
	t := &c.T
	for _, f := range []struct {
		on   bool
		flag uint32
	}{
		{!t.Nullable, flagNotNull},
		{t.Protocol == types.ProtocolBlob || t.Protocol == protocolGeometry || t.Kind == types.JSON && c.OrgTable != "", flagBlob},
		{t.Kind == types.Uint || t.Unsigned || t.Kind == types.Bit || t.IsYear(), flagUnsign},
		{t.IsYear() || t.Zerofill > 0, uint32(plan.ZeroFill)},
		// A number is binary as an expression, and not as a table's column.
		{!t.IsNumeric() && !t.IsText() || t.IsNumeric() && c.OrgTable == "" || t.IsText() && (t.Collation == types.Binary || t.Collation.InByteOrder()), flagBinary},
		{t.Kind == types.Enum, flagEnum},
		{t.Kind == types.Set, flagSet},
	} {
		if f.on {
			flags |= f.flag
		}
	}
	return flags
}

// displayLength is how many characters a client shows of a value at most.
func displayLength(t *types.Type) int {
	switch t.Kind {
	case types.Decimal:
		n := t.Length
		if !t.Unsigned {
			n++ // the sign
		}
		if t.Scale > 0 {
			n++
		}
		return n
	case types.Float, types.Int, types.Uint:
		return t.Length
	case types.JSON:
		return math.MaxUint32
	}
	return t.TextLength()
}

// decimals are a result column's: places of numbers and seconds, 31 where they are not
// fixed. What has none has 31, too, where it is an expression, and 0 as a table's column
// (Field::make_send_field).
func decimals(c *plan.Column) int {
	switch c.T.Kind {
	case types.Decimal, types.Float, types.DateTime, types.Time:
		return c.T.Scale
	case types.String, types.JSON, types.Enum, types.Set:
		if c.OrgTable == "" {
			return types.NotFixed
		}
	}
	return 0
}

// QueryType is the type as results name it.
func QueryType(t *types.Type) querypb.Type {
	unsigned := t.Kind == types.Uint
	pick := func(signed, without querypb.Type) querypb.Type {
		if unsigned {
			return without
		}
		return signed
	}
	switch t.Kind {
	case types.Null:
		return sqltypes.Null
	case types.Int, types.Uint:
		switch t.Protocol {
		case types.ProtocolTiny:
			return pick(sqltypes.Int8, sqltypes.Uint8)
		case types.ProtocolShort:
			return pick(sqltypes.Int16, sqltypes.Uint16)
		case types.ProtocolInt24:
			return pick(sqltypes.Int24, sqltypes.Uint24)
		case types.ProtocolLong:
			return pick(sqltypes.Int32, sqltypes.Uint32)
		case types.ProtocolYear:
			return sqltypes.Year
		}
		return pick(sqltypes.Int64, sqltypes.Uint64)
	case types.Float:
		if t.Protocol == types.ProtocolFloat {
			return sqltypes.Float32
		}
		return sqltypes.Float64
	case types.Decimal:
		return sqltypes.Decimal
	case types.Date:
		return sqltypes.Date
	case types.DateTime:
		if t.IsTimestamp() {
			return sqltypes.Timestamp
		}
		return sqltypes.Datetime
	case types.Time:
		return sqltypes.Time
	case types.JSON:
		return sqltypes.TypeJSON
	case types.Enum:
		return sqltypes.Enum
	case types.Set:
		return sqltypes.Set
	case types.Bit:
		return sqltypes.Bit
	}
	binary := t.Collation == types.Binary
	text := func(chars, bytes querypb.Type) querypb.Type {
		if binary {
			return bytes
		}
		return chars
	}
	switch t.Protocol {
	case protocolGeometry:
		return sqltypes.Geometry
	case types.ProtocolBlob:
		return text(sqltypes.Text, sqltypes.Blob)
	case types.ProtocolString:
		return text(sqltypes.Char, sqltypes.Binary)
	}
	return text(sqltypes.VarChar, sqltypes.VarBinary)
}
