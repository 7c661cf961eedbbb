package builtin

import (
	"slices"
	"strings"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

var jsonAggregates = []*expr.Aggregate{
	{
		Name: "json_arrayagg", Min: 1, Max: 1,
		Description: "An array of the values.",
		Result:      jsonAggregateType,
		New: func(call *expr.AggregateCall) expr.Accumulator {
			return &jsonArrays{from: *call.Args[0].Type()}
		},
		Ordered: true, KeepNull: true,
	},
	{
		Name: "json_objectagg", Min: 2, Max: 2, Params: []expr.Want{expr.Text, expr.Any},
		Description: "An object with a member for each row, of its key and value; of rows with one key the last.",
		Result:      jsonAggregateType,
		New: func(call *expr.AggregateCall) expr.Accumulator {
			return &jsonObjects{from: *call.Args[1].Type()}
		},
		Ordered: true, KeepNull: true,
	},
}

func jsonAggregateType(*expr.Resolver, []expr.Expr) (types.Type, error) {
	return types.TypeJSON.WithNullable(true), nil
}

// errNullMember is ER_JSON_DOCUMENT_NULL_KEY.
const errNullMember = 3158

// documentOf is the text of a value within a document.
func documentOf(c *expr.Context, v types.Value, from *types.Type) (string, error) {
	if v.IsNull() {
		return "null", nil
	}
	x, err := types.Convert(c.Env, v, from, &types.TypeJSON)
	return x.S, err
}

type jsonArrays struct {
	from  types.Type
	text  [][]byte // without the bracket at the end; nil: no rows
	item  []byte   // the room of the last
	bytes int64
}

// Grow implements expr.Accumulator.
func (s *jsonArrays) Grow(n int) { s.text = grown(s.text, n) }

// Update implements expr.Accumulator.
func (s *jsonArrays) Update(_ *expr.Context, groups []int32, args []*types.Vec) error {
	for i, g := range groups {
		s.item = types.AppendDocument(s.item[:0], args[0].Value(i), &s.from)
		appendItems(s, g, s.item)
	}
	return nil
}

// appendItems puts items to a group.
func appendItems(s *jsonArrays, g int32, items []byte) {
	before := cap(s.text[g])
	if s.text[g] == nil {
		s.text[g] = append(s.text[g], '[')
	} else {
		s.text[g] = append(s.text[g], ", "...)
	}
	s.text[g] = append(s.text[g], items...)
	s.bytes += int64(cap(s.text[g]) - before)
}

// Merge implements expr.Merger.
func (s *jsonArrays) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	for i, g := range groups {
		if text := from.(*jsonArrays).text[i]; g >= 0 && text != nil {
			appendItems(s, g, text[1:])
		}
	}
	return nil
}

// Exact implements expr.Merger.
func (s *jsonArrays) Exact() bool { return true }

// Bytes implements expr.Sized.
func (s *jsonArrays) Bytes() int64 { return 24*int64(len(s.text)) + s.bytes }

// Result implements expr.Accumulator.
func (s *jsonArrays) Result(_ *expr.Context, g int) (types.Value, error) {
	if s.text[g] == nil {
		return types.Value{}, nil
	}
	return types.JSONValue(string(s.text[g]) + "]"), nil
}

type jsonObjects struct {
	from    types.Type
	members []map[string]string
	bytes   int64
}

// Grow implements expr.Accumulator.
func (s *jsonObjects) Grow(n int) { s.members = grown(s.members, n) }

// Update implements expr.Accumulator.
func (s *jsonObjects) Update(c *expr.Context, groups []int32, args []*types.Vec) error {
	for i, g := range groups {
		key := args[0].Value(i)
		if key.IsNull() {
			return mysql.NewError(errNullMember, "JSON documents may not contain NULL member names.")
		}
		item, err := documentOf(c, args[1].Value(i), &s.from)
		if err != nil {
			return err
		}
		s.put(g, key.S, item)
	}
	return nil
}

// put gives a group a member.
func (s *jsonObjects) put(g int32, key, item string) {
	if s.members[g] == nil {
		s.members[g] = map[string]string{}
	}
	if before, has := s.members[g][key]; has {
		s.bytes -= int64(len(before))
	} else {
		s.bytes += memberBytes + int64(len(key))
	}
	s.bytes += int64(len(item))
	s.members[g][key] = item
}

// Merge implements expr.Merger.
func (s *jsonObjects) Merge(_ *expr.Context, from expr.Accumulator, groups []int32) error {
	for i, g := range groups {
		if g < 0 {
			continue
		}
		for key, item := range from.(*jsonObjects).members[i] {
			s.put(g, key, item)
		}
	}
	return nil
}

// Exact implements expr.Merger.
func (s *jsonObjects) Exact() bool { return true }

// memberBytes is what a member takes in a map, its texts aside.
const memberBytes = 64

// Bytes implements expr.Sized.
func (s *jsonObjects) Bytes() int64 { return 8*int64(len(s.members)) + s.bytes }

// Result implements expr.Accumulator: members in the order that MySQL's documents have,
// shorter keys first.
func (s *jsonObjects) Result(c *expr.Context, g int) (types.Value, error) {
	if s.members[g] == nil {
		return types.Value{}, nil
	}
	keys := make([]string, 0, len(s.members[g]))
	for k := range s.members[g] {
		keys = append(keys, k)
	}
	calls, ended := 0, error(nil)
	slices.SortFunc(keys, func(a, b string) int {
		if calls++; calls%(1<<12) == 0 && ended == nil {
			ended = c.Cancelled()
		}
		switch {
		case ended != nil: // a sort of what is equal is soon over
			return 0
		case len(a) != len(b):
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	out := []byte{'{'}
	for i, k := range keys {
		if i%(1<<12) == 0 && ended == nil {
			ended = c.Cancelled()
		}
		if ended != nil {
			return types.Value{}, ended
		}
		if i > 0 {
			out = append(out, ", "...)
		}
		name, err := documentOf(c, types.StringValue(k), &types.Type{Kind: types.String})
		if err != nil {
			return types.Value{}, err
		}
		out = append(append(append(out, name...), ": "...), s.members[g][k]...)
	}
	return types.JSONValue(string(append(out, '}'))), nil
}
