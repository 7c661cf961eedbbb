package builtin

import (
	"math"
	"math/bits"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Arithmetic (manual 12.6.1 and 12.25; Item_num_op and its kin in MySQL's item_func.cc).
// An operation is one of whole numbers, decimals or doubles, as its operands are; strings
// are doubles, dates and times numbers.
var arithmeticFunctions = []*expr.Function{
	{Name: "+", Min: 2, Max: 2, Resolve: resolveAdditive, Vector: arithmeticKernel(addition), Row: addition.row},
	{Name: "-", Min: 2, Max: 2, Resolve: resolveSubtraction, Vector: arithmeticKernel(subtraction), Row: subtraction.row},
	{Name: "*", Min: 2, Max: 2, Resolve: resolveMultiplication, Vector: arithmeticKernel(multiplication), Row: multiplication.row},
	{Name: "/", Min: 2, Max: 2, Resolve: resolveDivision, Vector: arithmeticKernel(division), Row: division.row},
	{Name: "div", Min: 2, Max: 2, Resolve: resolveIntDivision, Vector: arithmeticKernel(intDivision), Row: intDivision.row},
	{Name: "%", Min: 2, Max: 2, Resolve: resolveModulo, Vector: arithmeticKernel(modulo), Row: modulo.row},
	{
		Name: "mod", Min: 2, Max: 2, Resolve: resolveModulo, Vector: arithmeticKernel(modulo), Row: modulo.row,
		Description: "Returns the remainder of a division, with the sign of the dividend.",
	},
	{Name: "neg", Min: 1, Max: 1, Resolve: resolveNegation, Vector: negate},
}

const warnDivisionByZero = mysql.ER_DIVISION_BY_ZERO

// outOfRange is error 1690: the result of an expression is beyond its type.
func outOfRange(what string, call *expr.Call) error {
	return mysql.NewDefaultError(mysql.ER_DATA_OUT_OF_RANGE, what, expr.Spelled(call))
}

func bigintOutOfRange(call *expr.Call) error {
	if call.T.Kind == types.Uint {
		return outOfRange("BIGINT UNSIGNED", call)
	}
	return outOfRange("BIGINT", call)
}

// divisionByZero warns of one, as sql_mode has it.
func divisionByZero(c *expr.Context) {
	if c.Mode&types.ErrorForDivisionByZero != 0 && c.Warn != nil {
		c.Warn(warnDivisionByZero, "Division by 0")
	}
}

// numberType is the type of an argument among numbers. ENUM and SET are doubles to
// operators, as all strings; NULL is a double without places.
func numberType(t *types.Type) types.Type {
	switch t.Kind {
	case types.Null:
		n := types.TypeDouble
		n.Scale, n.Nullable = 0, true
		return n
	case types.Enum, types.Set:
		return types.TypeDouble
	}
	return expr.NumericType(t)
}

// toNumber converts an argument to a number.
func toNumber(a expr.Expr) expr.Expr {
	if a.Type().Kind == types.Null {
		return a
	}
	return expr.ConvertTo(a, numberType(a.Type()))
}

// precisionOf is how many digits the number of an expression has, places among them
// (Item::decimal_precision).
func precisionOf(e expr.Expr) int {
	t := e.Type()
	switch t.Kind {
	case types.Decimal:
		return t.Length
	case types.Int, types.Uint:
		switch e := e.(type) {
		case *expr.Literal:
			if t.Kind == types.Uint {
				return types.DecFromUint(e.V.Uint()).Precision()
			}
			return types.NewDec(e.V.I, 0).Precision()
		case *expr.Convert:
			if e.X.Type().IsTemporal() {
				return precisionOf(e.X)
			}
		}
		if t.Kind == types.Int && !t.IsYear() {
			return min(max(t.Length-1, 1), 20)
		}
		return min(max(t.Length, 1), 20)
	case types.Date:
		return 8
	case types.Time:
		return 7 + t.Scale
	case types.DateTime:
		return 14 + t.Scale
	}
	return 20
}

// scaleOf is how many places a number has: of a text, as many as it likes.
func scaleOf(e expr.Expr) int {
	t := e.Type()
	switch t.Kind {
	case types.Int, types.Uint, types.Bit, types.Null, types.Date:
		return 0
	case types.Decimal, types.Float, types.DateTime, types.Time:
		return t.Scale
	}
	if t.Hex {
		return 0
	}
	return types.NotFixed
}

// numericKind is the kind that an operation on the arguments computes in: Float, Decimal
// or Int, which stands for Uint, too.
func numericKind(args []expr.Expr) types.Kind {
	kind := types.Int
	for _, a := range args {
		switch t := numberType(a.Type()); t.Kind {
		case types.Float:
			return types.Float
		case types.Decimal:
			kind = types.Decimal
		}
	}
	return kind
}

// toKind converts arguments to numbers, of Float or Decimal where kind says so.
func toKind(args []expr.Expr, kind types.Kind) []expr.Expr {
	out := make([]expr.Expr, len(args))
	for i, a := range args {
		a = toNumber(a)
		switch {
		case a.Type().Kind == types.Null:
		case kind == types.Float:
			a = expr.ConvertTo(a, types.TypeDouble)
		case kind == types.Decimal:
			a = expr.ConvertTo(a, types.TypeDecimal(precisionOf(a), min(scaleOf(a), types.MaxScale)))
		}
		out[i] = a
	}
	return out
}

func anyNullable(args []expr.Expr) bool {
	for _, a := range args {
		if a.Type().Nullable {
			return true
		}
	}
	return false
}

func anyUnsigned(args []expr.Expr) bool {
	for _, a := range args {
		if a.Type().Kind == types.Uint {
			return true
		}
	}
	return false
}

// intOf is a BIGINT of so many digits.
func intOf(precision int, unsigned bool) types.Type {
	t := types.TypeInt
	t.Length = precision + 1
	if unsigned {
		t = types.TypeUint
		t.Length = precision
	}
	return t
}

// floatOf is a DOUBLE with so many places.
func floatOf(scale int) types.Type {
	t := types.TypeDouble
	if scale < types.NotFixed {
		t.Scale, t.Length = scale, 17+scale
	}
	return t
}

// maxScale is the greatest number of places that an argument has.
func maxScale(args []expr.Expr) int {
	scale := 0
	for _, a := range args {
		scale = max(scale, scaleOf(a))
	}
	return scale
}

// finish is the end of typing an operation: the type, nullable where an operand is.
func finish(t types.Type, args []expr.Expr, mayNull bool) (types.Type, []expr.Expr, error) {
	return t.WithNullable(mayNull || anyNullable(args)), args, nil
}

func resolveAdditive(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	return additive(args, anyUnsignedNumber(args))
}

func resolveSubtraction(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	return additive(args, anyUnsignedNumber(args) && r.Mode&types.NoUnsignedSubtraction == 0)
}

// anyUnsignedNumber tells whether an argument is an unsigned number once it is converted.
func anyUnsignedNumber(args []expr.Expr) bool {
	for _, a := range args {
		if t := numberType(a.Type()); t.Kind == types.Uint {
			return true
		}
	}
	return false
}

func additive(args []expr.Expr, unsigned bool) (types.Type, []expr.Expr, error) {
	kind := numericKind(args)
	scale := maxScale(args)
	args = toKind(args, kind)
	if kind == types.Float {
		return finish(floatOf(scale), args, false)
	}
	whole := max(precisionOf(args[0])-scaleOf(args[0]), precisionOf(args[1])-scaleOf(args[1]))
	if kind == types.Decimal {
		return finish(types.TypeDecimal(whole+1+scale, scale), args, false)
	}
	return finish(intOf(whole+1, unsigned), args, false)
}

func resolveMultiplication(_ *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	kind := numericKind(args)
	scale := maxScale(args)
	args = toKind(args, kind)
	if kind == types.Float {
		return finish(floatOf(scale), args, false)
	}
	precision := precisionOf(args[0]) + precisionOf(args[1])
	if kind == types.Decimal {
		return finish(types.TypeDecimal(precision, min(scaleOf(args[0])+scaleOf(args[1]), types.MaxScale)), args, false)
	}
	return finish(intOf(precision, anyUnsigned(args)), args, false)
}

func resolveDivision(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	kind := numericKind(args)
	incr := r.DivPrecisionIncrement
	if kind == types.Float {
		scale := maxScale(args)
		return finish(floatOf(min(scale+incr, types.NotFixed)), toKind(args, kind), true)
	}
	args = toKind(args, types.Decimal)
	scale := min(scaleOf(args[0])+incr, types.MaxScale)
	return finish(types.TypeDecimal(max(precisionOf(args[0])+scaleOf(args[1])+incr, scale+1), scale), args, true)
}

func resolveIntDivision(_ *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	kind := numericKind(args)
	length := args[0].Type().TextLength()
	if kind == types.Float { // they are divided as decimals, too
		kind = types.Decimal
	}
	unsigned := anyUnsignedNumber(args)
	args = toKind(args, kind)
	t := intOf(20, unsigned)
	if args[0].Type().Kind == types.Decimal {
		length -= args[0].Type().Scale
	}
	t.Length = min(max(length, 1), 21)
	return finish(t, args, true)
}

func resolveModulo(_ *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	kind := numericKind(args)
	scale := maxScale(args)
	args = toKind(args, kind)
	if kind == types.Float {
		return finish(floatOf(scale), args, true)
	}
	precision := max(precisionOf(args[0]), precisionOf(args[1]))
	if kind == types.Decimal {
		return finish(types.TypeDecimal(max(precision, scale+1), scale), args, true)
	}
	return finish(intOf(precision, args[0].Type().Kind == types.Uint), args, true)
}

// resolveNegation: a whole number stays one, but a constant that BIGINT cannot negate is
// a decimal.
func resolveNegation(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	kind := numericKind(args)
	scale := maxScale(args)
	args = toKind(args, kind)
	t := *args[0].Type()
	switch kind {
	case types.Float:
		return finish(floatOf(scale), args, false)
	case types.Int:
		if t.Kind == types.Uint {
			if v, ok := r.Constant(args[0]); ok && v.Kind == types.Uint && v.Uint() > 1<<63 {
				d := types.TypeDecimal(20, 0)
				return finish(d, []expr.Expr{expr.ConvertTo(args[0], d)}, false)
			}
		}
		n := types.TypeInt
		n.Length = max(t.Length, 1) + 1
		return finish(n, args, false)
	}
	return finish(types.TypeDecimal(t.Length, t.Scale), args, false)
}

// arithmetic is how an operation computes on each kind of number. A function's ok is
// false where the result is out of range; null is a division by zero.
type arithmetic struct {
	ints    func(a, b integer) (magnitude uint64, negative, overflow bool)
	signed  func(a, b int64) (int64, bool) // the same for two signed numbers with a signed result
	decs    func(c *expr.Context, a, b types.Dec) types.Dec
	floats  func(a, b float64) float64
	vector  func(out, a, b []float64, stepA, stepB int) (finite bool) // floats of many; nil: there is none
	divides bool                                                      // a zero on the right makes NULL
	whole   bool                                                      // the result is an integer, of decimals too
}

// integer is a whole number of a BIGINT of either sign.
type integer struct {
	magnitude uint64
	negative  bool
}

func integerOf(x int64, unsigned bool) integer {
	if unsigned || x >= 0 {
		return integer{magnitude: uint64(x)}
	}
	return integer{magnitude: -uint64(x), negative: true}
}

// fit is the number as a BIGINT; false where it is out of range.
func fit(magnitude uint64, negative, unsigned bool) (int64, bool) {
	switch {
	case magnitude == 0:
		return 0, true
	case unsigned:
		return int64(magnitude), !negative
	case negative:
		return -int64(magnitude), magnitude <= 1<<63
	}
	return int64(magnitude), magnitude <= math.MaxInt64
}

var (
	addition = &arithmetic{
		ints: addIntegers,
		signed: func(a, b int64) (int64, bool) {
			s := a + b
			return s, (s > a) == (b > 0)
		},
		decs:   func(_ *expr.Context, a, b types.Dec) types.Dec { return a.Add(b) },
		floats: func(a, b float64) float64 { return a + b },
		vector: addFloats,
	}
	subtraction = &arithmetic{
		ints: func(a, b integer) (uint64, bool, bool) {
			b.negative = !b.negative
			return addIntegers(a, b)
		},
		signed: func(a, b int64) (int64, bool) {
			s := a - b
			return s, (s < a) == (b > 0)
		},
		decs:   func(_ *expr.Context, a, b types.Dec) types.Dec { return a.Sub(b) },
		floats: func(a, b float64) float64 { return a - b },
		vector: subtractFloats,
	}
	multiplication = &arithmetic{
		ints: func(a, b integer) (uint64, bool, bool) {
			high, low := bits.Mul64(a.magnitude, b.magnitude)
			return low, a.negative != b.negative, high != 0
		},
		signed: func(a, b int64) (int64, bool) {
			const half = 1 << 31
			if a < half && a > -half && b < half && b > -half {
				return a * b, true
			}
			x, y := integerOf(a, false), integerOf(b, false)
			high, low := bits.Mul64(x.magnitude, y.magnitude)
			if high != 0 {
				return 0, false
			}
			return fit(low, x.negative != y.negative, false)
		},
		decs: func(_ *expr.Context, a, b types.Dec) types.Dec {
			return a.Mul(b).Truncate(types.MaxScale)
		},
		floats: func(a, b float64) float64 { return a * b },
		vector: multiplyFloats,
	}
	division = &arithmetic{
		divides: true,
		decs: func(c *expr.Context, a, b types.Dec) types.Dec {
			q, _ := a.DivLong(b, c.DivPrecisionIncrement)
			return q
		},
		floats: func(a, b float64) float64 { return a / b },
		vector: divideFloats,
	}
	intDivision = &arithmetic{
		divides: true, whole: true,
		ints: func(a, b integer) (uint64, bool, bool) {
			return a.magnitude / b.magnitude, a.negative != b.negative, false
		},
		signed: func(a, b int64) (int64, bool) { return a / b, a != math.MinInt64 || b != -1 },
		decs: func(_ *expr.Context, a, b types.Dec) types.Dec {
			q, _ := a.IntDiv(b)
			return q
		},
	}
	modulo = &arithmetic{
		divides: true,
		ints: func(a, b integer) (uint64, bool, bool) {
			return a.magnitude % b.magnitude, a.negative, false
		},
		signed: func(a, b int64) (int64, bool) { return a % b, true },
		decs: func(_ *expr.Context, a, b types.Dec) types.Dec {
			m, _ := a.Mod(b)
			return m
		},
		floats: math.Mod,
	}
)

func addIntegers(a, b integer) (uint64, bool, bool) {
	switch {
	case a.negative == b.negative:
		sum, carry := bits.Add64(a.magnitude, b.magnitude, 0)
		return sum, a.negative, carry != 0
	case a.magnitude >= b.magnitude:
		return a.magnitude - b.magnitude, a.negative, false
	}
	return b.magnitude - a.magnitude, b.negative, false
}

// nullVec is NULL in n rows.
func nullVec(t *types.Type, n int) *types.Vec { return types.SameVec(t, types.Value{}, n) }

// allNull tells whether a vector is NULL in every row, so far as that is cheap to know.
func allNull(v *types.Vec) bool { return v.Kind == types.Null || v.Same() && v.Len() > 0 && v.Null(0) }

// bothNulls is the rows of n in which one of two vectors is NULL; neither is in all. The
// slice may be one of the vectors' own unless fresh.
func bothNulls(a, b *types.Vec, n int, fresh bool) []bool {
	left, right := a.Nulls, b.Nulls
	if a.Same() {
		left = nil
	}
	if b.Same() {
		right = nil
	}
	switch {
	case left == nil && right == nil:
		return nil
	case right == nil && !fresh:
		return left
	case left == nil && !fresh:
		return right
	}
	nulls := make([]bool, n)
	for i := range nulls {
		nulls[i] = left != nil && left[i] || right != nil && right[i]
	}
	return nulls
}

// step is 1 for a vector with a value for each row, 0 for one with one value.
func step(v *types.Vec) int {
	if v.Same() {
		return 0
	}
	return 1
}

func arithmeticKernel(op *arithmetic) func(*expr.Context, *expr.Call, []*types.Vec, int) (*types.Vec, error) {
	return func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
		a, b := args[0], args[1]
		if allNull(a) || allNull(b) {
			return nullVec(&call.T, n), nil
		}
		out := c.NewVec(&call.T, n)
		out.Nulls = bothNulls(a, b, n, op.divides)
		var err error
		switch a.Kind {
		case types.Float:
			err = op.computeFloats(c, call, a, b, out, n)
		case types.Decimal:
			err = op.computeDecs(c, call, a, b, out, n)
		default:
			err = op.computeInts(c, call, a, b, out, n)
		}
		return out, err
	}
}

func (op *arithmetic) computeInts(c *expr.Context, call *expr.Call, a, b, out *types.Vec, n int) error {
	unsignedA, unsignedB, unsigned := a.Kind != types.Int, b.Kind != types.Int, call.T.Kind == types.Uint
	signed := !unsignedA && !unsignedB && !unsigned
	i, j, stepA, stepB := 0, 0, step(a), step(b)
	for row := range n {
		x, y := a.I[i], b.I[j]
		i += stepA
		j += stepB
		if op.divides && y == 0 {
			if out.Nulls == nil || !out.Nulls[row] {
				divisionByZero(c)
				out.SetNull(row)
			}
			continue
		}
		var z int64
		var ok bool
		if signed {
			z, ok = op.signed(x, y)
		} else {
			z, ok = op.unsigned(x, unsignedA, y, unsignedB, unsigned)
		}
		if !ok && (out.Nulls == nil || !out.Nulls[row]) {
			return bigintOutOfRange(call)
		}
		out.I[row] = z
	}
	return nil
}

// unsigned computes where an operand or the result is unsigned.
func (op *arithmetic) unsigned(x int64, unsignedX bool, y int64, unsignedY, unsigned bool) (z int64, ok bool) {
	magnitude, negative, overflow := op.ints(integerOf(x, unsignedX), integerOf(y, unsignedY))
	z, ok = fit(magnitude, negative, unsigned)
	return z, ok && !overflow
}

func (op *arithmetic) computeDecs(c *expr.Context, call *expr.Call, a, b, out *types.Vec, n int) error {
	var v types.Value
	for row := range n {
		if out.Nulls != nil && out.Nulls[row] {
			continue
		}
		x, y := a.D[a.At(row)], b.D[b.At(row)]
		if op.divides && y.IsZero() {
			divisionByZero(c)
			out.SetNull(row)
			continue
		}
		if err := op.dec(c, call, x, y, &v); err != nil {
			return err
		}
		if op.whole {
			out.I[row] = v.I
		} else {
			out.D[row] = v.D
		}
	}
	return nil
}

// dec computes of decimals: to out.D, or to out.I where the result is whole.
func (op *arithmetic) dec(c *expr.Context, call *expr.Call, x, y types.Dec, out *types.Value) error {
	z := op.decs(c, x, y)
	switch {
	case !op.whole:
		if z.Overflows() {
			return outOfRange("DECIMAL", call)
		}
		out.D = z
	case call.T.Kind == types.Uint:
		u, ok := z.Uint64()
		if !ok || z.Sign() < 0 {
			return bigintOutOfRange(call)
		}
		out.I = int64(u)
	default:
		i, ok := z.Int64()
		if !ok {
			return bigintOutOfRange(call)
		}
		out.I = i
	}
	return nil
}

func (op *arithmetic) computeFloats(c *expr.Context, call *expr.Call, a, b, out *types.Vec, n int) error {
	if op.vector != nil && op.vector(out.F[:n], a.F, b.F, step(a), step(b)) {
		return nil
	}
	i, j, stepA, stepB := 0, 0, step(a), step(b)
	for row := range n {
		x, y := a.F[i], b.F[j]
		i += stepA
		j += stepB
		if out.Nulls != nil && out.Nulls[row] {
			continue
		}
		if op.divides && y == 0 {
			divisionByZero(c)
			out.SetNull(row)
			continue
		}
		z := op.floats(x, y)
		if math.IsInf(z, 0) || math.IsNaN(z) {
			return outOfRange("DOUBLE", call)
		}
		out.F[row] = z
	}
	return nil
}

// row computes a row.
func (op *arithmetic) row(c *expr.Context, call *expr.Call, args []expr.Step, room *types.Value) (*types.Value, error) {
	a, b, err := both(args)
	if err != nil {
		return nil, err
	}
	if a.Kind == types.Null || b.Kind == types.Null {
		return room.Nulled(), nil
	}
	if op.divides && zero(b) {
		divisionByZero(c)
		return room.Nulled(), nil
	}
	switch room.Kind = call.T.Kind; a.Kind {
	case types.Float:
		if room.F = op.floats(a.F, b.F); math.IsInf(room.F, 0) || math.IsNaN(room.F) {
			return nil, outOfRange("DOUBLE", call)
		}
	case types.Decimal:
		err = op.dec(c, call, a.D, b.D, room)
	default:
		ok := false
		if a.Kind == types.Int && b.Kind == types.Int && room.Kind == types.Int {
			room.I, ok = op.signed(a.I, b.I)
		} else {
			room.I, ok = op.unsigned(a.I, a.Kind != types.Int, b.I, b.Kind != types.Int, room.Kind == types.Uint)
		}
		if !ok {
			err = bigintOutOfRange(call)
		}
	}
	return room, err
}

func zero(x *types.Value) bool {
	switch x.Kind {
	case types.Float:
		return x.F == 0
	case types.Decimal:
		return x.D.IsZero()
	}
	return x.I == 0
}

func negate(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	a := args[0]
	if allNull(a) {
		return nullVec(&call.T, n), nil
	}
	out := c.NewVec(&call.T, n)
	if !a.Same() {
		out.Nulls = a.Nulls
	}
	for row := range n {
		if a.Null(row) {
			continue
		}
		i := a.At(row)
		switch a.Kind {
		case types.Float:
			out.F[row] = -a.F[i]
		case types.Decimal:
			out.D[row] = a.D[i].Neg()
		default:
			x := integerOf(a.I[i], a.Kind == types.Uint)
			var ok bool
			if out.I[row], ok = fit(x.magnitude, !x.negative, false); !ok {
				return nil, outOfRange("BIGINT", call)
			}
		}
	}
	return out, nil
}
