package bind

import (
	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// cteScope are the common table expressions that are known, the innermost first.
type cteScope struct {
	name  string // lower case
	cte   *plan.CTE
	cols  []plan.Column
	limit func(plan.Node) plan.Node // what LIMIT behind a recursive one leaves; nil: all
	outer *cteScope

	working bool // its own step is being bound
}

func (c *cteScope) find(name string) *cteScope {
	for ; c != nil; c = c.outer {
		if c.name == name {
			return c
		}
	}
	return nil
}

// with binds WITH.
func (s *scope) with(n *ast.WithClause) error {
	seen := make(map[string]bool)
	for _, c := range n.CTEs {
		if seen[c.Name.L] {
			return mysql.NewDefaultError(mysql.ER_NONUNIQ_TABLE, c.Name.O)
		}
		seen[c.Name.L] = true
		entry, err := s.define(c, n.IsRecursive)
		if err != nil {
			return err
		}
		entry.outer = s.ctes
		s.ctes = entry
	}
	return nil
}

// define binds one common table expression.
func (s *scope) define(c *ast.CommonTableExpression, recursive bool) (*cteScope, error) {
	in := &scope{binder: s.binder, outer: s.outer, ctes: s.ctes}
	if recursive {
		if op, ok := c.Query.Query.(*ast.SetOprStmt); ok && references(op.SelectList, c.Name.L) {
			return in.recursive(c, op)
		}
		if references(c.Query.Query, c.Name.L) {
			return nil, my(3573, "Recursive Common Table Expression '%s' should contain a UNION", c.Name.O)
		}
	}
	q, err := s.binder.query(c.Query.Query, in)
	if err != nil {
		return nil, err
	}
	node, err := renamed(q, c.Name.O, names(c.ColNameList))
	if err != nil {
		return nil, err
	}
	return &cteScope{name: c.Name.L, cte: &plan.CTE{Name: c.Name.O, Query: node}, cols: node.Columns()}, nil
}

// references tells whether a query reads a table of the name, which it does not
// define itself.
func references(n ast.Node, name string) bool {
	v := &tableVisitor{name: name}
	n.Accept(v)
	return v.found
}

type tableVisitor struct {
	name  string
	found bool
}

// Enter implements ast.Visitor.
func (v *tableVisitor) Enter(n ast.Node) (ast.Node, bool) {
	if t, ok := n.(*ast.TableName); ok && t.Schema.L == "" && t.Name.L == v.name {
		v.found = true
	}
	return n, v.found
}

// Leave implements ast.Visitor.
func (v *tableVisitor) Leave(n ast.Node) (ast.Node, bool) { return n, true }

// recursive binds a recursive common table expression: the first queries, which
// do not use it, give its columns and first rows (manual 15.2.20).
func (s *scope) recursive(c *ast.CommonTableExpression, n *ast.SetOprStmt) (*cteScope, error) {
	b := s.binder
	if n.With != nil {
		if err := s.with(n.With); err != nil {
			return nil, err
		}
	}
	selects := n.SelectList.Selects
	first := 0
	for first < len(selects) && !references(selects[first], c.Name.L) {
		first++
	}
	if first == 0 {
		return nil, my(3574, "Recursive Common Table Expression '%s' should have one or more non-recursive query blocks followed by one or more recursive ones", c.Name.O)
	}
	for _, sel := range selects[first:] {
		if !references(sel, c.Name.L) {
			return nil, my(3574, "Recursive Common Table Expression '%s' should have one or more non-recursive query blocks followed by one or more recursive ones", c.Name.O)
		}
		if sel, ok := sel.(*ast.SelectStmt); ok && forbidden(sel) {
			return nil, my(3575, "Recursive Common Table Expression '%s' can contain neither aggregation nor window functions in recursive query block", c.Name.O)
		}
	}
	anchor, err := b.operands(selects[:first], s)
	if err != nil {
		return nil, err
	}
	node, err := renamed(anchor, c.Name.O, names(c.ColNameList))
	if err != nil {
		return nil, err
	}
	cols := nullable(node.Columns())
	for i := range cols {
		// The step's values, too, have the anchor's types; a bare NULL is binary.
		if cols[i].T.Kind == types.Null {
			cols[i].T = types.TypeString(0, types.Binary, types.CoerceImplicit).WithNullable(true)
		}
		cols[i].T.Coercibility = max(cols[i].T.Coercibility, types.CoerceImplicit)
	}
	kinds := make([]types.Type, len(cols))
	for i := range cols {
		kinds[i] = cols[i].T
	}
	depth := 1000
	if v, _, err := b.Context.Session.SystemVariable("", "cte_max_recursion_depth"); err == nil {
		depth = int(v.I)
	}
	cte := &plan.CTE{Name: c.Name.O, Query: b.converted(node, kinds), MaxDepth: depth}
	entry := &cteScope{name: c.Name.L, cte: cte, cols: cols, outer: s.ctes, working: true}
	s.ctes = entry
	for _, sel := range selects[first:] {
		op := operation(sel)
		if op != ast.Union && op != ast.UnionAll {
			return nil, unsupported("a recursive INTERSECT or EXCEPT")
		}
		cte.Distinct = cte.Distinct || op == ast.Union
		q, err := b.query(sel, s)
		if err != nil {
			return nil, err
		}
		if len(q.node.Columns()) != len(cols) {
			return nil, mysql.NewDefaultError(mysql.ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT)
		}
		step := b.converted(q.node, kinds)
		if cte.Step != nil {
			step = &plan.SetOp{Kind: plan.Union, All: true, Left: cte.Step, Right: step, Cols: step.Columns()}
		}
		cte.Step = step
	}
	entry.working = false
	if n.OrderBy != nil {
		return nil, unsupported("ORDER BY of a recursive common table expression")
	}
	if n.Limit != nil {
		count, offset, err := s.limit(n.Limit)
		if err != nil {
			return nil, err
		}
		cte.Offset, cte.Count = offset, count
		entry.limit = func(n plan.Node) plan.Node { return &plan.Limit{Child: n, Offset: offset, Count: count} }
	}
	return entry, nil
}

// forbidden tells whether a recursive query block has what would need all rows.
func forbidden(n *ast.SelectStmt) bool {
	if n.GroupBy != nil {
		return true
	}
	v := new(aggregateVisitor)
	n.Fields.Accept(v)
	return v.found
}

type aggregateVisitor struct{ found bool }

// Enter implements ast.Visitor.
func (v *aggregateVisitor) Enter(n ast.Node) (ast.Node, bool) {
	switch n.(type) {
	case *ast.AggregateFuncExpr, *ast.WindowFuncExpr:
		v.found = true
	case *ast.SubqueryExpr:
		return n, true
	}
	return n, v.found
}

// Leave implements ast.Visitor.
func (v *aggregateVisitor) Leave(n ast.Node) (ast.Node, bool) { return n, true }

// cte is a use of a common table expression. Each has columns of its own.
func (s *scope) cte(c *cteScope, alias string) (*from, error) {
	b := s.binder
	ref := &plan.Ref{CTE: c.cte, Working: c.working}
	for _, col := range c.cols {
		col.ID = b.newID()
		col.Table, col.OrgTable, col.OrgName, col.Database = alias, alias, col.Name, ""
		ref.Cols = append(ref.Cols, col)
	}
	var node plan.Node = ref
	if c.limit != nil {
		node = c.limit(node)
	}
	return derived(node, "", alias), nil
}
