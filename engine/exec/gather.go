package exec

import (
	"sync"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// gather gives the rows of a pipeline, which workers compute, in their order.
type gather struct {
	c     *expr.Context
	child Operator

	*pipeline // nil: one goroutine computes them all
	started   bool

	slots []chan gathered // of each part, what comes of it; nil: not begun
	at    int             // the slot that is read
	ahead chan struct{}   // of the parts that are begun and not read yet
	stop  atomic.Bool
	done  chan struct{} // closed with stop
	all   sync.WaitGroup
}

// gathered is a batch of a part, or its end.
type gathered struct {
	outcome
	rows *types.Batch
}

// aheadParts is how many parts, for each worker, may be computed before they are read, and partBatches how many
// batches of one.
const (
	aheadParts  = 4
	partBatches = 32
)

// newGather is the rows of an operator, by several workers where it is a pipeline.
func newGather(c *expr.Context, child Operator) Operator {
	if workersOf(c) < 2 {
		return child
	}
	return &gather{c: c, child: child}
}

// Next implements Operator.
func (g *gather) Next() (*types.Batch, error) {
	if !g.started {
		g.started = true
		g.pipeline = pipelineOf(g.child)
	}
	if g.slots == nil {
		b, err := g.child.Next()
		if b != nil || err != nil || g.pipeline == nil || g.parts() == nil {
			return b, err
		}
		g.begin(g.parts())
	}
	for g.at < len(g.slots) {
		x := <-g.slots[g.at]
		if err := x.give(g.c); err != nil {
			return nil, err
		}
		if err := cancelled(g.c); err != nil {
			return nil, err
		}
		if x.rows != nil {
			return x.rows, nil
		}
		g.at++
		<-g.ahead
	}
	return nil, nil
}

// rewind implements rewinder: where there were workers, their operators have the rest of the rows.
func (g *gather) rewind() bool { return g.slots == nil && rewind(g.child) }

// begin starts the workers.
func (g *gather) begin(parts []part) {
	workers := min(workersOf(g.c), len(parts))
	g.slots = make([]chan gathered, len(parts))
	for i := range g.slots {
		g.slots[i] = make(chan gathered, partBatches)
	}
	g.ahead = make(chan struct{}, aheadParts*workers)
	g.done = make(chan struct{})
	g.shared(workers)
	var next atomic.Int64
	for range workers {
		w := newWorker(g.c, &g.stop)
		g.all.Go(func() {
			defer w.c.Release()
			for {
				select {
				case g.ahead <- struct{}{}:
				case <-g.done:
					return
				}
				i := int(next.Add(1) - 1)
				if i >= len(parts) || !g.compute(w, parts[i], workers, g.slots[i]) {
					return
				}
			}
		})
	}
}

// compute sends what comes of a part; false: the worker is not needed any more.
func (g *gather) compute(w *worker, rows part, workers int, to chan<- gathered) bool {
	send := func(x gathered) bool {
		x.warned = w.taken()
		select {
		case to <- x:
			return x.err == nil && x.panic == nil
		case <-g.done:
			return false
		}
	}
	more := true
	p, err := guarded(func() error {
		op := g.over(w.c, rows, workers)
		defer op.Close()
		for more {
			b, err := op.Next()
			if err != nil || b == nil {
				return err
			}
			more = send(gathered{rows: b})
		}
		return nil
	})
	return more && send(gathered{outcome: outcome{err: err, panic: p}})
}

// Close implements Operator. The workers have ended then.
func (g *gather) Close() {
	if g.done != nil && !g.stop.Swap(true) {
		close(g.done)
	}
	g.all.Wait()
	g.child.Close()
}
