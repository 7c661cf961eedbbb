package exec

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/engine/expr"
)

// workersOf is how many goroutines an operator may have.
func workersOf(c *expr.Context) int {
	switch {
	case c.BatchSize > 0: // row by row, for the sake of user variables
		return 1
	case c.Workers > 0:
		return c.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// worker is a goroutine of an operator.
type worker struct {
	c      *expr.Context // its own
	warned []warning     // since they were taken last
}

// warning is one that a worker keeps until it is its turn.
type warning struct {
	note bool
	code uint16
	text string
}

// newWorker makes a worker beside the context's goroutine. What it executes is cancelled with that one, or by stop.
func newWorker(c *expr.Context, stop *atomic.Bool) *worker {
	w := &worker{}
	w.c = c.Fork(stoppable{c.Context, stop},
		func(code uint16, text string) { w.warned = append(w.warned, warning{false, code, text}) },
		func(code uint16, text string) { w.warned = append(w.warned, warning{true, code, text}) })
	return w
}

// taken are the worker's warnings, which it has no more then.
func (w *worker) taken() []warning {
	warned := w.warned
	w.warned = nil
	return warned
}

// warn gives the warnings of a worker to the statement.
func warn(c *expr.Context, warned []warning) {
	for _, w := range warned {
		switch {
		case w.note:
			c.Note(w.code, w.text)
		case c.Warn != nil:
			c.Warn(w.code, w.text)
		}
	}
}

// stoppable is a context that an operator ends for its workers.
type stoppable struct {
	context.Context
	stop *atomic.Bool
}

// Err implements context.Context.
func (s stoppable) Err() error {
	if s.stop.Load() {
		return context.Canceled
	}
	if s.Context == nil {
		return nil
	}
	return s.Context.Err()
}

// Panic is a worker's panic, which goes on in the goroutine that waits for it.
type Panic struct {
	Value any
	Stack []byte // the worker's
}

func (p *Panic) String() string { return fmt.Sprint(p.Value) }

// guarded calls f, and gives its panic back.
func guarded(f func() error) (p *Panic, err error) {
	defer func() {
		if v := recover(); v != nil {
			var again bool
			if p, again = v.(*Panic); !again {
				p = &Panic{v, debug.Stack()}
			}
		}
	}()
	return nil, f()
}

// outcome is what became of a piece of work.
type outcome struct {
	warned []warning
	err    error
	panic  *Panic
}

// give hands an outcome to the statement: its warnings, then its error or panic.
func (o *outcome) give(c *expr.Context) error {
	warn(c, o.warned)
	if o.panic != nil {
		panic(o.panic)
	}
	return o.err
}

// each calls do for the numbers below n, in several goroutines where there are so many. They begin in order. What comes
// of it is what would have of one after the other: warnings are in order, the error is the first one's, and of those
// behind it nothing is seen.
func each(c *expr.Context, n int, do func(c *expr.Context, i int) error) error {
	workers := min(workersOf(c), n)
	if workers < 2 {
		for i := range n {
			if err := cancelled(c); err != nil {
				return err
			}
			if err := do(c, i); err != nil {
				return err
			}
		}
		return nil
	}
	var stop atomic.Bool
	var next, failed atomic.Int64
	failed.Store(int64(n))
	outcomes := make([]outcome, n)
	var all sync.WaitGroup
	for range workers {
		w := newWorker(c, &stop)
		all.Go(func() {
			defer w.c.Release()
			for {
				i := next.Add(1) - 1
				if i >= failed.Load() {
					return
				}
				o := &outcomes[i]
				o.panic, o.err = guarded(func() error {
					if err := cancelled(w.c); err != nil {
						return err
					}
					return do(w.c, int(i))
				})
				o.warned = w.taken()
				for o.err != nil || o.panic != nil {
					if f := failed.Load(); i >= f || failed.CompareAndSwap(f, i) {
						return
					}
				}
			}
		})
	}
	all.Wait()
	for i := range outcomes {
		if err := outcomes[i].give(c); err != nil {
			return err
		}
	}
	return nil
}

// ranges calls do for the pieces of n rows, one behind the other: as many as there are workers, or one where rows are few.
func ranges(c *expr.Context, n int, do func(c *expr.Context, piece, from, to int) error) error {
	pieces := piecesOf(c, n)
	return each(c, pieces, func(c *expr.Context, i int) error { return do(c, i, n*i/pieces, n*(i+1)/pieces) })
}

// piecesOf is how many ranges there are of n rows.
func piecesOf(c *expr.Context, n int) int {
	if n < serialRows+morselRows {
		return 1
	}
	return workersOf(c)
}
