package builtin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

func document(s string) *expr.Literal {
	return &expr.Literal{V: types.JSONValue(s), T: types.TypeJSON}
}

func castToJSON(t testing.TB, x any) expr.Expr {
	env := testEnv(func(uint16, string) {})
	call, err := expr.NewCall(&expr.Resolver{Env: env, Context: &expr.Context{Context: context.Background(), Env: env}}, Function("cast_json"), literal(t, x))
	if err != nil {
		t.Fatal(err)
	}
	return call
}

func TestJSONFunctions(t *testing.T) {
	dec, _ := types.ParseDec("1.50")
	date := &expr.Literal{V: types.DateValue(types.Civil{Year: 2024, Month: 5, Day: 6}.Pack()), T: types.TypeDate}
	moment := &expr.Literal{V: types.DateTimeValue(types.Civil{Year: 2024, Month: 5, Day: 6, Hour: 7}.Pack()), T: types.TypeDateTime}
	const abc = `{"a": 1, "b": 2, "c": {"d": 4}}`
	for _, c := range []struct {
		name string
		args args
		want string
	}{
		{"json_array", args{1, "abc", nil, true, 1.0, dec, document("[1]"), date, moment}, `[1, "abc", null, true, 1.0, 1.50, [1], "2024-05-06", "2024-05-06 07:00:00.000000"]`},
		{"json_array", args{}, `[]`}, {"json_array", args{[]byte("\xca\xfe")}, `["base64:type15:yv4="]`}, {"json_array", args{uint64(1 << 63)}, `[9223372036854775808]`},
		{"json_object", args{"id", 87, "name", "carrot"}, `{"id": 87, "name": "carrot"}`}, {"json_object", args{1, nil, "1", 2}, `{"1": 2}`}, {"json_object", args{}, `{}`},
		{"json_quote", args{"a\"b"}, `"a\"b"`}, {"json_quote", args{nil}, "NULL"},
		{"json_unquote", args{`"abc"`}, "abc"}, {"json_unquote", args{"[1, 2]"}, "[1, 2]"}, {"json_unquote", args{document(`"\té"`)}, "\té"}, {"json_unquote", args{document(`{"a": "b"}`)}, `{"a": "b"}`}, {"json_unquote", args{`"`}, `"`},
		{"json_extract", args{"[10, 20, [30, 40]]", "$[1]"}, "20"}, {"json_extract", args{"[10, 20, [30, 40]]", "$[1]", "$[0]"}, "[20, 10]"}, {"json_extract", args{"[10, 20, [30, 40]]", "$[2][*]"}, "[30, 40]"},
		{"json_extract", args{abc, "$.z"}, "NULL"}, {"json_extract", args{abc, "$.z", "$.a"}, "[1]"}, {"json_extract", args{nil, "$"}, "NULL"}, {"json_extract", args{document("[1.50]"), "$[0]"}, "1.50"}, {"json_extract", args{"[1.50]", "$[0]"}, "1.5"},
		{"json_contains", args{abc, "1", "$.a"}, "1"}, {"json_contains", args{abc, `{"d": 4}`, "$.a"}, "0"}, {"json_contains", args{abc, `{"d": 4}`, "$.c"}, "1"}, {"json_contains", args{"[1, [2, 3]]", "[3, 1.0]"}, "1"}, {"json_contains", args{"[1, 2]", "[1, 3]"}, "0"}, {"json_contains", args{abc, "1", "$.x"}, "NULL"},
		{"json_contains_path", args{abc, "one", "$.a", "$.e"}, "1"}, {"json_contains_path", args{abc, "all", "$.a", "$.e"}, "0"}, {"json_contains_path", args{abc, "ALL", "$.c.d"}, "1"},
		{"json_keys", args{abc}, `["a", "b", "c"]`}, {"json_keys", args{abc, "$.c"}, `["d"]`}, {"json_keys", args{"[1]"}, "NULL"}, {"json_keys", args{abc, "$.z"}, "NULL"},
		{"json_overlaps", args{"[1,3,5,7]", "[2,5,7]"}, "1"}, {"json_overlaps", args{"[[1,2],[3,4],5]", "[1,[2,3],[4,5]]"}, "0"}, {"json_overlaps", args{`{"a":1,"b":10}`, `{"c":1,"b":10}`}, "1"}, {"json_overlaps", args{"[4,5,\"6\",7]", "6"}, "0"}, {"json_overlaps", args{"5", "5.0"}, "1"},
		{"member of", args{17, `[23, "abc", 17, "ab", 10]`}, "1"}, {"member of", args{"17", `[23, "abc", 17]`}, "0"}, {"member of", args{"ab", `[23, "ab"]`}, "1"}, {"member of", args{castToJSON(t, "[4,5]"), "[[3,4],[4,5]]"}, "1"}, {"member of", args{nil, "[1]"}, "NULL"},
		{"json_search", args{`["abc", [{"k": "10"}, "def"], {"x":"abc"}, {"y":"bcd"}]`, "one", "abc"}, `"$[0]"`}, {"json_search", args{`["abc", [{"k": "10"}, "def"], {"x":"abc"}, {"y":"bcd"}]`, "all", "abc"}, `["$[0]", "$[2].x"]`},
		{"json_search", args{`["abc", [{"k": "10"}, "def"], {"x":"abc"}, {"y":"bcd"}]`, "all", "%b%", "", "$[3]"}, `"$[3].y"`}, {"json_search", args{`["abc", [{"k": "10"}]]`, "all", "10", nil, "$**.k"}, `"$[1][0].k"`}, {"json_search", args{`["a%", "ab"]`, "all", "a|%", "|"}, `"$[0]"`}, {"json_search", args{`["A"]`, "all", "a"}, "NULL"}, {"json_search", args{`{"a b": "x"}`, "all", "_"}, `"$.\"a b\""`},
		{"json_array_append", args{`["a", ["b", "c"], "d"]`, "$[1]", 1}, `["a", ["b", "c", 1], "d"]`}, {"json_array_append", args{`["a", ["b", "c"], "d"]`, "$[0]", 2}, `[["a", 2], ["b", "c"], "d"]`}, {"json_array_append", args{`{"a": 1}`, "$", "z"}, `[{"a": 1}, "z"]`},
		{"json_array_insert", args{`["a", {"b": [1, 2]}, [3, 4]]`, "$[1]", "x"}, `["a", "x", {"b": [1, 2]}, [3, 4]]`}, {"json_array_insert", args{`["a", {"b": [1, 2]}]`, "$[100]", "x"}, `["a", {"b": [1, 2]}, "x"]`}, {"json_array_insert", args{`["a", {"b": [1, 2]}]`, "$[1].b[0]", "x"}, `["a", {"b": ["x", 1, 2]}]`},
		{"json_insert", args{`{"a": 1, "b": [2, 3]}`, "$.a", 10, "$.c", "[true, false]"}, `{"a": 1, "b": [2, 3], "c": "[true, false]"}`}, {"json_insert", args{`{"a": 1}`, "$.c", castToJSON(t, "[true]")}, `{"a": 1, "c": [true]}`},
		{"json_set", args{`{"a": 1, "b": [2, 3]}`, "$.a", 10, "$.c", nil}, `{"a": 10, "b": [2, 3], "c": null}`}, {"json_set", args{`[1]`, "$[3]", 2}, `[1, 2]`}, {"json_set", args{`[1]`, "$[last-5]", 2}, `[2, 1]`}, {"json_set", args{`1`, "$[0]", 2}, `2`}, {"json_set", args{`1`, "$[1]", 2}, `[1, 2]`}, {"json_set", args{`{}`, "$.a.b", 2}, `{}`}, {"json_set", args{`{}`, "$", 2}, `2`}, {"json_set", args{`{}`, nil, 2}, "NULL"},
		{"json_replace", args{`{"a": 1, "b": [2, 3]}`, "$.a", 10, "$.c", "[true, false]"}, `{"a": 10, "b": [2, 3]}`},
		{"json_remove", args{`["a", ["b", "c"], "d"]`, "$[1]"}, `["a", "d"]`}, {"json_remove", args{`{"a": 1}`, "$.b", "$.a"}, `{}`}, {"json_remove", args{`["a"]`, "$[last]"}, `[]`},
		{"json_merge_preserve", args{"[1, 2]", "[true, false]"}, "[1, 2, true, false]"}, {"json_merge_preserve", args{`{"a": 1}`, `{"a": 2, "b": {"c": 3}}`, `{"b": {"c": 4}}`}, `{"a": [1, 2], "b": {"c": [3, 4]}}`}, {"json_merge_preserve", args{"1", "true"}, "[1, true]"}, {"json_merge_preserve", args{"1", nil}, "NULL"},
		{"json_merge_patch", args{"[1, 2]", "[true, false]"}, "[true, false]"}, {"json_merge_patch", args{`{"a": 1, "b": 2}`, `{"a": 3, "b": null, "c": {"d": null}}`}, `{"a": 3, "c": {}}`}, {"json_merge_patch", args{nil, `{"a": 1}`}, "NULL"}, {"json_merge_patch", args{nil, "[1]"}, "[1]"},
		{"json_depth", args{"{}"}, "1"}, {"json_depth", args{"[10, {\"a\": 20}]"}, "3"}, {"json_depth", args{"true"}, "1"},
		{"json_length", args{`[1, 2, {"a": 3}]`}, "3"}, {"json_length", args{abc, "$.c"}, "1"}, {"json_length", args{abc, "$.z"}, "NULL"}, {"json_length", args{"1"}, "1"},
		{"json_type", args{abc}, "OBJECT"}, {"json_type", args{"1.0"}, "DOUBLE"}, {"json_type", args{"18446744073709551615"}, "UNSIGNED INTEGER"}, {"json_type", args{"null"}, "NULL"}, {"json_type", args{castToJSON(t, dec)}, "DECIMAL"}, {"json_type", args{castToJSON(t, moment)}, "DATETIME"}, {"json_type", args{castToJSON(t, date)}, "DATE"}, {"json_type", args{castToJSON(t, true)}, "BOOLEAN"},
		{"json_valid", args{"{"}, "0"}, {"json_valid", args{"{}"}, "1"}, {"json_valid", args{1}, "0"}, {"json_valid", args{nil}, "NULL"}, {"json_valid", args{document("1")}, "1"},
		{"json_pretty", args{`{"a": [1, {}], "b": {"c": []}}`}, "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": []\n  }\n}"},
		{"json_storage_size", args{`{"a": 1000, "b": "a", "c": "[1, 3, 5, 7]"}`}, "44"}, {"json_storage_free", args{abc}, "0"},
		{"json_value", args{`{"fname": "Joe", "n": null, "a": [1]}`, "$.fname"}, "Joe"}, {"json_value", args{`{"n": null, "a": [1]}`, "$.n"}, "NULL"}, {"json_value", args{`{"a": [1]}`, "$.a"}, "NULL"}, {"json_value", args{`[1.5]`, "$[0]"}, "1.5"}, {"json_value", args{`{`, "$.a"}, "NULL"},
	} {
		if got := evalCall(t, c.name, c.args...); got.err != nil || got.text != c.want {
			t.Errorf("%s%v = %s %v, want %s", c.name, c.args, got.text, got.err, c.want)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		args args
		want string
	}{
		{"json_extract", args{"{x", "$"}, `3141 22032 Invalid JSON text in argument 1 to function json_extract: "Missing a name for object member." at position 1.`},
		{"json_extract", args{"{}", "$."}, "3143 42000 Invalid JSON path expression. The error is around character position 2."},
		{"json_extract", args{1, "$"}, "3146 22032 Invalid data type for JSON data in argument 1 to function json_extract; a JSON string or JSON type is required."},
		{"json_extract", args{[]byte("{}"), "$"}, "3144 22032 Cannot create a JSON value from a string with CHARACTER SET 'binary'."},
		{"json_set", args{"{}", "$.*", 1}, "3149 42000 In this situation, path expressions may not contain the * and ** tokens or an array range."},
		{"json_remove", args{"{}", "$"}, "3153 42000 The path expression '$' is not allowed in this context."},
		{"json_contains_path", args{"{}", "some", "$"}, "3154 42000 The oneOrAll argument to json_contains_path may take these values: 'one' or 'all'."},
		{"json_object", args{nil, 1}, "3158 22032 JSON documents may not contain NULL member names."},
		{"json_object", args{"a"}, "1582 42000 Incorrect parameter count in the call to native function 'json_object'"},
		{"json_array_insert", args{"[]", "$.a", 1}, "3165 42000 A path expression is not a path to a cell in an array."},
		{"json_array", args{castToJSON(t, "[1,2")}, `3141 22032 Invalid JSON text in argument 1 to function cast_as_json: "Missing a comma or ] after an array element." at position 4.`},
		{"json_depth", args{strings.Repeat("[", 101)}, "3157 22032 The JSON document exceeds the maximum depth."},
	} {
		got := evalCall(t, c.name, c.args...)
		var err *mysql.MyError
		if !errors.As(got.err, &err) || fmt.Sprint(err.Code, " ", err.State, " ", err.Message) != c.want {
			t.Errorf("%s%v: %v, want %s", c.name, c.args, got.err, c.want)
		}
	}
}

func TestJSONValue(t *testing.T) {
	env := testEnv(func(uint16, string) {})
	c := &expr.Context{Context: context.Background(), Env: env}
	r := &expr.Resolver{Env: env, Context: c}
	seven := types.IntValue(7)
	for _, x := range []struct {
		doc, path string
		spec      JSONValueSpec
		want      string
	}{
		{`{"price": "49.95"}`, "$.price", JSONValueSpec{Returning: types.TypeDecimal(4, 2)}, "49.95"},
		{`{"price": "x"}`, "$.price", JSONValueSpec{Returning: types.TypeDecimal(4, 2)}, "NULL"},
		{`{"price": "x"}`, "$.price", JSONValueSpec{Returning: types.TypeInt, OnError: JSONFallback{Default: &seven}}, "7"},
		{`{}`, "$.price", JSONValueSpec{Returning: types.TypeInt, OnEmpty: JSONFallback{Error: true}}, "3966"},
		{`[1, 2]`, "$[*]", JSONValueSpec{Returning: types.TypeInt, OnError: JSONFallback{Error: true}}, "3967"},
		{`[[1]]`, "$[0]", JSONValueSpec{Returning: types.TypeJSON}, "[1]"},
		{`["2024-05-06"]`, "$[0]", JSONValueSpec{Returning: types.TypeDate}, "2024-05-06"},
		{`[-1]`, "$[0]", JSONValueSpec{Returning: types.TypeUint, OnError: JSONFallback{Error: true}}, "3156"},
		{`["abc"]`, "$[0]", JSONValueSpec{Returning: types.TypeString(2, types.DefaultCollation, types.CoerceImplicit)}, "NULL"},
	} {
		call, err := NewJSONValue(r, literal(t, x.doc), literal(t, x.path), x.spec)
		if err != nil {
			t.Fatal(err)
		}
		got := "NULL"
		v, err := call.Eval(c, &types.Batch{N: 1})
		var failure *mysql.MyError
		if errors.As(err, &failure) {
			got = fmt.Sprint(failure.Code)
		} else if !v.Null(0) {
			got = string(types.AppendText(nil, v, 0, &call.T))
		}
		if got != x.want {
			t.Errorf("%s %s: %s, want %s", x.doc, x.path, got, x.want)
		}
	}
}

func TestJSONTable(t *testing.T) {
	path := func(s string) *json.Path {
		p, err := ParseJSONPath(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	text := types.TypeString(10, types.DefaultCollation, types.CoerceImplicit)
	column := func(name, at string, typ types.Type) JSONTableColumn {
		return JSONTableColumn{Name: name, Type: typ, Path: path(at)}
	}
	def := func(s string) JSONTableFallback { return JSONTableFallback{Default: &s} }
	c := &expr.Context{Context: context.Background(), Env: testEnv(func(uint16, string) {})}
	number := JSONTableColumn{Kind: JSONColumnOrdinality, Name: "n", Type: types.TypeUint}
	withDefaults := column("a", "$.a", text)
	withDefaults.OnEmpty, withDefaults.OnError = def(`"111"`), def(`"999"`)
	strict := column("a", "$.a", types.TypeInt)
	strict.OnEmpty.Error, strict.OnError.Error = true, true
	exists := JSONTableColumn{Kind: JSONColumnExists, Name: "x", Type: types.TypeInt, Path: path("$.b")}
	nest := func(at string, columns ...JSONTableColumn) JSONTableColumn {
		return JSONTableColumn{Kind: JSONColumnNested, Path: path(at), Nested: columns}
	}
	for _, x := range []struct {
		doc  string
		spec JSONTableSpec
		want string
	}{
		// The manual's example.
		{`[{"a":"3"},{"a":2},{"b":1},{"a":0},{"a":[1,2]}]`, JSONTableSpec{path("$[*]"), []JSONTableColumn{number, withDefaults, column("j", "$.a", types.TypeJSON), exists}},
			`1,3,"3",0; 2,2,2,0; 3,111,NULL,1; 4,0,0,0; 5,999,[1, 2],0`},
		{`[{"a":1,"b":[11,111]},{"a":2,"b":[22,222]},{"a":3}]`, JSONTableSpec{path("$[*]"), []JSONTableColumn{column("a", "$.a", types.TypeInt), nest("$.b[*]", column("b", "$", types.TypeInt))}},
			`1,11; 1,111; 2,22; 2,222; 3,NULL`},
		{`[{"a":1,"b":[11,111]},{"a":2,"b":[22]}]`, JSONTableSpec{path("$[*]"), []JSONTableColumn{column("a", "$.a", types.TypeInt), nest("$.b[*]", column("b1", "$", types.TypeInt)), nest("$.b[*]", number, column("b2", "$", types.TypeInt))}},
			`1,11,NULL,NULL; 1,111,NULL,NULL; 1,NULL,1,11; 1,NULL,2,111; 2,22,NULL,NULL; 2,NULL,1,22`},
		{`[{"a":1,"b":[{"c":[5,6]},{"c":[]}]}]`, JSONTableSpec{path("$[*]"), []JSONTableColumn{number, nest("$.b[*]", number, nest("$.c[*]", column("c", "$", types.TypeInt)))}}, `1,1,5; 1,1,6; 1,2,NULL`},
		{`[]`, JSONTableSpec{path("$[*]"), []JSONTableColumn{number}}, ``},
		{`[{}]`, JSONTableSpec{path("$[*]"), []JSONTableColumn{strict}}, `3665 Missing value for JSON_TABLE column 'a'`},
		{`[{"a":[1]}]`, JSONTableSpec{path("$[*]"), []JSONTableColumn{strict}}, `3666 Can't store an array or an object in the scalar JSON_TABLE column 'a'`},
		{`[{"a":"x"}]`, JSONTableSpec{path("$[*]"), []JSONTableColumn{strict}}, `3156 Invalid JSON value for CAST to INTEGER from column a at row 1`},
		{`[`, JSONTableSpec{path("$[*]"), []JSONTableColumn{number}}, `3141 Invalid JSON text in argument 1 to function json_table: "Invalid value." at position 1.`},
	} {
		b, err := JSONTable(c, &x.spec, types.StringValue(x.doc))
		got := ""
		var failure *mysql.MyError
		if errors.As(err, &failure) {
			got = fmt.Sprint(failure.Code, " ", failure.Message)
		} else {
			var rows []string
			for i := range b.N {
				var row []string
				for k, col := range x.spec.Leaves() {
					if b.Cols[k].Null(i) {
						row = append(row, "NULL")
					} else {
						row = append(row, string(types.AppendText(nil, b.Cols[k], i, &col.Type)))
					}
				}
				rows = append(rows, strings.Join(row, ","))
			}
			got = strings.Join(rows, "; ")
		}
		if got != x.want {
			t.Errorf("%s: %s, want %s", x.doc, got, x.want)
		}
	}
}

// A document is read as far as a path leads, a text as a whole: the answers and the errors are the same.
func TestJSONOfDocumentsAndTexts(t *testing.T) {
	docs := []string{`{"a": [1, {"b": "x, ]"}, [], 1.5], "b": {"a": null, "é": true}, "s": "x"}`, `["x", ["y", ["x"]], {"a": "x"}, null, {}]`, `"x"`, `12`, `null`, `[]`, `{}`}
	paths := []any{"$", "$.a", "$.a[0]", "$.a[last-1]", "$.a[1].b", "$.b.\"é\"", "$.b.a", "$.s[0]", "$[1]", "$[last]", "$**.a", "$.*", "$[*]", "$.a[1 to 2]", "$.", "a", nil}
	for _, doc := range docs {
		for _, path := range paths {
			for _, call := range []struct {
				name string
				rest args
			}{
				{"json_length", args{path}}, {"json_keys", args{path}}, {"json_extract", args{path}}, {"json_extract", args{path, "$[0]"}}, {"json_value", args{path}}, {"json_type", nil},
				{"json_contains", args{`"x"`, path}}, {"json_contains", args{`["x"]`, path}}, {"json_contains", args{`1`, path}}, {"json_contains", args{`{`, path}}, {"json_contains", args{`"x"`}},
				{"json_contains_path", args{"one", path, "$.a"}}, {"json_contains_path", args{"all", "$.a", path}}, {"json_contains_path", args{"some", path}}, {"json_overlaps", args{`["x", 12]`}},
			} {
				got, want := evalCall(t, call.name, append(args{document(doc)}, call.rest...)...), evalCall(t, call.name, append(args{doc}, call.rest...)...)
				if got.text != want.text || fmt.Sprint(got.err) != fmt.Sprint(want.err) {
					t.Errorf("%s(%s, %v): %s %v, of a text %s %v", call.name, doc, call.rest, got.text, got.err, want.text, want.err)
				}
			}
		}
	}
}
