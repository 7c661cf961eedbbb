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
func toDocument(c *expr.Context, v types.Value, t *types.Type, position int, function string) (*json.Doc, error) {
	switch {
	case v.Kind == types.JSON:
		return json.Load(v.S, c.Env.Ended)
	case v.Kind == types.String && !t.Collation.IsBinary():
		return types.ParseJSON(c.Env, v.S, position, function)
	case v.Kind == types.String:
		return nil, jsonError(3144, "22032", "Cannot create a JSON value from a string with CHARACTER SET 'binary'.")
	}
	return nil, errJSONType(position, function)
}

// docArg is argument i, which is a document or the text of one.
func docArg(c *expr.Context, call *expr.Call, args []types.Value, i int) (*json.Doc, error) {
	return toDocument(c, args[i], call.Args[i].Type(), i+1, call.F.Name)
}

// valueArg is argument i as a part of a document: a text is a string.
func valueArg(c *expr.Context, call *expr.Call, args []types.Value, i int) (*json.Doc, error) {
	text, err := documentOf(c, args[i], call.Args[i].Type())
	if err != nil {
		return nil, err
	}
	return json.Load(text, c.Env.Ended)
}

// textArg is argument i spelled out.
func textArg(call *expr.Call, args []types.Value, i int) string {
	if args[i].Kind == types.String || args[i].Kind == types.JSON {
		return args[i].S
	}
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

// readArg is what the text of an argument was read as: most often it is the same in the next row.
type readArg struct {
	text string
	path *json.Path
	doc  *json.Doc
}

// lastRead is what argument i of the call was read as last.
func lastRead(c *expr.Context, call *expr.Call, i int) *readArg {
	if c == nil {
		return &readArg{}
	}
	read, ok := c.Kept(call).([]readArg)
	if !ok {
		read = make([]readArg, len(call.Args))
		c.Keep(call, read)
	}
	return &read[i]
}

func pathArg(c *expr.Context, call *expr.Call, args []types.Value, i int) (*json.Path, error) {
	text, last := textArg(call, args, i), lastRead(c, call, i)
	if last.path != nil && last.text == text {
		return last.path, nil
	}
	p, err := ParseJSONPath(text)
	if err == nil {
		last.text, last.path = text, p
	}
	return p, err
}

// exactPathArg is a path that matches one part at most.
func exactPathArg(c *expr.Context, call *expr.Call, args []types.Value, i int) (*json.Path, error) {
	p, err := pathArg(c, call, args, i)
	if err == nil && p.MayMatchMany() {
		return nil, errJSONWildcard()
	}
	return p, err
}

// sameDocArg is docArg for who does not change the document: that of a text is read once for rows that have it in turn.
func sameDocArg(c *expr.Context, call *expr.Call, args []types.Value, i int) (*json.Doc, error) {
	if args[i].Kind != types.String {
		return docArg(c, call, args, i)
	}
	last := lastRead(c, call, i)
	if last.doc != nil && last.text == args[i].S {
		return last.doc, nil
	}
	d, err := docArg(c, call, args, i)
	if err == nil {
		last.text, last.doc = args[i].S, d
	}
	return d, err
}

// matches is what a path matches in the document of the first argument, of which no more is read than has to be.
func matches(args []types.Value, d *json.Doc, p *json.Path) ([]*json.Doc, error) {
	if d == nil {
		return p.SeekText(args[0].S)
	}
	return p.Seek(d), nil
}

// unreadDoc is the document of the first argument for matches: nil, where it has a document's type.
func unreadDoc(c *expr.Context, call *expr.Call, args []types.Value) (*json.Doc, error) {
	if args[0].Kind == types.JSON {
		return nil, nil
	}
	return docArg(c, call, args, 0)
}

// partArg is the document of the first argument or, where argument i is there, what its path
// matches; nil where it matches nothing.
func partArg(c *expr.Context, call *expr.Call, args []types.Value, i int) (*json.Doc, error) {
	if i >= len(args) {
		return docArg(c, call, args, 0)
	}
	d, err := unreadDoc(c, call, args)
	if err != nil {
		return nil, err
	}
	p, err := exactPathArg(c, call, args, i)
	if err != nil {
		return nil, err
	}
	found, err := matches(args, d, p)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// partText is the normal text of what partArg is, "" where that is nothing; not ok: it is known from partArg only.
func partText(c *expr.Context, call *expr.Call, args []types.Value, i int) (text string, ok bool, err error) {
	switch {
	case args[0].Kind != types.JSON:
		return "", false, nil
	case i >= len(args):
		return args[0].S, true, nil
	}
	p, err := exactPathArg(c, call, args, i)
	if err != nil {
		return "", false, err
	}
	text, ok = p.Pluck(args[0].S)
	return text, ok, nil
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
