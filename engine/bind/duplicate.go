package bind

import (
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// Duplicate is what the assignments of ON DUPLICATE KEY UPDATE read (manual 15.2.7.2): the
// table's row, the row that was to be inserted, which has the same columns, and columns of the
// query that gave it. Batches have them in this order.
type Duplicate struct {
	*Row
	table string
	added []plan.Column // the row that was to be inserted
}

// Duplicate is for assignments to a row of a table. The row that was to be inserted has the
// alias, if any, for the columns at these positions; the query's columns have the names of
// their tables, "" where an unqualified name alone means them.
func (b *Binder) Duplicate(tree *parse.Tree, database, table string, columns []plan.Column, given []int, query []plan.Column) (*Duplicate, error) {
	d := &Duplicate{Row: b.Row(tree, database, table, columns), table: table, added: make([]plan.Column, len(columns))}
	f := d.scope.from
	for i := range columns {
		c := &d.added[i]
		*c = columns[i]
		c.ID = b.newID()
		d.layout = append(d.layout, c.ID)
	}
	if alias := tree.NewRow; alias != nil {
		if strings.EqualFold(alias.Name, table) {
			return nil, mysql.NewDefaultError(mysql.ER_NONUNIQ_TABLE, alias.Name)
		}
		if alias.Columns != nil && len(alias.Columns) != len(given) {
			return nil, errColumnNames
		}
		row := &source{name: alias.Name}
		for i, at := range given {
			c := d.added[at]
			c.Table = alias.Name
			if alias.Columns != nil {
				c.Name = alias.Columns[i]
				for _, before := range row.columns {
					if strings.EqualFold(before.Name, c.Name) {
						return nil, mysql.NewDefaultError(mysql.ER_DUP_FIELDNAME, c.Name)
					}
				}
			}
			row.columns = append(row.columns, c)
		}
		f.sources = append(f.sources, row)
		f.visible = append(f.visible[:len(f.visible):len(f.visible)], row.columns...)
	}
	for _, c := range query {
		c.ID = b.newID()
		d.layout = append(d.layout, c.ID)
		f.visible = append(f.visible[:len(f.visible):len(f.visible)], c)
		if c.Table != "" {
			f.sources = append(f.sources, &source{name: c.Table, columns: []plan.Column{c}})
		}
	}
	return d, nil
}

// valuesDeprecated is what MySQL warns of each VALUES(column).
const valuesDeprecated = "'VALUES function' is deprecated and will be removed in a future release. Please use an alias (INSERT INTO ... VALUES (...) AS alias) " +
	"and replace VALUES(col) in the ON DUPLICATE KEY UPDATE clause with alias.col instead"

// Expr binds what is assigned.
func (d *Duplicate) Expr(n ast.ExprNode) (expr.Expr, error) {
	b := d.scope.binder
	b.values = func(c *ast.ColumnName) (expr.Expr, error) {
		b.Context.Warn(mysql.ER_WARN_DEPRECATED_SYNTAX, valuesDeprecated)
		for i := range d.added {
			if strings.EqualFold(d.added[i].Name, c.Name.O) && (c.Table.O == "" || strings.EqualFold(c.Table.O, d.table)) {
				return d.added[i].Ref(), nil
			}
		}
		return nil, unknownColumn(nameOf(c), fieldList)
	}
	defer func() { b.values = nil }()
	return d.Row.Expr(n)
}
