package exec

import (
	"math"
	"slices"
	"sync"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// sortKey is values by which rows are sorted. NULLs are the lowest.
type sortKey struct {
	v    *types.Vec
	t    *types.Type
	desc bool
	// any: equal values are to come together, in whatever order.
	any bool
}

// sorted is the order of n rows by the keys, stably.
func sorted(c *expr.Context, n int, keys []sortKey) ([]int32, error) {
	normal, err := normalKeys(c, n, keys)
	if err != nil {
		return nil, err
	}
	return sortRows(c, n, normal)
}

// sortOp sorts all rows, or keeps the first ones in sorted order.
type sortOp struct {
	c     *expr.Context
	child Operator
	cols  []plan.Column // the child's, then the keys
	keys  []expr.Expr
	order []expr.Order // of which the keys are
	top   expr.Expr
	// concurrent: the first rows are wanted, which workers find among theirs.
	concurrent bool

	sorter *sorter // nil: not read yet
	held
}

func newSort(b *builder, n *plan.Sort) (maker, error) {
	child, err := b.stream(n.Child)
	if err != nil {
		return nil, err
	}
	keys := make([]expr.Expr, len(n.Keys))
	for i, k := range n.Keys {
		keys[i] = k.X
	}
	if keys, err = b.placeAll(keys, layoutOf(n.Child)); err != nil {
		return nil, err
	}
	keys = expr.Share(keys)
	top, err := b.place(n.Top, nil)
	if err != nil {
		return nil, err
	}
	cols := slices.Clone(n.Child.Columns())
	cols = append(cols, columnsOfTypes(typesOf(keys))...)
	concurrent := n.Top != nil && allConcurrent(keys)
	return func(c *expr.Context) Operator {
		s := &sortOp{c: c, child: child(c), cols: cols, keys: keys, order: n.Keys, top: top, concurrent: concurrent && workersOf(c) > 1}
		if !s.concurrent {
			s.child = newGather(c, s.child)
		}
		return s
	}, nil
}

// Next implements Operator.
func (s *sortOp) Next() (*types.Batch, error) {
	if s.sorter == nil {
		if err := s.read(); err != nil {
			return nil, err
		}
	}
	if s.rows != nil {
		return s.next(batchSize(s.c)), cancelled(s.c)
	}
	b, err := s.sorter.next(batchSize(s.c))
	return s.withoutKeys(b), err
}

func (s *sortOp) withoutKeys(b *types.Batch) *types.Batch {
	if b == nil {
		return nil
	}
	return &types.Batch{N: b.N, Cols: b.Cols[:len(s.cols)-len(s.keys)]}
}

// read gives the child's rows to the sorter.
func (s *sortOp) read() error {
	top, err := rowCount(s.c, s.top, math.MaxInt64)
	if err != nil {
		return err
	}
	columns := make([]sortColumn, len(s.keys))
	for i, k := range s.keys {
		columns[i] = sortColumn{at: len(s.cols) - len(s.keys) + i, t: k.Type(), desc: s.order[i].Desc}
	}
	s.sorter = newSorter(s.c, s.cols, columns, top)
	var p *pipeline
	if s.concurrent {
		p = pipelineOf(s.child)
	}
	for {
		b, err := s.child.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if err := s.add(s.sorter, s.c, b); err != nil {
			return err
		}
	}
	if p != nil && p.parts() != nil {
		if err := s.parallel(p); err != nil {
			return err
		}
	}
	rows, err := s.sorter.finish()
	s.hold(s.withoutKeys(rows))
	return err
}

// add gives rows of the child to a sorter, with their keys.
func (s *sortOp) add(to *sorter, c *expr.Context, b *types.Batch) error {
	keys, err := expr.EvalAll(c, s.keys, b)
	if err != nil {
		return err
	}
	return to.add(&types.Batch{N: b.N, Cols: slices.Concat(b.Cols, keys)})
}

// parallel has workers find the first rows of the rest, each among adjoining ones, and gives these to the sorter in the
// order of the rows.
func (s *sortOp) parallel(p *pipeline) error {
	var mu sync.Mutex
	var all []*sorter
	defer func() {
		for _, t := range all {
			t.close()
		}
	}()
	begin := func() *sorter {
		t := newSorter(s.c, s.cols, s.sorter.keys, s.sorter.top)
		t.last = s.sorter.last // of equal rows the earlier ones are first
		mu.Lock()
		defer mu.Unlock()
		all = append(all, t)
		return t
	}
	firsts, err := fold(s.c, p, begin, func(t *sorter, c *expr.Context, b *types.Batch) error {
		t.c = c
		return s.add(t, c, b)
	})
	if err != nil {
		return err
	}
	for _, t := range firsts {
		t.c = s.c
		rows, err := t.finish()
		if err != nil {
			return err
		}
		next := t.next
		if rows != nil {
			first := pieces{rows: rows}
			next = func(size int) (*types.Batch, error) { return first.next(size), nil }
		}
		for b, err := next(BatchSize); b != nil || err != nil; b, err = next(BatchSize) {
			if err != nil {
				return err
			}
			if err := s.sorter.add(b); err != nil {
				return err
			}
		}
		s.sorter.written += t.written
	}
	return nil
}

// spilled implements spiller.
func (s *sortOp) spilled() int64 {
	if s.sorter == nil {
		return 0
	}
	return s.sorter.written
}

// Close implements Operator.
func (s *sortOp) Close() {
	s.child.Close()
	if s.sorter != nil {
		s.sorter.close()
	}
}

// isUnsigned tells whether a vector's I has the bits of unsigned numbers.
func isUnsigned(k types.Kind) bool { return k == types.Uint || k == types.Bit || k == types.Set }
