package engine

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/parse"
)

// createTableSelect executes CREATE TABLE … SELECT: the table with the columns that
// the statement defines and those of the query that it does not (manual
// 15.1.20.4), then INSERT … SELECT. Where that fails there is no table.
func (x *execution) createTableSelect(tree *parse.Tree, n *tidb.CreateTableStmt, args []sqltypes.Value) (*Result, error) {
	database := n.Table.Schema.O
	if database == "" {
		database = x.session.Database()
	}
	if database == "" {
		return nil, mysql.NewDefaultError(mysql.ER_NO_DB_ERROR)
	}
	temporary := n.TemporaryKeyword != tidb.TemporaryNone
	// Like all DDL it commits what is open, unless the table is the session's own.
	x.stmt = &ast.DDL{Action: ast.CreateStr, Temporary: temporary}
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	x.ctx.ClearWarnings()
	if err := x.checkTable(n); err != nil {
		return nil, err
	}
	if err := x.planSource(tree, n.Select, n.OnDuplicate == tidb.OnDuplicateKeyHandlingIgnore, args); err != nil {
		return nil, err
	}
	name := n.Table.Name.O
	if !temporary && x.session.engine.parser.exists(x.ctx, database, name) {
		if !n.IfNotExists {
			return nil, mysql.NewDefaultError(mysql.ER_TABLE_EXISTS_ERROR, name)
		}
		x.source.context.Warn(mysql.ER_TABLE_EXISTS_ERROR, fmt.Sprintf("Table '%s' already exists", name))
		return new(Result), x.end(nil)
	}
	table := quoted(database) + "." + quoted(name)
	create, columns, err := x.columnsOf(n, table)
	if err != nil {
		return nil, err
	}
	if _, _, err := x.rows(nil, create, nil); err != nil {
		return nil, err
	}
	if r, is, err := x.insertInto(n, columnNames(columns)); is {
		if err != nil {
			return nil, x.undoCreate(temporary, table, err)
		}
		return r, x.end(nil)
	}
	insert := "INSERT"
	switch n.OnDuplicate {
	case tidb.OnDuplicateKeyHandlingIgnore:
		insert = "INSERT IGNORE"
	case tidb.OnDuplicateKeyHandlingReplace:
		insert = "REPLACE"
	}
	// The table is there for the transaction: it sees the catalog of the moment.
	schema, rows, err := x.rows(nil, fmt.Sprintf("%s INTO %s (%s) SELECT * FROM %s()", insert, table, quotedAll(columns), bind.SourceFunction), nil)
	if err != nil {
		return nil, x.undoCreate(temporary, table, err)
	}
	r := new(Result)
	if counted, ok := okOf(schema, rows); ok {
		r.AffectedRows = counted.RowsAffected
		r.Info = fmt.Sprintf("Records: %d  Duplicates: 0  Warnings: %d", counted.RowsAffected, x.session.Warnings())
	}
	return r, x.end(nil)
}

// undoCreate takes back the table for which there are no rows, and returns why.
func (x *execution) undoCreate(temporary bool, table string, err error) error {
	undo := "DROP TABLE "
	if temporary {
		undo = "DROP TEMPORARY TABLE "
	}
	x.session.session.Rollback(x.ctx, x.ctx.GetTransaction())
	if _, _, drop := x.rows(nil, undo+table, nil); drop != nil {
		return fmt.Errorf("%w; and then %w", err, drop)
	}
	return err
}

// columnsOf is the CREATE TABLE without its query, and the query's columns.
func (x *execution) columnsOf(n *tidb.CreateTableStmt, table string) (create string, columns []string, err error) {
	var parts []string
	defined := make(map[string]bool)
	for _, c := range n.Cols {
		text, err := restore(c)
		if err != nil {
			return "", nil, err
		}
		parts = append(parts, text)
		defined[c.Name.Name.L] = true
	}
	for _, c := range x.source.node.Columns() {
		if key := strings.ToLower(c.Name); !defined[key] {
			parts = append(parts, quoted(c.Name)+" "+bridge.Definition(&c))
			defined[key] = true
		} else if containsFold(columns, c.Name) {
			return "", nil, mysql.NewDefaultError(mysql.ER_DUP_FIELDNAME, c.Name)
		}
		columns = append(columns, c.Name)
	}
	for _, c := range n.Constraints {
		text, err := restore(c)
		if err != nil {
			return "", nil, err
		}
		parts = append(parts, text)
	}
	create = "CREATE TABLE "
	if n.TemporaryKeyword != tidb.TemporaryNone {
		create = "CREATE TEMPORARY TABLE "
	}
	create += table + " (" + strings.Join(parts, ", ") + ")"
	for _, o := range n.Options {
		text, err := restore(o)
		if err != nil {
			return "", nil, err
		}
		create += " " + text
	}
	return create, columns, nil
}

func containsFold(all []string, s string) bool {
	for _, a := range all {
		if strings.EqualFold(a, s) {
			return true
		}
	}
	return false
}

func quoted(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func quotedAll(names []string) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = quoted(n)
	}
	return strings.Join(all, ", ")
}

func columnNames(names []string) []*tidb.ColumnName {
	all := make([]*tidb.ColumnName, len(names))
	for i, n := range names {
		all[i] = &tidb.ColumnName{Name: tidb.NewCIStr(n)}
	}
	return all
}

// okOf is the count that a statement of go-mysql-server's answers.
func okOf(schema sql.Schema, rows []sql.Row) (types.OkResult, bool) {
	if !types.IsOkResultSchema(schema) || len(rows) == 0 {
		return types.OkResult{}, false
	}
	ok, is := rows[0][0].(types.OkResult)
	return ok, is
}
