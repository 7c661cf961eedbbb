package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// temporaryTables is a database in which a session makes temporary tables: their names are not those of others (manual
// 15.1.20.2), where go-mysql-server refuses a view's.
type temporaryTables struct{ temporaryCreator }

type temporaryCreator interface {
	sql.TemporaryTableCreator
	sql.CollatedDatabase
}

// hideViews has CREATE TEMPORARY TABLE not see the views of its database.
func hideViews(node sql.Node) {
	create, ok := node.(*plan.CreateTable)
	if !ok || !create.Temporary() {
		return
	}
	if creator, ok := create.Db.(temporaryCreator); ok {
		create.Db = temporaryTables{creator}
	}
}
