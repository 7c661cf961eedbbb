// Package parse is the front door: it turns a statement's text into a syntax
// tree, with MySQL's errors, and splits scripts into statements.
package parse

import (
	"context"
	"errors"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/regexlib"
)

// One parses a single statement. It ends in MySQL's error 1064, or 1065 for a
// text that holds only white space and comments.
func One(ctx context.Context, text string, options ast.ParserOptions) (ast.Statement, error) {
	regexlib.For(text)
	if at := dashes(text); at >= 0 {
		return nil, SyntaxErrorAt(text, at)
	}
	stmt, err := ast.ParseWithOptions(ctx, Trim(text), options)
	switch {
	case err == nil:
		setNames(stmt, text)
		return stmt, checkDepth(text, stmt)
	case errors.Is(err, ast.ErrEmpty):
		return nil, mysql.NewDefaultError(mysql.ER_EMPTY_QUERY)
	}
	if show, ok := showCreateFunction(Trim(text)); ok {
		return show, nil
	}
	return nil, syntaxError(Trim(text), err)
}

// dashes is where a statement begins with two dashes that are no comment to MySQL, as they are to
// vitess (manual 9.7); -1 where it does not.
func dashes(text string) int {
	for at, t := range tokensAt(text) {
		if t == "-" {
			return at
		}
		break
	}
	return -1
}

// Trim cuts white space off both ends of a statement, and semicolons off its end.
func Trim(text string) string {
	return strings.TrimRight(strings.TrimSpace(text), "; \t\r\n\f\v")
}
