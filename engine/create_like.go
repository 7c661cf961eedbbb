package engine

import (
	"fmt"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/storage"
)

// createLike executes CREATE TABLE … LIKE (manual 15.1.20.3), and tells whether the table that is copied is one of the store's.
// Go-mysql-server loses the prefixes of its keys.
func (x *execution) createLike(n *ast.DDL) (*Result, bool, error) {
	if len(n.OptLike.LikeTables) != 1 {
		return nil, false, nil
	}
	like := n.OptLike.LikeTables[0]
	if err := x.notBaseTable(like); err != nil {
		return nil, true, err
	}
	from := like.DbQualifier.String()
	if from == "" {
		from = x.database()
	}
	table, _, err := x.session.engine.analyzer.Catalog.Table(x.ctx, from, like.Name.String())
	if err != nil {
		return nil, true, err
	}
	source, ok := table.(*storage.Table)
	if !ok {
		return nil, false, nil
	}
	to := n.Table.DbQualifier.String()
	if to == "" {
		to = x.database()
	}
	db, err := x.session.engine.analyzer.Catalog.Database(x.ctx, to)
	if err != nil {
		return nil, true, mysql.NewDefaultError(mysql.ER_BAD_DB_ERROR, to)
	}
	target, ok := db.(*storage.Database)
	if !ok {
		return nil, false, nil
	}
	if err := x.beginStatement(); err != nil {
		return nil, true, err
	}
	x.ctx.ClearWarnings()
	name := n.Table.Name.String()
	if !n.Temporary && x.session.engine.parser.exists(x.ctx, to, name) {
		if !n.IfNotExists {
			return nil, true, mysql.NewDefaultError(mysql.ER_TABLE_EXISTS_ERROR, name)
		}
		x.note(mysql.ER_TABLE_EXISTS_ERROR, fmt.Sprintf("Table '%s' already exists", name))
		return new(Result), true, x.end(nil)
	}
	if err := target.CreateLike(x.ctx, name, source, n.Temporary); err != nil {
		return nil, true, err
	}
	return new(Result), true, x.end(nil)
}
