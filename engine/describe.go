package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// described are the rows of DESCRIBE and SHOW COLUMNS as MySQL has them: its types do not
// tell the collation, go-mysql-server's do of all but one.
func (x *execution) described(schema sql.Schema, rows sql.RowIter) sql.RowIter {
	if _, ok := x.stmt.(*ast.Show); !ok || len(schema) < 2 || schema[0].Name != "Field" || schema[1].Name != "Type" {
		return rows
	}
	return plainTypes{rows}
}

// plainTypes are rows whose second value is a type.
type plainTypes struct{ sql.RowIter }

// Next implements sql.RowIter.
func (r plainTypes) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := r.RowIter.Next(ctx)
	if err != nil {
		return nil, err
	}
	if t, ok := row[1].(string); ok {
		t, _, _ = strings.Cut(t, " CHARACTER SET ")
		row[1], _, _ = strings.Cut(t, " COLLATE ")
	}
	return row, nil
}
