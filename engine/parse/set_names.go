package parse

import (
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// setNames puts the collation of SET NAMES charset COLLATE collation, which the
// grammar reads and forgets, into the statement as an assignment to
// collation_connection (manual 15.7.6.3).
func setNames(stmt ast.Statement, text string) {
	set, ok := stmt.(*ast.Set)
	if !ok {
		return
	}
	var l lexed
	l.lex(text, 0)
	var exprs ast.SetVarExprs
	at := 0
	for _, e := range set.Exprs {
		exprs = append(exprs, e)
		if !strings.EqualFold(e.Name.Name.String(), "names") {
			continue
		}
		for at < len(l.tokens) && !l.is(at, "NAMES") {
			at++
		}
		if l.is(at+2, "COLLATE") && at+3 < len(l.tokens) {
			exprs = append(exprs, &ast.SetVarExpr{
				Name:  ast.NewColName("collation_connection"),
				Expr:  ast.NewStrVal([]byte(strings.Trim(l.name(at+3), "'\""))),
				Scope: ast.SetScope_Session,
			})
		}
		at++
	}
	set.Exprs = exprs
}
