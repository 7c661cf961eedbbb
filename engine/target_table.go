package engine

import (
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// refuseTarget is MySQL's error 1093 where a subquery of a statement reads the
// table that the statement changes (manual 15.2.15.12). What a derived table reads
// is not refused if MySQL keeps that in a temporary table.
func refuseTarget(stmt ast.Statement, database string) error {
	t := targets{database: database}
	switch n := stmt.(type) {
	case *ast.Delete:
		if n.Targets == nil {
			t.addAll(n.TableExprs)
		}
		for _, name := range n.Targets {
			t.add(name, n.TableExprs)
		}
		return t.check(n.Where, n.OrderBy)
	case *ast.Update:
		for _, e := range n.Exprs {
			t.add(e.Name.Qualifier, n.TableExprs)
		}
		return t.check(n.Exprs, n.Where, n.OrderBy)
	case *ast.Insert:
		if values, ok := n.Rows.(*ast.AliasedValues); ok {
			t.names = append(t.names, tableTarget{t.full(n.Table), n.Table.Name.String()})
			return t.check(values)
		}
	}
	return nil
}

// targets are the tables that a statement changes.
type targets struct {
	database string
	names    []tableTarget
}

type tableTarget struct {
	name  string // database.table in lower case
	alias string // as the error calls it
}

func (t *targets) full(n ast.TableName) string {
	database := n.DbQualifier.String()
	if database == "" {
		database = t.database
	}
	return strings.ToLower(database + "." + n.Name.String())
}

// add adds the table of FROM that a name means: an alias or a table, or, where it
// is empty, the only one.
func (t *targets) add(name ast.TableName, from ast.TableExprs) {
	all := tablesOf(from)
	for _, e := range all {
		n, ok := e.Expr.(ast.TableName)
		if !ok {
			continue
		}
		alias := e.As.String()
		if alias == "" {
			alias = n.Name.String()
		}
		if name.IsEmpty() && len(all) == 1 || strings.EqualFold(alias, name.Name.String()) {
			t.names = append(t.names, tableTarget{t.full(n), alias})
		}
	}
}

func (t *targets) addAll(from ast.TableExprs) {
	for range tablesOf(from) {
		t.add(ast.TableName{}, from)
	}
}

// tablesOf are the tables and derived tables of FROM.
func tablesOf(from ast.TableExprs) []*ast.AliasedTableExpr {
	var all []*ast.AliasedTableExpr
	var add func(ast.TableExpr)
	add = func(e ast.TableExpr) {
		switch e := e.(type) {
		case *ast.AliasedTableExpr:
			all = append(all, e)
		case *ast.JoinTableExpr:
			add(e.LeftExpr)
			add(e.RightExpr)
		case *ast.ParenTableExpr:
			for _, p := range e.Exprs {
				add(p)
			}
		}
	}
	for _, e := range from {
		add(e)
	}
	return all
}

// check looks at the subqueries of parts of the statement.
func (t *targets) check(parts ...ast.SQLNode) error {
	return ast.Walk(func(n ast.SQLNode) (bool, error) {
		switch n := n.(type) {
		case *ast.AliasedTableExpr:
			switch e := n.Expr.(type) {
			case ast.TableName:
				for _, target := range t.names {
					if t.full(e) == target.name {
						return false, mysql.NewDefaultError(mysql.ER_UPDATE_TABLE_USED, target.alias)
					}
				}
			case *ast.Subquery:
				return merges(e.Select), nil
			}
		case *ast.With:
			return false, nil
		}
		return true, nil
	}, parts...)
}

// merges tells whether MySQL merges a derived table into the query around it
// (manual 10.2.2.4).
func merges(n ast.SelectStatement) bool {
	s, ok := n.(*ast.Select)
	if !ok || s.QueryOpts.Distinct || s.GroupBy != nil || s.Having != nil || s.Limit != nil || len(s.From) == 0 {
		return false
	}
	plain := true
	// Walking ends with an error alone, and this gives none.
	_ = ast.Walk(func(n ast.SQLNode) (bool, error) {
		switch n := n.(type) {
		case *ast.FuncExpr:
			plain = plain && !n.IsAggregate() && n.Over == nil
		case *ast.GroupConcatExpr, *ast.Subquery:
			plain = false
		}
		return plain, nil
	}, s.SelectExprs)
	return plain
}
