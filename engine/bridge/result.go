package bridge

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/tables"
)

// ResultFunction is the scalar function [bind.ResultFunction].
var ResultFunction = sql.FunctionN{
	Name: bind.ResultFunction,
	Fn: func(exprs ...sql.Expression) (sql.Expression, error) {
		f, numbers, err := declared(bind.ResultFunction, exprs, 1)
		if err != nil || len(exprs) != 3 || int(numbers[0]) >= len(f.Columns) {
			return nil, sql.ErrInvalidArgument.New(bind.ResultFunction)
		}
		c := f.Columns[numbers[0]]
		return &result{column: c, typ: sqlType(c.Type), child: exprs[2]}, nil
	},
}

// result is a column of a table function's answer in its declared type.
type result struct {
	column tables.Column
	typ    sql.Type
	child  sql.Expression
}

var _ sql.Expression = (*result)(nil)

func (r *result) Resolved() bool             { return r.child.Resolved() }
func (r *result) Type() sql.Type             { return r.typ }
func (r *result) IsNullable() bool           { return true }
func (r *result) Children() []sql.Expression { return []sql.Expression{r.child} }
func (r *result) String() string             { return r.child.String() }

func (r *result) WithChildren(exprs ...sql.Expression) (sql.Expression, error) {
	if len(exprs) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(r, len(exprs), 1)
	}
	return &result{column: r.column, typ: r.typ, child: exprs[0]}, nil
}

func (r *result) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	v, err := r.child.Eval(ctx, row)
	if err != nil || v == nil {
		return nil, err
	}
	converted, inRange, err := r.typ.Convert(ctx, v)
	if err != nil {
		return nil, err
	}
	if !inRange {
		return nil, fmt.Errorf("bridge: %v is no %s of column %s", v, r.typ, r.column.Name)
	}
	return converted, nil
}
