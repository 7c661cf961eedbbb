package engine

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
)

// What only our grammar has is prepared, by the protocol and by text.
func TestPreparedQueries(t *testing.T) {
	ctx := context.Background()
	s := testEngine(t).NewSession(Client{})
	for _, c := range []struct {
		text   string
		args   []int64
		fields string
		want   string
	}{
		{"SELECT product_id FROM Products WHERE product_id > ? ORDER BY 1 LIMIT ? OFFSET ?", []int64{101, 2, 1}, "product_id", "103\n104\n"},
		{"SELECT 1 AS a EXCEPT (SELECT ?) ORDER BY a", []int64{2}, "a", "1\n"},
		{"VALUES ROW(?, 2), ROW(3, ?)", []int64{1, 4}, "column_0,column_1", "1\t2\n3\t4\n"},
		{"SELECT j.a FROM JSON_TABLE('[1, 2]', '$[*]' COLUMNS (a INT PATH '$')) j WHERE j.a > ?", []int64{1}, "a", "2\n"},
		{"SELECT COUNT(*) OVER w AS n FROM Products WHERE product_id < ? WINDOW w AS (ORDER BY product_id)", []int64{103}, "n", "1\n2\n"},
		{"EXPLAIN FORMAT=TREE SELECT ? EXCEPT SELECT 1", []int64{1}, "EXPLAIN", "-> Except"},
		{"CREATE TABLE made AS SELECT ? AS a", []int64{7}, "", ""},
		{"INSERT INTO made SELECT ? EXCEPT SELECT ?", []int64{8, 9}, "", ""},
		{"SELECT a FROM made WHERE a IN (?, ?) ORDER BY a", []int64{7, 8}, "a", "7\n8\n"},
		{"DROP TABLE made", nil, "", ""},
	} {
		for _, byText := range []bool{true, false} {
			if byText == strings.Contains(c.text, "made") {
				continue // once: their effects are those of the next statements
			}
			if byText {
				if err := s.exec(ctx, "PREPARE p FROM '"+strings.ReplaceAll(c.text, "'", "''")+"'"); err != nil {
					t.Errorf("%s: %v", c.text, err)
					continue
				}
				execute := "EXECUTE p"
				for i, a := range c.args {
					execute += map[bool]string{true: " USING ", false: ", "}[i == 0] + fmt.Sprintf("@a%d", i)
					if err := s.exec(ctx, fmt.Sprintf("SET @a%d = %d", i, a)); err != nil {
						t.Fatal(err)
					}
				}
				got, err := all(s.Query(ctx, execute))
				if _, got, _ = strings.Cut(got, "\n"); err != nil || !strings.HasPrefix(got, c.want) {
					t.Errorf("%s, by text: %q, %v", c.text, got, err)
				}
				continue
			}
			st, err := s.Prepare(ctx, c.text)
			if err != nil {
				t.Errorf("%s: %v", c.text, err)
				continue
			}
			var names []string
			for _, f := range st.Fields {
				names = append(names, f.Name)
			}
			args := []sqltypes.Value{}
			for _, a := range c.args {
				args = append(args, sqltypes.NewInt64(a))
			}
			if strings.Join(names, ",") != c.fields || st.Params != len(args) {
				t.Errorf("%s: %d parameters, fields %v", c.text, st.Params, names)
			}
			got, err := all(st.Query(ctx, args))
			if _, got, _ = strings.Cut(got, "\n"); err != nil || !strings.HasPrefix(got, c.want) {
				t.Errorf("%s: %q, %v", c.text, got, err)
			}
		}
	}
	_, err := s.Query(ctx, "EXECUTE p USING @a0, @a1, @a2, @a3")
	wantError(t, err, 1210, "HY000", "EXECUTE")
	for text, code := range map[string]uint16{
		"PREPARE p FROM 'SELECT nothing FROM Products EXCEPT SELECT 1'": 1054,
		"PREPARE p FROM 'SELECT FROM'":                                  1064,
		"PREPARE p FROM 'INSERT INTO Products SELECT nothing'":          1054,
	} {
		_, err := s.Query(ctx, text)
		wantError(t, err, code, map[uint16]string{1054: "42S22", 1064: "42000"}[code], "")
	}
	// The statement of the name went when another was to be prepared (manual 15.5.1).
	_, err = s.Query(ctx, "EXECUTE p USING @a0")
	wantError(t, err, 1243, "HY000", "")
}

// All sessions together have max_prepared_stmt_count statements, by command and by PREPARE, until they are closed
// (manual 7.1.8).
func TestMaxPreparedStatements(t *testing.T) {
	e, err := New(Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	a, b := e.NewSession(Client{}), e.NewSession(Client{})
	defer a.Close()
	run := func(s *Session, text string) string {
		t.Helper()
		if err := s.exec(t.Context(), text); err != nil {
			return err.Error()
		}
		return ""
	}
	if got := run(a, "SET GLOBAL max_prepared_stmt_count = 3"); got != "" {
		t.Fatal(got)
	}
	defer run(a, "SET GLOBAL max_prepared_stmt_count = DEFAULT")
	const tooMany = "ERROR 1461 (42000): Can't create more than max_prepared_stmt_count statements (current value: 3)"
	first, err := a.Prepare(t.Context(), "SELECT ?")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Prepare(t.Context(), "SELECT nonsense"); err == nil {
		t.Fatal("it is prepared")
	}
	for _, text := range []string{"PREPARE s FROM 'SELECT 1'", "PREPARE t FROM 'SELECT 1'", "PREPARE t FROM 'SELECT 2'"} {
		if got := run(b, text); got != "" {
			t.Fatal(text, got)
		}
	}
	if got := run(a, "PREPARE u FROM 'SELECT 1'"); got != tooMany {
		t.Error("PREPARE:", got)
	}
	if _, err := a.Prepare(t.Context(), "SELECT 1"); err == nil || err.Error() != tooMany {
		t.Error("the command:", err)
	}
	first.Close()
	first.Close()
	if got := run(a, "PREPARE u FROM 'SELECT 1'"); got != "" {
		t.Error("after closing one:", got)
	}
	if got := run(a, "PREPARE v FROM 'SELECT 1'"); got != tooMany {
		t.Error("after closing one and preparing it:", got)
	}
	b.Close()
	for _, text := range []string{"PREPARE v FROM 'SELECT 1'", "PREPARE w FROM 'SELECT 1'", "DEALLOCATE PREPARE w", "PREPARE x FROM 'SELECT 1'"} {
		if got := run(a, text); got != "" {
			t.Error(text, got)
		}
	}
}
