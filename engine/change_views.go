package engine

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// Views have statements of their own: DROP VIEW and RENAME TABLE. What changes a table refuses a view of the name, where
// go-mysql-server would mean the table of the view.

// views are the views of the database of a name.
func (x *execution) views(n ast.TableName) (sql.ViewDatabase, string, error) {
	database := x.databaseOf(n)
	if database == "" {
		return nil, "", mysql.NewDefaultError(mysql.ER_NO_DB_ERROR)
	}
	db, err := x.session.engine.analyzer.Catalog.Database(x.ctx, database)
	if err != nil {
		return nil, "", mysql.NewDefaultError(mysql.ER_BAD_DB_ERROR, database)
	}
	views, _ := db.(sql.ViewDatabase)
	return views, db.Name() + "." + n.Name.String(), nil
}

// view is the view that a name means; "" where it means none, which may be a table.
func (x *execution) view(n ast.TableName) (name string, err error) {
	views, full, err := x.views(n)
	if views == nil || err != nil {
		return "", nil // as the statement will say
	}
	if _, ok, err := views.(sql.Database).GetTableInsensitive(x.ctx, n.Name.String()); ok || err != nil {
		return "", err
	}
	if _, ok, err := views.GetViewDefinition(x.ctx, n.Name.String()); !ok || err != nil {
		return "", err
	}
	return full, nil
}

// notBaseTable is MySQL's error where a table that is to be changed is a view.
func (x *execution) notBaseTable(n ast.TableName) error {
	name, err := x.view(n)
	if err == nil && name != "" {
		err = mysql.NewError(mysql.ER_WRONG_OBJECT, fmt.Sprintf("'%s' is not BASE TABLE", name))
	}
	return err
}

// viewDDL executes what a DDL statement does to views, and tells whether that is all that it does.
func (x *execution) viewDDL(n *ast.DDL) (r *Result, is bool, err error) {
	switch {
	case n.Action == ast.DropStr && len(n.FromViews) > 0:
		r, err = x.dropViews(n)
		return r, true, err
	case n.Action == ast.DropStr && len(n.FromTables) > 0:
		return x.dropTables(n)
	case n.Action == ast.RenameStr:
		return x.renameViews(n)
	case n.Action == ast.TruncateStr:
		name, err := x.view(n.Table)
		if name != "" {
			database, table, _ := strings.Cut(name, ".")
			err = mysql.NewDefaultError(mysql.ER_NO_SUCH_TABLE, database, table)
		}
		return nil, err != nil, err
	case n.Action == ast.CreateStr && n.OptLike != nil:
		return x.createLike(n)
	case n.Action == ast.AlterStr && n.IndexSpec != nil:
		err := x.notBaseTable(n.Table)
		if err == nil {
			err = x.checkClause(n.Table, n)
		}
		return nil, err != nil, err
	}
	return nil, false, nil
}

// dropViews executes DROP VIEW: all views, or none.
func (x *execution) dropViews(n *ast.DDL) (*Result, error) {
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	x.ctx.ClearWarnings()
	var missing []string
	var drops []func() error
	for _, t := range n.FromViews {
		views, full, err := x.views(t)
		if err != nil {
			return nil, err
		}
		found := false
		if views != nil {
			if _, ok, err := views.(sql.Database).GetTableInsensitive(x.ctx, t.Name.String()); err != nil {
				return nil, err
			} else if ok {
				return nil, mysql.NewError(mysql.ER_WRONG_OBJECT, fmt.Sprintf("'%s' is not VIEW", full))
			}
			v, ok, err := views.GetViewDefinition(x.ctx, t.Name.String())
			if err != nil {
				return nil, err
			}
			if found = ok; ok {
				drops = append(drops, func() error { return views.DropView(x.ctx, v.Name) })
			}
		}
		if !found {
			missing = append(missing, full)
		}
	}
	if len(missing) > 0 && !n.IfExists {
		return nil, mysql.NewDefaultError(mysql.ER_BAD_TABLE_ERROR, strings.Join(missing, ","))
	}
	for _, name := range missing {
		x.note(mysql.ER_BAD_TABLE_ERROR, fmt.Sprintf("Unknown table '%s'", name))
	}
	for _, drop := range drops {
		if err := drop(); err != nil {
			return nil, err
		}
	}
	return new(Result), x.end(nil)
}

// dropTables leaves views out of DROP TABLE, to which they are unknown.
func (x *execution) dropTables(n *ast.DDL) (*Result, bool, error) {
	var tables, hidden ast.TableNames
	var unknown []string
	for _, t := range n.FromTables {
		name, err := x.view(t)
		if err != nil {
			return nil, true, err
		}
		switch {
		case name != "":
			unknown = append(unknown, name)
		case x.beforeView(t):
			hidden = append(hidden, t)
		default:
			tables = append(tables, t)
		}
	}
	if len(hidden) == 1 && unknown == nil && tables == nil {
		r, err := x.dropBeforeView(hidden[0])
		return r, true, err
	}
	if tables = append(tables, hidden...); unknown == nil {
		return nil, false, nil
	}
	if !n.IfExists {
		return nil, true, mysql.NewDefaultError(mysql.ER_BAD_TABLE_ERROR, strings.Join(unknown, ","))
	}
	if len(tables) > 0 {
		n.FromTables = tables
		return nil, false, nil
	}
	if err := x.beginStatement(); err != nil {
		return nil, true, err
	}
	x.ctx.ClearWarnings()
	for _, name := range unknown {
		x.note(mysql.ER_BAD_TABLE_ERROR, fmt.Sprintf("Unknown table '%s'", name))
	}
	return new(Result), true, x.end(nil)
}

// beforeView tells whether the name is that of a temporary table and of a view, which it hides.
func (x *execution) beforeView(n ast.TableName) bool {
	views, _, err := x.views(n)
	if views == nil || err != nil {
		return false
	}
	_, ok, err := views.GetViewDefinition(x.ctx, n.Name.String())
	return ok && err == nil
}

// dropBeforeView drops a temporary table that hides a view, which go-mysql-server would mean.
func (x *execution) dropBeforeView(n ast.TableName) (*Result, error) {
	x.stmt = &ast.DDL{Action: ast.DropStr, Temporary: true} // which does not commit
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	x.ctx.ClearWarnings()
	views, _, err := x.views(n)
	if err != nil {
		return nil, err
	}
	if err := views.(sql.TableDropper).DropTable(x.ctx, n.Name.String()); err != nil {
		return nil, err
	}
	return new(Result), x.end(nil)
}

// renameViews executes RENAME TABLE of one view within its database (manual 15.1.36).
func (x *execution) renameViews(n *ast.DDL) (*Result, bool, error) {
	if len(n.FromTables) != 1 || len(n.ToTables) != 1 {
		return nil, false, nil
	}
	from, to := n.FromTables[0], n.ToTables[0]
	name, err := x.view(from)
	if name == "" || err != nil {
		return nil, err != nil, err
	}
	if err := x.beginStatement(); err != nil {
		return nil, true, err
	}
	x.ctx.ClearWarnings()
	views, _, err := x.views(from)
	if err != nil {
		return nil, true, err
	}
	target, _, err := x.views(to)
	if err != nil {
		return nil, true, err
	}
	if target == nil || !strings.EqualFold(target.(sql.Database).Name(), views.(sql.Database).Name()) {
		return nil, true, mysql.NewDefaultError(mysql.ER_FORBID_SCHEMA_CHANGE, views.(sql.Database).Name(), to.DbQualifier.String())
	}
	if _, ok, err := views.(sql.Database).GetTableInsensitive(x.ctx, to.Name.String()); ok || err != nil {
		if err == nil {
			err = mysql.NewDefaultError(mysql.ER_TABLE_EXISTS_ERROR, to.Name.String())
		}
		return nil, true, err
	}
	v, _, err := views.GetViewDefinition(x.ctx, from.Name.String())
	if err != nil {
		return nil, true, err
	}
	if _, ok, err := views.GetViewDefinition(x.ctx, to.Name.String()); ok || err != nil {
		if err == nil {
			err = mysql.NewDefaultError(mysql.ER_TABLE_EXISTS_ERROR, to.Name.String())
		}
		return nil, true, err
	}
	if err := views.DropView(x.ctx, v.Name); err != nil {
		return nil, true, err
	}
	statement := strings.Replace(v.CreateViewStatement, " VIEW "+quoted(v.Name), " VIEW "+quoted(to.Name.String()), 1)
	if err := views.CreateView(x.ctx, to.Name.String(), v.TextDefinition, statement); err != nil {
		return nil, true, err
	}
	return new(Result), true, x.end(nil)
}
