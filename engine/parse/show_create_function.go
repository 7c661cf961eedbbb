package parse

import (
	"iter"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// ShowCreateFunction is the type of an [ast.Show] for SHOW CREATE FUNCTION,
// which vitess's grammar lacks. Its table is the function.
const ShowCreateFunction = "create function"

// showCreateFunction recognises SHOW CREATE FUNCTION [database.]name.
func showCreateFunction(text string) (*ast.Show, bool) {
	next, stop := iter.Pull(Tokens(text))
	defer stop()
	for _, word := range []string{"SHOW", "CREATE", "FUNCTION"} {
		if t, _ := next(); !strings.EqualFold(t, word) {
			return nil, false
		}
	}
	var name ast.TableName
	token, _ := next()
	name.Name = ast.NewTableIdent(strings.Trim(token, "`"))
	if dot, ok := next(); ok {
		if dot != "." {
			return nil, false
		}
		token, _ = next()
		name.DbQualifier, name.Name = name.Name, ast.NewTableIdent(strings.Trim(token, "`"))
		if _, more := next(); more {
			return nil, false
		}
	}
	return &ast.Show{Type: ShowCreateFunction, Table: name}, token != ""
}
