package engine

import (
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"

	enginetypes "github.com/verbatim-sql/verbatim/engine/types"
)

// Result is what a statement answers: rows, or, where Fields is nil, counts.
type Result struct {
	Fields       []*querypb.Field
	AffectedRows uint64
	InsertID     uint64
	Info         string // e.g. Rows matched: 1  Changed: 1  Warnings: 0

	// Following is the result behind this one: CALL answers what the procedure's
	// queries do, and at last its counts. nil: this is the last.
	Following *Result

	execution *execution // nil: over
	schema    sql.Schema
	rows      sql.RowIter // of go-mysql-server, or
	query     *queryRows
	kept      *answer // of a procedure
	row       []sqltypes.Value
	buffer    []byte
	err       error // what the rows ended in
}

func newResult(x *execution, schema sql.Schema, rows sql.RowIter) *Result {
	return &Result{
		Fields:    fields(x.ctx, schema),
		execution: x,
		schema:    schema,
		rows:      rows,
		row:       make([]sqltypes.Value, len(schema)),
	}
}

// Types are the columns' types where the rows can be had as batches; else nil.
func (r *Result) Types() []enginetypes.Type {
	if r.query == nil {
		return nil
	}
	all := make([]enginetypes.Type, len(r.query.columns))
	for i, c := range r.query.columns {
		all[i] = c.T
	}
	return all
}

// NextBatch is the next rows, as columns of [Result.Types]: valid until the
// following call, nil after the last one. Who calls it does not call Next.
func (r *Result) NextBatch() (b *enginetypes.Batch, err error) {
	if r.execution == nil {
		return nil, nil
	}
	defer r.failed(&err)
	defer r.execution.recovered(&err)
	if err := r.execution.ctx.Err(); err != nil {
		return nil, err
	}
	b, err = r.query.op.Next()
	if b != nil {
		r.query.found += uint64(b.N)
	}
	return b, err
}

// failed ends the statement where its rows end in an error.
func (r *Result) failed(err *error) {
	if *err != nil && !errors.Is(*err, io.EOF) {
		r.err = *err
		*err = r.finish()
	}
}

// Next is the next row: valid until the following call. It is io.EOF after the
// last one.
func (r *Result) Next() (_ []sqltypes.Value, err error) {
	if r.kept != nil {
		return r.kept.Next()
	}
	if r.execution == nil {
		return nil, io.EOF
	}
	defer r.failed(&err)
	defer r.execution.recovered(&err)
	ctx := r.execution.ctx
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.query != nil {
		return r.query.Next(ctx)
	}
	row, err := r.rows.Next(ctx)
	if err != nil {
		return nil, err
	}
	r.buffer = r.buffer[:0]
	for i, c := range r.schema {
		if row[i] == nil {
			r.row[i] = sqltypes.NULL
			continue
		}
		// A type appends its text to the buffer, or returns a text of its own.
		v, err := c.Type.SQL(ctx, r.buffer[len(r.buffer):], row[i])
		if err != nil {
			return nil, err
		}
		if types.IsFloat(c.Type) {
			v = spellFloat(v)
		}
		if n := len(r.buffer) + v.Len(); n <= cap(r.buffer) {
			r.buffer = r.buffer[:n]
		} else {
			r.buffer = make([]byte, 0, 2*n)
		}
		r.row[i] = v
	}
	return r.row, nil
}

// Close ends the statement and, in autocommit mode, its transaction. It must be
// called, also after an error, and is the place where a failed commit shows.
func (r *Result) Close() error { return r.finish() }

func (r *Result) finish() (err error) {
	x := r.execution
	if x == nil {
		return nil
	}
	r.execution = nil
	defer func() { err = x.end(err) }()
	defer x.recovered(&err)
	switch {
	case r.query != nil:
		r.query.op.Close()
		x.ctx.SetLastQueryInfoInt(sql.FoundRows, r.query.foundRows())
	default:
		err = r.rows.Close(x.ctx)
	}
	x.ctx.SetLastQueryInfoInt(sql.RowCount, -1) // manual 12.16, ROW_COUNT()
	if r.err != nil {
		err = r.err
	}
	return err
}
