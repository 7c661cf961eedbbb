package scripttest

import "strings"

// Select are the files of testdata/sql/select that our own execution of SELECT
// answers, without .slt. They are run like those of testdata/sql.
var Select = []string{
	"aggregates",
	"assignments",
	"bounds",
	"collations",
	"conversions",
	"correlated",
	"ctes",
	"dates",
	"decimals",
	"distinct",
	"enums",
	"errors",
	"found",
	"frames",
	"functions",
	"group_concat",
	"grouping",
	"having",
	"into_tables",
	"joins",
	"json",
	"lateral",
	"like",
	"limit",
	"names",
	"nulls",
	"only_full_group_by",
	"order",
	"overflow",
	"quantified",
	"rollup",
	"routines",
	"set_operations",
	"strings",
	"subqueries",
	"user_variables",
	"using",
	"values",
	"windows",
}

// Record is a statement of a file and what is expected of it.
type Record struct {
	Line     int
	Comments []string // the lines before it that begin with #
	Head     []string // the words of its first line
	SQL      string
	Want     []string // the lines below ----
}

// Records reads the records of a file's text, connection records among them.
func Records(text string) []Record {
	var all []Record
	for _, b := range blocks(text) {
		r := b.record()
		if len(r.head) == 0 {
			continue
		}
		public := Record{Line: r.line, Head: r.head, SQL: r.sql, Want: r.want}
		for l := range strings.Lines(b.text) {
			if !strings.HasPrefix(l, "#") {
				break
			}
			public.Comments = append(public.Comments, strings.TrimSpace(l))
		}
		all = append(all, public)
	}
	return all
}
