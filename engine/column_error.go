package engine

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// columnError is MySQL's error for a value that a column does not take: with the
// column's name and the row's number, which go-mysql-server's errors do not have. Other
// errors are left as they are.
func (x *execution) columnError(err error) error {
	var target ast.TableName
	switch n := x.stmt.(type) {
	case *ast.Insert:
		target = n.Table
	case *ast.Update:
		if t, ok := n.TableExprs[0].(*ast.AliasedTableExpr); ok && len(n.TableExprs) == 1 {
			target, _ = t.Expr.(ast.TableName)
		}
	}
	if target.IsEmpty() {
		return err
	}
	var cause error
	column := -1
	var value any
	switch e := err.(type) {
	case sql.WrappedInsertError:
		cause = e.Cause
	case sql.WrappedTypeConversionError:
		cause, column, value = e.Err, e.OffendingIdx, e.OffendingVal
	default:
		return err
	}
	database := target.DbQualifier.String()
	if database == "" {
		database = x.session.Database()
	}
	t, _, e := x.session.engine.analyzer.Catalog.Table(x.ctx, database, target.Name.String())
	if e != nil {
		return err
	}
	schema := t.Schema()
	if w, ok := err.(sql.WrappedInsertError); ok {
		// The columns are converted in their order, the first that fails ends it.
		for i, c := range schema {
			if i < len(w.OffendingRow) && w.OffendingRow[i] != nil {
				if _, in, e := c.Type.Convert(x.ctx, w.OffendingRow[i]); e != nil || !in {
					column, value = i, w.OffendingRow[i]
					break
				}
			}
		}
	}
	if column < 0 || column >= len(schema) {
		return err
	}
	c, row := schema[column], x.session.session.Rows+1
	text := func(code uint16, format string, args ...any) error {
		return mysql.NewError(code, fmt.Sprintf(format, args...)+fmt.Sprintf(" for column '%s' at row %d", c.Name, row))
	}
	switch {
	case types.ErrLengthBeyondLimit.Is(cause):
		return text(mysql.ER_DATA_TOO_LONG, "Data too long")
	case sql.ErrValueOutOfRange.Is(cause), types.ErrConvertToDecimalLimit.Is(cause):
		return text(mysql.ER_WARN_DATA_OUT_OF_RANGE, "Out of range value")
	}
	switch c.Type.(type) {
	case sql.EnumType, sql.SetType:
		return text(mysql.WARN_DATA_TRUNCATED, "Data truncated")
	case sql.DatetimeType:
		word := "datetime"
		if types.IsDateType(c.Type) {
			word = "date"
		}
		return text(mysql.ER_TRUNCATED_WRONG_VALUE, "Incorrect %s value: '%v'", word, value)
	}
	switch {
	case types.IsTimespan(c.Type):
		return text(mysql.ER_TRUNCATED_WRONG_VALUE, "Incorrect time value: '%v'", value)
	case types.IsInteger(c.Type):
		return text(mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, "Incorrect integer value: '%v'", value)
	case types.IsDecimal(c.Type):
		return text(mysql.ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, "Incorrect decimal value: '%v'", value)
	}
	return err
}
