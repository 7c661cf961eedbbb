package engine

import (
	"context"
	"fmt"
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
	for text, code := range map[string]uint16{
		"PREPARE p FROM 'SELECT nothing FROM Products EXCEPT SELECT 1'": 1054,
		"PREPARE p FROM 'SELECT FROM'":                                  1064,
		"PREPARE p FROM 'INSERT INTO Products SELECT nothing'":          1054,
	} {
		_, err := s.Query(ctx, text)
		wantError(t, err, code, map[uint16]string{1054: "42S22", 1064: "42000"}[code], "")
	}
	_, err := s.Query(ctx, "EXECUTE p USING @a0, @a1, @a2, @a3")
	wantError(t, err, 1210, "HY000", "EXECUTE")
}
