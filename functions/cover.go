package functions

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/verbatim-sql/verbatim/tables/vector"
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
	several, err := spread(ctx, scan, "History", []string{"employee_id", "DATE(start_date)", "DATE(end_date)"}, newSpans, (*partSpans).add)
	if err != nil {
		return nil, err
	}
	parts := make(map[int][]span)
	for _, some := range several {
		maps.Copy(parts, *some)
	}
	var spans []span
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		spans = append(spans, parts[part]...)
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

// partSpans are spans by the part of History that they are of. Those of an employee that come one after the other and
// overlap or touch are one.
type partSpans map[int][]span

func newSpans() *partSpans { return &partSpans{} }

func (p *partSpans) add(part int, batch *vector.Batch) {
	spans := (*p)[part]
	eachCover(batch, func(employee, first, end int64) {
		if n := len(spans); n > 0 {
			if before := &spans[n-1]; before.employee == employee && before.first <= first && first <= before.end {
				before.end = max(before.end, end)
				return
			}
		}
		spans = append(spans, span{employee, first, end})
	})
	(*p)[part] = spans
}

// eachCover tells of the days that the rows of a batch of History cover, of employee_id, DATE(start_date) and
// DATE(end_date): from first up to, but not including, end.
func eachCover(batch *vector.Batch, found func(employee, first, end int64)) {
	employees, starts, ends := &batch.Columns[0], &batch.Columns[1], &batch.Columns[2]
	for i, employee := range employees.Ints {
		if employees.Null(i) || starts.Null(i) {
			continue
		}
		end := never
		if !ends.Null(i) {
			end = ends.Ints[i]
		}
		if first := starts.Ints[i]; first < end {
			found(employee, first, end)
		}
	}
}
