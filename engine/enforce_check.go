package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/parse"
)

// enforceChecks has ALTER TABLE's ALTER CHECK and ALTER CONSTRAINT clauses done, whose names vitess's parser loses: a
// CHECK is dropped and added again as it shall be, so that one that is enforced from now on finds the rows that are
// against it (error 3819).
func (x *execution) enforceChecks(database, table string, execute func(*ast.DDL) error) error {
	tree, err := parse.Query(x.text, bridge.ParserMode(x.ctx))
	if err != nil {
		return nil // what go-mysql-server's grammar takes alone
	}
	alter, ok := tree.Node.(*tidb.AlterTableStmt)
	if !ok {
		return nil
	}
	for _, spec := range alter.Specs {
		if spec.Tp != tidb.AlterTableAlterCheck {
			continue
		}
		t, _, err := x.session.engine.analyzer.Catalog.Table(x.ctx, database, table)
		if err != nil {
			return err
		}
		var checks []sql.CheckDefinition
		if checked, ok := t.(sql.CheckTable); ok {
			if checks, err = checked.GetChecks(x.ctx); err != nil {
				return err
			}
		}
		name, enforced := spec.Constraint.Name, spec.Constraint.Enforced
		i := slices.IndexFunc(checks, func(c sql.CheckDefinition) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 {
			return &mysql.MyError{Code: erCheckConstraintNotFound, State: "HY000",
				Message: fmt.Sprintf("Check constraint '%s' is not found in the table.", name)}
		}
		if checks[i].Enforced == enforced {
			continue
		}
		again := fmt.Sprintf("ALTER TABLE t DROP CHECK %s, ADD CONSTRAINT %[1]s CHECK (%s)", quoted(checks[i].Name), checks[i].CheckExpression)
		if !enforced {
			again += " NOT ENFORCED"
		}
		stmt, err := ast.Parse(again)
		if err != nil {
			return fmt.Errorf("engine: CHECK %s: %w", checks[i].Name, err)
		}
		for _, clause := range stmt.(*ast.AlterTable).Statements {
			if err := execute(clause); err != nil {
				return err
			}
		}
	}
	return nil
}
