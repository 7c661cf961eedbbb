// Package system has the databases mysql and performance_schema as far as tools
// read them: what a server without accounts, replication and instruments shows in
// them. They cannot be written.
package system

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
)

// Databases are those of this package.
func Databases() []sql.Database {
	return []sql.Database{
		&database{name: "mysql", tables: mysqlTables},
		&database{name: "performance_schema", tables: performanceTables},
	}
}

// Table is a table of information_schema that go-mysql-server leaves empty.
func Table(name string) (sql.Table, bool) {
	for _, t := range informationTables {
		if strings.EqualFold(t.name, name) {
			return newTable("information_schema", t), true
		}
	}
	return nil, false
}

// informationTables are those that [Table] finds.
var informationTables = []declared{
	{"PLUGINS", "PLUGIN_NAME name!,PLUGIN_VERSION name!,PLUGIN_STATUS name!,PLUGIN_TYPE name!,PLUGIN_TYPE_VERSION name!,PLUGIN_LIBRARY name," +
		"PLUGIN_LIBRARY_VERSION name,PLUGIN_AUTHOR name,PLUGIN_DESCRIPTION text,PLUGIN_LICENSE name,LOAD_OPTION name!", plugins},
	{"USER_PRIVILEGES", "GRANTEE text!,TABLE_CATALOG name!,PRIVILEGE_TYPE name!,IS_GRANTABLE name!", userPrivileges},
}

func userPrivileges(ctx *sql.Context) ([]sql.Row, error) {
	client := ctx.Session.Client()
	grantee := "'" + client.User + "'@'" + client.Address + "'"
	var rows []sql.Row
	for _, p := range strings.Split(grantable, ",") {
		rows = append(rows, sql.Row{grantee, "def", p, "YES"})
	}
	return rows, nil
}

// grantable are the privileges that everybody has (manual 8.2.2).
const grantable = "SELECT,INSERT,UPDATE,DELETE,CREATE,DROP,RELOAD,SHUTDOWN,PROCESS,FILE,REFERENCES,INDEX,ALTER,SHOW DATABASES,SUPER," +
	"CREATE TEMPORARY TABLES,LOCK TABLES,EXECUTE,REPLICATION SLAVE,REPLICATION CLIENT,CREATE VIEW,SHOW VIEW,CREATE ROUTINE,ALTER ROUTINE," +
	"CREATE USER,EVENT,TRIGGER,CREATE TABLESPACE,CREATE ROLE,DROP ROLE"

func plugins(*sql.Context) ([]sql.Row, error) {
	var rows []sql.Row
	for _, p := range [][4]string{
		{"InnoDB", "8.0", "STORAGE ENGINE", "Supports transactions, row-level locking, and foreign keys"},
		{"mysql_native_password", "1.1", "AUTHENTICATION", "Native MySQL authentication"},
		{"caching_sha2_password", "1.0", "AUTHENTICATION", "Caching sha2 authentication"},
	} {
		rows = append(rows, sql.Row{p[0], p[1], "ACTIVE", p[2], "80036.0", nil, nil, "Verbatim", p[3], "GPL", "FORCE"})
	}
	return rows, nil
}

// Find is the database of the name, in any letter case.
func Find(name string) (sql.Database, bool) {
	for _, d := range Databases() {
		if strings.EqualFold(d.Name(), name) {
			return d, true
		}
	}
	return nil, false
}

// declared is a table as this package declares it.
type declared struct {
	name    string
	columns string // name and type, divided by commas; ! says NOT NULL
	rows    func(*sql.Context) ([]sql.Row, error)
}

type database struct {
	name   string
	tables []declared
}

var _ sql.CollatedDatabase = (*database)(nil)

// Name implements sql.Database.
func (d *database) Name() string { return d.name }

// GetTableInsensitive implements sql.Database.
func (d *database) GetTableInsensitive(_ *sql.Context, name string) (sql.Table, bool, error) {
	for _, t := range d.tables {
		if strings.EqualFold(t.name, name) {
			return newTable(d.name, t), true, nil
		}
	}
	return nil, false, nil
}

// GetTableNames implements sql.Database.
func (d *database) GetTableNames(*sql.Context) ([]string, error) {
	var names []string
	for _, t := range d.tables {
		names = append(names, t.name)
	}
	return names, nil
}

// GetCollation implements sql.CollatedDatabase.
func (d *database) GetCollation(*sql.Context) sql.CollationID {
	return sql.Collation_utf8mb4_0900_ai_ci
}

// SetCollation implements sql.CollatedDatabase.
func (d *database) SetCollation(*sql.Context, sql.CollationID) error {
	return sql.ErrDatabaseNotFound.New(d.name)
}

// table is a declared table for go-mysql-server.
type table struct {
	declared
	schema sql.Schema
}

func newTable(database string, d declared) *table {
	t := &table{declared: d}
	for _, c := range strings.Split(d.columns, ",") {
		spec, notNull := strings.CutSuffix(strings.TrimSpace(c), "!")
		name, kind, _ := strings.Cut(spec, " ")
		t.schema = append(t.schema, &sql.Column{
			Name: name, Type: columnTypes[kind], Nullable: !notNull, Source: d.name, DatabaseSource: database,
		})
	}
	return t
}

// columnTypes are the types that the declarations name.
var columnTypes = map[string]sql.Type{
	"bigint":    types.Int64,
	"ubigint":   types.Uint64,
	"int":       types.Int32,
	"uint":      types.Uint32,
	"double":    types.Float64,
	"timestamp": types.Timestamp,
	"yes":       types.MustCreateEnumType([]string{"N", "Y"}, sql.Collation_utf8mb4_0900_ai_ci),
	"yesno":     types.MustCreateEnumType([]string{"YES", "NO"}, sql.Collation_utf8mb4_0900_ai_ci),
	"name":      types.MustCreateString(sqltypes.VarChar, 64, sql.Collation_utf8mb4_0900_ai_ci),
	"text":      types.MustCreateString(sqltypes.VarChar, 1024, sql.Collation_utf8mb4_0900_ai_ci),
	"long":      types.LongText,
	"json":      types.JSON,
}

// Name implements sql.Table.
func (t *table) Name() string { return t.name }

// String implements sql.Table.
func (t *table) String() string { return t.name }

// Schema implements sql.Table.
func (t *table) Schema() sql.Schema { return t.schema }

// Collation implements sql.Table.
func (t *table) Collation() sql.CollationID { return sql.Collation_utf8mb4_0900_ai_ci }

// Partitions implements sql.Table.
func (t *table) Partitions(*sql.Context) (sql.PartitionIter, error) {
	return sql.PartitionsToPartitionIter(partition{}), nil
}

// PartitionRows implements sql.Table.
func (t *table) PartitionRows(ctx *sql.Context, _ sql.Partition) (sql.RowIter, error) {
	if t.rows == nil {
		return sql.RowsToRowIter(), nil
	}
	rows, err := t.rows(ctx)
	return sql.RowsToRowIter(rows...), err
}

// partition is the only one of a table.
type partition struct{}

// Key implements sql.Partition.
func (partition) Key() []byte { return []byte("all") }
