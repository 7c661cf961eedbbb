package functions

import (
	"cmp"
	"context"
	"slices"
)

// never ends what has no end: the day after the last that a DATETIME can name.
var never = newYear(10000)

// span is days on which an employee is covered by History: from first up to, but
// not including, end, which is [never] where it goes on.
type span struct {
	employee, first, end int64
}

// employed answers, from History, the maximal spans of days on which each
// employee is covered, by employee and then by first: where rows overlap or
// touch, they are one span. Rows without employee count for nobody; rows without
// start_date cover nothing, nor do those that end on the day they start, or
// before.
func employed(ctx context.Context, scan Scan) ([]span, error) {
	var spans []span
	for batch, err := range scan.batches(ctx, "History", "employee_id", "DATE(start_date)", "DATE(end_date)") {
		if err != nil {
			return nil, err
		}
		employees, starts, ends := &batch.Columns[0], &batch.Columns[1], &batch.Columns[2]
		for i, employee := range employees.Ints {
			if employees.Null(i) || starts.Null(i) {
				continue
			}
			s := span{employee: employee, first: starts.Ints[i], end: never}
			if !ends.Null(i) {
				s.end = ends.Ints[i]
			}
			if s.first < s.end {
				spans = append(spans, s)
			}
		}
	}
	byEmployee := func(a, b span) int {
		return cmp.Or(cmp.Compare(a.employee, b.employee), cmp.Compare(a.first, b.first))
	}
	if !slices.IsSortedFunc(spans, byEmployee) {
		slices.SortFunc(spans, byEmployee)
	}
	merged := spans[:0]
	for _, s := range spans {
		if n := len(merged); n > 0 && merged[n-1].employee == s.employee && s.first <= merged[n-1].end {
			merged[n-1].end = max(merged[n-1].end, s.end)
			continue
		}
		merged = append(merged, s)
	}
	return merged, nil
}
