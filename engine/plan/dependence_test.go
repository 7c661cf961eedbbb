package plan_test

import (
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// TestOnlyFullGroupBy has MySQL's rules (manual 14.19.3 and 14.19.4, whose examples the first ones are) as what is
// accepted and what is error 1055 or 1140.
func TestOnlyFullGroupBy(t *testing.T) {
	c := catalog{
		"co":   table("co", "Code:s! Name:s! Alias:s Population:i", "Code! Name! Alias!"),
		"cl":   table("cl", "CountryCode:s! Language:s! IsOfficial:s Percentage:i", "CountryCode,Language!"),
		"o":    table("o", "id:i! custid:i day:d amount:n", "id!"),
		"cust": table("cust", "custid:i! name:s address:s", "custid!"),
		"t":    table("t", "pk:i! a:i b:i! c:i s:s d:d u:u n:n", "pk! a! b,c!"),
		"bin":  table("bin", "k:b! x:i", "k!"),
	}
	for _, q := range []struct {
		refused bool
		sql     string
	}{
		// 14.19.3
		{true, "SELECT o.custid, c.name, o.day FROM o, cust c WHERE o.custid = c.custid GROUP BY o.custid"},
		{false, "SELECT o.custid, c.name, MAX(o.amount) FROM o, cust c WHERE o.custid = c.custid GROUP BY o.custid"},
		{true, "SELECT name, address, MAX(custid) FROM cust GROUP BY name"},
		{false, "SELECT name, ANY_VALUE(address), MAX(custid) FROM cust GROUP BY name"},
		{true, "SELECT name, MAX(custid) FROM cust"},
		{false, "SELECT name, MAX(custid) FROM cust WHERE name = 'x'"},
		{false, "SELECT a FROM t WHERE pk = 1 GROUP BY b"},

		// Keys.
		{false, "SELECT co.Name, COUNT(*) FROM cl, co WHERE cl.CountryCode = co.Code GROUP BY co.Code"},
		{false, "SELECT co.Name, COUNT(*) FROM cl, co WHERE cl.CountryCode = co.Code GROUP BY cl.CountryCode"},
		{false, "SELECT co.Population, COUNT(*) FROM cl, co WHERE cl.CountryCode = co.Code GROUP BY co.Name"},
		{true, "SELECT co.Population, COUNT(*) FROM co GROUP BY co.Alias"},
		{true, "SELECT cl.Percentage FROM cl GROUP BY cl.Language"},
		{false, "SELECT cl.Percentage FROM cl GROUP BY cl.Language, cl.CountryCode"},
		{false, "SELECT cl.Percentage FROM cl WHERE cl.Language = 'Dutch' GROUP BY cl.CountryCode"},
		{true, "SELECT cl.Percentage FROM cl WHERE cl.Language LIKE 'Dutch' GROUP BY cl.CountryCode"},
		{true, "SELECT t.s FROM t GROUP BY b, c"},
		{true, "SELECT t.s FROM t GROUP BY a"},
		{true, "SELECT y.a FROM t x, t y GROUP BY x.pk"},

		// Equalities.
		{false, "SELECT y.a FROM t x, t y WHERE x.pk = y.pk GROUP BY x.pk"},
		{false, "SELECT y.a FROM t x JOIN t y USING (pk) GROUP BY x.pk"},
		{false, "SELECT y.a FROM t x NATURAL JOIN t y GROUP BY x.pk"},
		{false, "SELECT b FROM t WHERE b = a GROUP BY a"},
		{false, "SELECT b FROM t WHERE b = a + 1 GROUP BY a"},
		{true, "SELECT a FROM t WHERE b = a + c GROUP BY b"},
		{true, "SELECT b FROM t WHERE b = a OR b = 1 GROUP BY a"},
		{true, "SELECT b FROM t WHERE b > a GROUP BY a"},
		{true, "SELECT b FROM t WHERE b = a + RAND() GROUP BY a"},
		{false, "SELECT b FROM t WHERE b = 5 GROUP BY a"},
		{true, "SELECT b FROM t WHERE b = '5' GROUP BY a"},
		{true, "SELECT s FROM t WHERE s = 5 GROUP BY a"},
		{true, "SELECT s FROM t WHERE s = 'x' COLLATE utf8mb4_bin GROUP BY a"},
		{false, "SELECT s FROM t WHERE s = 'x' GROUP BY a"},
		{false, "SELECT d FROM t WHERE d = '2020-01-01' GROUP BY a"},
		{false, "SELECT d FROM t WHERE d = DATE '2020-01-01' GROUP BY a"},
		{true, "SELECT s FROM t WHERE s = DATE '2020-01-01' GROUP BY a"},
		{false, "SELECT u FROM t WHERE u = a GROUP BY a"},
		{true, "SELECT n FROM t WHERE n = a GROUP BY a"},
		{false, "SELECT c FROM t WHERE c IS NULL GROUP BY a"},
		{true, "SELECT c FROM t WHERE c IS NOT NULL GROUP BY a"},
		{true, "SELECT (SELECT x.a FROM t x WHERE x.b = t.pk GROUP BY x.b) FROM t"},
		{false, "SELECT (SELECT x.a FROM t x WHERE x.pk = t.a GROUP BY x.c) FROM t"},

		// Expressions.
		{true, "SELECT d FROM t GROUP BY YEAR(d)"},
		{false, "SELECT YEAR(d) FROM t GROUP BY YEAR(d)"},
		{false, "SELECT YEAR(d), MONTH(d) FROM t GROUP BY d"},
		{true, "SELECT MONTH(d) FROM t GROUP BY YEAR(d)"},
		{false, "SELECT a + 1 FROM t GROUP BY a + 1"},
		{true, "SELECT a + 2 FROM t GROUP BY a + 1"},
		{false, "SELECT a + b FROM t GROUP BY b, a"},
		{true, "SELECT b, c FROM t GROUP BY b HAVING c > 1"},
		{true, "SELECT b FROM t GROUP BY b ORDER BY a"},
		{false, "SELECT b FROM t GROUP BY b ORDER BY MAX(a)"},
		{false, "SELECT pk, s FROM t GROUP BY pk HAVING s > 'a' ORDER BY a"},

		// Outer joins.
		{false, "SELECT co.Name FROM cl LEFT JOIN co ON cl.CountryCode = co.Code GROUP BY cl.CountryCode"},
		{false, "SELECT y.a FROM t x LEFT JOIN t y ON y.pk = x.a GROUP BY x.pk"},
		{false, "SELECT y.s FROM t x LEFT JOIN t y ON y.pk = x.a GROUP BY y.pk"},
		{true, "SELECT x.a FROM t x LEFT JOIN t y ON y.pk = x.a GROUP BY y.pk"},
		{false, "SELECT x.a FROM t x LEFT JOIN t y ON y.pk = x.a WHERE y.pk = x.a GROUP BY y.pk"},
		{true, "SELECT y.s FROM t x LEFT JOIN t y ON y.a = x.a GROUP BY x.pk"},
		{true, "SELECT y.a FROM t x LEFT JOIN t y ON y.a = x.a AND x.b > 5 GROUP BY x.a"},
		{false, "SELECT y.a FROM t x LEFT JOIN t y ON y.a = x.a AND x.b > 5 GROUP BY x.a, x.b"},
		{false, "SELECT y.a FROM t x LEFT JOIN t y ON y.a = x.a AND y.b > 5 GROUP BY x.a"},
		{true, "SELECT y.a FROM t x LEFT JOIN (SELECT a FROM t WHERE a = 3) y ON x.b > 5 GROUP BY x.c"},
		{false, "SELECT y.a FROM t x JOIN (SELECT a FROM t WHERE a = 3) y ON x.b > 5 GROUP BY x.c"},
		{false, "SELECT x.s FROM t y RIGHT JOIN t x ON y.pk = x.a GROUP BY x.pk"},

		// Derived tables, CTEs.
		{false, "SELECT v.z FROM (SELECT pk AS k, a AS z FROM t) v GROUP BY v.k"},
		{true, "SELECT v.z FROM (SELECT b AS k, a AS z FROM t) v GROUP BY v.k"},
		{false, "SELECT v.n FROM (SELECT pk, UPPER(s) AS n FROM t) v GROUP BY v.pk"},
		{true, "SELECT v.n FROM (SELECT pk, RAND() AS n FROM t) v GROUP BY v.pk"},
		{false, "SELECT v.n FROM (SELECT s, COUNT(*) AS n FROM t GROUP BY s) v GROUP BY v.s"},
		{true, "SELECT v.s FROM (SELECT s, COUNT(*) AS n FROM t GROUP BY s) v GROUP BY v.n"},
		{true, "SELECT v.n FROM (SELECT s, COUNT(*) AS n FROM t GROUP BY s WITH ROLLUP) v GROUP BY v.s"},
		{false, "SELECT v.n FROM (SELECT YEAR(d) AS y, COUNT(*) AS n FROM t GROUP BY y) v GROUP BY v.y"},
		{true, "SELECT v.a FROM (SELECT pk, a FROM t UNION SELECT pk, a FROM t) v GROUP BY v.pk"},
		{false, "SELECT v.a FROM (SELECT DISTINCT pk, a FROM t ORDER BY a LIMIT 3) v GROUP BY v.pk"},
		{false, "SELECT v.a FROM (SELECT pk, a, ROW_NUMBER() OVER (ORDER BY a) AS r FROM t) v GROUP BY v.pk"},
		{true, "SELECT v.r FROM (SELECT pk, a, ROW_NUMBER() OVER (ORDER BY a) AS r FROM t) v GROUP BY v.a"},
		{false, "WITH v AS (SELECT pk, a FROM t) SELECT v.a FROM v GROUP BY v.pk"},
		{true, "WITH v AS (SELECT pk, a FROM t) SELECT w.a FROM v, v w GROUP BY v.pk"},
		{false, "WITH v AS (SELECT pk, a FROM t) SELECT w.a FROM v JOIN v w USING (pk) GROUP BY v.pk"},
		{false, "SELECT v.c FROM co, LATERAL (SELECT COUNT(*) AS c FROM cl WHERE CountryCode = co.Code) v GROUP BY co.Population, v.c"},
		{true, "SELECT v.a FROM t, LATERAL (SELECT x.a FROM t x WHERE x.a = t.b) v GROUP BY t.c"},
		{false, "SELECT v.a FROM t, LATERAL (SELECT x.a FROM t x WHERE x.a = t.b) v GROUP BY t.b"},
		{false, "SELECT bin.x FROM bin WHERE k = 'x' GROUP BY x"},
	} {
		_, err := bindQuery(c, q.sql, types.OnlyFullGroupBy)
		refused := err != nil && strings.Contains(err.Error(), "only_full_group_by")
		if err != nil && !refused {
			t.Errorf("%s: %v", q.sql, err)
		}
		if refused != q.refused {
			t.Errorf("%s: refused %t (%v), want %t", q.sql, refused, err, q.refused)
		}
	}
}
