package bind

import (
	"math"
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// selectStmt binds a query block, in the order in which MySQL resolves it: FROM,
// WHERE, the select list, GROUP BY, HAVING, ORDER BY.
func (b *Binder) selectStmt(n *ast.SelectStmt, outer *scope) (*query, error) {
	s := &scope{binder: b, outer: outer}
	if outer != nil {
		s.ctes = outer.ctes
	}
	s.straight = n.SelectStmtOpts != nil && n.SelectStmtOpts.StraightJoin
	if n.SelectIntoOpt != nil {
		return nil, FilesClosed()
	}
	if n.SelectStmtOpts != nil && n.CalcFoundRows && n != b.counted {
		return nil, mysql.NewDefaultError(mysql.ER_CANT_USE_OPTION_HERE, "SQL_CALC_FOUND_ROWS")
	}
	if n.With != nil {
		if err := s.with(n.With); err != nil {
			return nil, err
		}
	}
	if n.LockInfo != nil && n.LockInfo.LockType != ast.SelectLockNone {
		defer func(was bool) { b.Locks = was }(b.Locks)
		b.Locks = true
	}
	if n.Kind == ast.SelectStmtKindValues {
		return s.values(n)
	}
	if n.From != nil && !parse.IsDual(n.From) {
		if err := s.tables(n.From); err != nil {
			return nil, err
		}
	} else {
		s.from = &from{node: &plan.Values{Rows: [][]expr.Expr{{}}}}
	}
	if err := s.nameWindows(n.WindowSpecs); err != nil {
		return nil, err
	}
	node := s.from.node
	if n.Where != nil {
		s.clause = whereClause
		where, err := s.condition(n.Where)
		if err != nil {
			return nil, err
		}
		node = &plan.Filter{Child: node, Cond: where}
	}
	s.clause, s.inSelect = fieldList, true
	if err := s.selectList(n); err != nil {
		return nil, err
	}
	s.inSelect = false
	keys, err := s.groupBy(n.GroupBy)
	if err != nil {
		return nil, err
	}
	var filter expr.Expr
	if n.Having != nil {
		s.clause = having
		if filter, err = s.condition(n.Having.Expr); err != nil {
			return nil, err
		}
	}
	order, err := s.orderBy(n.OrderBy)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 && len(s.aggregates) > 0 {
		order = nil // of one row
	}
	if len(keys) > 0 || len(s.aggregates) > 0 {
		g := &grouping{scope: s, keys: keys, rollup: s.rollup}
		if node, err = g.group(node, &filter, order); err != nil {
			return nil, err
		}
	}
	if filter != nil {
		node = &plan.Filter{Child: node, Cond: filter}
	}
	if node, err = s.overWindows(node); err != nil {
		return nil, err
	}
	return s.project(n, node, order)
}

// project is what follows windows: the select list, DISTINCT, ORDER BY and LIMIT.
func (s *scope) project(n *ast.SelectStmt, node plan.Node, order []expr.Order) (*query, error) {
	b := s.binder
	p := &plan.Project{}
	for _, it := range s.items {
		switch {
		case len(s.windows) > 0: // the last window writes the list to a temporary table
			it.x = stored(it.x)
		case n.Distinct:
			it.x = kept(it.x)
		}
		c := it.col
		c.ID, c.Name, c.T, c.Hidden = b.newID(), it.name, *it.x.Type(), false
		p.Items, p.Cols = append(p.Items, it.x), append(p.Cols, c)
	}
	visible := len(p.Cols)
	limit, offset, err := s.limit(n.Limit)
	if err != nil {
		return nil, err
	}
	top := sumOf(limit, offset)
	var found *int64
	if n.SelectStmtOpts != nil && n.CalcFoundRows && limit != nil {
		found, top = new(int64), nil
		b.Found = found
	}
	// The list is computed only of the rows that are sent: no others fail, or change user variables.
	if !n.Distinct && simple(order) {
		if len(order) > 0 {
			node = &plan.Sort{Child: node, Keys: order, Top: top}
			order = nil
		}
		if limit != nil {
			node = &plan.Limit{Child: node, Offset: offset, Count: limit, Found: found}
			limit = nil
		}
	}
	p.Child = node
	for i, o := range order {
		at := -1
		for j := range s.items {
			if fingerprint(s.items[j].x) == fingerprint(o.X) {
				at = j
				break
			}
		}
		if at < 0 {
			if n.Distinct && b.Context.Mode&types.OnlyFullGroupBy != 0 {
				if err := s.unselected(o.X, i+1); err != nil {
					return nil, err
				}
			}
			at = len(p.Items)
			p.Items = append(p.Items, o.X)
			p.Cols = append(p.Cols, plan.Column{ID: b.newID(), Name: o.X.String(), T: *o.X.Type()})
		}
		order[i].X = p.Cols[at].Ref()
	}
	node = p
	if n.Distinct {
		if node, err = s.distinct(p, visible); err != nil {
			return nil, err
		}
	}
	if len(order) > 0 {
		node = &plan.Sort{Child: node, Keys: order, Top: top}
	}
	if limit != nil {
		node = &plan.Limit{Child: node, Offset: offset, Count: limit, Found: found}
	}
	if len(p.Cols) > visible {
		cols := p.Cols[:visible:visible]
		node = &plan.Project{Child: node, Items: refs(cols), Cols: cols}
	}
	return &query{node, !n.Distinct && n.Limit == nil && len(s.aggregates) == 0 && len(s.windows) == 0 && n.GroupBy == nil}, nil
}

// distinct leaves rows that differ in the visible columns; of equal ones the
// first, whose hidden columns ORDER BY uses.
func (s *scope) distinct(p *plan.Project, visible int) (plan.Node, error) {
	if len(p.Cols) == visible {
		return &plan.Distinct{Child: p}, nil
	}
	a := &plan.Aggregate{Child: p, Keys: refs(p.Cols[:visible]), Cols: p.Cols}
	for i := visible; i < len(p.Cols); i++ {
		call, err := expr.NewAggregateCall(s.binder.resolver(), builtin.Aggregate("any_value"), false, refs(p.Cols[i:i+1]), nil, "")
		if err != nil {
			return nil, err
		}
		a.Calls = append(a.Calls, call)
	}
	return a, nil
}

// unselected is MySQL's error about an expression of ORDER BY that uses, outside
// of what the select list has, a column or an aggregate: of rows that DISTINCT
// takes for one there may be several (manual 14.19.3).
func (s *scope) unselected(e expr.Expr, number int) error {
	selected := make(map[string]bool, len(s.items))
	for _, it := range s.items {
		selected[fingerprint(it.x)] = true
	}
	var err error
	look := func(id expr.ColumnID) {
		c := s.origin(id)
		if c == nil || err != nil || selected[fingerprint(c.Ref())] {
			return
		}
		err = my(3065, "Expression #%d of ORDER BY clause is not in SELECT list, references column '%s' which is not in SELECT list; this is incompatible with DISTINCT", number, full(c))
	}
	expr.Walk(e, func(e expr.Expr) bool {
		if err != nil || selected[fingerprint(e)] {
			return false
		}
		switch e := e.(type) {
		case *expr.Column:
			look(e.ID)
			for _, a := range s.aggregates {
				if a.id == e.ID && err == nil {
					err = my(3066, "Expression #%d of ORDER BY clause is not in SELECT list, contains aggregate function; this is incompatible with DISTINCT", number)
				}
			}
		case *plan.Subquery:
			for id := range plan.FreeOf(e) {
				look(id)
			}
			return false
		}
		return true
	})
	return err
}

// simple tells whether sort keys give the same value wherever they are computed,
// at little cost.
func simple(order []expr.Order) bool {
	ok := true
	for _, o := range order {
		expr.Walk(o.X, func(e expr.Expr) bool {
			switch e := e.(type) {
			case *expr.Call:
				ok = ok && !e.F.Volatile
			case *plan.Subquery, *assignment:
				ok = false
			}
			return ok
		})
	}
	return ok
}

// sumOf is limit + offset, nil where one is not known or there is no limit.
func sumOf(limit, offset expr.Expr) expr.Expr {
	l, ok := limit.(*expr.Literal)
	if !ok {
		return nil
	}
	if offset == nil {
		return l
	}
	o, ok := offset.(*expr.Literal)
	if !ok {
		return nil
	}
	n := l.V.Uint() + o.V.Uint()
	if n < o.V.Uint() {
		n = math.MaxUint64
	}
	return &expr.Literal{V: types.UintValue(n), T: types.TypeUint}
}

// limit binds LIMIT: numbers, question marks and a routine's variables.
func (s *scope) limit(n *ast.Limit) (count, offset expr.Expr, err error) {
	if n == nil {
		return nil, nil, nil
	}
	if count, err = s.limitValue(n.Count); err != nil || n.Offset == nil {
		return count, nil, err
	}
	offset, err = s.limitValue(n.Offset)
	return count, offset, err
}

func (s *scope) limitValue(n ast.ExprNode) (expr.Expr, error) {
	given, err := s.expr(n)
	if err != nil {
		return nil, err
	}
	if _, is := n.(*parse.Param); is {
		// An argument is no negative number, and no floating-point one, which JavaScript's drivers give.
		if l, ok := given.(*expr.Literal); ok && (l.V.Kind == types.Int && l.V.I < 0 || l.V.Kind == types.Float || l.V.Kind == types.Decimal && l.V.D.Sign() < 0) {
			return nil, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "mysqld_stmt_execute")
		}
	}
	e := expr.Fold(s.binder.Context, expr.ConvertTo(given, types.TypeUint))
	l, ok := e.(*expr.Literal)
	if ok && l.V.IsNull() {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "LIMIT")
	}
	if argument, is := given.(*expr.Literal); ok && is && (argument.V.Kind == types.Int || argument.V.Kind == types.Uint) {
		if i := slices.Index(s.binder.Bound, argument); i >= 0 {
			s.binder.Bound[i] = l // it stands for the argument
		}
	}
	return e, nil
}

// selectList binds the expressions of SELECT.
func (s *scope) selectList(n *ast.SelectStmt) error {
	if n.Fields == nil { // TABLE t
		return s.star(name{})
	}
	for i, f := range n.Fields.Fields {
		if f.WildCard != nil {
			n := name{database: f.WildCard.Schema.O, table: f.WildCard.Table.O}
			if n.table == "" && i > 0 {
				return parse.SyntaxErrorAt(s.binder.tree.Text, f.Offset) // * stands first, if at all
			}
			if err := s.star(n); err != nil {
				return err
			}
			continue
		}
		x, err := s.expr(f.Expr)
		if err != nil {
			return err
		}
		it := item{name: f.AsName.O, alias: f.AsName.O != "", x: x, text: f.Expr}
		if !it.alias {
			it.name = s.heading(f)
		}
		if c, ok := x.(*expr.Column); ok {
			if origin := s.origin(c.ID); origin != nil {
				it.col = *origin
				if !it.alias && strings.EqualFold(origin.Database, "information_schema") {
					it.name = origin.Name // of a view, whose columns these are in MySQL
				}
			}
		}
		s.items = append(s.items, it)
	}
	return nil
}

// heading is the name of a column that is given none: a column's own, a string's
// text, or else the expression as it was typed.
func (s *scope) heading(f *ast.SelectField) string {
	e := f.Expr
	for {
		p, ok := e.(*ast.ParenthesesExpr)
		if !ok {
			break
		}
		e = p.Expr
	}
	switch e := e.(type) {
	case *ast.ColumnNameExpr:
		return e.Name.Name.O
	case *parse.Param:
	case *parse.Literal:
		switch {
		case e.Kind == parse.NullLiteral:
			return "NULL"
		case e.Kind == parse.StringLiteral && e.NameLength >= 0:
			return strings.TrimLeft(e.Str[:e.NameLength], " \t\r\n")
		case e.Kind == parse.StringLiteral:
			return strings.TrimLeft(e.Str, " \t\r\n")
		}
	}
	return f.OriginalText()
}

// star binds * and table.*.
func (s *scope) star(n name) error {
	if s.from == nil || len(s.from.sources) == 0 {
		if n.table != "" {
			return mysql.NewDefaultError(mysql.ER_BAD_TABLE_ERROR, n.table)
		}
		return mysql.NewDefaultError(mysql.ER_NO_TABLES_USED)
	}
	columns, found := s.from.visible, n.table == ""
	if !found {
		columns = nil
		for _, t := range s.from.sources {
			if t.is(n.database, n.table) {
				columns, found = append(columns, t.columns...), true
			}
		}
	}
	if !found {
		return mysql.NewDefaultError(mysql.ER_BAD_TABLE_ERROR, n.table)
	}
	for i := range columns {
		c := &columns[i]
		if c.Hidden {
			continue
		}
		s.items = append(s.items, item{name: c.Name, x: c.Ref(), col: *c})
	}
	return nil
}

// origin is the column of FROM with an ID, nil where there is none.
func (s *scope) origin(id expr.ColumnID) *plan.Column {
	if s.from == nil {
		return nil
	}
	for _, t := range s.from.sources {
		for i := range t.columns {
			if t.columns[i].ID == id {
				return &t.columns[i]
			}
		}
	}
	return nil
}

// full is a column as errors about groups name it.
func full(c *plan.Column) string {
	words := []string{c.Name}
	if c.Table != "" {
		words = append([]string{c.Table}, words...)
	}
	if c.Database != "" {
		words = append([]string{c.Database}, words...)
	}
	return strings.Join(words, ".")
}

// orderBy binds ORDER BY: a number is a column of the list, a name first of all
// one of the list's.
func (s *scope) orderBy(n *ast.OrderByClause) ([]expr.Order, error) {
	if n == nil {
		return nil, nil
	}
	s.clause = orderClause
	var out []expr.Order
	for _, i := range n.Items {
		x, err := s.listed(i.Expr)
		if err != nil {
			return nil, err
		}
		if x == nil {
			if x, err = s.expr(i.Expr); err != nil {
				return nil, err
			}
		}
		if expr.IsConst(x) {
			continue // the same for all rows
		}
		out = append(out, expr.Order{X: x, Desc: i.Desc})
	}
	return out, nil
}

// listed is the expression of the select list that a position or, of ORDER BY,
// a name means; nil where it means none.
func (s *scope) listed(n ast.ExprNode) (expr.Expr, error) {
	switch n := n.(type) {
	case *ast.PositionExpr:
		if n.N < 1 || n.N > len(s.items) {
			return nil, unknownColumn(name{column: itoa(n.N)}, s.clause)
		}
		return s.items[n.N-1].x, nil
	case *ast.ParenthesesExpr:
		if _, ok := n.Expr.(*ast.ColumnNameExpr); ok {
			return s.listed(n.Expr)
		}
	case *ast.ColumnNameExpr:
		at := nameOf(n.Name)
		it, hidden, err := s.inList(at)
		if it == nil || err != nil {
			return nil, err
		}
		column, err := s.fromColumn(at)
		if s.clause == groupClause {
			// FROM's column beats an expression by the name, but is none where it is ambiguous.
			if err != nil || column == nil || fingerprint(column) == fingerprint(it.x) {
				return it.x, nil
			}
			s.binder.Context.Warn(mysql.ER_NON_UNIQ_ERROR, "Column '"+at.String()+"' in "+string(s.clause)+" is ambiguous")
			return column, nil
		}
		if hidden && err != nil {
			return nil, err
		}
		return it.x, nil
	}
	return nil, nil
}

// inList finds a name in the select list, as MySQL does (find_item_in_list): by the
// names that the result has or, hidden by an alias, those of the columns. Where
// several columns have the name it is ambiguous; of other expressions the first
// counts.
func (s *scope) inList(n name) (it *item, hidden bool, err error) {
	var named, column *item
	several := false
	for i := range s.items {
		it := &s.items[i]
		if n.table != "" {
			if it.comesFrom(n) {
				if column != nil && fingerprint(column.x) != fingerprint(it.x) {
					return nil, false, ambiguous(n, s.clause)
				}
				column = it
			}
			continue
		}
		is := strings.EqualFold(it.name, n.column)
		if it.col.ID == 0 {
			if is {
				return it, false, nil
			}
			continue
		}
		switch {
		case is:
			if named != nil && fingerprint(named.x) != fingerprint(it.x) {
				return nil, false, ambiguous(n, s.clause)
			}
			named = it
		case strings.EqualFold(it.col.Name, n.column):
			if column != nil && fingerprint(column.x) != fingerprint(it.x) {
				several = true
			}
			column = it
		}
	}
	switch {
	case named != nil:
		return named, false, nil
	case several:
		return nil, false, ambiguous(n, s.clause)
	}
	return column, column != nil, nil
}

// comesFrom tells whether a qualified name means the item's column.
func (it *item) comesFrom(n name) bool {
	c := it.col
	return c.ID != 0 && strings.EqualFold(c.Name, n.column) && strings.EqualFold(c.Table, n.table) &&
		(n.database == "" || strings.EqualFold(c.Database, n.database))
}

func nameOf(n *ast.ColumnName) name {
	return name{database: n.Schema.O, table: n.Table.O, column: n.Name.O}
}
