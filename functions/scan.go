package functions

import (
	"context"
	"fmt"
	"iter"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// batches are what scan yields until ctx ends. An error is the last, and says
// which table it is of.
func (scan Scan) batches(ctx context.Context, table string, columns ...string) iter.Seq2[*vector.Batch, error] {
	return func(yield func(*vector.Batch, error) bool) {
		for batch, err := range scan(table, columns...) {
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
