package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
)

// TestKeptPlans executes each statement twice by a session that keeps plans, and by
// a fresh one: texts that differ in compared literals, and what may have changed
// meanwhile.
func TestKeptPlans(t *testing.T) {
	e := testEngine(t)
	s := e.NewSession(Client{})
	defer s.Close()
	answer := func(s *Session, text string) string {
		r, err := s.Query(context.Background(), text)
		if err != nil {
			return err.Error()
		}
		var names []string
		for _, f := range r.Fields {
			names = append(names, fmt.Sprint(f.Name, " ", f.Type, " ", f.ColumnLength, " ", f.Flags, " ", f.OrgTable))
		}
		rows, err := all(r, nil)
		return fmt.Sprint(strings.Join(names, ", "), rows, err)
	}
	for _, text := range []string{
		"CREATE TABLE K (id INT PRIMARY KEY, name VARCHAR(10), amount DECIMAL(6,2), day DATE, big BIGINT UNSIGNED)",
		"INSERT INTO K VALUES (1, 'a', 1.50, '2024-01-01', 1), (2, 'B', NULL, NULL, 18446744073709551615), (3, NULL, 3, '2024-03-01', 7)",
		"SELECT * FROM K WHERE id = 1", "SELECT * FROM K WHERE id = 2", "SELECT * FROM K WHERE id = 9",
		"SELECT * FROM K WHERE id = '2'", "SELECT * FROM K WHERE id = 'x'",
		"SELECT name FROM K WHERE name = 'A'", "SELECT name FROM K WHERE name = 'b'", "SELECT name FROM K WHERE name = 1",
		"SELECT id FROM K WHERE amount = 3", "SELECT id FROM K WHERE amount = 1", "SELECT id FROM K WHERE day = '2024-01-01'", "SELECT id FROM K WHERE day = 'x'",
		"SELECT id FROM K WHERE big = 7", "SELECT id FROM K WHERE big > 7", "SELECT id FROM K WHERE 7 < big",
		"SELECT id = 1 FROM K WHERE id = 1", "SELECT id = 2 FROM K WHERE id = 2",
		"SELECT id FROM K WHERE id = 1 AND id = 2", "SELECT id FROM K WHERE id = 2 AND id = 2", "SELECT id FROM K WHERE id = 3 AND id = 3",
		"SELECT id FROM K WHERE id > 1 AND id < 3 ORDER BY id DESC LIMIT 1", "SELECT id FROM K WHERE id > 0 AND id < 9 ORDER BY id DESC LIMIT 1",
		"SELECT id FROM K WHERE id = 1 OR name = 'b'", "SELECT id FROM K WHERE id = 3 OR name = 'a'",
		"SELECT id FROM K WHERE id = 1 = 1", "SELECT id FROM K WHERE id = 5 = 0", "SELECT id FROM K WHERE id = 1 + 1", "SELECT id FROM K WHERE id = 2 - 1",
		"SELECT id FROM K WHERE name = 'a' 'b'", "SELECT id FROM K WHERE name = 'b' COLLATE utf8mb4_bin", "SELECT id FROM K WHERE name = 'B' COLLATE utf8mb4_bin",
		"SELECT COUNT(*) FROM K WHERE id > 1", "SELECT COUNT(*) FROM K WHERE id > 2", "SELECT id FROM K GROUP BY id HAVING id = 3",
		"SELECT id FROM K WHERE id = 1 UNION SELECT id FROM K WHERE id = 2", "SELECT a.id FROM K a JOIN K b ON a.id = b.id WHERE b.id = 2",
		"SELECT e.name FROM Employee e WHERE e.employee_id = 3", "SELECT name FROM Employee WHERE employee_id = 4",
		"CREATE TABLE Employee (employee_id INT, name TEXT)", "SELECT name FROM Employee WHERE employee_id = 4", "DROP TABLE Employee", "SELECT name FROM Employee WHERE employee_id = 4",
		"UPDATE K SET name = 'c' WHERE id = 1", "SELECT * FROM K WHERE id = 1",
		"ALTER TABLE K ADD COLUMN more INT DEFAULT 5", "SELECT * FROM K WHERE id = 1",
		"CREATE INDEX by_name ON K (name)", "SELECT name FROM K WHERE name = 'C'",
		"RENAME TABLE K TO L", "SELECT * FROM K WHERE id = 1", "CREATE VIEW K AS SELECT id, 'view' FROM L", "SELECT * FROM K WHERE id = 1", "DROP VIEW K", "RENAME TABLE L TO K", "SELECT * FROM K WHERE id = 1",
		"SET sql_mode = 'ANSI_QUOTES'", "SELECT * FROM K WHERE id = 3", "SET NAMES latin1", "SELECT name FROM K WHERE name = 'b'", "SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SELECT name FROM K WHERE name = 'b'",
		"CREATE DATABASE other", "CREATE TABLE other.K (id INT)", "USE other", "SELECT * FROM K WHERE id = 1", "USE interview", "SELECT * FROM K WHERE id = 1",
		"SET verbatim_execution = 'row'", "SELECT id FROM K WHERE id = 1", "SET verbatim_execution = 'auto'",
	} {
		first := strings.Fields(text)[0]
		if first == "USE" {
			if err := s.Use(context.Background(), strings.Fields(text)[1]); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if first != "SELECT" {
			if got := answer(s, text); strings.Contains(got, "ERROR") {
				t.Fatalf("%s: %s", text, got)
			}
			continue
		}
		fresh := e.NewSession(Client{})
		if err := fresh.Use(context.Background(), s.Database()); err != nil {
			t.Fatal(err)
		}
		for _, v := range []string{"sql_mode", "collation_connection", "character_set_results", "character_set_connection", "character_set_client", ExecutionVariable} {
			value, err := s.session.GetSessionVariable(nil, v)
			if err != nil {
				t.Fatal(err)
			}
			if err := fresh.session.SetSessionVariable(fresh.context(context.Background(), ""), v, value); err != nil {
				t.Fatal(err)
			}
		}
		want := answer(fresh, text)
		fresh.Close()
		for range 2 {
			if got := answer(s, text); got != want {
				t.Errorf("%s:\n%s, want\n%s", text, got, want)
			}
		}
	}
}

// TestKeptPlanOfPrepared executes a prepared statement with arguments of several
// types, and within a transaction that has changed the row.
func TestKeptPlanOfPrepared(t *testing.T) {
	s := testEngine(t).NewSession(Client{})
	defer s.Close()
	ctx := context.Background()
	st, err := s.Prepare(ctx, "SELECT name FROM Employees WHERE employee_id = ?")
	if err != nil {
		t.Fatal(err)
	}
	name := func(arg sqltypes.Value) string {
		rows, err := all(st.Query(ctx, []sqltypes.Value{arg}))
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	want := name(sqltypes.NewInt64(3))
	if len(s.kept.plans) != 1 {
		t.Errorf("%d plans are kept", len(s.kept.plans))
	}
	for _, arg := range []sqltypes.Value{
		sqltypes.NewInt64(3), sqltypes.NewUint64(3), sqltypes.NewVarChar("3"), sqltypes.NewFloat64(3), sqltypes.NewInt64(3),
	} {
		if got := name(arg); got != want {
			t.Errorf("%v: %s, want %s", arg, got, want)
		}
	}
	if got := name(sqltypes.NULL); got != "name\n" {
		t.Errorf("NULL: %s", got)
	}
	for _, statement := range []string{"BEGIN", "UPDATE Employees SET name = 'changed' WHERE employee_id = 3"} {
		if err := s.exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	if got := name(sqltypes.NewInt64(3)); got != "name\nchanged\n" {
		t.Errorf("in the transaction: %s", got)
	}
	if err := s.exec(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if got := name(sqltypes.NewInt64(3)); got != want {
		t.Errorf("behind it: %s, want %s", got, want)
	}
}

// The numbers of LIMIT are arguments of a plan that is kept, also where they tell how many rows a sort is for.
func TestKeptPlanOfLimit(t *testing.T) {
	s := testEngine(t).NewSession(Client{})
	defer s.Close()
	ctx := context.Background()
	for _, text := range []string{
		"CREATE TABLE limits (id INT PRIMARY KEY, v INT, KEY (v))",
		"INSERT INTO limits WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i, i * 7919 % 500 FROM n",
	} {
		if err := s.exec(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		text string
		args [][]int64
	}{
		{"SELECT id FROM limits LIMIT ?", [][]int64{{3}, {0}, {5}, {400}, {1}}},
		{"SELECT id FROM limits ORDER BY v, id LIMIT ?", [][]int64{{3}, {7}, {1000}, {0}, {2}}},
		{"SELECT id FROM limits ORDER BY id DESC LIMIT ? OFFSET ?", [][]int64{{3, 2}, {3, 0}, {10, 490}, {1, 600}, {4, 1}}},
		{"SELECT v FROM limits WHERE id > ? ORDER BY v % 10, v LIMIT ?, ?", [][]int64{{5, 2, 3}, {100, 0, 4}, {490, 8, 50}, {1, 300, 5}}},
		{"SELECT v FROM limits WHERE id > ? ORDER BY v % 10, v LIMIT 5, ?", [][]int64{{5, 2}, {100, 9}, {490, 8}}},
	} {
		st, err := s.Prepare(ctx, c.text)
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range c.args {
			values, text := make([]sqltypes.Value, len(args)), c.text
			for i, x := range args {
				values[i] = sqltypes.NewInt64(x)
				text = strings.Replace(text, "?", fmt.Sprint(x), 1)
			}
			got, err := all(st.Query(ctx, values))
			if err != nil {
				t.Fatal(err)
			}
			want, err := all(s.Query(ctx, text))
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%s:\n%s, want\n%s", text, got, want)
			}
		}
		kept := false
		for key, k := range s.kept.plans {
			kept = kept || strings.HasPrefix(key, c.text) && k != nil
		}
		if !kept {
			t.Errorf("%s: no plan is kept", c.text)
		}
	}
}
