package engine

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// What a query answers, and what it warns of, does not depend on the number of processors: rows in their order, also
// where nobody has asked for one, sums of doubles, the first error. The table is great enough to be divided; some of its
// rows are deleted, in one run others are not committed, one user has half of them.
func TestAnyNumberOfProcessors(t *testing.T) {
	_, s, run := randomSession(t)
	run("SET SESSION cte_max_recursion_depth = 70000")
	run("CREATE TABLE n (n INT PRIMARY KEY)")
	run("INSERT INTO n WITH RECURSIVE g AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM g WHERE n < 60000) SELECT n FROM g")
	run("CREATE TABLE events (id INT PRIMARY KEY, user VARCHAR(20), at DATETIME, x INT, f DOUBLE, d DECIMAL(10, 3), KEY (x))")
	run(`INSERT INTO events SELECT n, IF(n % 2, 'Most', IF(n % 13, CONCAT(IF(n % 4, 'user ', 'USER '), n * n % 30011), NULL)),
		'2024-01-01' + INTERVAL n * 7919 % 300000 MINUTE, IF(n % 17, n * n % 1009, NULL), n * 1.1 / 7, n * 31 % 7001 / 1000 FROM n`)
	run("CREATE TABLE users AS SELECT DISTINCT user AS name, LENGTH(user) AS length FROM events WHERE x < 700")
	run("DELETE FROM events WHERE id % 1000 BETWEEN 300 AND 330 OR id BETWEEN 40000 AND 41000")
	queries := []string{
		"SELECT id, user, x + 1 FROM events WHERE f > 100 AND user LIKE '%7%'",
		"SELECT user, COUNT(*), SUM(x), AVG(f), MIN(at), MAX(d) FROM events GROUP BY user",
		"SELECT x, SUM(f), AVG(d), COUNT(DISTINCT user), STDDEV(f) FROM events GROUP BY x",
		"SELECT COUNT(*), SUM(f), AVG(f), SUM(d), MAX(user), COUNT(DISTINCT x), ANY_VALUE(id) FROM events WHERE id > 100",
		"SELECT DISTINCT user, DATE(at) FROM events",
		"SELECT DISTINCT x % 5 FROM events",
		"SELECT e.id, u.name, u.length FROM events e JOIN users u ON e.user = u.name WHERE e.x % 3 = 1",
		"SELECT e.id, u.length FROM events e LEFT JOIN users u ON e.user = u.name AND u.length < e.x",
		"SELECT id FROM events WHERE user IN (SELECT name FROM users WHERE length > 8)",
		"SELECT COUNT(*) FROM events WHERE user NOT IN (SELECT name FROM users WHERE name IS NOT NULL)",
		"SELECT id, ROW_NUMBER() OVER (PARTITION BY user ORDER BY at), LAG(x) OVER (PARTITION BY user ORDER BY at), SUM(x) OVER (PARTITION BY user ORDER BY at) FROM events",
		"SELECT id, SUM(f) OVER (ORDER BY at ROWS UNBOUNDED PRECEDING) FROM events",
		"SELECT user, at FROM events ORDER BY user DESC, x, at",
		"SELECT user, GROUP_CONCAT(x ORDER BY at) FROM events WHERE id < 60000 GROUP BY user WITH ROLLUP LIMIT 500",
		"SELECT id, 1 / (x - 5), CAST(user AS SIGNED) FROM events WHERE id > 50 LIMIT 50000",
		"SELECT SUM(CAST(user AS SIGNED)), x FROM events GROUP BY x",
		"SELECT id, (SELECT MAX(length) FROM users) FROM events WHERE x > (SELECT AVG(x) FROM events) LIMIT 30000, 100",
		"SELECT CAST(x AS UNSIGNED) - 20 FROM events WHERE x IS NOT NULL",
		"SELECT SQL_CALC_FOUND_ROWS id FROM events WHERE x > 3 LIMIT 7",
	}
	ctx := context.Background()
	answer := func(query string) string {
		rows, err := all(s.Query(ctx, query))
		warnings, _ := all(s.Query(ctx, "SHOW WARNINGS"))
		return fmt.Sprint(rows, err, warnings)
	}
	before := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	compare := func(when string) {
		for _, query := range queries {
			runtime.GOMAXPROCS(1)
			want := answer(query)
			for _, processors := range []int{2, 5} {
				runtime.GOMAXPROCS(processors)
				if got := answer(query); got != want {
					at := 0
					for at < min(len(got), len(want)) && got[at] == want[at] {
						at++
					}
					from := max(at-100, 0)
					t.Errorf("%s, %d processors: %s\n got … %.300q\nwant … %.300q", when, processors, query, got[from:], want[from:])
				}
			}
		}
	}
	compare("committed")
	runtime.GOMAXPROCS(3)
	if plan := answer("EXPLAIN ANALYZE " + queries[0]); !strings.Contains(plan, "workers=") {
		t.Error(plan)
	}
	run("START TRANSACTION")
	run("INSERT INTO events VALUES (40500, 'mine', NOW(), 1, 2, 3), (-1, 'mine', NULL, NULL, NULL, NULL), (100000, 'most', NULL, 5, 6, 7)")
	run("DELETE FROM events WHERE id % 5000 = 1")
	queries = queries[:6]
	compare("not committed")
	run("ROLLBACK")
}
