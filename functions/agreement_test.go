package functions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// sqlServer runs a statement in a database of its own and answers the names of
// the columns and the rows, a line a row with tabs between the values.
type sqlServer func(ctx context.Context, statement string) (columns, lines []string, err error)

// must runs a statement that cannot fail.
func (s sqlServer) must(t testing.TB, statement string) (columns, lines []string) {
	t.Helper()
	columns, lines, err := s(t.Context(), statement)
	if err != nil {
		t.Fatalf("%v\nin %s", err, statement)
	}
	return columns, lines
}

// create makes the tables, with their rows. Foreign keys do not count from now
// on: the kernels are tested on rows that they forbid.
func (s sqlServer) create(t testing.TB) {
	t.Helper()
	s.must(t, "SET foreign_key_checks = 0")
	for _, table := range tables.All {
		s.must(t, table.DDL())
	}
	s.reset(t)
}

// reset brings the built-in rows back.
func (s sqlServer) reset(t testing.TB) {
	t.Helper()
	for _, table := range tables.All {
		insert, err := table.Insert()
		if err != nil {
			t.Fatal(err)
		}
		s.must(t, "DELETE FROM `"+table.Name+"`")
		s.must(t, insert)
	}
}

// load replaces all rows.
func (s sqlServer) load(t testing.TB, db database) {
	t.Helper()
	for _, table := range tables.All {
		s.must(t, "DELETE FROM `"+table.Name+"`")
		var values []string
		for _, row := range db[table.Name] {
			var quoted []string
			for _, v := range row {
				if v != "NULL" {
					v = "'" + v + "'"
				}
				quoted = append(quoted, v)
			}
			values = append(values, "("+strings.Join(quoted, ", ")+")")
		}
		if values != nil {
			s.must(t, "INSERT INTO `"+table.Name+"` VALUES "+strings.Join(values, ", "))
		}
	}
}

// testAgreement compares what the server makes of each function's SQL with what
// the kernel answers, on so many random databases too.
func testAgreement(t *testing.T, server sqlServer, databases int) {
	server.create(t)
	t.Run("built-in rows", func(t *testing.T) { server.agrees(t, builtIn(t)) })
	t.Run("no rows", func(t *testing.T) {
		server.load(t, database{})
		server.agrees(t, database{})
	})
	t.Run("awkward rows", func(t *testing.T) {
		server.load(t, awkward)
		server.agrees(t, awkward)
	})
	t.Run("a thousand years", func(t *testing.T) {
		server.agreesOn(t, awkward, HeadCount, 2000, 2999, "any_time")
		server.agreesOn(t, awkward, HeadCountChange, 2000, 2999, "year_end")
		server.agreesOn(t, awkward, AverageHeadCount, 2000, 2999)
	})
	t.Run("random rows", func(t *testing.T) {
		r := random(t)
		for range databases {
			db := randomDatabase(r)
			server.load(t, db)
			server.agrees(t, db)
			if t.Failed() {
				t.Fatalf("the rows are %v", db)
			}
		}
	})
}

// awkward rows are those that a solution written in a hurry gets wrong.
var awkward = database{
	"Logins": rows(`
		2024-03-05 23:00:00 | ann
		2024-03-06 01:00:00 | ann
		2024-03-06 01:00:00 | ann
		2024-03-05 00:10:00 | bob
		NULL | bob
		2024-03-06 23:50:00 | bob
		2024-02-28 12:00:00 | cid
		2024-02-29 12:00:00 | cid
		2024-03-01 12:00:00 | cid
		2024-02-28 12:00:00 | NULL
		2023-02-28 12:00:00 | dan
		2023-03-01 12:00:00 | dan
		2023-12-31 23:59:59 | eve
		2024-01-01 00:00:00 | eve
		2024-02-28 12:00:00 | fay
		2024-03-01 12:00:00 | fay
		1969-12-31 23:00:00 | gus
		1970-01-01 01:00:00 | gus
		2024-05-05 08:00:00 | hal
		2024-05-05 20:00:00 | hal`),
	"Employees": rows("1 | Kim | 30 | NULL | NULL\n0 | NULL | 30 | NULL | NULL\n2 | Lee | NULL | NULL | NULL"),
	"History": rows(`
		1 | 1 | Sales | 1000 | 2022-12-31 00:00:00 | 2023-01-01 00:00:00 | 0
		2 | 1 | Sales | 1000 | 2023-01-01 12:00:00 | 2023-07-01 00:00:00 | 0
		3 | NULL | Sales | 1000 | 2023-01-01 00:00:00 | NULL | 1
		4 | 1 | NULL | 1000.5 | 2023-03-01 00:00:00 | 2023-12-31 23:59:59 | 1
		5 | 1 | Sales | NULL | 2024-01-01 00:00:00 | 2024-01-01 18:00:00 | 0
		6 | 1 | Sales | 1000 | 2024-02-29 00:00:00 | NULL | 1
		7 | 2 | Sales | 1000 | 2023-05-05 00:00:00 | 2022-05-05 00:00:00 | 0
		8 | 2 | Sales | 1000 | 2023-05-05 00:00:00 | NULL | NULL
		9 | 0 | Sales | 1000 | NULL | NULL | 0
		10 | 0 | Sales | 1000 | NULL | 2024-01-01 00:00:00 | 1
		11 | 0 | Sales | 1000 | 1000-01-01 00:00:00 | 9999-12-31 00:00:00 | 0
		12 | 5 | Sales | 1000 | 2023-12-31 08:00:00 | 2024-01-01 08:00:00 | 0`),
	"Orders":   rows("1 | 1 | 5\n1 | 1 | -5\n2 | 1 | NULL\nNULL | 1 | 5\n3 | NULL | 5\n4 | 1 | 5\n4 | 2 | -9\n3 | 0 | 1"),
	"Products": rows("1 | 1 | x | a\n1 | 2 | x | a\n1 | NULL | x | b\nNULL | 4 | x | c\n1 | 3 | NULL | c\n1 | 5 | x | NULL\n1 | 4 | x | NULL\n2 | 4 | x | d\n1 | 6 | x | d"),
}

// agrees compares all functions on the database, which is loaded.
func (s sqlServer) agrees(t *testing.T, db database) {
	t.Helper()
	for _, f := range All {
		for _, values := range calls(f) {
			s.agreesOn(t, db, f, values...)
		}
	}
}

// agreesOn compares a call. As a statement the SQL answers in the kernel's order
// too; in the FROM clause, where MySQL keeps no order, the same rows.
func (s sqlServer) agreesOn(t *testing.T, db database, f *Func, values ...any) {
	t.Helper()
	want := native(t, f, db, values...)
	for i, arg := range bound(t, f, values) {
		s.must(t, "SET @"+f.Params[i].Name+" = "+literal(f.Params[i], arg))
	}
	var declared []string
	for _, c := range f.Columns {
		declared = append(declared, c.Name)
	}

	columns, lines := s.must(t, f.SQL)
	if diff := gocmp.Diff(strings.Join(want, "\n"), strings.Join(lines, "\n")); diff != "" {
		t.Errorf("%s%v (-native +SQL):\n%s", f.Name, values, diff)
	}
	if !slices.Equal(declared, columns) {
		t.Errorf("%s: its columns are %v, its SQL has %v", f.Name, declared, columns)
	}

	_, lines = s.must(t, "SELECT * FROM ("+f.SQL+") AS t")
	slices.Sort(want)
	slices.Sort(lines)
	if diff := gocmp.Diff(strings.Join(want, "\n"), strings.Join(lines, "\n")); diff != "" {
		t.Errorf("%s%v in FROM (-native +SQL):\n%s", f.Name, values, diff)
	}
}

// literal is the argument in SQL.
func literal(p Param, a Arg) string {
	switch {
	case a.Null:
		return "NULL"
	case p.Type.Kind == vector.Date:
		return "'" + time.Unix(a.Int*secondsPerDay, 0).UTC().Format(time.DateOnly) + "'"
	case p.Type.Kind == vector.String:
		return "'" + a.Text + "'"
	}
	return strconv.FormatInt(a.Int, 10)
}

// Query and Exec make a server a [Tx], which puts the arguments into the text.
func (s sqlServer) Query(ctx context.Context, sql string, args ...any) ([][]*string, error) {
	for _, a := range args {
		sql = strings.Replace(sql, "?", fmt.Sprintf("'%v'", a), 1)
	}
	_, lines, err := s(ctx, sql)
	var out [][]*string
	for _, line := range lines {
		var row []*string
		for _, v := range strings.Split(line, "\t") {
			if v == "NULL" {
				row = append(row, nil)
			} else {
				row = append(row, &v)
			}
		}
		out = append(out, row)
	}
	return out, err
}

func (s sqlServer) Reset(context.Context) error { return errors.ErrUnsupported }

func (s sqlServer) Exec(ctx context.Context, sql string, args ...any) error {
	_, err := s.Query(ctx, sql, args...)
	return err
}
