package engine

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
)

// EXPLAIN's table has a row for each table of the plan.
func TestExplain(t *testing.T) {
	ctx := context.Background()
	s := testEngine(t).NewSession(Client{})
	for _, c := range []struct{ statement, want string }{
		{"EXPLAIN SELECT 1", "1 SIMPLE NULL NULL NULL NULL NULL NULL NULL NULL NULL No tables used"},
		{"DESC SELECT name FROM Employees WHERE employee_id = 3", "1 SIMPLE Employees NULL const PRIMARY PRIMARY 4 const 1 NULL Using where"},
		{"DESCRIBE FORMAT=traditional SELECT 1", "1 SIMPLE NULL NULL NULL NULL NULL NULL NULL NULL NULL No tables used"},
		{
			"EXPLAIN SELECT department, COUNT(*) FROM History WHERE salary > 1 GROUP BY department ORDER BY 2",
			"1 SIMPLE History NULL ALL NULL NULL NULL NULL N NULL Using where; Using temporary; Using filesort",
		},
		{
			"EXPLAIN SELECT * FROM Employees e WHERE employee_id = (SELECT MAX(employee_id) FROM History h WHERE h.department = e.name)",
			"1 PRIMARY e NULL ALL NULL NULL NULL NULL N NULL NULL\n" +
				"1 PRIMARY <derived2> NULL ALL NULL NULL NULL NULL NULL NULL Using where; Using join buffer (hash join)\n" +
				"2 DERIVED h NULL ALL NULL NULL NULL NULL N NULL Using temporary",
		},
		{
			"EXPLAIN SELECT 1 UNION SELECT employee_id FROM Employees ORDER BY 1",
			"1 PRIMARY NULL NULL NULL NULL NULL NULL NULL NULL NULL No tables used\n2 UNION Employees NULL ALL NULL NULL NULL NULL N NULL NULL\n" +
				"NULL UNION RESULT <union1,2> NULL ALL NULL NULL NULL NULL NULL NULL Using temporary; Using filesort",
		},
		{
			"EXPLAIN WITH RECURSIVE c AS (SELECT 1 n UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT * FROM c",
			"1 PRIMARY <derived2> NULL ALL NULL NULL NULL NULL NULL NULL NULL\n2 DERIVED NULL NULL NULL NULL NULL NULL NULL NULL NULL No tables used\n" +
				"3 UNION c NULL ALL NULL NULL NULL NULL NULL NULL Recursive; Using where",
		},
		{
			"EXPLAIN SELECT * FROM Employees e JOIN (SELECT employee_id, COUNT(*) n FROM History GROUP BY employee_id) h ON h.employee_id = e.employee_id AND n > 1",
			"1 PRIMARY e NULL ALL NULL NULL NULL NULL N NULL NULL\n1 PRIMARY <derived2> NULL ALL NULL NULL NULL NULL NULL NULL Using where; Using join buffer (hash join)\n" +
				"2 DERIVED History NULL ALL NULL NULL NULL NULL N NULL Using temporary",
		},
		{"EXPLAIN FORMAT=TREE SELECT name FROM Employees LIMIT 2", "-> Project: Employees.name\n    -> Limit: 2 row(s)\n        -> Table scan on Employees\n"},
		{
			"EXPLAIN ANALYZE SELECT name FROM Employees LIMIT 2",
			"-> Project: Employees.name  (actual time=T rows=2 loops=1)\n    -> Limit: 2 row(s)  (actual time=T rows=2 loops=1)\n" +
				"        -> Table scan on Employees  (actual time=T rows=N loops=1)\n",
		},
		{
			"EXPLAIN FORMAT=JSON SELECT name FROM Employees",
			"{\n  \"operation\": \"Project: Employees.name\",\n  \"inputs\": [\n    {\n      \"operation\": \"Table scan on Employees\"\n    }\n  ]\n}",
		},
	} {
		for _, prepared := range []bool{false, true} {
			r, err := s.Query(ctx, c.statement)
			if prepared {
				r.Close()
				st, e := s.Prepare(ctx, c.statement)
				if e != nil {
					t.Errorf("%s: %v", c.statement, e)
					continue
				}
				r, err = st.Query(ctx, []sqltypes.Value{})
			}
			got, err := all(r, err)
			if err != nil {
				t.Errorf("%s: %v", c.statement, err)
				continue
			}
			_, got, _ = strings.Cut(got, "\n") // the names
			got = regexp.MustCompile(`time=[0-9.]+`).ReplaceAllString(strings.TrimSuffix(got, "\n"), "time=T")
			got = regexp.MustCompile(`(NULL\t|rows=)([3-9]|\d\d+)`).ReplaceAllString(got, "${1}N")
			if got = strings.ReplaceAll(got, "\t", " "); strings.TrimSpace(got) != strings.TrimSpace(c.want) {
				t.Errorf("%s:\n%s\nwant\n%s", c.statement, got, c.want)
			}
		}
	}
	for _, c := range []struct {
		statement string
		code      uint16
		words     string
	}{
		{"EXPLAIN FORMAT=x SELECT 1", 1791, "Unknown EXPLAIN format name: 'x'"},
		{"EXPLAIN FORMAT=row SELECT 1", 1791, "Unknown EXPLAIN format name: 'row'"},
		{"EXPLAIN ANALYZE FORMAT=JSON SELECT 1", 1235, "EXPLAIN ANALYZE with JSON format"},
		{"EXPLAIN FOR CONNECTION 1", 1235, "EXPLAIN FOR CONNECTION"},
		{"EXPLAIN SELECT nothing FROM Employees", 1054, "Unknown column 'nothing' in 'field list'"},
		{"EXPLAIN SELECT FROM", 1064, "near 'FROM' at line 1"},
	} {
		_, err := all(s.Query(ctx, c.statement))
		wantError(t, err, c.code, map[uint16]string{1791: "HY000", 1235: "42000", 1054: "42S22", 1064: "42000"}[c.code], c.words)
	}
	for _, statement := range []string{"DESC Employees", "EXPLAIN DELETE FROM Employees", "EXPLAIN INSERT INTO Products (product_id) VALUES (1)"} {
		if _, err := all(s.Query(ctx, statement)); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
}
