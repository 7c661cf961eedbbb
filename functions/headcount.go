package functions

import (
	"context"
	"math/bits"

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
func headcounts(ctx context.Context, scan Scan, from, to int64, rule string) (counts []int64, err error) {
	for ; from <= to && err == nil; from += 64 {
		var some []int64
		some, err = headcounts64(ctx, scan, from, min(from+63, to), rule)
		counts = append(counts, some...)
	}
	return counts, err
}

// headcounts64 is headcounts of at most 64 years: those in which an employee counts are bits.
func headcounts64(ctx context.Context, scan Scan, from, to int64, rule string) ([]int64, error) {
	calendar := newYears(from, to)
	several, err := spread(ctx, scan, "History", []string{"employee_id", "DATE(start_date)", "DATE(end_date)"}, newNumbered[uint64],
		func(years *numbered[uint64], _ int, batch *vector.Batch) {
			years.expect(batch.Len())
			eachCover(batch, func(employee, first, end int64) {
				last := calendar.at(end - 1)
				if rule == yearEnd {
					// 31 December is covered in the years before that of the first day that is not.
					last = calendar.at(end) - 1
				}
				if first, last := max(calendar.at(first), 0), min(last, int(to-from)); first <= last {
					*years.at(employee) |= (2<<(last-first) - 1) << first
				}
			})
		})
	if err != nil {
		return nil, err
	}
	years := merged(several, func(a, b uint64) uint64 { return a | b })
	changes := make([][65]int64, workers(blocksOf(len(years.low)))) // what is added stays until it is taken away
	blocks(len(years.low), func(worker, first, end int) {
		for _, x := range years.low[first:end] {
			countRuns(&changes[worker], x)
		}
	})
	for _, x := range years.high {
		countRuns(&changes[0], *x)
	}
	counts := make([]int64, to-from+1)
	for i := range counts {
		if i > 0 {
			counts[i] = counts[i-1]
		}
		for w := range changes {
			counts[i] += changes[w][i]
		}
	}
	return counts, nil
}

// countRuns counts where the runs of bits of x begin, and down where they have ended.
func countRuns(changes *[65]int64, x uint64) {
	for at := 0; x != 0; {
		skip := bits.TrailingZeros64(x)
		changes[at+skip]++
		n := bits.TrailingZeros64(^(x >> skip))
		at += skip + n
		changes[at]--
		x = x >> skip >> n
	}
}
