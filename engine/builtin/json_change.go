package builtin

import (
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Functions that change documents (manual 14.17.4).

var jsonChangeFunctions = []*expr.Function{
	jsonChange("json_set", "The document with values at the paths.", func(d *json.Doc, p *json.Path, value *json.Doc) error {
		d.Set(p, value, true, true)
		return nil
	}),
	jsonChange("json_insert", "The document with values at the paths where nothing was.", func(d *json.Doc, p *json.Path, value *json.Doc) error {
		d.Set(p, value, true, false)
		return nil
	}),
	jsonChange("json_replace", "The document with values at the paths where something was.", func(d *json.Doc, p *json.Path, value *json.Doc) error {
		d.Set(p, value, false, true)
		return nil
	}),
	jsonChange("json_array_append", "The document with values appended to the arrays at the paths.", func(d *json.Doc, p *json.Path, value *json.Doc) error {
		d.AppendAt(p, value)
		return nil
	}),
	jsonChange("json_array_insert", "The document with values put into arrays at the paths.", func(d *json.Doc, p *json.Path, value *json.Doc) error {
		if !p.EndsInCell() {
			return jsonError(3165, "42000", "A path expression is not a path to a cell in an array.")
		}
		d.InsertAt(p, value)
		return nil
	}),
	{
		Name: "json_remove", Min: 2, Max: -1, Description: "The document without what the paths match.",
		Result: jsonResult(true),
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			d, err := docArg(c, call, args, 0)
			if err != nil {
				return types.Value{}, err
			}
			for i := 1; i < len(args); i++ {
				p, err := exactPathArg(c, call, args, i)
				switch {
				case err != nil:
					return types.Value{}, err
				case p.IsRoot():
					return types.Value{}, errJSONRootPath()
				}
				d.Remove(p)
			}
			return docValue(d), nil
		},
	},
	{
		Name: "json_merge_preserve", Min: 2, Max: -1, Description: "The documents merged, with all values of keys that are the same.",
		Result: jsonResult(true), Scalar: jsonMergePreserve,
	},
	{
		Name: "json_merge", Min: 2, Max: -1, Description: "The same as JSON_MERGE_PRESERVE; deprecated.",
		Result: func(r *expr.Resolver, _ []expr.Expr) (types.Type, error) {
			if r.Env != nil && r.Warn != nil {
				r.Warn(mysql.ER_WARN_DEPRECATED_SYNTAX, "'JSON_MERGE' is deprecated and will be removed in a future release. Please use JSON_MERGE_PRESERVE/JSON_MERGE_PATCH instead")
			}
			return types.TypeJSON, nil
		},
		Scalar: jsonMergePreserve,
	},
	{
		Name: "json_merge_patch", Min: 2, Max: -1, KeepNull: true, Description: "The documents merged by RFC 7396: later values replace earlier ones, null removes them.",
		Result: jsonResult(true),
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			var out *json.Doc // nil: NULL
			for i := range args {
				if args[i].IsNull() {
					out = nil
					continue
				}
				patch, err := docArg(c, call, args, i)
				if err != nil {
					return types.Value{}, err
				}
				switch {
				case i == 0 || patch.Kind != json.Object:
					out = patch // whatever was before, NULL even
				case out != nil:
					out = json.MergePatch(out, patch)
				}
			}
			if out == nil {
				return types.Value{}, nil
			}
			return docValue(out), nil
		},
	},
}

func jsonMergePreserve(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	var out *json.Doc
	for i := range args {
		d, err := docArg(c, call, args, i)
		if err != nil {
			return types.Value{}, err
		}
		if i == 0 {
			out = d
		} else {
			out = json.MergePreserve(out, d)
		}
	}
	return docValue(out), nil
}

// jsonChange is a function of a document and of paths and values in turn. A document or a
// path that is NULL makes NULL; a value that is, null.
func jsonChange(name, description string, change func(d *json.Doc, p *json.Path, value *json.Doc) error) *expr.Function {
	return &expr.Function{
		Name: name, Min: 3, Max: -1, KeepNull: true, Description: description,
		Result: func(_ *expr.Resolver, args []expr.Expr) (types.Type, error) {
			if len(args)%2 == 0 {
				return types.Type{}, mysql.NewDefaultError(mysql.ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT, name)
			}
			return types.TypeJSON.WithNullable(true), nil
		},
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			if args[0].IsNull() {
				return types.Value{}, nil
			}
			d, err := docArg(c, call, args, 0)
			if err != nil {
				return types.Value{}, err
			}
			for i := 1; i < len(args); i += 2 {
				if args[i].IsNull() {
					return types.Value{}, nil
				}
				p, err := exactPathArg(c, call, args, i)
				if err != nil {
					return types.Value{}, err
				}
				value, err := valueArg(c, call, args, i+1)
				if err != nil {
					return types.Value{}, err
				}
				if err := change(d, p, value); err != nil {
					return types.Value{}, err
				}
			}
			return docValue(d), nil
		},
	}
}
