package bind

import (
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// clause is the part of a query that names stand in, as MySQL's errors call it.
type clause string

const (
	fieldList   clause = "field list"
	whereClause clause = "where clause"
	onClause    clause = "on clause"
	groupClause clause = "group statement"
	having      clause = "having clause"
	orderClause clause = "order clause"
	fromClause  clause = "from clause"
	partitionBy clause = "window partition by"
	windowOrder clause = "window order by"
)

// scope is what the names of a query block are looked up in.
type scope struct {
	binder *Binder
	outer  *scope // of the query around; nil: none
	from   *from  // nil: no tables
	ctes   *cteScope

	straight bool // SELECT STRAIGHT_JOIN
	changes  bool // the tables are those of UPDATE or DELETE, which may be changed, or of a view that is

	joins      []*joinCondition // of the tables, where these may be changed
	outerJoins bool             // one of these is outer

	clause      clause
	inAggregate bool // within the arguments of an aggregate function
	inWindow    bool // within a window function

	items    []item // the select list as far as it is bound
	groups   []item // GROUP BY's columns, by name
	inSelect bool   // items is being bound

	aggregates []aggregate
	rollup     bool
	windows    []*window
	named      map[string]*ast.WindowSpec
}

// item is an expression of the select list.
type item struct {
	name  string
	alias bool // the name was given
	x     expr.Expr
	col   plan.Column // where it comes from, if it is a column
	text  ast.ExprNode
}

// aggregate is a call of an aggregate function in a block.
type aggregate struct {
	call *expr.AggregateCall
	id   expr.ColumnID
	key  string
}

// source is a table of FROM.
type source struct {
	database string
	name     string // the alias
	columns  []plan.Column

	relation *Relation     // the table; nil of what is none
	view     bool          // it is a view
	merged   *mergedView   // of a view that the statement may change
	rowID    plan.Column   // of a table that the statement may change: its rows' IDs
	original []plan.Column // of such a table or view: its columns as they are read
}

// from is what FROM, or a part of it, gives.
type from struct {
	node    plan.Node
	sources []*source
	visible []plan.Column // what an unqualified name and * mean
}

// name is a column's name as the statement has it.
type name struct{ database, table, column string }

func (n name) String() string {
	switch {
	case n.database != "":
		return n.database + "." + n.table + "." + n.column
	case n.table != "":
		return n.table + "." + n.column
	}
	return n.column
}

// column finds what a name means.
func (s *scope) column(n name) (expr.Expr, error) {
	if s.binder.Local != nil && n.database == "" {
		local := n.column
		if strings.EqualFold(n.table, "NEW") || strings.EqualFold(n.table, "OLD") {
			local = n.table + "." + local
		}
		if n.table == "" || local != n.column {
			if e, ok := s.binder.Local(local); ok {
				return e, nil
			}
		}
	}
	inAggregate := false // of this block or of one around it, up to where the name is
	for at := s; at != nil; at = at.outer {
		inAggregate = inAggregate || at.inAggregate
		e, err := at.lookup(n, inAggregate)
		if e == nil && err == nil && at != s && at.inSelect {
			e, err = at.selected(n)
		}
		if e != nil || err != nil {
			return e, err
		}
	}
	if n.table != "" {
		for at := s; at != nil; at = at.outer {
			if at.from != nil && at.from.has(n) {
				return nil, unknownColumn(n, s.clause)
			}
		}
	}
	return nil, unknownColumn(n, s.clause)
}

// selected finds a name that a subquery in the select list has among what the list has
// before it (Item_field::fix_outer_field).
func (s *scope) selected(n name) (expr.Expr, error) {
	e, err := s.alias(n)
	if e == nil || err != nil {
		return e, err
	}
	aggregated := false
	expr.Walk(e, func(e expr.Expr) bool {
		if c, ok := e.(*expr.Column); ok {
			for _, a := range s.aggregates {
				aggregated = aggregated || a.id == c.ID
			}
		}
		return true
	})
	if aggregated {
		return nil, mysql.NewDefaultError(mysql.ER_ILLEGAL_REFERENCE, n.column, "reference to group function")
	}
	return e, nil
}

func unknownColumn(n name, c clause) error {
	return mysql.NewError(mysql.ER_BAD_FIELD_ERROR, "Unknown column '"+n.String()+"' in '"+string(c)+"'")
}

func ambiguous(n name, c clause) error {
	return mysql.NewError(mysql.ER_NON_UNIQ_ERROR, "Column '"+n.String()+"' in "+string(c)+" is ambiguous")
}

// lookup finds a name in this block alone; nil where it does not have it. The
// order is MySQL's (manual 13.2.13, notes on GROUP BY, HAVING and ORDER BY).
func (s *scope) lookup(n name, inAggregate bool) (expr.Expr, error) {
	switch {
	case s.clause == having && !inAggregate:
		return s.havingColumn(n)
	case (s.clause == orderClause || s.clause == groupClause) && !s.inSelect:
		e, err := s.fromColumn(n)
		if e != nil || err != nil {
			return e, err
		}
		return s.alias(n)
	}
	return s.fromColumn(n)
}

// fromColumn finds a name among the columns of FROM.
func (s *scope) fromColumn(n name) (expr.Expr, error) {
	if s.from == nil {
		return nil, nil
	}
	c, err := s.from.column(n, s.clause)
	if err != nil && (s.clause == partitionBy || s.clause == windowOrder) {
		// Of several columns of the name a window means the one that is selected.
		for i := range s.items {
			if it := &s.items[i]; it.col.ID != 0 && strings.EqualFold(it.col.Name, n.column) {
				return it.x, nil
			}
		}
	}
	if c == nil || err != nil {
		return nil, err
	}
	return c.Ref(), nil
}

// alias finds a name in the select list.
func (s *scope) alias(n name) (expr.Expr, error) {
	it, _, err := s.inList(n)
	if it == nil || err != nil {
		return nil, err
	}
	return it.x, nil
}

// havingColumn finds a name of HAVING: among the select list and GROUP BY's
// columns. Where both have it and mean different things, it is GROUP BY's.
func (s *scope) havingColumn(n name) (expr.Expr, error) {
	var selected, grouped expr.Expr
	it, _, err := s.inList(n)
	if err != nil {
		return nil, err
	}
	if it != nil {
		if selected = it.x; s.hasWindow(selected) {
			return nil, my(erWindowInvalidAlias, "You cannot use the alias '%s' of an expression containing a window function in this context.'", n)
		}
	}
	for i := range s.groups {
		if s.groups[i].matches(n) {
			grouped = s.groups[i].x
			break
		}
	}
	switch {
	case selected == nil:
		return grouped, nil
	case grouped == nil || fingerprint(grouped) == fingerprint(selected):
		return selected, nil
	}
	s.binder.Context.Warn(mysql.ER_NON_UNIQ_ERROR, "Column '"+n.String()+"' in having clause is ambiguous")
	return grouped, nil
}

// matches tells whether a name means the item.
func (it *item) matches(n name) bool {
	if n.table == "" {
		return strings.EqualFold(it.name, n.column)
	}
	return it.comesFrom(n)
}

// has tells whether FROM has the table that a name is qualified with.
func (f *from) has(n name) bool {
	for _, t := range f.sources {
		if t.is(n.database, n.table) {
			return true
		}
	}
	return false
}

func (t *source) is(database, table string) bool {
	return strings.EqualFold(t.name, table) && (database == "" || strings.EqualFold(t.database, database))
}

// column finds a name among the columns; nil where they do not have it.
func (f *from) column(n name, c clause) (*plan.Column, error) {
	var found *plan.Column
	if n.table == "" {
		for i := range f.visible {
			if strings.EqualFold(f.visible[i].Name, n.column) {
				if found != nil && found.ID != f.visible[i].ID {
					return nil, ambiguous(n, c)
				}
				found = &f.visible[i]
			}
		}
		return found, nil
	}
	for _, t := range f.sources {
		if !t.is(n.database, n.table) {
			continue
		}
		for i := range t.columns {
			if strings.EqualFold(t.columns[i].Name, n.column) {
				if found != nil {
					return nil, ambiguous(n, c)
				}
				found = &t.columns[i]
			}
		}
	}
	return found, nil
}

// nullable makes all columns nullable: those of the side of an outer join that
// may be missing.
func (f *from) nullable() {
	for _, t := range f.sources {
		t.columns = nullable(t.columns)
	}
	f.visible = nullable(f.visible)
}

func nullable(columns []plan.Column) []plan.Column {
	out := append([]plan.Column(nil), columns...)
	for i := range out {
		out[i].T.Nullable = true
	}
	return out
}

// call applies one of package builtin's functions.
func (s *scope) call(f *expr.Function, args ...expr.Expr) (expr.Expr, error) {
	c, err := expr.NewCall(s.binder.resolver(), f, args...)
	if err != nil {
		return nil, err
	}
	return c, nil
}
