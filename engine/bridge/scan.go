package bridge

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// batchRows is how many rows a batch of a scan has: enough that the work per
// batch counts for nothing, few enough that its columns stay in the cache.
const batchRows = 1024

// Scan reads the interview's tables in the session's transaction.
func Scan(ctx *sql.Context, catalog sql.Catalog) functions.Scan {
	return func(name string, columns ...string) iter.Seq2[*vector.Batch, error] {
		return func(yield func(*vector.Batch, error) bool) {
			if err := scanTable(ctx, catalog, name, columns, yield); err != nil {
				yield(nil, err)
			}
		}
	}
}

func scanTable(ctx *sql.Context, catalog sql.Catalog, name string, columns []string, yield func(*vector.Batch, error) bool) error {
	declared, ok := tables.Find(name)
	if !ok {
		return fmt.Errorf("bridge: no table %s is declared", name)
	}
	table, _, err := catalog.Table(ctx, tables.Database, declared.Name)
	if err != nil {
		return err
	}
	batch := vector.NewBatch(make([]vector.Type, len(columns))...)
	at := make([]int, len(columns))
	for i, name := range columns {
		column, ok := declared.Column(name)
		if !ok {
			return fmt.Errorf("bridge: no column %s of %s is declared", name, declared.Name)
		}
		batch.Columns[i].Type = column.Type
		if at[i] = table.Schema().IndexOfColName(name); at[i] < 0 {
			return mysql.NewDefaultError(mysql.ER_BAD_FIELD_ERROR, declared.Name+"."+name, "field list")
		}
		if text, ok := table.Schema()[at[i]].Type.(sql.StringType); ok {
			batch.Columns[i].Order = types.Collation(text.Collation())
		}
	}
	rows, err := rowsOf(ctx, table)
	if err != nil {
		return err
	}
	defer rows.Close(ctx)
	for {
		row, err := rows.Next(ctx)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if batch.Len() > 0 && (err != nil || batch.Len() == batchRows) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !yield(batch, nil) {
				return nil
			}
			batch.Reset()
		}
		if err != nil {
			return nil
		}
		for i := range batch.Columns {
			if err := appendValue(ctx, &batch.Columns[i], row[at[i]]); err != nil {
				return err
			}
		}
	}
}

// rowsOf reads all partitions of a table.
func rowsOf(ctx *sql.Context, table sql.Table) (sql.RowIter, error) {
	partitions, err := table.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	return sql.NewTableRowIter(ctx, table, partitions), nil
}
