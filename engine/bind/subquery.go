package bind

import (
	"slices"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// subquery binds a query within an expression of this block.
func (s *scope) subquery(n ast.ExprNode) (*plan.Subquery, error) {
	q, err := s.binder.query(n, s)
	if err != nil {
		return nil, err
	}
	e := &plan.Subquery{Query: q.node}
	for id := range plan.Free(q.node) {
		e.Outer = append(e.Outer, id)
	}
	slices.Sort(e.Outer)
	return e, nil
}

// scalar binds a subquery that stands for a value.
func (s *scope) scalar(n *ast.SubqueryExpr) (expr.Expr, error) {
	e, err := s.subquery(n)
	if err != nil {
		return nil, err
	}
	cols := e.Query.Columns()
	if len(cols) != 1 {
		return nil, mysql.NewDefaultError(mysql.ER_OPERAND_COLUMNS, 1)
	}
	e.Kind, e.T = plan.Scalar, cols[0].T.WithNullable(true)
	return e, nil
}

// rowValue binds a subquery that stands for a row, or for a value.
func (s *scope) rowValue(n *ast.SubqueryExpr) ([]expr.Expr, error) {
	e, err := s.subquery(n)
	if err != nil {
		return nil, err
	}
	cols := e.Query.Columns()
	if len(cols) == 1 {
		e.Kind, e.T = plan.Scalar, cols[0].T.WithNullable(true)
		return []expr.Expr{e}, nil
	}
	out := make([]expr.Expr, len(cols))
	for i := range cols {
		item := *e
		item.Kind, item.Item, item.T = plan.RowValue, i, cols[i].T.WithNullable(true)
		out[i] = &item
	}
	return out, nil
}

func (s *scope) exists(n *ast.ExistsSubqueryExpr) (expr.Expr, error) {
	e, err := s.subquery(n.Sel)
	if err != nil {
		return nil, err
	}
	e.Kind, e.T = plan.Exists, types.TypeBool
	return s.not(n.Not, e, nil)
}

// inSubquery binds x IN (SELECT …).
func (s *scope) inSubquery(left, query ast.ExprNode) (expr.Expr, error) {
	operands, err := s.operand(left)
	if err != nil {
		return nil, err
	}
	return s.matching(plan.In, "=", operands, query)
}

// matching binds a comparison of operands with the rows of a subquery.
func (s *scope) matching(kind plan.SubqueryKind, op string, left []expr.Expr, query ast.ExprNode) (*plan.Subquery, error) {
	if limited(query) {
		return nil, mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "LIMIT & IN/ALL/ANY/SOME subquery")
	}
	e, err := s.subquery(query)
	if err != nil {
		return nil, err
	}
	cols := e.Query.Columns()
	if len(cols) != len(left) {
		return nil, mysql.NewDefaultError(mysql.ER_OPERAND_COLUMNS, len(left))
	}
	e.Kind, e.Left, e.T = kind, left, types.TypeBool.WithNullable(true)
	if e.Match, err = s.compare(op, left, refs(cols)); err != nil {
		return nil, err
	}
	return e, nil
}

// quantified binds op ANY and op ALL.
func (s *scope) quantified(n *ast.CompareSubqueryExpr) (expr.Expr, error) {
	op, ok := comparisons[n.Op]
	if !ok || op == "<=>" {
		return nil, unsupported("a quantified " + n.Op.String())
	}
	left, err := s.operand(n.L)
	if err != nil {
		return nil, err
	}
	if len(left) > 1 && !(op == "=" && !n.All || op == "<>" && n.All) {
		return nil, mysql.NewDefaultError(mysql.ER_OPERAND_COLUMNS, 1)
	}
	switch {
	case op == "=" && !n.All:
		return s.matching(plan.In, "=", left, n.R)
	case op == "<>" && n.All:
		e, err := s.matching(plan.In, "=", left, n.R)
		if err != nil {
			return nil, err
		}
		return s.not(true, e, nil)
	}
	e, err := s.matching(plan.Compare, op, left, n.R)
	if err != nil {
		return nil, err
	}
	e.All = n.All
	return e, nil
}

// limited tells whether a query has a LIMIT of its own.
func limited(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SubqueryExpr:
		return limited(n.Query)
	case *ast.SelectStmt:
		return n.Limit != nil
	case *ast.SetOprStmt:
		return n.Limit != nil
	}
	return false
}
