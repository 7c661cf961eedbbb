package builtin

import (
	"hash/crc32"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Mathematical functions (manual 12.6.2). Those of real numbers are NULL where they have no
// value, and 1690 where it is too large.
var mathFunctions = []*expr.Function{
	realFunction("acos", "Returns the arc cosine; NULL outside -1 to 1.", within1(math.Acos)),
	realFunction("asin", "Returns the arc sine; NULL outside -1 to 1.", within1(math.Asin)),
	realFunction("cos", "Returns the cosine of an angle in radians.", always(cos)),
	realFunction("sin", "Returns the sine of an angle in radians.", always(sin)),
	realFunction("tan", "Returns the tangent of an angle in radians.", always(tan)),
	realFunction("cot", "Returns the cotangent of an angle in radians.", always(cot)),
	realFunction("degrees", "Converts radians to degrees.", always(func(x float64) float64 { return x * (180 / math.Pi) })),
	realFunction("radians", "Converts degrees to radians.", always(func(x float64) float64 { return x * (math.Pi / 180) })),
	realFunction("exp", "Returns e raised to a power.", always(exp)),
	realFunction("sqrt", "Returns the square root; NULL of a negative number.", func(_ *expr.Context, x float64) (float64, bool) {
		return math.Sqrt(x), x >= 0
	}),
	realFunction("ln", "Returns the natural logarithm.", logarithm(ln)),
	realFunction("log2", "Returns the logarithm to base 2.", logarithm(log2)),
	realFunction("log10", "Returns the logarithm to base 10.", logarithm(log10)),
	{
		Name: "log", Min: 1, Max: 2, Params: []expr.Want{expr.Real}, Result: doubleResult, MayNull: true,
		Description: "Returns the natural logarithm, or the second argument's to the base that the first is.",
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			for i, a := range args {
				if a.F <= 0 || len(args) == 2 && i == 0 && a.F == 1 {
					return invalidLogarithm(c), nil
				}
			}
			if len(args) == 1 {
				return types.FloatValue(ln(args[0].F)), nil
			}
			return realValue(call, ln(args[1].F)/ln(args[0].F))
		},
	},
	arcTangent("atan", 1), arcTangent("atan2", 1),
	power("pow"), power("power"),
	{
		Name: "pi", Description: "Returns π.",
		Result: func(*expr.Resolver, []expr.Expr) (types.Type, error) {
			t := floatOf(6)
			t.Length = 8
			return t, nil
		},
		Scalar: func(*expr.Context, *expr.Call, []types.Value) (types.Value, error) {
			return types.FloatValue(math.Pi), nil
		},
	},
	{Name: "abs", Min: 1, Max: 1, Description: "Returns the absolute value.", Resolve: resolveAbs, Vector: absolute},
	{
		Name: "sign", Min: 1, Max: 1, Params: []expr.Want{expr.Numeric}, Description: "Returns -1, 0 or 1: the sign of a number.",
		Result: func(*expr.Resolver, []expr.Expr) (types.Type, error) { return types.TypeInt, nil },
		Vector: func(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
			v := args[0]
			if v.Kind != types.Int || v.Same() {
				return mapNumbers(v, n, &call.T, func(x types.Value) (types.Value, error) { return types.IntValue(int64(signOf(x))), nil })
			}
			out := c.NewVec(&call.T, n)
			out.Nulls = v.Nulls
			for i, x := range v.I[:n] {
				out.I[i] = x>>63 | int64(uint64(-x)>>63)
			}
			return out, nil
		},
	},
	wholeFunction("ceil", types.Dec.Ceil, ceilings), wholeFunction("ceiling", types.Dec.Ceil, ceilings),
	wholeFunction("floor", types.Dec.Floor, floors),
	{
		Name: "round", Min: 1, Max: 2, Resolve: resolveRound(false), Scalar: round(false),
		Description: "Rounds to so many places, none by default: exact numbers half away from zero, others half to even.",
	},
	{
		Name: "truncate", Min: 2, Max: 2, Resolve: resolveRound(true), Scalar: round(true),
		Description: "Cuts off all but so many places.",
	},
	{
		Name: "crc32", Min: 1, Max: 1, Params: []expr.Want{expr.Text}, Description: "Returns the cyclic redundancy check of a string's bytes.",
		Result: func(*expr.Resolver, []expr.Expr) (types.Type, error) {
			t := types.TypeUint
			t.Length = 10
			return t, nil
		},
		Scalar: func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			return types.UintValue(uint64(crc32.ChecksumIEEE([]byte(call.Args[0].Type().Collation.Encode(args[0].S))))), nil
		},
	},
	{
		Name: "rand", Max: 1, Params: []expr.Want{expr.Integer}, Volatile: true, KeepNull: true, Result: doubleResult, Scalar: random,
		Description: "Returns a number from 0 up to 1; a seed makes the sequence repeatable.",
	},
	{
		Name: "conv", Min: 3, Max: 3, Params: []expr.Want{expr.Text, expr.Integer, expr.Integer}, MayNull: true, Result: digitsResult,
		Description: "Converts a number from one base to another, of 2 to 36; a negative base says that the number has a sign.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			return convert(args[0].S, args[1].I, args[2].I), nil
		},
	},
	inBase("bin", 2, "Returns a number in binary digits."),
	inBase("oct", 8, "Returns a number in octal digits."),
	{
		Name: "hex", Min: 1, Max: 1, Description: "Returns a number, or a string's bytes, in hexadecimal digits.",
		Resolve: resolveHex, Scalar: hexDigits,
	},
	{
		Name: "format", Min: 2, Max: 3, KeepNull: true, Resolve: resolveFormat, Scalar: formatNumber,
		Description: "Writes a number with so many places and with separators of thousands, as the locale has them.",
	},
}

// warnLogarithm is MySQL's ER_INVALID_ARGUMENT_FOR_LOGARITHM.
const warnLogarithm = 3020

// warnLocale is MySQL's ER_UNKNOWN_LOCALE.
const warnLocale = 1649

func doubleResult(*expr.Resolver, []expr.Expr) (types.Type, error) { return types.TypeDouble, nil }

// realFunction computes of one real number; f's ok is false for NULL.
func realFunction(name, description string, f func(c *expr.Context, x float64) (y float64, ok bool)) *expr.Function {
	return &expr.Function{
		Name: name, Min: 1, Max: 1, Description: description, Params: []expr.Want{expr.Real}, Result: doubleResult, MayNull: true,
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			y, ok := f(c, args[0].F)
			if !ok {
				return types.Value{}, nil
			}
			return realValue(call, y)
		},
	}
}

// realValue is the number, or error 1690.
func realValue(call *expr.Call, x float64) (types.Value, error) {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return types.Value{}, outOfRange("DOUBLE", call)
	}
	return types.FloatValue(x), nil
}

func always(f func(float64) float64) func(*expr.Context, float64) (float64, bool) {
	return func(_ *expr.Context, x float64) (float64, bool) { return f(x), true }
}

func within1(f func(float64) float64) func(*expr.Context, float64) (float64, bool) {
	return func(_ *expr.Context, x float64) (float64, bool) { return f(x), x >= -1 && x <= 1 }
}

func logarithm(f func(float64) float64) func(*expr.Context, float64) (float64, bool) {
	return func(c *expr.Context, x float64) (float64, bool) {
		if x <= 0 {
			invalidLogarithm(c)
			return 0, false
		}
		return f(x), true
	}
}

func invalidLogarithm(c *expr.Context) types.Value {
	if c.Warn != nil {
		c.Warn(warnLogarithm, "Invalid argument for logarithm")
	}
	return types.Value{}
}

func arcTangent(name string, least int) *expr.Function {
	return &expr.Function{
		Name: name, Min: least, Max: 2, Params: []expr.Want{expr.Real}, Result: doubleResult,
		Description: "Returns the arc tangent, of two arguments that of their quotient with the quadrant that they are in.",
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			if len(args) == 2 {
				return types.FloatValue(math.Atan2(args[0].F, args[1].F)), nil
			}
			return types.FloatValue(math.Atan(args[0].F)), nil
		},
	}
}

func power(name string) *expr.Function {
	return &expr.Function{
		Name: name, Min: 2, Max: 2, Params: []expr.Want{expr.Real}, Result: doubleResult,
		Description: "Returns the first argument raised to the power of the second.",
		Scalar: func(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			return realValue(call, pow(args[0].F, args[1].F))
		},
	}
}

func signOf(v types.Value) int {
	switch v.Kind {
	case types.Float:
		switch {
		case v.F > 0:
			return 1
		case v.F < 0:
			return -1
		}
		return 0
	case types.Decimal:
		return v.D.Sign()
	}
	switch {
	case v.I == 0:
		return 0
	case v.I < 0 && v.Kind == types.Int:
		return -1
	}
	return 1
}

// resolveAbs: the type is the argument's, among numbers.
func resolveAbs(_ *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	kind := numericKind(args)
	scale := maxScale(args)
	out := toKind(args, kind)
	switch t := out[0].Type(); kind {
	case types.Float:
		return finish(floatOf(scale), out, false)
	case types.Decimal:
		return finish(types.TypeDecimal(t.Length, t.Scale), out, false)
	default:
		return finish(intOf(precisionOf(out[0]), t.Kind == types.Uint), out, false)
	}
}

func absolute(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	v := args[0]
	if v.Kind == types.Int && !v.Same() {
		out := c.NewVec(&call.T, n)
		out.Nulls = v.Nulls
		for i, x := range v.I[:n] {
			if x == math.MinInt64 && !v.Null(i) {
				return nil, outOfRange("BIGINT", call)
			}
			out.I[i] = max(x, -x)
		}
		return out, nil
	}
	return mapNumbers(v, n, &call.T, func(x types.Value) (types.Value, error) {
		switch x.Kind {
		case types.Float:
			return types.FloatValue(math.Abs(x.F)), nil
		case types.Decimal:
			return types.DecimalValue(x.D.Abs()), nil
		case types.Int:
			if x.I == math.MinInt64 {
				return types.Value{}, outOfRange("BIGINT", call)
			}
			return types.IntValue(max(x.I, -x.I)), nil
		default:
			return x, nil
		}
	})
}

// mapNumbers is [expr.MapVec] of what is NULL for NULL.
func mapNumbers(v *types.Vec, n int, t *types.Type, f func(types.Value) (types.Value, error)) (*types.Vec, error) {
	return expr.MapVec(v, n, t, func(x types.Value) (types.Value, error) {
		if x.IsNull() {
			return x, nil
		}
		return f(x)
	})
}

// wholeDigits is how many digits a whole number may have that is a BIGINT for certain.
const wholeDigits = 18

// mostPlaces bounds a number of places: beyond it every number is whole, or zero.
const mostPlaces = 400

// generator is MySQL's own of random numbers (my_rnd).
type generator struct{ a, b uint64 }

const generatorMax = 0x3fffffff

func newGenerator(seed int64) *generator {
	x := uint32(seed)
	return &generator{uint64(x*0x10001+55555555) % generatorMax, uint64(x*0x10000001) % generatorMax}
}

func (g *generator) next() float64 {
	g.a = (g.a*3 + g.b) % generatorMax
	g.b = (g.a + g.b + 33) % generatorMax
	return float64(g.a) / float64(generatorMax)
}

// random: a constant seed begins a sequence that goes on from row to row; one of the row
// begins a new one for each.
func random(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	switch {
	case len(args) == 0:
		return types.FloatValue(rand.Float64()), nil
	case !expr.IsConst(call.Args[0]):
		return types.FloatValue(newGenerator(args[0].I).next()), nil
	}
	g, ok := c.Kept(call).(*generator)
	if !ok {
		g = newGenerator(args[0].I)
		c.Keep(call, g)
	}
	return types.FloatValue(g.next()), nil
}

func digitsResult(r *expr.Resolver, _ []expr.Expr) (types.Type, error) {
	return types.TypeString(65, r.Connection, types.CoerceLiteral), nil
}

const highestBase = 36

// convert is CONV: it reads as many digits as there are.
func convert(s string, from, to int64) types.Value {
	if max(from, -from) > highestBase || max(from, -from) < 2 || max(to, -to) > highestBase || max(to, -to) < 2 || s == "" {
		return types.Value{}
	}
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	base := uint64(max(from, -from))
	x, over := uint64(0), false
	for _, b := range []byte(s) {
		d := uint64(highestBase)
		switch {
		case b >= '0' && b <= '9':
			d = uint64(b - '0')
		case b >= 'a' && b <= 'z':
			d = uint64(b-'a') + 10
		case b >= 'A' && b <= 'Z':
			d = uint64(b-'A') + 10
		}
		if d >= base {
			break
		}
		over = over || x > (math.MaxUint64-d)/base
		x = x*base + d
	}
	switch {
	case from < 0: // a signed number
		if negative {
			if over || x > 1<<63 {
				x = 1 << 63
			}
			x = -x
		} else if over || x > math.MaxInt64 {
			x = math.MaxInt64
		}
	case over:
		x = math.MaxUint64
	case negative:
		x = -x
	}
	if to < 0 {
		return types.StringValue(strings.ToUpper(strconv.FormatInt(int64(x), int(-to))))
	}
	return types.StringValue(strings.ToUpper(strconv.FormatUint(x, int(to))))
}

func inBase(name string, base int64, description string) *expr.Function {
	return &expr.Function{
		Name: name, Min: 1, Max: 1, Params: []expr.Want{expr.Text}, Description: description, MayNull: true, Result: digitsResult,
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			return convert(args[0].S, 10, base), nil
		},
	}
}

// resolveHex: numbers are written in digits, everything else has its text's bytes.
func resolveHex(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	t := args[0].Type()
	if t.IsNumeric() {
		return finish(types.TypeString(16, r.Connection, types.CoerceLiteral), args, false)
	}
	if t.Kind == types.Null {
		return finish(types.TypeString(0, r.Connection, types.CoerceLiteral), args, false)
	}
	x := r.Want(args[0], expr.Text)
	u := x.Type()
	return finish(types.TypeString(2*u.Length*u.Collation.MaxBytes(), r.Connection, types.CoerceLiteral), []expr.Expr{x}, false)
}

func hexDigits(_ *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	var x uint64
	switch v := args[0]; v.Kind {
	case types.String:
		const digits = "0123456789ABCDEF"
		s := call.Args[0].Type().Collation.Encode(v.S)
		out := make([]byte, 0, 2*len(s))
		for i := range len(s) {
			out = append(out, digits[s[i]>>4], digits[s[i]&15])
		}
		return types.StringValue(string(out)), nil
	case types.Float, types.Decimal:
		f := v.F
		if v.Kind == types.Decimal {
			f = v.D.Float()
		}
		switch f = math.Round(f); {
		case f <= math.MinInt64:
			x = 1 << 63
		case f >= math.MaxUint64:
			x = math.MaxUint64
		case f < 0:
			x = uint64(int64(f))
		default:
			x = uint64(f)
		}
	default:
		x = uint64(v.I)
	}
	return types.StringValue(strings.ToUpper(strconv.FormatUint(x, 16))), nil
}

// resolveFormat: exact numbers are rounded as such, others as doubles.
func resolveFormat(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	kind := types.Decimal
	if numericKind(args[:1]) == types.Float {
		kind = types.Float
	}
	out := append(toKind(args[:1], kind), r.Want(args[1], expr.Integer))
	if len(args) == 3 {
		out = append(out, r.Want(args[2], expr.Text))
	}
	length := args[0].Type().TextLength()
	t := types.TypeString(length+length/3+types.MaxScale+2, r.Connection, types.CoerceLiteral)
	return t.WithNullable(out[0].Type().Nullable || out[1].Type().Nullable), out, nil
}

// separators are what a locale has between thousands and before places.
type separators struct{ thousands, point string }

// locales are those that do not write as en_US does (MySQL's sql_locale.cc).
var locales = map[string]separators{
	"de_de": {".", ","}, "da_dk": {".", ","}, "tr_tr": {".", ","}, "ru_ru": {".", ","}, "nb_no": {".", ","}, "no_no": {".", ","},
	"vi_vn": {".", ","}, "id_id": {".", ","}, "hu_hu": {".", ","}, "is_is": {".", ","}, "ro_ro": {".", ","},
	"fr_fr": {"", ","}, "es_es": {"", ","}, "it_it": {"", ","}, "nl_nl": {"", ","}, "pt_pt": {"", ","}, "pl_pl": {"", ","}, "de_at": {"", ","},
	"sv_se": {" ", ","}, "fi_fi": {" ", ","}, "cs_cz": {" ", ","}, "sk_sk": {" ", ","},
	"pt_br": {".", ","}, "de_ch": {"'", "."}, "uk_ua": {".", ","}, "el_gr": {".", ","}, "bg_bg": {"", ","}, "hr_hr": {"", ","},
	"en_us": {",", "."}, "en_gb": {",", "."}, "en_au": {",", "."}, "en_ca": {",", "."}, "en_nz": {",", "."}, "en_za": {",", "."},
	"en_ph": {",", "."}, "en_zw": {",", "."}, "ja_jp": {",", "."}, "ko_kr": {",", "."}, "zh_cn": {",", "."}, "zh_tw": {",", "."}, "zh_hk": {",", "."},
	"th_th": {",", "."}, "he_il": {",", "."}, "es_mx": {",", "."},
}

func formatNumber(c *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
	if args[0].IsNull() || args[1].IsNull() {
		return types.Value{}, nil
	}
	style := separators{",", "."}
	if len(args) == 3 {
		l, ok := locales[strings.ToLower(args[2].S)]
		switch {
		case ok:
			style = l
		case c.Warn != nil:
			c.Warn(warnLocale, "Unknown locale: '"+args[2].S+"'")
		}
	}
	places := int(min(max(args[1].I, 0), types.MaxScale))
	var text string
	if args[0].Kind == types.Decimal {
		text = args[0].D.Rescale(places).String()
	} else {
		text = strconv.FormatFloat(roundFloat(args[0].F, places, false), 'f', places, 64)
	}
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	var out strings.Builder
	out.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteString(style.thousands)
		}
		out.WriteByte(whole[i])
	}
	if fraction != "" {
		out.WriteString(style.point + fraction)
	}
	return types.StringValue(out.String()), nil
}
