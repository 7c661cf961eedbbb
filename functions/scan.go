package functions

import (
	"context"
	"fmt"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// batches are what the parts of a scan yield until ctx ends, one after the other. An error is the last, and says
// which table it is of.
func (scan Scan) batches(ctx context.Context, table string, columns ...string) Part {
	return func(yield func(*vector.Batch, error) bool) {
		for _, part := range scan(table, columns...) {
			for batch, err := range within(ctx, table, part) {
				if !yield(batch, err) || err != nil {
					return
				}
			}
		}
	}
}

// within is what a part of a table yields until ctx ends, as [Scan.batches] tells it.
func within(ctx context.Context, table string, part Part) Part {
	return func(yield func(*vector.Batch, error) bool) {
		for batch, err := range part {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, fmt.Errorf("functions: scan %s: %w", table, err))
				return
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}
