package engine

import (
	"context"
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/routine"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// nested is an execution of a statement of a routine, within that of the
// statement that runs the routine.
func (x *execution) nested(site *routine.Site, text string) *execution {
	n := &execution{
		session: x.session, text: text, within: x, site: site, stored: x.ran(),
	}
	n.ctx = x.ctx.WithContext(context.WithValue(x.ctx.Context, executionKey{}, n))
	return n
}

// first is the client's statement.
func (x *execution) first() *execution {
	for x.within != nil {
		x = x.within
	}
	return x
}

// endNested ends a nested statement. The transaction goes on, but for that which
// DDL ends.
func (x *execution) endNested(err error) error {
	x.ended = true
	err = x.columnError(err)
	if x.definesTables() && !x.prepares {
		x.committed(true)
		if e := x.session.endTransaction(x.ctx, err == nil); err == nil {
			err = e
		}
	}
	if e := x.session.beginTransaction(x.ctx); err == nil {
		err = e
	}
	return x.wording().mysqlError(err)
}

// database is the database of names without one.
func (x *execution) database() string {
	if x.site != nil && x.site.Database != "" {
		return x.site.Database
	}
	return x.session.Database()
}

// local finds the variables of the routine that the statement is in; nil where it
// is in none.
func (x *execution) local() func(string) (expr.Expr, bool) {
	if x.site == nil {
		return nil
	}
	return x.site.Local
}

// answer is a result that has been read.
type answer struct {
	fields []*querypb.Field
	rows   [][]sqltypes.Value
	next   int
}

// read reads a result to its end; nil where it has no rows.
func read(r *Result) (*answer, error) {
	b := &answer{fields: r.Fields}
	for r.Fields != nil {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			_ = r.Close()
			return nil, err
		}
		kept := make([]sqltypes.Value, len(row))
		for i, v := range row {
			kept[i] = v
			if !v.IsNull() {
				kept[i] = sqltypes.MakeTrusted(v.Type(), append([]byte(nil), v.Raw()...))
			}
		}
		b.rows = append(b.rows, kept)
	}
	if err := r.Close(); err != nil || r.Fields == nil {
		return nil, err
	}
	return b, nil
}

// Next is the next row.
func (b *answer) Next() ([]sqltypes.Value, error) {
	if b.next == len(b.rows) {
		return nil, io.EOF
	}
	b.next++
	return b.rows[b.next-1], nil
}

// literal spells a value for a statement's text.
func literal(ctx *sql.Context, v types.Value, t *types.Type) (string, error) {
	if v.IsNull() {
		return "NULL", nil
	}
	x, err := bridge.ToGMS(v, t)
	if err != nil {
		return "", err
	}
	s, err := bridge.SQLType(t).SQL(ctx, nil, x)
	if err != nil {
		return "", err
	}
	e, err := ast.ExprFromValue(s)
	if err != nil {
		return "", err
	}
	return ast.String(e), nil
}
