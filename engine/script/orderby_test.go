package script

import "testing"

func TestOrdered(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT a FROM t":                                      false,
		"SELECT a FROM t ORDER BY a":                           true,
		"select a from t order\n/* by */ by a limit 1":         true,
		"(SELECT a FROM t ORDER BY a)":                         true,
		"((SELECT a FROM t ORDER BY a))":                       true,
		"(SELECT 1 ORDER BY 1) UNION (SELECT 2 ORDER BY 1)":    false,
		"(SELECT 1) UNION (SELECT 2) ORDER BY 1":               true,
		"SELECT * FROM (SELECT a FROM t ORDER BY a) d":         false,
		"WITH c AS (SELECT a FROM t ORDER BY a) SELECT *":      false,
		"WITH c AS (SELECT 1) SELECT * FROM c ORDER BY 1":      true,
		"SELECT ROW_NUMBER() OVER (ORDER BY a) FROM t":         false,
		"SELECT a FROM t WINDOW w AS (ORDER BY a)":             false,
		"SELECT GROUP_CONCAT(a ORDER BY a) FROM t":             false,
		"SELECT a FROM t -- ORDER BY a":                        false,
		"SELECT 'ORDER BY', \"ORDER BY a\", `ORDER BY` FROM t": false,
		"SELECT a AS `order`, b AS `by` FROM t":                false,
		"SHOW TABLES":                                          false,
		"":                                                     false,
	} {
		if got := Ordered(sql); got != want {
			t.Errorf("Ordered(%q) is %v, want %v", sql, got, want)
		}
	}
}
