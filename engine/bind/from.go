package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables"
)

// tables binds FROM.
func (s *scope) tables(n *ast.TableRefsClause) error {
	f, err := s.reference(n.TableRefs, nil)
	if err != nil {
		return err
	}
	s.from = f
	return nil
}

// reference binds a table reference. left is what stands to its left in the same
// FROM, which LATERAL sees.
func (s *scope) reference(n ast.ResultSetNode, left *from) (*from, error) {
	switch n := n.(type) {
	case *ast.Join:
		return s.join(n, left)
	case *ast.TableSource:
		return s.source(n, left)
	}
	return nil, unsupported(fmt.Sprintf("a %T in FROM", n))
}

// source binds a table, a derived table or a table function.
func (s *scope) source(n *ast.TableSource, left *from) (*from, error) {
	switch t := n.Source.(type) {
	case *ast.Join:
		return s.join(t, left)
	case *ast.TableName:
		if f, ok := s.binder.tree.Functions[t.Name.L]; ok && t.Schema.L == "" {
			return s.tableFunction(f, n.AsName.O, n.ColumnNames, left)
		}
		f, err := s.table(t, n.AsName.O)
		if err == nil && n.AsName.L == "" && f.sources[0].name != t.Name.O {
			n.AsName = ast.NewCIStr(f.sources[0].name) // a table's alias that was changed to its name
		}
		return f, err
	}
	if n.AsName.L == "" {
		return nil, mysql.NewDefaultError(mysql.ER_DERIVED_MUST_HAVE_ALIAS)
	}
	in := &scope{binder: s.binder, outer: s.outer, ctes: s.ctes}
	if n.Lateral {
		in = s.beside(left)
	}
	reads := s.binder.readsChanged
	q, assigns, err := s.binder.assigning(n.Source, in)
	if err != nil {
		return nil, err
	}
	q.merges = q.merges && !assigns
	if !q.merges {
		s.binder.readsChanged = reads // into a temporary table, before anything is changed
	}
	node, err := renamed(q, n.AsName.O, names(n.ColumnNames))
	if err != nil {
		return nil, err
	}
	switch {
	case !assigns:
	case len(plan.Free(node)) == 0:
		node = s.binder.materialized(node)
	default: // once for each row of those around
		s.binder.assigns = true
	}
	return derived(node, "", n.AsName.O), nil
}

// beside is a scope that sees what stands to the left in FROM.
func (s *scope) beside(left *from) *scope {
	return &scope{binder: s.binder, ctes: s.ctes, outer: &scope{
		binder: s.binder, outer: s.outer, ctes: s.ctes, from: left, clause: fromClause,
	}}
}

func names(all []ast.CIStr) []string {
	var out []string
	for _, n := range all {
		out = append(out, n.O)
	}
	return out
}

// renamed gives a derived table's columns their names, and new IDs, so that a
// query that is used twice has two of each.
func renamed(q *query, table string, names []string) (plan.Node, error) {
	node := q.node
	cols := append([]plan.Column(nil), node.Columns()...)
	if names != nil && len(names) != len(cols) {
		return nil, errColumnNames
	}
	seen := make(map[string]bool, len(cols))
	for i := range cols {
		if names != nil {
			cols[i].Name = names[i]
		}
		key := strings.ToLower(cols[i].Name)
		if seen[key] {
			return nil, mysql.NewDefaultError(mysql.ER_DUP_FIELDNAME, cols[i].Name)
		}
		seen[key] = true
		cols[i].Table, cols[i].Database = table, ""
		cols[i].Flags &^= plan.PrimaryKey | plan.UniqueKey | plan.MultipleKey | plan.AutoIncrement | plan.PartOfKey
	}
	p := &plan.Project{Child: node, Items: refs(node.Columns()), Cols: cols}
	if !q.merges {
		for i, x := range p.Items {
			p.Items[i] = stored(x)
		}
	}
	return p, nil
}

// kept is an expression as a temporary table keeps it: a DECIMAL has the places of
// its type, where a division computes with more.
func kept(x expr.Expr) expr.Expr {
	switch x.(type) {
	case *expr.Column, *expr.Literal:
		return x
	}
	return stored(x)
}

func stored(x expr.Expr) expr.Expr {
	if x.Type().Kind != types.Decimal {
		return x
	}
	return &expr.Convert{X: x, T: *x.Type(), Explicit: true}
}

func refs(columns []plan.Column) []expr.Expr {
	out := make([]expr.Expr, len(columns))
	for i := range columns {
		out[i] = columns[i].Ref()
	}
	return out
}

// derived is a FROM of one table.
func derived(node plan.Node, database, alias string) *from {
	t := &source{database: database, name: alias, columns: node.Columns()}
	return &from{node: node, sources: []*source{t}, visible: t.columns}
}

// table binds a name: a CTE, a table, a view, or a table's singular.
func (s *scope) table(n *ast.TableName, alias string) (*from, error) {
	b := s.binder
	if alias == "" {
		alias = n.Name.O
	}
	if len(n.PartitionNames) > 0 {
		return nil, my(mysql.ER_PARTITION_CLAUSE_ON_NONPARTITIONED, "PARTITION () clause on non partitioned table")
	}
	if n.Schema.L == "" {
		if c := s.ctes.find(n.Name.L); c != nil {
			return s.cte(c, alias)
		}
	}
	database, name := n.Schema.O, n.Name.O
	if b.inFunction {
		if t, ok := tables.Find(name); ok {
			database, name = tables.Database, t.Name
		}
	} else {
		if database == "" {
			database = b.Database
		}
		if t, ok := tables.FindAlias(name); ok && strings.EqualFold(database, tables.Database) &&
			!b.Catalog.Exists(database, name) && b.Catalog.Exists(database, t.Name) {
			name = t.Name
			if b.pins && b.depth == 0 {
				b.Renamed = true
				n.Schema, n.Name = ast.NewCIStr(database), ast.NewCIStr(name)
			}
		}
	}
	if database == "" {
		return nil, mysql.NewDefaultError(mysql.ER_NO_DB_ERROR)
	}
	r, err := b.Catalog.Relation(database, name)
	if err != nil {
		return nil, err
	}
	b.reads(r)
	if r.View != nil {
		if s.changes {
			return s.changedView(r, alias)
		}
		return s.view(r, alias)
	}
	if err := hinted(n.IndexHints, r); err != nil {
		return nil, err
	}
	scan := &plan.Scan{
		Table: r.Table, Name: r.Name, Alias: alias, Lock: b.Locks,
		Cols: make([]plan.Column, 0, len(r.Columns)), Pos: make([]int, 0, len(r.Columns)),
	}
	for i, c := range r.Columns {
		c.ID = b.newID()
		c.Table, c.OrgTable, c.Database = alias, r.Name, r.Database
		scan.Cols = append(scan.Cols, c)
		scan.Pos = append(scan.Pos, i)
	}
	f := derived(scan, r.Database, alias)
	t := f.sources[0]
	t.relation = r
	if _, ok := r.Table.(plan.Changeable); ok && s.changes {
		t.rowID = plan.Column{ID: b.newID(), Name: "row", T: types.TypeUint}
		t.original = t.columns
		t.columns = slices.Clone(t.columns)
		f.visible = slices.Clone(t.columns)
		scan.Cols, scan.Pos = append(scan.Cols, t.rowID), append(scan.Pos, plan.RowID)
	}
	return f, nil
}

// hinted looks for the keys that index hints name, in full or by a beginning that
// one key has (manual 10.9.4).
func hinted(hints []*ast.IndexHint, r *Relation) error {
	for _, h := range hints {
		for _, index := range h.IndexNames {
			matches := 0
			for _, k := range r.Table.Keys() {
				name := strings.ToLower(k.Name)
				if name == index.L {
					matches = 1
					break
				}
				if strings.HasPrefix(name, index.L) {
					matches++
				}
			}
			if matches != 1 {
				return mysql.NewDefaultError(mysql.ER_KEY_DOES_NOT_EXITS, index.O, r.Name)
			}
		}
	}
	return nil
}

// join binds a join.
func (s *scope) join(n *ast.Join, outer *from) (*from, error) {
	left, err := s.reference(n.Left, outer)
	if err != nil || n.Right == nil {
		return left, err
	}
	right, err := s.reference(n.Right, joined(outer, left))
	if err != nil {
		return nil, err
	}
	for _, l := range left.sources {
		for _, r := range right.sources {
			if strings.EqualFold(l.name, r.name) && strings.EqualFold(l.database, r.database) {
				return nil, mysql.NewDefaultError(mysql.ER_NONUNIQ_TABLE, r.name)
			}
		}
	}
	kind, flip := plan.Inner, false
	switch n.Tp {
	case ast.LeftJoin:
		kind = plan.Left
	case ast.RightJoin:
		kind, flip = plan.Left, true
	}
	using, err := usingNames(n, left, right)
	if err != nil {
		return nil, err
	}
	with := &joinCondition{n: n, using: using, left: left, right: right, all: joined(left, right)}
	on, err := s.on(with)
	if err != nil {
		return nil, err
	}
	if s.changes {
		s.joins = append(s.joins, with)
		s.outerJoins = s.outerJoins || kind == plan.Left
	}
	if kind == plan.Left {
		if flip {
			left.nullable()
		} else {
			right.nullable()
		}
	}
	j := &plan.Join{Kind: kind, Left: left.node, Right: right.node, On: on, Straight: n.StraightJoin || s.straight}
	if flip {
		j.Left, j.Right = j.Right, j.Left
	}
	j.Cols = append(append([]plan.Column(nil), j.Left.Columns()...), j.Right.Columns()...)
	if kind == plan.Left {
		n := len(j.Left.Columns())
		copy(j.Cols[n:], nullable(j.Right.Columns()))
	}
	if uses(j.Right, j.Left.Columns()) {
		j.Lateral = true
	} else if flip && uses(j.Left, j.Right.Columns()) {
		return nil, my(3668, "INNER or LEFT JOIN must be used for LATERAL references made by '%s'", left.sources[0].name)
	}
	all := joined(left, right)
	all.node = j
	if len(using) > 0 {
		all.visible = coalesced(using, left, right, flip)
	}
	return all, nil
}

// joined is both sides' tables and columns, without a plan.
func joined(left, right *from) *from {
	f := new(from)
	for _, side := range []*from{left, right} {
		if side != nil {
			f.sources = append(f.sources, side.sources...)
			f.visible = append(f.visible, side.visible...)
		}
	}
	return f
}

// usingNames are the columns of USING or those that a natural join is about.
func usingNames(n *ast.Join, left, right *from) ([]string, error) {
	var all []string
	if n.NaturalJoin {
		for _, l := range left.visible {
			for _, r := range right.visible {
				if strings.EqualFold(l.Name, r.Name) {
					all = append(all, l.Name)
					break
				}
			}
		}
		return all, nil
	}
	for _, u := range n.Using {
		all = append(all, u.Name.O)
	}
	return all, nil
}

// common finds a column of USING, which must be there once.
func (f *from) common(column string) (*plan.Column, error) {
	n := name{column: column}
	c, err := f.column(n, fromClause)
	if err == nil && c == nil {
		err = unknownColumn(n, fromClause)
	}
	return c, err
}

// coalesced are the columns that a join USING shows: the common ones, once, of
// the side that has all rows; then the rest of the left and of the right.
func coalesced(using []string, left, right *from, fromRight bool) []plan.Column {
	isCommon := func(c plan.Column) bool {
		for _, u := range using {
			if strings.EqualFold(u, c.Name) {
				return true
			}
		}
		return false
	}
	first, second := left.visible, right.visible
	if fromRight {
		first, second = second, first
	}
	var common, out []plan.Column
	for _, c := range first {
		if isCommon(c) {
			common = append(common, c)
		} else {
			out = append(out, c)
		}
	}
	for _, c := range second {
		if !isCommon(c) {
			out = append(out, c)
		}
	}
	return append(common, out...)
}

// joinCondition is what a join is about: ON, or the columns of USING.
type joinCondition struct {
	n                *ast.Join
	using            []string
	left, right, all *from
}

// on binds the condition of a join; nil: there is none.
func (s *scope) on(j *joinCondition) (expr.Expr, error) {
	var on expr.Expr
	if j.n.On != nil {
		in := &scope{binder: s.binder, outer: s.outer, ctes: s.ctes, from: j.all, clause: onClause}
		var err error
		if on, err = in.condition(j.n.On.Expr); err != nil {
			return nil, err
		}
	}
	for _, name := range j.using {
		l, err := j.left.common(name)
		if err != nil {
			return nil, err
		}
		r, err := j.right.common(name)
		if err != nil {
			return nil, err
		}
		equal, err := s.call(builtin.Function("="), l.Ref(), r.Ref())
		if err != nil {
			return nil, err
		}
		if on, err = s.and(on, equal); err != nil {
			return nil, err
		}
	}
	return on, nil
}

// uses tells whether a plan needs columns from outside of it that are among
// these.
func uses(n plan.Node, columns []plan.Column) bool {
	free := plan.Free(n)
	for _, c := range columns {
		if free[c.ID] {
			return true
		}
	}
	return false
}

// errColumnNames is that an alias has more or fewer names for columns than there are columns.
var errColumnNames = my(mysql.ER_VIEW_WRONG_LIST, "In definition of view, derived table or common table expression, SELECT list and column names list have different column counts")
