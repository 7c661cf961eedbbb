package wire

import (
	"encoding/binary"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/google/go-cmp/cmp"
)

func TestColumnDefinition(t *testing.T) {
	definition := func(f *querypb.Field) string { return string(appendColumn(nil, f)) }
	end := func(charset uint16, length uint32, typ byte, flags uint16, decimals byte) string {
		b := binary.LittleEndian.AppendUint16([]byte{0x0c}, charset)
		b = binary.LittleEndian.AppendUint32(b, length)
		b = binary.LittleEndian.AppendUint16(append(b, typ), flags)
		return string(append(b, decimals, 0, 0))
	}
	for name, test := range map[string]struct {
		field *querypb.Field
		want  string
	}{
		"names": {
			&querypb.Field{Name: "n", OrgName: "name", Table: "p", OrgTable: "Products", Database: "interview", Type: sqltypes.VarChar, ColumnLength: 1020},
			"\x03def\x09interview\x01p\x08Products\x01n\x04name" + end(255, 1020, mysql.MYSQL_TYPE_VAR_STRING, 0, 0),
		},
		"a collation of its own": {
			&querypb.Field{Type: sqltypes.Char, Charset: 45},
			"\x03def\x00\x00\x00\x00\x00" + end(45, 0, mysql.MYSQL_TYPE_STRING, 0, 0),
		},
		"a key": {
			&querypb.Field{Type: sqltypes.Uint64, Charset: 255, Flags: mysql.NOT_NULL_FLAG | mysql.PRI_KEY_FLAG},
			"\x03def\x00\x00\x00\x00\x00" + end(63, 0, mysql.MYSQL_TYPE_LONGLONG, mysql.NOT_NULL_FLAG|mysql.PRI_KEY_FLAG|mysql.UNSIGNED_FLAG|mysql.BINARY_FLAG, 0),
		},
		"a float": {
			&querypb.Field{Type: sqltypes.Float64, Decimals: 31},
			"\x03def\x00\x00\x00\x00\x00" + end(63, 0, mysql.MYSQL_TYPE_DOUBLE, mysql.BINARY_FLAG, 31),
		},
	} {
		if diff := cmp.Diff(test.want, definition(test.field)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
