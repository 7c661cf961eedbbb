package functions

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
		scan := func(table string, columns ...string) []Part {
			return []Part{func(yield func(*vector.Batch, error) bool) {
				for _, part := range db.scan(table, columns...) {
					for batch, err := range part {
						read++
						cancel()
						if !yield(batch, err) {
							return
						}
					}
				}
			}}
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
	failing := func(yield func(*vector.Batch, error) bool) { yield(nil, broken) }
	empty := func(func(*vector.Batch, error) bool) {}
	for _, f := range All {
		for _, parts := range [][]Part{{failing}, {empty, failing, empty}} {
			if err := run(t.Context(), t, f, func(string, ...string) []Part { return parts }); !errors.Is(err, broken) {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	}
}

// What panics beside the caller's goroutine panics in it.
func TestAKernelPanicsWhereItIsCalled(t *testing.T) {
	defer func() {
		if v := fmt.Sprint(recover()); !strings.HasPrefix(v, "no such page") {
			t.Errorf("it panics with %q", v)
		}
	}()
	panics := func(func(*vector.Batch, error) bool) { panic("no such page") }
	scan := func(_ string, columns ...string) []Part {
		if len(columns) == 1 { // it is read by the caller's
			return []Part{func(func(*vector.Batch, error) bool) {}}
		}
		return []Part{panics, panics}
	}
	_ = run(t.Context(), t, ConsecutiveLoginUsers, scan)
}
