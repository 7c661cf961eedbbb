package engine

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// wording is what an error message says of the statement that failed.
type wording struct {
	tree     ast.Statement // nil: not parsed
	database string        // the session's
	key      string        // table.index of the key that would be there twice

	// declared finds a table's foreign key by its name, that of any table where it is "".
	declared func(table, name string) (sql.ForeignKeyConstraint, bool)
}

// foreignKey is how InnoDB names a foreign key.
func (s wording) foreignKey(table, name string) string {
	fk, ok := s.declared(table, name)
	if !ok {
		return fmt.Sprintf("%s, CONSTRAINT %s", quoted(table), quoted(name))
	}
	parent := quoted(fk.ParentTable)
	if !strings.EqualFold(fk.ParentDatabase, fk.Database) {
		parent = quoted(fk.ParentDatabase) + "." + parent
	}
	text := fmt.Sprintf("%s.%s, CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s)", quoted(fk.Database), quoted(fk.Table),
		quoted(fk.Name), quotedAll(fk.Columns), parent, quotedAll(fk.ParentColumns))
	for _, on := range []struct {
		event  string
		action sql.ForeignKeyReferentialAction
	}{{"DELETE", fk.OnDelete}, {"UPDATE", fk.OnUpdate}} {
		if on.action != sql.ForeignKeyReferentialAction_DefaultAction && on.action != sql.ForeignKeyReferentialAction_NoAction {
			text += fmt.Sprintf(" ON %s %s", on.event, on.action)
		}
	}
	return text
}

// child is the table that has the foreign key of a name.
func (s wording) child(name string) string {
	fk, _ := s.declared("", name)
	return fk.Table
}

// qualified is a name as the statement spells it, with the database that the
// statement, or else the session, says.
func (s wording) qualified(name string) string {
	if strings.Contains(name, ".") || name == "" {
		return name
	}
	database := s.database
	s.walk(func(n ast.SQLNode) {
		if t, ok := n.(ast.TableName); ok && strings.EqualFold(t.Name.String(), name) {
			name = t.Name.String()
			if !t.DbQualifier.IsEmpty() {
				database = t.DbQualifier.String()
			}
		}
	})
	if database == "" {
		return name
	}
	return database + "." + name
}

// target is the table that the statement writes, as it names it.
func (s wording) target() string {
	switch n := s.tree.(type) {
	case *ast.Insert:
		return n.Table.Name.String()
	case *ast.DDL:
		return n.Table.Name.String()
	}
	return ""
}

// drops tells whether the statement is a DROP.
func (s wording) drops() bool {
	n, ok := s.tree.(*ast.DDL)
	return ok && n.Action == ast.DropStr
}

// clause is MySQL's word for the clause in which the statement names a column:
// the first such, and "field list" where none is found.
func (s wording) clause(column string) string {
	found := ""
	look := func(word string, nodes ...ast.SQLNode) {
		if found == "" && namesColumn(column, nodes...) {
			found = word
		}
	}
	s.walk(func(n ast.SQLNode) {
		switch n := n.(type) {
		case *ast.Select:
			look("field list", n.SelectExprs)
			look("where clause", n.Where)
			look("group statement", n.GroupBy)
			look("having clause", n.Having)
			look("order clause", n.OrderBy)
		case *ast.JoinTableExpr:
			look("on clause", n.Condition.On)
		case *ast.Update:
			look("field list", n.Exprs)
			look("where clause", n.Where)
			look("order clause", n.OrderBy)
		case *ast.Delete:
			look("where clause", n.Where)
			look("order clause", n.OrderBy)
		}
	})
	if found == "" {
		return "field list"
	}
	return found
}

// namesColumn tells whether a column is named in the nodes, subqueries aside.
func namesColumn(column string, nodes ...ast.SQLNode) bool {
	bare := column[strings.LastIndexByte(column, '.')+1:]
	found := false
	_ = ast.Walk(func(n ast.SQLNode) (bool, error) {
		switch n := n.(type) {
		case *ast.Subquery:
			return false, nil
		case *ast.ColName:
			found = found || strings.EqualFold(n.Name.String(), bare)
		}
		return !found, nil
	}, nodes...)
	return found
}

// walk visits the nodes of the tree, those of WITH clauses included, which
// ast.Walk leaves out.
func (s wording) walk(visit func(ast.SQLNode)) {
	if s.tree == nil {
		return
	}
	var visitor ast.Visit
	visitor = func(n ast.SQLNode) (bool, error) {
		visit(n)
		var with *ast.With
		switch n := n.(type) {
		case *ast.Select:
			with = n.With
		case *ast.SetOp:
			with = n.With
		case *ast.Explain:
			return true, ast.Walk(visitor, n.Statement)
		}
		if with != nil {
			for _, cte := range with.Ctes {
				if err := ast.Walk(visitor, cte.Expr); err != nil {
					return false, err
				}
			}
		}
		return true, nil
	}
	_ = ast.Walk(visitor, s.tree)
}
