package engine

import (
	"fmt"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// tableThere answers CREATE TABLE IF NOT EXISTS of a table or view that there is, by a note.
func (x *execution) tableThere(n *ast.DDL) (*Result, bool, error) {
	if n.Action != ast.CreateStr || n.TableSpec == nil || !n.IfNotExists || n.Temporary ||
		!x.session.engine.parser.exists(x.ctx, x.databaseOf(n.Table), n.Table.Name.String()) {
		return nil, false, nil
	}
	if err := x.beginStatement(); err != nil {
		return nil, true, err
	}
	x.ctx.ClearWarnings()
	x.note(mysql.ER_TABLE_EXISTS_ERROR, fmt.Sprintf("Table '%s' already exists", n.Table.Name.String()))
	return new(Result), true, x.end(nil)
}

// databaseOf is a table's, said or not.
func (x *execution) databaseOf(t ast.TableName) string {
	if d := t.DbQualifier.String(); d != "" {
		return d
	}
	return x.database()
}

// worded gives go-mysql-server's notes of what is there, or is not, MySQL's words.
func (x *execution) worded() {
	for _, w := range x.ctx.Session.Warnings() {
		if w.Level != "Note" {
			continue
		}
		switch n := x.stmt.(type) {
		case *ast.DBDDL:
			switch w.Code {
			case mysql.ER_DB_CREATE_EXISTS, mysql.ER_DB_DROP_EXISTS:
				w.Message = mysql.NewDefaultError(uint16(w.Code), n.DBName).Message
			}
		case *ast.DDL:
			for _, t := range n.FromTables {
				if name := t.Name.String(); w.Message == fmt.Sprintf("Unknown table '%s'", strings.ToLower(name)) {
					w.Message = fmt.Sprintf("Unknown table '%s.%s'", x.databaseOf(t), name)
				}
			}
		}
	}
}
