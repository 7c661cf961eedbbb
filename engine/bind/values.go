package bind

import (
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// A Row is a row of one table that expressions read: those of VALUES, which see what the
// columns before them have been given, and those of CHECK.
type Row struct {
	scope   *scope
	columns []plan.Column
	layout  []expr.ColumnID
	changed []changed // the table, where the statement changes it
}

// Row is a row of a table.
func (b *Binder) Row(tree *parse.Tree, database, table string, columns []plan.Column) *Row {
	b.tree = tree
	r := &Row{columns: make([]plan.Column, len(columns)), layout: make([]expr.ColumnID, len(columns))}
	copy(r.columns, columns)
	for i := range r.columns {
		c := &r.columns[i]
		c.ID, c.Table = b.newID(), table
		r.layout[i] = c.ID
	}
	r.scope = &scope{binder: b, clause: fieldList, from: &from{
		sources: []*source{{database: database, name: table, columns: r.columns}}, visible: r.columns,
	}}
	return r
}

// Changes says that the row is of a table that an INSERT writes: what reads it in a subquery is refused (manual
// 15.2.15.12). view is what the statement names instead; nil: nothing.
func (r *Row) Changes(table, view *Relation) {
	r.changed = []changed{{table, r.scope.from.sources[0].name, view, "INSERT"}}
}

// Expr binds an expression of the row.
func (r *Row) Expr(n ast.ExprNode) (expr.Expr, error) {
	b := r.scope.binder
	b.changed = r.changed
	defer func() { b.changed, b.readsChanged = nil, nil }()
	e, err := r.scope.expr(n)
	if err == nil {
		err = b.readsChanged
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Literal is what a literal or a question mark is; false where the expression is neither.
func (b *Binder) Literal(n ast.ExprNode) (*expr.Literal, bool, error) {
	var e expr.Expr
	var err error
	switch n := n.(type) {
	case *parse.Param:
		e, err = (&scope{binder: b, clause: fieldList}).param(n)
	case *parse.Literal:
		e, err = (&scope{binder: b, clause: fieldList}).literal(n)
	default:
		return nil, false, nil
	}
	l, ok := e.(*expr.Literal)
	return l, ok, err
}

// Layout is the columns in the order in which batches have them.
func (r *Row) Layout() []expr.ColumnID { return r.layout }

// Variable has a user variable stand for a column behind those of the table: the variable of
// LOAD DATA that has what a field was.
func (r *Row) Variable(name string, t types.Type) {
	b := r.scope.binder
	c := plan.Column{ID: b.newID(), Name: "@" + name, T: t}
	r.layout = append(r.layout, c.ID)
	if b.parameters == nil {
		b.parameters = make(map[string]expr.Expr)
	}
	b.parameters[lower(name)] = c.Ref()
}
