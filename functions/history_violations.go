package functions

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// HistoryViolations answers what cannot be true of the rows of History.
var HistoryViolations = &Func{
	Name: "history_violations",
	Description: "What is wrong, or deserves a look, in History, a row a violation, in order of history_id and " +
		"violation. 'overlap': the row shares a covered day with another row of the employee; both are there. " +
		"'two current rows': it is current and so is another row of the employee; all of them are there. " +
		"'end before start': end_date is before start_date. 'current with an end': current is 1 and end_date is not " +
		"NULL. 'open-ended but not current': end_date is NULL and current is 0 or NULL. 'gap': all rows of the " +
		"employee that begin before it, by (start_date, history_id), end on a day before its first, so that at least " +
		"one day between is not covered; it is told of the row after the gap. 'unknown employee': employee_id is " +
		"NULL, or not in Employees. Rows without employee_id are nobody's, so that they overlap with nothing.",
	Columns: []tables.Column{
		{Name: "history_id", Type: tables.Int, Description: "The row of History."},
		{Name: "employee_id", Type: tables.Int, Description: "The row's employee."},
		{Name: "violation", Type: tables.VarChar(64), Description: "What is wrong, in the words above."},
	},
	SQL: `WITH covers AS (
    SELECT history_id, employee_id, DATE(start_date) AS first_day, DATE(end_date) AS end_day
    FROM History
    WHERE start_date IS NOT NULL AND (end_date IS NULL OR DATE(start_date) < DATE(end_date))
), earlier AS (
    SELECT h.history_id, h.employee_id, DATE(h.start_date) AS first_day,
        COUNT(*) AS begun, COUNT(p.end_date) AS ended, MAX(DATE(p.end_date)) AS end_day
    FROM History h
    JOIN History p ON p.employee_id = h.employee_id
        AND (p.start_date < h.start_date OR p.start_date = h.start_date AND p.history_id < h.history_id)
    GROUP BY h.history_id, h.employee_id, h.start_date
)
SELECT history_id, employee_id, violation
FROM (
    SELECT a.history_id, a.employee_id, 'overlap' AS violation
    FROM covers a
    JOIN covers b ON b.employee_id = a.employee_id AND b.history_id <> a.history_id
        AND (b.end_day IS NULL OR a.first_day < b.end_day)
        AND (a.end_day IS NULL OR b.first_day < a.end_day)
    UNION
    SELECT a.history_id, a.employee_id, 'two current rows'
    FROM History a
    JOIN History b ON b.employee_id = a.employee_id AND b.history_id <> a.history_id
    WHERE a.current = 1 AND b.current = 1
    UNION
    SELECT history_id, employee_id, 'end before start'
    FROM History
    WHERE end_date < start_date
    UNION
    SELECT history_id, employee_id, 'current with an end'
    FROM History
    WHERE current = 1 AND end_date IS NOT NULL
    UNION
    SELECT history_id, employee_id, 'open-ended but not current'
    FROM History
    WHERE end_date IS NULL AND COALESCE(current, 0) = 0
    UNION
    SELECT history_id, employee_id, 'gap'
    FROM earlier
    WHERE ended = begun AND end_day < first_day
    UNION
    SELECT h.history_id, h.employee_id, 'unknown employee'
    FROM History h
    LEFT JOIN Employees e ON e.employee_id = h.employee_id
    WHERE e.employee_id IS NULL
) AS violations
ORDER BY history_id, violation`,
	Native: func(ctx context.Context, scan Scan, _ Args, out *vector.Batch) error {
		rows, err := scanHistory(ctx, scan)
		if err != nil {
			return err
		}
		known, err := employeeIDs(ctx, scan)
		if err != nil {
			return err
		}
		var found []violation
		report := func(r *historyRow, what string) { found = append(found, violation{r, what}) }

		slices.SortFunc(rows, compareHistoryRows)
		for i := range rows {
			checkRow(&rows[i], known, report)
		}
		// Rows without employee come first, and belong together with none.
		rest := rows
		for len(rest) > 0 && !rest[0].hasEmployee {
			rest = rest[1:]
		}
		for len(rest) > 0 {
			n := 1
			for n < len(rest) && rest[n].employee == rest[0].employee {
				n++
			}
			checkEmployee(rest[:n], report)
			rest = rest[n:]
		}

		slices.SortFunc(found, func(a, b violation) int {
			return cmp.Or(cmp.Compare(a.row.id, b.row.id), cmp.Compare(a.what, b.what))
		})
		for _, v := range slices.Compact(found) {
			out.Columns[0].AppendInt(v.row.id)
			if v.row.hasEmployee {
				out.Columns[1].AppendInt(v.row.employee)
			} else {
				out.Columns[1].AppendNull()
			}
			out.Columns[2].AppendString(v.what)
		}
		return nil
	},
	Examples: []tables.Example{{
		SQL:    "SELECT * FROM history_violations()",
		Result: "history_id\temployee_id\tviolation\n5\t3\tgap\n",
	}},
}

// violation is what is wrong with a row.
type violation struct {
	row  *historyRow
	what string
}

// historyRow is a row of History. What it has not is NULL.
type historyRow struct {
	id, employee                  int64
	start, end                    int64 // as in a [vector.DateTime]
	hasEmployee, hasStart, hasEnd bool
	current                       bool // current is 1
	notCurrent                    bool // current is 0 or NULL
}

// compareHistoryRows orders by employee, start and id, where NULLs come first.
func compareHistoryRows(a, b historyRow) int {
	return cmp.Or(
		compareBools(a.hasEmployee, b.hasEmployee), cmp.Compare(a.employee, b.employee),
		compareBools(a.hasStart, b.hasStart), cmp.Compare(a.start, b.start),
		cmp.Compare(a.id, b.id),
	)
}

// compareBools orders false before true.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func scanHistory(ctx context.Context, scan Scan) ([]historyRow, error) {
	var rows []historyRow
	for batch, err := range scan.batches(ctx, "History", "history_id", "employee_id", "start_date", "end_date", "current") {
		if err != nil {
			return nil, err
		}
		employees, starts, ends, currents := &batch.Columns[1], &batch.Columns[2], &batch.Columns[3], &batch.Columns[4]
		for i, id := range batch.Columns[0].Ints {
			r := historyRow{
				id:          id,
				hasEmployee: !employees.Null(i),
				hasStart:    !starts.Null(i),
				hasEnd:      !ends.Null(i),
				current:     !currents.Null(i) && currents.Ints[i] == 1,
				notCurrent:  currents.Null(i) || currents.Ints[i] == 0,
			}
			if r.hasEmployee {
				r.employee = employees.Ints[i]
			}
			if r.hasStart {
				r.start = starts.Ints[i]
			}
			if r.hasEnd {
				r.end = ends.Ints[i]
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}

func employeeIDs(ctx context.Context, scan Scan) (map[int64]bool, error) {
	known := map[int64]bool{}
	for batch, err := range scan.batches(ctx, "Employees", "employee_id") {
		if err != nil {
			return nil, err
		}
		for _, id := range batch.Columns[0].Ints {
			known[id] = true
		}
	}
	return known, nil
}

// checkRow reports what is wrong with a row by itself.
func checkRow(r *historyRow, known map[int64]bool, report func(*historyRow, string)) {
	if r.hasStart && r.hasEnd && r.end < r.start {
		report(r, "end before start")
	}
	if r.current && r.hasEnd {
		report(r, "current with an end")
	}
	if r.notCurrent && !r.hasEnd {
		report(r, "open-ended but not current")
	}
	if !r.hasEmployee || !known[r.employee] {
		report(r, "unknown employee")
	}
}

// checkEmployee reports what is wrong between the rows of an employee, which are
// all of them, in the order of compareHistoryRows. It may report the same twice.
func checkEmployee(rows []historyRow, report func(*historyRow, string)) {
	current := 0
	for i := range rows {
		if rows[i].current {
			current++
		}
	}
	var before *historyRow        // the last row that covers a day
	var beforeEnd int64           // its first day that is not covered
	ended := int64(math.MinInt64) // the latest end of the rows so far
	for i := range rows {
		r := &rows[i]
		if r.current && current > 1 {
			report(r, "two current rows")
		}
		if !r.hasStart {
			continue
		}
		first, end := dayOf(r.start), never
		if r.hasEnd {
			end = dayOf(r.end)
		}
		if ended != math.MinInt64 && ended < first {
			report(r, "gap")
		}
		if first < end {
			// A row that covers no day ends where it begins, or before, so
			// that ended is after first only because of rows that cover first.
			if first < ended {
				report(r, "overlap")
			}
			// No row after this one begins earlier: where this one does not
			// reach back into the row before, none does.
			if before != nil && first < beforeEnd {
				report(before, "overlap")
			}
			before, beforeEnd = r, end
		}
		ended = max(ended, end)
	}
}
