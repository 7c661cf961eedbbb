package servertest_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/server/servertest"
)

// executor is a connection to a new server, and what executes a statement on it.
func executor(t *testing.T) (*sql.Conn, func(statement string)) {
	conn, err := servertest.Start(t).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, func(statement string) {
		t.Helper()
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// TestListsAsParsed writes random rows of literals, as they are read without a parser, and again
// by a statement with a comment, which is parsed.
func TestListsAsParsed(t *testing.T) {
	conn, exec := executor(t)
	const columns = ", i TINYINT, u SMALLINT UNSIGNED NOT NULL, d DECIMAL(5,2), f FLOAT, g DOUBLE(6,2), b BIGINT UNSIGNED, s VARCHAR(5) NOT NULL DEFAULT 'dflt'," +
		" c CHAR(3), day DATE, at DATETIME(3), e ENUM('a','b','c'), y YEAR, h TIME, m SET('x','y'), j JSON, bin VARBINARY(4), bits BIT(4)"
	kinds := []string{"id INT PRIMARY KEY", "id INT AUTO_INCREMENT PRIMARY KEY", "id INT", "id INT, UNIQUE (c, i)", "id INT, CHECK (i > 0)"}
	names := strings.Split("id i u d f g b s c day at e y h m j bin bits", " ")
	usual := []string{"1", "2", "-3", "40", "1.5", "'7'", "'ab'", "'x'", "'2024-02-29'", "'2024-02-29 10:11:12.5'", "TRUE", "NULL", "'a'"}
	odd := append([]string{"0", "300", "-129", "70000", "999.995", "-0.5", "1e2", "-1e300", "1.25e0", "''", "'it''s'", `'a\'b'`, `'\0'`, `"q"`, "'abcdef'", "'ab  '", "'äö'", "'2023-02-29'",
		"'0000-00-00'", "20240131", "'10:11:12'", "'x,y'", "'{\"a\": 1}'", "'1.5x'", "FALSE", "123456789012345678", "99", "2155", "0.000", "15", "16"}, usual...)
	modes := []string{"STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE", "", "NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH"}
	seed := uint64(1)
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	succeeded := 0
	for n := range 800 {
		key, rest, _ := strings.Cut(pick(kinds), ",")
		definition := key + columns
		if rest != "" {
			definition += "," + rest
		}
		var given []string
		for _, name := range names {
			if r.IntN(4) == 0 || name == "u" && r.IntN(8) > 0 || name == "id" && r.IntN(2) == 0 {
				given = append(given, name)
			}
		}
		width, list := len(given), ""
		if r.IntN(10) == 0 {
			width = len(names)
		} else {
			list = "(" + strings.Join(given, ", ") + ")"
		}
		from := usual
		if r.IntN(2) == 0 {
			from = odd
		}
		var rows []string
		for id := range 1 + r.IntN(2)*r.IntN(12) {
			row := make([]string, width)
			for i := range row {
				if row[i] = pick(from); (i == 0 && (list == "" || given[0] == "id")) && r.IntN(6) > 0 {
					row[i] = fmt.Sprint(id + 5)
				}
			}
			rows = append(rows, "("+strings.Join(row, ", ")+")")
		}
		verb := pick([]string{"INSERT", "INSERT", "INSERT", "INSERT IGNORE", "REPLACE"})
		exec("SET sql_mode = '" + pick(modes) + "'")
		var got [2]string
		statement := ""
		for i, comment := range []string{"", "/* parsed */ "} {
			exec("DROP TABLE IF EXISTS l")
			exec("CREATE TABLE l (" + definition + ")")
			exec("INSERT INTO l (id, u, c, i) VALUES (3, 1, 'a', 1), (7, 2, NULL, 1)")
			statement = fmt.Sprintf("%s %sINTO l %s VALUES %s", verb, comment, list, strings.Join(rows, ", "))
			var all []string
			if r, err := conn.ExecContext(t.Context(), statement); err != nil {
				all = append(all, err.Error())
			} else {
				affected, _ := r.RowsAffected()
				id, _ := r.LastInsertId()
				all = append(all, fmt.Sprintf("affected %d, id %d", affected, id))
				succeeded += i
			}
			all = append(all, texts(t, conn, "SHOW WARNINGS")...)
			all = append(all, texts(t, conn, "SELECT * FROM l")...)
			all = append(all, texts(t, conn, "SHOW CREATE TABLE l")...) // AUTO_INCREMENT
			got[i] = strings.Join(all, "\n")
		}
		if diff := cmp.Diff(got[1], got[0]); diff != "" {
			t.Fatalf("%d: %s\n%s\n%s", n, definition, statement, diff)
		}
	}
	if succeeded < 200 {
		t.Errorf("only %d statements succeeded", succeeded)
	}
}
