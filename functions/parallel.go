package functions

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/tables/vector"
)

// workers is how many goroutines n pieces of work are for.
func workers(n int) int { return max(1, min(n, runtime.GOMAXPROCS(0))) }

// each calls do for the numbers below n, in as many goroutines as [workers] says, and tells it which of them it is in: one
// below workers(n). Numbers are begun in order, none after an error. It returns one of the errors. What panics does so in the
// caller's goroutine.
func each(n int, do func(worker, i int) error) error {
	if workers(n) == 1 {
		for i := range n {
			if err := do(0, i); err != nil {
				return err
			}
		}
		return nil
	}
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, workers(n))
	panics := make([]any, workers(n))
	for w := range errs {
		all.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					panics[w] = fmt.Sprintf("%v\n%s", v, debug.Stack())
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if errs[w] = do(w, i); errs[w] != nil {
					next.Store(int64(n))
					return
				}
			}
		})
	}
	all.Wait()
	for w, err := range errs {
		if panics[w] != nil {
			panic(panics[w])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// spread has the parts of a scan read by several goroutines, and returns what each has made of those that it read: begin
// makes it, and add adds a batch of a part.
func spread[S any](ctx context.Context, scan Scan, table string, columns []string, begin func() S, add func(to S, part int, batch *vector.Batch)) ([]S, error) {
	parts := scan(table, columns...)
	made := make([]S, workers(len(parts)))
	for w := range made {
		made[w] = begin()
	}
	return made, each(len(parts), func(worker, i int) error {
		for batch, err := range within(ctx, table, parts[i]) {
			if err != nil {
				return err
			}
			add(made[worker], i, batch)
		}
		return nil
	})
}

// blocks calls do for pieces of n things that lie in order, with the first of each and the one behind its last.
func blocks(n int, do func(worker, from, to int)) {
	_ = each(blocksOf(n), func(worker, i int) error {
		do(worker, i*blockThings, min((i+1)*blockThings, n))
		return nil
	})
}

const blockThings = 1 << 15

func blocksOf(n int) int { return (n + blockThings - 1) / blockThings }
