package engine

import (
	"fmt"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
)

// MySQL's errors about what a CHECK is made of.
const (
	erColumnCheckOtherColumn = 3813
	erCheckNamedFunction     = 3814
	erCheckFunction          = 3815
	erCheckVariables         = 3816
	erCheckAutoIncrement     = 3818
	erCheckUnknownColumn     = 3820
	erCheckDuplicateName     = 3822
)

// addCheck checks a CHECK of a definition: that of a column is of nothing else (manual 15.1.20.6).
func (d *tableDefinition) addCheck(name string, e tidb.ExprNode, of string) error {
	if name == "" {
		d.unnamed++
		name = fmt.Sprintf("%s_chk_%d", d.name, d.unnamed)
	} else if d.checks[strings.ToLower(name)] {
		return mysql.NewError(erCheckDuplicateName, fmt.Sprintf("Duplicate check constraint name '%s'.", name))
	}
	d.checks[strings.ToLower(name)] = true
	c := &constraintChecker{name: name, of: of, column: func(name tidb.CIStr) (auto, ok bool) {
		column := d.column(name)
		return column != nil && column.auto, column != nil
	}}
	e.Accept(c)
	return c.err
}

// constraintChecker looks for what a CHECK may not be made of.
type constraintChecker struct {
	name, of string // of: the column whose CHECK it is; "": the table's
	column   func(tidb.CIStr) (auto, ok bool)
	err      error
}

// Enter implements tidb.Visitor.
func (c *constraintChecker) Enter(n tidb.Node) (tidb.Node, bool) {
	if c.err != nil {
		return n, true
	}
	refuse := func(code uint16, format string, args ...any) {
		c.err = mysql.NewError(code, fmt.Sprintf(format, args...))
	}
	switch n := n.(type) {
	case *tidb.SubqueryExpr, *tidb.AggregateFuncExpr:
		refuse(erCheckFunction, "An expression of a check constraint '%s' contains disallowed function.", c.name)
	case *tidb.VariableExpr:
		refuse(erCheckVariables, "An expression of a check constraint '%s' cannot refer to a user or system variable.", c.name)
	case *tidb.FuncCallExpr:
		if changing[n.FnName.L] || n.FnName.L == "unix_timestamp" && len(n.Args) == 0 {
			refuse(erCheckNamedFunction, "An expression of a check constraint '%s' contains disallowed function: %s.", c.name, n.FnName.L)
		}
	case *tidb.ColumnNameExpr:
		switch auto, ok := c.column(n.Name.Name); {
		case !ok:
			refuse(erCheckUnknownColumn, "Check constraint '%s' refers to non-existing column '%s'.", c.name, n.Name.Name.O)
		case auto:
			refuse(erCheckAutoIncrement, "Check constraint '%s' cannot refer to an auto-increment column.", c.name)
		case c.of != "" && c.of != n.Name.Name.L:
			refuse(erColumnCheckOtherColumn, "Column check constraint '%s' references other column.", c.name)
		}
	}
	return n, c.err != nil
}

// Leave implements tidb.Visitor.
func (c *constraintChecker) Leave(n tidb.Node) (tidb.Node, bool) { return n, true }
