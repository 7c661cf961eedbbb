package engine

import (
	"fmt"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// What columns have that a statement gives nothing.

// defaultLate has a column's default be computed behind the values that the row is given.
func (in *insertion) defaultLate(late **formulas, column int) error {
	if *late == nil {
		*late = &formulas{context: in.b.Context, columns: in.target.Columns}
	}
	f, err := in.definition().formula(column, in.target.Columns[column].Default)
	(*late).all = append((*late).all, f)
	return err
}

// defaultOf is a column's default value: NULL where it has none and may be NULL, an ENUM's
// first member.
func (in *insertion) defaultOf(column int) (types.Value, error) {
	c := &in.target.Columns[column]
	switch {
	case c.Column.Default != nil:
		return in.target.Default(column)
	case c.Nullable:
		return types.Value{}, nil
	}
	return types.Zero(&c.T), nil
}

// defaultExpr is DEFAULT(column) (manual 14.23): error 1364 where there is none.
func (in *insertion) defaultExpr(name string) (expr.Expr, error) {
	i := in.column(name)
	if i < 0 {
		return nil, mysql.NewDefaultError(mysql.ER_BAD_FIELD_ERROR, name, "field list")
	}
	c := &in.target.Columns[i]
	if c.Required() {
		return nil, mysql.NewDefaultError(mysql.ER_NO_DEFAULT_FOR_FIELD, c.Name)
	}
	if c.Dynamic() {
		return nil, mysql.NewError(erDefaultAsValue, "DEFAULT function cannot be used with default value expressions")
	}
	x, err := in.defaultOf(i)
	return &expr.Literal{V: x, T: c.T}, err
}

// setDefault gives a column of the row its default.
func (in *insertion) setDefault(column int) error {
	c := &in.target.Columns[column]
	if c.AutoIncrement {
		in.generates = true
		return nil
	}
	if c.Generated != nil {
		return nil
	}
	if c.Dynamic() {
		return in.defaultLate(&in.chosen, column)
	}
	if c.Required() {
		if err := in.refuse(mysql.ER_NO_DEFAULT_FOR_FIELD, fmt.Sprintf("Field '%s' doesn't have a default value", c.Name)); err != nil {
			return err
		}
	}
	v, err := in.defaultOf(column)
	in.row[column] = v
	return err
}
