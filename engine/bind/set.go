package bind

import (
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// checkSet refuses SET GLOBAL and SET PERSIST.
func checkSet(n *ast.Set) error {
	for _, e := range n.Exprs {
		switch e.Scope {
		case ast.SetScope_Global, ast.SetScope_Persist, ast.SetScope_PersistOnly:
			return mysql.NewError(mysql.ER_SPECIFIC_ACCESS_DENIED_ERROR, "SET GLOBAL is refused here: global variables "+
				"are shared by all Verbatim servers of this process; use SET SESSION")
		}
	}
	return nil
}
