package builtin

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// JSONFallback is what there is ON EMPTY or ON ERROR. The zero value is NULL.
type JSONFallback struct {
	Error   bool
	Default *types.Value // of the type of the value
}

// JSONValueSpec is what JSON_VALUE has beside its arguments. It is a call's Data.
type JSONValueSpec struct {
	Returning        types.Type
	OnEmpty, OnError JSONFallback
}

// String is the clauses: calls that differ in them are not the same.
func (s *JSONValueSpec) String() string {
	return fmt.Sprintf("returning %s %s on empty %s on error", s.Returning.SQL(), s.OnEmpty, s.OnError)
}

func (f JSONFallback) String() string {
	switch {
	case f.Error:
		return "error"
	case f.Default == nil:
		return "null"
	}
	return fmt.Sprintf("default %v", *f.Default)
}

// NewJSONValue is JSON_VALUE(doc, path RETURNING … ON EMPTY … ON ERROR). Without RETURNING,
// which is a zero Type, it gives VARCHAR(512).
func NewJSONValue(r *expr.Resolver, doc, path expr.Expr, spec JSONValueSpec) (*expr.Call, error) {
	call, err := expr.NewCall(r, Function("json_value"), doc, path)
	if err != nil {
		return nil, err
	}
	if spec.Returning.Kind == types.Null {
		spec.Returning = call.T
	}
	call.T = spec.Returning.WithNullable(true)
	call.Data = &spec
	return call, nil
}

var jsonValueFunctions = []*expr.Function{
	{
		Name: "json_value", Min: 2, Max: 2, MayNull: true,
		Description: "The scalar that the path matches, as SQL's type that RETURNING names.",
		Result: func(r *expr.Resolver, _ []expr.Expr) (types.Type, error) {
			t := types.TypeString(512, types.JSONCollation, types.CoerceImplicit)
			r.Keep(&JSONValueSpec{Returning: t})
			return t, nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			spec := call.Data.(*JSONValueSpec)
			d, err := unreadDoc(c, call, args)
			if err != nil {
				if spec.OnError.Error {
					return types.Value{}, err
				}
				return spec.OnError.value(), nil
			}
			p, err := pathArg(c, call, args, 1)
			if err != nil {
				return types.Value{}, err
			}
			found, err := matches(args, d, p)
			if err != nil {
				return types.Value{}, err
			}
			switch {
			case len(found) == 0 && spec.OnEmpty.Error:
				return types.Value{}, jsonError(3966, "22035", "No value was found by '%s' on the specified path.", call.F.Name)
			case len(found) == 0:
				return spec.OnEmpty.value(), nil
			case len(found) > 1 && spec.OnError.Error:
				return types.Value{}, jsonError(3967, "22034", "More than one value was found by '%s' on the specified path.", call.F.Name)
			case len(found) > 1:
				return spec.OnError.value(), nil
			}
			v, ok, err := toSQL(c, found[0], &spec.Returning)
			if err != nil || ok {
				return v, err
			}
			if spec.OnError.Error {
				return types.Value{}, jsonError(3156, "22018", "Invalid JSON value for CAST to %s from column %s at row %d", castName(&spec.Returning), call.F.Name, 1)
			}
			return spec.OnError.value(), nil
		},
	},
}

func (f *JSONFallback) value() types.Value {
	if f.Default == nil {
		return types.Value{}
	}
	return *f.Default
}

// castName is a type in the words of error 3156.
func castName(t *types.Type) string {
	switch t.Kind {
	case types.Int:
		if t.IsYear() {
			return "YEAR"
		}
		return "INTEGER"
	case types.Uint:
		return "UNSIGNED INTEGER"
	case types.Float:
		return "DOUBLE"
	case types.Decimal:
		return "DECIMAL"
	case types.Date:
		return "DATE"
	case types.DateTime:
		return "DATETIME"
	case types.Time:
		return "TIME"
	}
	return "CHAR"
}

// toSQL is a part of a document as a value of the type, as JSON_VALUE and JSON_TABLE have
// it: null is NULL. ok is false for what the type cannot hold: arrays and objects, unless it
// is JSON, numbers out of range, texts that are too long or no numbers or dates.
func toSQL(c *expr.Context, d *json.Doc, t *types.Type) (v types.Value, ok bool, err error) {
	var from types.Type
	switch d.Kind {
	case json.Null:
		if t.Kind == types.JSON {
			return docValue(d), true, nil
		}
		return types.Value{}, true, nil
	case json.Bool, json.Int:
		v, from = types.IntValue(d.I), types.TypeInt
	case json.Uint:
		v, from = types.UintValue(uint64(d.I)), types.TypeUint
	case json.Double:
		v, from = types.FloatValue(d.F), types.TypeDouble
	case json.Decimal:
		x, _ := types.ParseDec(d.S)
		v, from = types.DecimalValue(x), types.TypeDecimal(x.Precision(), x.Scale())
	case json.String:
		v, from = types.StringValue(d.S), types.TypeString(len(d.S), types.JSONCollation, types.CoerceImplicit)
	}
	switch {
	case t.Kind == types.JSON:
		return docValue(d), true, nil
	case d.Kind == json.Array || d.Kind == json.Object:
		return v, false, nil
	case t.Kind == types.String:
		text := d.S
		if d.Kind != json.String {
			text = d.String()
		}
		return types.StringValue(text), t.Length == 0 || utf8.RuneCountInString(text) <= t.Length, nil
	}
	quiet := *c.Env
	fits := true
	quiet.Warn = func(uint16, string) { fits = false }
	target := *t
	if target.Kind == types.Int && !target.IsYear() && v.Kind == types.Uint {
		return v, false, nil
	}
	if target.Kind == types.Uint && v.Kind == types.Int && v.I < 0 {
		return v, false, nil
	}
	v, err = types.Cast(&quiet, v, &from, &target)
	if err != nil {
		return v, false, nil
	}
	return v, fits && !v.IsNull() && inRange(v, t), nil
}

// inRange tells whether an integer fits into the type's bytes.
func inRange(v types.Value, t *types.Type) bool {
	bits := map[types.Protocol]uint{
		types.ProtocolTiny: 8, types.ProtocolShort: 16, types.ProtocolInt24: 24, types.ProtocolLong: 32,
	}[t.Protocol]
	switch {
	case bits == 0:
		return true
	case t.Kind == types.Int:
		return v.I >= math.MinInt64>>(64-bits) && v.I <= math.MaxInt64>>(64-bits)
	case t.Kind == types.Uint:
		return v.Uint() <= math.MaxUint64>>(64-bits)
	}
	return true
}
