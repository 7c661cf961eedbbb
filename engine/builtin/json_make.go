package builtin

import (
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Functions that make documents (manual 14.17.2) and tell of them (14.17.5, 14.17.6, 14.17.8).

var jsonMakeFunctions = []*expr.Function{
	{
		Name: "json_array", Max: -1, KeepNull: true, Description: "An array of the values.",
		Result: jsonResult(false),
		Vector: jsonArray,
	},
	{
		Name: "json_object", Max: -1, KeepNull: true, Description: "An object of keys and values in turn; of a key that is there twice, the last value.",
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			if len(args)%2 == 1 {
				return types.Type{}, mysql.NewDefaultError(mysql.ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT, "json_object")
			}
			return types.TypeJSON, nil
		},
		Vector: jsonObject,
	},
	{
		// CAST(x AS JSON): a text is parsed, error 3141 where it is no document; anything else
		// is a scalar.
		Name: "cast_json", Min: 1, Max: 1, Result: jsonResult(false),
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			return types.Cast(c.Env, args[0], call.Args[0].Type(), &types.TypeJSON)
		},
	},
	{
		Name: "json_quote", Min: 1, Max: 1, Description: "The text as a string of JSON.",
		Params: []expr.Want{expr.Text}, Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return types.TypeString(6*args[0].Type().Length+2, types.JSONCollation, types.CoerceImplicit), nil
		},
		Scalar: func(_ *expr.Context, _ *expr.Call, args []types.Value) (types.Value, error) {
			return types.StringValue(string(json.AppendQuoted(nil, args[0].S))), nil
		},
	},
	{
		Name: "json_unquote", Min: 1, Max: 1, Description: "The text that a string of JSON is; other documents and texts as they are.",
		Result: jsonText,
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			s := textArg(call, args, 0)
			if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
				return types.StringValue(s), nil
			}
			if args[0].Kind == types.JSON && strings.IndexByte(s, '\\') < 0 {
				return types.StringValue(s[1 : len(s)-1]), nil
			}
			d, err := types.ParseJSON(c.Env, s, 1, call.F.Name)
			if err != nil {
				return types.Value{}, err
			}
			return types.StringValue(d.S), nil
		},
	},
	{
		Name: "json_valid", Min: 1, Max: 1, Description: "Whether the value is a document or the text of one.",
		Boolean: true, Result: jsonTruth,
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			t := call.Args[0].Type()
			if t.Kind != types.JSON && (t.Kind != types.String || t.Collation.IsBinary()) {
				return types.BoolValue(false), nil
			}
			_, err := docArg(c, call, args, 0)
			return types.BoolValue(err == nil), c.Cancelled()
		},
	},
	{
		Name: "json_type", Min: 1, Max: 1, Description: "What kind of document it is: OBJECT, ARRAY, STRING, INTEGER, …",
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			return types.TypeString(51, types.DefaultCollation, types.CoerceLiteral), nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].Kind == types.JSON {
				kind, err := json.KindOf(args[0].S)
				return types.StringValue(jsonTypeName(kind, call.Args[0])), err
			}
			d, err := docArg(c, call, args, 0)
			if err != nil {
				return types.Value{}, err
			}
			return types.StringValue(jsonTypeName(d.Kind, call.Args[0])), nil
		},
	},
	{
		Name: "json_depth", Min: 1, Max: 1, Description: "How deep the document is nested: 1 where it has no parts.",
		Result: countType(10), Scalar: docToCount((*json.Doc).Depth),
	},
	{
		Name: "json_length", Min: 1, Max: 2, MayNull: true, Description: "How many items or members there are, in the part that the path matches.",
		Result: countType(10), Scalar: jsonLength,
	},
	{
		Name: "json_storage_size", Min: 1, Max: 1, Description: "How many bytes MySQL's binary form of the document has.",
		Result: countType(10), Scalar: docToCount((*json.Doc).StorageSize),
	},
	{
		// No document is changed in place here.
		Name: "json_storage_free", Min: 1, Max: 1, Description: "How many bytes a change in place has freed: none.",
		Result: countType(10), Scalar: docToCount(func(*json.Doc) int { return 0 }),
	},
	{
		Name: "json_pretty", Min: 1, Max: 1, Description: "The document on many lines.",
		Result: jsonText,
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			d, err := docArg(c, call, args, 0)
			if err != nil {
				return types.Value{}, err
			}
			return types.StringValue(d.Pretty()), nil
		},
	},
	{
		Name: "json_keys", Min: 1, Max: 2, MayNull: true, Description: "The keys of an object, or of that which the path matches.",
		Result: jsonResult(true),
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			d, err := partArg(c, call, args, 1)
			if err != nil || d == nil || d.Kind != json.Object {
				return types.Value{}, err
			}
			out := &json.Doc{Kind: json.Array}
			for _, k := range d.Keys {
				out.Items = append(out.Items, json.Text(k))
			}
			return docValue(out), nil
		},
	},
}

// documents makes a document for each of n rows, one text behind the other.
func documents(call *expr.Call, n int, append func(dst []byte, row int) ([]byte, error)) (*types.Vec, error) {
	out := types.NewVec(&call.T, n)
	var text []byte
	ends := make([]int, n)
	for i := range n {
		var err error
		if text, err = append(text, i); err != nil {
			return nil, err
		}
		ends[i] = len(text)
	}
	all, at := string(text), 0
	for i, end := range ends {
		out.S[i], at = all[at:end], end
	}
	return out, nil
}

// jsonArray is JSON_ARRAY.
func jsonArray(_ *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	return documents(call, n, func(dst []byte, row int) ([]byte, error) {
		dst = append(dst, '[')
		for i, a := range args {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = types.AppendDocument(dst, a.Value(row), call.Args[i].Type())
		}
		return append(dst, ']'), nil
	})
}

// jsonMember is a key of an object, quoted, and which argument is its value.
type jsonMember struct {
	key, quoted string
	value       int
}

// jsonObject is JSON_OBJECT. Keys that are the same in all rows are put in order once.
func jsonObject(_ *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	same := true
	for i := 0; i < len(args); i += 2 {
		same = same && args[i].Same()
	}
	var members []jsonMember
	return documents(call, n, func(dst []byte, row int) ([]byte, error) {
		if !same || row == 0 {
			var err error
			if members, err = jsonMembers(members[:0], call, args, row); err != nil {
				return nil, err
			}
		}
		dst = append(dst, '{')
		for i, m := range members {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(append(dst, m.quoted...), ": "...)
			dst = types.AppendDocument(dst, args[m.value].Value(row), call.Args[m.value].Type())
		}
		return append(dst, '}'), nil
	})
}

// jsonMembers are the members of a row's object in a document's order; of a key that is there twice the last counts.
func jsonMembers(members []jsonMember, call *expr.Call, args []*types.Vec, row int) ([]jsonMember, error) {
	for i := 0; i < len(args); i += 2 {
		v := args[i].Value(row)
		if v.IsNull() {
			return nil, jsonError(errNullMember, "22032", "JSON documents may not contain NULL member names.")
		}
		key := string(types.AppendValue(nil, v, call.Args[i].Type()))
		at, has := slices.BinarySearchFunc(members, key, func(m jsonMember, key string) int { return json.CompareKeys(m.key, key) })
		if has {
			members[at].value = i + 1
		} else {
			members = slices.Insert(members, at, jsonMember{key, string(json.AppendQuoted(nil, key)), i + 1})
		}
	}
	return members, nil
}

// jsonLength is JSON_LENGTH. A document is not read to count its parts.
func jsonLength(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	switch text, ok, err := partText(c, call, args, 1); {
	case err != nil || ok && text == "":
		return types.Value{}, err
	case ok:
		return types.IntValue(int64(json.Length(text))), nil
	}
	return docToCount((*json.Doc).Len)(c, call, args)
}

// docToCount makes a scalar of what is counted of a document, or of the part that a path
// matches.
func docToCount(f func(*json.Doc) int) func(*expr.Context, *expr.Call, []types.Value) (types.Value, error) {
	return func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
		d, err := partArg(c, call, args, 1)
		if err != nil || d == nil {
			return types.Value{}, err
		}
		return types.IntValue(int64(f(d))), nil
	}
}

// jsonTypeName is JSON_TYPE. A document's text does not tell a date from a string, but what
// was cast does.
func jsonTypeName(kind json.Kind, x expr.Expr) string {
	cast := x.Children()
	call, ok := x.(*expr.Call)
	if _, converted := x.(*expr.Convert); (converted || ok && call.F.Name == "cast_json") && kind != json.Null {
		switch t := cast[0].Type(); {
		case t.IsTemporal() && t.IsTimestamp():
			return "DATETIME"
		case t.IsTemporal():
			return strings.ToUpper(strings.TrimRight(t.SQL(), "()0123456"))
		case t.Kind == types.Decimal:
			return json.Decimal.String()
		case t.Kind == types.Bit:
			return "BIT"
		case t.Kind == types.String && t.Collation.IsBinary():
			return "BLOB"
		}
	}
	return kind.String()
}
