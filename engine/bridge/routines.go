package bridge

import (
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/system"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
)

// InformationSchema is go-mysql-server's information_schema with our functions
// and procedures among its routines.
func InformationSchema(base sql.Database) sql.Database { return informationSchema{base} }

type informationSchema struct{ sql.Database }

// GetTableInsensitive implements sql.Database.
func (s informationSchema) GetTableInsensitive(ctx *sql.Context, name string) (sql.Table, bool, error) {
	if table, ok := system.Table(name); ok {
		return table, true, nil
	}
	table, ok, err := s.Database.GetTableInsensitive(ctx, name)
	if base, is := table.(routinesTable); is && ok && strings.EqualFold(name, information_schema.RoutinesTableName) {
		table = &routines{routinesTable: base}
	}
	if _, is := table.(*information_schema.ColumnsTable); is && ok {
		table = columnsTable()
	}
	if base, is := table.(catalogTable); is && ok {
		switch strings.ToLower(name) {
		case information_schema.TriggersTableName:
			table = &definitions{catalogTable: base, of: triggerRows}
		case information_schema.StatisticsTableName:
			table = statistics{base}
		case information_schema.ViewsTableName:
			table = &definitions{catalogTable: base, of: viewRows}
		}
	}
	if ok && strings.EqualFold(name, information_schema.ParametersTableName) {
		table = &parameters{Table: table}
	}
	return table, ok, err
}

// routinesTable is what the planner needs to know of a table of routines.
type routinesTable interface {
	sql.Table
	AssignCatalog(sql.Catalog) sql.Table
	AssignProcedures(map[string][]*plan.Procedure) sql.Table
}

// RoutineDatabase is a database that keeps stored functions and procedures.
type RoutineDatabase interface {
	Routines(*sql.Context) []StoredRoutine
}

// StoredRoutine is a stored function or procedure as its database keeps it.
type StoredRoutine struct {
	Name      string
	Function  bool   // otherwise a procedure
	Statement string // CREATE, as it was written
	Mode      string // the sql_mode under which
	Created   time.Time
	Planner   bool // go-mysql-server understands it, too
}

// Kind is FUNCTION or PROCEDURE.
func (r StoredRoutine) Kind() string {
	if r.Function {
		return "FUNCTION"
	}
	return "PROCEDURE"
}

// ParserMode is what the sql_mode under which the routine was made says to the parser.
func (r StoredRoutine) ParserMode() parse.SQLMode {
	mode, _ := sqlMode(r.Mode)
	return mode
}

// Parse reads the routine's statement.
func (r StoredRoutine) Parse() (*parse.Routine, parse.SQLMode, error) {
	mode := r.ParserMode()
	tree, err := parse.Query(r.Statement, mode)
	if err != nil {
		return nil, mode, err
	}
	return tree.Routine, mode, nil
}

// routines is information_schema.routines.
type routines struct {
	routinesTable
	catalog sql.Catalog
}

// AssignCatalog implements sql.CatalogTable.
func (r *routines) AssignCatalog(c sql.Catalog) sql.Table {
	r.routinesTable.AssignCatalog(c)
	r.catalog = c
	return r
}

// AssignProcedures implements analyzer.RoutineTable.
func (r *routines) AssignProcedures(p map[string][]*plan.Procedure) sql.Table {
	r.routinesTable.AssignProcedures(p)
	return r
}

// PartitionRows implements sql.Table: our routines, then those that databases keep.
func (r *routines) PartitionRows(ctx *sql.Context, _ sql.Partition) (sql.RowIter, error) {
	var all []sql.Row
	add := func(f routine) error {
		row, err := r.row(ctx, f)
		all = append(all, row)
		return err
	}
	for _, f := range functions.All {
		if err := add(routine{name: f.Name, kind: "FUNCTION", dataType: "TABLE", definition: f.SQL, access: "READS SQL DATA", comment: f.Description}); err != nil {
			return nil, err
		}
	}
	for _, p := range functions.Procs {
		if err := add(routine{name: p.Name, kind: "PROCEDURE", access: "MODIFIES SQL DATA", comment: p.Description}); err != nil {
			return nil, err
		}
	}
	if r.catalog == nil {
		return sql.RowsToRowIter(all...), nil
	}
	for _, db := range r.catalog.AllDatabases(ctx) {
		d, ok := db.(RoutineDatabase)
		if !ok {
			continue
		}
		for _, s := range d.Routines(ctx) {
			if err := add(s.row(db.Name())); err != nil {
				return nil, err
			}
		}
	}
	return sql.RowsToRowIter(all...), nil
}

// row describes the routine to information_schema.
func (r StoredRoutine) row(database string) routine {
	f := routine{
		database: database, name: r.Name, kind: r.Kind(), definition: r.Statement, access: "CONTAINS SQL", security: "DEFINER",
		mode: r.Mode, created: r.Created,
	}
	if parsed, _, err := r.Parse(); err == nil && parsed != nil {
		f.definition, f.access, f.security, f.comment = parsed.BodyText, parsed.DataAccess, parsed.Security, parsed.Comment
		f.deterministic = parsed.Deterministic
		if parsed.Returns != nil {
			f.returns, f.dataType = lowerType(parsed.ReturnsText), typeName(parsed.ReturnsText)
		}
	}
	return f
}

type routine struct {
	database      string // "": the interview's, where the routine is declared
	name          string
	kind          string
	dataType      string
	returns       string // the type in full
	definition    any    // nil: not written in SQL
	deterministic bool
	access        string
	security      string
	mode          string
	created       time.Time
	comment       string
}

// born is when our routines are said to be created: with the interview.
var born = time.Date(2024, time.February, 1, 0, 0, 0, 0, time.UTC)

func (r *routines) row(ctx *sql.Context, f routine) (sql.Row, error) {
	if f.database == "" {
		f.database, f.security, f.created = tables.Database, "INVOKER", born
	}
	deterministic := "NO"
	if f.deterministic {
		deterministic = "YES"
	}
	values := map[string]any{
		"SPECIFIC_NAME": f.name, "ROUTINE_CATALOG": "def", "ROUTINE_SCHEMA": f.database, "ROUTINE_NAME": f.name,
		"ROUTINE_TYPE": f.kind, "DATA_TYPE": f.dataType, "ROUTINE_BODY": "SQL", "ROUTINE_DEFINITION": f.definition,
		"EXTERNAL_LANGUAGE": "SQL", "PARAMETER_STYLE": "SQL", "IS_DETERMINISTIC": deterministic, "SQL_DATA_ACCESS": f.access,
		"SECURITY_TYPE": f.security, "CREATED": f.created, "LAST_ALTERED": f.created, "ROUTINE_COMMENT": f.comment, "DEFINER": "root@localhost",
	}
	if f.returns != "" {
		values["DTD_IDENTIFIER"] = f.returns
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
	if f.mode != "" {
		values["SQL_MODE"] = f.mode
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
