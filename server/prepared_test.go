package server

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// answer is what a query answers, a line each row, with the columns' types before.
func answer(t *testing.T, db *sql.DB, query string, args ...any) string {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	values, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i, c := range columns {
		targets[i] = &values[i]
		out.WriteString(c.DatabaseTypeName() + " ")
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		out.WriteString("|")
		for _, v := range values {
			if !v.Valid {
				v.String = "NULL"
			}
			out.WriteString(" " + v.String)
		}
	}
	if err := rows.Err(); err != nil {
		return err.Error()
	}
	return out.String()
}

// A question mark stands wherever a value does, and its argument, sent in the binary
// protocol, is what the same literal in the text would be: rows and types are equal.
func TestPreparedArguments(t *testing.T) {
	db := open(t, start(t, Config{}), "interview?parseTime=false")
	db.SetMaxOpenConns(1)
	for _, setup := range []string{
		"CREATE TABLE p (id INT PRIMARY KEY, g VARCHAR(5), n DECIMAL(6,2), f DOUBLE, d DATE, dt DATETIME, b VARBINARY(5), u BIGINT UNSIGNED, e ENUM('x','y'))",
		`INSERT INTO p VALUES (1, 'a', 1.50, 0.5, '2024-02-29', '2024-02-29 10:11:12', 'xy', 18446744073709551615, 'x'),
			(2, 'b', 2.25, 1.5, '2024-03-01', '2024-03-01 00:00:00', NULL, 7, 'y'), (3, 'a', NULL, NULL, NULL, NULL, '', NULL, NULL)`,
	} {
		if _, err := db.Exec(setup); err != nil {
			t.Fatal(err)
		}
	}
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		prepared string
		args     []any
		text     string
	}{
		{"SELECT ? + 1, ?, ?", []any{1, "a", 1.5}, "SELECT 1 + 1, 'a', 1.5e0"},
		{"SELECT id FROM p WHERE id = ?", []any{2}, "SELECT id FROM p WHERE id = 2"},
		{"SELECT id FROM p WHERE id = ?", []any{"2"}, "SELECT id FROM p WHERE id = '2'"},
		{"SELECT id FROM p WHERE id = ?", []any{nil}, "SELECT id FROM p WHERE id = NULL"},
		{"SELECT id FROM p WHERE n <=> ?", []any{nil}, "SELECT id FROM p WHERE n <=> NULL"},
		{"SELECT id FROM p WHERE g = ? ORDER BY id", []any{"A"}, "SELECT id FROM p WHERE g = 'A' ORDER BY id"},
		{"SELECT id FROM p WHERE id IN (?, ?) ORDER BY id", []any{1, 3}, "SELECT id FROM p WHERE id IN (1, 3) ORDER BY id"},
		{"SELECT id FROM p WHERE id IN (?, ?) ORDER BY id", []any{1, nil}, "SELECT id FROM p WHERE id IN (1, NULL) ORDER BY id"},
		{"SELECT id FROM p WHERE (id, g) IN ((?, ?), (?, ?)) ORDER BY id", []any{1, "a", 2, "z"}, "SELECT id FROM p WHERE (id, g) IN ((1, 'a'), (2, 'z')) ORDER BY id"},
		{"SELECT id FROM p WHERE n BETWEEN ? AND ? ORDER BY id", []any{"1.5", 2}, "SELECT id FROM p WHERE n BETWEEN '1.5' AND 2 ORDER BY id"},
		{"SELECT id FROM p WHERE g LIKE ? ORDER BY id", []any{"a%"}, "SELECT id FROM p WHERE g LIKE 'a%' ORDER BY id"},
		{"SELECT id FROM p ORDER BY id LIMIT ?", []any{2}, "SELECT id FROM p ORDER BY id LIMIT 2"},
		{"SELECT id FROM p ORDER BY id LIMIT ? OFFSET ?", []any{1, 1}, "SELECT id FROM p ORDER BY id LIMIT 1 OFFSET 1"},
		{"SELECT id FROM p ORDER BY id LIMIT ?, ?", []any{1, 2}, "SELECT id FROM p ORDER BY id LIMIT 1, 2"},
		{"SELECT id FROM p WHERE d = ?", []any{day}, "SELECT id FROM p WHERE d = '2024-02-29'"},
		{"SELECT id FROM p WHERE d = ?", []any{"2024-02-29"}, "SELECT id FROM p WHERE d = '2024-02-29'"},
		{"SELECT id FROM p WHERE dt > ?", []any{day.Add(24 * time.Hour)}, "SELECT id FROM p WHERE dt > '2024-03-01'"},
		{"SELECT DATE_ADD(?, INTERVAL ? DAY)", []any{"2024-02-28", 2}, "SELECT DATE_ADD('2024-02-28', INTERVAL 2 DAY)"},
		{"SELECT d + INTERVAL ? MONTH FROM p ORDER BY id", []any{1}, "SELECT d + INTERVAL 1 MONTH FROM p ORDER BY id"},
		{"SELECT g, COUNT(*), SUM(n * ?) FROM p GROUP BY g HAVING COUNT(*) >= ? ORDER BY g", []any{2, 1}, "SELECT g, COUNT(*), SUM(n * 2) FROM p GROUP BY g HAVING COUNT(*) >= 1 ORDER BY g"},
		{"SELECT CASE WHEN id > ? THEN ? ELSE ? END FROM p ORDER BY id", []any{1, "big", "small"}, "SELECT CASE WHEN id > 1 THEN 'big' ELSE 'small' END FROM p ORDER BY id"},
		{"SELECT IFNULL(n, ?), COALESCE(g, ?), NULLIF(id, ?) FROM p ORDER BY id", []any{0, "z", 1}, "SELECT IFNULL(n, 0), COALESCE(g, 'z'), NULLIF(id, 1) FROM p ORDER BY id"},
		{"SELECT id FROM p WHERE b = ?", []any{[]byte("xy")}, "SELECT id FROM p WHERE b = 'xy'"},
		{"SELECT id FROM p WHERE b = ?", []any{[]byte{}}, "SELECT id FROM p WHERE b = ''"},
		{"SELECT id FROM p WHERE u = ?", []any{uint64(1<<64 - 1)}, "SELECT id FROM p WHERE u = 18446744073709551615"},
		{"SELECT id FROM p WHERE e = ?", []any{"y"}, "SELECT id FROM p WHERE e = 'y'"},
		{"SELECT ?, ?, ?", []any{int64(-1 << 63), uint64(1<<64 - 1), true}, "SELECT -9223372036854775808, 18446744073709551615, 1"},
		{"SELECT * FROM p ORDER BY ?, id", []any{1}, "SELECT * FROM p ORDER BY id"},
		{"SELECT x.id FROM (SELECT id FROM p WHERE id > ?) x JOIN p ON p.id = x.id AND p.id < ? ORDER BY 1", []any{1, 3}, "SELECT x.id FROM (SELECT id FROM p WHERE id > 1) x JOIN p ON p.id = x.id AND p.id < 3 ORDER BY 1"},
		{"WITH RECURSIVE c (i) AS (SELECT ? UNION ALL SELECT i + ? FROM c WHERE i < ?) SELECT * FROM c", []any{1, 2, 6}, "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 2 FROM c WHERE i < 6) SELECT * FROM c"},
		{"SELECT id, LAG(id, 1, ?) OVER (ORDER BY id), NTILE(?) OVER (ORDER BY id) FROM p ORDER BY id", []any{0, 2}, "SELECT id, LAG(id, 1, 0) OVER (ORDER BY id), NTILE(2) OVER (ORDER BY id) FROM p ORDER BY id"},
		{"SELECT id, SUM(id) OVER (ORDER BY id ROWS ? PRECEDING) FROM p ORDER BY id", []any{1}, "SELECT id, SUM(id) OVER (ORDER BY id ROWS 1 PRECEDING) FROM p ORDER BY id"},
		{"SELECT id FROM p WHERE EXISTS (SELECT 1 FROM p q WHERE q.id = p.id + ?) ORDER BY id", []any{1}, "SELECT id FROM p WHERE EXISTS (SELECT 1 FROM p q WHERE q.id = p.id + 1) ORDER BY id"},
		{"SELECT ? UNION SELECT ? ORDER BY 1", []any{"b", "a"}, "SELECT 'b' UNION SELECT 'a' ORDER BY 1"},
		{"SELECT JSON_EXTRACT(?, ?)", []any{`{"a": [1, 2]}`, "$.a[1]"}, `SELECT JSON_EXTRACT('{"a": [1, 2]}', '$.a[1]')`},
		{"SELECT * FROM login_streaks(?)", []any{2}, "SELECT * FROM login_streaks(2)"},
		{"SELECT CONCAT(?, ?), LENGTH(?)", []any{"é", 1, "é"}, "SELECT CONCAT('é', 1), LENGTH('é')"},
		{"SELECT '?', \"?\", `id`/* ? */ FROM p WHERE id = ? -- ?", []any{1}, "SELECT '?', \"?\", `id` FROM p WHERE id = 1"},
	} {
		if diff := cmp.Diff(answer(t, db, test.text), answer(t, db, test.prepared, test.args...)); diff != "" {
			t.Errorf("%s: text and prepared differ: %s", test.prepared, diff)
		}
	}
	for _, test := range []struct {
		prepared string
		args     []any
		want     string
	}{
		{"SELECT id FROM p WHERE id = ? AND", []any{1}, "Error 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '' at line 1"},
		{"SELECT nope FROM p WHERE id = ?", []any{1}, "Error 1054 (42S22): Unknown column 'nope' in 'field list'"},
		{"SELECT * FROM nope WHERE id = ?", []any{1}, "Error 1146 (42S02): Table 'interview.nope' doesn't exist"},
	} {
		if got := answer(t, db, test.prepared, test.args...); got != test.want {
			t.Errorf("%s: %s, not %s", test.prepared, got, test.want)
		}
	}
}

// Warnings are those of the last statement, in the order in which they arose, with the
// error that ended it; counts are of all.
func TestWarnings(t *testing.T) {
	db := open(t, start(t, Config{}), "interview")
	db.SetMaxOpenConns(1)
	for _, test := range []struct{ query, want string }{
		{"SELECT 'a' + 1, '2x' * 2, 1 / 0", "Warning 1292 Truncated incorrect DOUBLE value: 'a'| Warning 1292 Truncated incorrect DOUBLE value: '2x'| Warning 1365 Division by 0"},
		{"SELECT 1", ""},
		{"SELECT CAST('12abc' AS SIGNED)", "Warning 1292 Truncated incorrect INTEGER value: '12abc'"},
		{"SELECT CAST('' AS DECIMAL(5,2)), CAST('1e' AS DOUBLE)", "Warning 1292 Truncated incorrect DECIMAL value: ''| Warning 1292 Truncated incorrect DOUBLE value: '1e'"},
		{"SELECT DATE('2024-02-30'), DATE_ADD('nope', INTERVAL 1 DAY)", "Warning 1292 Incorrect datetime value: '2024-02-30'| Warning 1292 Incorrect datetime value: 'nope'"},
		{"SELECT COUNT(*) FROM Orders WHERE '1x' = 1", "Warning 1292 Truncated incorrect DOUBLE value: '1x'"},
		{"SELECT nope", "Error 1054 Unknown column 'nope' in 'field list'"},
		{"SELECT * FORM Orders", "Error 1064 You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'FORM Orders' at line 1"},
		{"SELECT 9223372036854775807 + 1", "Error 1690 BIGINT value is out of range in '(9223372036854775807 + 1)'"},
	} {
		answer(t, db, test.query)
		got := answer(t, db, "SHOW WARNINGS")
		_, got, _ = strings.Cut(got, "| ")
		if got != test.want {
			t.Errorf("%s: %s, not %s", test.query, got, test.want)
		}
		count := 0
		if test.want != "" {
			count = strings.Count(test.want, "| ") + 1
		}
		counted := answer(t, db, "SHOW COUNT(*) WARNINGS")
		if want := "BIGINT | " + string(rune('0'+count)); counted != want {
			t.Errorf("%s: %s, not %s", test.query, counted, want)
		}
		if counted := answer(t, db, "SELECT @@warning_count"); counted != "BIGINT | "+string(rune('0'+count)) {
			t.Errorf("%s: @@warning_count is %s, not %d", test.query, counted, count)
		}
	}
}
