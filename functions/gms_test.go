package functions

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	sqle "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/memory"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"github.com/verbatim-sql/verbatim/tables"
)

// go-mysql-server is what the engine runs the functions' SQL on.
func TestOnGMS(t *testing.T) {
	server := newGMS(t)
	testAgreement(t, server, 8)
	t.Run("change_department", func(t *testing.T) { testChangeDepartment(t, server) })
}

// newGMS is an engine with tables in memory.
func newGMS(t *testing.T) sqlServer {
	database := memory.NewDatabase(tables.Database)
	database.EnablePrimaryKeyIndexes()
	provider := memory.NewDBProvider(database)
	engine := sqle.NewDefault(provider)
	t.Cleanup(func() { _ = engine.Close() }) // its error is that it cancelled its own threads
	session := memory.NewSession(sql.NewBaseSession(), provider)
	session.SetCurrentDatabase(tables.Database)

	return func(ctx context.Context, statement string) (columns, lines []string, err error) {
		c := sql.NewContext(ctx, sql.WithSession(session))
		schema, rows, _, err := engine.Query(c, statement)
		if err != nil {
			return nil, nil, err
		}
		defer func() { err = errors.Join(err, rows.Close(c)) }()
		for _, column := range schema {
			columns = append(columns, column.Name)
		}
		for {
			row, err := rows.Next(c)
			if errors.Is(err, io.EOF) {
				return columns, lines, nil
			}
			if err != nil {
				return nil, nil, err
			}
			if types.IsOkResult(row) || len(row) == 0 {
				continue // of a statement that answers no rows
			}
			line := make([]string, len(row))
			for i, v := range row {
				value, err := schema[i].Type.SQL(c, nil, v)
				if err != nil {
					return nil, nil, err
				}
				line[i] = value.ToString()
				if value.IsNull() {
					line[i] = "NULL"
				}
			}
			lines = append(lines, strings.Join(line, "\t"))
		}
	}
}
