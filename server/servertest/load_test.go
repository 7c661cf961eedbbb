package servertest_test

import (
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
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
	// Lines of the table without AUTO_INCREMENT are loaded by columns.
	for _, c := range []*sql.Conn{ours, theirs} {
		if _, err := c.ExecContext(t.Context(), strings.NewReplacer(" w (", " alike (", "PRIMARY KEY AUTO_INCREMENT", "").Replace(written)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 * len(tests) {
		test, table := tests[i/2], []string{"w", "alike"}[i%2]
		t.Run(test.name+" "+table, func(t *testing.T) {
			var got [2]string
			for i, c := range []*sql.Conn{ours, theirs} {
				for _, s := range []string{"TRUNCATE TABLE " + table, "INSERT INTO " + table + " (id, u, c, i) VALUES (3, 1, 'a', 1)"} {
					if _, err := c.ExecContext(t.Context(), s); err != nil {
						t.Fatal(err)
					}
				}
				driver.RegisterReaderHandler("file", func() io.Reader { return strings.NewReader(test.file) })
				mode, options, ok := strings.Cut(test.options, "|")
				if !ok {
					mode, options = "", test.options
				}
				all := outcome(t, c, "LOAD DATA LOCAL INFILE 'Reader::file' "+mode+" INTO TABLE "+table+" "+options, table)
				got[i] = common(all)
			}
			if diff := cmp.Diff(got[1], got[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLoadsLinesWithWarnings loads a file of which every other line has a warning, as CSV files have whose NULLs are empty
// fields. Lines with and without are written together: a segment's room for each few of them took a thousand times what they are.
func TestLoadsLinesWithWarnings(t *testing.T) {
	_, exec := executor(t)
	var file strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&file, "%d,%s,user%d\n", i, []string{"2024-01-31", ""}[i%2], i%100)
	}
	driver.RegisterReaderHandler("file", func() io.Reader { return strings.NewReader(file.String()) })
	exec("CREATE TABLE stints (id INT PRIMARY KEY, until DATE, name VARCHAR(20))")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	exec("LOAD DATA LOCAL INFILE 'Reader::file' INTO TABLE stints FIELDS TERMINATED BY ','")
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 100 {
		t.Errorf("%d MB were allocated for %d KB of file", mb, file.Len()>>10)
	}
}

// TestLoadsByColumnsAsByLine loads random files into a table that lines are converted for by
// columns, and into one with a default that is computed for each row, for which each is by itself.
func TestLoadsByColumnsAsByLine(t *testing.T) {
	conn, exec := executor(t)
	const columns = `n INT PRIMARY KEY, i TINYINT, u SMALLINT UNSIGNED NOT NULL, d DECIMAL(5,2), f FLOAT, g DOUBLE(6,2), s VARCHAR(5) NOT NULL DEFAULT 'dflt',
		c CHAR(3), day DATE, at DATETIME(3), e ENUM('a','b','c'), y YEAR, t TIME, m SET('x','y'), x VARCHAR(20)`
	const byLine = ", z VARCHAR(40) DEFAULT (UUID()))"
	exec("SET max_error_count = 65535, time_zone = 'Europe/Berlin'")
	usual := []string{"1", "-7", "9", "1.5", "2.25", "3", "ab", "c", "2024-02-29", "2024-05-06 07:08:09", "b", "2001", "10:11:12", "x", "text"}
	odd := []string{"", "\\N", "NULL", "300", "-1", "70000", "x", "abcdef", "äö", "ab  ", "2023-02-29", "2024-1-2", "0000-00-00", "1e3", "0.125", "-0", "-0.0",
		"12345678901234567890", "2024-05-06 07:08:09.5", "2024-05-06T07:08:09", "99", "25:61:00", "2023-03-26 02:30:00", "1969-12-31 23:59:59", "2038-01-19 04:14:08", "\\t", "\\,", "'q'", "y,x", "\xff", "a'b", "4"}
	for seed := uint64(1); seed <= 12; seed++ {
		t.Logf("seed %d", seed)
		of := strings.Replace(columns, "n INT PRIMARY KEY", []string{"n INT PRIMARY KEY", "n SMALLINT AUTO_INCREMENT PRIMARY KEY"}[seed%2], 1) +
			[]string{"", ", CHECK (u > 5 OR d < 2 OR s = 'ab'), CHECK (i <> -7)"}[seed/2%2]
		if seed%4 < 2 {
			of = strings.Replace(of, "at DATETIME(3)", "at TIMESTAMP NULL", 1)
		}
		exec("DROP TABLE IF EXISTS columns_of, line_of")
		exec("CREATE TABLE columns_of (" + of + ")")
		exec("CREATE TABLE line_of (" + of + byLine)
		r := rand.New(rand.NewPCG(seed, 0))
		share := []int{1000, 30, 4}[seed%3] // one field of so many is odd
		options, separator, set := "", "\t", ""
		if seed%2 == 0 {
			options, separator = "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY \"'\"", ","
		}
		if seed%3 == 1 {
			set = " SET x = NULLIF(CONCAT(@x, '!'), 'text!')"
		}
		var file strings.Builder
		for n := range 20000 {
			fmt.Fprint(&file, n+1-r.IntN(2)*r.IntN(2)*(n%997/996))
			for _, field := range usual[1:] {
				if r.IntN(share) == 0 {
					field = odd[r.IntN(len(odd))]
				} else if seed >= 4 && r.IntN(10) == 0 && separator == "," {
					field = "'" + field + "'"
				}
				file.WriteString(separator + field)
			}
			if r.IntN(3*share) == 0 {
				file.WriteString(separator + "more")
			}
			file.WriteByte('\n')
			if r.IntN(3*share) == 0 {
				file.WriteString("5000" + separator + "1\n")
			}
		}
		driver.RegisterReaderHandler("file", func() io.Reader { return strings.NewReader(file.String()) })
		var got [2][]string
		for k, table := range []string{"columns_of", "line_of"} {
			exec("SET @x = 'none'")
			r, err := conn.ExecContext(t.Context(), "LOAD DATA LOCAL INFILE 'Reader::file' INTO TABLE "+table+" "+options+" ("+[]string{"n", "@n"}[seed/4%2]+", i, u, d, f, g, s, c, day, at, e, y, t, m, @x)"+set)
			if err != nil {
				t.Fatal(err)
			}
			affected, _ := r.RowsAffected()
			got[k] = append(got[k], fmt.Sprint(affected))
			got[k] = append(got[k], texts(t, conn, "SHOW WARNINGS")...)
			got[k] = append(got[k], texts(t, conn, "SELECT @x, LAST_INSERT_ID()")...)
			got[k] = append(got[k], texts(t, conn, "SELECT AUTO_INCREMENT FROM information_schema.tables WHERE table_name = '"+table+"'")...)
			got[k] = append(got[k], texts(t, conn, "SELECT n, i, u, d, f, g, s, c, CONCAT(day), CONCAT(at), e, y, CONCAT(t), m, x FROM "+table+" ORDER BY n")...)
			for i := range got[k] {
				got[k][i] = strings.ReplaceAll(got[k][i], table, "it")
			}
		}
		if !slices.Equal(got[0], got[1]) {
			t.Fatal(cmp.Diff(got[1], got[0]))
		}
	}
}
