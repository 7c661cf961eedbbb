package parse

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTokens(t *testing.T) {
	sql := "SELECT -- ( a\n 'it''s', `a b`/*x*/, größe_1>=1.5 # end\n/*!80000 FROM t */;"
	want := []string{"SELECT", "'it'", "'s'", ",", "`a b`", ",", "größe_1", ">", "=", "1", ".", "5",
		"/", "*", "!", "80000", "FROM", "t", "*", "/", ";"}
	if diff := cmp.Diff(want, slices.Collect(Tokens(sql))); diff != "" {
		t.Errorf("Tokens(%q), -want +got:\n%s", sql, diff)
	}
}
