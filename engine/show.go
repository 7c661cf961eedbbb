package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/functions"
)

// showCreateFunction answers SHOW CREATE FUNCTION, with MySQL's columns, by the
// SQL that defines a table function.
func (x *execution) showCreateFunction(name string) (*Result, error) {
	f, ok := functions.Find(name)
	if !ok {
		return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", name)
	}
	row := sql.Row{f.Name}
	schema := sql.Schema{{Name: "Function", Type: types.LongText}}
	for _, column := range []struct{ name, variable string }{
		{"sql_mode", "sql_mode"},
		{"Create Function", ""},
		{"character_set_client", "character_set_client"},
		{"collation_connection", "collation_connection"},
		{"Database Collation", "collation_database"},
	} {
		schema = append(schema, &sql.Column{Name: column.name, Type: types.LongText, Nullable: true})
		if column.variable == "" {
			row = append(row, f.Create())
			continue
		}
		v, err := x.ctx.GetSessionVariable(x.ctx, column.variable)
		if err != nil {
			return nil, err
		}
		row = append(row, v)
	}
	return newResult(x, schema, sql.RowsToRowIter(row)), nil
}

// checkSet refuses SET GLOBAL where it would change other engines: the global
// variables of go-mysql-server are the process's.
func (x *execution) checkSet(n *ast.Set) error {
	if !x.session.engine.shared {
		return nil
	}
	for _, e := range n.Exprs {
		switch e.Scope {
		case ast.SetScope_Global, ast.SetScope_Persist, ast.SetScope_PersistOnly:
			return mysql.NewError(mysql.ER_SPECIFIC_ACCESS_DENIED_ERROR, "SET GLOBAL is refused here: global variables "+
				"are shared by all Verbatim servers of this process; use SET SESSION")
		}
	}
	return nil
}
