package servertest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/functions/mariadbtest"
	"github.com/verbatim-sql/verbatim/server/servertest"
)

// written is the table that statements are written to on both servers.
const written = `CREATE TABLE w (
	id INT PRIMARY KEY AUTO_INCREMENT, i TINYINT, u SMALLINT UNSIGNED NOT NULL, d DECIMAL(5,2), f DOUBLE,
	s VARCHAR(5) NOT NULL DEFAULT 'dflt', c CHAR(3), day DATE, at DATETIME, e ENUM('a','b','c'), UNIQUE KEY k (c, i))`

var writtenColumns = []string{"id", "i", "u", "d", "f", "s", "c", "day", "at", "e"}

// bothServers are connections of one session on this server and on MariaDB.
func bothServers(t *testing.T) (ours, theirs *sql.Conn) {
	address, ok := mariadbtest.Start(t)
	if !ok {
		t.Skip("MariaDB, to compare with, is not installed")
	}
	db, err := sql.Open("mysql", "root@tcp("+address+")/")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conns := make([]*sql.Conn, 2)
	for i, db := range []*sql.DB{servertest.Start(t), db} {
		if conns[i], err = db.Conn(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conns[i].Close() })
		for _, s := range []string{"CREATE DATABASE writes", "USE writes", written} {
			if _, err := conns[i].ExecContext(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	return conns[0], conns[1]
}

// outcome is what a statement did: its counts or its error, its warnings and the table then.
func outcome(t *testing.T, c *sql.Conn, statement, table string) (all []string) {
	r, err := c.ExecContext(t.Context(), statement)
	var my *driver.MySQLError
	switch {
	case err == nil:
		n, _ := r.RowsAffected()
		id, _ := r.LastInsertId()
		all = append(all, fmt.Sprintf("affected %d, id %d", n, id))
	case errors.As(err, &my):
		// MariaDB goes on through the row and has warnings of more columns.
		all = append(all, fmt.Sprintf("error %d %s", my.Number, my.Message))
		return append(all, texts(t, c, "SELECT id, c, i FROM "+table+" ORDER BY id, u, i")...)
	default:
		t.Fatalf("%s: %v", statement, err)
	}
	all = append(all, texts(t, c, "SHOW WARNINGS")...)
	return append(all, texts(t, c, "SELECT id, i, u, d, f, s, c, CONCAT(day), CONCAT(at), e FROM "+table+" ORDER BY id, u, i")...)
}

func texts(t *testing.T, c *sql.Conn, query string) (all []string) {
	rows, err := c.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	for rows.Next() {
		row, to := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		words := make([]string, len(row))
		for i, v := range row {
			if words[i] = v.String; !v.Valid {
				words[i] = "NULL"
			}
		}
		all = append(all, strings.Join(words, "|"))
	}
	return all
}

// values are what is written of each column: what fits, what does not, and the edges.
var values = map[string][]string{
	"id":  {"NULL", "0", "3", "7", "'12'", "40", "'5x'"},
	"i":   {"1", "-128", "127", "128", "-129", "'7'", "'7.5'", "'abc'", "''", "NULL", "2.5", "1e2", "'12x'", "1+1", "TRUE"},
	"u":   {"1", "65535", "65536", "-1", "NULL", "'9'", "'x'", "2.4", "DEFAULT"},
	"d":   {"1", "999.99", "1000", "-999.995", "1.005", "'1.234'", "'abc'", "''", "NULL", "1e1", "1/3"},
	"f":   {"1", "1.5", "'2.5'", "'x'", "'1.5y'", "NULL", "1e300", "-0.25", "''"},
	"s":   {"'a'", "'abcde'", "'abcdef'", "'abcde  '", "''", "NULL", "12", "1.50", "DEFAULT", "'äöüéê'", "CONCAT('x', 'y')", "123456"},
	"c":   {"'a'", "'ab '", "'abcd'", "NULL", "''", "7"},
	"day": {"'2024-02-29'", "'2023-02-29'", "'2024-01-02 10:11:12'", "'abc'", "''", "NULL", "20240131", "'0000-00-00'", "'2024-00-10'", "'2024-01-01x'", "20241332"},
	"at":  {"'2024-02-29 12:13:14'", "'2024-01-02'", "'2024-01-02 25:00:00'", "'x'", "NULL", "20240131101112", "'2024-1-2 3:4:5'"},
	"e":   {"'a'", "'b'", "'d'", "''", "1", "3", "4", "0", "NULL", "'2'"},
}

// ownWays are MariaDB's own ways, and what both make of them: it qualifies columns in some
// messages, and not the key in 1062. A date that there is not is out of range to MySQL, 1264,
// and truncated data to MariaDB; a text that is no DOUBLE is truncated data to MySQL.
var ownWays = strings.NewReplacer("`writes`.`w`.", "", "`writes`.`alike`.", "", "`", "'", "'w.PRIMARY'", "'PRIMARY'", "'w.k'", "'k'",
	"1264|Out of range value for column 'day'", "1265|Data truncated for column 'day'",
	"1264|Out of range value for column 'at'", "1265|Data truncated for column 'at'")

var noDouble = regexp.MustCompile(`1366(.)Incorrect double value: '[^']*' for`)

func common(all []string) string {
	return noDouble.ReplaceAllString(ownWays.Replace(strings.Join(all, "\n")), "1265${1}Data truncated for")
}

// TestWritesAsMariaDB writes random rows to this server and to MariaDB, in several modes, and
// compares counts, errors, warnings and what the table has.
func TestWritesAsMariaDB(t *testing.T) {
	ours, theirs := bothServers(t)
	seed := uint64(1)
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	modes := []string{
		"STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO", "", "NO_ZERO_DATE,NO_ZERO_IN_DATE",
		"STRICT_TRANS_TABLES", "NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES",
	}
	failures := 0
	for range 600 {
		mode := pick(modes)
		var columns []string
		for _, c := range writtenColumns {
			if r.IntN(3) == 0 || c == "u" && r.IntN(8) > 0 {
				columns = append(columns, c)
			}
		}
		verb := pick([]string{"INSERT INTO", "INSERT INTO", "INSERT IGNORE INTO", "REPLACE INTO"})
		var rows []string
		for range 1 + r.IntN(3) {
			row := make([]string, len(columns))
			for i, c := range columns {
				row[i] = pick(values[c])
			}
			rows = append(rows, "("+strings.Join(row, ", ")+")")
		}
		statement := fmt.Sprintf("%s w (%s) VALUES %s", verb, strings.Join(columns, ", "), strings.Join(rows, ", "))
		var got [2][]string
		for i, c := range []*sql.Conn{ours, theirs} {
			if _, err := c.ExecContext(t.Context(), "SET sql_mode = '"+mode+"'"); err != nil {
				t.Fatal(err)
			}
			if _, err := c.ExecContext(t.Context(), "TRUNCATE TABLE w"); err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{"INSERT INTO w (id, u, c, i) VALUES (3, 1, 'a', 1), (7, 2, NULL, 1)"} {
				if _, err := c.ExecContext(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
			got[i] = outcome(t, c, statement, "w")
		}
		if diff := cmp.Diff(common(got[1]), common(got[0])); diff != "" {
			t.Errorf("sql_mode = '%s'\n%s\n%s", mode, statement, diff)
			if failures++; failures == 40 {
				t.FailNow()
			}
		}
	}
}
