package exec

import (
	"math"
	"slices"

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
	keys  []expr.Order
	top   expr.Expr

	sorter *sorter // nil: not read yet
	held
}

func newSort(b *builder, n *plan.Sort) (maker, error) {
	child, err := b.build(n.Child)
	if err != nil {
		return nil, err
	}
	keys := slices.Clone(n.Keys)
	for i := range keys {
		if keys[i].X, err = b.place(keys[i].X, layoutOf(n.Child)); err != nil {
			return nil, err
		}
	}
	top, err := b.place(n.Top, nil)
	if err != nil {
		return nil, err
	}
	cols := slices.Clone(n.Child.Columns())
	for _, k := range keys {
		cols = append(cols, plan.Column{T: *k.X.Type()})
	}
	return func(c *expr.Context) Operator {
		return &sortOp{c: c, child: child(c), cols: cols, keys: keys, top: top}
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
		columns[i] = sortColumn{at: len(s.cols) - len(s.keys) + i, t: k.X.Type(), desc: k.Desc}
	}
	s.sorter = newSorter(s.c, s.cols, columns, top)
	for {
		b, err := s.child.Next()
		if err != nil {
			return err
		}
		if b == nil {
			rows, err := s.sorter.finish()
			s.hold(s.withoutKeys(rows))
			return err
		}
		keys := make([]*types.Vec, len(s.keys))
		for i, k := range s.keys {
			if keys[i], err = k.X.Eval(s.c, b); err != nil {
				return err
			}
		}
		if err := s.sorter.add(&types.Batch{N: b.N, Cols: append(slices.Clone(b.Cols), keys...)}); err != nil {
			return err
		}
	}
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
