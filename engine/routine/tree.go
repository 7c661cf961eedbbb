package routine

import (
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// walk calls f for an instruction and for those in it.
func walk(in parse.Instruction, f func(parse.Instruction)) {
	if in == nil {
		return
	}
	f(in)
	all := func(list []parse.Instruction) {
		for _, in := range list {
			walk(in, f)
		}
	}
	switch in := in.(type) {
	case *parse.Block:
		for _, h := range in.Handlers {
			walk(h.Body, f)
		}
		all(in.Body)
	case *parse.If:
		for _, b := range in.Branches {
			all(b.Body)
		}
		all(in.Else)
	case *parse.Case:
		for _, b := range in.Branches {
			all(b.Body)
		}
		all(in.Else)
	case *parse.While:
		all(in.Body)
	case *parse.Repeat:
		all(in.Body)
	case *parse.Loop:
		all(in.Body)
	}
}

// trees are the expressions of an instruction itself.
func trees(in parse.Instruction) (list []*parse.Tree) {
	add := func(t *parse.Tree) {
		if t != nil {
			list = append(list, t)
		}
	}
	switch in := in.(type) {
	case *parse.Block:
		for _, v := range in.Variables {
			add(v.Default)
		}
	case *parse.If:
		for _, b := range in.Branches {
			add(b.Condition)
		}
	case *parse.Case:
		add(in.Operand)
		for _, b := range in.Branches {
			add(b.Condition)
		}
	case *parse.While:
		add(in.Condition)
	case *parse.Repeat:
		add(in.Until)
	case *parse.Return:
		add(in.Value)
	case *parse.Set:
		for _, a := range in.Assignments {
			add(a.Value)
		}
	}
	return list
}

// finder looks for nodes in an expression.
type finder struct {
	is    func(ast.Node) bool
	found bool
}

// Enter implements ast.Visitor.
func (f *finder) Enter(n ast.Node) (ast.Node, bool) {
	f.found = f.found || f.is(n)
	return n, f.found
}

// Leave implements ast.Visitor.
func (f *finder) Leave(n ast.Node) (ast.Node, bool) { return n, !f.found }

// pure tells whether an expression has neither queries nor variables of the
// session, question marks nor functions that need a statement of their own.
func pure(e ast.ExprNode) bool {
	if e == nil {
		return true
	}
	f := finder{is: func(n ast.Node) bool {
		switch n.(type) {
		case *ast.SubqueryExpr, *ast.ExistsSubqueryExpr, *ast.CompareSubqueryExpr, *ast.VariableExpr, ast.ParamMarkerExpr,
			*ast.AggregateFuncExpr, *ast.WindowFuncExpr:
			return true
		}
		return false
	}}
	e.Accept(&f)
	return !f.found
}

// changing are the functions whose value is not of their arguments alone.
var changing = map[string]bool{
	"rand": true, "uuid": true, "uuid_short": true, "sleep": true, "now": true, "sysdate": true, "curdate": true, "curtime": true,
	"current_timestamp": true, "current_date": true, "current_time": true, "localtime": true, "localtimestamp": true,
	"utc_date": true, "utc_time": true, "utc_timestamp": true, "unix_timestamp": true, "connection_id": true, "user": true,
	"last_insert_id": true, "row_count": true, "found_rows": true, "database": true, "schema": true, "get_lock": true,
	"release_lock": true, "is_free_lock": true, "is_used_lock": true, "release_all_locks": true,
}

// Steady tells whether a query or an expression answers the same for the same variables of a routine and rows of tables,
// and changes nothing: it has no variables of the session, and no functions whose value is not of their arguments alone.
func Steady(tree *parse.Tree) bool {
	f := finder{is: func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.VariableExpr, ast.ParamMarkerExpr:
			return true
		case *ast.FuncCallExpr:
			return changing[n.FnName.L] || n.Schema.L != ""
		case *ast.SelectStmt:
			return n.LockInfo != nil || n.SelectIntoOpt != nil || n.SelectStmtOpts != nil && n.SelectStmtOpts.CalcFoundRows
		}
		return false
	}}
	if tree.Node != nil {
		tree.Node.Accept(&f)
	}
	return !f.found
}
