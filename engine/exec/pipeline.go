package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// A pipeline is operators that hand on, or not, the rows of the one below, whatever the other rows are: filters,
// projections and joins, over a source. Its rows can be computed by several workers, each of which has the operators
// for parts of the source's rows (morsels: Leis et al., SIGMOD 2014). It always begins on one goroutine, which
// gives the joins their right sides, and goes on so if there are not many rows.

var (
	// serialRows is how many rows of a source are read by one goroutine before there are more.
	serialRows = 16 * BatchSize
	// morselRows is about how many rows of a source a worker takes at a time.
	morselRows = 16 * BatchSize
)

// stage is an operator of a pipeline.
type stage interface {
	Operator
	// below is the operator whose rows it hands on.
	below() Operator
	// ready tells whether on may be called: workers may compute what it does, and it has all that they share.
	ready() bool
	// on is the operator over other rows, for the worker with the context.
	on(c *expr.Context, rows Operator) Operator
}

// source is an operator whose rows can be divided.
type source interface {
	Operator
	// divideWhen has it end early, where much is left and may says so.
	divideWhen(may func() bool)
	// parts are the rows that it has not given then; nil: it has given all.
	parts() []part
	// read is how many rows it has given.
	read() int
}

// part is some of a source's rows, for the worker with the context.
type part func(c *expr.Context) Operator

// divided is what sources have in common.
type divided struct {
	may   func() bool // nil: nobody asks for parts
	given int         // rows
	rest  []part
}

func (d *divided) divideWhen(may func() bool) { d.may = may }

func (d *divided) parts() []part { return d.rest }

func (d *divided) read() int { return d.given }

// due tells whether the rows that are left are to be divided, if there are enough of them.
func (d *divided) due() bool { return d.may != nil && d.given >= serialRows && d.may() }

// held is the rows that an operator has in memory, once they are computed.
type held struct {
	pieces
	divided
}

func (h *held) hold(rows *types.Batch) { h.pieces = pieces{rows: rows} }

// inMemory is how many rows there are.
func (h *held) inMemory() int {
	if h.rows == nil {
		return 0
	}
	return h.rows.N
}

// next is the next batch; nil behind the last, or where the others are divided.
func (h *held) next(size int) *types.Batch {
	if h.rows != nil && h.rows.N-h.at >= 2*morselRows && h.due() {
		for from := h.at; from < h.rows.N; from += morselRows {
			to := min(from+morselRows, h.rows.N)
			h.rest = append(h.rest, func(c *expr.Context) Operator {
				return &partRows{c: c, pieces: pieces{rows: h.rows.Slice(from, to)}}
			})
		}
		h.at = h.rows.N
		return nil
	}
	b := h.pieces.next(size)
	if b != nil {
		h.given += b.N
	}
	return b
}

// partRows gives rows in memory.
type partRows struct {
	c *expr.Context
	pieces
}

// Next implements Operator.
func (r *partRows) Next() (*types.Batch, error) { return r.next(batchSize(r.c)), cancelled(r.c) }

// Close implements Operator.
func (r *partRows) Close() {}

// pipeline is the operators of one, from the last to the source.
type pipeline struct {
	top    Operator
	stages []counted[stage]
	source counted[source]
}

// counted is an operator and, for EXPLAIN ANALYZE, its counts.
type counted[T Operator] struct {
	op     T
	counts *counts
}

// pipelineOf is the pipeline that ends with the operator, nil where it is none. From now on its source is divided when
// that can be.
func pipelineOf(top Operator) *pipeline {
	p := &pipeline{top: top}
	for {
		var k *counts
		if counting, ok := top.(*counter); ok {
			k, top = counting.counts, counting.Operator
		}
		switch x := top.(type) {
		case source:
			p.source = counted[source]{x, k}
			x.divideWhen(p.ready)
			return p
		case stage:
			p.stages = append(p.stages, counted[stage]{x, k})
			top = x.below()
		default:
			return nil
		}
	}
}

// ready tells whether workers may have the rest of the rows.
func (p *pipeline) ready() bool {
	for _, s := range p.stages {
		if !s.op.ready() {
			return false
		}
	}
	return true
}

// parts are what is left for workers; nil: nothing.
func (p *pipeline) parts() []part { return p.source.op.parts() }

// shared notes for EXPLAIN ANALYZE how many workers there are.
func (p *pipeline) shared(workers int) {
	for _, s := range p.stages {
		s.counts.shared(workers)
	}
	p.source.counts.shared(workers)
}

// over is the operators over a part, for the worker with the context, one of so many.
func (p *pipeline) over(c *expr.Context, rows part, workers int) Operator {
	op := p.source.counts.also(rows(c), workers)
	for i := len(p.stages) - 1; i >= 0; i-- {
		op = p.stages[i].counts.also(p.stages[i].op.on(c, op), workers)
	}
	return op
}
