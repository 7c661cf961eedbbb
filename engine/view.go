package engine

import (
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/parse"
)

// settleView has a view that is made say which tables it means, where it names
// one by its alias: its text is bound whenever it is used, perhaps in another
// database, or when its own name is the alias. MySQL keeps the text of all views
// in such a form. Table functions stay, so that the mode of the moment counts.
func (x *execution) settleView(n *ast.DDL) error {
	if n.ViewSpec == nil {
		return nil
	}
	scope, err := x.session.engine.parser.scope(x.ctx, nil)
	if err != nil {
		return err
	}
	changed, err := bind.ResolveAliases(x.ctx, n.ViewSpec.ViewExpr, scope)
	if err != nil || !changed {
		return err
	}
	x.text = ast.String(n)
	x.stmt, err = parse.One(x.ctx, x.text, ast.ParserOptions{})
	return err
}
