package bridge

import (
	"fmt"
	"strings"
	"sync"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"

	"github.com/verbatim-sql/verbatim/engine/bind"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// ArgumentFunction is the scalar function [bind.ArgumentFunction].
var ArgumentFunction = sql.FunctionN{
	Name: bind.ArgumentFunction,
	Fn: func(args ...sql.Expression) (sql.Expression, error) {
		if len(args) < 2 {
			return nil, sql.ErrInvalidArgumentNumber.New(bind.ArgumentFunction, "2 or more", len(args))
		}
		name, isName := args[0].(*expression.Literal)
		index, isIndex := args[1].(*expression.Literal)
		if !isName || !isIndex {
			return nil, sql.ErrInvalidArgument.New(bind.ArgumentFunction)
		}
		f, ok := functions.Find(fmt.Sprint(name.Value()))
		i, isInt := integer(index.Value())
		if !ok || !isInt || i < 0 || int(i) >= len(f.Params) {
			return nil, sql.ErrInvalidArgument.New(bind.ArgumentFunction)
		}
		call, err := newCall(f, args[2:])
		if err != nil {
			return nil, err
		}
		return &checkedArgument{call: call, index: int(i)}, nil
	},
}

// call is a call of a table function within one execution of a statement. Its
// arguments are evaluated and checked once, when they are first needed.
type call struct {
	f     *functions.Func
	exprs []sql.Expression
	once  *sync.Once
	args  *functions.Args
	err   *error
}

func newCall(f *functions.Func, exprs []sql.Expression) (call, error) {
	if err := f.CheckCount(len(exprs)); err != nil {
		return call{}, err
	}
	return call{f: f, exprs: exprs, once: new(sync.Once), args: new(functions.Args), err: new(error)}, nil
}

func (c call) arguments(ctx *sql.Context) (functions.Args, error) {
	c.once.Do(func() {
		values := make([]any, len(c.exprs))
		for i, e := range c.exprs {
			x, err := e.Eval(ctx, nil)
			if err != nil {
				*c.err = err
				return
			}
			values[i] = Argument(x)
		}
		*c.args, *c.err = c.f.Bind(values)
	})
	return *c.args, *c.err
}

func (c call) resolved() bool {
	for _, e := range c.exprs {
		if !e.Resolved() {
			return false
		}
	}
	return true
}

func (c call) String() string {
	args := make([]string, len(c.exprs))
	for i, e := range c.exprs {
		args[i] = e.String()
	}
	return c.f.Name + "(" + strings.Join(args, ", ") + ")"
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
	call, err := newCall(a.call.f, exprs)
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
