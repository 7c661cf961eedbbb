package functions

import (
	"context"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// AverageHeadCount answers how many people worked for the company on average,
// year by year.
var AverageHeadCount = &Func{
	Name: "average_headcount",
	Description: "How many employees History covers on an average day of each year from from_year to to_year, in " +
		"order of year: the mean, over the 365 or 366 days of the year, of the number of employees covered on the " +
		"day, rounded to 4 digits. An employee counts once a day, however many rows cover it; rows without " +
		"employee_id count for nobody. A year without anybody is there with 0. A NULL argument answers no rows.",
	Params: []Param{fromYear, toYear},
	Columns: []tables.Column{
		{Name: "year", Type: tables.Int, Description: "The year."},
		{Name: "headcount", Type: tables.Decimal(14, 4), Description: "The mean number of employees covered on a day of the year."},
	},
	SQL: `WITH RECURSIVE years AS (
    SELECT CAST(@from_year AS SIGNED) AS y
    FROM DUAL
    WHERE @from_year <= @to_year
    UNION ALL
    SELECT y + 1
    FROM years
    WHERE y < @to_year
), year_days AS (
    SELECT y, TO_DAYS(CONCAT(LPAD(y, 4, '0'), '-01-01')) AS new_year,
        TO_DAYS(CONCAT(LPAD(y, 4, '0'), '-12-31')) + 1 AS next_new_year
    FROM years
), covers AS (
    SELECT employee_id, TO_DAYS(start_date) AS first_day, TO_DAYS(end_date) AS end_day
    FROM History
    WHERE employee_id IS NOT NULL AND start_date IS NOT NULL
), bounds AS (
    SELECT employee_id, first_day AS bound FROM covers
    UNION
    SELECT employee_id, end_day FROM covers WHERE end_day IS NOT NULL
), pieces AS (
    -- between two bounds that follow each other no row begins or ends
    SELECT employee_id, bound AS first_day,
        LEAD(bound) OVER (PARTITION BY employee_id ORDER BY bound) AS end_day
    FROM bounds
), worked AS (
    SELECT DISTINCT p.employee_id, p.first_day, p.end_day
    FROM pieces p
    JOIN covers c ON c.employee_id = p.employee_id AND c.first_day <= p.first_day
        AND (c.end_day IS NULL OR p.first_day < c.end_day)
)
SELECT y AS "year",
    CAST(COALESCE(SUM(LEAST(COALESCE(end_day, next_new_year), next_new_year) - GREATEST(first_day, new_year)), 0)
        / (next_new_year - new_year) AS DECIMAL(14,4)) AS headcount
FROM year_days
LEFT JOIN worked ON first_day < next_new_year AND (end_day IS NULL OR end_day > new_year)
GROUP BY y, new_year, next_new_year
ORDER BY y`,
	Check: checkYears("average_headcount"),
	Native: func(ctx context.Context, scan Scan, args Args, out *vector.Batch) error {
		from, to := args[0].Int, args[1].Int
		spans, err := employed(ctx, scan)
		if err != nil {
			return err
		}
		newYears := make([]int64, to-from+2)
		for i := range newYears {
			newYears[i] = newYear(from + int64(i))
		}
		worked := make([]int64, to-from+1) // days of all employees together
		for _, s := range spans {
			for year := max(yearOf(s.first), from); year <= min(yearOf(s.end-1), to); year++ {
				i := year - from
				worked[i] += min(s.end, newYears[i+1]) - max(s.first, newYears[i])
			}
		}
		for i, days := range worked {
			length := newYears[i+1] - newYears[i]
			out.Columns[0].AppendInt(from + int64(i))
			out.Columns[1].AppendInt((2*days*10_000 + length) / (2 * length))
		}
		return nil
	},
	Examples: []tables.Example{{
		SQL:    "SELECT * FROM average_headcount(2019, 2024)",
		Result: "year\theadcount\n2019\t3.7205\n2020\t6.1694\n2021\t7.2493\n2022\t7.4164\n2023\t8.0000\n2024\t7.1230\n",
	}},
}
