package bridge

import (
	"fmt"
	"strings"

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

// triggerRows are the triggers of a database (manual 28.3.45). Those of a table for the same
// event at the same time are numbered in their order.
func triggerRows(ctx *sql.Context, _ sql.Catalog, db sql.Database) ([]sql.Row, error) {
	d, ok := db.(sql.TriggerDatabase)
	if !ok {
		return nil, nil
	}
	definitions, err := d.GetTriggers(ctx)
	if err != nil {
		return nil, err
	}
	set, collation, err := characterSet(ctx)
	if err != nil {
		return nil, err
	}
	var rows []sql.Row
	last := make(map[string]int64)
	for _, t := range definitions {
		stmt, err := parse.One(ctx, t.CreateStatement, sql.NewSqlModeFromString(t.SqlMode).ParserOptions())
		if err != nil {
			return nil, fmt.Errorf("bridge: trigger %s: %w", t.Name, err)
		}
		ddl, ok := stmt.(*ast.DDL)
		if !ok || ddl.TriggerSpec == nil {
			return nil, fmt.Errorf("bridge: trigger %s: %s", t.Name, t.CreateStatement)
		}
		table := ddl.Table.Name.String()
		if found, ok, err := db.GetTableInsensitive(ctx, table); err == nil && ok {
			table = found.Name()
		}
		event, time := strings.ToUpper(ddl.TriggerSpec.Event), strings.ToUpper(ddl.TriggerSpec.Time)
		group := table + " " + event + " " + time
		last[group]++
		rows = append(rows, sql.Row{
			"def", db.Name(), ddl.TriggerSpec.TrigName.Name.String(), event, "def", db.Name(), table, last[group], nil,
			triggerBody(t.CreateStatement, ddl), "ROW", time, nil, nil, "OLD", "NEW", t.CreatedAt, t.SqlMode, definerOf(ddl.TriggerSpec.Definer),
			set, collation, plan.GetDatabaseCollation(ctx, db).String(),
		})
	}
	return rows, nil
}

// triggerBody is the statement of a trigger. Where the trigger has no order the grammar counts
// the first word of the statement as read.
func triggerBody(text string, ddl *ast.DDL) string {
	start, end := ddl.SubStatementPositionStart, min(ddl.SubStatementPositionEnd, len(text))
	if ddl.TriggerSpec.Order == nil {
		start = max(strings.LastIndexAny(strings.TrimRight(text[:start], " \t\r\n"), " \t\r\n"), 0)
	}
	return strings.TrimSpace(text[start:end])
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
