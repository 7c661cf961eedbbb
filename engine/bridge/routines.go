package bridge

import (
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
)

// InformationSchema is go-mysql-server's information_schema with our functions
// and procedures among its routines.
func InformationSchema(base sql.Database) sql.Database { return informationSchema{base} }

type informationSchema struct{ sql.Database }

// GetTableInsensitive implements sql.Database.
func (s informationSchema) GetTableInsensitive(ctx *sql.Context, name string) (sql.Table, bool, error) {
	table, ok, err := s.Database.GetTableInsensitive(ctx, name)
	if base, is := table.(routinesTable); is && ok && strings.EqualFold(name, information_schema.RoutinesTableName) {
		table = &routines{routinesTable: base}
	}
	return table, ok, err
}

// routinesTable is what the planner needs to know of a table of routines.
type routinesTable interface {
	sql.Table
	AssignCatalog(sql.Catalog) sql.Table
	AssignProcedures(map[string][]*plan.Procedure) sql.Table
}

// routines is information_schema.routines.
type routines struct{ routinesTable }

// AssignCatalog implements sql.CatalogTable.
func (r *routines) AssignCatalog(c sql.Catalog) sql.Table {
	r.routinesTable.AssignCatalog(c)
	return r
}

// AssignProcedures implements analyzer.RoutineTable.
func (r *routines) AssignProcedures(p map[string][]*plan.Procedure) sql.Table {
	r.routinesTable.AssignProcedures(p)
	return r
}

// PartitionRows implements sql.Table: our routines, then the user's.
func (r *routines) PartitionRows(ctx *sql.Context, p sql.Partition) (sql.RowIter, error) {
	rest, err := r.routinesTable.PartitionRows(ctx, p)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, rest)
	if err != nil {
		return nil, err
	}
	var ours []sql.Row
	for _, f := range functions.All {
		row, err := r.row(ctx, routine{f.Name, "FUNCTION", "TABLE", f.SQL, "READS SQL DATA", f.Description})
		if err != nil {
			return nil, err
		}
		ours = append(ours, row)
	}
	for _, p := range functions.Procs {
		row, err := r.row(ctx, routine{p.Name, "PROCEDURE", "", nil, "MODIFIES SQL DATA", p.Description})
		if err != nil {
			return nil, err
		}
		ours = append(ours, row)
	}
	return sql.RowsToRowIter(append(ours, rows...)...), nil
}

type routine struct {
	name       string
	kind       string
	dataType   string
	definition any // nil: not written in SQL
	access     string
	comment    string
}

// born is when our routines are said to be created: with the interview.
var born = time.Date(2024, time.February, 1, 0, 0, 0, 0, time.UTC)

func (r *routines) row(ctx *sql.Context, f routine) (sql.Row, error) {
	values := map[string]any{
		"SPECIFIC_NAME": f.name, "ROUTINE_CATALOG": "def", "ROUTINE_SCHEMA": tables.Database, "ROUTINE_NAME": f.name,
		"ROUTINE_TYPE": f.kind, "DATA_TYPE": f.dataType, "ROUTINE_BODY": "SQL", "ROUTINE_DEFINITION": f.definition,
		"EXTERNAL_LANGUAGE": "SQL", "PARAMETER_STYLE": "SQL", "IS_DETERMINISTIC": "NO", "SQL_DATA_ACCESS": f.access,
		"SECURITY_TYPE": "INVOKER", "CREATED": born, "LAST_ALTERED": born, "ROUTINE_COMMENT": f.comment, "DEFINER": "root@localhost",
	}
	for column, variable := range map[string]string{
		"SQL_MODE": "sql_mode", "CHARACTER_SET_CLIENT": "character_set_client",
		"COLLATION_CONNECTION": "collation_connection", "DATABASE_COLLATION": "collation_database",
	} {
		v, err := ctx.GetSessionVariable(ctx, variable)
		if err != nil {
			return nil, err
		}
		values[column] = v
	}
	schema := r.Schema()
	row := make(sql.Row, len(schema))
	for i, c := range schema {
		v := values[c.Name]
		if v == nil {
			continue
		}
		var err error
		if row[i], _, err = c.Type.Convert(ctx, v); err != nil {
			return nil, err
		}
	}
	return row, nil
}
