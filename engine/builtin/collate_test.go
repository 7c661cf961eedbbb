package builtin

import (
	"testing"

	"github.com/verbatim-sql/verbatim/engine/types"
)

func TestCollations(t *testing.T) {
	german := typedAs(types.TypeString(3, types.DefaultCollation, types.CoerceImplicit), "abc")
	checkCases(t, []evalTest{
		{"charset", with("a"), "utf8mb4", "char(64)", ""},
		{"charset", with(1), "binary", "", ""},
		{"collation", with("a"), "utf8mb4_0900_ai_ci", "", ""},
		{"coercibility", with("a"), "4", "signed", ""},
		{"coercibility", with(german), "2", "", ""},
		{"coercibility", with(1), "5", "", ""},
		{"coercibility", with(nil), "6", "", ""},
		{"collate", with("a", "utf8mb4_bin"), "a", "char(1)", ""},
		{"collate", with("a", "utf8mb4_none"), "ERROR 1273 (HY000): Unknown collation: 'utf8mb4_none'", "", ""},
		{"collate", with("a", "latin1_bin"), "ERROR 1253 (42000): COLLATION 'latin1_bin' is not valid for CHARACTER SET 'utf8mb4'", "", ""},
		{"binary", with("é"), "é", "binary(4)", ""},
	})
	e := newEvaluator()
	if got := e.one(e.must("=", e.must("binary", "a"), "A")); got != "0" {
		t.Errorf("BINARY 'a' = 'A' is %s", got)
	}
	x, err := NewCollate(e.resolver(), german, "utf8mb4_0900_as_cs")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"=": "0", "<>": "1", "in": "0", "like": "0", "regexp": "0", "nullif": "abc", "strcmp": "-1"} {
		if got := e.one(e.must(name, x, "ABC")); got != want {
			t.Errorf("%s, cases told apart: %s", name, got)
		}
	}
	if _, err := e.call("in", x, e.must("collate", "a", "utf8mb4_bin"), "c"); err == nil {
		t.Error("IN of two explicit collations")
	}
}
