package oracletest

import (
	"regexp"
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
	Query  *regexp.Regexp // matches the text of such queries
	Kind   Kind           // Same: a difference of any kind
	Reason string
}

// Differences are the known ones.
var Differences = []Difference{
	{regexp.MustCompile(`\b(IF|CASE|COALESCE|IFNULL|NULLIF|GREATEST|LEAST)\b|\bUNION\b|\bINTERSECT\b|\bEXCEPT\b`), Spelled,
		"of branches with different scales MySQL answers the chosen one's own zeros in places where MariaDB fills up to the common scale"},
	{regexp.MustCompile(`\b(MIN|MAX|DISTINCT|GROUP BY|UNION|INTERSECT|EXCEPT|NULLIF)\b`), Spelled,
		"of texts that are the same without case any may stand for all"},
}

// Known is the reason why MariaDB's answer to a query differs in this way, "" if
// there is none.
func Known(sql string, kind Kind) string {
	for _, d := range Differences {
		if (d.Kind == Same || d.Kind == kind) && d.Query.MatchString(sql) {
			return d.Reason
		}
	}
	return ""
}
