package engine

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// viewQuery finds where a view's query begins.
var viewQuery = regexp.MustCompile(`(?is)\bAS\s*(\(|SELECT\b|WITH\b|VALUES\b|TABLE\b)`)

// createView executes CREATE VIEW: its query is bound, so that what it names is
// there, and its text kept, which is bound whenever the view is used.
func (x *execution) createView(tree *parse.Tree, n *tidb.CreateViewStmt) (*Result, error) {
	x.stmt = &ast.DDL{Action: ast.CreateStr}
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	x.ctx.ClearWarnings()
	if tree.Params > 0 || len(tree.Into) > 0 {
		return nil, mysql.NewDefaultError(mysql.ER_VIEW_SELECT_VARIABLE)
	}
	database := n.ViewName.Schema.O
	if database == "" {
		database = x.session.Database()
	}
	db, err := x.session.engine.analyzer.Catalog.Database(x.ctx, database)
	if err != nil {
		return nil, err
	}
	views, ok := db.(sql.ViewDatabase)
	if !ok {
		return nil, sql.ErrViewsNotSupported.New(database)
	}
	b, err := x.binder(nil)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(n.Cols))
	for i, c := range n.Cols {
		names[i] = c.O
	}
	if err := b.View(tree, n.Select, names); err != nil {
		return nil, err
	}
	at := viewQuery.FindStringSubmatchIndex(tree.Text)
	if at == nil {
		return nil, fmt.Errorf("engine: no query in %q", tree.Text)
	}
	text := parse.WithoutCheckOption(tree.Text[at[2]:])
	if b.Renamed {
		// What the names mean now they mean for good: the view's own may be one.
		if text, err = restore(n.Select); err != nil {
			return nil, err
		}
	}
	name := n.ViewName.Name.O
	if table, ok, err := db.GetTableInsensitive(x.ctx, name); err != nil {
		return nil, err
	} else if ok {
		if n.OrReplace {
			return nil, mysql.NewError(mysql.ER_WRONG_OBJECT, fmt.Sprintf("'%s.%s' is not VIEW", database, table.Name()))
		}
		return nil, mysql.NewDefaultError(mysql.ER_TABLE_EXISTS_ERROR, name)
	}
	if old, ok, err := views.GetViewDefinition(x.ctx, name); err != nil {
		return nil, err
	} else if ok {
		if !n.OrReplace {
			return nil, mysql.NewDefaultError(mysql.ER_TABLE_EXISTS_ERROR, name)
		}
		if err := views.DropView(x.ctx, old.Name); err != nil {
			return nil, err
		}
	} else if tree.AltersView {
		return nil, mysql.NewDefaultError(mysql.ER_NO_SUCH_TABLE, database, name)
	}
	list := ""
	if len(names) > 0 {
		for i := range names {
			names[i] = quoted(names[i])
		}
		list = " (" + strings.Join(names, ",") + ")"
	}
	option := ""
	if tree.HasCheckOption() {
		if option = " WITH " + n.CheckOption.String() + " CHECK OPTION"; !b.Updatable(tree, n.Select, n.Algorithm) {
			return nil, mysql.NewError(mysql.ER_VIEW_NONUPD_CHECK, fmt.Sprintf("CHECK OPTION on non-updatable view '%s.%s'", database, name))
		}
	}
	user, host := "root", "localhost"
	if d := n.Definer; d != nil && !d.CurrentUser {
		user, host = d.Username, d.Hostname
	}
	statement := fmt.Sprintf("CREATE ALGORITHM=%s DEFINER=%s@%s SQL SECURITY %s VIEW %s%s AS %s%s",
		n.Algorithm.String(), quoted(user), quoted(host), n.Security.String(), quoted(name), list, text, option)
	if err := views.CreateView(x.ctx, name, text, statement); err != nil {
		return nil, err
	}
	return new(Result), x.end(nil)
}
