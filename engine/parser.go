package engine

import (
	"context"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/regexlib"
)

// parser is the parser that go-mysql-server's planner uses for texts within a
// statement, views and procedures: it binds what it parses, so that their names
// mean what they mean when they are used.
type parser struct {
	sql.MysqlParser
	catalog sql.Catalog
	shared  bool // SET GLOBAL is refused
}

// ParseWithOptions implements sql.Parser.
func (p *parser) ParseWithOptions(ctx context.Context, query string, delimiter rune, multi bool, options ast.ParserOptions) (ast.Statement, string, string, error) {
	regexlib.For(query)
	stmt, parsed, rest, err := p.MysqlParser.ParseWithOptions(ctx, query, delimiter, multi, options)
	if c, ok := ctx.(*sql.Context); ok && err == nil {
		if err = nested(c); err == nil {
			err = p.bind(c, stmt, nil)
		}
	}
	return stmt, parsed, rest, err
}

// ParseSimple implements sql.Parser. It reads the expressions of tables' definitions.
func (p *parser) ParseSimple(query string) (ast.Statement, error) {
	regexlib.For(query)
	return p.MysqlParser.ParseSimple(query)
}

// definitionParser is go-mysql-server's own parser, which reads the checks of tables
// that foreign keys refer to.
type definitionParser struct{ sql.Parser }

// ParseSimple implements sql.Parser.
func (p definitionParser) ParseSimple(query string) (ast.Statement, error) {
	regexlib.For(query)
	return p.Parser.ParseSimple(query)
}

// maxTexts is how many views and procedures a statement may parse: a view that
// uses itself would go on until the stack ends.
const maxTexts = 1000

// nested counts a text that is parsed within a statement.
func nested(ctx *sql.Context) error {
	x, ok := executionOf(ctx)
	if !ok {
		return nil
	}
	if x.texts++; x.texts > maxTexts {
		return mysql.NewError(mysql.ER_VIEW_RECURSIVE, "the statement uses a view that contains itself")
	}
	return nil
}

// bind resolves the statement's names in the session of ctx. The variable is
// that of [bind.Scope].
func (p *parser) bind(ctx *sql.Context, stmt ast.Statement, variable func(string) (ast.Expr, bool)) error {
	scope, err := p.scope(ctx, variable)
	if err != nil {
		return err
	}
	return bind.Resolve(ctx, stmt, scope)
}

func (p *parser) scope(ctx *sql.Context, variable func(string) (ast.Expr, bool)) (bind.Scope, error) {
	mode, err := ctx.GetSessionVariable(ctx, FunctionsVariable)
	if err != nil {
		return bind.Scope{}, err
	}
	return bind.Scope{
		Database:  ctx.GetCurrentDatabase(),
		Functions: bind.Mode(strings.ToLower(mode.(string))),
		Exists:    func(database, name string) bool { return p.exists(ctx, database, name) },
		Variable:  variable,
		Shared:    p.shared,
	}, nil
}

// exists tells whether the database has a table or view of that name, in any
// letter case.
func (p *parser) exists(ctx *sql.Context, database, name string) bool {
	db, err := p.catalog.Database(ctx, database)
	if err != nil {
		return false
	}
	if _, ok, err := db.GetTableInsensitive(ctx, name); err == nil && ok {
		return true
	}
	if views, ok := db.(sql.ViewDatabase); ok {
		_, ok, err := views.GetViewDefinition(ctx, name)
		return err == nil && ok
	}
	return false
}
