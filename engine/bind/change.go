package bind

import (
	"fmt"
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
	RowID int // the column of the query that has the row's; NULL where an outer join has none
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
	columns := make([]*plan.Column, len(n.List))
	for i, a := range n.List {
		at := nameOf(a.Column)
		column, err := c.scope.from.column(at, fieldList)
		if err != nil {
			return nil, err
		}
		if column == nil {
			return nil, unknownColumn(at, fieldList)
		}
		if err := c.target(column); err != nil {
			return nil, err
		}
		columns[i] = column
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
		if err := c.targetSource(c.scope.from.sources[0]); err != nil {
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
			if err := c.targetSource(found); err != nil {
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
	return &change{Change: Change{Several: len(s.from.sources) > 1}, word: word, scope: s}, nil
}

// target makes the table of a column a target.
func (c *change) target(column *plan.Column) error {
	for _, s := range c.scope.from.sources {
		for i := range s.columns {
			if s.columns[i].ID == column.ID {
				return c.targetSource(s)
			}
		}
	}
	return fmt.Errorf("bind: column %s is of no table", column.Label())
}

func (c *change) targetSource(s *source) error {
	for _, t := range c.from {
		if t == s {
			return nil
		}
	}
	switch {
	case s.view:
		return mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, c.word+" of a view")
	case s.relation == nil:
		return my(mysql.ER_NON_UPDATABLE_TABLE, "The target table %s of the %s is not updatable", s.name, c.word)
	case s.rowID.ID == 0: // one that the server itself fills, as information_schema's
		user, host, _ := strings.Cut(c.scope.binder.Context.Session.User(), "@")
		return mysql.NewDefaultError(mysql.ER_DBACCESS_DENIED_ERROR, user, host, s.relation.Database)
	}
	c.from = append(c.from, s)
	c.Targets = append(c.Targets, Target{Relation: s.relation, Alias: s.name})
	return nil
}

// rows are the rows that the statement changes, in its order.
func (c *change) rows(where ast.ExprNode, order *ast.OrderByClause, limit *ast.Limit) (plan.Node, error) {
	s := c.scope
	s.binder.changed = make(map[*Relation]string, len(c.Targets))
	for _, t := range c.Targets {
		s.binder.changed[t.Relation] = t.Alias
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
func (c *change) assign(node plan.Node, list []*ast.Assignment, columns []*plan.Column) (plan.Node, error) {
	s := c.scope
	defaulted := make(map[expr.ColumnID]bool)
	originals := make([]expr.ColumnID, len(columns))
	for i, column := range columns {
		originals[i] = column.ID
	}
	renewed := make(map[expr.ColumnID]expr.ColumnID) // the latest value of an original column
	for i, a := range list {
		original := originals[i]
		target, at, column := c.find(original)
		if e, ok := a.Expr.(*ast.DefaultExpr); ok && e.Name == nil {
			defaulted[original] = true
			target.Sets = append(target.Sets, Set{Column: at, Value: -1})
			continue
		}
		s.clause = fieldList
		e, err := s.expr(a.Expr)
		if err != nil {
			return nil, err
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
			for _, v := range c.values[len(c.values)-len(c.items):] {
				if v.ID == id {
					node = c.flush(node)
					break
				}
			}
		}
		value := *column
		value.ID = s.binder.newID()
		value.T.Nullable = true
		name := value.Name
		if value.T.Kind == types.JSON {
			name = target.Name + "." + name
		}
		c.items = append(c.items, &stores{X: e, T: value.T, name: name, ignore: c.Ignore})
		c.values = append(c.values, value)
		target.Sets = append(target.Sets, Set{Column: at, Value: len(c.values) - 1})
		before := original
		if id, ok := renewed[original]; ok {
			before = id
		}
		renewed[original] = value.ID
		s.from.renew(before, &value)
	}
	return node, nil
}

// find finds the target and the position in it of a column of FROM.
func (c *change) find(id expr.ColumnID) (*Target, int, *plan.Column) {
	for i, s := range c.from {
		for at := range s.original {
			if s.original[at].ID == id {
				return &c.Targets[i], at, &s.original[at]
			}
		}
	}
	return nil, 0, nil
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
	if name := c.scope.binder.readsChanged; name != "" {
		return nil, mysql.NewDefaultError(mysql.ER_UPDATE_TABLE_USED, name)
	}
	if len(c.items) > 0 {
		node = c.flush(node)
	}
	p := &plan.Project{Child: node}
	for i, s := range c.from {
		c.Targets[i].RowID = i
		p.Cols = append(p.Cols, s.rowID)
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

// reads notes that a query within the statement reads a table, which must not be
// one that the statement changes.
func (b *Binder) reads(r *Relation) {
	for target, alias := range b.changed {
		if strings.EqualFold(target.Name, r.Name) && strings.EqualFold(target.Database, r.Database) {
			b.readsChanged = alias
		}
	}
}
