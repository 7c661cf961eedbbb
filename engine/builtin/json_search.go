package builtin

import (
	"slices"
	"unicode/utf8"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Functions that look into documents (manual 14.17.3).

var jsonSearchFunctions = []*expr.Function{
	{
		Name: "json_extract", Min: 2, Max: -1, MayNull: true, Description: "What the paths match: an array where it may be more than one part.",
		Result: jsonResult(true),
		Vector: jsonExtract,
	},
	{
		Name: "json_contains", Min: 2, Max: 3, MayNull: true, Description: "Whether the second document is contained in the first, or in its part that the path matches.",
		Boolean: true, Result: jsonTruth,
		Scalar: jsonContains,
	},
	{
		Name: "json_contains_path", Min: 3, Max: -1, Description: "Whether one or all of the paths match something.",
		Boolean: true, Result: jsonTruth,
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			d, err := unreadDoc(c, call, args)
			if err != nil {
				return types.Value{}, err
			}
			one, err := oneOrAll(call, args, 1)
			if err != nil {
				return types.Value{}, err
			}
			for i := 2; i < len(args); i++ {
				p, err := pathArg(c, call, args, i)
				if err != nil {
					return types.Value{}, err
				}
				has, err := hasMatch(args, d, p)
				if err != nil {
					return types.Value{}, err
				}
				if has == one {
					return types.BoolValue(one), nil
				}
			}
			return types.BoolValue(!one), nil
		},
	},
	{
		Name: "json_overlaps", Min: 2, Max: 2, Description: "Whether two documents have an item or a member in common.",
		Boolean: true, Result: jsonTruth,
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			a, err := sameDocArg(c, call, args, 0)
			if err != nil {
				return types.Value{}, err
			}
			b, err := sameDocArg(c, call, args, 1)
			if err != nil {
				return types.Value{}, err
			}
			return types.BoolValue(a.Overlaps(b)), nil
		},
	},
	{
		Name: "member of", Min: 2, Max: 2,
		Boolean: true, Result: jsonTruth,
		Scalar: func(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
			value, err := valueArg(c, call, args, 0)
			if err != nil {
				return types.Value{}, err
			}
			d, err := sameDocArg(c, call, args, 1)
			if err != nil {
				return types.Value{}, err
			}
			return types.BoolValue(d.HasItem(value)), nil
		},
	},
	{
		Name: "json_search", Min: 3, Max: -1, KeepNull: true,
		Description: "The path of one or all strings that are LIKE a pattern, with an escape character, in the parts that further paths match.",
		Result:      jsonResult(true),
		Scalar:      jsonSearch,
	},
}

// jsonContains is JSON_CONTAINS.
func jsonContains(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	text, unread, err := partText(c, call, args, 2)
	if err != nil || unread && text == "" {
		return types.Value{}, err
	}
	var d *json.Doc
	if !unread {
		if d, err = partArg(c, call, args, 2); err != nil || d == nil {
			return types.Value{}, err
		}
	}
	candidate, err := sameDocArg(c, call, args, 1)
	if err != nil {
		return types.Value{}, err
	}
	if !unread {
		return types.BoolValue(d.Contains(candidate)), nil
	}
	contains, err := json.TextContains(text, candidate)
	return types.BoolValue(contains), err
}

// hasMatch tells whether the path matches something in the first argument: see matches.
func hasMatch(args []types.Value, d *json.Doc, p *json.Path) (bool, error) {
	if d == nil {
		if part, ok := p.Pluck(args[0].S); ok {
			return part != "", nil
		}
	}
	found, err := matches(args, d, p)
	return len(found) > 0, err
}

func jsonSearch(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	if hasNull(args[:3]...) || len(args) > 4 && hasNull(args[4:]...) {
		return types.Value{}, nil
	}
	d, err := docArg(c, call, args, 0)
	if err != nil {
		return types.Value{}, err
	}
	one, err := oneOrAll(call, args, 1)
	if err != nil {
		return types.Value{}, err
	}
	escape := '\\'
	if len(args) > 3 && !args[3].IsNull() {
		if text := textArg(call, args, 3); text != "" {
			var n int
			if escape, n = utf8.DecodeRuneInString(text); n < len(text) {
				return types.Value{}, jsonError(1210, "HY000", "Incorrect arguments to ESCAPE")
			}
		}
	}
	pattern := []rune(textArg(call, args, 2))
	match := func(s string) bool { return likeInBytes([]rune(s), pattern, escape) }
	parts, places := []*json.Doc{d}, []string{"$"}
	if len(args) > 4 {
		parts, places = nil, nil
		for i := 4; i < len(args); i++ {
			p, err := pathArg(c, call, args, i)
			if err != nil {
				return types.Value{}, err
			}
			parts = append(parts, p.Seek(d)...)
		}
		places = d.Paths(parts)
	}
	var found []string
	for i, x := range parts {
		for _, path := range x.Search(match, places[i], nil) {
			if !slices.Contains(found, path) {
				found = append(found, path)
			}
		}
	}
	switch {
	case len(found) == 0:
		return types.Value{}, nil
	case one || len(found) == 1:
		return docValue(json.Text(found[0])), nil
	}
	out := &json.Doc{Kind: json.Array}
	for _, path := range found {
		out.Items = append(out.Items, json.Text(path))
	}
	return docValue(out), nil
}

// likeInBytes is LIKE in the collation utf8mb4_bin, which documents have.
func likeInBytes(s, pattern []rune, escape rune) bool {
	// After a failure everything since the last % is tried one character further on.
	i, j := 0, 0
	anyAt, from := -1, 0
	for i < len(s) || j < len(pattern) {
		if j < len(pattern) {
			switch p := pattern[j]; {
			case p == '%' && p != escape:
				anyAt, from = j, i
				j++
				continue
			case p == escape && j+1 < len(pattern):
				if i < len(s) && s[i] == pattern[j+1] {
					i, j = i+1, j+2
					continue
				}
			case i < len(s) && (p == '_' || p == s[i]):
				i, j = i+1, j+1
				continue
			}
		}
		if anyAt < 0 || from >= len(s) {
			return false
		}
		from++
		i, j = from, anyAt+1
	}
	return true
}

// jsonExtract is JSON_EXTRACT. A path that is the same in all rows is read once, and one of members is looked for in the
// documents' texts: no document is made.
func jsonExtract(c *expr.Context, call *expr.Call, vecs []*types.Vec, n int) (*types.Vec, error) {
	var path *json.Path
	if len(vecs) == 2 && vecs[0].Kind == types.JSON && vecs[1].Same() && !allNull(vecs[1]) {
		var err error
		if path, err = pathArg(c, call, []types.Value{{}, vecs[1].Value(0)}, 1); err != nil {
			path = nil // a document may be NULL, or wrong first
		}
	}
	out := types.NewVec(&call.T, n)
	args := make([]types.Value, len(vecs))
rows:
	for i := range n {
		if i%checkedDocuments == 0 {
			if err := c.Cancelled(); err != nil {
				return nil, err
			}
		}
		for k, v := range vecs {
			if args[k] = v.Value(i); args[k].IsNull() {
				out.SetNull(i)
				continue rows
			}
		}
		if path != nil {
			if part, ok := path.Pluck(args[0].S); ok {
				if out.S[i] = part; part == "" {
					out.SetNull(i)
				}
				continue
			}
		}
		v, err := extractParts(c, call, args)
		if err != nil {
			return nil, err
		}
		out.Set(i, v)
	}
	return out, nil
}

// checkedDocuments is how many documents are looked at before it is seen whether the statement goes on.
const checkedDocuments = 256

// extractParts is JSON_EXTRACT of a row.
func extractParts(c *expr.Context, call *expr.Call, args []types.Value) (types.Value, error) {
	d, err := unreadDoc(c, call, args)
	if err != nil {
		return types.Value{}, err
	}
	var found []*json.Doc
	many := len(args) > 2
	for i := range args[1:] {
		p, err := pathArg(c, call, args, i+1)
		if err != nil {
			return types.Value{}, err
		}
		many = many || p.MayMatchMany()
		parts, err := matches(args, d, p)
		if err != nil {
			return types.Value{}, err
		}
		found = append(found, parts...)
	}
	switch {
	case len(found) == 0:
		return types.Value{}, nil
	case many:
		return docValue(json.ArrayOf(found...)), nil
	}
	return docValue(found[0]), nil
}
