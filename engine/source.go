package engine

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/format"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables"
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
			if r, is, err := x.insertQuery(tree, n, args); is {
				return r, true, err
			}
			x.source = nil
			r, err := x.insertSelect(tree, n, args)
			return r, true, err
		}
		return x.insertValues(tree, n, args)
	case *tidb.LoadDataStmt:
		return x.loadData(tree, n)
	case *tidb.CreateTableStmt:
		if n.Select != nil {
			r, err := x.createTableSelect(tree, n, args)
			return r, true, err
		}
	case *tidb.UpdateStmt, *tidb.DeleteStmt:
		r, err := x.change(tree, args)
		return r, true, err
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
	if err := x.planSource(tree, n.Select, n.IgnoreErr, args); err != nil {
		return err
	}
	own, err := parse.Query("SELECT * FROM "+bind.SourceFunction, 0)
	if err != nil {
		return err
	}
	with := *n
	with.Select = own.Node.(*tidb.SelectStmt)
	target, err := x.targetColumns(n)
	if err != nil {
		return err
	}
	for i, a := range with.OnDuplicate {
		named := *a
		e, ok := a.Expr.Accept(&duplicate{target: target, columns: insertColumns(n, target), source: x.source.node.Columns()})
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

// targetColumns are the columns of the table of INSERT … ON DUPLICATE KEY UPDATE.
func (x *execution) targetColumns(n *tidb.InsertStmt) ([]plan.Column, error) {
	if len(n.OnDuplicate) == 0 {
		return nil, nil
	}
	join := n.Table.TableRefs
	source, ok := join.Left.(*tidb.TableSource)
	if !ok {
		return nil, nil
	}
	table, ok := source.Source.(*tidb.TableName)
	if !ok {
		return nil, nil
	}
	database, name := table.Schema.O, table.Name.O
	if database == "" {
		database = x.session.Database()
	}
	catalog := bridge.NewCatalog(x.ctx, x.session.engine.analyzer.Catalog)
	if t, ok := tables.FindAlias(name); ok && strings.EqualFold(database, tables.Database) && !catalog.Exists(database, name) {
		name = t.Name
	}
	r, err := catalog.Relation(database, name)
	if err != nil {
		return nil, err
	}
	columns := slices.Clone(r.Columns)
	for i := range columns {
		columns[i].Table = table.Name.O
	}
	return columns, nil
}

// insertColumns are the names of the columns that INSERT fills.
func insertColumns(n *tidb.InsertStmt, target []plan.Column) []string {
	var names []string
	for _, c := range n.Columns {
		names = append(names, c.Name.O)
	}
	if names == nil {
		for _, c := range target {
			names = append(names, c.Name)
		}
	}
	return names
}

// duplicate changes an expression of ON DUPLICATE KEY UPDATE. Question marks get the
// names that go-mysql-server's parser would have given them. VALUES(c) is the
// source's column, and so is a column of the query's tables that it selects (manual
// 15.2.7.2).
type duplicate struct {
	target  []plan.Column
	columns []string // that are inserted, one for each of the source's
	source  []plan.Column
	within  int // subqueries, whose columns are their own
}

// Enter implements tidb.Visitor.
func (d *duplicate) Enter(n tidb.Node) (tidb.Node, bool) {
	_, values := n.(*tidb.ValuesExpr)
	if _, subquery := n.(*tidb.SubqueryExpr); subquery {
		d.within++
	}
	return n, values
}

// Leave implements tidb.Visitor.
func (d *duplicate) Leave(n tidb.Node) (tidb.Node, bool) {
	switch n := n.(type) {
	case *parse.Param:
		n.Numbered = true
	case *tidb.ValuesExpr:
		for i, name := range d.columns {
			if strings.EqualFold(name, n.Column.Name.Name.O) && i < len(d.source) {
				return sourceColumn(i), true
			}
		}
	case *tidb.SubqueryExpr:
		d.within--
	case *tidb.ColumnNameExpr:
		if i := d.selected(n.Name); i >= 0 && d.within == 0 {
			return sourceColumn(i), true
		}
	}
	return n, true
}

// selected is the source's column that a name of a table of the query's means, or -1.
func (d *duplicate) selected(n *tidb.ColumnName) int {
	is := func(c plan.Column) bool {
		name := c.OrgName
		if name == "" {
			name = c.Name
		}
		return c.Table != "" && strings.EqualFold(name, n.Name.O) && (n.Table.O == "" || strings.EqualFold(c.Table, n.Table.O))
	}
	if slices.ContainsFunc(d.target, is) {
		return -1
	}
	return slices.IndexFunc(d.source, is)
}

// sourceColumn is the name of a column of the source.
func sourceColumn(i int) *tidb.ColumnNameExpr {
	return &tidb.ColumnNameExpr{Name: &tidb.ColumnName{
		Table: tidb.NewCIStr(bind.SourceFunction), Name: tidb.NewCIStr(fmt.Sprintf("column_%d", i)),
	}}
}

// restore is a statement's text with the source's name as a call.
func restore(n tidb.Node) (string, error) {
	var b strings.Builder
	if err := n.Restore(format.NewRestoreCtx(format.DefaultRestoreFlags, &b)); err != nil {
		return "", fmt.Errorf("engine: %w", err)
	}
	return strings.Replace(b.String(), "`"+bind.SourceFunction+"`", bind.SourceFunction+"()", 1), nil
}

// planSource binds the query that the statement's rows come from. Without ignore
// its warnings may be errors.
func (x *execution) planSource(tree *parse.Tree, query tidb.ResultSetNode, ignore bool, args []sqltypes.Value) error {
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
	failed := new(error)
	if !ignore && !x.prepares {
		failed = strict(b.Context.Env)
	}
	node, err := b.Part(tree, query)
	if err != nil {
		return err
	}
	x.source = x.planned(b, node)
	x.source.failed = failed
	return *failed
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
	rows := &sourceRows{op: op, failed: f.source.failed}
	for _, c := range f.source.node.Columns() {
		rows.types = append(rows.types, c.T)
	}
	return rows, nil
}

// sourceRows are the source's rows in go-mysql-server's values.
type sourceRows struct {
	failed *error // a warning that is one in strict mode
	op     exec.Operator
	types  []types.Type
	batch  *types.Batch
	next   int
}

// Next implements sql.RowIter.
func (r *sourceRows) Next(*sql.Context) (sql.Row, error) {
	for r.batch == nil || r.next == r.batch.N {
		b, err := r.op.Next()
		if err == nil {
			err = *r.failed
		}
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
