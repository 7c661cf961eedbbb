package parse

import (
	"fmt"
	"testing"
)

func TestPattern(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"SELECT a FROM t WHERE b = 5", "SELECT a FROM t WHERE b = ? [5]"},
		{"select a from t where b='x''y'", "none"},
		{"select a from t where b='x' and c>=10 limit 3", "select a from t where b=? and c>=? limit 3 ['x' 10]"},
		{"select `=5`, 'a = 5' from t where b<>7", "select `=5`, 'a = 5' from t where b<>? [7]"},
		{"select a from t where b = -5", "none"},
		{"select a from t where b = 5.0 or b = 5e1 or b = 0x10 or b = 1", "select a from t where b = 5.0 or b = 5e1 or b = 0x10 or b = ? [1]"},
		{"select a from t where b = 1234567890123456789", "none"},
		{`select a from t where b = "x" and c = 1`, "none"},
		{`select a from t where b = 'x\'' and c = 1`, "none"},
		{"select a from t where b = 1 -- c", "none"},
		{"select a /* = 1 */ from t where b = 1", "none"},
		{"select doc->'$.a' from t where b = 1", "none"},
		{"select @a from t where b = 1", "none"},
		{"select a from t where b = ?", "none"},
		{"select a from t where b = 'unfinished", "none"},
		{"select a1 from t2 where b3 = 4", "select a1 from t2 where b3 = ? [4]"},
		{"", "none"},
	} {
		pattern, constants, ok := Pattern(nil, c.text)
		got := "none"
		if ok {
			var all []string
			for _, x := range constants {
				if x.Text {
					all = append(all, "'"+x.String+"'")
				} else {
					all = append(all, fmt.Sprint(x.Int))
				}
			}
			got = fmt.Sprint(string(pattern), " ", all)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}
