package engine

import (
	"fmt"
	"io"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/format"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// A statement that writes what a query gives is go-mysql-server's but for its
// query: in that one's place stands a table function, bind.SourceFunction, that
// gives the rows of ours.

// withSource executes a statement that has a query as its source, and tells
// whether it is one.
func (x *execution) withSource(tree *parse.Tree, args []sqltypes.Value) (*Result, bool, error) {
	switch n := tree.Node.(type) {
	case *tidb.InsertStmt:
		if n.Select != nil {
			r, err := x.insertSelect(tree, n, args)
			return r, true, err
		}
	case *tidb.CreateTableStmt:
		if n.Select != nil {
			r, err := x.createTableSelect(tree, n, args)
			return r, true, err
		}
	case *tidb.CreateViewStmt:
		r, err := x.createView(tree, n)
		return r, true, err
	}
	return nil, false, nil
}

// insertSelect executes INSERT … SELECT and REPLACE … SELECT.
func (x *execution) insertSelect(tree *parse.Tree, n *tidb.InsertStmt, args []sqltypes.Value) (*Result, error) {
	if err := x.bindInsertSelect(tree, n, args); err != nil {
		return nil, err
	}
	return x.dispatch(args)
}

// bindInsertSelect plans the query of INSERT … SELECT and puts the source in its
// place.
func (x *execution) bindInsertSelect(tree *parse.Tree, n *tidb.InsertStmt, args []sqltypes.Value) error {
	if err := x.planSource(tree, n.Select, args); err != nil {
		return err
	}
	own, err := parse.Query("SELECT * FROM "+bind.SourceFunction, 0)
	if err != nil {
		return err
	}
	with := *n
	with.Select = own.Node.(*tidb.SelectStmt)
	for i, a := range with.OnDuplicate { // a question mark that stays keeps its number
		named := *a
		e, ok := a.Expr.Accept(numbered{})
		if !ok {
			return fmt.Errorf("engine: no expression in ON DUPLICATE KEY UPDATE")
		}
		named.Expr = e.(tidb.ExprNode)
		with.OnDuplicate[i] = &named
	}
	text, err := restore(&with)
	if err != nil {
		return err
	}
	x.stmt, err = parse.One(x.ctx, text, sql.LoadSqlMode(x.ctx).ParserOptions())
	return err
}

// numbered gives question marks the names that go-mysql-server's parser would have
// given them.
type numbered struct{}

// Enter implements tidb.Visitor.
func (numbered) Enter(n tidb.Node) (tidb.Node, bool) { return n, false }

// Leave implements tidb.Visitor.
func (numbered) Leave(n tidb.Node) (tidb.Node, bool) {
	if p, ok := n.(*parse.Param); ok {
		p.Numbered = true
	}
	return n, true
}

// restore is a statement's text with the source's name as a call.
func restore(n tidb.Node) (string, error) {
	var b strings.Builder
	if err := n.Restore(format.NewRestoreCtx(format.DefaultRestoreFlags, &b)); err != nil {
		return "", fmt.Errorf("engine: %w", err)
	}
	return strings.Replace(b.String(), "`"+bind.SourceFunction+"`", bind.SourceFunction+"()", 1), nil
}

// planSource binds the query that the statement's rows come from.
func (x *execution) planSource(tree *parse.Tree, query tidb.ResultSetNode, args []sqltypes.Value) error {
	if args == nil && tree.Params > 0 && !x.prepares {
		return parse.SyntaxErrorAt(tree.Text, strings.IndexByte(tree.Text, '?'))
	}
	if err := x.session.beginTransaction(x.ctx); err != nil {
		return err
	}
	arguments, err := argumentsOf(args)
	if err != nil {
		return err
	}
	if x.prepares {
		arguments = nil
	}
	b, err := x.binder(arguments)
	if err != nil {
		return err
	}
	node, err := b.Part(tree, query)
	if err != nil {
		return err
	}
	x.source = x.planned(b, node)
	return nil
}

// sourceFunction is the table function that stands for the statement's source.
type sourceFunction struct {
	source *planned
	db     sql.Database
}

var (
	_ sql.TableFunction = (*sourceFunction)(nil)
	_ sql.ExecSourceRel = (*sourceFunction)(nil)
)

// NewInstance implements sql.TableFunction.
func (f *sourceFunction) NewInstance(ctx *sql.Context, db sql.Database, _ []sql.Expression) (sql.Node, error) {
	x, ok := executionOf(ctx)
	if !ok || x.source == nil {
		return nil, sql.ErrTableFunctionNotFound.New(bind.SourceFunction)
	}
	return &sourceFunction{source: x.source, db: db}, nil
}

// Schema implements sql.Node.
func (f *sourceFunction) Schema() sql.Schema {
	if f.source == nil {
		return nil
	}
	columns := f.source.node.Columns()
	schema := make(sql.Schema, len(columns))
	for i, c := range columns {
		schema[i] = &sql.Column{Name: fmt.Sprintf("column_%d", i), Source: bind.SourceFunction, Type: bridge.SQLType(&c.T), Nullable: true}
	}
	return schema
}

// RowIter implements sql.ExecSourceRel.
func (f *sourceFunction) RowIter(*sql.Context, sql.Row) (sql.RowIter, error) {
	op, err := exec.Run(f.source.context, f.source.node)
	if err != nil {
		return nil, err
	}
	rows := &sourceRows{op: op}
	for _, c := range f.source.node.Columns() {
		rows.types = append(rows.types, c.T)
	}
	return rows, nil
}

// sourceRows are the source's rows in go-mysql-server's values.
type sourceRows struct {
	op    exec.Operator
	types []types.Type
	batch *types.Batch
	next  int
}

// Next implements sql.RowIter.
func (r *sourceRows) Next(*sql.Context) (sql.Row, error) {
	for r.batch == nil || r.next == r.batch.N {
		b, err := r.op.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			return nil, io.EOF
		}
		r.batch, r.next = b, 0
	}
	row := make(sql.Row, len(r.types))
	for i, v := range r.batch.Cols {
		var err error
		if row[i], err = bridge.ToGMS(v.Value(r.next), &r.types[i]); err != nil {
			return nil, err
		}
	}
	r.next++
	return row, nil
}

// Close implements sql.RowIter.
func (r *sourceRows) Close(*sql.Context) error {
	r.op.Close()
	return nil
}

func (f *sourceFunction) Name() string                                        { return bind.SourceFunction }
func (f *sourceFunction) String() string                                      { return bind.SourceFunction + "()" }
func (f *sourceFunction) Resolved() bool                                      { return true }
func (f *sourceFunction) IsReadOnly() bool                                    { return true }
func (f *sourceFunction) Children() []sql.Node                                { return nil }
func (f *sourceFunction) Expressions() []sql.Expression                       { return nil }
func (f *sourceFunction) WithExpressions(...sql.Expression) (sql.Node, error) { return f, nil }
func (f *sourceFunction) WithChildren(...sql.Node) (sql.Node, error)          { return f, nil }
func (f *sourceFunction) Database() sql.Database                              { return f.db }
func (f *sourceFunction) WithDatabase(db sql.Database) (sql.Node, error) {
	with := *f
	with.db = db
	return &with, nil
}
