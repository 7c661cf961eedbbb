package engine

import (
	"fmt"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// MySQL's errors about what generated columns are made of.
const (
	erGeneratedFunction      = 3102
	erGeneratedOrder         = 3107
	erGeneratedAutoIncrement = 3109
	erGeneratedNamedFunction = 3763
	erGeneratedVariables     = 3772
)

// changing are functions whose values are not of their arguments alone (manual 15.1.20.8).
var changing = map[string]bool{
	"rand": true, "uuid": true, "uuid_short": true, "random_bytes": true, "sleep": true, "now": true, "sysdate": true, "curdate": true,
	"curtime": true, "current_timestamp": true, "current_date": true, "current_time": true, "localtime": true, "localtimestamp": true,
	"utc_date": true, "utc_time": true, "utc_timestamp": true, "connection_id": true, "user": true, "current_user": true,
	"session_user": true, "system_user": true, "current_role": true, "last_insert_id": true, "row_count": true, "found_rows": true,
	"database": true, "schema": true, "version": true, "benchmark": true, "load_file": true, "get_lock": true, "release_lock": true,
	"release_all_locks": true, "is_free_lock": true, "is_used_lock": true, "values": true,
}

// checkGenerated refuses generated columns of a table's definition that are made of what MySQL does not allow.
func checkGenerated(spec *ast.TableSpec) error {
	if spec == nil {
		return nil
	}
	later := make(map[string]bool) // generated columns that are defined behind
	auto := make(map[string]bool)
	for _, c := range spec.Columns {
		later[c.Name.Lowered()] = c.Type.GeneratedExpr != nil
		auto[c.Name.Lowered()] = bool(c.Type.Autoincrement)
	}
	for _, c := range spec.Columns {
		if c.Type.GeneratedExpr == nil {
			continue
		}
		if c.Type.Default != nil {
			return mysql.NewDefaultError(mysql.ER_WRONG_USAGE, "DEFAULT", "generated column")
		}
		name := c.Name.String()
		tree, err := parse.Query("SELECT "+ast.String(c.Type.GeneratedExpr), 0)
		if err != nil {
			continue // as go-mysql-server will say
		}
		g := &generatedChecker{name: name, later: later, auto: auto}
		tree.Node.Accept(g)
		if g.err != nil {
			return g.err
		}
		later[c.Name.Lowered()] = false
	}
	return nil
}

// generatedChecker looks for what a generated column may not be made of.
type generatedChecker struct {
	name        string
	later, auto map[string]bool
	err         error
}

// Enter implements tidb.Visitor.
func (g *generatedChecker) Enter(n tidb.Node) (tidb.Node, bool) {
	if g.err != nil {
		return n, true
	}
	switch n := n.(type) {
	case *tidb.SubqueryExpr:
		g.err = mysql.NewError(erGeneratedFunction, fmt.Sprintf("Expression of generated column '%s' contains a disallowed function.", g.name))
	case *tidb.VariableExpr:
		g.err = mysql.NewError(erGeneratedVariables, fmt.Sprintf("Expression of generated column '%s' cannot refer user or system variables.", g.name))
	case *tidb.AggregateFuncExpr:
		g.err = mysql.NewDefaultError(mysql.ER_INVALID_GROUP_FUNC_USE)
	case *tidb.FuncCallExpr:
		if changing[n.FnName.L] || n.FnName.L == "unix_timestamp" && len(n.Args) == 0 {
			g.err = mysql.NewError(erGeneratedNamedFunction,
				fmt.Sprintf("Expression of generated column '%s' contains a disallowed function: %s.", g.name, n.FnName.L))
		}
	case *tidb.ColumnNameExpr:
		switch column := n.Name.Name.L; {
		case g.auto[column]:
			g.err = mysql.NewError(erGeneratedAutoIncrement, fmt.Sprintf("Generated column '%s' cannot refer to auto-increment column.", g.name))
		case g.later[column]:
			g.err = mysql.NewError(erGeneratedOrder, "Generated column can refer only to generated columns defined prior to it.")
		}
	}
	return n, g.err != nil
}

// Leave implements tidb.Visitor.
func (g *generatedChecker) Leave(n tidb.Node) (tidb.Node, bool) { return n, true }

// bare takes the table from the names of columns: a definition is of one, whose name may be another now.
type bare struct{}

// Enter implements tidb.Visitor.
func (bare) Enter(n tidb.Node) (tidb.Node, bool) {
	if e, ok := n.(*tidb.ColumnNameExpr); ok {
		e.Name.Schema, e.Name.Table = tidb.CIStr{}, tidb.CIStr{}
	}
	return n, false
}

// Leave implements tidb.Visitor.
func (bare) Leave(n tidb.Node) (tidb.Node, bool) { return n, true }

// namesColumnIn tells whether an expression of a definition names a column.
func namesColumnIn(expression, column string) bool {
	for word := range parse.Tokens(expression) {
		if strings.EqualFold(strings.Trim(word, "`"), column) {
			return true
		}
	}
	return false
}
