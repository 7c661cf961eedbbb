package bind

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
)

// ArgumentFunction is the name of the scalar function that checks a table
// function's arguments when the statement is executed and returns one of them.
// Its own arguments are the table function's name, the number of the argument
// to return, that of the call, and all arguments.
const ArgumentFunction = "verbatim_argument"

// ResultFunction is the name of the scalar function that gives a table
// function's column its declared type. Its arguments are the table function's
// name, the number of the column, and the column.
const ResultFunction = "verbatim_result"

// calls numbers the calls of table functions: the references to a call's
// parameters share its number, and so one evaluation of its arguments.
var calls atomic.Int64

// tableFunction replaces a call of one of our table functions by a derived
// table: over its SELECT, or over a call of its native kernel, with all
// arguments, which the planner looks up by the function's declared name. The
// derived table gives both the same types, and the planner, which can do less
// with a function than with a table, something that it knows.
func (r *resolver) tableFunction(at *ast.TableExpr, call *ast.TableFuncExpr, in *ctes) error {
	if call.Name == SourceFunction {
		return nil
	}
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
	for i := range call.Exprs {
		if err := r.checkArgument(f, i, call.Exprs[i]); err != nil {
			return err
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
	var source ast.TableExpr
	if r.scope.Functions == Native || r.scope.Functions == Auto && f.Native != nil {
		if f.Native == nil {
			return mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "a native "+f.Name)
		}
		call.Name, call.Alias = f.Name, alias
		source = call
	} else {
		query, err := r.lowering(f, call.Exprs)
		if err != nil {
			return err
		}
		source = &ast.AliasedTableExpr{Expr: &ast.Subquery{Select: query}, As: alias}
	}
	*at = &ast.AliasedTableExpr{Expr: &ast.Subquery{Select: typed(f, source, alias)}, As: alias}
	return nil
}

// typed selects the function's columns from source, which has the alias, in
// their declared types.
func typed(f *functions.Func, source ast.TableExpr, alias ast.TableIdent) *ast.Select {
	list := make(ast.SelectExprs, len(f.Columns))
	for i, c := range f.Columns {
		name := ast.NewColIdent(c.Name)
		list[i] = &ast.AliasedExpr{As: name, Expr: &ast.FuncExpr{Name: ast.NewColIdent(ResultFunction), Exprs: ast.SelectExprs{
			&ast.AliasedExpr{Expr: ast.NewStrVal([]byte(f.Name))},
			&ast.AliasedExpr{Expr: ast.NewIntVal([]byte(strconv.Itoa(i)))},
			&ast.AliasedExpr{Expr: &ast.ColName{Name: name, Qualifier: ast.TableName{Name: alias}}},
		}}}
	}
	return &ast.Select{SelectExprs: list, From: ast.TableExprs{source}}
}

// checkArgument refuses an argument that is not one value for all rows. A
// parameter of the stored procedure around the call is put in place.
func (r *resolver) checkArgument(f *functions.Func, i int, arg ast.SelectExpr) error {
	refused := func(why string) error {
		return mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, f.Name+": "+f.Params[i].Name+" must not "+why)
	}
	aliased, ok := arg.(*ast.AliasedExpr)
	if !ok {
		return refused("be *")
	}
	if c, ok := aliased.Expr.(*ast.ColName); ok && r.scope.Variable != nil && c.Qualifier.IsEmpty() {
		if value, ok := r.scope.Variable(c.Name.String()); ok {
			aliased.Expr = value
		}
	}
	return ast.Walk(func(n ast.SQLNode) (bool, error) {
		switch n := n.(type) {
		case *ast.ColName:
			if !strings.HasPrefix(n.Name.String(), "@") {
				return false, refused("depend on a column")
			}
		case *ast.FuncExpr:
			if n.IsAggregate() {
				return false, refused("be an aggregate")
			}
		case *ast.Default:
			return false, refused("be DEFAULT")
		case *ast.Subquery:
			return false, nil
		}
		return true, nil
	}, aliased.Expr)
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
	number := strconv.FormatInt(calls.Add(1), 10)
	for i, p := range f.Params {
		checked := ArgumentFunction + "('" + f.Name + "', " + strconv.Itoa(i) + ", " + number + ", " + args + ")"
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
