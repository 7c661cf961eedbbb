package bind

import (
	"fmt"
	"slices"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// setOperation binds UNION, INTERSECT and EXCEPT with what stands behind them.
func (b *Binder) setOperation(n *ast.SetOprStmt, outer *scope) (*query, error) {
	s := &scope{binder: b, outer: outer}
	if outer != nil {
		s.ctes = outer.ctes
	}
	if n.With != nil {
		if err := s.with(n.With); err != nil {
			return nil, err
		}
	}
	q, err := b.operands(n.SelectList.Selects, s)
	if err != nil {
		return nil, err
	}
	return s.behind(q, n.OrderBy, n.Limit)
}

// setList binds operations in parentheses.
func (b *Binder) setList(n *ast.SetOprSelectList, outer *scope) (*query, error) {
	s := &scope{binder: b, outer: outer}
	if outer != nil {
		s.ctes = outer.ctes
	}
	if n.With != nil {
		if err := s.with(n.With); err != nil {
			return nil, err
		}
	}
	q, err := b.operands(n.Selects, s)
	if err != nil {
		return nil, err
	}
	return s.behind(q, n.OrderBy, n.Limit)
}

// behind adds ORDER BY and LIMIT to a query of which only the columns are known.
func (s *scope) behind(q *query, order *ast.OrderByClause, limit *ast.Limit) (*query, error) {
	node := q.node
	first := s.binder.counted
	counts := s.outer == nil && first != nil && first.SelectStmtOpts != nil && first.CalcFoundRows
	count, offset, err := s.limit(limit)
	if err != nil {
		return nil, err
	}
	if order != nil {
		cols := append([]plan.Column(nil), node.Columns()...)
		for i := range cols {
			cols[i].Table, cols[i].Database = "", ""
		}
		at := &scope{binder: s.binder, outer: s.outer, ctes: s.ctes, from: &from{node: node, visible: cols}}
		for _, c := range cols {
			at.items = append(at.items, item{name: c.Name, x: c.Ref(), col: c})
		}
		for _, i := range order.Items {
			if c, ok := i.Expr.(*ast.ColumnNameExpr); ok && c.Name.Table.L != "" {
				return nil, my(mysql.ER_TABLENAME_NOT_ALLOWED_HERE, "Table '%s' from one of the SELECTs cannot be used in global ORDER clause", c.Name.Table.O)
			}
		}
		keys, err := at.orderBy(order)
		if err != nil {
			return nil, err
		}
		if len(at.aggregates) > 0 {
			return nil, my(3028, "Expression #%d of ORDER BY contains aggregate function and applies to a UNION, EXCEPT or INTERSECT", 1)
		}
		if len(keys) > 0 {
			sort := &plan.Sort{Child: node, Keys: keys, Top: sumOf(count, offset)}
			if counts {
				sort.Top = nil
			}
			node = sort
		}
	}
	if count != nil {
		limit := &plan.Limit{Child: node, Offset: offset, Count: count}
		if counts { // the operands' own limits count no more
			s.binder.Found = new(int64)
			limit.Found = s.binder.Found
		}
		node = limit
	}
	return &query{node: node}, nil
}

// operands binds queries and the operations between them. INTERSECT binds
// tighter than the others, which go from left to right (manual 15.2.14).
func (b *Binder) operands(all []ast.Node, s *scope) (*query, error) {
	// run is queries between which the same operation stands.
	type run struct {
		op    ast.SetOprType // what stands before it
		nodes []plan.Node
		ops   []ast.SetOprType // before each of the nodes
	}
	var runs []run
	for i, n := range all {
		q, err := b.query(n, s)
		if err != nil {
			return nil, err
		}
		op := operation(n)
		if i > 0 && (op == ast.Intersect || op == ast.IntersectAll) {
			last := &runs[len(runs)-1]
			last.nodes, last.ops = append(last.nodes, q.node), append(last.ops, op)
			continue
		}
		runs = append(runs, run{op, []plan.Node{q.node}, []ast.SetOprType{op}})
	}
	// What INTERSECT gives is an operand of the others.
	var nodes []plan.Node
	var ops []ast.SetOprType
	for _, r := range runs {
		node, err := b.chain(r.nodes, r.ops)
		if err != nil {
			return nil, err
		}
		nodes, ops = append(nodes, node), append(ops, r.op)
	}
	left := nodes[0]
	for at := 1; at < len(nodes); {
		end := at + 1
		for end < len(nodes) && same(ops[end], ops[at]) {
			end++
		}
		var err error
		if left, err = b.chain(append([]plan.Node{left}, nodes[at:end]...), append([]ast.SetOprType{ops[0]}, ops[at:end]...)); err != nil {
			return nil, err
		}
		at = end
	}
	return &query{node: left}, nil
}

// same tells whether MySQL computes the operations in one temporary table, so that
// the operands' types are joined at once.
func same(a, b ast.SetOprType) bool {
	union := func(op ast.SetOprType) bool { return op == ast.Union || op == ast.UnionAll }
	return a == b || union(a) && union(b)
}

// chain is queries joined from left to right by the operations that stand before
// each but the first. Their types are those that all of them have in common.
func (b *Binder) chain(nodes []plan.Node, ops []ast.SetOprType) (plan.Node, error) {
	if len(nodes) > 2 {
		kinds := make([]types.Type, len(nodes[0].Columns()))
		for i := range kinds {
			column := make([]*types.Type, len(nodes))
			for j, n := range nodes {
				cols := n.Columns()
				if len(cols) != len(kinds) {
					return nil, mysql.NewDefaultError(mysql.ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT)
				}
				column[j] = &cols[i].T
			}
			var ok bool
			if kinds[i], ok = types.Aggregate(column); !ok {
				return nil, my(mysql.ER_CANT_AGGREGATE_NCOLLATIONS, "Illegal mix of collations for operation 'UNION'")
			}
		}
		for j, n := range nodes {
			to := slices.Clone(kinds)
			for i, c := range n.Columns() {
				to[i].Nullable = c.T.Nullable
			}
			nodes[j] = b.converted(n, to)
		}
	}
	node := nodes[0]
	for i, n := range nodes[1:] {
		var err error
		if node, err = b.setOp(ops[i+1], node, n); err != nil {
			return nil, err
		}
	}
	return node, nil
}

// operation is the set operation that stands before a query; Union for the first.
func operation(n ast.Node) ast.SetOprType {
	var op *ast.SetOprType
	switch n := n.(type) {
	case *ast.SelectStmt:
		op = n.AfterSetOperator
	case *ast.SetOprSelectList:
		op = n.AfterSetOperator
	}
	if op == nil {
		return ast.Union
	}
	return *op
}

// setOp joins two queries' rows, in types that both have, under the names of the
// first.
func (b *Binder) setOp(op ast.SetOprType, left, right plan.Node) (plan.Node, error) {
	l, r := left.Columns(), right.Columns()
	if len(l) != len(r) {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT)
	}
	n := &plan.SetOp{}
	switch op {
	case ast.Union, ast.UnionAll:
		n.Kind, n.All = plan.Union, op == ast.UnionAll
	case ast.Except, ast.ExceptAll:
		n.Kind, n.All = plan.Except, op == ast.ExceptAll
	case ast.Intersect, ast.IntersectAll:
		n.Kind, n.All = plan.Intersect, op == ast.IntersectAll
	default:
		return nil, unsupported(fmt.Sprintf("the set operation %v", op))
	}
	kinds := make([]types.Type, len(l))
	for i := range l {
		t, ok := types.Aggregate([]*types.Type{&l[i].T, &r[i].T})
		if !ok {
			return nil, my(mysql.ER_CANT_AGGREGATE_NCOLLATIONS, "Illegal mix of collations for operation 'UNION'")
		}
		if n.Kind == plan.Except {
			t.Nullable = l[i].T.Nullable
		}
		kinds[i] = t
		n.Cols = append(n.Cols, plan.Column{ID: b.newID(), Name: l[i].Name, T: t})
	}
	n.Left, n.Right = b.converted(left, kinds), b.converted(right, kinds)
	return n, nil
}

// converted gives a query's columns the types.
func (b *Binder) converted(node plan.Node, to []types.Type) plan.Node {
	p := &plan.Project{Child: node}
	changed := false
	for i, c := range node.Columns() {
		e := expr.Expr(c.Ref())
		if c.T.Kind == types.Decimal || needsConversion(&c.T, &to[i]) { // rows of a set operation are in a temporary table: see stored
			e, changed = &expr.Convert{X: e, T: to[i], Explicit: to[i].Kind == types.Decimal && c.T.Kind == types.Decimal}, true
		}
		c.ID, c.T = b.newID(), to[i]
		p.Items, p.Cols = append(p.Items, e), append(p.Cols, c)
	}
	if !changed {
		return node
	}
	return p
}

func needsConversion(from, to *types.Type) bool {
	switch {
	case from.Kind == types.Null || to.Kind == types.Null:
		return from.Kind != to.Kind
	case from.Kind != to.Kind:
		return true
	case from.Kind == types.Decimal:
		return from.Scale != to.Scale
	case from.Kind == types.Enum || from.Kind == types.Set:
		return len(from.Members) != len(to.Members)
	}
	return false
}

// values binds VALUES ROW(…), …: columns column_0, column_1, …
func (s *scope) values(n *ast.SelectStmt) (*query, error) {
	b := s.binder
	s.clause = fieldList
	v := &plan.Values{}
	var kinds [][]*types.Type
	for i, r := range n.Lists {
		row, err := s.exprs(r.Values)
		if err != nil {
			return nil, err
		}
		if i > 0 && len(row) != len(v.Rows[0]) {
			return nil, my(mysql.ER_WRONG_VALUE_COUNT_ON_ROW, "Column count doesn't match value count at row %d", i+1)
		}
		if i == 0 {
			kinds = make([][]*types.Type, len(row))
		}
		for j, x := range row {
			kinds[j] = append(kinds[j], x.Type())
		}
		v.Rows = append(v.Rows, row)
	}
	for j := range kinds {
		t, ok := types.Aggregate(kinds[j])
		if !ok {
			return nil, my(mysql.ER_CANT_AGGREGATE_NCOLLATIONS, "Illegal mix of collations for operation 'VALUES'")
		}
		v.Cols = append(v.Cols, plan.Column{ID: b.newID(), Name: "column_" + itoa(j), T: t})
		for _, r := range v.Rows {
			if needsConversion(r[j].Type(), &t) {
				r[j] = &expr.Convert{X: r[j], T: t, Explicit: t.Kind == types.Decimal && r[j].Type().Kind == types.Decimal}
			}
		}
	}
	return s.behind(&query{node: v}, n.OrderBy, n.Limit)
}
