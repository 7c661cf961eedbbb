package bridge

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// ArgumentFunction is the scalar function [bind.ArgumentFunction].
var ArgumentFunction = sql.FunctionN{
	Name: bind.ArgumentFunction,
	Fn: func(exprs ...sql.Expression) (sql.Expression, error) {
		f, numbers, err := declared(bind.ArgumentFunction, exprs, 2)
		if err != nil || int(numbers[0]) >= len(f.Params) {
			return nil, sql.ErrInvalidArgument.New(bind.ArgumentFunction)
		}
		call, err := newCall(f, exprs[3:], numbers[1])
		return &checkedArgument{call: call, index: int(numbers[0])}, err
	},
}

// declared reads the literals that the first arguments of our scalar functions
// are: a table function's name and n numbers.
func declared(name string, exprs []sql.Expression, n int) (*functions.Func, []int64, error) {
	invalid := sql.ErrInvalidArgument.New(name)
	if len(exprs) < 1+n {
		return nil, nil, invalid
	}
	numbers := make([]int64, n)
	for i := range numbers {
		literal, ok := exprs[1+i].(*expression.Literal)
		if !ok {
			return nil, nil, invalid
		}
		if numbers[i], ok = integer(literal.Value()); !ok || numbers[i] < 0 {
			return nil, nil, invalid
		}
	}
	literal, ok := exprs[0].(*expression.Literal)
	if !ok {
		return nil, nil, invalid
	}
	f, ok := functions.Find(fmt.Sprint(literal.Value()))
	if !ok {
		return nil, nil, invalid
	}
	return f, numbers, nil
}

// checkedArgument is one argument of a call, of its parameter's type.
type checkedArgument struct {
	call  call
	index int
}

var _ sql.Expression = (*checkedArgument)(nil)

func (a *checkedArgument) param() functions.Param     { return a.call.f.Params[a.index] }
func (a *checkedArgument) Resolved() bool             { return a.call.resolved() }
func (a *checkedArgument) Type() sql.Type             { return sqlType(a.param().Type) }
func (a *checkedArgument) IsNullable() bool           { return true }
func (a *checkedArgument) Children() []sql.Expression { return a.call.exprs }
func (a *checkedArgument) String() string             { return a.call.String() + "." + a.param().Name }

func (a *checkedArgument) WithChildren(exprs ...sql.Expression) (sql.Expression, error) {
	call, err := newCall(a.call.f, exprs, a.call.number)
	return &checkedArgument{call: call, index: a.index}, err
}

func (a *checkedArgument) Eval(ctx *sql.Context, _ sql.Row) (any, error) {
	args, err := a.call.arguments(ctx)
	if err != nil {
		return nil, err
	}
	v := vector.Vector{Type: a.param().Type}
	switch arg := args[a.index]; {
	case arg.Null:
		return nil, nil
	case v.Type.Kind == vector.Float:
		v.AppendFloat(arg.Float)
	case v.Type.Kind == vector.String:
		v.AppendString(arg.Text)
	default:
		v.AppendInt(arg.Int)
	}
	return value(&v, 0), nil
}
