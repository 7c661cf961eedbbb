package builtin

import (
	"cmp"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Comparisons (manual 12.3 and 12.4.2). Both sides are converted to a common type first.
var comparisonFunctions = []*expr.Function{
	comparisonFunction("=", order{equal: true}),
	comparisonFunction("<>", order{less: true, greater: true}),
	comparisonFunction("<", order{less: true}),
	comparisonFunction("<=", order{less: true, equal: true}),
	comparisonFunction(">", order{greater: true}),
	comparisonFunction(">=", order{equal: true, greater: true}),
	{
		Name: "<=>", Min: 2, Max: 2, KeepNull: true, Boolean: true, Vector: nullSafeEqual,
		Row: func(_ *expr.Context, call *expr.Call, args []expr.Step, room *types.Value) (*types.Value, error) {
			a, b, err := both(args)
			if err != nil {
				return nil, err
			}
			same := a.Kind == b.Kind && a.Kind == types.Null
			if a.Kind != types.Null && b.Kind != types.Null {
				same = compareValues(order{equal: true}, a, b, call.Args) == 0
			}
			return room.SetInt(types.BoolValue(same).I), nil
		},
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			t, args, err := resolveComparison("<=>", r, args)
			return t.WithNullable(false), args, err
		},
	},
	{Name: "between", Min: 3, Max: 3, Boolean: true, Resolve: resolveBetween, Vector: between, Select: selectWithin},
	{
		Name: "strcmp", Min: 2, Max: 2, Resolve: resolveStrcmp, Vector: strcmp,
		Description: "Compares two strings: -1, 0 or 1.",
	},
}

// order says for which outcomes a comparison is true.
type order struct{ less, equal, greater bool }

// truths are the results for less, equal and greater.
func (o order) truths() (less, equal, greater int64) {
	flag := func(x bool) int64 { return types.BoolValue(x).I }
	return flag(o.less), flag(o.equal), flag(o.greater)
}

// equality tells whether it is = or <>, for which no order is needed.
func (o order) equality() bool { return o.less == o.greater }

func comparisonFunction(name string, o order) *expr.Function {
	less, equal, greater := o.truths()
	return &expr.Function{
		Name: name, Min: 2, Max: 2, Boolean: true,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			return resolveComparison(name, r, args)
		},
		Select: func(args []*types.Vec, n int, rows []int32) ([]int32, bool) { return selectOrder(o, args, n, rows) },
		Row: func(_ *expr.Context, call *expr.Call, args []expr.Step, room *types.Value) (*types.Value, error) {
			a, b, err := both(args)
			if err != nil {
				return nil, err
			}
			if a.Kind == types.Null || b.Kind == types.Null {
				return room.Nulled(), nil
			}
			return room.SetInt(pick(compareValues(o, a, b, call.Args), less, equal, greater)), nil
		},
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			a, b := args[0], args[1]
			if allNull(a) || allNull(b) {
				return nullVec(&call.T, n), nil
			}
			out := c.NewVec(&call.T, n)
			out.Nulls = bothNulls(a, b, n, false)
			compareInto(o, a, b, comparisonCollation(call.Args), out.I)
			return out, nil
		},
	}
}

// comparisonCollation is the collation that the operands of a comparison are compared in:
// inCollation gave it to all texts among them.
func comparisonCollation(args []expr.Expr) types.Collation {
	for _, a := range args {
		if a.Type().Kind == types.String {
			return a.Type().Collation
		}
	}
	return types.Binary
}

// inCollation says that a string is compared in a collation.
func inCollation(x expr.Expr, c types.Collation, by types.Coercibility) expr.Expr {
	t := *x.Type()
	if t.Kind != types.String || t.Collation == c {
		return x
	}
	t.Collation, t.Coercibility = c, by
	return &expr.Convert{X: x, T: t}
}

// resolveComparison converts two operands to the type that they are compared in. A
// constant text beside a date that is no date is error 1525 (MySQL from 8.0.16 on).
func resolveComparison(operation string, r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	a, b := args[0], args[1]
	t, ok := types.Common(a.Type(), b.Type(), expr.IsConst(a), expr.IsConst(b))
	if !ok {
		return t, nil, collationConflict(operation, args)
	}
	for i, x := range args {
		if err := checkDate(r, x, args[1-i]); err != nil {
			return t, nil, err
		}
	}
	return finish(types.TypeBool, []expr.Expr{operand(a, &t, b), operand(b, &t, a)}, false)
}

// operand converts a value to what it is compared in; other is what with. Signed and
// unsigned integers are compared as they are.
func operand(x expr.Expr, t *types.Type, other expr.Expr) expr.Expr {
	if isInteger(x) && isInteger(other) {
		if x.Type().Kind == types.Bit {
			return expr.ConvertTo(x, types.TypeUint)
		}
		return x
	}
	if x.Type().Kind == types.Null {
		return x
	}
	if t.Kind == types.Decimal {
		return expr.ConvertTo(x, types.TypeDecimal(t.Length, t.Scale)) // decimals of any scale compare
	}
	return inCollation(expr.ConvertTo(x, *t), t.Collation, t.Coercibility)
}

func isInteger(x expr.Expr) bool {
	k := x.Type().Kind
	return k == types.Int || k == types.Uint || k == types.Bit
}

func checkDate(r *expr.Resolver, text, other expr.Expr) error {
	t := other.Type()
	l, ok := text.(*expr.Literal)
	if !ok || l.V.Kind != types.String || t.Kind != types.Date && t.Kind != types.DateTime {
		return nil
	}
	env := *r.Env
	env.Warn = func(uint16, string) {}
	if v, err := types.ToDateTime(&env, l.V, 6); err != nil || !v.IsNull() {
		return err
	}
	name := "DATE"
	switch {
	case t.IsTimestamp():
		name = "TIMESTAMP"
	case t.Kind == types.DateTime:
		name = "DATETIME"
	}
	return mysql.NewDefaultError(mysql.ER_WRONG_VALUE, name, l.V.S)
}

// compareInto compares two vectors of comparable kinds. Rows in which one is NULL get
// whatever comes out.
func compareInto(o order, a, b *types.Vec, c types.Collation, out []int64) {
	switch {
	case a.Kind == types.Float:
		compareOrdered(o, a.F, b.F, step(a), step(b), out)
		return
	case a.Kind == types.String:
		compareStrings(o, a, b, c, out)
		return
	case a.Kind == types.Decimal:
		less, equal, greater := o.truths()
		for i := range out {
			out[i] = pick(a.D[a.At(i)].Cmp(b.D[b.At(i)]), less, equal, greater)
		}
		return
	case a.Kind == types.JSON:
		less, equal, greater := o.truths()
		for i := range out {
			out[i] = pick(json.Compare(a.Str(i), b.Str(i)), less, equal, greater)
		}
		return
	}
	unsignedA, unsignedB := unsignedKind(a.Kind), unsignedKind(b.Kind)
	if !unsignedA && !unsignedB {
		compareOrdered(o, a.I, b.I, step(a), step(b), out)
		return
	}
	less, equal, greater := o.truths()
	for i := range out {
		out[i] = pick(compareIntegers(a.I[a.At(i)], unsignedA, b.I[b.At(i)], unsignedB), less, equal, greater)
	}
}

// both asks for two arguments.
func both(args []expr.Step) (a, b *types.Value, err error) {
	if a, err = args[0].Value(); err != nil {
		return nil, nil, err
	}
	b, err = args[1].Value()
	return a, b, err
}

// compareValues compares two values that are not NULL as compareInto does.
func compareValues(o order, a, b *types.Value, args []expr.Expr) int {
	switch a.Kind {
	case types.Float:
		return cmp.Compare(a.F, b.F)
	case types.String:
		c := comparisonCollation(args)
		switch {
		case !o.equality():
			return c.Compare(a.S, b.S)
		case a.S == b.S || c.Equal(a.S, b.S):
			return 0
		}
		return -1
	case types.Decimal, types.JSON:
		return types.Compare(*a, *b, types.Binary)
	}
	return compareIntegers(a.I, unsignedKind(a.Kind), b.I, unsignedKind(b.Kind))
}

func unsignedKind(k types.Kind) bool { return k == types.Uint || k == types.Bit || k == types.Set }

func compareIntegers(a int64, unsignedA bool, b int64, unsignedB bool) int {
	switch {
	case unsignedA && unsignedB:
		return cmp.Compare(uint64(a), uint64(b))
	case unsignedA:
		return -types.CompareIntUint(b, uint64(a))
	case unsignedB:
		return types.CompareIntUint(a, uint64(b))
	}
	return cmp.Compare(a, b)
}

func pick(x int, less, equal, greater int64) int64 {
	switch {
	case x < 0:
		return less
	case x > 0:
		return greater
	}
	return equal
}

func compareOrdered[T int64 | float64](o order, a, b []T, stepA, stepB int, out []int64) {
	less, equal, greater := o.truths()
	i, j := 0, 0
	for row := range out {
		x, y := a[i], b[j]
		i += stepA
		j += stepB
		switch {
		case x < y:
			out[row] = less
		case x == y:
			out[row] = equal
		default:
			out[row] = greater
		}
	}
}

func compareStrings(o order, a, b *types.Vec, c types.Collation, out []int64) {
	less, equal, greater := o.truths()
	i, j, stepA, stepB := 0, 0, step(a), step(b)
	left, right := a.Strings(), b.Strings()
	for row := range out {
		x, y := left[i], right[j]
		i += stepA
		j += stepB
		switch {
		case !o.equality():
			out[row] = pick(c.Compare(x, y), less, equal, greater)
		case c.Equal(x, y):
			out[row] = equal
		default:
			out[row] = less
		}
	}
}

func nullSafeEqual(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	a, b := args[0], args[1]
	out := c.NewVec(&call.T, n)
	if a.Kind != types.Null && b.Kind != types.Null {
		compareInto(order{equal: true}, a, b, comparisonCollation(call.Args), out.I)
	}
	if a.HasNulls() || b.HasNulls() {
		for i := range n {
			if left, right := a.Null(i), b.Null(i); left || right {
				out.I[i] = types.BoolValue(left && right).I
			}
		}
	}
	return out, nil
}

// commonOf is the type in which several values are compared with one another.
func commonOf(operation string, args []expr.Expr) (types.Type, error) {
	t := *args[0].Type()
	constant := expr.IsConst(args[0])
	for _, a := range args[1:] {
		u, ok := types.Common(&t, a.Type(), constant, expr.IsConst(a))
		if !ok {
			return t, collationConflict(operation, args)
		}
		t = u
		constant = constant && expr.IsConst(a)
	}
	return t, nil
}

// allIntegers tells whether all are, which are compared as they are.
func allIntegers(args []expr.Expr) bool {
	for _, a := range args {
		if !isInteger(a) && a.Type().Kind != types.Null {
			return false
		}
	}
	return true
}

// resolveBetween: x BETWEEN a AND b compares all three in one type (Item_func_between).
func resolveBetween(_ *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	t, err := commonOf("between", args)
	if err != nil {
		return t, nil, err
	}
	out := make([]expr.Expr, len(args))
	integers := allIntegers(args)
	for i, a := range args {
		switch {
		case integers && a.Type().Kind == types.Bit:
			out[i] = expr.ConvertTo(a, types.TypeUint)
		case integers || a.Type().Kind == types.Null:
			out[i] = a
		default:
			out[i] = inCollation(expr.ConvertTo(a, t), t.Collation, t.Coercibility)
		}
	}
	return finish(types.TypeBool, out, false)
}

// between is x >= a AND x <= b, with AND's three values.
func between(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	out := c.NewVec(&call.T, n)
	x := args[0]
	if allNull(x) {
		return nullVec(&call.T, n), nil
	}
	collation := comparisonCollation(call.Args)
	var sides [2][]int64
	for k, o := range []order{{equal: true, greater: true}, {less: true, equal: true}} {
		if bound := args[k+1]; !allNull(bound) {
			sides[k] = make([]int64, n)
			compareInto(o, x, bound, collation, sides[k])
		}
	}
	for i := range n {
		if x.Null(i) {
			out.SetNull(i)
			continue
		}
		unknown := false
		truth := int64(1)
		for k, side := range sides {
			if side == nil || args[k+1].Null(i) {
				unknown = true
			} else {
				truth &= side[i]
			}
		}
		if unknown && truth == 1 {
			out.SetNull(i)
		} else {
			out.I[i] = truth
		}
	}
	return out, nil
}

func resolveStrcmp(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	texts := []expr.Expr{r.Want(args[0], expr.Text), r.Want(args[1], expr.Text)}
	c, by, err := mergeTexts(r, "strcmp", true, texts...)
	if err != nil {
		return types.Type{}, nil, err
	}
	t := types.TypeInt
	t.Length = 2
	return finish(t, []expr.Expr{inCollation(texts[0], c, by), inCollation(texts[1], c, by)}, false)
}

func strcmp(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	a, b := args[0], args[1]
	if allNull(a) || allNull(b) {
		return nullVec(&call.T, n), nil
	}
	out := c.NewVec(&call.T, n)
	out.Nulls = bothNulls(a, b, n, false)
	collation := comparisonCollation(call.Args)
	for i := range n {
		out.I[i] = int64(collation.Compare(a.Str(i), b.Str(i)))
	}
	return out, nil
}
