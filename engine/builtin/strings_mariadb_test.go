package builtin

import (
	"database/sql"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/functions/mariadbtest"
)

// TestStringsAgainstMariaDB compares each function on a grid of arguments. MariaDB's
// collation is utf8mb4_general_ci, in which the letters of the grid compare as in MySQL's.
func TestStringsAgainstMariaDB(t *testing.T) {
	address, ok := mariadbtest.Start(t)
	if !ok {
		t.Skip("no MariaDB")
	}
	db, err := sql.Open("mysql", "root@tcp("+address+")/?charset=utf8mb4&collation=utf8mb4_general_ci")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	texts := []any{nil, "", "a", "Abc", "aBcABC", "éÉx", "日本語", " a b ", "a,b,,c", ","}
	finds := []any{nil, "", "b", "BC", "É", "本", ",", "a,b"}
	small := []any{nil, 0, 1, 2, -1, -2, 5, "2", 1.5}
	// MariaDB cuts some counts to 32 bits, finds an empty text elsewhere, and has no NULL of REPLACE(x, '', NULL).
	counts := append([]any{math.MaxInt64, math.MinInt64 + 1}, small...)
	notEmpty := []any{nil, "b", "BC", "É", "本", ",", "a,b"}
	documents := []any{nil, `{"a":1,"b":[1,2,{"c":"x"}],"cc":null}`, `[1,[2,3],"x"]`, `"x"`, `3`, `[]`}
	paths := []any{`$`, `$.a`, `$.b`, `$.b[0]`, `$.b[2].c`, `$[1]`, `$[1][1]`, `$.z`, `$[0]`}
	values := []any{1, "x", nil}
	functions := []struct {
		name string
		args [][]any
	}{
		{"ascii", [][]any{texts}}, {"ord", [][]any{texts}}, {"bit_length", [][]any{texts}}, {"length", [][]any{texts}}, {"char_length", [][]any{texts}},
		{"lower", [][]any{texts}}, {"upper", [][]any{texts}}, {"reverse", [][]any{texts}}, {"quote", [][]any{texts}}, {"soundex", [][]any{{"a", "Abc", "robert", "rupert", "Ashcraft", "Tymczak", "Pfister", " x", "1a"}}},
		{"trim", [][]any{texts}}, {"ltrim", [][]any{texts}}, {"rtrim", [][]any{texts}}, {"to_base64", [][]any{texts}}, {"unhex", [][]any{{nil, "", "4", "41", "4142", "zz", 41}}}, {"from_base64", [][]any{{nil, "", "YQ==", "YWI=", "YWJj", "Y", "YWJj YQ=="}}},
		{"concat", [][]any{texts, finds}}, {"concat_ws", [][]any{finds, texts, finds}}, {"elt", [][]any{small, finds, texts}}, {"field", [][]any{finds, finds, texts}}, {"find_in_set", [][]any{finds, texts}},
		{"instr", [][]any{texts, finds}}, {"locate", [][]any{finds, texts}}, {"locate", [][]any{notEmpty, texts, counts}}, {"strcmp", [][]any{texts, finds}},
		{"left", [][]any{texts, counts}}, {"right", [][]any{texts, counts}}, {"substring", [][]any{texts, counts}}, {"substring", [][]any{texts, counts, counts}}, {"substring_index", [][]any{texts, finds, small}},
		{"insert", [][]any{texts, counts, counts, finds}}, {"replace", [][]any{texts, notEmpty, finds}}, {"make_set", [][]any{counts, texts, finds}}, {"export_set", [][]any{counts, finds, finds, {",", ""}, {0, 3, 64, 100}}},
		{"lpad", [][]any{texts, {nil, 0, 1, 4, -1}, {nil, "x", "éab"}}}, {"rpad", [][]any{texts, {nil, 0, 1, 4, -1}, {nil, "x", "éab"}}}, {"repeat", [][]any{texts, {nil, 0, 2, -1, "3"}}}, {"space", [][]any{{nil, 0, 3, -1, "2"}}},
		{"json_extract", [][]any{documents, paths}}, {"json_set", [][]any{documents, {"$.a", "$.b[0]", "$.zzz", "$[1]"}, values}}, {"json_insert", [][]any{documents, {"$.a", "$.zzz"}, values}}, {"json_replace", [][]any{documents, {"$.a", "$.b", "$.z"}, values}}, {"json_remove", [][]any{documents, {"$.a", "$.b[1]", "$.z"}}},
		{"json_length", [][]any{documents}}, {"json_depth", [][]any{documents}}, {"json_keys", [][]any{documents}}, {"json_type", [][]any{documents}}, {"json_valid", [][]any{append([]any{"{", "[1,", "x"}, documents...)}}, {"json_quote", [][]any{{nil, "", "a\"b", "\\", "é"}}}, {"json_array", [][]any{{nil, 1, "x"}, {nil, 1, "x"}}},
		{"regexp_instr", [][]any{texts, {nil, "b", "[b-c]+", "É", "^a", "c$"}}}, {"regexp_replace", [][]any{texts, {nil, "b", "[b-c]+", "É", "^a"}, {nil, "", "-"}}},
	}
	for _, f := range functions {
		for _, row := range combinations(f.args) {
			written := make([]string, len(row))
			for i, a := range row {
				written[i] = spelled(a)
			}
			query := f.name + "(" + strings.Join(written, ", ") + ")"
			var theirs sql.NullString
			if err := db.QueryRow("SELECT " + query).Scan(&theirs); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			want := "NULL"
			if theirs.Valid {
				want = theirs.String
			}
			if got := evalCall(t, f.name, row...); got.err != nil || got.text != want {
				t.Errorf("%s = %q %v, MariaDB %q", query, got.text, got.err, want)
			}
		}
	}
}

func combinations(sets [][]any) [][]any {
	out := [][]any{nil}
	for _, set := range sets {
		var longer [][]any
		for _, row := range out {
			for _, x := range set {
				longer = append(longer, append(row[:len(row):len(row)], x))
			}
		}
		out = longer
	}
	return out
}

func spelled(x any) string {
	switch x := x.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.NewReplacer(`\`, `\\`, "'", "''").Replace(x) + "'"
	}
	return fmt.Sprint(x)
}
