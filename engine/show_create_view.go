package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// showCreateView answers SHOW CREATE VIEW, and SHOW CREATE TABLE of a view, by the statement that is kept (manual
// 13.7.7.13); nil where the name is not a view's.
func (x *execution) showCreateView(n *ast.Show) (*Result, error) {
	database := x.databaseOf(n.Table)
	db, err := x.session.engine.analyzer.Catalog.Database(x.ctx, database)
	if err != nil {
		return nil, nil // as go-mysql-server says
	}
	views, ok := db.(sql.ViewDatabase)
	if !ok {
		return nil, nil
	}
	v, ok, err := views.GetViewDefinition(x.ctx, n.Table.Name.String())
	if !ok || err != nil {
		return nil, err
	}
	row := sql.Row{v.Name, v.CreateViewStatement, nil, nil, nil}
	if err := x.characterSets(row[2:]); err != nil {
		return nil, err
	}
	var schema sql.Schema
	for _, name := range []string{"View", "Create View", "character_set_client", "collation_connection"} {
		schema = append(schema, &sql.Column{Name: name, Type: types.LongText, Nullable: true})
	}
	return newResult(x, schema, sql.RowsToRowIter(row[:4])), nil
}
