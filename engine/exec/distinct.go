package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// distinct passes the first of equal rows.
type distinct struct {
	c     *expr.Context
	child Operator
	cols  []plan.Column
	found *unique // by this goroutine

	pipeline *pipeline // nil: one goroutine finds them
	started  bool
	ended    bool
	passed   []*types.Batch // so far, for workers to know
	k        *grouping      // of the workers; nil: none are at it
	known    int            // how many rows at the begin of theirs were passed
	held                    // what workers have found
}

// rowSet is the different rows of some columns, which are equal as their collations say, NULL to NULL.
type rowSet struct {
	*keySet
	ids, rows []int32
}

func newRowSet(cols []plan.Column) rowSet {
	ts := make([]*types.Type, len(cols))
	for i := range cols {
		ts[i] = &cols[i].T
	}
	return rowSet{keySet: newKeySet(ts)}
}

// numbers are those of the batch's rows, which are in the set then; valid until the next call.
func (s *rowSet) numbers(b *types.Batch) []int32 {
	s.ids, s.rows = s.add(b.Cols, b.N, s.ids[:0], s.rows[:0])
	return s.ids
}

// fresh is the rows of the batch that are not in the set yet; they are then.
func (s *rowSet) fresh(b *types.Batch) *types.Batch {
	s.numbers(b)
	rows := s.rows
	if len(rows) == b.N {
		return b
	}
	return b.Take(rows)
}

func newDistinct(b *builder, n *plan.Distinct) (maker, error) {
	child, err := b.stream(n.Child)
	if err != nil {
		return nil, err
	}
	cols := n.Columns()
	return func(c *expr.Context) Operator {
		return &distinct{c: c, child: child(c), cols: cols, found: newUnique(c, columnTypes(cols), len(cols))}
	}, nil
}

// Next implements Operator.
func (d *distinct) Next() (*types.Batch, error) {
	if !d.started {
		d.started = true
		if workersOf(d.c) > 1 {
			d.pipeline = pipelineOf(d.child)
		}
	}
	for d.rows == nil && !d.spills() && !d.ended {
		b, err := d.child.Next()
		if err != nil {
			return nil, err
		}
		if err := cancelled(d.c); err != nil {
			return nil, err
		}
		if b == nil {
			if d.pipeline == nil || d.pipeline.parts() == nil {
				d.ended = true
				if err := d.found.finish(); err != nil {
					return nil, err
				}
				break
			}
			if err := d.parallel(); err != nil {
				return nil, err
			}
			break
		}
		if d.found.seen.n == 0 {
			d.found.seen.expect(heldRows(d.child))
		}
		if b, err = d.found.fresh(b); err != nil {
			return nil, err
		}
		d.keep(b)
		if b.N > 0 {
			return b, nil
		}
	}
	switch {
	case d.spills():
		return d.nextSpilled()
	case d.ended:
		return d.found.next(batchSize(d.c))
	}
	return d.next(batchSize(d.c)), cancelled(d.c)
}

// spills tells whether the rows that are left did not fit in memory.
func (d *distinct) spills() bool { return d.k != nil && d.k.spilled != nil }

// nextSpilled is next of these, behind those that were passed before.
func (d *distinct) nextSpilled() (*types.Batch, error) {
	for {
		b, err := d.k.spilled.next(batchSize(d.c))
		if b == nil || err != nil {
			return nil, err
		}
		if skip := min(d.known, b.N); skip < b.N {
			d.known = 0
			return b.Slice(skip, b.N), nil
		}
		d.known -= b.N
	}
}

// keep remembers rows that were passed, for workers to take up from there. Where a pipeline does not come to that
// soon, or rows are on the disk, it will not.
func (d *distinct) keep(b *types.Batch) {
	if d.pipeline == nil {
		return
	}
	if d.passed = append(d.passed, b); d.given > 8*serialRows || d.found.rest != nil {
		d.pipeline.source.op.divideWhen(nil)
		d.pipeline, d.passed = nil, nil
	}
	d.given += b.N
}

// parallel has workers find the different ones of the rows that are left.
func (d *distinct) parallel() error {
	k := &grouping{memory: d.c.Memory, columns: func(_ *expr.Context, b *types.Batch) ([]*types.Vec, error) { return b.Cols, nil }}
	for i := range d.cols {
		k.keys = append(k.keys, &d.cols[i].T)
	}
	d.k = k
	before := k.begin()
	for _, b := range d.passed {
		if err := before.add(d.c, b); err != nil {
			return err
		}
	}
	d.passed = nil
	d.found.close()
	d.known = before.n
	rows, err := k.parallel(d.c, d.pipeline, before, d.pipeline.source.op.read())
	if err != nil || d.spills() {
		return err
	}
	d.hold(rows.Slice(d.known, rows.N))
	return nil
}

// spilled implements spiller.
func (d *distinct) spilled() int64 {
	if d.spills() {
		return d.k.spilled.size()
	}
	return d.found.spilled()
}

// Close implements Operator.
func (d *distinct) Close() {
	d.child.Close()
	d.held.rows, d.passed = nil, nil
	d.found.close()
	if d.k != nil {
		d.k.release()
	}
}
