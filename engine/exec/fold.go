package exec

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// span is adjoining parts of a pipeline's rows that one worker reads.
type span[S any] struct {
	first     int
	next, end int // those that are not begun yet
	state     S
	outcome
}

// leastSpan is how many parts a worker without work takes from another, at least.
const leastSpan = 4

// fold has workers read the rest of a pipeline's rows, each adjoining ones, which add puts to a state. The states are in
// the order of the rows.
func fold[S any](c *expr.Context, p *pipeline, begin func() S, add func(s S, c *expr.Context, b *types.Batch) error) ([]S, error) {
	parts := p.parts()
	workers := min(workersOf(c), len(parts))
	p.shared(workers)
	var mu sync.Mutex
	failed := len(parts) // the first of the parts that have failed
	spans := make([]*span[S], workers)
	for i := range spans {
		from := len(parts) * i / workers
		spans[i] = &span[S]{first: from, next: from, end: len(parts) * (i + 1) / workers, state: begin()}
	}
	// take is the next part of a span, -1: there is none.
	take := func(s *span[S]) int {
		mu.Lock()
		defer mu.Unlock()
		if s.next >= min(s.end, failed) {
			return -1
		}
		s.next++
		return s.next - 1
	}
	fail := func(part int) {
		mu.Lock()
		defer mu.Unlock()
		failed = min(failed, part)
	}
	// share takes the second half of the longest span; nil: none is worth it.
	share := func() *span[S] {
		mu.Lock()
		defer mu.Unlock()
		longest := slices.MaxFunc(spans, func(a, b *span[S]) int { return cmp.Compare(a.end-a.next, b.end-b.next) })
		left := longest.end - longest.next
		if left < leastSpan || failed < len(parts) {
			return nil
		}
		from := longest.end - left/2
		s := &span[S]{first: from, next: from, end: longest.end, state: begin()}
		longest.end = from
		spans = append(spans, s)
		return s
	}
	var stop atomic.Bool
	var all sync.WaitGroup
	for _, s := range slices.Clone(spans) {
		w := newWorker(c, &stop)
		all.Go(func() {
			defer w.c.Release()
			for ; s != nil; s = share() {
				for i := take(s); i >= 0; i = take(s) {
					s.panic, s.err = guarded(func() error { return consume(w.c, p.over(w.c, parts[i], workers), s.state, add) })
					if s.err != nil || s.panic != nil {
						fail(i)
					}
				}
				s.warned = w.taken()
			}
		})
	}
	all.Wait()
	slices.SortFunc(spans, func(a, b *span[S]) int { return cmp.Compare(a.first, b.first) })
	states := make([]S, len(spans))
	for i, s := range spans {
		if err := s.give(c); err != nil {
			return nil, err
		}
		states[i] = s.state
	}
	return states, cancelled(c)
}

// consume adds an operator's rows to a state.
func consume[S any](c *expr.Context, op Operator, state S, add func(s S, c *expr.Context, b *types.Batch) error) error {
	defer op.Close()
	for {
		if err := cancelled(c); err != nil {
			return err
		}
		b, err := op.Next()
		if err != nil || b == nil {
			return err
		}
		if err := add(state, c, b); err != nil {
			return err
		}
	}
}
