package functions

import (
	"context"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// HeadCountChange answers how the number of people changed from year to year.
var HeadCountChange = &Func{
	Name: "headcount_change",
	Description: "The head count of each year from from_year to to_year, as headcount counts it, beside that of the " +
		"year before, in order of year. The first year's previous is the head count of the year before from_year. " +
		"percent is the difference in percent of previous, rounded to 2 digits, halves away from zero; it is NULL " +
		"where previous is 0. A NULL argument answers no rows.",
	Params: []Param{fromYear, toYear, rule},
	Columns: []tables.Column{
		{Name: "year", Type: tables.Int, Description: "The year."},
		{Name: "headcount", Type: tables.Int, Description: "How many employees count in the year, by the rule."},
		{Name: "previous", Type: tables.Int, Description: "How many counted in the year before."},
		{Name: "difference", Type: tables.Int, Description: "headcount - previous."},
		{Name: "percent", Type: tables.Decimal(12, 2), Description: "difference in percent of previous; NULL where previous is 0."},
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
), counts AS (
    SELECT y,
        COUNT(DISTINCT CASE WHEN y BETWEEN first_year AND last_year THEN employee_id END) AS headcount,
        COUNT(DISTINCT CASE WHEN y - 1 BETWEEN first_year AND last_year THEN employee_id END) AS previous
    FROM years
    LEFT JOIN spans ON y >= first_year AND y - 1 <= last_year
    GROUP BY y
)
SELECT y AS "year", CAST(headcount AS SIGNED) AS headcount, CAST(previous AS SIGNED) AS previous,
    CAST(headcount - previous AS SIGNED) AS difference,
    -- with the zeros the division is exact enough that only ROUND rounds
    CAST(ROUND((headcount - previous) * 100.0000000000 / NULLIF(previous, 0), 2) AS DECIMAL(12,2)) AS percent
FROM counts
ORDER BY y`,
	Check: checkYears("headcount_change"),
	Native: func(ctx context.Context, scan Scan, args Args, out *vector.Batch) error {
		from, to := args[0].Int, args[1].Int
		counts, err := headcounts(ctx, scan, from-1, to, args[2].Text)
		if err != nil {
			return err
		}
		for year := from; year <= to; year++ {
			count, previous := counts[year-from+1], counts[year-from]
			out.Columns[0].AppendInt(year)
			out.Columns[1].AppendInt(count)
			out.Columns[2].AppendInt(previous)
			out.Columns[3].AppendInt(count - previous)
			if previous == 0 {
				out.Columns[4].AppendNull()
				continue
			}
			out.Columns[4].AppendInt(percentHundredths(count-previous, previous))
		}
		return nil
	},
	Examples: []tables.Example{{
		SQL:    "SELECT * FROM headcount_change(2019, 2024)",
		Result: "year\theadcount\tprevious\tdifference\tpercent\n2019\t5\t0\t5\tNULL\n2020\t7\t5\t2\t40.00\n2021\t7\t7\t0\t0.00\n2022\t7\t7\t0\t0.00\n2023\t8\t7\t1\t14.29\n2024\t8\t8\t0\t0.00\n",
	}, {
		SQL:    "SELECT `year`, difference, percent FROM headcount_change(2021, 2025, 'any_time') WHERE difference <> 0",
		Result: "year\tdifference\tpercent\n2024\t2\t25.00\n2025\t-2\t-20.00\n",
	}},
}

// percentHundredths is part in percent of whole, which is positive, in
// hundredths of a percent, halves rounded away from zero.
func percentHundredths(part, whole int64) int64 {
	if part < 0 {
		return -percentHundredths(-part, whole)
	}
	return (2*part*10_000 + whole) / (2 * whole)
}
