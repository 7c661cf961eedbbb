package bind

import (
	"slices"
	"strconv"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// groupBy binds GROUP BY: a number is a column of the select list; a name a
// column of FROM's, or else one of the list's.
func (s *scope) groupBy(n *ast.GroupByClause) ([]expr.Expr, error) {
	if n == nil {
		return nil, nil
	}
	s.clause, s.rollup = groupClause, n.Rollup
	var keys []expr.Expr
	for _, i := range n.Items {
		windows := len(s.windows)
		x, err := s.listed(i.Expr)
		if err != nil {
			return nil, err
		}
		if x == nil {
			if x, err = s.expr(i.Expr); err != nil {
				return nil, err
			}
		}
		if s.hasAggregate(x) {
			return nil, mysql.NewDefaultError(mysql.ER_WRONG_GROUP_FIELD, s.itemName(i.Expr, x))
		}
		if len(s.windows) > windows {
			return nil, my(erWindowInvalidUse, "You cannot use the window function in this context.'")
		}
		if c, ok := i.Expr.(*ast.ColumnNameExpr); ok {
			it := item{name: c.Name.Name.O, x: x}
			if selected, _, err := s.inList(nameOf(c.Name)); err == nil && selected != nil && fingerprint(selected.x) == fingerprint(x) {
				it.name = selected.name
			}
			if col, ok := x.(*expr.Column); ok {
				if origin := s.origin(col.ID); origin != nil {
					it.col = *origin
				}
			}
			s.groups = append(s.groups, it)
		}
		keys = append(keys, x)
	}
	return keys, nil
}

// itemName is an expression of GROUP BY for an error.
func (s *scope) itemName(n ast.ExprNode, x expr.Expr) string {
	for _, it := range s.items {
		if fingerprint(it.x) == fingerprint(x) {
			return it.name
		}
	}
	return x.String()
}

// hasAggregate tells whether an expression has an aggregate of this block, or a
// window function.
func (s *scope) hasAggregate(e expr.Expr) bool {
	for id := range plan.FreeOf(e) {
		for _, a := range s.aggregates {
			if a.id == id {
				return true
			}
		}
	}
	return s.hasWindow(e)
}

// grouping makes an aggregation of a block: what is computed over the groups is
// rewritten to what the aggregation gives.
type grouping struct {
	scope  *scope
	keys   []expr.Expr
	rollup bool

	node   *plan.Aggregate
	byKey  map[string]*expr.Column // the keys' columns, by fingerprint
	bitmap *expr.Column            // of WITH ROLLUP: which keys are rolled up
}

func (g *grouping) group(child plan.Node, filter *expr.Expr, order []expr.Order) (plan.Node, error) {
	s := g.scope
	b := s.binder
	g.node = &plan.Aggregate{Child: child, Keys: g.keys, Rollup: g.rollup}
	g.byKey = make(map[string]*expr.Column)
	inner := child.Columns()
	for _, k := range g.keys {
		col := plan.Column{Name: k.String(), T: *k.Type()}
		if c, ok := k.(*expr.Column); ok && g.byKey[fingerprint(k)] == nil && slices.ContainsFunc(inner, func(i plan.Column) bool { return i.ID == c.ID }) {
			// A column is known by its own ID, so that subqueries need no rewriting.
			col.ID = c.ID
		} else {
			col.ID = b.newID()
		}
		if g.rollup {
			col.T.Nullable = true
		}
		if g.byKey[fingerprint(k)] == nil {
			g.byKey[fingerprint(k)] = col.Ref()
		}
		g.node.Cols = append(g.node.Cols, col)
	}
	if g.rollup {
		g.bitmap = &expr.Column{ID: b.newID(), Name: "grouping", T: types.TypeUint}
	}
	var err error
	rewrite := func(e *expr.Expr) {
		if err == nil {
			*e, err = g.rewrite(*e)
		}
	}
	for i := range s.items {
		rewrite(&s.items[i].x)
	}
	if *filter != nil {
		rewrite(filter)
	}
	for i := range order {
		rewrite(&order[i].X)
	}
	for _, w := range s.windows {
		for _, e := range w.exprs() {
			rewrite(e)
		}
	}
	if err != nil {
		return nil, err
	}
	for _, a := range s.aggregates {
		g.node.Calls = append(g.node.Calls, a.call)
		g.node.Cols = append(g.node.Cols, plan.Column{ID: a.id, Name: a.call.F.Name, T: a.call.T})
	}
	if err := g.pass(inner, *filter, order); err != nil {
		return nil, err
	}
	if g.rollup {
		g.node.Cols = append(g.node.Cols, plan.Column{ID: g.bitmap.ID, Name: "grouping", T: g.bitmap.T})
	}
	return g.node, nil
}

// rewrite puts the keys' columns in place of the keys.
func (g *grouping) rewrite(e expr.Expr) (expr.Expr, error) {
	if c := g.byKey[fingerprint(e)]; c != nil {
		return c, nil
	}
	if call, ok := e.(*groupingCall); ok {
		return g.groupingFunction(call)
	}
	children := e.Children()
	if len(children) == 0 {
		return e, nil
	}
	changed := make([]expr.Expr, len(children))
	for i, c := range children {
		var err error
		if changed[i], err = g.rewrite(c); err != nil {
			return nil, err
		}
	}
	return e.With(changed), nil
}

// pass passes columns that are no keys through the aggregation, with the first
// row's values. ONLY_FULL_GROUP_BY refuses those that the keys do not determine.
func (g *grouping) pass(inner []plan.Column, filter expr.Expr, order []expr.Order) error {
	s := g.scope
	strict := s.binder.Context.Mode&types.OnlyFullGroupBy != 0
	var determined func(expr.ColumnID) bool
	passed := make(map[expr.ColumnID]bool)
	for _, c := range g.node.Cols {
		passed[c.ID] = true
	}
	through := func(e expr.Expr, place string, number int) error {
		checked := bare(e)
		free := plan.FreeOf(e)
		for i := range inner {
			c := &inner[i]
			if !free[c.ID] || passed[c.ID] {
				continue
			}
			if strict && checked[c.ID] {
				if determined == nil {
					determined = plan.Determined(g.node.Child, g.keys)
				}
				if !determined(c.ID) {
					return s.notGrouped(c, place, number, len(g.keys) == 0)
				}
			}
			passed[c.ID] = true
			call, err := expr.NewAggregateCall(s.binder.resolver(), builtin.Aggregate("any_value"), false, []expr.Expr{c.Ref()}, nil, "")
			if err != nil {
				return err
			}
			g.node.Calls = append(g.node.Calls, call)
			col := *c
			col.T.Nullable = col.T.Nullable || len(g.keys) == 0
			g.node.Cols = append(g.node.Cols, col)
		}
		return nil
	}
	for i, it := range s.items {
		if err := through(it.x, "SELECT list", i+1); err != nil {
			return err
		}
	}
	for _, w := range s.windows {
		place, number := s.placeOf(w, order)
		for _, e := range w.exprs() {
			if err := through(*e, place, number); err != nil {
				return err
			}
		}
	}
	if filter != nil {
		if err := through(filter, "HAVING clause", 1); err != nil {
			return err
		}
	}
	for i, o := range order {
		if err := through(o.X, "ORDER BY clause", i+1); err != nil {
			return err
		}
	}
	return nil
}

// placeOf is the first expression that uses a window.
func (s *scope) placeOf(w *window, order []expr.Order) (place string, number int) {
	uses := func(e expr.Expr) bool {
		for id := range plan.FreeOf(e) {
			if w.has(id) {
				return true
			}
		}
		return false
	}
	for i, it := range s.items {
		if uses(it.x) {
			return "SELECT list", i + 1
		}
	}
	for i, o := range order {
		if uses(o.X) {
			return "ORDER BY clause", i + 1
		}
	}
	return "SELECT list", 1
}

// bare are the columns of an expression that ANY_VALUE is not around.
func bare(e expr.Expr) map[expr.ColumnID]bool {
	all := make(map[expr.ColumnID]bool)
	expr.Walk(e, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Column:
			all[e.ID] = true
		case *expr.Call:
			return e.F.Name != "any_value"
		case *plan.Subquery:
			for id := range plan.Free(e.Query) {
				all[id] = true
			}
		}
		return true
	})
	return all
}

// notGrouped is MySQL's error 1055, or 1140 where there is no GROUP BY.
func (s *scope) notGrouped(c *plan.Column, place string, number int, noKeys bool) error {
	column := *c
	if o := s.origin(c.ID); o != nil {
		column = *o
	}
	if noKeys {
		if place == "SELECT list" {
			return my(mysql.ER_MIX_OF_GROUP_FUNC_AND_FIELDS, "In aggregated query without GROUP BY, expression #%d of %s contains nonaggregated column '%s'; this is incompatible with sql_mode=only_full_group_by", number, place, full(&column))
		}
	}
	if place == "SELECT list" {
		return my(mysql.ER_WRONG_FIELD_WITH_GROUP, "Expression #%d of %s is not in GROUP BY clause and contains nonaggregated column '%s' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by", number, place, full(&column))
	}
	return my(mysql.ER_WRONG_FIELD_WITH_GROUP, "Expression #%d of %s is not in GROUP BY clause and contains nonaggregated column '%s' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by", number, place, full(&column))
}

// aggregateCall binds a call of an aggregate function. It belongs to the
// innermost block that one of its columns is of (SQL standard 10.9; manual
// 13.2.11.7), and in its place stands the column that the block's aggregation
// gives.
func (s *scope) aggregateCall(n *ast.AggregateFuncExpr) (expr.Expr, error) {
	if s.inAggregate {
		return nil, mysql.NewDefaultError(mysql.ER_INVALID_GROUP_FUNC_USE)
	}
	call, err := s.newAggregate(n.F, n.Args, n.Distinct, n.Order)
	if err != nil {
		return nil, err
	}
	owner := s.owner(call)
	switch owner.clause {
	case whereClause, onClause, groupClause, fromClause:
		return nil, mysql.NewDefaultError(mysql.ER_INVALID_GROUP_FUNC_USE)
	}
	if owner.inAggregate {
		return nil, mysql.NewDefaultError(mysql.ER_INVALID_GROUP_FUNC_USE)
	}
	key := aggregateKey(call)
	for _, a := range owner.aggregates {
		if a.key == key {
			return &expr.Column{ID: a.id, Name: callText(call, expr.Expr.String), Path: callText(call, expr.Spelled), T: call.T}, nil
		}
	}
	a := aggregate{call: call, id: s.binder.newID(), key: key}
	owner.aggregates = append(owner.aggregates, a)
	return &expr.Column{ID: a.id, Name: callText(call, expr.Expr.String), Path: callText(call, expr.Spelled), T: call.T}, nil
}

// owner is the block that an aggregate belongs to.
func (s *scope) owner(call *expr.AggregateCall) *scope {
	free := make(map[expr.ColumnID]bool)
	for _, a := range call.Args {
		for id := range plan.FreeOf(a) {
			free[id] = true
		}
	}
	if len(free) == 0 {
		return s
	}
	for at := s; at != nil; at = at.outer {
		for id := range free {
			if at.origin(id) != nil {
				return at
			}
		}
	}
	return s
}

func aggregateKey(c *expr.AggregateCall) string {
	key := c.F.Name + ":" + strconv.FormatBool(c.Distinct) + ":" + c.Separator
	for _, a := range c.Args {
		key += "," + fingerprint(a)
	}
	for _, o := range c.OrderBy {
		key += ";" + fingerprint(o.X) + strconv.FormatBool(o.Desc)
	}
	return key
}

func callText(c *expr.AggregateCall, spell func(expr.Expr) string) string {
	text := c.F.Name + "("
	if c.Distinct {
		text += "distinct "
	}
	for i, a := range c.Args {
		if i > 0 {
			text += ", "
		}
		text += spell(a)
	}
	if len(c.Args) == 0 {
		text += "*"
	}
	return text + ")"
}

// newAggregate binds the arguments of an aggregate function.
func (s *scope) newAggregate(fn string, args []ast.ExprNode, distinct bool, order *ast.OrderByClause) (*expr.AggregateCall, error) {
	f := builtin.Aggregate(lower(fn))
	if f == nil {
		return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", s.binder.Database+"."+fn)
	}
	s.inAggregate = true
	defer func() { s.inAggregate = false }()
	var separator string
	if f.Name == "group_concat" && len(args) > 0 {
		last := args[len(args)-1]
		text, err := s.expr(last)
		if err != nil {
			return nil, err
		}
		separator, args = text.(*expr.Literal).V.S, args[:len(args)-1]
	}
	if f.Name == "count" && len(args) == 1 && isLiteral(args[0]) {
		args = nil // COUNT(*) is COUNT(1) to the grammar
	}
	all, err := s.exprs(args)
	if err != nil {
		return nil, err
	}
	var keys []expr.Order
	if order != nil {
		for _, i := range order.Items {
			var x expr.Expr
			if p, ok := i.Expr.(*ast.PositionExpr); ok {
				if p.N < 1 || p.N > len(all) {
					return nil, unknownColumn(name{column: itoa(p.N)}, orderClause)
				}
				x = all[p.N-1]
			} else if x, err = s.expr(i.Expr); err != nil {
				return nil, err
			}
			keys = append(keys, expr.Order{X: x, Desc: i.Desc})
		}
	}
	return expr.NewAggregateCall(s.binder.resolver(), f, distinct, all, keys, separator)
}

// groupingCall is GROUPING(…), until the block's groups are known.
type groupingCall struct {
	expr.Literal
	args []expr.Expr
}

// groupingFunction makes of GROUPING(a, b, …) the bits of the keys that are
// rolled up, the last argument's the lowest (manual 12.19.2).
func (g *grouping) groupingFunction(n *groupingCall) (expr.Expr, error) {
	if !g.rollup {
		return nil, mysql.NewDefaultError(mysql.ER_INVALID_GROUP_FUNC_USE)
	}
	r := g.scope.binder.resolver()
	number := func(x int) expr.Expr { return &expr.Literal{V: types.UintValue(uint64(x)), T: types.TypeUint} }
	var sum expr.Expr = number(0)
	for i, a := range n.args {
		at := -1
		for k, key := range g.keys {
			if fingerprint(key) == fingerprint(a) {
				at = k
				break
			}
		}
		if at < 0 {
			return nil, my(3602, "Argument #%d of GROUPING function is not in GROUP BY", i)
		}
		bit, err := expr.NewCall(r, builtin.Function(">>"), g.bitmap, number(len(g.keys)-1-at))
		if err == nil {
			bit, err = expr.NewCall(r, builtin.Function("&"), bit, number(1))
		}
		if err == nil {
			bit, err = expr.NewCall(r, builtin.Function("<<"), bit, number(len(n.args)-1-i))
		}
		if err == nil {
			bit, err = expr.NewCall(r, builtin.Function("|"), sum, bit)
		}
		if err != nil {
			return nil, err
		}
		sum = bit
	}
	return expr.ConvertTo(sum, types.TypeInt), nil
}
