package functions

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// run calls f's kernel with the first of its calls.
func run(ctx context.Context, t *testing.T, f *Func, scan Scan) error {
	t.Helper()
	out := &vector.Batch{Columns: make([]vector.Vector, len(f.Columns))}
	for i, c := range f.Columns {
		out.Columns[i].Type = c.Type
	}
	return f.Native(ctx, scan, bound(t, f, calls(f)[0]), out)
}

func TestAKernelEndsWithItsContext(t *testing.T) {
	db := builtIn(t)
	for _, f := range All {
		ctx, cancel := context.WithCancel(t.Context())
		read := 0
		scan := func(table string, columns ...string) iter.Seq2[*vector.Batch, error] {
			return func(yield func(*vector.Batch, error) bool) {
				for batch, err := range db.scan(table, columns...) {
					read++
					cancel()
					if !yield(batch, err) {
						return
					}
				}
			}
		}
		if err := run(ctx, t, f, scan); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", f.Name, err)
		}
		if read != 1 {
			t.Errorf("%s read %d batches", f.Name, read)
		}
	}
}

func TestAKernelEndsWithItsScan(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, f := range All {
		scan := func(string, ...string) iter.Seq2[*vector.Batch, error] {
			return func(yield func(*vector.Batch, error) bool) { yield(nil, broken) }
		}
		if err := run(t.Context(), t, f, scan); !errors.Is(err, broken) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}
