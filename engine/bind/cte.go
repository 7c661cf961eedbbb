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
	defer func(reads error) { s.binder.readsChanged = reads }(s.binder.readsChanged)
	in := &scope{binder: s.binder, outer: s.outer, ctes: s.ctes}
	if recursive {
		if op, ok := c.Query.Query.(*ast.SetOprStmt); ok && references(op.SelectList, c.Name.L) {
			return in.recursive(c, op)
		}
		if references(c.Query.Query, c.Name.L) {
			return nil, my(3573, "Recursive Common Table Expression '%s' should contain a UNION", c.Name.O)
		}
	}
	q, assigns, err := s.binder.assigning(c.Query.Query, in)
	if err != nil {
		return nil, err
	}
	q.merges = q.merges && !assigns
	node, err := renamed(q, c.Name.O, names(c.ColNameList))
	if err != nil {
		return nil, err
	}
	cte := &plan.CTE{Name: c.Name.O, Query: node, Assigns: assigns && len(plan.Free(node)) == 0}
	return &cteScope{name: c.Name.L, cte: cte, cols: node.Columns()}, nil
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
	all   bool // count all of them
	found bool
	count int
}

// Enter implements ast.Visitor.
func (v *tableVisitor) Enter(n ast.Node) (ast.Node, bool) {
	var with *ast.WithClause
	switch n := n.(type) {
	case *ast.TableName:
		if n.Schema.L == "" && n.Name.L == v.name {
			v.found = true
			v.count++
		}
	case *ast.SelectStmt:
		with = n.With
	case *ast.SetOprStmt:
		with = n.With
	}
	if with != nil {
		for _, c := range with.CTEs {
			if c.Name.L == v.name {
				return n, true // the name is that one's
			}
		}
	}
	return n, v.found && !v.all
}

// Leave implements ast.Visitor.
func (v *tableVisitor) Leave(n ast.Node) (ast.Node, bool) { return n, v.all || !v.found }

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
		if err := recursiveBlock(sel, c.Name); err != nil {
			return nil, err
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
			return nil, my(3573, "Recursive Common Table Expression '%s' should contain a UNION", c.Name.O)
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
		return nil, mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "ORDER BY over UNION in recursive Common Table Expression")
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

// recursiveBlock refuses what a query block of the recursive part must not have
// (manual 15.2.20).
func recursiveBlock(n ast.Node, cte ast.CIStr) error {
	sel, ok := n.(*ast.SelectStmt)
	if !ok {
		return nil
	}
	if forbidden(sel) {
		return my(3575, "Recursive Common Table Expression '%s' can contain neither aggregation nor window functions in recursive query block", cte.O)
	}
	if sel.OrderBy != nil || sel.Limit != nil || sel.Distinct {
		return mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "ORDER BY / LIMIT / SELECT DISTINCT in recursive query block of Common Table Expression")
	}
	all := &tableVisitor{name: cte.L, all: true}
	sel.Accept(all)
	own, optional := 0, false
	if sel.From != nil {
		own, optional = inFrom(sel.From.TableRefs, cte.L, false)
	}
	switch {
	case all.count != 1 || own != 1:
		return my(3577, "In recursive query block of Recursive Common Table Expression '%s', the recursive table must be referenced only once, and not in any subquery", cte.O)
	case optional:
		return my(3576, "In recursive query block of Recursive Common Table Expression '%s', the recursive table must neither be in the right argument of a LEFT JOIN, nor be forced to be non-first with join order hints", cte.O)
	}
	return nil
}

// inFrom counts a table's uses in FROM itself, and tells whether one is where an
// outer join may have no row.
func inFrom(n ast.ResultSetNode, table string, may bool) (count int, optional bool) {
	switch n := n.(type) {
	case *ast.Join:
		if n.Right == nil {
			return inFrom(n.Left, table, may)
		}
		l, lo := inFrom(n.Left, table, may || n.Tp == ast.RightJoin)
		r, ro := inFrom(n.Right, table, may || n.Tp == ast.LeftJoin)
		return l + r, lo || ro
	case *ast.TableSource:
		switch t := n.Source.(type) {
		case *ast.Join:
			return inFrom(t, table, may)
		case *ast.TableName:
			if t.Schema.L == "" && t.Name.L == table {
				return 1, may
			}
		}
	}
	return 0, false
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
