package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/storage"
)

// schemaFormatter writes the columns of SHOW CREATE TABLE as MySQL reads and writes them.
type schemaFormatter struct{ sql.SchemaFormatter }

// GenerateCreateTableColumnDefinition implements sql.SchemaFormatter. go-mysql-server gives an
// ENUM's and a SET's default by its number, puts NOT NULL before what a generated column is, and
// leaves out what MySQL says of columns that may be NULL (store_create_info): NULL of a TIMESTAMP,
// and DEFAULT NULL where the type can have a default.
func (f schemaFormatter) GenerateCreateTableColumnDefinition(c *sql.Column, byDefault, onUpdate string, table sql.CollationID) string {
	if c.Comment != "" {
		with := *c
		with.Comment = escaped(c.Comment)
		c = &with
	}
	if c.Generated == nil {
		byDefault = bridge.DefaultClause(sql.NewEmptyContext(), c)
		if c.Nullable && c.Default == nil && !types.IsTextBlob(c.Type) && !types.IsJSON(c.Type) && !types.IsGeometry(c.Type) {
			with := *c
			with.Default, byDefault = new(sql.ColumnDefaultValue), "NULL"
			c = &with
		}
		text := f.SchemaFormatter.GenerateCreateTableColumnDefinition(c, byDefault, onUpdate, table)
		// The table's collation is told where it is not its character set's own.
		if t, ok := c.Type.(sql.TypeWithCollation); ok && t.Collation() == table && table != table.CharacterSet().DefaultCollation() {
			column := "  " + f.QuoteIdentifier(c.Name) + " " + t.StringWithTableCollation(table)
			if rest, ok := strings.CutPrefix(text, column); ok && !types.IsBinaryType(c.Type) {
				text = column + " COLLATE " + table.Name() + rest
			}
		}
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

// GenerateCreateTableIndexDefinition implements sql.SchemaFormatter.
func (f schemaFormatter) GenerateCreateTableIndexDefinition(unique, spatial, fullText, vector bool, name string, columns []string, comment string) (string, bool) {
	return f.SchemaFormatter.GenerateCreateTableIndexDefinition(unique, spatial, fullText, vector, name, columns, escaped(comment))
}

// GenerateCreateTableStatement implements sql.SchemaFormatter. Of the comment go-mysql-server doubles quotes alone.
func (f schemaFormatter) GenerateCreateTableStatement(table string, lines []string, temporary, next, charset, collation, comment string) string {
	return f.SchemaFormatter.GenerateCreateTableStatement(table, lines, temporary, next, charset, collation, strings.ReplaceAll(escaped(comment), "''", "'"))
}

// escaped is a comment between its quotes.
func escaped(text string) string {
	quoted := bridge.Quoted(text)
	return quoted[1 : len(quoted)-1]
}
