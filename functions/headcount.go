package functions

import (
	"context"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// HeadCount answers how many people worked for the company, year by year.
var HeadCount = &Func{
	Name: "headcount",
	Description: "How many employees History covers in each year from from_year to to_year, in order of year. An " +
		"employee counts once, however many rows cover the same days; rows without employee_id count for nobody. " +
		"A row covers the days from that of start_date up to, but not including, that of end_date. A year without " +
		"anybody is there with 0. A NULL argument answers no rows.",
	Params: []Param{fromYear, toYear, rule},
	Columns: []tables.Column{
		{Name: "year", Type: tables.Int, Description: "The year."},
		{Name: "headcount", Type: tables.Int, Description: "How many employees count in the year, by the rule."},
	},
	SQL: `WITH RECURSIVE years AS (
    SELECT CAST(@from_year AS SIGNED) AS y
    FROM DUAL
    WHERE @from_year <= @to_year AND @rule IS NOT NULL
    UNION ALL
    SELECT y + 1
    FROM years
    WHERE y < @to_year
), spans AS (
    -- the first and the last year that a row counts in
    SELECT employee_id, YEAR(start_date) AS first_year,
        CASE
            WHEN end_date IS NULL THEN 9999
            WHEN @rule = 'any_time' AND DAYOFYEAR(end_date) > 1 AND DATE(start_date) < DATE(end_date) THEN YEAR(end_date)
            ELSE YEAR(end_date) - 1
        END AS last_year
    FROM History
)
SELECT y AS "year", CAST(COUNT(DISTINCT employee_id) AS SIGNED) AS headcount
FROM years
LEFT JOIN spans ON y BETWEEN first_year AND last_year
GROUP BY y
ORDER BY y`,
	Check: checkYears("headcount"),
	Native: func(ctx context.Context, scan Scan, args Args, out *vector.Batch) error {
		from, to := args[0].Int, args[1].Int
		counts, err := headcounts(ctx, scan, from, to, args[2].Text)
		if err != nil {
			return err
		}
		for i, n := range counts {
			out.Columns[0].AppendInt(from + int64(i))
			out.Columns[1].AppendInt(n)
		}
		return nil
	},
	Examples: []tables.Example{{
		SQL:    "SELECT * FROM headcount(2019, 2024)",
		Result: "year\theadcount\n2019\t5\n2020\t7\n2021\t7\n2022\t7\n2023\t8\n2024\t8\n",
	}, {
		SQL:    "SELECT `year`, headcount FROM headcount(2018, 2020, 'any_time')",
		Result: "year\theadcount\n2018\t0\n2019\t5\n2020\t8\n",
	}},
}

// headcounts answers how many employees count in each of the years, by the rule.
func headcounts(ctx context.Context, scan Scan, from, to int64, rule string) ([]int64, error) {
	spans, err := employed(ctx, scan)
	if err != nil {
		return nil, err
	}
	counts := make([]int64, to-from+2)
	var counted span // the span before
	var until int64  // the last year that it counts in
	for _, s := range spans {
		first, last := yearOf(s.first), yearOf(s.end-1)
		if rule == yearEnd {
			// 31 December is covered in the years before that of the first
			// day that is not.
			last = yearOf(s.end) - 1
		}
		if counted.employee == s.employee {
			first = max(first, until+1)
		}
		counted, until = s, last
		if first, last = max(first, from), min(last, to); first <= last {
			counts[first-from]++ // what is added stays until it is taken away
			counts[last-from+1]--
		}
	}
	for i := range to - from {
		counts[i+1] += counts[i]
	}
	return counts[:to-from+1], nil
}
