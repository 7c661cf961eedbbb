package engine

import (
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"github.com/verbatim-sql/verbatim/engine/bridge"
)

// timeColumns are the columns that a DDL statement declares as TIME: go-mysql-server plans them as its one type of that
// name, and refuses digits of a fraction.
type timeColumns map[string]timeColumn // by the name in lower case

type timeColumn struct {
	declared *ast.ColumnType
	length   *ast.SQLVal
}

// withoutDigits takes the digits from the statement's TIME columns; restore puts them back.
func withoutDigits(stmt ast.Statement) timeColumns {
	columns := make(timeColumns)
	take := func(spec *ast.TableSpec) {
		if spec == nil {
			return
		}
		for _, c := range spec.Columns {
			if strings.EqualFold(c.Type.Type, "time") {
				columns[c.Name.Lowered()] = timeColumn{&c.Type, c.Type.Length}
				c.Type.Length = nil
			}
		}
	}
	switch n := stmt.(type) {
	case *ast.DDL:
		take(n.TableSpec)
	case *ast.AlterTable:
		for _, c := range n.Statements {
			take(c.TableSpec)
		}
	}
	return columns
}

func (t timeColumns) restore() {
	for _, c := range t {
		c.declared.Length = c.length
	}
}

// declare gives the columns that the plan makes the types of which they were declared.
func (t timeColumns) declare(node sql.Node) {
	if len(t) == 0 {
		return
	}
	declare := func(c *sql.Column) {
		if declared, ok := t[strings.ToLower(c.Name)]; ok {
			digits := 0
			if declared.length != nil {
				digits, _ = strconv.Atoi(string(declared.length.Val))
			}
			c.Type = bridge.TimeType{Digits: digits}
			if c.Default != nil && c.Default.OutType != nil {
				c.Default.OutType = c.Type
			}
		}
	}
	transform.Inspect(node, func(n sql.Node) bool {
		switch n := n.(type) {
		case *plan.CreateTable:
			for _, c := range n.PkSchema().Schema {
				declare(c)
			}
		case *plan.AddColumn:
			declare(n.Column())
		case *plan.ModifyColumn:
			declare(n.NewColumn())
		}
		return true
	})
}
