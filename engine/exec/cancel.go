package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
)

// checkedRows is after how many rows work that is not done by the batch asks again whether the statement was ended:
// it takes a few milliseconds.
const checkedRows = 1 << 15

// cancelled is the error of a statement that was ended.
func cancelled(c *expr.Context) error { return c.Cancelled() }

// steps does work on n rows some at a time, as long as the statement goes on.
func steps(c *expr.Context, n int, work func(from, to int)) error {
	for from := 0; from < n; from += checkedRows {
		if err := cancelled(c); err != nil {
			return err
		}
		work(from, min(from+checkedRows, n))
	}
	return nil
}

// sortFunc is slices.SortFunc that ends with the statement: it sorts runs, and merges them.
func sortFunc[T any](c *expr.Context, x []T, compare func(a, b T) int) error {
	if err := steps(c, len(x), func(from, to int) { slices.SortFunc(x[from:to], compare) }); err != nil || len(x) <= checkedRows {
		return err
	}
	from, to := x, make([]T, len(x))
	for run := checkedRows; run < len(x); run *= 2 {
		for at := 0; at < len(x); at += 2 * run {
			middle, end := min(at+run, len(x)), min(at+2*run, len(x))
			if err := merge(c, to[at:end], from[at:middle], from[middle:end], compare); err != nil {
				return err
			}
		}
		from, to = to, from
	}
	copy(x, from) // nothing where it is x
	return nil
}

// merge puts two sorted slices together; of equal elements those of the first come first.
func merge[T any](c *expr.Context, to, a, b []T, compare func(a, b T) int) error {
	return steps(c, len(to), func(from, end int) {
		for i := from; i < end; i++ {
			if len(b) == 0 || len(a) > 0 && compare(a[0], b[0]) <= 0 {
				to[i], a = a[0], a[1:]
			} else {
				to[i], b = b[0], b[1:]
			}
		}
	})
}
