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
	"SET SESSION group_concat_max_len = 1024",
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
	{spelled(`\b(MIN|MAX|DISTINCT|GROUP BY|UNION|INTERSECT|EXCEPT|NULLIF)\b.*ORDER BY.*HEX\(`), Ordered,
		"and the one that does is ordered by its bytes"},
	{spelled(`\bDISTINCT .* / .*\b(UNION|EXCEPT|INTERSECT)\b`), Rounded,
		"DISTINCT of what has a unique key needs no temporary table, which would round"},
	{spelled(`\bIN \(SELECT [^()]* WITH ROLLUP\)`), Valued,
		"MariaDB drops GROUP BY WITH ROLLUP of a subquery of IN, and with it the row of NULLs"},
	{spelled(`\b(LEFT|RIGHT) JOIN .* ON a[0-9]+\.e <=> a[0-9]+\.e\b`), Valued,
		"an outer join on ENUMs by <=>: MariaDB answers NULLs for partners that it has found, and not after the table is made anew"},
	{spelled(`\bCONCAT_WS\(.*<=>.*\bCONCAT_WS\(`), Valued,
		"MariaDB writes one CONCAT_WS over the other that it is compared with"},
	{quantifiesAggregate, Valued,
		"IN, ANY and ALL of an aggregate that is NULL: MariaDB takes the row for none"},
	{func(q *Query) bool {
		return q.Distinct && strings.Contains(q.Limit, "OFFSET") && !slices.ContainsFunc(q.Select, func(e *Expr) bool { return !constant(e) })
	}, Valued,
		"of DISTINCT constants MariaDB does not skip the one row"},
	{spelled(`(\bUSING \(k\)|\bNATURAL ).* OVER \(|OVER \(.*(\bUSING \(k\)|\bNATURAL )`), Failed,
		"MariaDB calls the column of USING ambiguous in a window"},
	{func(q *Query) bool {
		return within(q, func(q *Query) bool { return len(q.Having) > 0 && slices.ContainsFunc(q.Select, windowed) })
	}, Valued,
		"HAVING beside windows: MariaDB takes other groups"},
	{func(q *Query) bool {
		return within(q, func(q *Query) bool {
			names := make(map[string]bool)
			for _, k := range q.GroupBy {
				names[k.Text[strings.LastIndexByte(k.Text, '.')+1:]] = true
			}
			return len(q.Having) > 0 && len(names) < len(q.GroupBy)
		})
	}, Failed, "HAVING does not find the second of two keys of GROUP BY with the same name"},
	{spelled(`\bGROUP_CONCAT\(.*HAVING.* r[0-9] `), Valued,
		"HAVING over an alias: MariaDB computes GROUP_CONCAT twice, with what is around it"},
	{spelled(`\bLAST_VALUE\(.*ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING`), Valued,
		"of a frame that ends behind the partition MariaDB takes a row before it for the last"},
	{spelled(`\b(AVG|SUM|MIN|FIRST_VALUE|LAG)\(AVG\(`), Rounded,
		"a window over AVG: MySQL keeps it in a temporary table with the places of its type, MariaDB with more"},
	{spelled(`\b(SUM|AVG)\((DISTINCT )?[^,]* / .*\bGROUP BY\b`), Rounded,
		"of a sum of quotients the plan decides whether they are rounded before: an index on the keys is not used alike"},
	{func(q *Query) bool {
		found := false
		q.walk(func(*Query) {}, func(e *Expr) {
			found = found || e.Query != nil && len(e.Kids) > 0 && e.Kids[0].Query != nil
		})
		return found
	}, Valued, "a subquery compared with ANY of another, which gives a column from outside: MariaDB takes no care of ties"},
	{spelled(`\(-[^()]*\b(f|0e0)\).*\b(EXCEPT|INTERSECT|UNION)\b|\b(EXCEPT|INTERSECT|UNION)\b.*\(-[^()]*\b(f|0e0)\)`), Valued,
		"set operations take -0 for another number than 0 in MariaDB"},
	{func(q *Query) bool {
		return within(q, func(q *Query) bool { return q.From != nil && q.From.Left != nil && constantDerived(q.From, q.With) })
	}, Valued, "constants of a derived table that is joined: MariaDB keeps them where an outer join has NULL, and windows over them in disorder"},
	{func(q *Query) bool {
		return within(q, func(q *Query) bool { return slices.ContainsFunc(q.Select, windowed) && constantDerived(q.From, q.With) })
	}, Valued, "windows over constants of a derived table: MariaDB has them in disorder"},
	{spelled(`\bCAST\(JSON_EXTRACT\(.* AS SIGNED\)`), Valued, "JSON's true is 1 as a number; MariaDB's is a text, 0"},
	{spelled(`\bTIME\((MIN\(|MAX\()?\(NULL`), Valued, "a TIME of no known precision has six places, as that of a text"},
	{spelled(`\b(LEFT|RIGHT) JOIN\b.*\bJSON_(OBJECT|ARRAY)\(`), Valued,
		"MariaDB takes JSON_OBJECT and JSON_ARRAY for NULL where an argument is, and outer joins for inner ones"},
	{spelled(`\b(k|id) (=|<=>) -?[0-9]+\.[0-9]*[1-9]0*(e0)?|-?[0-9]+\.[0-9]*[1-9]0*(e0)? (=|<=>) a[0-9]+\.(k|id)\b`), Valued,
		"MariaDB looks a whole number up by a key as a fraction is rounded"},
	{func(q *Query) bool {
		found := false
		q.walk(func(*Query) {}, func(e *Expr) {
			found = found || e.Query != nil && len(e.Kids) > 0 && slices.ContainsFunc(e.Query.Select, func(x *Expr) bool { return strings.HasSuffix(x.Text, ".e") })
		})
		return found
	}, Valued, "IN and NOT IN of a subquery that gives an ENUM: MariaDB forgets its NULL"},
	{func(q *Query) bool {
		found := false
		q.walk(func(*Query) {}, func(e *Expr) {
			found = found || strings.HasPrefix(e.Text, "%s IS ") && len(e.Kids) == 1 && e.Kids[0].Query != nil && len(e.Kids[0].Kids) > 0
		})
		return found
	}, Valued, "whether a comparison with SOME of a subquery is NULL: MariaDB takes that of NULLs for FALSE"},
	{spelled(`-?[0-9.]+ / ((MIN|MAX)\()?TO_DAYS\(`), Valued,
		"a quotient below its type's last place: MariaDB rounds it to 0 before HAVING compares it"},
}

// constant tells whether an expression uses no columns outside of subqueries: MariaDB takes COALESCE and IFNULL of
// a constant first for that constant.
func constant(e *Expr) bool {
	if strings.HasPrefix(e.Text, "COALESCE(") || strings.HasPrefix(e.Text, "IFNULL(") {
		return constant(e.Kids[0])
	}
	column := strings.Contains(e.Text, ".") && e.Text[0] == 'a'
	return !column && !slices.ContainsFunc(e.Kids, func(k *Expr) bool { return !constant(k) })
}

// constantDerived tells whether a derived table, or a CTE, has a column that is constant.
func constantDerived(f *From, ctes []CTE) bool {
	switch {
	case f == nil:
		return false
	case f.Query != nil:
		return slices.ContainsFunc(f.Query.Select, constant)
	case f.Left == nil:
		return slices.ContainsFunc(ctes, func(c CTE) bool {
			return c.Name == f.Table && (c.Query == nil || slices.ContainsFunc(c.Query.Select, constant))
		})
	}
	return constantDerived(f.Left, ctes) || constantDerived(f.Right, ctes)
}

// within tells whether one of the queries within the query, or it, is such.
func within(q *Query, is func(*Query) bool) bool {
	found := false
	q.walk(func(q *Query) { found = found || is(q) }, func(*Expr) {})
	return found
}

func spelled(pattern string) func(*Query) bool {
	re := regexp.MustCompile(pattern)
	return func(q *Query) bool { return re.MatchString(q.SQL()) }
}

// quantifiesAggregate tells whether a predicate other than EXISTS is about a
// subquery that has aggregates.
func quantifiesAggregate(q *Query) bool {
	found := false
	q.walk(func(*Query) {}, func(e *Expr) {
		if e.Type == Bool && e.Query != nil && len(e.Kids) > 0 {
			found = found || hasAggregate(e.Query.Select) || len(e.Query.GroupBy) == 0 && len(e.Query.Having) > 0
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
