package oracletest

import (
	"regexp"
	"slices"
	"strings"
)

// MariaDBSettings are what a session of MariaDB must set to be like MySQL 8's.
var MariaDBSettings = []string{
	"SET SESSION sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
	"SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin",
}

// Dialect is the statement in MariaDB's words: its collations by UCA 14 that do
// not pad stand for MySQL's by UCA 9.
func Dialect(sql string) string {
	sql = strings.ReplaceAll(sql, "utf8mb4_0900_bin", "utf8mb4_nopad_bin")
	return strings.ReplaceAll(sql, "utf8mb4_0900_", "utf8mb4_uca1400_nopad_")
}

// Difference is where MariaDB's answer to a generated query is not MySQL's. (For
// a handwritten record its comment that begins with "# MariaDB" says it.)
type Difference struct {
	Is     func(*Query) bool // such queries
	Kind   Kind              // Same: a difference of any kind
	Reason string
}

// Differences are the known ones.
var Differences = []Difference{
	{spelled(`\b(IF|CASE|COALESCE|IFNULL|NULLIF|GREATEST|LEAST)\b|\bUNION\b|\bINTERSECT\b|\bEXCEPT\b`), Spelled,
		"of branches with different scales MySQL answers the chosen one's own zeros in places where MariaDB fills up to the common scale"},
	{spelled(`\b(MIN|MAX|DISTINCT|GROUP BY|UNION|INTERSECT|EXCEPT|NULLIF)\b`), Spelled,
		"of texts that are the same without case any may stand for all"},
	{quantifiesAggregate, Valued,
		"IN, ANY and ALL of an aggregate over no rows: there is one row, with NULL; MariaDB takes it for none"},
	{func(q *Query) bool {
		return q.Distinct && strings.Contains(q.Limit, "OFFSET") && !slices.ContainsFunc(q.Select, func(e *Expr) bool { return len(e.Kids) > 0 || e.Query != nil || strings.Contains(e.Text, ".") })
	}, Valued, "of DISTINCT constants MariaDB does not skip the one row"},
	{spelled(`\bUSING \(k\).* OVER \(|OVER \(.*\bUSING \(k\)`), Failed,
		"MariaDB calls the column of USING ambiguous in a window"},
}

func spelled(pattern string) func(*Query) bool {
	re := regexp.MustCompile(pattern)
	return func(q *Query) bool { return re.MatchString(q.SQL()) }
}

// quantifiesAggregate tells whether a predicate other than EXISTS is about a
// subquery that is one group.
func quantifiesAggregate(q *Query) bool {
	found := false
	q.walk(func(*Query) {}, func(e *Expr) {
		if e.Type == Bool && e.Query != nil && len(e.Kids) > 0 {
			found = found || len(e.Query.GroupBy) == 0 && (hasAggregate(e.Query.Select) || len(e.Query.Having) > 0)
		}
	})
	return found
}

// Known is the reason why MariaDB's answer to a query differs in this way, "" if
// there is none.
func Known(q *Query, kind Kind) string {
	for _, d := range Differences {
		if (d.Kind == Same || d.Kind == kind) && d.Is(q) {
			return d.Reason
		}
	}
	return ""
}
