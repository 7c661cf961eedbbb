package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// readAhead is an operator of which rows were read before it is known who will have them. If it is a pipeline, it is the
// source of the one above it, and its parts are the pipeline's.
type readAhead struct {
	c         *expr.Context
	child     Operator
	*pipeline // nil: it is none
	may       func() bool

	held  []*types.Batch
	rows  int // of those that were read ahead
	given int
	ended bool // the child has
	at    int  // of the parts, which this goroutine reads where nobody wants them
	now   Operator
}

// fill reads ahead. A source that can be divided is, before that is much.
func (r *readAhead) fill() error {
	for r.rows < 4*serialRows && !r.ended {
		if err := cancelled(r.c); err != nil {
			return err
		}
		b, err := r.child.Next()
		if err != nil {
			return err
		}
		if b == nil {
			r.ended = true
			break
		}
		r.held = append(r.held, b)
		r.rows += b.N
	}
	return nil
}

// Next implements Operator.
func (r *readAhead) Next() (*types.Batch, error) {
	if len(r.held) > 0 {
		b := r.held[0]
		r.held = r.held[1:]
		r.given += b.N
		return b, nil
	}
	if !r.ended {
		b, err := r.child.Next()
		if b != nil || err != nil {
			return b, err
		}
		r.ended = true
	}
	for r.pipeline != nil && r.parts() == nil && r.at < len(r.pipeline.parts()) {
		if r.now == nil {
			r.now = r.over(r.c, r.pipeline.parts()[r.at], 1)
		}
		b, err := r.now.Next()
		if b != nil || err != nil {
			return b, err
		}
		r.now.Close()
		r.now = nil
		r.at++
	}
	return nil, nil
}

// divideWhen implements source.
func (r *readAhead) divideWhen(may func() bool) { r.may = may }

// parts implements source.
func (r *readAhead) parts() (parts []part) {
	if r.pipeline == nil || r.may == nil || !r.ended || r.at > 0 || r.now != nil || !r.may() {
		return nil
	}
	all := r.pipeline.parts()
	workers := min(workersOf(r.c), len(all))
	r.shared(workers)
	for _, rows := range all {
		parts = append(parts, func(c *expr.Context) Operator { return r.over(c, rows, workers) })
	}
	return parts
}

// read implements source.
func (r *readAhead) read() int { return r.given }

// Close implements Operator.
func (r *readAhead) Close() {
	if r.now != nil {
		r.now.Close()
	}
	r.child.Close()
}
