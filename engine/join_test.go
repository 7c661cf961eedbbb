package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// A join's condition that sorting, hashing or an index answers gives the same rows, in the same order,
// as one that is compared with every pair: IF(condition, 1, 0) is nothing but that. The tables have NULLs, duplicates,
// days without an end, and a side without rows.
func TestJoinsAgreeWithAllPairs(t *testing.T) {
	r, s, run := randomSession(t)
	for name, rows := range map[string]int{"few": 40, "some": 230, "more": 700, "none": 0} {
		run("CREATE TABLE " + name + " (id INT PRIMARY KEY, a INT, u INT UNSIGNED, f DOUBLE, d DATE, e DATE, s VARCHAR(9), KEY (a))")
		var values []string
		value := func(format string, most int) string {
			if r.IntN(8) == 0 {
				return "NULL"
			}
			return fmt.Sprintf(format, r.IntN(most))
		}
		for id := range rows {
			values = append(values, fmt.Sprintf("(%d, %s, %s, %s, %s, %s, %s)", id, value("%d", 60), value("%d", 60), value("%d.5", 60),
				value("'2020-01-01' + INTERVAL %d DAY", 900), value("'2020-06-01' + INTERVAL %d DAY", 900), value("'S%d'", 40)))
		}
		if rows > 0 {
			run("INSERT INTO " + name + " VALUES " + strings.Join(values, ", "))
		}
	}
	// Its rows are so many that those of the other side are looked at first.
	run("SET SESSION cte_max_recursion_depth = 100000")
	run("CREATE TABLE many (id INT PRIMARY KEY, a INT, u INT UNSIGNED, f DOUBLE, d DATE, e DATE, s VARCHAR(9), KEY (a))")
	run("INSERT INTO many SELECT n, IF(n % 11, n % 700, NULL), n % 900, n / 7, '2020-01-01', NULL, 'x' FROM (WITH RECURSIVE g AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM g WHERE n < 20000) SELECT n FROM g) h")

	conditions := []string{
		"l.a <= r.a", "l.a > r.u", "r.f < l.f", "l.u >= r.u AND r.a < l.a", "YEAR(l.d) = 2021 AND l.d >= r.d",
		"YEAR(r.d) <= YEAR(l.d) AND (r.e IS NULL OR YEAR(r.e) > YEAR(l.d))", "l.d BETWEEN r.d AND r.e",
		"r.a BETWEEN l.a - 2 AND l.a + 2", "r.a BETWEEN l.a - 2 AND l.a + 2 AND l.id <> r.id", "l.a IS NULL OR l.a < r.a",
		"(l.u < 3 OR r.f > 50 OR l.a >= r.a) AND l.id < r.id", "l.a < r.a AND l.s = r.s", "l.id < r.id AND l.d < r.d AND l.f <= r.f",
		"l.a = r.a", "l.a = r.u", "l.a = r.a AND l.u = r.u", "l.u = r.id", "l.a = r.a AND l.f < r.f", "l.a = r.a AND r.id % 2 = 1", "l.s = r.s AND l.a = r.a",
		"l.d = r.d AND l.e = r.e",
	}
	for _, condition := range conditions {
		sides := [][2]string{{"few", "some"}, {"more", "few"}, {"more", "some"}, {"few", "none"}, {"none", "few"}, {"few", "many"}}
		for _, side := range sides {
			if side[1] == "many" && !strings.Contains(condition, "l.a = r") && !strings.Contains(condition, "l.u = r") {
				continue
			}
			for _, query := range []string{
				"SELECT l.id, r.id, r.a, l.s FROM %s l JOIN %s r ON %s",
				"SELECT l.id, r.id, r.f FROM %s l LEFT JOIN %s r ON %s",
				"SELECT l.id FROM %s l WHERE EXISTS (SELECT * FROM %s r WHERE %s)",
				"SELECT l.id FROM %s l WHERE NOT EXISTS (SELECT * FROM %s r WHERE %s)",
				"SELECT l.id, COUNT(DISTINCT r.a), COUNT(r.id) FROM %s l LEFT JOIN %s r ON %s GROUP BY l.id",
			} {
				if side[1] == "many" && !strings.Contains(query, "JOIN") {
					continue
				}
				got, err := all(s.Query(context.Background(), fmt.Sprintf(query, side[0], side[1], condition)))
				if err != nil {
					t.Fatal(condition, err)
				}
				want, err := all(s.Query(context.Background(), fmt.Sprintf(query, side[0], side[1], "IF("+condition+", 1, 0)")))
				if err != nil {
					t.Fatal(condition, err)
				}
				if got != want {
					t.Fatalf("%s gives\n%s\nwant\n%s", fmt.Sprintf(query, side[0], side[1], condition), clip(got), clip(want))
				}
			}
		}
	}
}

// The first of each partition by a rank are those that a window of all rows has, whose rank is no bare column.
func TestRanksAgreeWithWholeWindows(t *testing.T) {
	r, s, run := randomSession(t)
	run("CREATE TABLE t (id INT PRIMARY KEY, g VARCHAR(9), i INT, n DECIMAL(6,2), f FLOAT, s VARCHAR(20))")
	var values []string
	for id := range 2500 {
		value := func(format string, most int) string {
			if r.IntN(10) == 0 {
				return "NULL"
			}
			return fmt.Sprintf(format, r.IntN(most)-most/2)
		}
		values = append(values, fmt.Sprintf("(%d, %s, %s, %s, %s, %s)", id, value("'G%d'", 8), value("%d", 30), value("%d.25", 20), value("%d.5", 400), value("'a common head %d'", 30)))
	}
	run("INSERT INTO t VALUES " + strings.Join(values, ", "))
	for range 150 {
		rank := []string{"RANK", "DENSE_RANK", "ROW_NUMBER"}[r.IntN(3)]
		partition := []string{"", "PARTITION BY g", "PARTITION BY g, i % 2"}[r.IntN(3)]
		order := []string{"i", "n", "f", "s", "g", "i DESC", "n DESC", "f DESC", "s DESC", "i, n DESC", "s DESC, id"}[r.IntN(11)]
		condition := []string{"k <= %d", "k < %d", "k = %d", "%d >= k", "k BETWEEN 2 AND %d"}[r.IntN(5)]
		query := fmt.Sprintf("SELECT * FROM (SELECT id, g, %s() OVER (%s ORDER BY %s) AS k FROM t) d WHERE ", rank, partition, order)
		condition = fmt.Sprintf(condition, r.IntN(6))
		got, err := all(s.Query(context.Background(), query+condition))
		if err != nil {
			t.Fatal(err)
		}
		want, err := all(s.Query(context.Background(), query+strings.Replace(condition, "k", "(k + 0)", 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("%s gives\n%s\nwant\n%s", query+condition, clip(got), clip(want))
		}
	}
}

// randomSession is a session of an empty server, what runs a statement in it, and a source of random data whose seed is logged.
func randomSession(t *testing.T) (*rand.Rand, *Session, func(statement string)) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	s := testEngine(t).NewSession(Client{})
	return rand.New(rand.NewPCG(seed, 0)), s, func(statement string) {
		t.Helper()
		if err := s.exec(context.Background(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func clip(s string) string { return s[:min(len(s), 3000)] }
