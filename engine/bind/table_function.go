package bind

import (
	"fmt"
	"strconv"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
)

// ArgumentFunction is the name of the scalar function that checks a table
// function's arguments when the statement is executed and returns one of them.
// Its own arguments are the table function's name, the number of the argument
// to return, and all arguments.
const ArgumentFunction = "verbatim_argument"

// tableFunction replaces a call of one of our table functions: by its SELECT as
// a derived table, or, for a native kernel, by a call with all arguments. The
// planner looks up the latter by the function's declared name.
func (r *resolver) tableFunction(at *ast.TableExpr, call *ast.TableFuncExpr, in *ctes) error {
	f, ok := functions.Find(call.Name)
	if !ok {
		return mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", tables.Database+"."+call.Name)
	}
	if err := f.CheckCount(len(call.Exprs)); err != nil {
		return err
	}
	if err := r.walk(call.Exprs, in); err != nil {
		return err
	}
	for i, e := range call.Exprs {
		if namesColumn(e) {
			return mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, f.Name+": "+f.Params[i].Name+" must not depend on a column")
		}
	}
	for _, p := range f.Params[len(call.Exprs):] {
		value, err := r.parseExpr(p.Default)
		if err != nil {
			return fmt.Errorf("bind: default of %s in %s: %w", p.Name, f.Name, err)
		}
		call.Exprs = append(call.Exprs, &ast.AliasedExpr{Expr: value})
	}
	alias := call.Alias
	if alias.IsEmpty() {
		alias = ast.NewTableIdent(call.Name)
	}
	if r.scope.Functions == Native || r.scope.Functions == Auto && f.Native != nil {
		if f.Native == nil {
			return mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "a native "+f.Name)
		}
		call.Name, call.Alias = f.Name, alias
		return nil
	}
	query, err := r.lowering(f, call.Exprs)
	if err != nil {
		return err
	}
	*at = &ast.AliasedTableExpr{Expr: &ast.Subquery{Select: query}, As: alias}
	return nil
}

// namesColumn tells whether an expression names a column: a table function's
// argument is the same for all rows.
func namesColumn(e ast.SQLNode) bool {
	found := false
	_ = ast.Walk(func(n ast.SQLNode) (bool, error) {
		if c, ok := n.(*ast.ColName); ok && !strings.HasPrefix(c.Name.String(), "@") {
			found = true
		}
		_, subquery := n.(*ast.Subquery)
		return !subquery, nil
	}, e)
	return found
}

// lowering is the function's SELECT over the interview's tables, with the call's
// arguments in place of its parameters.
func (r *resolver) lowering(f *functions.Func, args ast.SelectExprs) (ast.SelectStatement, error) {
	stmt, err := parse.One(r.ctx, substitute(f, ast.String(args)), ast.ParserOptions{})
	if err != nil {
		return nil, fmt.Errorf("bind: SQL of %s: %w", f.Name, err)
	}
	query, ok := stmt.(ast.SelectStatement)
	if !ok {
		return nil, fmt.Errorf("bind: SQL of %s is no SELECT", f.Name)
	}
	// Neither the session's database nor a CTE around the call changes what the
	// function reads.
	own := &resolver{ctx: r.ctx, scope: r.scope, inFunction: true}
	return query, own.walk(query, nil)
}

// substitute puts checked arguments in the place of the parameters in a
// function's SQL: its user variables, which no string or comment of it contains.
func substitute(f *functions.Func, args string) string {
	replace := make([]string, 0, 2*len(f.Params))
	for i, p := range f.Params {
		checked := ArgumentFunction + "('" + f.Name + "', " + strconv.Itoa(i) + ", " + args + ")"
		replace = append(replace, "@"+p.Name, checked)
	}
	return strings.NewReplacer(replace...).Replace(f.SQL)
}

func (r *resolver) parseExpr(text string) (ast.Expr, error) {
	stmt, err := parse.One(r.ctx, "SELECT "+text, ast.ParserOptions{})
	if err != nil {
		return nil, err
	}
	return stmt.(*ast.Select).SelectExprs[0].(*ast.AliasedExpr).Expr, nil
}
