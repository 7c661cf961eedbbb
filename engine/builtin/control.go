package builtin

import (
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Flow control (manual 12.5), and the functions that choose among their arguments.
var controlFunctions = []*expr.Function{
	{Name: "case", Min: 2, Max: -1, Resolve: resolveCase, Lazy: evalCase, Row: rowOfCase},
	{
		Name: "if", Min: 3, Max: 3, Resolve: resolveIf, Lazy: evalCase, Row: rowOfCase,
		Description: "Returns the second argument if the first is true, the third otherwise.",
	},
	{
		Name: "ifnull", Min: 2, Max: 2, Resolve: resolveCoalesce, Lazy: evalCoalesce, Row: rowOfCoalesce,
		Description: "Returns the first argument unless it is NULL, the second otherwise.",
	},
	{
		Name: "coalesce", Min: 1, Max: -1, Resolve: resolveCoalesce, Lazy: evalCoalesce, Row: rowOfCoalesce,
		Description: "Returns the first argument that is not NULL.",
	},
	{
		Name: "nullif", Min: 2, Max: 2, Resolve: resolveNullIf, Vector: nullIf,
		Description: "Returns NULL if the arguments are equal, the first otherwise.",
	},
	{
		Name: "greatest", Min: 2, Max: -1, Resolve: resolveExtreme("greatest"), Vector: extreme(1),
		Description: "Returns the greatest of its arguments, NULL if one is NULL.",
	},
	{
		Name: "least", Min: 2, Max: -1, Resolve: resolveExtreme("least"), Vector: extreme(-1),
		Description: "Returns the least of its arguments, NULL if one is NULL.",
	},
	{
		Name: "interval", Min: 2, Max: -1, Resolve: resolveIntervalFunction, KeepNull: true, Scalar: intervalIndex,
		Description: "Returns how many of the further arguments, which ascend, are not greater than the first; -1 for NULL.",
	},
	{
		Name: "any_value", Min: 1, Max: 1, Vector: identity,
		Description: "Returns its argument; ONLY_FULL_GROUP_BY takes it as one value of the group.",
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return *args[0].Type(), nil
		},
	},
}

// choose is the type of a value that is one of several, and these converted to it.
func choose(operation string, values []expr.Expr) (types.Type, []expr.Expr, error) {
	ts := make([]*types.Type, len(values))
	for i, v := range values {
		ts[i] = v.Type()
	}
	t, ok := types.Aggregate(ts)
	if !ok {
		return t, nil, collationConflict(operation, values)
	}
	t = asText(t)
	out := make([]expr.Expr, len(values))
	for i, v := range values {
		out[i] = v
		if v.Type().Kind != types.Null {
			out[i] = expr.ConvertTo(v, t)
		}
	}
	return t, out, nil
}

func resolveIf(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	return resolveBranches("if", r, args)
}

// resolveCase: condition, result, condition, result, …, and what ELSE has.
func resolveCase(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	return resolveBranches("case", r, args)
}

func resolveBranches(operation string, r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	out := make([]expr.Expr, len(args))
	var results []expr.Expr
	var at []int
	for i, a := range args {
		if i%2 == 0 && i+1 < len(args) {
			out[i] = r.Want(a, expr.Boolean)
			continue
		}
		results = append(results, a)
		at = append(at, i)
	}
	t, results, err := choose(operation, results)
	if err != nil {
		return t, nil, err
	}
	for i, x := range results {
		out[at[i]] = x
	}
	r.Keep(literalTexts(branchesOf(out)))
	if len(args)%2 == 0 {
		t.Nullable = true
	}
	return t, out, nil
}

// evalCase evaluates each condition for the rows that no earlier one is true for, and each
// result for the rows that get it.
func evalCase(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	if b.N == 0 {
		return types.NewVec(&call.T, 0), nil
	}
	if len(call.Args) < 2*math.MaxUint8 && allHarmless(call.Args) {
		return blend(c, call, b)
	}
	var out *types.Vec
	var rows []int32 // those without a result yet; nil: all
	give := func(x expr.Expr, to []int32) error {
		v, err := evalRows(c, x, b, to)
		if err != nil {
			return err
		}
		if out == nil {
			out = c.NewVec(&call.T, b.N)
		}
		out.Put(to, v)
		return nil
	}
	args := call.Args
	for ; len(args) >= 2; args = args[2:] {
		v, err := evalRows(c, args[0], b, rows)
		if err != nil {
			return nil, err
		}
		n := v.Len()
		room := make([]int32, 2*n)
		chosen, left := room[:0:n], room[n:n:2*n]
		for i := range n {
			row := int32(i)
			if rows != nil {
				row = rows[i]
			}
			if !v.Null(i) && v.I[v.At(i)] != 0 {
				chosen = append(chosen, row)
			} else {
				left = append(left, row)
			}
		}
		switch len(chosen) {
		case 0:
			continue
		case b.N: // all rows have this result
			return sameRows(c, args[1], b, &call.T)
		}
		if err := give(args[1], chosen); err != nil {
			return nil, err
		}
		if len(left) == 0 {
			return out, nil
		}
		rows = left
	}
	if len(args) == 1 {
		if rows == nil {
			return sameRows(c, args[0], b, &call.T)
		}
		return out, give(args[0], rows)
	}
	if out == nil {
		return nullVec(&call.T, b.N), nil
	}
	for _, row := range rows {
		out.SetNull(int(row))
	}
	return out, nil
}

func rowOfCase(_ *expr.Context, _ *expr.Call, args []expr.Step, room *types.Value) (*types.Value, error) {
	for ; len(args) >= 2; args = args[2:] {
		when, err := args[0].Value()
		if err != nil {
			return nil, err
		}
		if when.Kind != types.Null && when.I != 0 {
			return args[1].Value()
		}
	}
	if len(args) == 1 {
		return args[0].Value()
	}
	return room.Nulled(), nil
}

// sameRows evaluates an expression that all rows get; of a bare NULL the vector has the
// call's type.
func sameRows(c *expr.Context, x expr.Expr, b *types.Batch, t *types.Type) (*types.Vec, error) {
	v, err := x.Eval(c, b)
	if err == nil && v.Kind == types.Null && t.Kind != types.Null {
		v = nullVec(t, b.N)
	}
	return v, err
}

func resolveCoalesce(_ *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	name := "coalesce"
	if len(args) == 2 {
		name = "ifnull"
	}
	t, out, err := choose(name, args)
	nullable := true
	for _, a := range out {
		nullable = nullable && a.Type().Nullable
	}
	return t.WithNullable(nullable), out, err
}

// evalCoalesce evaluates each argument for the rows in which all earlier ones are NULL.
func evalCoalesce(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	first, err := call.Args[0].Eval(c, b)
	if err != nil || b.N == 0 || !first.HasNulls() && first.Kind == call.T.Kind {
		return first, err
	}
	if allNull(first) && len(call.Args) == 2 {
		return sameRows(c, call.Args[1], b, &call.T)
	}
	out := c.NewVec(&call.T, b.N)
	var rows []int32
	switch copied := first.Kind == call.T.Kind && !first.Same() && first.Members == nil; {
	case copied && (first.Kind == types.String || first.Kind == types.JSON):
		copy(out.S, first.Strings())
	case copied:
		copy(out.I, first.I)
		copy(out.F, first.F)
		copy(out.D, first.D)
	default:
		for i := range b.N {
			if v := first.Value(i); !v.IsNull() {
				out.Set(i, v)
			}
		}
	}
	for i := range b.N {
		if first.Null(i) {
			rows = append(rows, int32(i))
		}
	}
	for _, a := range call.Args[1:] {
		if len(rows) == 0 {
			break
		}
		v, err := evalRows(c, a, b, rows)
		if err != nil {
			return nil, err
		}
		var left []int32
		for i, row := range rows {
			if x := v.Value(i); x.IsNull() {
				left = append(left, row)
			} else {
				out.Set(int(row), x)
			}
		}
		rows = left
	}
	for _, row := range rows {
		out.SetNull(int(row))
	}
	return out, nil
}

func rowOfCoalesce(_ *expr.Context, _ *expr.Call, args []expr.Step, _ *types.Value) (v *types.Value, err error) {
	for _, a := range args {
		if v, err = a.Value(); err != nil || v.Kind != types.Null {
			break
		}
	}
	return v, err
}

// resolveNullIf: the arguments are the value and the two sides of the comparison.
func resolveNullIf(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	_, sides, err := resolveComparison("nullif", r, args)
	if err != nil {
		return types.Type{}, nil, err
	}
	t := asText(args[0].Type().WithNullable(true))
	return t, append([]expr.Expr{expr.ConvertTo(args[0], t)}, sides...), nil
}

func nullIf(_ *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	x, a, b := args[0], args[1], args[2]
	if allNull(a) || allNull(b) {
		return x, nil
	}
	equal := make([]int64, n)
	compareInto(order{equal: true}, a, b, comparisonCollation(call.Args[1:]), equal)
	rows := make([]int32, n)
	for i := range rows {
		if rows[i] = int32(i); equal[i] != 0 && !a.Null(i) && !b.Null(i) {
			rows[i] = -1
		}
	}
	return x.Take(rows), nil
}

// extremeArgs is what GREATEST and LEAST keep: how many of the arguments are values; as many
// more are what they are compared as.
type extremeArgs struct {
	values int
	c      types.Collation
}

// resolveExtreme: the values have a common type. Where dates meet texts the result is a
// text, but they are compared as dates (Item_func_min_max).
func resolveExtreme(name string) func(*expr.Resolver, []expr.Expr) (types.Type, []expr.Expr, error) {
	return func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
		t, values, err := choose(name, args)
		if err != nil {
			return t, nil, err
		}
		if t.Coercibility == types.CoerceNone && t.Kind == types.String {
			return t, nil, collationConflict(name, args)
		}
		keep := extremeArgs{values: len(values), c: t.Collation}
		dates, texts := 0, 0
		for _, a := range args {
			switch u := a.Type(); {
			case u.Kind == types.Date || u.Kind == types.DateTime:
				dates++
			case u.IsText():
				texts++
			}
		}
		if t.Kind == types.String && dates > 0 && dates+texts == len(args) {
			dt := types.TypeDateTime
			dt.Scale = 6
			for _, a := range args {
				values = append(values, expr.ConvertTo(a, dt))
			}
		}
		r.Keep(keep)
		return t.WithNullable(anyNullable(values)), values, nil
	}
}

// extreme picks the greatest for 1, the least for -1; of equal ones the first.
func extreme(sign int) func(*expr.Context, *expr.Call, []*types.Vec, int) (*types.Vec, error) {
	return func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
		keep := call.Data.(extremeArgs)
		values, keys := args[:keep.values], args[keep.values:]
		if len(keys) == 0 {
			if keys = values; n > 1 && extremeNumbers(call.T.Kind, values) {
				return extremeOfNumbers(c, call, values, n, sign), nil
			}
		}
		out := c.NewVec(&call.T, n)
	rows:
		for i := range n {
			best := 0
			for k := range values {
				if values[k].Null(i) || keys[k].Null(i) {
					out.SetNull(i)
					continue rows
				}
				if k > 0 && types.CompareVec(keys[k], i, keys[best], i, keep.c)*sign > 0 {
					best = k
				}
			}
			out.Set(i, values[best].Value(i))
		}
		return out, nil
	}
}

// extremeNumbers tells whether the values are all in I, or F, of their vectors, in their order.
func extremeNumbers(k types.Kind, values []*types.Vec) bool {
	return (signed(k) || k == types.Float) && !slices.ContainsFunc(values, func(v *types.Vec) bool { return v.Kind != k })
}

func extremeOfNumbers(c *expr.Context, call *expr.Call, values []*types.Vec, n, sign int) *types.Vec {
	out := c.NewVec(&call.T, n)
	for k, v := range values {
		extremeInto(out.I, v.I, v.Same(), k == 0, sign)
		extremeInto(out.F, v.F, v.Same(), k == 0, sign)
		if !v.HasNulls() {
			continue
		}
		for i := range n {
			if v.Null(i) {
				out.SetNull(i)
			}
		}
	}
	return out
}

// extremeInto leaves in each row the greater one for 1, the less for -1; first: what is in it counts for nothing.
func extremeInto[T int64 | float64](to, from []T, same, first bool, sign int) {
	step := 1
	if same {
		step = 0
	}
	at := 0
	for i, best := range to {
		if x := from[at]; first || sign > 0 && x > best || sign < 0 && x < best {
			to[i] = x
		}
		at += step
	}
}

// resolveIntervalFunction: whole numbers and decimals are compared as decimals, others as
// doubles.
func resolveIntervalFunction(_ *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	kind := types.Decimal
	if numericKind(args) == types.Float {
		kind = types.Float
	}
	t := types.TypeInt
	t.Length = 2
	return t, toKind(args, kind), nil
}

func intervalIndex(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
	if args[0].IsNull() {
		return types.IntValue(-1), nil
	}
	for i, a := range args[1:] {
		if !a.IsNull() && types.Compare(args[0], a, types.Binary) < 0 {
			return types.IntValue(int64(i)), nil
		}
	}
	return types.IntValue(int64(len(args) - 1)), nil
}
