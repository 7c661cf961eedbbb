package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
)

// fields are the result's columns as a client is told of them.
func fields(ctx *sql.Context, schema sql.Schema) []*querypb.Field {
	wanted := ctx.GetCharacterSetResults()
	all := make([]*querypb.Field, len(schema))
	for i, c := range schema {
		f := &querypb.Field{
			Name: c.Name, OrgName: c.Name,
			Table: c.Source, OrgTable: c.Source, Database: c.DatabaseSource,
			Type:         c.Type.Type(),
			Charset:      uint32(sql.Collation_binary),
			ColumnLength: c.Type.MaxTextResponseByteLength(ctx),
			Flags:        flags(c),
		}
		if t, ok := c.Type.(sql.TypeWithCollation); ok && !types.IsBinaryType(c.Type) {
			f.Charset = uint32(t.Collation())
			if wanted != sql.CharacterSet_Unspecified {
				f.Charset = uint32(wanted.DefaultCollation())
			}
		}
		switch t := c.Type.(type) {
		case sql.DecimalType:
			f.Decimals = uint32(t.Scale())
		case sql.DatetimeType:
			f.Decimals = uint32(t.Precision())
		}
		if types.IsFloat(c.Type) {
			f.Decimals = 31 // not fixed
		}
		all[i] = f
	}
	return all
}

func flags(c *sql.Column) uint32 {
	var all querypb.MySqlFlag
	for _, f := range []struct {
		on   bool
		flag querypb.MySqlFlag
	}{
		{!c.Nullable, querypb.MySqlFlag_NOT_NULL_FLAG},
		{c.AutoIncrement, querypb.MySqlFlag_AUTO_INCREMENT_FLAG},
		{c.PrimaryKey, querypb.MySqlFlag_PRI_KEY_FLAG},
		{types.IsUnsigned(c.Type), querypb.MySqlFlag_UNSIGNED_FLAG},
	} {
		if f.on {
			all |= f.flag
		}
	}
	return uint32(all)
}
