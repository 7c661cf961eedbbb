package script

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

func TestDiff(t *testing.T) {
	const bag, list = "SELECT a, b FROM t", "SELECT a, b FROM t ORDER BY a"
	columns := []Column{{"a", true}, {"b", false}}
	rows := [][]string{{"1", "x"}, {"2", null}, {"2", null}, {"3", "y\n"}}
	for _, test := range []struct{ name, sql, want, diff string }{
		{"the same", list, "a\tb\n1\tx\n2\tNULL\n2\tNULL\n3\ty\\n\n", ""},
		{"without a last line end", list, "a\tb\n1\tx\n2\tNULL\n2\tNULL\n3\ty\\n", ""},
		{"Windows line ends", list, "a\tb\r\n1\tx\r\n2\tNULL\r\n2\tNULL\r\n3\ty\\n\r\n", ""},
		{"names in another letter case", list, "A\tB\n1\tx\n2\tNULL\n2\tNULL\n3\ty\\n\n", ""},
		{"a bag in another order", bag, "a\tb\n3\ty\\n\n2\tNULL\n1\tx\n2\tNULL\n", ""},
		{"a list in another order", list, "a\tb\n2\tNULL\n1\tx\n2\tNULL\n3\ty\\n\n",
			"- row 1: 2\tNULL\n+ row 1: 1\tx\n- row 2: 1\tx\n+ row 2: 2\tNULL\n"},
		{"a row missing in a list", list, "a\tb\n0\tw\n1\tx\n2\tNULL\n2\tNULL\n3\ty\\n\n", "- row 1: 0\tw\n"},
		{"a row too many in a list", list, "a\tb\n1\tx\n2\tNULL\n3\ty\\n\n", "+ row 3: 2\tNULL\n"},
		{"a duplicate counts in a bag", bag, "a\tb\n1\tx\n1\tx\n2\tNULL\n3\ty\\n\n", "- 1\tx\n+ 2\tNULL\n"},
		{"other names", bag, "a\tc\n1\tx\n2\tNULL\n2\tNULL\n3\ty\\n\n", "- columns: a\tc\n+ columns: a\tb\n"},
		{"only names", bag, "a\tb\n", "+ 1\tx\n+ 2\tNULL\n+ 2\tNULL\n+ 3\ty\\n\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var last Last
			for _, r := range []Rows{rowsOfText([]string{"9", "earlier"}), rowsOfText(rows...)} {
				if err := last.Write(parse.Statement{Text: test.sql}, columns, r); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(test.diff, last.Diff(test.want)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestDiffOfNoResult(t *testing.T) {
	var last Last
	if got := last.Diff(""); got == "" {
		t.Error("no result is no difference to an empty file")
	}
}
