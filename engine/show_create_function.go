package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/functions"
)

// showCreateFunctionSchema are MySQL's columns of SHOW CREATE FUNCTION.
var showCreateFunctionSchema = func() sql.Schema {
	var schema sql.Schema
	for _, name := range []string{
		"Function", "sql_mode", "Create Function", "character_set_client", "collation_connection", "Database Collation",
	} {
		schema = append(schema, &sql.Column{Name: name, Type: types.LongText, Nullable: true})
	}
	return schema
}()

// showCreateFunction answers SHOW CREATE FUNCTION by the SQL that defines a
// table function.
func (x *execution) showCreateFunction(name string) (*Result, error) {
	f, ok := functions.Find(name)
	if !ok {
		return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", name)
	}
	row := sql.Row{f.Name, nil, f.Create(), nil, nil, nil}
	for i, variable := range map[int]string{1: "sql_mode", 3: "character_set_client", 4: "collation_connection", 5: "collation_database"} {
		v, err := x.ctx.GetSessionVariable(x.ctx, variable)
		if err != nil {
			return nil, err
		}
		row[i] = v
	}
	return newResult(x, showCreateFunctionSchema, sql.RowsToRowIter(row)), nil
}
