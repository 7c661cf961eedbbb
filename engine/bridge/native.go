package bridge

import (
	"sync"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// TableFunctions are the table functions' native kernels, by name.
func TableFunctions() []sql.TableFunction {
	var all []sql.TableFunction
	for _, f := range functions.All {
		if f.Native != nil {
			all = append(all, &nativeCall{call: call{f: f}})
		}
	}
	return all
}

// nativeCall is the plan node that runs a native kernel.
type nativeCall struct {
	call
	db      sql.Database // the session's; what the kernel reads is the interview's
	catalog sql.Catalog
	answer  *answer
}

// answer is what the kernel answered in this execution of the statement. The
// right side of a join is built anew for each row of the left: the kernel runs
// once all the same.
type answer struct {
	once sync.Once
	rows []sql.Row
	err  error
}

var (
	_ sql.CatalogTableFunction = (*nativeCall)(nil)
	_ sql.ExecSourceRel        = (*nativeCall)(nil)
)

// NewInstance implements sql.TableFunction.
func (n *nativeCall) NewInstance(_ *sql.Context, db sql.Database, args []sql.Expression) (sql.Node, error) {
	call, err := newCall(n.f, args, 0)
	return &nativeCall{call: call, db: db, answer: new(answer)}, err
}

// WithCatalog implements sql.CatalogTableFunction.
func (n *nativeCall) WithCatalog(c sql.Catalog) (sql.TableFunction, error) {
	with := *n
	with.catalog = c
	return &with, nil
}

// RowIter implements sql.ExecSourceRel.
func (n *nativeCall) RowIter(ctx *sql.Context, _ sql.Row) (sql.RowIter, error) {
	n.answer.once.Do(func() { n.answer.rows, n.answer.err = n.run(ctx) })
	if n.answer.err != nil {
		return nil, n.answer.err
	}
	return sql.RowsToRowIter(n.answer.rows...), nil
}

func (n *nativeCall) run(ctx *sql.Context) ([]sql.Row, error) {
	args, err := n.arguments(ctx)
	if err != nil || args.HasNull() {
		return nil, err
	}
	types := make([]vector.Type, len(n.f.Columns))
	for i, c := range n.f.Columns {
		types[i] = c.Type
	}
	out := vector.NewBatch(types...)
	if err := n.f.Native(ctx, Scan(ctx, n.catalog), args, out); err != nil {
		return nil, err
	}
	rows := make([]sql.Row, out.Len())
	for i := range rows {
		rows[i] = make(sql.Row, len(out.Columns))
		for j := range out.Columns {
			rows[i][j] = value(&out.Columns[j], i)
		}
	}
	return rows, nil
}

// Schema implements sql.Node.
func (n *nativeCall) Schema() sql.Schema {
	schema := make(sql.Schema, len(n.f.Columns))
	for i, c := range n.f.Columns {
		schema[i] = &sql.Column{Name: c.Name, Source: n.f.Name, Type: sqlType(c.Type), Nullable: true, Comment: c.Description}
	}
	return schema
}

// WithExpressions implements sql.Expressioner.
func (n *nativeCall) WithExpressions(exprs ...sql.Expression) (sql.Node, error) {
	call, err := newCall(n.f, exprs, 0)
	return &nativeCall{call: call, db: n.db, catalog: n.catalog, answer: new(answer)}, err
}

// WithChildren implements sql.Node.
func (n *nativeCall) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(n, len(children), 0)
	}
	return n, nil
}

// WithDatabase implements sql.Databaser.
func (n *nativeCall) WithDatabase(db sql.Database) (sql.Node, error) {
	with := *n
	with.db = db
	return &with, nil
}

// Name implements sql.Nameable.
func (n *nativeCall) Name() string { return n.f.Name }

// Expressions implements sql.Expressioner.
func (n *nativeCall) Expressions() []sql.Expression { return n.exprs }

// Resolved implements sql.Node.
func (n *nativeCall) Resolved() bool { return n.resolved() }

// Children implements sql.Node.
func (n *nativeCall) Children() []sql.Node { return nil }

// Database implements sql.Databaser.
func (n *nativeCall) Database() sql.Database { return n.db }

// IsReadOnly implements sql.Node.
func (n *nativeCall) IsReadOnly() bool { return true }
