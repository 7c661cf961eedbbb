package bridge

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	gms "github.com/dolthub/go-mysql-server/sql/types"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Fallback is a scalar function that package builtin does not have, computed row by row by
// go-mysql-server; nil where it has none of the name either.
func Fallback(ctx *sql.Context, catalog sql.Catalog, name string) (*expr.Function, error) {
	f, ok := catalog.Function(ctx, strings.ToLower(name))
	if !ok {
		return nil, nil
	}
	name = strings.ToLower(name)
	return &expr.Function{
		Name: name, Max: -1, KeepNull: true, MayNull: true, Volatile: true,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			read := args
			if takesLock(name) {
				args, read = namedLock(r, args)
			}
			call, err := gmsCall(f, r, read)
			if err != nil {
				return types.Type{}, nil, err
			}
			r.Keep(call)
			return TypeOf(call.Type(), true), args, nil
		},
		Scalar: func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			if takesLock(name) {
				var err error
				if args[0], err = lockName(args[0]); err != nil {
					return types.Value{}, err
				}
			}
			row := make(sql.Row, len(args))
			for i, a := range args {
				var err error
				if row[i], err = ToGMS(a, call.Args[i].Type()); err != nil {
					return types.Value{}, err
				}
			}
			x, err := call.Data.(sql.Expression).Eval(ctx, row)
			if err != nil {
				return types.Value{}, err
			}
			return FromGMS(x, &call.T)
		},
	}, nil
}

// gmsCall is go-mysql-server's call on a row of the arguments: some functions look at
// those that are literals when they are made.
func gmsCall(f sql.Function, r *expr.Resolver, args []expr.Expr) (sql.Expression, error) {
	operands := make([]sql.Expression, len(args))
	for i, a := range args {
		t := a.Type()
		base := SQLType(t)
		if t.Kind == types.Null {
			base = gms.Null
		}
		operands[i] = expression.NewGetField(i, base, fmt.Sprintf("argument %d", i+1), t.Nullable)
		if v, ok := r.Constant(a); ok {
			x, err := ToGMS(v, t)
			if err != nil {
				return nil, err
			}
			operands[i] = expression.NewLiteral(x, base)
		}
	}
	call, err := f.NewInstance(operands)
	if sql.ErrInvalidArgumentNumber.Is(err) {
		return nil, mysql.NewDefaultError(mysql.ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT, strings.ToUpper(f.FunctionName()))
	}
	if err != nil {
		return nil, err
	}
	if _, ok := call.(sql.WindowAdaptableExpression); ok {
		return nil, mysql.NewDefaultError(mysql.ER_SP_DOES_NOT_EXIST, "FUNCTION", f.FunctionName())
	}
	return call, nil
}
