package engine

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// setVariables executes a SET that assigns what is to be computed (manual 15.7.6.1), and tells
// whether it is one: the values are a row of ours, all of them known before any variable changes.
// The variables of the system are go-mysql-server's then.
func (x *execution) setVariables(tree *parse.Tree, n *tidb.SetStmt, args []sqltypes.Value) (*Result, bool, error) {
	assignments := parse.SetParts(tree.Text, x.session.variables().parser)
	fields := computedFields(n)
	if len(assignments) != len(n.Variables) || fields.Fields == nil {
		return nil, false, nil
	}
	q, err := x.bindValues(tree, fields, args)
	if err != nil {
		return nil, true, err
	}
	row, err := onlyRow(q)
	if err != nil {
		return nil, true, err
	}
	columns := q.node.Columns()
	var system []string
	next := 0
	for i, v := range n.Variables {
		text := assignments[i].Text
		if computed(v) {
			if !isUser(v) {
				text = assignments[i].Text[:assignments[i].Value] + settingOf(row[next], &columns[next].T)
			}
			next++
		}
		if !isUser(v) {
			system = append(system, text)
		}
	}
	session, r := x.exprContext().Session, new(Result)
	if len(system) > 0 {
		x.text = "SET " + strings.Join(system, ", ")
		if x.stmt, err = parse.One(x.ctx, x.text, sql.LoadSqlMode(x.ctx).ParserOptions()); err == nil {
			r, err = x.set(nil)
		}
		if err != nil {
			return nil, true, err
		}
	}
	next = 0
	for _, v := range n.Variables {
		if isUser(v) {
			session.SetUserVariable(v.Name, row[next], columns[next].T)
		}
		if computed(v) {
			next++
		}
	}
	return r, true, x.end(nil)
}

func setsVariables(tree *parse.Tree) bool {
	_, is := tree.Node.(*tidb.SetStmt)
	return is
}

func isUser(v *tidb.VariableAssignment) bool {
	return !v.IsSystem && v.Name != tidb.SetNames && v.Name != tidb.SetCharset
}

// computed tells whether a variable's value is an expression: those of the system may be words, too.
func computed(v *tidb.VariableAssignment) bool {
	if isUser(v) {
		return true
	}
	switch v.Value.(type) {
	case *tidb.FuncCallExpr, *tidb.FuncCastExpr, *tidb.SubqueryExpr, *tidb.CaseExpr, *tidb.BinaryOperationExpr, *tidb.ParenthesesExpr:
		return v.IsSystem
	}
	return false
}

// computedFields are the expressions of SET as a select list.
func computedFields(n *tidb.SetStmt) *tidb.FieldList {
	fields := new(tidb.FieldList)
	for _, v := range n.Variables {
		if computed(v) {
			fields.Fields = append(fields.Fields, &tidb.SelectField{Expr: v.Value})
		}
	}
	return fields
}

// bindValues plans the one row that the expressions are.
func (x *execution) bindValues(tree *parse.Tree, fields *tidb.FieldList, args []sqltypes.Value) (*planned, error) {
	for _, f := range fields.Fields {
		g := new(groupSearch)
		f.Expr.Accept(g)
		if g.err != nil {
			return nil, g.err
		}
	}
	x.reads = true
	b, node, err := x.bindFields(tree, fields, args)
	if err != nil {
		return nil, err
	}
	return x.planned(b, node), nil
}

// groupSearch finds functions that are of a query's rows where there is no query.
type groupSearch struct{ err error }

// Enter implements ast.Visitor.
func (g *groupSearch) Enter(n tidb.Node) (tidb.Node, bool) {
	switch n := n.(type) {
	case *tidb.SubqueryExpr:
		return n, true
	case *tidb.AggregateFuncExpr:
		g.err = mysql.NewDefaultError(mysql.ER_INVALID_GROUP_FUNC_USE)
	case *tidb.WindowFuncExpr:
		g.err = mysql.NewError(3593, fmt.Sprintf("You cannot use the window function '%s' in this context.'", n.Name))
	}
	return n, g.err != nil
}

// Leave implements ast.Visitor.
func (g *groupSearch) Leave(n tidb.Node) (tidb.Node, bool) { return n, g.err == nil }

// settingOf is a value as SET takes it for a variable of the system.
func settingOf(v types.Value, t *types.Type) string {
	text, err := types.ToText(nil, v, t)
	switch {
	case err != nil || v.IsNull():
		return "NULL"
	case t.IsNumeric():
		return text.S
	}
	return bridge.Quoted(text.S)
}
