package bridge

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// ColumnDefault is a column's default as SHOW COLUMNS and information_schema have it (manual 15.7.7.5): a value's text, or an
// expression's SQL; false where there is none, or NULL.
func ColumnDefault(ctx *sql.Context, c *sql.Column) (string, bool) {
	d := c.Default
	if d == nil || c.Generated != nil {
		return "", false
	}
	if !d.IsLiteral() {
		if !d.Parenthesized {
			return d.String(), true
		}
		if l, ok := d.Expr.(*expression.Literal); ok {
			if text, ok := l.Value().(string); ok {
				return `_utf8mb4\'` + text + `\'`, true
			}
		}
		return d.Expr.String(), true
	}
	text, err := literalDefault(ctx, c)
	if err != nil || text == nil {
		return "", false
	}
	switch c.Type.Type() {
	case sqltypes.Binary, sqltypes.VarBinary:
		return "0x" + strings.ToUpper(hex.EncodeToString(text)), true
	}
	return string(text), true
}

// DefaultClause is what stands behind DEFAULT in SHOW CREATE TABLE; "" where there is none.
func DefaultClause(ctx *sql.Context, c *sql.Column) string {
	d := c.Default
	switch {
	case d == nil || c.Generated != nil:
		return ""
	case !d.IsLiteral():
		text, _ := ColumnDefault(ctx, c)
		if d.Parenthesized {
			return "(" + strings.ReplaceAll(text, `\'`, "'") + ")"
		}
		return text
	}
	text, err := literalDefault(ctx, c)
	switch {
	case err != nil || text == nil:
		return "NULL"
	case gms.IsBit(c.Type):
		return string(text)
	}
	return Quoted(string(text))
}

// Quoted is a text as a literal of SHOW CREATE TABLE (append_unescaped of unireg).
func Quoted(text string) string { return "'" + unescape.Replace(text) + "'" }

var unescape = strings.NewReplacer(`\`, `\\`, "'", "''", "\x00", `\0`, "\n", `\n`, "\r", `\r`)

// literalDefault is the text of a default that is a value; nil of NULL.
func literalDefault(ctx *sql.Context, c *sql.Column) ([]byte, error) {
	v, err := c.Default.Eval(ctx, nil)
	if err != nil || v == nil {
		return nil, err
	}
	if bits, ok := v.(uint64); ok && gms.IsBit(c.Type) {
		return fmt.Appendf(nil, "b'%b'", bits), nil
	}
	t := TypeOf(c.Type, false)
	value, err := FromGMS(v, &t)
	if err != nil {
		return nil, err
	}
	return types.AppendValue(nil, value, &t), nil
}

// ColumnExtra is what SHOW COLUMNS and information_schema say of a column besides (manual 15.7.7.5).
func ColumnExtra(c *sql.Column) string {
	extra := c.Extra
	if c.OnUpdate != nil {
		extra = "on update " + c.OnUpdate.String()
	}
	if c.Generated == nil && !c.Default.IsLiteral() {
		extra = strings.TrimSpace("DEFAULT_GENERATED " + extra)
	}
	return extra
}

// columnsTable is information_schema.columns.
func columnsTable() *information_schema.ColumnsTable {
	t := information_schema.NewColumnsTable()
	all := t.RowIter
	t.RowIter = func(ctx *sql.Context, catalog sql.Catalog, defaults sql.Schema) (sql.RowIter, error) {
		iter, err := all(ctx, catalog, defaults)
		if err != nil {
			return nil, err
		}
		rows, err := sql.RowIterToRows(ctx, iter)
		if err != nil {
			return nil, err
		}
		correctColumns(ctx, catalog, rows)
		return sql.RowsToRowIter(rows...), nil
	}
	return t
}

// statistics is information_schema.statistics, in which go-mysql-server has 0 for columns that are whole in an index.
type statistics struct{ catalogTable }

// AssignCatalog implements sql.CatalogTable.
func (s statistics) AssignCatalog(c sql.Catalog) sql.Table {
	s.catalogTable.AssignCatalog(c)
	return s
}

// PartitionRows implements sql.Table.
func (s statistics) PartitionRows(ctx *sql.Context, p sql.Partition) (sql.RowIter, error) {
	const partAt = 10
	iter, err := s.catalogTable.PartitionRows(ctx, p)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, iter)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if row[partAt] == int64(0) {
			row[partAt] = nil
		}
	}
	return sql.RowsToRowIter(rows...), nil
}

// correctColumns puts right rows of information_schema.columns, of tables.
func correctColumns(ctx *sql.Context, catalog sql.Catalog, rows []sql.Row) {
	const schemaAt, tableAt, columnAt, defaultAt, lengthAt, numberAt, precisionAt, extraAt, privilegesAt, expressionAt = 1, 2, 3, 5, 8, 10, 12, 17, 18, 20
	var table sql.Table
	of := ""
	for _, row := range rows {
		if name := fmt.Sprint(row[schemaAt], ".", row[tableAt]); name != of {
			of, table = name, nil
			if db, err := catalog.Database(ctx, fmt.Sprint(row[schemaAt])); err == nil {
				if t, ok, err := db.GetTableInsensitive(ctx, fmt.Sprint(row[tableAt])); ok && err == nil {
					table = t
				}
			}
		}
		if _, ours := table.(ScanTable); !ours {
			continue
		}
		i := table.Schema().IndexOfColName(fmt.Sprint(row[columnAt]))
		if i < 0 {
			continue
		}
		c := table.Schema()[i]
		if t, ok := c.Type.(TimeType); ok {
			row[precisionAt] = uint32(t.Digits)
		}
		row[privilegesAt] = "select,insert,update,references"
		if gms.IsTextBlob(c.Type) { // the bytes are counted
			row[lengthAt] = row[lengthAt+1]
		}
		if t, ok := c.Type.(NumberType); ok && t.Width > 0 && t.IsFloat() {
			row[numberAt], row[numberAt+1] = int64(t.Width), int64(t.Places)
		}
		if c.Type.Type() == sqltypes.Date {
			row[precisionAt] = nil
		}
		if c.Generated != nil {
			row[expressionAt] = strings.TrimSuffix(strings.TrimPrefix(c.Generated.String(), "("), ")")
		}
		row[extraAt] = ColumnExtra(c)
		if row[defaultAt] = nil; c.Default != nil {
			if text, ok := ColumnDefault(ctx, c); ok {
				row[defaultAt] = text
			}
		}
	}
}
