package engine

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"
)

var cancelRows = flag.Int("cancel.rows", 20_000, "rows of the tables of TestCancelEverywhere")

// cancelStatements are statements of which each keeps one part of the engine busy: n has the numbers below a count,
// as k, in words of their own and of few others, s.
var cancelStatements = []struct{ name, text string }{
	{"scan", "SELECT COUNT(*) FROM n WHERE SIN(k) > 2"},
	{"sort of numbers", "SELECT * FROM n ORDER BY v, k DESC"},
	{"sort of texts", "SELECT w FROM n ORDER BY CONCAT(w, k) DESC"},
	{"sort of decimals", "SELECT k FROM n ORDER BY v / 7, k / 3"},
	{"sort of documents", "SELECT k FROM n ORDER BY JSON_ARRAY(v, w)"},
	{"grouping", "SELECT w, SUM(v), MAX(s) FROM n GROUP BY w"},
	{"grouping by texts made", "SELECT CONCAT(w, k) x, COUNT(*) FROM n GROUP BY x"},
	{"COUNT(DISTINCT)", "SELECT COUNT(DISTINCT w, v) FROM n"},
	{"DISTINCT", "SELECT DISTINCT CONCAT(w, v) FROM n"},
	{"GROUP_CONCAT", "SELECT s, GROUP_CONCAT(w ORDER BY w DESC) FROM n GROUP BY s"},
	{"JSON_ARRAYAGG", "SELECT JSON_ARRAYAGG(w) FROM n"},
	{"ROLLUP", "SELECT s, v, COUNT(*) FROM n GROUP BY s, v WITH ROLLUP"},
	{"join by number", "SELECT COUNT(*) FROM n a JOIN n b ON a.k = b.v"},
	{"join by text", "SELECT COUNT(*) FROM n a JOIN n b ON a.w = CONCAT(b.w, '')"},
	{"join that finds nothing", "SELECT COUNT(*) FROM n a JOIN n b ON a.k = b.k + 1000000000"},
	{"join of all with all", "SELECT COUNT(*) FROM n a JOIN n b ON a.k + b.k < 0"},
	{"range join", "SELECT COUNT(*) FROM n a JOIN n b ON a.k BETWEEN b.v AND b.k"},
	{"range join that finds nothing", "SELECT COUNT(*) FROM n a JOIN n b ON a.k + 1000000000 BETWEEN b.v AND b.k"},
	{"anti join", "SELECT COUNT(*) FROM n WHERE k NOT IN (SELECT NULLIF(v, 3) + 1000000000 FROM n)"},
	{"correlated subquery", "SELECT COUNT(*) FROM n a WHERE v > (SELECT AVG(v) FROM n b WHERE b.k < a.k)"},
	{"rank", "SELECT RANK() OVER (PARTITION BY s ORDER BY w) FROM n"},
	{"sliding frame", "SELECT MAX(w) OVER (ORDER BY k ROWS BETWEEN 500 PRECEDING AND 500 FOLLOWING) FROM n"},
	{"running frame", "SELECT SUM(v) OVER (PARTITION BY s ORDER BY w), LAG(w, 2, 'none') OVER (PARTITION BY s ORDER BY k) FROM n"},
	{"range frame", "SELECT FIRST_VALUE(w) OVER (ORDER BY v RANGE BETWEEN 5 PRECEDING AND 5 FOLLOWING) FROM n"},
	{"recursion", "WITH RECURSIVE r AS (SELECT 1 i UNION ALL SELECT i + 1 FROM r WHERE i < 100000000) SELECT COUNT(*) FROM r"},
	{"distinct recursion", "WITH RECURSIVE r AS (SELECT k FROM n UNION SELECT (k * 7 + 1) % 50000000 FROM r) SELECT COUNT(*) FROM r"},
	{"CTE used twice", "WITH c AS (SELECT v, COUNT(*) m FROM n GROUP BY v) SELECT COUNT(*) FROM c a, c b WHERE a.m + b.m < 0"},
	{"INTERSECT", "SELECT w, v FROM n INTERSECT SELECT w, k FROM n"},
	{"long texts", "SELECT COUNT(*) FROM n WHERE LENGTH(REPEAT(CONCAT(SPACE(1000), w), 2000)) < 0"},
	{"BENCHMARK", "SELECT BENCHMARK(1000000000, SHA2('a', 512))"},
	{"regular expressions", "SELECT COUNT(*) FROM n WHERE REGEXP_LIKE(CONCAT(w, k), '^(a|b|c)*[0-9]+x$')"},
	{"SLEEP", "SELECT SLEEP(1000)"},
	{"table function", "SELECT * FROM login_streaks()"},
	{"INSERT … SELECT", "INSERT INTO copies SELECT * FROM n"},
	{"CREATE TABLE … SELECT", "CREATE TABLE made SELECT k, CONCAT(w, v) x FROM n"},
	{"UPDATE", "UPDATE n SET v = v + 1"},
	{"DELETE", "DELETE FROM n WHERE v >= 0"},
	{"ALTER TABLE ADD COLUMN", "ALTER TABLE n ADD COLUMN more INT NOT NULL DEFAULT 3"},
	{"ALTER TABLE MODIFY COLUMN", "ALTER TABLE n MODIFY v VARCHAR(20)"},
	{"ALTER TABLE ADD INDEX", "ALTER TABLE n ADD INDEX (w, v)"},
}

// fillForCancel makes the tables of cancelStatements.
func fillForCancel(t testing.TB, s *Session, rows int) {
	for _, text := range []string{
		"CREATE DATABASE cancels", "USE cancels",
		"SET SESSION cte_max_recursion_depth = 1000000000, SESSION group_concat_max_len = 1000000000",
		"CREATE TABLE digits (d INT)", "INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
		"CREATE TABLE n (k INT PRIMARY KEY, v INT, w VARCHAR(40), s VARCHAR(10))", "CREATE TABLE copies LIKE n",
		fmt.Sprintf(`INSERT INTO n SELECT k, k * 7919 %% 1000, CONCAT('word ', k * 7919 %% 999983), CONCAT('S', k %% 7) FROM
			(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d + 100000 * f.d k FROM digits a, digits b, digits c, digits d, digits e, digits f) x WHERE k < %d`, rows),
		"CREATE TABLE Logins (logtime DATETIME, user_id VARCHAR(20))",
		"INSERT INTO Logins SELECT '2024-01-01' + INTERVAL k % 1000 HOUR, CONCAT('u', k % 5000) FROM n",
	} {
		if err := s.exec(context.Background(), text); err != nil {
			t.Fatal(err)
		}
	}
}

// Every statement can be ended at any moment: it answers 1317, leaves the session and the tables as they were, and no
// goroutine (TestMain). How long that takes is told, not asserted: it should be less than 100 ms with a million rows.
func TestCancelEverywhere(t *testing.T) {
	const moments = 3
	e := testEngine(t)
	base := e.NewSession(Client{})
	fillForCancel(t, base, *cancelRows)
	base.Close()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for _, st := range cancelStatements {
		t.Run(st.name, func(t *testing.T) {
			var took []time.Duration
			for range moments {
				fork := e.Fork(Options{})
				s := fork.NewSession(Client{})
				for _, text := range []string{"USE cancels", "SET SESSION cte_max_recursion_depth = 1000000000, SESSION group_concat_max_len = 1000000000"} {
					if err := s.exec(context.Background(), text); err != nil {
						t.Fatal(err)
					}
				}
				ctx, cancel := context.WithCancel(context.Background())
				cancelled := make(chan time.Time, 1)
				timer := time.AfterFunc(time.Duration(random.Int64N(int64(*cancelRows)))*300, func() {
					cancelled <- time.Now()
					cancel()
				})
				_, err := all(s.Query(ctx, st.text))
				end := time.Now()
				if timer.Stop() {
					cancel()
					if err != nil {
						t.Fatal(err)
					}
					_ = fork.Close()
					continue // it was faster
				}
				took = append(took, end.Sub(<-cancelled))
				if err != nil {
					wantError(t, err, mysql.ER_QUERY_INTERRUPTED, "70100", "interrupted")
				}
				got, err := all(s.Query(context.Background(), "SELECT COUNT(*) FROM n"))
				if want := fmt.Sprintf("COUNT(*)\n%d\n", *cancelRows); err != nil || got != want && !strings.HasPrefix(st.text, "DELETE") {
					t.Errorf("then %q (%v)", got, err)
				}
				if err := fork.Close(); err != nil {
					t.Error(err)
				}
			}
			if len(took) > 0 {
				t.Logf("%6.1f ms", float64(slices.Max(took))/1e6)
			}
		})
	}
}
