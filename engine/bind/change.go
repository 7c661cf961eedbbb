package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Change is an UPDATE or DELETE: a query for the rows that it changes, and what
// becomes of them.
type Change struct {
	Query   plan.Node
	Targets []Target
	Ignore  bool
	Several bool // a row of the query may be the second that has a target's row
}

// Target is a table that a statement changes.
type Target struct {
	*Relation
	Alias string
	View  *Relation // through which it is changed; nil: through none
	RowID int       // the column of the query that has the row's; NULL where an outer join has none
	Check int       // the column that is true of rows that the view's CHECK OPTION lets pass; -1: all do
	Sets  []Set
}

// Set is the assignment of a value to a column.
type Set struct {
	Column int // of the table
	Value  int // the column of the query with the value, as [types.Store] keeps it; -1: DEFAULT
}

// Update binds UPDATE.
func (b *Binder) Update(tree *parse.Tree, n *ast.UpdateStmt) (*Change, error) {
	outer := b.tree
	b.tree = tree
	defer func() { b.tree = outer }()
	c, err := b.change("UPDATE", n.With, n.TableRefs)
	if err != nil {
		return nil, err
	}
	c.Ignore = n.IgnoreErr
	if c.Several {
		switch {
		case n.Order != nil:
			return nil, mysql.NewDefaultError(mysql.ER_WRONG_USAGE, "UPDATE", "ORDER BY")
		case n.Limit != nil:
			return nil, mysql.NewDefaultError(mysql.ER_WRONG_USAGE, "UPDATE", "LIMIT")
		}
	}
	c.scope.clause = fieldList
	columns := make([]*assigned, len(n.List))
	for i, a := range n.List {
		at := nameOf(a.Column)
		column, err := c.scope.from.column(at, fieldList)
		if err != nil {
			return nil, err
		}
		if column == nil {
			return nil, unknownColumn(at, fieldList)
		}
		if columns[i], err = c.target(column); err != nil {
			return nil, err
		}
	}
	node, err := c.rows(n.Where, n.Order, n.Limit)
	if err != nil {
		return nil, err
	}
	if node, err = c.assign(node, n.List, columns); err != nil {
		return nil, err
	}
	return c.finish(node)
}

// Delete binds DELETE.
func (b *Binder) Delete(tree *parse.Tree, n *ast.DeleteStmt) (*Change, error) {
	outer := b.tree
	b.tree = tree
	defer func() { b.tree = outer }()
	c, err := b.change("DELETE", n.With, n.TableRefs)
	if err != nil {
		return nil, err
	}
	c.Ignore = n.IgnoreErr
	if !n.IsMultiTable {
		if err := c.deletes(c.scope.from.sources[0]); err != nil {
			return nil, err
		}
	} else {
		for _, t := range n.Tables.Tables {
			var found *source
			for _, s := range c.scope.from.sources {
				if s.is(t.Schema.O, t.Name.O) {
					found = s
				}
			}
			if found == nil {
				return nil, mysql.NewDefaultError(mysql.ER_UNKNOWN_TABLE, t.Name.O, "MULTI DELETE")
			}
			if err := c.deletes(found); err != nil {
				return nil, err
			}
		}
	}
	node, err := c.rows(n.Where, n.Order, n.Limit)
	if err != nil {
		return nil, err
	}
	return c.finish(node)
}

// change is a Change in the making.
type change struct {
	Change
	word   string // UPDATE or DELETE
	scope  *scope
	from   []*source // of each target
	views  []*mergedView
	values []plan.Column
	items  []expr.Expr // of values, as far as they are not in the plan yet
}

// change binds the tables of the statement. Those that it may change give their
// rows' IDs.
func (b *Binder) change(word string, with *ast.WithClause, tables *ast.TableRefsClause) (*change, error) {
	s := &scope{binder: b, changes: true}
	if with != nil {
		if err := s.with(with); err != nil {
			return nil, err
		}
	}
	if err := s.tables(tables); err != nil {
		return nil, err
	}
	leaves := 0
	for _, t := range s.from.sources {
		leaves += len(t.leaves())
	}
	return &change{Change: Change{Several: leaves > 1}, word: word, scope: s}, nil
}

// assigned is a column that is assigned to.
type assigned struct {
	target int // of the change
	at     int // in the target's table
	*plan.Column
}

// target makes the table of a column a target.
func (c *change) target(column *plan.Column) (*assigned, error) {
	for _, s := range c.scope.from.sources {
		i := slices.IndexFunc(s.columns, func(c plan.Column) bool { return c.ID == column.ID })
		if i < 0 {
			continue
		}
		if s.merged == nil {
			target, err := c.targetSource(s, s.name, nil)
			return &assigned{target, i, column}, err
		}
		if !s.merged.updatable {
			return nil, notUpdatable(s.name, c.word)
		}
		leaf, at := s.base(i)
		if leaf == nil {
			return nil, my(mysql.ER_NONUPDATEABLE_COLUMN, "Column '%s' is not updatable", column.Name)
		}
		for k, v := range c.views {
			if v == s.merged && c.from[k] != leaf {
				return nil, severalChanged(v)
			}
		}
		target, err := c.targetSource(leaf, s.name, s.merged)
		return &assigned{target, at, &leaf.original[at]}, err
	}
	return nil, fmt.Errorf("bind: column %s is of no table", column.Label())
}

// deletes makes a table, or that of a view, a target of DELETE.
func (c *change) deletes(s *source) error {
	of := s
	if s.merged != nil {
		if !s.merged.updatable {
			return notUpdatable(s.name, c.word)
		}
		leaves := s.merged.leaves()
		if len(leaves) > 1 {
			return my(mysql.ER_VIEW_DELETE_MERGE_VIEW, "Can not delete from join view '%s.%s'", s.merged.Database, s.merged.Name)
		}
		of = leaves[0]
	}
	_, err := c.targetSource(of, s.name, s.merged)
	return err
}

// targetSource makes a table, which the statement calls by the alias, a target: view is what it is changed through,
// nil for nothing.
func (c *change) targetSource(s *source, alias string, view *mergedView) (int, error) {
	if at := slices.Index(c.from, s); at >= 0 {
		return at, nil
	}
	switch {
	case s.relation == nil:
		return 0, notUpdatable(alias, c.word)
	case s.rowID.ID == 0: // one that the server itself fills, as information_schema's
		user, host, _ := strings.Cut(c.scope.binder.Context.Session.User(), "@")
		return 0, mysql.NewDefaultError(mysql.ER_DBACCESS_DENIED_ERROR, user, host, s.relation.Database)
	}
	target := Target{Relation: s.relation, Alias: alias, Check: -1}
	if view != nil {
		target.View = view.Relation
	}
	for _, read := range c.scope.binder.viewReads {
		if view != nil && read.same(s.relation) {
			return 0, notUpdatable(alias, c.word)
		}
	}
	c.from, c.views, c.Targets = append(c.from, s), append(c.views, view), append(c.Targets, target)
	return len(c.from) - 1, nil
}

// rows are the rows that the statement changes, in its order.
func (c *change) rows(where ast.ExprNode, order *ast.OrderByClause, limit *ast.Limit) (plan.Node, error) {
	s := c.scope
	for _, t := range c.Targets {
		s.binder.changed = append(s.binder.changed, changed{t.Relation, t.Alias, t.View, c.word})
	}
	node := s.from.node
	if where != nil {
		s.clause = whereClause
		cond, err := s.condition(where)
		if err != nil {
			return nil, err
		}
		node = &plan.Filter{Child: node, Cond: cond}
	}
	keys, err := s.orderBy(order)
	if err != nil {
		return nil, err
	}
	count, _, err := s.limit(limit)
	if err != nil {
		return nil, err
	}
	if len(keys) > 0 {
		node = &plan.Sort{Child: node, Keys: keys, Top: sumOf(count, nil)}
	}
	if count != nil {
		node = &plan.Limit{Child: node, Count: count}
	}
	return node, nil
}

// assign binds the values that are assigned. Each sees what those before it have
// assigned (manual 15.2.17).
func (c *change) assign(node plan.Node, list []*ast.Assignment, columns []*assigned) (plan.Node, error) {
	s := c.scope
	defaulted := make(map[expr.ColumnID]bool)
	renewed := make(map[expr.ColumnID]expr.ColumnID) // the latest value of an original column
	for i, a := range list {
		column := columns[i]
		target := &c.Targets[column.target]
		original := c.from[column.target].original[column.at].ID
		e, err := c.value(a.Expr, column)
		if err != nil {
			return nil, err
		}
		if e == nil {
			defaulted[original] = true
			target.Sets = append(target.Sets, Set{Column: column.at, Value: -1})
			continue
		}
		if len(s.aggregates) > 0 {
			return nil, mysql.NewDefaultError(mysql.ER_INVALID_GROUP_FUNC_USE)
		}
		if len(s.windows) > 0 {
			return nil, my(erWindowInvalidUse, "You cannot use the window function in this context.'")
		}
		for id := range plan.FreeOf(e) {
			if defaulted[id] {
				return nil, unsupported("the value of DEFAULT in a further assignment")
			}
		}
		value := *column.Column
		value.T.Nullable = true
		name := value.Name
		if value.T.Kind == types.JSON {
			name = target.Name + "." + name
		}
		node = c.compute(node, &stores{X: e, T: value.T, name: name, ignore: c.Ignore}, &value)
		target.Sets = append(target.Sets, Set{Column: column.at, Value: len(c.values) - 1})
		before := original
		if id, ok := renewed[original]; ok {
			before = id
		}
		renewed[original] = value.ID
		if node, err = c.renew(node, before, &value); err != nil {
			return nil, err
		}
	}
	return c.checks(node)
}

// value binds what is assigned to a column; nil: DEFAULT, which is for who writes the row but where a view may ask for it.
func (c *change) value(n ast.ExprNode, column *assigned) (expr.Expr, error) {
	if d, ok := n.(*ast.DefaultExpr); ok && d.Name == nil {
		if c.views[column.target] != nil {
			if v, err := c.Targets[column.target].Default(column.OrgName); err == nil {
				return &expr.Literal{V: v, T: column.T}, nil
			}
		}
		return nil, nil
	}
	c.scope.clause = fieldList
	return c.scope.expr(n)
}

// compute adds a value to the query, which gets a new ID.
func (c *change) compute(node plan.Node, x expr.Expr, value *plan.Column) plan.Node {
	reads := plan.FreeOf(x)
	for _, v := range c.values[len(c.values)-len(c.items):] {
		if reads[v.ID] {
			node = c.flush(node)
			break
		}
	}
	value.ID = c.scope.binder.newID()
	c.items, c.values = append(c.items, x), append(c.values, *value)
	return node
}

// renew has names mean a column's new value.
func (c *change) renew(node plan.Node, old expr.ColumnID, value *plan.Column) (plan.Node, error) {
	f := c.scope.from
	f.renew(old, value)
	for _, s := range f.sources {
		if s.merged == nil {
			continue
		}
		all, err := s.merged.renew(old, value, func(x expr.Expr, shown *plan.Column) (*plan.Column, error) {
			now := *shown
			node = c.compute(node, x, &now)
			return &now, nil
		})
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			f.renew(r.old, r.value)
		}
	}
	return node, nil
}

// checks binds what views ask of the rows that are changed through them.
func (c *change) checks(node plan.Node) (plan.Node, error) {
	for i, v := range c.views {
		if v == nil {
			continue
		}
		cond, err := v.checked(false)
		if err != nil {
			return nil, err
		}
		if cond != nil {
			node = c.compute(node, cond, &plan.Column{Name: "check", T: *cond.Type()})
			c.Targets[i].Check = len(c.values) - 1
		}
	}
	return node, nil
}

// flush computes the values that are assigned so far.
func (c *change) flush(node plan.Node) plan.Node {
	p := &plan.Project{Child: node, Cols: append([]plan.Column(nil), node.Columns()...)}
	p.Items = append(refs(p.Cols), c.items...)
	p.Cols = append(p.Cols, c.values[len(c.values)-len(c.items):]...)
	c.items = nil
	return p
}

// renew has the name of a column mean its new value.
func (f *from) renew(old expr.ColumnID, value *plan.Column) {
	in := func(columns []plan.Column) {
		for i := range columns {
			if columns[i].ID == old {
				columns[i].ID, columns[i].T = value.ID, value.T
			}
		}
	}
	for _, s := range f.sources {
		in(s.columns)
	}
	in(f.visible)
}

// finish is the query of what is needed alone: the rows' IDs, and the values.
func (c *change) finish(node plan.Node) (*Change, error) {
	if err := c.scope.binder.readsChanged; err != nil {
		return nil, err
	}
	if len(c.items) > 0 {
		node = c.flush(node)
	}
	p := &plan.Project{Child: node}
	for i, s := range c.from {
		c.Targets[i].RowID = i
		p.Cols = append(p.Cols, s.rowID)
		if c.Targets[i].Check >= 0 {
			c.Targets[i].Check += len(c.from)
		}
		for j := range c.Targets[i].Sets {
			if set := &c.Targets[i].Sets[j]; set.Value >= 0 {
				set.Value += len(c.from)
			}
		}
	}
	p.Cols = append(p.Cols, c.values...)
	p.Items = refs(p.Cols)
	c.Query = p
	return &c.Change, nil
}

// stores is a value as the column that it is assigned to keeps it.
type stores struct {
	X      expr.Expr
	T      types.Type
	name   string
	ignore bool
	rows   int // that were computed
}

var _ expr.Expr = (*stores)(nil)

// Type implements expr.Expr.
func (e *stores) Type() *types.Type { return &e.T }

// Eval implements expr.Expr.
func (e *stores) Eval(c *expr.Context, b *types.Batch) (*types.Vec, error) {
	v, err := e.X.Eval(c, b)
	if err != nil {
		return nil, err
	}
	env := c.Env
	if e.ignore {
		with := *env
		with.Mode &^= types.StrictTrans | types.StrictAll
		env = &with
	}
	from := e.X.Type()
	row := e.rows
	e.rows += b.N
	out := types.NewVec(&e.T, b.N)
	for i := range b.N {
		row++
		x, err := types.Store(env, v.Value(i), from, &e.T, e.name, row)
		if err != nil {
			return nil, err
		}
		out.Set(i, x)
	}
	return out, nil
}

// Children implements expr.Expr.
func (e *stores) Children() []expr.Expr { return []expr.Expr{e.X} }

// With implements expr.Expr.
func (e *stores) With(children []expr.Expr) expr.Expr {
	with := *e
	with.X = children[0]
	return &with
}

func (e *stores) String() string { return e.X.String() }
