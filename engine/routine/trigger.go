package routine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Row gives a trigger's NEW or OLD its columns, which it reads and, before the row is
// written, assigns. They are kept from one run to the next.
func (p *Program) Row(row string, columns []string, t []types.Type) []*Variable {
	all := make([]*Variable, len(columns))
	for i, c := range columns {
		all[i] = &Variable{Name: c, T: t[i].WithNullable(true)}
		p.params.vars[RowColumn(row, c)] = all[i]
	}
	return all
}

// RowColumn is the name of a variable that is a column of NEW or OLD.
func RowColumn(row, column string) string { return lower(row) + "." + lower(column) }

// isRow tells whether a name is that of a trigger's row.
func isRow(name string) bool { return strings.EqualFold(name, "NEW") || strings.EqualFold(name, "OLD") }

// Fire runs a trigger.
func (p *Program) Fire(outer *expr.Context) error {
	env, leave, err := p.host.Enter(p, outer.Env)
	if err != nil {
		return err
	}
	defer leave()
	_, err = (&run{p: p, c: inner(outer, env)}).start()
	return err
}

// rows checks what an instruction of a trigger reads of NEW and OLD: MySQL's errors 1363, where
// the event has no such row, and 1054.
func (c *checker) rows(in parse.Instruction) error {
	t := c.routine.Trigger
	if t == nil {
		return nil
	}
	var err error
	f := finder{is: func(n ast.Node) bool {
		if e, ok := n.(*ast.ColumnNameExpr); ok && e.Name.Schema.L == "" && isRow(e.Name.Table.L) && err == nil {
			err = c.column(e.Name.Table.O, e.Name.Name.O)
		}
		return false
	}}
	all := trees(in)
	if sql, ok := in.(*parse.SQL); ok && sql.Tree != nil {
		all = append(all, sql.Tree)
	}
	if b, ok := in.(*parse.Block); ok {
		for _, d := range b.Cursors {
			all = append(all, d.Query)
		}
	}
	for _, tree := range all {
		if tree != nil && tree.Node != nil {
			tree.Node.Accept(&f)
		}
	}
	return err
}

func (c *checker) column(row, column string) error {
	t := c.routine.Trigger
	row = strings.ToUpper(row)
	if !t.Named(row) {
		return mysql.NewError(mysql.ER_TRG_NO_SUCH_ROW_IN_TRG, fmt.Sprintf("There is no %s row in on %s trigger", row, t.Event))
	}
	if !slices.ContainsFunc(c.columns, func(name string) bool { return strings.EqualFold(name, column) }) {
		return mysql.NewDefaultError(mysql.ER_BAD_FIELD_ERROR, column, row)
	}
	return nil
}

// assigned checks an assignment to a column of NEW: MySQL's errors 1362 and those of column.
func (c *checker) assigned(a parse.Assignment) error {
	t := c.routine.Trigger
	switch {
	case !isRow(a.Scope):
		return mysql.NewDefaultError(mysql.ER_UNKNOWN_SYSTEM_VARIABLE, a.Target)
	case a.Scope == "OLD":
		return mysql.NewDefaultError(mysql.ER_TRG_CANT_CHANGE_ROW, "OLD", "")
	case t.Event == "DELETE":
		return c.column(a.Scope, a.Target)
	case !t.Before:
		return mysql.NewDefaultError(mysql.ER_TRG_CANT_CHANGE_ROW, "NEW", "after ")
	}
	return c.column(a.Scope, a.Target)
}
