// Package bind gives the names of a statement their meaning: a table's singular
// becomes the table, a table function the SELECT that defines it or its native
// kernel. It changes the syntax tree before anything is planned.
package bind

import (
	"context"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"github.com/verbatim-sql/verbatim/tables"
)

// Mode says how table functions are executed: the values of the session
// variable verbatim_functions.
type Mode string

// The modes. A forced mode never falls back on the other.
const (
	Auto   Mode = "auto" // the native kernel where there is one
	SQL    Mode = "sql"
	Native Mode = "native"
)

// Scope is what a statement's names are looked up in.
type Scope struct {
	Database  string                           // the session's, "" for none
	Exists    func(database, name string) bool // is there a table or view of that name, in any letter case?
	Functions Mode

	// Variable is the value of a parameter of the stored procedure that the
	// statement is in; nil: it is in none.
	Variable func(name string) (ast.Expr, bool)

	// Shared says that SET GLOBAL is refused: go-mysql-server's global variables
	// are those of all engines of the process.
	Shared bool
}

// Resolve changes stmt in place. It ends in MySQL's errors 1318 for a wrong
// number of arguments, 1290 for a statement that reads or writes the server's
// files, and 1235 where a forced mode cannot be.
func Resolve(ctx context.Context, stmt ast.Statement, scope Scope) error {
	r := &resolver{ctx: ctx, scope: scope}
	return r.walk(stmt, nil)
}

// ResolveAliases changes the tables' aliases in a query, and nothing else: each
// becomes its table with its database. It tells whether there were any.
func ResolveAliases(ctx context.Context, query ast.SelectStatement, scope Scope) (bool, error) {
	r := &resolver{ctx: ctx, scope: scope, aliasesOnly: true}
	err := r.walk(query, nil)
	return r.renamed, err
}

type resolver struct {
	ctx   context.Context
	scope Scope

	aliasesOnly bool // table functions stay, and aliases become qualified
	renamed     bool // some alias was resolved

	inFunction bool // in the SQL of a table function, whose tables are the interview's
}

// ctes are the common table expressions in scope, the innermost first.
type ctes struct {
	name  string
	table ast.TableIdent // the name that the planner knows it by
	outer *ctes
}

func (c *ctes) find(name string) (ast.TableIdent, bool) {
	for ; c != nil; c = c.outer {
		if strings.EqualFold(c.name, name) {
			return c.table, true
		}
	}
	return ast.TableIdent{}, false
}

// walk resolves the names in and below a node other than a table reference.
func (r *resolver) walk(node ast.SQLNode, in *ctes) error {
	return ast.Walk(func(node ast.SQLNode) (bool, error) {
		switch n := node.(type) {
		case *ast.Select:
			return false, r.selectStatement(n, in)
		case *ast.SetOp:
			return false, r.setOp(n, in)
		case *ast.Insert:
			return false, r.insert(n, in)
		case *ast.Update:
			return false, r.update(n, in)
		case *ast.Delete:
			return false, r.delete(n, in)
		case *ast.Load:
			if !n.Local {
				return false, FilesClosed()
			}
			n.Table, _ = r.table(n.Table, in)
			return false, nil
		case *ast.Show:
			n.Table, _ = r.table(n.Table, in)
			return true, nil
		case *ast.Explain:
			return false, r.walk(n.Statement, in)
		case *ast.DDL:
			return false, r.ddl(n, in)
		case *ast.Into:
			if n != nil && (n.Outfile != "" || n.Dumpfile != "") {
				return false, FilesClosed()
			}
		case *ast.Set:
			if r.scope.Shared {
				if err := checkSet(n); err != nil {
					return false, err
				}
			}
		case *ast.ColName:
			// What an alias was resolved to is an aliased table, which has no
			// database: `interview.Product.name` becomes `Product.name`.
			if !n.Qualifier.DbQualifier.IsEmpty() {
				if _, ok := r.table(n.Qualifier, nil); ok {
					n.Qualifier.DbQualifier = ast.NewTableIdent("")
				}
			}
		}
		return true, nil
	}, node)
}

func (r *resolver) selectStatement(n *ast.Select, in *ctes) error {
	in, err := r.with(n.With, in)
	if err != nil {
		return err
	}
	if err := r.tableExprs(n.From, in); err != nil {
		return err
	}
	for _, node := range []ast.SQLNode{n.SelectExprs, n.Where, n.GroupBy, n.Having, n.OrderBy, n.Limit, n.Into} {
		if err := r.walk(node, in); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) setOp(n *ast.SetOp, in *ctes) error {
	in, err := r.with(n.With, in)
	if err != nil {
		return err
	}
	for _, node := range []ast.SQLNode{n.Left, n.Right, n.OrderBy, n.Limit, n.Into} {
		if err := r.walk(node, in); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) insert(n *ast.Insert, in *ctes) error {
	in, err := r.with(n.With, in)
	if err != nil {
		return err
	}
	written := n.Table
	if n.Table, _ = r.table(n.Table, nil); n.Table != written {
		// An INSERT's target takes no alias, so its columns take the table's name.
		err := ast.Walk(func(node ast.SQLNode) (bool, error) {
			if c, ok := node.(*ast.ColName); ok && strings.EqualFold(c.Qualifier.Name.String(), written.Name.String()) {
				c.Qualifier = n.Table
			}
			return true, nil
		}, n.OnDup)
		if err != nil {
			return err
		}
	}
	for _, node := range []ast.SQLNode{n.Rows, n.OnDup} {
		if err := r.walk(node, in); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) update(n *ast.Update, in *ctes) error {
	in, err := r.with(n.With, in)
	if err != nil {
		return err
	}
	if err := r.tableExprs(n.TableExprs, in); err != nil {
		return err
	}
	for _, node := range []ast.SQLNode{n.Exprs, n.Where, n.OrderBy, n.Limit} {
		if err := r.walk(node, in); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) delete(n *ast.Delete, in *ctes) error {
	in, err := r.with(n.With, in)
	if err != nil {
		return err
	}
	if err := r.tableExprs(n.TableExprs, in); err != nil {
		return err
	}
	for i, t := range n.Targets {
		if t.DbQualifier.IsEmpty() { // go-mysql-server knows the tables in lower case
			n.Targets[i].Name = ast.NewTableIdent(strings.ToLower(t.Name.String()))
		}
	}
	for _, node := range []ast.SQLNode{n.Where, n.OrderBy, n.Limit} {
		if err := r.walk(node, in); err != nil {
			return err
		}
	}
	return nil
}

// ddl looks at the SELECT of a CREATE TABLE or VIEW and at the expressions of
// its columns, never at the names that the statement makes or drops. The
// statements of a procedure are resolved when they are executed.
func (r *resolver) ddl(n *ast.DDL, in *ctes) error {
	if n.ViewSpec != nil {
		return r.walk(n.ViewSpec.ViewExpr, in)
	}
	if n.TriggerSpec != nil {
		return ast.Walk(func(node ast.SQLNode) (bool, error) {
			if set, ok := node.(*ast.Set); ok && r.scope.Shared {
				return false, checkSet(set)
			}
			return true, nil
		}, n.TriggerSpec.Body)
	}
	if n.OptSelect != nil {
		return r.walk(n.OptSelect.Select, in)
	}
	if n.TableSpec == nil {
		return nil
	}
	for _, c := range n.TableSpec.Columns {
		for _, e := range []ast.Expr{c.Type.Default, c.Type.GeneratedExpr} {
			if err := r.walk(e, in); err != nil {
				return err
			}
		}
	}
	return nil
}

// with resolves a WITH clause and returns the scope of what follows it.
func (r *resolver) with(w *ast.With, in *ctes) (*ctes, error) {
	if w == nil {
		return in, nil
	}
	for _, cte := range w.Ctes {
		inner := &ctes{name: cte.As.String(), table: cte.As, outer: in}
		if _, ok := tables.Find(inner.name); ok {
			// Go-mysql-server would take a table with its database for the CTE of
			// the same name, and table functions name tables so.
			inner.table = ast.NewTableIdent(inner.name + " (CTE)")
			cte.As = inner.table
		}
		body := in
		if w.Recursive {
			body = inner
		}
		if err := r.walk(cte.Expr, body); err != nil {
			return nil, err
		}
		in = inner
	}
	return in, nil
}

func (r *resolver) tableExprs(exprs ast.TableExprs, in *ctes) error {
	for i := range exprs {
		if err := r.tableExpr(&exprs[i], in); err != nil {
			return err
		}
	}
	return nil
}

// tableExpr resolves a table reference, which it may replace.
func (r *resolver) tableExpr(at *ast.TableExpr, in *ctes) error {
	switch n := (*at).(type) {
	case *ast.AliasedTableExpr:
		name, ok := n.Expr.(ast.TableName)
		if !ok {
			return r.walk(n.Expr, in)
		}
		table, renamed := r.table(name, in)
		if renamed && n.As.IsEmpty() {
			n.As = name.Name
		}
		n.Expr = table
		return nil
	case *ast.JoinTableExpr:
		if err := r.tableExpr(&n.LeftExpr, in); err != nil {
			return err
		}
		if err := r.tableExpr(&n.RightExpr, in); err != nil {
			return err
		}
		return r.walk(n.Condition.On, in)
	case *ast.ParenTableExpr:
		return r.tableExprs(n.Exprs, in)
	case *ast.TableFuncExpr:
		if r.aliasesOnly {
			return r.walk(n.Exprs, in)
		}
		return r.tableFunction(at, n, in)
	}
	return r.walk(*at, in)
}

// table returns the table that name means, and whether that has another name: a
// CTE, which comes before tables, or the table that it is the alias of, where
// the database of the interview has that table and nothing of the alias's name.
func (r *resolver) table(name ast.TableName, in *ctes) (ast.TableName, bool) {
	if cte, ok := in.find(name.Name.String()); ok && name.DbQualifier.IsEmpty() {
		renamed := cte != name.Name && cte.String() != name.Name.String()
		if renamed {
			name.Name = cte
		}
		return name, renamed
	}
	if r.inFunction {
		if _, ok := tables.Find(name.Name.String()); ok {
			name.DbQualifier = ast.NewTableIdent(tables.Database)
			return name, true
		}
		return name, false
	}
	table, ok := tables.FindAlias(name.Name.String())
	if !ok {
		return name, false
	}
	database := name.DbQualifier.String()
	if database == "" {
		database = r.scope.Database
	}
	if !strings.EqualFold(database, tables.Database) ||
		r.scope.Exists(database, table.Alias) || !r.scope.Exists(database, table.Name) {
		return name, false
	}
	r.renamed = true
	name.Name = ast.NewTableIdent(table.Name)
	if r.aliasesOnly {
		name.DbQualifier = ast.NewTableIdent(tables.Database)
	}
	return name, true
}
