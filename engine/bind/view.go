package bind

import (
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// View is a view's definition.
type View struct {
	Query     string        // the SELECT
	Columns   []string      // nil: the query's
	Mode      parse.SQLMode // of the session that made it
	TempTable bool          // ALGORITHM = TEMPTABLE
	Check     CheckOption
}

// CheckOption is what WITH CHECK OPTION asks of rows that are written through a view (manual 25.5.4).
type CheckOption int

// The check options.
const (
	NoCheck  CheckOption = iota
	Local                // they are the view's, and what the views in it ask of them
	Cascaded             // they are the view's and those of the views in it
)

// maxViews is how deep views may be nested, so that one that uses itself ends.
const maxViews = 64

// inView binds something of a view, whose names are those of the view's database.
func (b *Binder) inView(r *Relation, alias string, tree *parse.Tree, f func() error) error {
	if b.depth++; b.depth > maxViews {
		return my(mysql.ER_VIEW_RECURSIVE, "`%s`.`%s` contains view recursion", r.Database, r.Name)
	}
	outerTree, outerDatabase, outerLocal, outerView := b.tree, b.Database, b.Local, b.viewing
	b.tree, b.Database, b.Local = tree, r.Database, nil
	if b.viewing == nil {
		b.viewing = &viewing{r, alias}
	}
	err := f()
	b.tree, b.Database, b.Local, b.viewing = outerTree, outerDatabase, outerLocal, outerView
	b.depth--
	return err
}

// viewing is the view that the statement names and that is being bound.
type viewing struct {
	*Relation
	alias string
}

// view binds a view as a derived table.
func (s *scope) view(r *Relation, alias string) (*from, error) {
	b := s.binder
	tree, err := parse.Query(r.View.Query, r.View.Mode)
	if err != nil {
		return nil, err
	}
	var q *query
	err = b.inView(r, alias, tree, func() (err error) {
		q, err = b.query(tree.Node, nil)
		return err
	})
	if err != nil {
		return nil, viewError(r, err)
	}
	node, err := renamed(q, alias, r.View.Columns)
	if err != nil {
		return nil, err
	}
	ofView(node.Columns(), r)
	f := derived(node, r.Database, alias)
	f.sources[0].view = true
	return f, nil
}

// ofView has columns be a view's.
func ofView(columns []plan.Column, r *Relation) {
	for i := range columns {
		c := &columns[i]
		c.OrgTable, c.Database, c.OrgName = r.Name, r.Database, c.Name
	}
}

// viewError is MySQL's error 1356 where what a view uses is not there any more.
func viewError(r *Relation, err error) error {
	if e, ok := err.(*mysql.MyError); ok {
		switch e.Code {
		case mysql.ER_NO_SUCH_TABLE, mysql.ER_BAD_FIELD_ERROR, mysql.ER_BAD_DB_ERROR, mysql.ER_SP_DOES_NOT_EXIST:
			return my(mysql.ER_VIEW_INVALID, "View '%s.%s' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them", r.Database, r.Name)
		}
	}
	return err
}

// mergeable is the query of a view that MySQL merges with the statement around it: one that is nothing but a
// selection of columns and rows (Query_expression::is_mergeable); nil of others.
func mergeable(v *View, n ast.Node) *ast.SelectStmt {
	s, ok := n.(*ast.SelectStmt)
	if !ok || v.TempTable || s.Kind == ast.SelectStmtKindValues || s.From == nil || parse.IsDual(s.From) ||
		s.Distinct || s.GroupBy != nil || s.Having != nil || s.Limit != nil || len(s.WindowSpecs) > 0 {
		return nil
	}
	a := &aggregates{}
	if s.Fields != nil {
		s.Fields.Accept(a)
	}
	if s.OrderBy != nil {
		s.OrderBy.Accept(a)
	}
	if a.found {
		return nil
	}
	return s
}

// aggregates looks for aggregate and window functions outside subqueries.
type aggregates struct{ found bool }

// Enter implements ast.Visitor.
func (a *aggregates) Enter(n ast.Node) (ast.Node, bool) {
	switch n.(type) {
	case *ast.AggregateFuncExpr, *ast.WindowFuncExpr:
		a.found = true
	case *ast.SubqueryExpr:
		return n, true
	}
	return n, a.found
}

// Leave implements ast.Visitor.
func (a *aggregates) Leave(n ast.Node) (ast.Node, bool) { return n, true }

// Updatable tells whether rows can be changed through a view: its query is mergeable, and one of its tables, which are
// not joined by an outer join, can be changed (manual 25.5.3).
func (r *Relation) Updatable(c Catalog) bool { return r.updatable(c, 0) }

func (r *Relation) updatable(c Catalog, depth int) bool {
	if r.View == nil {
		_, ok := r.Table.(plan.Changeable)
		return ok
	}
	tree, err := parse.Query(r.View.Query, r.View.Mode)
	return err == nil && depth < maxViews && updatable(c, tree, mergeable(r.View, tree.Node), r.Database, depth)
}

// Updatable tells whether a query, in the statement's tree, is one of an updatable view.
func (b *Binder) Updatable(tree *parse.Tree, query ast.Node, algorithm ast.ViewAlgorithm) bool {
	return updatable(b.Catalog, tree, mergeable(&View{TempTable: algorithm == ast.AlgorithmTemptable}, query), b.Database, 0)
}

func updatable(c Catalog, tree *parse.Tree, n *ast.SelectStmt, database string, depth int) bool {
	if n == nil {
		return false
	}
	updatable, outer := false, false
	var walk func(ast.ResultSetNode)
	walk = func(n ast.ResultSetNode) {
		switch n := n.(type) {
		case *ast.Join:
			outer = outer || n.Tp == ast.LeftJoin || n.Tp == ast.RightJoin
			walk(n.Left)
			if n.Right != nil {
				walk(n.Right)
			}
		case *ast.TableSource:
			if j, ok := n.Source.(*ast.Join); ok {
				walk(j)
				return
			}
			t, ok := n.Source.(*ast.TableName)
			if !ok || tree.Functions[t.Name.L] != nil && t.Schema.L == "" {
				return
			}
			in := t.Schema.O
			if in == "" {
				in = database
			}
			if of, err := c.Relation(in, t.Name.O); err == nil {
				updatable = updatable || of.updatable(c, depth+1)
			}
		}
	}
	walk(n.From.TableRefs)
	return updatable && !outer
}

// mergedView is a view whose query is merged with the statement that changes what the view shows.
type mergedView struct {
	*Relation
	alias      string
	tree       *parse.Tree
	query      *ast.SelectStmt
	scope      *scope  // of the query
	source     *source // that it is
	items      []item  // its columns
	updatable  bool
	insertable bool
}

// changedView binds a view that the statement may change: with the view's columns go those of its tables and the IDs
// of their rows.
func (s *scope) changedView(r *Relation, alias string) (*from, error) {
	b := s.binder
	tree, err := parse.Query(r.View.Query, r.View.Mode)
	if err != nil {
		return nil, err
	}
	n := mergeable(r.View, tree.Node)
	if n == nil {
		return s.view(r, alias)
	}
	v := &mergedView{Relation: r, alias: alias, tree: tree, query: n, scope: &scope{binder: b, changes: true}}
	var node plan.Node
	err = b.inView(r, alias, tree, func() (err error) {
		node, err = v.bind()
		return err
	})
	if err != nil {
		return nil, viewError(r, err)
	}
	q := &plan.Project{Child: node}
	for _, it := range v.items {
		c := it.col
		c.ID, c.Name, c.T, c.Hidden = b.newID(), it.name, *it.x.Type(), false
		q.Items, q.Cols = append(q.Items, it.x), append(q.Cols, c)
	}
	p, err := renamed(&query{node: q, merges: true}, alias, r.View.Columns)
	if err != nil {
		return nil, err
	}
	q.Cols = slices.Clone(p.Columns())
	ofView(q.Cols, r)
	shown := len(q.Cols)
	q.Items, q.Cols = append(q.Items, refs(node.Columns())...), append(q.Cols, node.Columns()...)
	columns := q.Cols[:shown]
	v.source = &source{database: r.Database, name: alias, view: true, merged: v, original: columns, columns: slices.Clone(columns)}
	return &from{node: q, sources: []*source{v.source}, visible: slices.Clone(columns)}, nil
}

// bind binds the query: its rows are the node's.
func (v *mergedView) bind() (plan.Node, error) {
	s, n := v.scope, v.query
	if n.With != nil {
		if err := s.with(n.With); err != nil {
			return nil, err
		}
	}
	if err := s.tables(n.From); err != nil {
		return nil, err
	}
	b := s.binder
	b.merging++
	defer func() { b.merging-- }()
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
	err := s.selectList(n)
	s.inSelect = false
	v.items = s.items
	v.updatable, v.insertable = false, true
	for _, t := range s.from.sources {
		updatable := t.rowID.ID != 0
		insertable := updatable
		if t.merged != nil {
			updatable, insertable = t.merged.updatable, t.merged.insertable
		}
		v.updatable = v.updatable || updatable
		v.insertable = v.insertable && insertable
	}
	v.updatable = v.updatable && !s.outerJoins
	v.insertable = v.insertable && !s.outerJoins
	return node, err
}

// leaves are the tables that the view's rows are of.
func (v *mergedView) leaves() []*source {
	var all []*source
	for _, t := range v.scope.from.sources {
		all = append(all, t.leaves()...)
	}
	return all
}

func (s *source) leaves() []*source {
	if s.merged == nil {
		return []*source{s}
	}
	return s.merged.leaves()
}

// base is the table's column that a column is; nil where it is none that can be changed.
func (s *source) base(column int) (leaf *source, at int) {
	if s.merged == nil {
		if s.rowID.ID == 0 {
			return nil, 0
		}
		return s, column
	}
	c, ok := s.merged.items[column].x.(*expr.Column)
	if !ok {
		return nil, 0
	}
	for _, t := range s.merged.scope.from.sources {
		for i := range t.original {
			if t.original[i].ID == c.ID {
				return t.base(i)
			}
		}
	}
	return nil, 0
}

// checked is what the view asks of rows that are written through it; nil: nothing. all: also what its own option
// does not ask for.
func (v *mergedView) checked(all bool) (expr.Expr, error) {
	return v.conditions(all || v.View.Check != NoCheck, all || v.View.Check == Cascaded)
}

// flatten has the names of columns of the views in the view mean the columns of tables that they are.
func (v *mergedView) flatten() {
	for _, t := range v.scope.from.sources {
		if t.merged == nil {
			continue
		}
		t.merged.flatten()
		for i := range t.original {
			if leaf, at := t.base(i); leaf != nil {
				v.rename(t.original[i].ID, &leaf.original[at])
			}
		}
	}
}

// rename has the name of a column in the view's query mean another.
func (v *mergedView) rename(old expr.ColumnID, to *plan.Column) {
	v.scope.from.renew(old, to)
	for _, j := range v.scope.joins {
		for _, f := range []*from{j.left, j.right, j.all} {
			f.renew(old, to)
		}
	}
}

// conditions are the view's own and, cascaded, those of the views in it. They mean what the columns' names do now.
func (v *mergedView) conditions(own, cascaded bool) (expr.Expr, error) {
	var cond expr.Expr
	s := v.scope
	add := func(e expr.Expr, err error) error {
		if e != nil && err == nil {
			cond, err = s.and(cond, e)
		}
		return err
	}
	if own {
		err := s.binder.inView(v.Relation, v.alias, v.tree, func() error {
			for _, j := range s.joins {
				if err := add(s.on(j)); err != nil {
					return err
				}
			}
			if v.query.Where == nil {
				return nil
			}
			s.clause = whereClause
			return add(s.condition(v.query.Where))
		})
		if err != nil {
			return nil, err
		}
	}
	for _, t := range s.from.sources {
		if t.merged == nil {
			continue
		}
		var err error
		if cascaded {
			err = add(t.merged.conditions(true, true))
		} else {
			err = add(t.merged.checked(false))
		}
		if err != nil {
			return nil, err
		}
	}
	return cond, nil
}

// renew has the names of columns mean their new values, in the view and, by what it returns, of it: compute makes a
// column of an expression.
func (v *mergedView) renew(old expr.ColumnID, value *plan.Column, compute func(expr.Expr, *plan.Column) (*plan.Column, error)) ([]renewal, error) {
	s := v.scope
	within := []renewal{{old, value}}
	for _, t := range s.from.sources {
		if t.merged != nil {
			more, err := t.merged.renew(old, value, compute)
			if err != nil {
				return nil, err
			}
			within = append(within, more...)
		}
	}
	for _, r := range within {
		v.rename(r.old, r.value)
	}
	var out []renewal
	for i := range v.items {
		it := &v.items[i]
		reads := plan.FreeOf(it.x)
		if !slices.ContainsFunc(within, func(r renewal) bool { return reads[r.old] }) {
			continue
		}
		shown := &v.source.columns[i]
		if c, ok := it.x.(*expr.Column); ok {
			for _, r := range within {
				if r.old == c.ID {
					it.x = r.value.Ref()
					out = append(out, renewal{shown.ID, r.value})
				}
			}
			continue
		}
		err := s.binder.inView(v.Relation, v.alias, v.tree, func() (err error) {
			s.clause = fieldList
			it.x, err = s.expr(it.text)
			return err
		})
		if err != nil {
			return nil, err
		}
		now, err := compute(it.x, shown)
		if err != nil {
			return nil, err
		}
		out = append(out, renewal{shown.ID, now})
	}
	return out, nil
}

// renewal is a column that has a new value.
type renewal struct {
	old   expr.ColumnID
	value *plan.Column
}

// notUpdatable is MySQL's error about a table that a statement cannot change.
func notUpdatable(alias, statement string) error {
	return my(mysql.ER_NON_UPDATABLE_TABLE, "The target table %s of the %s is not updatable", alias, statement)
}

// ViewInsertion is how rows are inserted through a view.
type ViewInsertion struct {
	Target  *Relation // the table that takes them
	Names   []string  // of the table's columns in the view; "" of one that the view does not show
	Given   []int     // the table's columns that the statement gives, in its order
	Several bool      // the view joins tables

	// Check is what the rows must be for WITH CHECK OPTION; nil: anything. Shows is true of rows that the view shows;
	// nil: of all. They are of batches with the columns of Layout, which are the table's.
	Check, Shows expr.Expr
	Layout       []expr.ColumnID
}

// InsertView is for a statement that inserts into columns of a view, none for all.
func (b *Binder) InsertView(r *Relation, alias string, named []*ast.ColumnName) (*ViewInsertion, error) {
	s := &scope{binder: b, changes: true}
	f, err := s.changedView(r, alias)
	if err != nil {
		return nil, err
	}
	t := f.sources[0]
	if t.merged == nil || !t.merged.insertable {
		return nil, notInsertable(alias)
	}
	leaves := t.merged.leaves()
	in := &ViewInsertion{Several: len(leaves) > 1}
	given := make([]int, 0, len(t.columns))
	if named == nil {
		if in.Several {
			return nil, my(mysql.ER_VIEW_NO_INSERT_FIELD_LIST, "Can not insert into join view '%s.%s' without fields list", r.Database, r.Name)
		}
		for i := range t.columns {
			given = append(given, i)
		}
	}
	for _, c := range named {
		n := nameOf(c)
		i := slices.IndexFunc(t.columns, func(c plan.Column) bool { return strings.EqualFold(c.Name, n.column) })
		if i < 0 || n.table != "" && !t.is(n.database, n.table) {
			return nil, unknownColumn(n, fieldList)
		}
		given = append(given, i)
	}
	leaf := leaves[0]
	for k, i := range given {
		of, at := t.base(i)
		switch {
		case of == nil:
			return nil, my(mysql.ER_NONUPDATEABLE_COLUMN, "Column '%s' is not updatable", t.columns[i].Name)
		case k > 0 && of != leaf:
			return nil, severalChanged(t.merged)
		case slices.Contains(in.Given, at):
			return nil, mysql.NewDefaultError(mysql.ER_FIELD_SPECIFIED_TWICE, t.columns[i].Name)
		}
		leaf = of
		in.Given = append(in.Given, at)
	}
	in.Target, in.Names = leaf.relation, make([]string, len(leaf.original))
	for i := range t.columns {
		of, at := t.base(i)
		if of == nil || of == leaf && in.Names[at] != "" {
			return nil, notInsertable(alias)
		}
		if of == leaf {
			in.Names[at] = t.columns[i].Name
		}
	}
	for _, read := range b.viewReads {
		if read.same(leaf.relation) {
			return nil, notInsertable(alias)
		}
	}
	for _, c := range leaf.original {
		in.Layout = append(in.Layout, c.ID)
	}
	t.merged.flatten()
	if in.Check, err = in.ofRow(t.merged.checked(false)); err != nil {
		return nil, err
	}
	in.Shows, err = in.ofRow(t.merged.checked(true))
	return in, err
}

// ofRow has a condition be of the row that is inserted alone: of the other tables there is none.
func (in *ViewInsertion) ofRow(cond expr.Expr, err error) (expr.Expr, error) {
	if cond == nil || err != nil {
		return nil, err
	}
	cond, err = expr.Transform(cond, func(e expr.Expr) (expr.Expr, error) {
		if c, ok := e.(*expr.Column); ok && !slices.Contains(in.Layout, c.ID) {
			return &expr.Literal{T: c.T.WithNullable(true)}, nil
		}
		return e, nil
	})
	for id := range plan.FreeOf(cond) {
		if !slices.Contains(in.Layout, id) {
			return nil, mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "a subquery on several tables in the condition of a view that is inserted into")
		}
	}
	return cond, err
}

func notInsertable(alias string) error {
	return my(mysql.ER_NON_INSERTABLE_TABLE, "The target table %s of the INSERT is not insertable-into", alias)
}

func severalChanged(v *mergedView) error {
	return my(mysql.ER_VIEW_MULTIUPDATE, "Can not modify more than one base table through a join view '%s.%s'", v.Database, v.Name)
}

// same tells whether two relations are one.
func (r *Relation) same(other *Relation) bool {
	return strings.EqualFold(r.Name, other.Name) && strings.EqualFold(r.Database, other.Database)
}

// changed is a table that the statement changes, as its subqueries meet it.
type changed struct {
	*Relation
	alias     string
	view      *Relation // through which; nil: through none
	statement string
}

// conflict is MySQL's error where a subquery reads what the statement changes, in a view or by itself
// (update_non_unique_table_error).
func (c *changed) conflict(in *viewing) error {
	prevents := func(alias string) error {
		return my(mysql.ER_VIEW_PREVENT_UPDATE, "The definition of table '%s' prevents operation %s on table '%s'.", alias, c.statement, c.alias)
	}
	switch {
	case in == nil && c.view == nil, in != nil && c.view != nil && c.view.same(in.Relation):
		return mysql.NewDefaultError(mysql.ER_UPDATE_TABLE_USED, c.alias)
	case in != nil:
		return prevents(in.alias)
	}
	return prevents(c.alias)
}

// reads notes that a query within the statement reads a table, which must not be
// one that the statement changes.
func (b *Binder) reads(r *Relation) {
	if b.merging > 0 {
		b.viewReads = append(b.viewReads, r)
	}
	for i := range b.changed {
		if c := &b.changed[i]; c.same(r) {
			b.readsChanged = c.conflict(b.viewing)
		}
	}
}
