package builtin

import (
	"errors"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// errJSONObject is MySQL's ER_INVALID_JSON_TYPE.
const errJSONObject = 3853

// jsonSchemaFunctions hold documents against a schema of JSON Schema's draft 4 (manual 14.17.7).
var jsonSchemaFunctions = []*expr.Function{
	{
		Name: "json_schema_valid", Min: 2, Max: 2, Description: "Whether the second document is as the first, a JSON schema, demands.",
		Boolean: true, Result: jsonTruth,
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			failed, err := validate(c, call, args)
			return types.BoolValue(failed == nil), err
		},
	},
	{
		Name: "json_schema_validation_report", Min: 2, Max: 2,
		Description: "Whether the second document is as the first, a JSON schema, demands, and if not where and why.",
		Result:      jsonResult(true),
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			failed, err := validate(c, call, args)
			if err != nil {
				return types.Value{}, err
			}
			text := `{"valid": true}`
			if failed != nil {
				text = report(failed)
			}
			d, err := json.Parse(text, nil)
			if err != nil {
				return types.Value{}, err
			}
			return docValue(d), nil
		},
	},
}

func noObject(function string) error {
	return jsonError(errJSONObject, "22032", "Invalid JSON type in argument 1 to function %s; an object is required.", function)
}

// schemaKey is a compiled schema's in the memory of the statement.
type schemaKey string

// validate is the first demand of the schema that the document does not meet; nil: it meets all.
// Errors are 3853 where the schema is no object, and 1235 where it refers to another.
func validate(c *expr.Context, call *expr.Call, args []types.Value) (*jsonschema.ValidationError, error) {
	s, err := docArg(c, call, args, 0)
	if err != nil {
		return nil, err
	}
	if s.Kind != json.Object {
		return nil, noObject(call.F.Name)
	}
	d, err := docArg(c, call, args, 1)
	if err != nil {
		return nil, err
	}
	text := s.String()
	schema, ok := c.Memo[schemaKey(text)].(*jsonschema.Schema)
	if !ok {
		if schema, err = compileSchema(text); err != nil {
			return nil, err
		}
		if c.Memo != nil {
			c.Memo[schemaKey(text)] = schema
		}
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(d.String()))
	if err != nil {
		return nil, err
	}
	var failed *jsonschema.ValidationError
	if errors.As(schema.Validate(document), &failed) {
		for len(failed.Causes) > 0 {
			failed = failed.Causes[0]
		}
	}
	return failed, nil
}

// noSchemas is the loader of a compiler that reads nothing.
type noSchemas struct{}

func (noSchemas) Load(string) (any, error) { return nil, errors.New("no references") }

const schemaURL = "mem:///schema"

func compileSchema(text string) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	compiler.UseLoader(noSchemas{})
	if object, ok := document.(map[string]any); ok {
		delete(object, "$schema") // it is draft 4, whatever it says
		delete(object, "id")
	}
	if err := compiler.AddResource(schemaURL, document); err != nil {
		return nil, err
	}
	schema, err := compiler.Compile(schemaURL)
	var elsewhere *jsonschema.LoadURLError
	switch {
	case errors.As(err, &elsewhere):
		return nil, mysql.NewDefaultError(mysql.ER_NOT_SUPPORTED_YET, "references in JSON Schema")
	case err != nil:
		return nil, noObject("json_schema_valid")
	}
	return schema, nil
}

// report is JSON_SCHEMA_VALIDATION_REPORT of what failed.
func report(failed *jsonschema.ValidationError) string {
	_, schemaAt, _ := strings.Cut(failed.SchemaURL, "#")
	documentAt := ""
	for _, step := range failed.InstanceLocation {
		documentAt += "/" + step
	}
	keyword := ""
	if path := failed.ErrorKind.KeywordPath(); len(path) > 0 {
		keyword = path[0]
	}
	reason := "The JSON document location '#" + documentAt + "' failed requirement '" + keyword + "' at JSON Schema location '#" + schemaAt + "'"
	fields := []string{`"valid": false`}
	for _, f := range [][2]string{
		{"reason", reason}, {"schema-location", "#" + schemaAt}, {"document-location", "#" + documentAt}, {"schema-failed-keyword", keyword},
	} {
		fields = append(fields, string(json.AppendQuoted([]byte(`"`+f[0]+`": `), f[1])))
	}
	return "{" + strings.Join(fields, ", ") + "}"
}
