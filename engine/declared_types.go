package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"github.com/verbatim-sql/verbatim/engine/bridge"
)

// deprecatedSyntax is the code of MySQL's warnings of what it will not take one day.
const deprecatedSyntax = 1681

// declareTypes resolves the types of a DDL statement's columns that go-mysql-server does not have: TIME of digits of a fraction,
// and numbers with UNSIGNED, ZEROFILL and places that it would drop. It warns of what is deprecated (manual 11.1.6).
func declareTypes(ctx *sql.Context, stmt ast.Statement) error {
	declare := func(spec *ast.TableSpec) error {
		if spec == nil {
			return nil
		}
		for _, c := range spec.Columns {
			deprecated(ctx, &c.Type)
			resolved, err := declaredType(&c.Type)
			if err != nil {
				return err
			}
			if resolved != nil {
				c.Type.ResolvedType = resolved
			}
		}
		return nil
	}
	switch n := stmt.(type) {
	case *ast.DDL:
		return declare(n.TableSpec)
	case *ast.AlterTable:
		for _, c := range n.Statements {
			if err := declare(c.TableSpec); err != nil {
				return err
			}
		}
	}
	return nil
}

// tableComment is the comment of the table that the plan creates; "" of others.
func tableComment(node sql.Node) (comment string) {
	transform.Inspect(node, func(n sql.Node) bool {
		if c, ok := n.(*plan.CreateTable); ok {
			comment, _ = c.TableOpts["comment"].(string)
		}
		return comment == ""
	})
	return comment
}

// declaredType is the type of a column that go-mysql-server does not have; nil of others.
func declaredType(c *ast.ColumnType) (sql.Type, error) {
	length, places := number(c.Length), number(c.Scale)
	as := bridge.NumberAttributes{Unsigned: bool(c.Unsigned || c.Zerofill), Zerofill: bool(c.Zerofill)}
	plain := *c
	plain.ResolvedType = nil
	name := strings.ToLower(c.Type)
	switch name {
	case "time":
		return bridge.TimeType{Digits: max(length, 0)}, nil
	case "float", "double", "real", "double precision":
		if places >= 0 {
			as.Width, as.Places = length, places
			plain.Length, plain.Scale = nil, nil
		}
		if as == (bridge.NumberAttributes{}) {
			return nil, nil
		}
	case "decimal", "fixed", "dec", "numeric":
		if !as.Unsigned {
			return nil, nil
		}
	case "tinyint", "smallint", "mediumint", "int", "integer", "bigint":
		if !as.Zerofill {
			return nil, nil
		}
		plain.Unsigned, plain.Length = true, nil
		as.Width = max(length, 0)
	default:
		return nil, nil
	}
	base, err := gms.ColumnTypeToType(&plain)
	if err != nil {
		return nil, err
	}
	return bridge.NumberTypeOf(base, as), nil
}

// number is a number in a type's parentheses; -1 where there is none.
func number(v *ast.SQLVal) int {
	if v == nil {
		return -1
	}
	n, err := strconv.Atoi(string(v.Val))
	if err != nil {
		return -1
	}
	return n
}

// deprecated warns of what is deprecated in a column's type.
func deprecated(ctx *sql.Context, c *ast.ColumnType) {
	warn := func(format string, args ...any) {
		ctx.Session.Warn(&sql.Warning{Level: "Warning", Code: deprecatedSyntax, Message: fmt.Sprintf(format, args...)})
	}
	if c.Zerofill {
		warn("The ZEROFILL attribute is deprecated and will be removed in a future release. Use the LPAD function to zero-pad numbers, or store the formatted numbers in a CHAR column.")
	}
	switch strings.ToLower(c.Type) {
	case "float", "double", "real", "double precision":
		if c.Scale != nil {
			warn("Specifying number of digits for floating point data types is deprecated and will be removed in a future release.")
		}
		fallthrough
	case "decimal", "fixed", "dec", "numeric":
		if c.Unsigned {
			warn("UNSIGNED for decimal and floating point data types is deprecated and support for it will be removed in a future release.")
		}
	case "smallint", "mediumint", "int", "integer", "bigint", "tinyint":
		if c.Length != nil && number(c.Length) != 1 {
			warn("Integer display width is deprecated and will be removed in a future release.")
		}
	}
}
