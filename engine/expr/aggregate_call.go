package expr

import (
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// NewAggregateCall applies an aggregate function: it checks the number of arguments
// (MySQL's error 1582), converts them as the function's Params say and gives the call its
// type. No arguments are COUNT's (*).
func NewAggregateCall(r *Resolver, f *Aggregate, distinct bool, args []Expr, order []Order, separator string) (*AggregateCall, error) {
	args, err := r.arguments(f.Name, f.Min, f.Max, f.Params, args)
	if err != nil {
		return nil, err
	}
	c := &AggregateCall{F: f, Distinct: distinct, Args: args, OrderBy: order, Separator: separator}
	if c.T, err = f.Result(r, args); err != nil {
		return nil, err
	}
	return c, nil
}

// NewWindowCall applies a function that is nothing but a window function, as
// [NewAggregateCall] does.
func NewWindowCall(r *Resolver, f *WindowFunction, args []Expr, frame Frame) (*WindowCall, error) {
	args, err := r.arguments(f.Name, f.Min, f.Max, f.Params, args)
	if err != nil {
		return nil, err
	}
	c := &WindowCall{Function: f, Args: args, Frame: frame}
	if c.T, err = f.Result(r, args); err != nil {
		return nil, err
	}
	return c, nil
}

// arguments checks how many there are and converts them.
func (r *Resolver) arguments(name string, least, most int, params []Want, args []Expr) ([]Expr, error) {
	if len(args) < least || most >= 0 && len(args) > most {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT, strings.ToUpper(name))
	}
	if len(params) == 0 {
		return args, nil
	}
	converted := make([]Expr, len(args))
	for i, a := range args {
		converted[i] = r.Want(a, params[min(i, len(params)-1)])
	}
	return converted, nil
}
