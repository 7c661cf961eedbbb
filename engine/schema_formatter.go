package engine

import (
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/storage"
)

// schemaFormatter writes the columns of SHOW CREATE TABLE as MySQL reads and writes them.
type schemaFormatter struct{ sql.SchemaFormatter }

// GenerateCreateTableColumnDefinition implements sql.SchemaFormatter. go-mysql-server gives an
// ENUM's and a SET's default by its number, and puts NOT NULL before what a generated column is.
func (f schemaFormatter) GenerateCreateTableColumnDefinition(c *sql.Column, byDefault, onUpdate string, table sql.CollationID) string {
	if c.Generated == nil {
		return f.SchemaFormatter.GenerateCreateTableColumnDefinition(c, memberByDefault(c.Type, byDefault), onUpdate, table)
	}
	nullable := *c
	nullable.Nullable = true
	text := f.SchemaFormatter.GenerateCreateTableColumnDefinition(&nullable, byDefault, onUpdate, table)
	generated := "GENERATED ALWAYS AS " + c.Generated.String()
	kept := " STORED"
	if c.Extra == storage.VirtualGenerated {
		kept = " VIRTUAL"
	}
	if !c.Nullable {
		kept += " NOT NULL"
	}
	return strings.Replace(text, generated+" STORED", generated+kept, 1)
}

// memberByDefault is the default of a column, that of an ENUM or a SET by its text.
func memberByDefault(t sql.Type, byDefault string) string {
	number, err := strconv.ParseUint(strings.Trim(byDefault, "'"), 10, 64)
	if err != nil {
		return byDefault
	}
	switch t := t.(type) {
	case sql.EnumType:
		if text, ok := t.At(int(number)); ok {
			return stringLiteral(text)
		}
	case sql.SetType:
		if text, err := t.BitsToString(number); err == nil {
			return stringLiteral(text)
		}
	}
	return byDefault
}
