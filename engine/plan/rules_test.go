package plan_test

import (
	"slices"
	"strings"
	"testing"
)

func fixture() catalog {
	return catalog{
		"a": table("a", "id:i! x:i y:i s:s day:d", "id! x s day", "1 1 2 a 2020-01-01", "2 2 NULL B 2020-01-02", "3 NULL 1 b 2020-02-01", "4 2 5 NULL NULL"),
		"b": table("b", "id:i! aid:i v:s", "id! aid,v", "1 1 x", "2 1 y", "3 4 x", "4 NULL z"),
		"c": table("c", "k:i! bid:i", "k!", "1 3", "2 1", "3 2"),
	}
}

// TestPlans looks for words in the plans that the rules make, and, behind a !, for their absence.
func TestPlans(t *testing.T) {
	for _, q := range []struct{ name, sql, has string }{
		{"primary key", "SELECT s FROM a WHERE id = 2", "Index lookup on a using id (= 2)"},
		{"flipped", "SELECT s FROM a WHERE 2 = id AND x > 1", "Index lookup on a using id (= 2)"},
		{"range", "SELECT s FROM a WHERE id > 1 AND 3 >= id", "using id (>= 1, <= 3)"},
		{"between", "SELECT s FROM a WHERE id BETWEEN 2 AND 3", "using id (>= 2, <= 3)"},
		{"secondary", "SELECT id FROM a WHERE x = 2", "using x (= 2)"},
		{"best", "SELECT id FROM a WHERE x = 2 AND id = 4", "using id (= 4)"},
		{"prefix and range", "SELECT id FROM b WHERE aid = 1 AND v < 'y'", "using aid,v (= 1, <= 'y')"},
		{"text", "SELECT id FROM a WHERE s = 'b'", "using s (= 'b')"},
		{"date", "SELECT id FROM a WHERE day >= '2020-01-02'", "using day"},
		{"other kind", "SELECT id FROM a WHERE x = '2'", "!Index"},
		{"collation", "SELECT id FROM a WHERE s = 'b' COLLATE utf8mb4_bin", "!Index"},
		{"no prefix", "SELECT id FROM b WHERE v = 'x'", "!Index"},
		{"or", "SELECT id FROM a WHERE id = 1 OR id = 2", "!Index"},
		{"volatile", "SELECT id FROM a WHERE id = FLOOR(RAND() * 9) AND s = 'q'", "!Index"},
		{"behind a join", "SELECT a.s FROM a JOIN b ON b.aid = a.id WHERE a.id = 1 AND b.id = 2", "lookup on a using id (= 1)|lookup on b using id (= 2)"},
		{"implied", "SELECT a.s FROM a JOIN b ON b.aid = a.id JOIN c ON c.k = a.id WHERE a.id = 1", "lookup on a using id (= 1)|lookup on b using aid,v (= 1)|lookup on c using k (= 1)"},
		{"implied, outer join", "SELECT a.s, b.v FROM a LEFT JOIN b ON b.aid = a.id WHERE a.id = 2", "left join|lookup on b using aid,v (= 2)"},
		{"not implied", "SELECT a.s, b.v FROM a LEFT JOIN b ON b.aid = a.id AND a.id = 2", "Table scan on a"},
		{"derived", "SELECT * FROM (SELECT id AS k, s FROM a) d WHERE k = 3", "lookup on a using id (= 3)"},
		{"view of a union", "SELECT * FROM (SELECT id FROM a UNION SELECT id FROM b) d WHERE id = 3", "lookup on a using id (= 3)|lookup on b using id (= 3)"},
		{"group key", "SELECT * FROM (SELECT x, COUNT(*) AS n FROM a GROUP BY x) d WHERE x = 2 AND n = 2", "lookup on a using x (= 2)|Filter: (count(*) = 2)"},
		{"rollup", "SELECT * FROM (SELECT x, COUNT(*) AS n FROM a GROUP BY x WITH ROLLUP) d WHERE x = 2", "!Index"},
		{"one group", "SELECT * FROM (SELECT COUNT(*) AS n FROM a) d WHERE 1 = 0", "!scan"},
		{"limit", "SELECT * FROM (SELECT id FROM a ORDER BY s LIMIT 2) d WHERE id = 1", "!Index"},
		{"partition", "SELECT * FROM (SELECT id, x, ROW_NUMBER() OVER (PARTITION BY x ORDER BY id) AS r FROM a) d WHERE x = 2 AND r = 1", "lookup on a using x (= 2)"},
		{"first of each", "SELECT * FROM (SELECT id, RANK() OVER (PARTITION BY x ORDER BY day DESC) AS r FROM a) d WHERE 2 >= r", "limit each partition to rank 2"},
		{"the second of all", "SELECT * FROM (SELECT id, DENSE_RANK() OVER (ORDER BY x) AS r FROM a) d WHERE r = 2", "limit each partition to rank 2"},
		{"ranks and a count", "SELECT * FROM (SELECT id, RANK() OVER w AS r, COUNT(*) OVER w AS n FROM a WINDOW w AS (PARTITION BY x ORDER BY id)) d WHERE r < 2", "!limit each"},
		{"ranks from below", "SELECT * FROM (SELECT id, RANK() OVER (ORDER BY id) AS r FROM a) d WHERE r > 2", "!limit each"},
		{"no partition", "SELECT * FROM (SELECT id, x, ROW_NUMBER() OVER (ORDER BY id) AS r FROM a) d WHERE x = 2", "!Index"},
		{"group of texts", "SELECT * FROM (SELECT s, COUNT(*) FROM a GROUP BY s) d WHERE BINARY s = 'b'", "!Index"},
		{"outer to inner", "SELECT a.id FROM a LEFT JOIN b ON b.aid = a.id WHERE b.v = 'x'", "inner join|!left join"},
		{"outer stays", "SELECT a.id FROM a LEFT JOIN b ON b.aid = a.id WHERE b.v IS NULL", "left join"},
		{"ON of an outer join", "SELECT a.id FROM a LEFT JOIN b ON b.aid = a.id AND b.id = 2 AND a.x = 1", "lookup on b using id (= 2)|Table scan on a"},
		{"comma", "SELECT a.id FROM a, b, c WHERE a.id = c.k AND c.bid = b.id", "left of|inner join on (a.id = c.k)|inner join on (c.bid = b.id)"},
		{"in", "SELECT id FROM a WHERE id IN (SELECT aid FROM b WHERE v = 'x')", "semijoin"},
		{"not in", "SELECT id FROM a WHERE id NOT IN (SELECT aid FROM b)", "antijoin (null-aware)"},
		{"not in, correlated", "SELECT id FROM a WHERE id NOT IN (SELECT aid FROM b WHERE b.v = a.s)", "antijoin (null-aware)|is true"},
		{"exists", "SELECT id FROM a WHERE EXISTS (SELECT * FROM b WHERE b.aid = a.id AND v = 'x')", "semijoin on (b.aid = a.id)|Filter: (b.v = 'x')"},
		{"left join, unmatched", "SELECT a.id FROM a LEFT JOIN b ON b.aid = a.id AND b.v > a.s WHERE b.aid IS NULL", "antijoin on"},
		{"left join, NULL", "SELECT a.id FROM a LEFT JOIN b ON b.aid = a.id WHERE b.v IS NULL", "left join on"},
		{"not exists", "SELECT id FROM a WHERE NOT EXISTS (SELECT * FROM b WHERE b.aid = a.id)", "antijoin on"},
		{"exists in a join", "SELECT id FROM a WHERE EXISTS (SELECT * FROM b JOIN c ON c.bid = b.id AND c.k = a.x WHERE b.aid = a.id)", "semijoin on"},
		{"exists in a derived table", "SELECT id FROM a WHERE EXISTS (SELECT * FROM b, LATERAL (SELECT k FROM c WHERE c.bid = b.id) d WHERE d.k = a.x)", "semijoin on"},
		{"greatest of a group", "SELECT id FROM a WHERE x = (SELECT MAX(q.x) FROM a q WHERE q.s = a.s)", "left join|Group aggregate by q.s: max(q.x)|!subquery"},
		{"count of a group", "SELECT id, (SELECT COUNT(*) + 1 FROM b WHERE b.aid = a.id AND b.v <> 'x') FROM a", "left join|Group aggregate by b.aid"},
		{"two keys", "SELECT id FROM a WHERE 0 < (SELECT COUNT(*) FROM b WHERE b.aid = a.x AND b.id = a.id)", "Group aggregate by b.aid, b.id"},
		{"sum of a range", "SELECT id, (SELECT SUM(q.x) FROM a q WHERE q.id <= a.id) FROM a", "!Group aggregate"},
		{"texts of a group", "SELECT id, (SELECT GROUP_CONCAT(v) FROM b WHERE b.aid = a.id) FROM a", "!Group aggregate"},
		{"limit in exists", "SELECT id FROM a WHERE EXISTS (SELECT * FROM b WHERE b.aid = a.id LIMIT 1)", "!semijoin"},
		{"aggregate in exists", "SELECT id FROM a WHERE EXISTS (SELECT COUNT(*) FROM b WHERE b.aid = a.id)", "!semijoin"},
		{"in, as a value", "SELECT id, id IN (SELECT aid FROM b) FROM a", "!semijoin"},
		{"or in", "SELECT id FROM a WHERE x = 1 OR id IN (SELECT aid FROM b)", "!semijoin"},
		{"volatile in", "SELECT id FROM a WHERE id IN (SELECT FLOOR(RAND() * 3) FROM b)", "!semijoin"},
		{"never", "SELECT id FROM a WHERE x = 1 AND 1 = 2", "!scan|!lookup"},
		{"always", "SELECT id FROM a WHERE 1 = 1", "!Filter"},
		{"user variables", "SELECT * FROM (SELECT id, @n := @n + 1 AS n FROM a, (SELECT @n := 0) i) d WHERE id = 2", "!Index"},
		{"skipping", "SELECT id FROM a WHERE y > 1 AND 5 >= y", "Table scan on a, skipping by y"},
		{"skipping by several", "SELECT id FROM a WHERE y IN (1, 2) AND s IS NULL AND y = x", "skipping by y, s"},
		{"not skipping", "SELECT id FROM a WHERE y = x AND y + 1 = 2 AND (y = 1 OR s IS NULL) AND y NOT IN (1)", "!skipping"},
		{"nothing to skip of a text", "SELECT id FROM b WHERE v > 'x'", "!skipping"},
		{"skipping for a query around", "SELECT id, (SELECT MAX(y) FROM a i WHERE i.y = a.y AND i.y < 5) FROM a", "skipping by y"},
		{"order of the primary key", "SELECT s FROM a WHERE y > 0 ORDER BY id", "Table scan on a|!Sort"},
		{"the other way round", "SELECT s FROM a ORDER BY id DESC", "Sort"},
		{"first of the primary key", "SELECT s FROM a WHERE y > 0 ORDER BY id LIMIT 2", "Index scan on a using id, skipping by y|!Sort"},
		{"last of the primary key", "SELECT s FROM a WHERE y > 0 ORDER BY id DESC, s LIMIT 2", "Index scan on a using id (reverse)|!Sort"},
		{"next page", "SELECT s FROM a WHERE id > 1 ORDER BY id LIMIT 2", "Index lookup on a using id (>= 1)|!Sort"},
		{"page before", "SELECT s FROM a WHERE id < 3 ORDER BY id DESC LIMIT 2", "Index lookup on a using id (<= 3) (reverse)|!Sort"},
		{"first of a key", "SELECT id, x FROM a ORDER BY x LIMIT 1", "Index scan on a using x|!Sort"},
		{"behind a value of a key", "SELECT id FROM b WHERE aid = 1 ORDER BY v DESC LIMIT 1", "using aid,v (= 1) (reverse)|!Sort"},
		{"the value, too", "SELECT id FROM b WHERE aid = 1 ORDER BY aid, v", "using aid,v (= 1)|!Sort"},
		{"in a derived table", "SELECT * FROM (SELECT id AS i, s FROM a) d ORDER BY i DESC LIMIT 1", "(reverse)|!Sort"},
		{"of a join", "SELECT a.id, b.v FROM a LEFT JOIN b ON b.aid = a.id WHERE a.id > 1 ORDER BY a.id LIMIT 2", "!Sort"},
		{"two directions", "SELECT id FROM b ORDER BY aid, v DESC LIMIT 1", "Sort"},
		{"no key", "SELECT id FROM a ORDER BY y LIMIT 1", "Sort"},
		{"a value of a key", "SELECT id FROM a ORDER BY x + 1 LIMIT 1", "Sort"},
		{"another collation", "SELECT id FROM a ORDER BY s COLLATE utf8mb4_bin LIMIT 1", "Sort"},
		{"order of one value", "SELECT id FROM a WHERE x = 2 ORDER BY x", "!Sort"},
		{"greatest", "SELECT MAX(id) FROM a", "Limit: 1 row(s)|Index scan on a using id (reverse)"},
		{"least and greatest", "SELECT MIN(x), MAX(x) + 1 FROM a", "Filter: (a.x is not null)|Index scan on a using x, skipping by x|Index scan on a using x (reverse)"},
		{"greatest of a value", "SELECT MAX(aid), MIN(aid) FROM b WHERE aid = 1", "Limit: 1 row(s)"},
		{"greatest of a range", "SELECT MAX(id) FROM a WHERE id < 3 AND id >= 2", "Index lookup on a using id (>= 2, <= 3) (reverse)"},
		{"greatest where", "SELECT MAX(id) FROM a WHERE y = 2", "!Limit"},
		{"greatest text", "SELECT MAX(s) FROM a", "!Limit"},
		{"greatest and count", "SELECT MAX(id), COUNT(*) FROM a", "!Limit"},
		{"greatest of groups", "SELECT MAX(id) FROM a GROUP BY x", "!Limit"},
		{"limit below projections", "SELECT i FROM (SELECT x + 1 AS i FROM a) d LIMIT 1", "Project: (a.x + 1)\n      Limit: 1 row(s)\n        Table scan"},
		{"order below projections", "SELECT i FROM (SELECT s AS i, -y AS m FROM a) d ORDER BY m LIMIT 1", "Limit: 1 row(s)\n        Sort: -(a.y), limit input to 1 row(s)"},
		{"limit above effects", "SELECT * FROM (SELECT id, @n := @n + 1 AS n FROM a, (SELECT @n := 0) i) d LIMIT 1", "Limit: 1 row(s)\n    Materialize derived table d"},
		{"condition above effects", "SELECT id FROM (SELECT id, @n := @n + 1 AS n FROM a) d WHERE id = 2", "Filter: (d.id = 2)\n    Materialize derived table d"},
		{"condition beside effects", "SELECT d.n FROM (SELECT id, @n := @n + 1 AS n FROM a) d, b WHERE b.aid = d.id AND b.id = 2", "Index lookup on b using|on (b.aid = d.id)"},
		{"CTE of one use", "WITH v AS (SELECT id AS i, s FROM a) SELECT s FROM v WHERE i = 2", "Index lookup on a using id (= 2)|!CTE"},
		{"CTE of two uses", "WITH v AS (SELECT id AS i, s FROM a) SELECT * FROM v JOIN v w ON v.i = w.i", "Materialize CTE v"},
		{"CTE in a CTE", "WITH v AS (SELECT id, x FROM a), w AS (SELECT x, COUNT(*) AS n FROM v GROUP BY x) SELECT * FROM w WHERE x = 2", "Index lookup on a using x (= 2)|!CTE"},
		{"CTE of a query that is repeated", "WITH v AS (SELECT MAX(aid) AS m FROM b) SELECT id, (SELECT COUNT(*) FROM v WHERE v.m <> a.id) FROM a", "(select …)"},
		{"CTE of a query that is run once", "WITH v AS (SELECT MAX(aid) AS m FROM b) SELECT id FROM a WHERE id = (SELECT m FROM v)", "!CTE"},
		{"aggregate up to a value", "SELECT id, (SELECT COUNT(*) FROM b WHERE b.aid = a.x AND b.id < a.id) FROM a", "nearest left join|Window: count(*)|!(select …)"},
		{"distinct aggregate up to a value", "SELECT id FROM a WHERE (SELECT COUNT(DISTINCT b.aid) FROM b WHERE b.id >= a.id) < 3", "nearest left join|row_number()|!(select …)"},
		{"row before a value", "SELECT id, (SELECT b.aid FROM b WHERE b.aid = a.x AND b.id < a.id ORDER BY b.id DESC LIMIT 1) FROM a", "nearest left join|!Window"},
		{"first row of all below a value", "SELECT id, (SELECT b.aid FROM b WHERE b.aid = a.x AND b.id < a.id ORDER BY b.id LIMIT 1) FROM a", "(select …)"},
		{"EXISTS in an expression", "SELECT SUM(EXISTS (SELECT 1 FROM b WHERE b.aid = a.id AND b.id > a.x)) FROM a", "mark join|!exists(select …))  "},
		{"EXISTS or another", "SELECT id FROM a WHERE x = 1 OR EXISTS (SELECT 1 FROM b WHERE b.aid = a.id)", "mark join"},
		{"CTE of other rows each time", "WITH v AS (SELECT RAND() AS r) SELECT id, (SELECT r FROM v) FROM a", "(select …)"},
		{"recursive CTE", "WITH RECURSIVE v AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM v WHERE n < 3) SELECT * FROM v WHERE n = 2", "recursive CTE v"},
		{"rand", "SELECT * FROM (SELECT id, RAND() AS r FROM a) d WHERE id = 2", "!Index"},
	} {
		b, after := optimized(t, fixture(), q.sql)
		text := outline(after)
		for _, word := range strings.Split(q.has, "|") {
			if word == "left of" {
				if !slices.Equal(scans(after), []string{"a", "c", "b"}) {
					t.Errorf("%s: the order is %v", q.name, scans(after))
				}
				continue
			}
			absent, not := strings.CutPrefix(word, "!")
			if strings.Contains(text, absent) == not {
				t.Errorf("%s: %s has %s:\n%s", q.name, q.sql, word, text)
			}
		}
		if strings.Contains(q.sql, "RAND") {
			continue
		}
		want, err := b.rows(b.node)
		if err != nil {
			t.Errorf("%s: %v", q.name, err)
		}
		got, err := b.rows(after)
		if q.name == "comma" {
			slices.Sort(want)
			slices.Sort(got)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q (%v)\n%s", q.name, got, want, err, text)
		}
	}
}

// TestOpenedColumns: a scan reads no column that nobody uses.
func TestOpenedColumns(t *testing.T) {
	for _, q := range []struct{ sql, a, b string }{
		{"SELECT COUNT(*) FROM a", "", "-"},
		{"SELECT s FROM a WHERE x > 1", "x s", "-"},
		{"SELECT d.s FROM (SELECT * FROM a) d", "s", "-"},
		{"SELECT d.x FROM (SELECT x, COUNT(y) AS n, MAX(s) AS m FROM a GROUP BY x) d", "x", "-"},
		{"SELECT d.r FROM (SELECT s, ROW_NUMBER() OVER (ORDER BY x) AS r, SUM(y) OVER (ORDER BY x) AS t FROM a) d", "x", "-"},
		{"SELECT a.s FROM a JOIN b ON a.id = b.aid", "id s", "aid"},
		{"SELECT DISTINCT s, x FROM a", "x s", "-"},
		{"SELECT x FROM a UNION SELECT v FROM b", "x", "v"},
		{"SELECT d.x FROM (SELECT x, s FROM a UNION ALL SELECT aid, v FROM b) d", "x s", "aid v"},
		{"SELECT s FROM a ORDER BY y LIMIT 2", "y s", "-"},
		{"SELECT s FROM a WHERE id IN (SELECT aid FROM b WHERE v = 'x')", "id s", "aid v"},
		{"SELECT s FROM a WHERE EXISTS (SELECT * FROM b)", "s", ""},
		{"SELECT (SELECT v FROM b WHERE b.id = a.x) FROM a", "x", "id v"},
		{"SELECT a.s, d.v FROM a, LATERAL (SELECT * FROM b WHERE b.aid = a.y) d", "y s", "aid v"},
	} {
		c := fixture()
		b, after := optimized(t, c, q.sql)
		if _, err := b.rows(after); err != nil {
			t.Errorf("%s: %v", q.sql, err)
		}
		for name, want := range map[string]string{"a": q.a, "b": q.b} {
			opened := slices.Compact(c[name].Table.(*memory).opened)
			if got := strings.Join(opened, ","); got != want && (want != "-" || len(opened) > 0) {
				t.Errorf("%s: of %s columns %q are read, want %q", q.sql, name, got, want)
			}
		}
	}
}
