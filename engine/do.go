package engine

import (
	"github.com/dolthub/vitess/go/sqltypes"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// do executes DO, which is SELECT without its result (manual 15.2.3).
func (x *execution) do(tree *parse.Tree, n *tidb.DoStmt, args []sqltypes.Value) (*Result, error) {
	x.reads = true
	b, node, err := x.bindDo(tree, n, args)
	if err != nil {
		return nil, err
	}
	q := x.planned(b, node)
	op, err := exec.Run(q.context, q.node)
	if err != nil {
		return nil, err
	}
	defer op.Close()
	for {
		batch, err := op.Next()
		if err != nil {
			return nil, err
		}
		if batch == nil {
			return new(Result), x.end(nil)
		}
	}
}

func (x *execution) bindDo(tree *parse.Tree, n *tidb.DoStmt, args []sqltypes.Value) (*bind.Binder, plan.Node, error) {
	fields := new(tidb.FieldList)
	for _, e := range n.Exprs {
		fields.Fields = append(fields.Fields, &tidb.SelectField{Expr: e})
	}
	return x.bindFields(tree, fields, args)
}

// bindFields binds the expressions of a statement that has no tables.
func (x *execution) bindFields(tree *parse.Tree, fields *tidb.FieldList, args []sqltypes.Value) (*bind.Binder, plan.Node, error) {
	b, err := x.beginQuery(tree, args)
	if err != nil {
		return nil, nil, err
	}
	selection := *tree
	selection.Node = &tidb.SelectStmt{
		SelectStmtOpts: &tidb.SelectStmtOpts{SQLCache: true}, Kind: tidb.SelectStmtKindSelect, Fields: fields,
	}
	node, err := b.Query(&selection)
	return b, node, err
}
