package engine

import (
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"github.com/verbatim-sql/verbatim/engine/storage"
)

// schemaFormatter writes the columns of SHOW CREATE TABLE as MySQL reads and writes them.
type schemaFormatter struct{ sql.SchemaFormatter }

// GenerateCreateTableColumnDefinition implements sql.SchemaFormatter. go-mysql-server gives an
// ENUM's and a SET's default by its number, puts NOT NULL before what a generated column is, and
// leaves out what MySQL says of columns that may be NULL (store_create_info): NULL of a TIMESTAMP,
// and DEFAULT NULL where the type can have a default.
func (f schemaFormatter) GenerateCreateTableColumnDefinition(c *sql.Column, byDefault, onUpdate string, table sql.CollationID) string {
	if c.Generated == nil {
		byDefault = memberByDefault(c.Type, byDefault)
		if c.Nullable && c.Default == nil && !types.IsTextBlob(c.Type) && !types.IsJSON(c.Type) && !types.IsGeometry(c.Type) {
			with := *c
			with.Default, byDefault = new(sql.ColumnDefaultValue), "NULL"
			c = &with
		}
		text := f.SchemaFormatter.GenerateCreateTableColumnDefinition(c, byDefault, onUpdate, table)
		if c.Nullable && types.IsTimestampType(c.Type) {
			column := "  " + f.QuoteIdentifier(c.Name) + " " + c.Type.String()
			text = column + " NULL" + strings.TrimPrefix(text, column)
		}
		return text
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
			return quotedDefault(text)
		}
	case sql.SetType:
		if text, err := t.BitsToString(number); err == nil {
			return quotedDefault(text)
		}
	}
	return byDefault
}

// quotedDefault is a default as SHOW CREATE TABLE has it (unireg's append_unescaped).
func quotedDefault(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", "''").Replace(text) + "'"
}
