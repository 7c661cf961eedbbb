package builtin

import (
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Collations of expressions (manual 10.8).
var collationFunctions = []*expr.Function{
	{
		Name: "collate", Min: 2, Max: 2,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			name, ok := r.Constant(args[1])
			if !ok || name.Kind != types.String {
				return types.Type{}, nil, mysql.NewDefaultError(mysql.ER_UNKNOWN_COLLATION, args[1].String())
			}
			return resolveCollate(r, args[0], name.S)
		},
		Vector: identity,
	},
	{
		Name: "binary", Min: 1, Max: 1,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			if args[0].Type().Kind == types.Null {
				return types.TypeString(0, types.Binary, types.CoerceImplicit).WithNullable(true), args, nil
			}
			x := r.Want(args[0], expr.Bytes)
			t := x.Type()
			length := t.Length
			if !t.Collation.IsBinary() {
				length *= t.Collation.MaxBytes()
			}
			return finish(types.TypeString(length, types.Binary, types.CoerceImplicit), []expr.Expr{x}, false)
		},
		Vector: identity,
	},
	{
		Name: "charset", Min: 1, Max: 1, Description: "Returns the character set of a string.",
		Result: nameType, KeepNull: true,
		Scalar: func(_ *expr.Context, call *expr.Call, _ []types.Value) (types.Value, error) {
			return types.StringValue(shownCollation(call.Args[0]).Charset()), nil
		},
	},
	{
		Name: "collation", Min: 1, Max: 1, Description: "Returns the collation of a string.",
		Result: nameType, KeepNull: true,
		Scalar: func(_ *expr.Context, call *expr.Call, _ []types.Value) (types.Value, error) {
			return types.StringValue(shownCollation(call.Args[0]).Name()), nil
		},
	},
	{
		Name: "coercibility", Min: 1, Max: 1, Description: "Returns the coercibility of a string's collation, from 0 to 6.",
		Result: func(*expr.Resolver, []expr.Expr) (types.Type, error) {
			t := types.TypeInt
			t.Length = 10
			return t, nil
		},
		KeepNull: true,
		Scalar: func(_ *expr.Context, call *expr.Call, _ []types.Value) (types.Value, error) {
			return types.IntValue(int64(coercibilityOf(call.Args[0].Type()))), nil
		},
	},
}

func nameType(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return types.TypeString(64, utf8General(), types.CoerceSystem), nil
}

// utf8General is the collation of names that the server makes up.
func utf8General() types.Collation {
	if c, ok := types.ByName("utf8mb3_general_ci"); ok {
		return c
	}
	return types.DefaultCollation
}

// shownCollation is the collation that COLLATION() tells: a number's is binary.
func shownCollation(x expr.Expr) types.Collation {
	switch t := x.Type(); {
	case t.IsText() || t.Kind == types.JSON:
		return t.Collation
	}
	return types.Binary
}

// NewCollate is x COLLATE name. The errors are MySQL's 1273, of a collation that there is
// not, and 1253, of one that is not of the character set.
func NewCollate(r *expr.Resolver, x expr.Expr, name string) (expr.Expr, error) {
	c := types.DefaultCollation
	t := types.TypeString(len(name), c, types.CoerceLiteral)
	return expr.NewCall(r, Function("collate"), x, &expr.Literal{V: types.StringValue(name), T: t})
}

func resolveCollate(r *expr.Resolver, x expr.Expr, name string) (types.Type, []expr.Expr, error) {
	c, ok := types.ByName(name)
	if !ok {
		return types.Type{}, nil, mysql.NewDefaultError(mysql.ER_UNKNOWN_COLLATION, name)
	}
	x = r.Want(x, expr.Text)
	t := *x.Type()
	if t.Kind == types.Null {
		t = types.TypeString(0, c, types.CoerceExplicit)
		return t.WithNullable(true), []expr.Expr{x}, nil
	}
	if t.Collation.Charset() != c.Charset() {
		return t, nil, mysql.NewDefaultError(mysql.ER_COLLATION_CHARSET_MISMATCH, c.Name(), t.Collation.Charset())
	}
	t.Collation, t.Coercibility, t.Hex = c, types.CoerceExplicit, false
	return t, []expr.Expr{x}, nil
}

// identity gives the argument as it is.
func identity(_ *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	if args[0].Kind == types.Null {
		return nullVec(&call.T, n), nil
	}
	return args[0], nil
}

// coercibilityOf is the coercibility of a value of any type.
func coercibilityOf(t *types.Type) types.Coercibility {
	switch {
	case t.Kind == types.Null:
		return types.CoerceIgnorable
	case t.IsText() || t.Kind == types.JSON:
		return t.Coercibility
	}
	return max(t.Coercibility, types.CoerceNumeric)
}

// caseSensitive tells whether a collation tells letters of either case apart.
func caseSensitive(c types.Collation) bool {
	return !strings.Contains(c.Name(), "_ci")
}
