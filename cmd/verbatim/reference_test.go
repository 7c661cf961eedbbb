package main

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

var update = flag.Bool("update", false, "write the files that the tests compare with")

func TestReferencePages(t *testing.T) {
	for file, page := range map[string]reference{
		"../../functions/REFERENCE.md": functionsPage(),
		"../../tables/REFERENCE.md":    tablesPage(),

		"../../engine/builtin/REFERENCE.md": builtinsPage(),
	} {
		want := page.markdown()
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s is stale: run go generate ./cmd/verbatim (-want +got):\n%s", file, diff)
		}
	}
}

// Everything that is declared is described, an operator in operators.
func TestBuiltinsAreDescribed(t *testing.T) {
	check := func(name, description string) {
		_, operator := operators[name]
		if (description == "") != operator {
			t.Errorf("%s: the description is %q, and it is an operator: %v", name, description, operator)
		}
	}
	for _, f := range builtin.Functions {
		check(f.Name, f.Description)
	}
	for _, f := range builtin.Aggregates {
		check(f.Name, f.Description)
	}
	for _, f := range builtin.Windows {
		check(f.Name, f.Description)
	}
	for name := range operators {
		if builtin.Function(name) == nil {
			t.Errorf("no operator %s is declared", name)
		}
	}
}

func TestArgumentList(t *testing.T) {
	for want, n := range map[string][2]int{"": {0, 0}, "[a]": {0, 1}, "a, b": {2, 2}, "a [, b]": {1, 2}, "a, …": {1, -1}, "…": {0, -1}} {
		if got := argumentList(n[0], n[1]); got != want {
			t.Errorf("%v: %q, want %q", n, got, want)
		}
	}
}

func TestEntryAsText(t *testing.T) {
	e := entry{
		signature:   "f(a [, b = 1])",
		description: "What it answers is told in a sentence that does not fit into one line of a terminal, and in another.",
		remarks:     []string{"A remark."},
		lists: []list{
			{"Parameters", []string{"name", "values", "description"}, [][]string{{"a", "1 to 9", "One."}, {"long", "", "Another."}}},
			{"Columns", []string{"name", "description"}, nil},
		},
		sql: "SELECT @a,\n  @b",
		examples: []tables.Example{
			{SQL: "SELECT * FROM f(1)", Result: "x\ty\n1\tNULL\n"},
			{SQL: "SELECT * FROM f(2)", Result: "x\ty\n"},
			{SQL: "CALL f(3)"},
		},
	}
	want := `f(a [, b = 1])

What it answers is told in a sentence that does not fit into one line of a
terminal, and in another.

A remark.

Parameters
  name  values
  a     1 to 9
      One.
  long
      Another.

SQL
  SELECT @a,
    @b

Example
  SELECT * FROM f(1)
  +---+------+
  | x | y    |
  +---+------+
  | 1 | NULL |
  +---+------+

Example
  SELECT * FROM f(2)
  Empty set

Example
  CALL f(3)
`
	if diff := cmp.Diff(want, e.text()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParameters(t *testing.T) {
	for want, params := range map[string][]functions.Param{
		"()":                  nil,
		"(a, b)":              {{Name: "a"}, {Name: "b"}},
		"([a = 2])":           {{Name: "a", Default: "2"}},
		"(a [, b = 'x'])":     {{Name: "a"}, {Name: "b", Default: "'x'"}},
		"([a = 1] [, b = 2])": {{Name: "a", Default: "1"}, {Name: "b", Default: "2"}},
	} {
		if got := parameters(params); got != want {
			t.Errorf("the parameters are %s, want %s", got, want)
		}
	}
}

func TestAllowed(t *testing.T) {
	for want, p := range map[string]functions.Param{
		"":           {Type: tables.Date},
		"1 to 9":     {Type: tables.Int, Min: 1, Max: 9},
		"at least 1": {Type: tables.Int, Min: 1},
		"'a' or 'b'": {Type: vector.Type{Kind: vector.String, Len: 1}, OneOf: []string{"a", "b"}},
	} {
		if got := allowed(p); got != want {
			t.Errorf("%v takes %q, want %q", p, got, want)
		}
	}
}
