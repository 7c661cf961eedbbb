package bridge

import (
	"fmt"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
	"github.com/dolthub/go-mysql-server/sql/plan"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/parse"
)

// catalogTable is a table of information_schema that is filled from the catalog.
type catalogTable interface {
	sql.Table
	AssignCatalog(sql.Catalog) sql.Table
}

// definitions is information_schema.triggers or .views, by what the databases keep.
// Go-mysql-server's have no rows where there are no accounts, and plan each definition as
// if its names were the current database's.
type definitions struct {
	catalogTable
	of      func(*sql.Context, sql.Catalog, sql.Database) ([]sql.Row, error) // the rows of a database
	catalog sql.Catalog
}

// AssignCatalog implements sql.CatalogTable.
func (d *definitions) AssignCatalog(c sql.Catalog) sql.Table {
	d.catalogTable.AssignCatalog(c)
	d.catalog = c
	return d
}

// PartitionRows implements sql.Table.
func (d *definitions) PartitionRows(ctx *sql.Context, _ sql.Partition) (sql.RowIter, error) {
	var all []sql.Row
	for _, db := range d.catalog.AllDatabases(ctx) {
		rows, err := d.of(ctx, d.catalog, db)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return sql.RowsToRowIter(all...), nil
}

// characterSet is what the session says of a definition: the character set and the
// collation of the connection.
func characterSet(ctx *sql.Context) (set, collation any, err error) {
	if set, err = ctx.GetSessionVariable(ctx, "character_set_client"); err != nil {
		return nil, nil, err
	}
	collation, err = ctx.GetSessionVariable(ctx, "collation_connection")
	return set, collation, err
}

// definerOf is a definer as information_schema shows it, without quotes.
func definerOf(definer string) string {
	if definer == "" {
		return "root@localhost"
	}
	return strings.ReplaceAll(definer, "`", "")
}

// TriggerDatabase is a database that keeps triggers.
type TriggerDatabase interface {
	Triggers(*sql.Context) []StoredTrigger
}

// StoredTrigger is a trigger as its database keeps it. Those of a table for the same event at the
// same time are executed in their order.
type StoredTrigger struct {
	Name      string
	Table     string
	Before    bool   // otherwise AFTER
	Event     string // INSERT, UPDATE or DELETE
	Statement string // CREATE, as it was written but for FOLLOWS or PRECEDES
	Mode      string // the sql_mode under which
	Created   time.Time
}

// NewStoredTrigger is a trigger of a statement that is parsed under a sql_mode.
func NewStoredTrigger(statement, mode string, created time.Time) (StoredTrigger, error) {
	t := StoredTrigger{Statement: statement, Mode: mode, Created: created}
	r, _, err := t.Parse()
	if err != nil {
		return t, err
	}
	t.Name, t.Table, t.Before, t.Event = r.Name, r.Trigger.Table, r.Trigger.Before, r.Trigger.Event
	t.Statement = strings.TrimSpace(r.Unordered(parse.Trim(statement)))
	return t, nil
}

// ParserMode is what the sql_mode under which the trigger was made says to the parser.
func (t StoredTrigger) ParserMode() parse.SQLMode {
	mode, _ := sqlMode(t.Mode)
	return mode
}

// Parse reads the trigger's statement.
func (t StoredTrigger) Parse() (*parse.Routine, parse.SQLMode, error) {
	mode := t.ParserMode()
	tree, err := parse.Query(t.Statement, mode)
	if err != nil {
		return nil, mode, err
	}
	if tree.Routine == nil || tree.Routine.Trigger == nil {
		return nil, mode, fmt.Errorf("bridge: trigger %s: %s", t.Name, t.Statement)
	}
	return tree.Routine, mode, nil
}

// When is BEFORE or AFTER.
func (t StoredTrigger) When() string {
	if t.Before {
		return "BEFORE"
	}
	return "AFTER"
}

// triggerRows are the triggers of a database (manual 28.3.45). Those of a table for the same
// event at the same time are numbered in their order.
func triggerRows(ctx *sql.Context, _ sql.Catalog, db sql.Database) ([]sql.Row, error) {
	d, ok := db.(TriggerDatabase)
	if !ok {
		return nil, nil
	}
	set, collation, err := characterSet(ctx)
	if err != nil {
		return nil, err
	}
	var rows []sql.Row
	last := make(map[string]int64)
	for _, t := range d.Triggers(ctx) {
		r, _, err := t.Parse()
		if err != nil {
			return nil, err
		}
		group := strings.ToLower(t.Table) + " " + t.Event + " " + t.When()
		last[group]++
		rows = append(rows, sql.Row{
			"def", db.Name(), t.Name, t.Event, "def", db.Name(), t.Table, last[group], nil,
			r.BodyText, "ROW", t.When(), nil, nil, "OLD", "NEW", t.Created, t.Mode, definerOf(r.Definer),
			set, collation, plan.GetDatabaseCollation(ctx, db).String(),
		})
	}
	return rows, nil
}

// viewRows are the views of a database (manual 28.3.48).
func viewRows(ctx *sql.Context, catalog sql.Catalog, db sql.Database) ([]sql.Row, error) {
	views, err := information_schema.ViewsInDatabase(ctx, db)
	if err != nil {
		return nil, err
	}
	set, collation, err := characterSet(ctx)
	if err != nil {
		return nil, err
	}
	var rows []sql.Row
	relations := NewCatalog(ctx, catalog)
	for _, v := range views {
		check, security, definer, updatable := "NONE", "DEFINER", "", "NO"
		if stmt, err := parse.One(ctx, v.CreateViewStatement, sql.NewSqlModeFromString(v.SqlMode).ParserOptions()); err == nil {
			if ddl, ok := stmt.(*ast.DDL); ok && ddl.ViewSpec != nil {
				definer = ddl.ViewSpec.Definer
				if ddl.ViewSpec.Security != "" {
					security = strings.ToUpper(ddl.ViewSpec.Security)
				}
			}
		}
		if r, err := relations.Relation(db.Name(), v.Name); err == nil && r.View != nil {
			switch r.View.Check {
			case bind.Local:
				check = "LOCAL"
			case bind.Cascaded:
				check = "CASCADED"
			}
			if r.Updatable(relations) {
				updatable = "YES"
			}
		}
		rows = append(rows, sql.Row{
			"def", db.Name(), v.Name, v.TextDefinition, check, updatable, definerOf(definer), security, set, collation,
		})
	}
	return rows, nil
}
