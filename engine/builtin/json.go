package builtin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// What JSON functions have in common (manual 14.17): their arguments and their errors.

func jsonError(code uint16, state, format string, args ...any) error {
	return &mysql.MyError{Code: code, State: state, Message: fmt.Sprintf(format, args...)}
}

// errJSONWildcard is of a path that may match more than one part where only one is allowed.
func errJSONWildcard() error {
	return jsonError(3149, "42000", "In this situation, path expressions may not contain the * and ** tokens or an array range.")
}

func errJSONRootPath() error {
	return jsonError(3153, "42000", "The path expression '$' is not allowed in this context.")
}

func errJSONType(argument int, function string) error {
	return jsonError(3146, "22032", "Invalid data type for JSON data in argument %d to function %s; a JSON string or JSON type is required.", argument, function)
}

// jsonResult types a function that gives a document.
func jsonResult(nullable bool) func(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return func(*expr.Resolver, []expr.Expr) (types.Type, error) {
		return types.TypeJSON.WithNullable(nullable), nil
	}
}

// jsonTruth types a function that tells whether something is so.
func jsonTruth(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return types.TypeBool.WithNullable(true), nil
}

// jsonText types a text of a document.
func jsonText(r *expr.Resolver, _ []expr.Expr) (types.Type, error) {
	return types.TypeString(types.TypeJSON.Length, types.JSONCollation, types.CoerceImplicit), nil
}

// toDocument is a value that is a document or the text of one; position is that of the
// argument, from 1. The errors are 3141, 3144 and 3146.
func toDocument(v types.Value, t *types.Type, position int, function string) (*json.Doc, error) {
	switch {
	case v.Kind == types.JSON:
		return json.Load(v.S)
	case v.Kind == types.String && !t.Collation.IsBinary():
		return types.ParseJSON(v.S, position, function)
	case v.Kind == types.String:
		return nil, jsonError(3144, "22032", "Cannot create a JSON value from a string with CHARACTER SET 'binary'.")
	}
	return nil, errJSONType(position, function)
}

// docArg is argument i, which is a document or the text of one.
func docArg(call *expr.Call, args []types.Value, i int) (*json.Doc, error) {
	return toDocument(args[i], call.Args[i].Type(), i+1, call.F.Name)
}

// valueArg is argument i as a part of a document: a text is a string.
func valueArg(c *expr.Context, call *expr.Call, args []types.Value, i int) (*json.Doc, error) {
	text, err := documentOf(c, args[i], call.Args[i].Type())
	if err != nil {
		return nil, err
	}
	return json.Load(text)
}

// textArg is argument i spelled out.
func textArg(call *expr.Call, args []types.Value, i int) string {
	return string(types.AppendValue(nil, args[i], call.Args[i].Type()))
}

// ParseJSONPath reads a path: error 3143 where it is none.
func ParseJSONPath(text string) (*json.Path, error) {
	p, err := json.ParsePath(text)
	var bad *json.PathError
	if errors.As(err, &bad) {
		return nil, jsonError(3143, "42000", "Invalid JSON path expression. The error is around character position %d.", bad.Position)
	}
	return p, err
}

func pathArg(call *expr.Call, args []types.Value, i int) (*json.Path, error) {
	return ParseJSONPath(textArg(call, args, i))
}

// exactPathArg is a path that matches one part at most.
func exactPathArg(call *expr.Call, args []types.Value, i int) (*json.Path, error) {
	p, err := pathArg(call, args, i)
	if err == nil && p.MayMatchMany() {
		return nil, errJSONWildcard()
	}
	return p, err
}

// partArg is the document of the first argument or, where argument i is there, what its path
// matches; nil where it matches nothing.
func partArg(call *expr.Call, args []types.Value, i int) (*json.Doc, error) {
	d, err := docArg(call, args, 0)
	if err != nil || i >= len(args) {
		return d, err
	}
	p, err := exactPathArg(call, args, i)
	if err != nil {
		return nil, err
	}
	if found := p.Seek(d); len(found) > 0 {
		return found[0], nil
	}
	return nil, nil
}

// oneOrAll reads the argument that is 'one' or 'all'.
func oneOrAll(call *expr.Call, args []types.Value, i int) (one bool, err error) {
	switch word := textArg(call, args, i); {
	case strings.EqualFold(word, "one"):
		return true, nil
	case strings.EqualFold(word, "all"):
		return false, nil
	}
	return false, jsonError(3154, "42000", "The oneOrAll argument to %s may take these values: 'one' or 'all'.", call.F.Name)
}

func docValue(d *json.Doc) types.Value { return types.JSONValue(d.String()) }

// hasNull tells whether one of the values is NULL.
func hasNull(args ...types.Value) bool {
	for i := range args {
		if args[i].IsNull() {
			return true
		}
	}
	return false
}
