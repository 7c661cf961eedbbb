package engine

import (
	"strings"

	"github.com/dolthub/vitess/go/sqltypes"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// insertValues executes INSERT and REPLACE of VALUES and SET, and tells whether it is ours.
func (x *execution) insertValues(tree *parse.Tree, n *tidb.InsertStmt, args []sqltypes.Value) (*Result, bool, error) {
	v, err := x.bindInsertValues(tree, n, args)
	if v == nil || err != nil {
		return nil, err != nil, err
	}
	if err := v.in.atomic(v.run); err != nil {
		return nil, true, err
	}
	return v.in.result(len(v.lists) > 1), true, x.end(nil)
}

// insertedValues are the rows of VALUES.
type insertedValues struct {
	in    *insertion
	tree  *parse.Tree
	lists [][]tidb.ExprNode
	table *bind.Row // what expressions read; nil: none was met
}

// bindInsertValues binds what does not depend on the rows; nil where the statement is
// go-mysql-server's.
func (x *execution) bindInsertValues(tree *parse.Tree, n *tidb.InsertStmt, args []sqltypes.Value) (*insertedValues, error) {
	if args == nil && tree.Params > 0 && !x.prepares {
		return nil, parse.SyntaxErrorAt(tree.Text, strings.IndexByte(tree.Text, '?'))
	}
	in, err := x.insertionOfValues(n, args)
	if in == nil || err != nil {
		return nil, err
	}
	in.alone = len(n.Lists) == 1
	v := &insertedValues{in: in, tree: tree, lists: n.Lists}
	if len(n.Lists) > 0 && len(n.Lists[0]) == 0 && len(n.Columns) == 0 {
		in.columns = nil // VALUES (): a row of defaults
	}
	for i, list := range n.Lists {
		if len(list) != len(in.columns) {
			return nil, wrongValueCount(i + 1)
		}
	}
	in.b.Default = in.defaultExpr
	table := n.Table.TableRefs.Left.(*tidb.TableSource).Source.(*tidb.TableName)
	return v, in.onDuplicate(tree, table, n.OnDuplicate, nil)
}

// insertionOfValues is that of INSERT and REPLACE of VALUES and SET; nil where the statement is
// go-mysql-server's.
func (x *execution) insertionOfValues(n *tidb.InsertStmt, args []sqltypes.Value) (*insertion, error) {
	source, ok := n.Table.TableRefs.Left.(*tidb.TableSource)
	if !ok || len(n.PartitionNames) > 0 {
		return nil, nil
	}
	table, ok := source.Source.(*tidb.TableName)
	if !ok || table.Schema.O == "" && x.database() == "" {
		return nil, nil
	}
	arguments, err := argumentsOf(args)
	if err != nil {
		return nil, err
	}
	if x.prepares {
		arguments = nil
	}
	b, err := x.beginInsert(arguments)
	if err != nil {
		return nil, err
	}
	in, err := x.insertion(b, table, n.Columns, n.IgnoreErr)
	if in == nil || err != nil {
		return nil, err
	}
	in.replace = n.IsReplace
	return in, nil
}

// prepare binds the rows' expressions without arguments.
func (v *insertedValues) prepare() error {
	for _, list := range v.lists {
		for _, n := range list {
			if d, ok := n.(*tidb.DefaultExpr); ok && d.Name == nil {
				continue
			}
			if _, err := v.expr(n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *insertedValues) run() error {
	in := v.in
	if err := in.prepare(); err != nil {
		return err
	}
	for i, list := range v.lists {
		if i%1024 == 1023 && in.x.ctx.Err() != nil {
			return in.x.ctx.Err()
		}
		if err := in.begin(); err != nil {
			return err
		}
		for k, n := range list {
			if err := v.assign(k, n); err != nil {
				return err
			}
			if *in.failed != nil {
				return *in.failed
			}
		}
		if err := in.end(); err != nil {
			return err
		}
	}
	return nil
}

// assign gives the column at a place of the statement's the value of an expression.
func (v *insertedValues) assign(at int, n tidb.ExprNode) error {
	column := v.in.columns[at]
	l, ok, err := v.in.b.Literal(n)
	if err != nil {
		return err
	}
	if ok {
		return v.in.set(column, l.V, &l.T)
	}
	if d, ok := n.(*tidb.DefaultExpr); ok {
		if d.Name == nil {
			return v.in.setDefault(column)
		}
	}
	first := v.table == nil
	e, err := v.expr(n)
	if err != nil {
		return err
	}
	if first { // the row began without them
		for _, c := range v.in.columns[at:] {
			v.in.row[c] = v.in.defaults[c]
		}
	}
	x, err := e.Eval(v.in.b.Context, v.in.batch())
	if err != nil {
		return err
	}
	return v.in.set(column, x.Value(0), e.Type())
}

// expr binds an expression, which may read the columns to the left of it.
func (v *insertedValues) expr(n tidb.ExprNode) (expr.Expr, error) {
	if v.table == nil {
		v.table = v.in.table(v.tree)
		if err := v.initial(); err != nil {
			return nil, err
		}
	}
	e, err := v.table.Expr(n)
	if err != nil {
		return nil, err
	}
	return exec.Place(e, v.table.Layout())
}

// initial gives the columns of the statement, too, their defaults: what an expression reads
// of a column behind its own.
func (v *insertedValues) initial() error {
	in := v.in
	if in.defaults == nil {
		return nil
	}
	for _, c := range in.columns {
		column := &in.target.Columns[c]
		if column.AutoIncrement {
			in.defaults[c] = types.Zero(&column.T)
		}
		if column.AutoIncrement || column.Generated != nil || column.Dynamic() {
			continue
		}
		x, err := in.defaultOf(c)
		if err != nil {
			return err
		}
		in.defaults[c] = x
	}
	return nil
}
