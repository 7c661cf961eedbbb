package bridge

import (
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// ScanTable is a table of go-mysql-server's that our execution reads by itself: the
// store's are.
type ScanTable interface {
	sql.Table
	// Scan is the table for the statement of the context.
	Scan(ctx *sql.Context) plan.Table
}

// KeptTable is a table whose plans may be kept for further statements.
type KeptTable interface {
	plan.Table
	// Again is the table for the statement of the context; false where its name means
	// another table now, or one that has been altered.
	Again(ctx *sql.Context) (plan.Table, bool)
}

// GMSTable is any table of go-mysql-server's, as those of information_schema, read row by
// row. It has no keys.
func GMSTable(ctx *sql.Context, t sql.Table) plan.Table {
	all := &gmsTable{ctx: ctx, table: t}
	for _, c := range t.Schema() {
		all.types = append(all.types, TypeOf(c.Type, c.Nullable))
	}
	return all
}

type gmsTable struct {
	ctx   *sql.Context
	table sql.Table
	types []types.Type
}

// Keys implements plan.Table.
func (t *gmsTable) Keys() []plan.Key { return nil }

// RowCount implements plan.Table.
func (t *gmsTable) RowCount(*expr.Context) int64 {
	if s, ok := t.table.(sql.StatisticsTable); ok {
		if n, _, err := s.RowCount(t.ctx); err == nil {
			return int64(n)
		}
	}
	return batchRows
}

// Open implements plan.Table.
func (t *gmsTable) Open(c *expr.Context, a plan.Access) (plan.Rows, error) {
	rows, err := rowsOf(t.ctx, t.table)
	if err != nil {
		return nil, err
	}
	return &gmsRows{table: t, c: c, columns: a.Columns, rows: rows}, nil
}

type gmsRows struct {
	table   *gmsTable
	c       *expr.Context
	columns []int
	rows    sql.RowIter
	over    bool
}

// Next implements plan.Rows.
func (r *gmsRows) Next() (*types.Batch, error) {
	if r.over {
		return nil, nil
	}
	if err := r.table.ctx.Err(); err != nil {
		return nil, err
	}
	most := batchRows
	if r.c.BatchSize > 0 {
		most = r.c.BatchSize
	}
	builders := make([]*types.Builder, len(r.columns))
	for i, at := range r.columns {
		builders[i] = types.NewBuilder(&r.table.types[at])
	}
	b := &types.Batch{Cols: make([]*types.Vec, len(r.columns))}
	for b.N < most {
		row, err := r.rows.Next(r.table.ctx)
		if errors.Is(err, io.EOF) {
			r.over = true
			break
		}
		if err != nil {
			return nil, err
		}
		for i, at := range r.columns {
			v, err := FromGMS(row[at], &r.table.types[at])
			if err != nil {
				return nil, err
			}
			builders[i].Append(v)
		}
		b.N++
	}
	if b.N == 0 {
		return nil, nil
	}
	for i := range builders {
		b.Cols[i] = builders[i].Vec()
	}
	return b, nil
}

// Close implements plan.Rows.
func (r *gmsRows) Close() {
	r.over = true
	// Its rows were read; there is nobody to tell.
	_ = r.rows.Close(r.table.ctx)
}
