package wire

import (
	"encoding/binary"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// binaryCharset is the collation of what is not text.
const binaryCharset = 63

// columns appends the definitions of columns.
func (c *Conn) columns(fields []*querypb.Field) {
	for _, f := range fields {
		c.out.begin()
		c.out.buf = appendColumn(c.out.buf, f)
		c.out.end()
	}
	if c.client.Capabilities&mysql.CLIENT_DEPRECATE_EOF == 0 {
		c.eof(false)
	}
}

// appendColumn appends the payload of a column's definition.
func appendColumn(b []byte, f *querypb.Field) []byte {
	typ, flags := sqltypes.TypeToMySQL(f.Type)
	flags |= int64(f.Flags)
	charset := f.Charset
	switch {
	case !isText(f.Type):
		charset = binaryCharset
		if f.OrgName == "" || !sqltypes.IsIntegral(f.Type) && !sqltypes.IsFloat(f.Type) && f.Type != sqltypes.Decimal && f.Type != sqltypes.Bit {
			flags |= mysql.BINARY_FLAG // as of all but numbers of a table's column
		}
	case charset == 0:
		charset = uint32(utf8mb4)
	}
	switch f.Type {
	case sqltypes.Text, sqltypes.Blob, sqltypes.Geometry:
		flags |= mysql.BLOB_FLAG
	case sqltypes.TypeJSON:
		if f.OrgName != "" {
			flags |= mysql.BLOB_FLAG
		}
	}
	b = appendString(b, "def")
	b = appendString(b, f.Database)
	b = appendString(b, f.Table)
	b = appendString(b, f.OrgTable)
	b = appendString(b, f.Name)
	b = appendString(b, f.OrgName)
	b = append(b, 0x0c) // the length of what follows
	b = binary.LittleEndian.AppendUint16(b, uint16(charset))
	b = binary.LittleEndian.AppendUint32(b, f.ColumnLength)
	b = append(b, byte(typ))
	b = binary.LittleEndian.AppendUint16(b, uint16(flags))
	return append(b, byte(f.Decimals), 0, 0)
}

// isText tells whether values of the type have a character set.
func isText(t querypb.Type) bool {
	switch t {
	case sqltypes.Text, sqltypes.VarChar, sqltypes.Char, sqltypes.Enum, sqltypes.Set:
		return true
	}
	return false
}

// appendString appends a length-encoded string.
func appendString[T string | []byte](b []byte, s T) []byte {
	return append(mysql.AppendLengthEncodedInteger(b, uint64(len(s))), s...)
}
