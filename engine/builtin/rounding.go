package builtin

import (
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// wholeQuotient is FLOOR or CEILING of a quotient of whole numbers, without the decimals in between where it is plain what
// these come to; nil: it is of something else.
func wholeQuotient(c *expr.Context, call *expr.Call, b *types.Batch, ofDec func(types.Dec) types.Dec) (*types.Vec, error) {
	q, ok := call.Args[0].(*expr.Call)
	if !ok || q.F.Name != "/" || q.T.Kind != types.Decimal {
		return nil, nil
	}
	var operands [2]expr.Expr
	for i, a := range q.Args {
		switch a := a.(type) {
		case *expr.Convert:
			operands[i] = a.X
			ok = ok && !a.Explicit && a.X.Type().Kind == types.Int
		case *expr.Literal:
			n, whole := a.V.D.Int64()
			operands[i] = &expr.Literal{V: types.IntValue(n), T: types.TypeInt}
			ok = ok && whole && a.V.Kind == types.Decimal && a.V.D.Scale() == 0
		default:
			return nil, nil
		}
	}
	if !ok {
		return nil, nil
	}
	var sides [2]*types.Vec
	same := true
	for i, x := range operands {
		var err error
		if sides[i], err = x.Eval(c, b); err != nil {
			return nil, err
		}
		if allNull(sides[i]) {
			return nullVec(&call.T, b.N), nil
		}
		same = same && sides[i].Same()
	}
	n := b.N
	if same {
		n = min(n, 1)
	}
	up := int64(0)
	if call.F.Name != "floor" {
		up = 1
	}
	out := c.NewVec(&call.T, n)
	out.Nulls = bothNulls(sides[0], sides[1], n, true)
	i, j, stepA, stepB := 0, 0, step(sides[0]), step(sides[1])
	for row := range n {
		x, y := sides[0].I[i], sides[1].I[j]
		i += stepA
		j += stepB
		switch {
		case out.Nulls != nil && out.Nulls[row]:
		case y == 0:
			divisionByZero(c)
			out.SetNull(row)
		case x >= 0 && y > 0 && y < 1000 && c.DivPrecisionIncrement >= 3: // three places tell whether there is a fraction
			z := x / y
			if z*y != x {
				z += up
			}
			if out.D != nil {
				out.D[row] = types.NewDec(z, 0)
			} else {
				out.I[row] = z
			}
		default:
			d, _ := types.NewDec(x, 0).DivLong(types.NewDec(y, 0), c.DivPrecisionIncrement)
			if out.D != nil {
				out.D[row] = ofDec(d)
			} else if out.I[row], ok = ofDec(d).Int64(); !ok {
				return nil, outOfRange("BIGINT", call)
			}
		}
	}
	if n < b.N {
		return types.SameVec(&call.T, out.Value(0), b.N), nil
	}
	return out, nil
}

// wholeFunction is CEILING or FLOOR: of an exact number a whole one (Item_func_int_val).
func wholeFunction(name string, ofDec func(types.Dec) types.Dec, ofFloats func(out, x []float64)) *expr.Function {
	description := "Returns the least integer that is not less."
	if name == "floor" {
		description = "Returns the greatest integer that is not greater."
	}
	return &expr.Function{
		Name: name, Min: 1, Max: 1, Description: description,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
			kind := numericKind(args)
			out := toKind(args, kind)
			t := out[0].Type()
			switch {
			case kind == types.Float:
				return finish(floatOf(0), out, false)
			case kind == types.Int:
				return finish(intOf(precisionOf(out[0]), t.Kind == types.Uint), out, false)
			case t.Length-t.Scale < wholeDigits:
				return finish(intOf(t.Length-t.Scale+1, false), out, false)
			}
			return finish(types.TypeDecimal(t.Length-t.Scale+1, 0), out, false)
		},
		Lazy: func(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
			if out, err := wholeQuotient(c, call, b, ofDec); out != nil || err != nil {
				return out, err
			}
			v, err := call.Args[0].Eval(c, b)
			if err != nil || v.Kind != types.Float && v.Kind != types.Decimal {
				return v, err
			}
			if allNull(v) {
				return nullVec(&call.T, b.N), nil
			}
			n := b.N
			if v.Same() {
				n = min(n, 1)
			}
			out := c.NewVec(&call.T, n)
			if v.Nulls != nil {
				out.Nulls = slices.Clone(v.Nulls[:n])
			}
			if v.Kind == types.Float {
				ofFloats(out.F, v.F)
			}
			for i, x := range v.D[:min(n, len(v.D))] { // of decimals
				if v.Null(i) {
					continue
				}
				d, ok := ofDec(x), true
				if call.T.Kind == types.Decimal {
					out.D[i] = d
				} else if out.I[i], ok = d.Int64(); !ok {
					return nil, outOfRange("BIGINT", call)
				}
			}
			if n < b.N {
				return types.SameVec(&call.T, out.Value(0), b.N), nil
			}
			return out, nil
		},
	}
}

func floors(out, x []float64) {
	for i := range out {
		out[i] = math.Floor(x[i])
	}
}

func ceilings(out, x []float64) {
	for i := range out {
		out[i] = math.Ceil(x[i])
	}
}

// resolveRound: a constant number of places is the scale of the result; a whole number
// stays one (Item_func_round).
func resolveRound(truncate bool) func(*expr.Resolver, []expr.Expr) (types.Type, []expr.Expr, error) {
	return func(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
		x := args[:1]
		kind := numericKind(x)
		scale := maxScale(x)
		out := toKind(x, kind)
		t := *out[0].Type()
		places, constant := int64(0), true
		if len(args) == 2 {
			var v types.Value
			digits := toPlaces(args[1])
			if v, constant = r.Constant(digits); constant {
				places = v.I
				if v.Kind == types.Uint && v.I < 0 {
					places = math.MaxInt64
				}
			}
			out = append(out, digits)
		}
		if !constant {
			if kind == types.Decimal {
				return finish(types.TypeDecimal(t.Length, t.Scale), out, false)
			}
			if kind == types.Int { // it is rounded as a double
				out[0] = expr.ConvertTo(out[0], types.TypeDouble)
			}
			return finish(floatOf(scale), out, false)
		}
		shown := int(min(max(places, 0), types.NotFixed))
		switch kind {
		case types.Float:
			return finish(floatOf(shown), out, false)
		case types.Int:
			n := intOf(precisionOf(out[0]), t.Kind == types.Uint)
			if !truncate && places < 0 {
				n.Length++
			}
			return finish(n, out, false)
		}
		shown = min(shown, types.MaxScale)
		precision := t.Length - t.Scale + shown
		if t.Scale > shown && !truncate {
			precision++
		}
		return finish(types.TypeDecimal(precision, shown), out, false)
	}
}

// toPlaces converts a number of places.
func toPlaces(x expr.Expr) expr.Expr {
	if k := x.Type().Kind; k == types.Uint || k == types.Int || k == types.Null {
		return x
	}
	return expr.ConvertTo(x, types.TypeInt)
}

func round(truncate bool) func(*expr.Context, *expr.Call, []types.Value) (types.Value, error) {
	return func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
		places := 0
		if len(args) == 2 {
			switch n := args[1]; {
			case n.Kind == types.Uint:
				places = int(min(n.Uint(), mostPlaces))
			default:
				places = int(min(max(n.I, -mostPlaces), mostPlaces))
			}
		}
		switch v := args[0]; v.Kind {
		case types.Float:
			return realValue(call, roundFloat(v.F, places, truncate))
		case types.Decimal:
			var d types.Dec
			if truncate {
				d = v.D.Truncate(places)
			} else {
				d = v.D.Round(places)
			}
			if d.Overflows() {
				return types.Value{}, outOfRange("DECIMAL", call)
			}
			return types.DecimalValue(d.Rescale(max(min(places, call.T.Scale), 0))), nil
		default:
			if places >= 0 {
				return v, nil
			}
			return roundInteger(call, v, places, truncate)
		}
	}
}

// roundFloat is MySQL's my_double_round.
func roundFloat(x float64, places int, truncate bool) float64 {
	scale := math.Pow(10, math.Abs(float64(places)))
	switch {
	case places < 0 && math.IsInf(scale, 0):
		return 0
	case places >= 0 && math.IsInf(x*scale, 0):
		return x
	case places >= 0 && math.IsInf(scale, 0):
		return x
	}
	whole := math.RoundToEven
	if truncate {
		whole = math.Trunc
	}
	if places < 0 {
		return whole(x/scale) * scale
	}
	return whole(x*scale) / scale
}

func roundInteger(call *expr.Call, v types.Value, places int, truncate bool) (types.Value, error) {
	d := types.NewDec(v.I, 0)
	if v.Kind == types.Uint {
		d = types.DecFromUint(v.Uint())
	}
	if truncate {
		d = d.Truncate(places)
	} else {
		d = d.Round(places)
	}
	if v.Kind == types.Uint {
		x, ok := d.Uint64()
		if !ok {
			return types.Value{}, bigintOutOfRange(call)
		}
		return types.UintValue(x), nil
	}
	x, ok := d.Int64()
	if !ok {
		return types.Value{}, bigintOutOfRange(call)
	}
	return types.IntValue(x), nil
}
