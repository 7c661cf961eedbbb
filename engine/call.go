package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/routine"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// procedure returns the declared procedure that a CALL means. A procedure of
// the user's own of that name, in the session's database, comes first.
func (x *execution) procedure(n *ast.Call) (*functions.Proc, bool) {
	name, database := n.ProcName.Name.String(), n.ProcName.Qualifier.String()
	p, ok := functions.FindProc(name)
	if !ok || database != "" && !strings.EqualFold(database, tables.Database) {
		return nil, false
	}
	if database == "" {
		database = x.session.Database()
	}
	if db, err := x.session.engine.analyzer.Catalog.Database(x.ctx, database); err == nil {
		if own, ok := db.(sql.StoredProcedureDatabase); ok {
			if _, ok, err := own.GetStoredProcedure(x.ctx, name); err == nil && ok {
				return nil, false
			}
		}
	}
	return p, true
}

// call runs a declared procedure: in the open transaction, or in its own.
func (x *execution) call(p *functions.Proc, n *ast.Call, args []sqltypes.Value) (*Result, error) {
	if err := p.CheckCount(len(n.Params)); err != nil {
		return nil, err
	}
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	values, err := x.evaluate(n.Params, args)
	if err != nil {
		return nil, err
	}
	bound, err := p.Bind(values)
	if err != nil {
		return nil, err
	}
	x.ctx.ClearWarnings()
	undo := x.session.session.Mark()
	if err := p.Run(x.ctx, transaction{x}, bound); err != nil {
		undo()
		return nil, err
	}
	return new(Result), x.end(nil)
}

// evaluate computes expressions, which may have question marks and variables.
func (x *execution) evaluate(exprs []ast.Expr, args []sqltypes.Value) ([]any, error) {
	list := make(ast.SelectExprs, len(exprs))
	for i, e := range exprs {
		list[i] = &ast.AliasedExpr{Expr: e}
	}
	_, rows, err := x.rows(&ast.Select{SelectExprs: list}, "", args)
	if err != nil {
		return nil, err
	}
	values := make([]any, len(exprs))
	for i, v := range rows[0] {
		values[i] = bridge.Argument(v)
	}
	return values, nil
}

// rows executes a statement within this one and returns all that it answers.
func (x *execution) rows(stmt ast.Statement, text string, args []sqltypes.Value) (sql.Schema, []sql.Row, error) {
	bindings, err := bindingsOf(args)
	if err != nil {
		return nil, nil, err
	}
	schema, iter, _, err := runner{x.session.engine}.QueryWithBindings(x.ctx, text, stmt, bindings, nil)
	if err != nil {
		return nil, nil, err
	}
	rows, err := sql.RowIterToRows(x.ctx, iter)
	return schema, rows, err
}

// transaction is what a declared procedure works in.
type transaction struct{ x *execution }

// Query implements functions.Tx.
func (t transaction) Query(_ context.Context, text string, args ...any) ([][]*string, error) {
	values, err := literals(args)
	if err != nil {
		return nil, err
	}
	host := &routineHost{x: t.x}
	n := t.x.nested(&routine.Site{Database: t.x.session.Database()}, text)
	if err := n.session.beginTransaction(n.ctx); err != nil {
		return nil, err
	}
	r, err := n.statement(values)
	if err != nil {
		return nil, n.end(err)
	}
	a, err := read(r)
	if a == nil || err != nil {
		return nil, host.mysqlError(err)
	}
	all := make([][]*string, len(a.rows))
	for i, row := range a.rows {
		all[i] = make([]*string, len(row))
		for j, v := range row {
			if !v.IsNull() {
				s := v.ToString()
				all[i][j] = &s
			}
		}
	}
	return all, nil
}

// Exec implements functions.Tx.
func (t transaction) Exec(ctx context.Context, text string, args ...any) error {
	_, err := t.Query(ctx, text, args...)
	return err
}

// Reset implements functions.Tx. Like DDL it commits what is open.
func (t transaction) Reset(context.Context) error {
	s := t.x.session
	pristine, err := builtIn()
	if err != nil {
		return err
	}
	if err := s.endTransaction(t.x.ctx, true); err != nil {
		return err
	}
	err = s.engine.storage.Store().Alter(func(d *store.Draft) error { return d.CopyDatabase(pristine, tables.Database) })
	if err != nil {
		return err
	}
	return s.beginTransaction(t.x.ctx)
}

func literals(args []any) ([]sqltypes.Value, error) {
	values := make([]sqltypes.Value, len(args))
	for i, a := range args {
		v, err := sqltypes.InterfaceToValue(a)
		if err != nil {
			return nil, fmt.Errorf("engine: argument %d: %w", i+1, err)
		}
		values[i] = v
	}
	return values, nil
}
