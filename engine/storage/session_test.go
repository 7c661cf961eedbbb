package storage_test

import (
	"context"
	"errors"
	"io"
	"testing"

	sqle "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// database is a database d with one session, whose statements go-mysql-server executes.
type database struct {
	t      testing.TB
	engine *sqle.Engine
	ctx    *sql.Context
}

func newDatabase(t testing.TB) *database {
	p := storage.NewProvider(store.New(store.Options{}))
	d := &database{t: t, engine: sqle.New(analyzer.NewDefault(p), nil)}
	session := storage.NewSession(sql.NewBaseSession(), p)
	d.ctx = sql.NewContext(context.Background(), sql.WithSession(session))
	if err := p.CreateDatabase(d.ctx, "d"); err != nil {
		t.Fatal(err)
	}
	session.SetCurrentDatabase("d")
	return d
}

// do executes statements.
func (d *database) do(statements ...string) {
	d.t.Helper()
	for _, s := range statements {
		if err := d.try(s); err != nil {
			d.t.Fatalf("%s: %v", s, err)
		}
	}
}

func (d *database) try(statement string) error {
	_, rows, _, err := d.engine.Query(d.ctx, statement)
	if err != nil {
		return err
	}
	for {
		if _, err = rows.Next(d.ctx); err != nil {
			break
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close(d.ctx))
}

// table finds a table.
func (d *database) table(name string) *storage.Table {
	d.t.Helper()
	t, _, err := d.engine.Analyzer.Catalog.Table(d.ctx, "d", name)
	if err != nil {
		d.t.Fatal(err)
	}
	return t.(*storage.Table)
}

// context is for expressions.
func (d *database) context() *expr.Context {
	return &expr.Context{Context: d.ctx, Env: &types.Env{}}
}

// scan reads a table: a text for each value, NULL for NULL.
func (d *database) scan(t plan.Table, of []types.Type, lookup *plan.Lookup) [][]string {
	d.t.Helper()
	columns := make([]int, len(of))
	for i := range columns {
		columns[i] = i
	}
	rows, err := t.Open(d.context(), plan.Access{Columns: columns, Lookup: lookup})
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	var all [][]string
	for {
		b, err := rows.Next()
		if err != nil {
			d.t.Fatal(err)
		}
		if b == nil {
			return all
		}
		for i := range b.N {
			row := make([]string, len(of))
			for j, v := range b.Cols {
				if row[j] = "NULL"; !v.Null(i) {
					row[j] = string(types.AppendText(nil, v, i, &of[j]))
				}
			}
			all = append(all, row)
		}
	}
}

// typesOf are the types of a table's columns.
func typesOf(t sql.Table) []types.Type {
	var all []types.Type
	for _, c := range t.Schema() {
		all = append(all, bridge.TypeOf(c.Type, c.Nullable))
	}
	return all
}
