package servertest_test

import (
	"database/sql"
	"io"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
)

// TestLoadsAsMariaDB loads files by all options of LOAD DATA, here and in MariaDB.
func TestLoadsAsMariaDB(t *testing.T) {
	ours, theirs := bothServers(t)
	long := strings.Repeat("1\tlong\n", 20000) + "2\tlast"
	tests := []struct{ name, file, options string }{
		{"default", "1\ta\t1.5\n2\t\\N\t-2\n3\tx\\ty\t0\n", "(u, s, d)"},
		{"no end of the last line", "1\ta\n2\tb", "(u, s)"},
		{"an empty file", "", "(u, s)"},
		{"an empty line", "1\ta\n\n3\tc\n", "(u, s)"},
		{"fewer fields", "1\n2\tb\n", "(u, s)"},
		{"more fields", "1\ta\tx\n2\tb\n", "(u, s)"},
		{"optionally enclosed", "1,\"a,b\"\n2,b\n3,\"c\"\"d\"\n4,\"e\nf\"\n5,NULL\n6,\"NULL\"\n",
			`FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' (u, c)`},
		{"an enclosed field without an end", "1,\"a\n2,b", `FIELDS TERMINATED BY ',' ENCLOSED BY '"' (u, c)`},
		{"a sign within an enclosed field", "1,\"a\"b\"\n2,c\n", `FIELDS TERMINATED BY ',' ENCLOSED BY '"' (u, c)`},
		{"escaped by the enclosing sign", "1,\"a\"\"b\"\n2,\"c\"\n", `FIELDS TERMINATED BY ',' ENCLOSED BY '"' ESCAPED BY '"' (u, c)`},
		{"not escaped", "1,a\\nb\n2,\\N\n", `FIELDS TERMINATED BY ',' ESCAPED BY '' (u, s)`},
		{"escapes", "1,\\n\\t\\0\\Z\n2,\\\\\n3,\\,\n4,x\\\ny\n", `FIELDS TERMINATED BY ',' (u, s)`},
		{"long signs", "1::a##2::b:c##3::d#e##", `FIELDS TERMINATED BY '::' LINES TERMINATED BY '##' (u, s)`},
		{"carriage returns", "1,a\r\n2,b\r\n", `FIELDS TERMINATED BY ',' LINES TERMINATED BY '\r\n' (u, s)`},
		{"starting by", "xxx1,a\nno\nsomething xxx2,b\n", `FIELDS TERMINATED BY ',' LINES STARTING BY 'xxx' (u, s)`},
		{"ignored lines", "head\nmore\n1\ta\n", "IGNORE 2 LINES (u, s)"},
		{"all lines ignored", "head\n", "IGNORE 2 LINES (u, s)"},
		{"variables and SET", "1\tabc\t2024-01-31\n2\t\tx\n", "(u, @a, @b) SET s = CONCAT(@a, '!'), day = NULLIF(@b, 'x'), i = u + 1"},
		{"SET of a default", "1\n2\n", "(u) SET s = DEFAULT, f = 2.5"},
		{"a variable alone", "1\tb\n2\tc\n", "(u, @dummy)"},
		{"values that do not fit", "x\tabcdef\t300\t2024-02-30\n70000\t\t-129\t\n", "(u, s, i, day)"},
		{"NULL for NOT NULL", "\\N\t\\N\n1\tb\n", "(u, s)"},
		{"duplicates", "3\t1\n9\t2\n9\t3\n", "(id, u)"},
		{"duplicates replaced", "3\t1\n9\t2\n9\t3\n", "REPLACE|(id, u)"},
		{"AUTO_INCREMENT", "1\ta\n2\tb\n", "(u, s) SET id = NULL"},
		{"more than a block", long, "(u, s)"},
		{"Latin 1", "1\t\xe4\xf6\n", "CHARACTER SET latin1 (u, s)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got [2]string
			for i, c := range []*sql.Conn{ours, theirs} {
				for _, s := range []string{"TRUNCATE TABLE w", "INSERT INTO w (id, u, c, i) VALUES (3, 1, 'a', 1)"} {
					if _, err := c.ExecContext(t.Context(), s); err != nil {
						t.Fatal(err)
					}
				}
				driver.RegisterReaderHandler("file", func() io.Reader { return strings.NewReader(test.file) })
				mode, options, ok := strings.Cut(test.options, "|")
				if !ok {
					mode, options = "", test.options
				}
				all := outcome(t, c, "LOAD DATA LOCAL INFILE 'Reader::file' "+mode+" INTO TABLE w "+options)
				got[i] = common(all)
			}
			if diff := cmp.Diff(got[1], got[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}
