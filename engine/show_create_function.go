package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/functions"
)

// showCreateFunctionSchema are MySQL's columns of SHOW CREATE FUNCTION.
var (
	showCreateFunctionSchema  = showCreateSchema("Function")
	showCreateProcedureSchema = showCreateSchema("Procedure")
)

func showCreateSchema(kind string) sql.Schema {
	var schema sql.Schema
	for _, name := range []string{
		kind, "sql_mode", "Create " + kind, "character_set_client", "collation_connection", "Database Collation",
	} {
		schema = append(schema, &sql.Column{Name: name, Type: types.LongText, Nullable: true})
	}
	return schema
}

// characterSets fills in what the session says of the last three columns.
func (x *execution) characterSets(row sql.Row) error {
	for i, variable := range []string{"character_set_client", "collation_connection", "collation_database"} {
		v, err := x.ctx.GetSessionVariable(x.ctx, variable)
		if err != nil {
			return err
		}
		row[i] = v
	}
	return nil
}

// showCreateFunction answers SHOW CREATE FUNCTION by the SQL that defines a
// table function.
func (x *execution) showCreateFunction(name string) (*Result, error) {
	f, ok := functions.Find(name)
	if !ok {
		return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", name)
	}
	row := sql.Row{f.Name, nil, f.Create(), nil, nil, nil}
	mode, err := x.ctx.GetSessionVariable(x.ctx, "sql_mode")
	if err != nil {
		return nil, err
	}
	row[1] = mode
	if err := x.characterSets(row[3:]); err != nil {
		return nil, err
	}
	return newResult(x, showCreateFunctionSchema, sql.RowsToRowIter(row)), nil
}
