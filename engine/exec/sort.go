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
	cols  []plan.Column
	keys  []expr.Order
	top   expr.Expr

	done bool
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
	// Behind the child's columns are the keys' values.
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
	if !s.done {
		s.done = true
		top, err := rowCount(s.c, s.top, math.MaxInt64)
		if err != nil {
			return nil, err
		}
		rows, err := s.read(top)
		if err != nil {
			return nil, err
		}
		rows.Cols = rows.Cols[:len(s.cols)-len(s.keys)]
		s.hold(rows)
	}
	return s.next(batchSize(s.c)), cancelled(s.c)
}

// read is the first rows in sorted order.
func (s *sortOp) read(top int64) (*types.Batch, error) {
	const slack = 4 * BatchSize // rows beyond the wanted ones are dropped so many at a time
	all := newBuffer(s.cols)
	var last *types.Batch // the last row of those wanted of the rows so far; nil: there are not so many
	for {
		b, err := s.child.Next()
		if err != nil {
			return nil, err
		}
		if err := cancelled(s.c); err != nil {
			return nil, err
		}
		if b == nil {
			return s.sort(all.batch(), top)
		}
		keys := make([]*types.Vec, len(s.keys))
		for i, k := range s.keys {
			if keys[i], err = k.X.Eval(s.c, b); err != nil {
				return nil, err
			}
		}
		b = &types.Batch{N: b.N, Cols: append(slices.Clone(b.Cols), keys...)}
		if last != nil {
			if b = s.before(b, last); b.N == 0 {
				continue
			}
		}
		all.add(b)
		if int64(all.n)-slack > top {
			first, err := s.sort(all.batch(), top)
			if err != nil {
				return nil, err
			}
			all = newBuffer(s.cols)
			if all.add(first); int64(first.N) == top && top > 0 {
				last = first.Slice(first.N-1, first.N)
			}
		}
	}
}

// before is the rows that come before a row: others, which are not among the first, are not kept.
func (s *sortOp) before(b, row *types.Batch) *types.Batch {
	rows := make([]int32, 0, b.N)
	first := len(b.Cols) - len(s.keys)
	if len(s.keys) == 0 {
		return b.Take(rows)
	}
	v, than := b.Cols[first], row.Cols[first]
	if v.Kind != types.Null && isIntegral(v.Kind) && !isUnsigned(v.Kind) && !v.HasNulls() && !v.Same() && !than.Null(0) {
		// Most are decided by a number.
		x, desc := than.I[than.At(0)], s.keys[0].Desc
		for i, y := range v.I[:b.N] {
			if y == x && s.comesBefore(b, row, i, first) || y != x && y > x == desc {
				rows = append(rows, int32(i))
			}
		}
	} else {
		for i := range b.N {
			if s.comesBefore(b, row, i, first) {
				rows = append(rows, int32(i))
			}
		}
	}
	if len(rows) == b.N {
		return b
	}
	return b.Take(rows)
}

// comesBefore tells whether row i comes before the only one of another batch, whose keys are from column first on.
func (s *sortOp) comesBefore(b, row *types.Batch, i, first int) bool {
	for k, key := range s.keys {
		order := types.CompareVec(b.Cols[first+k], i, row.Cols[first+k], 0, key.X.Type().Collation)
		if key.Desc {
			order = -order
		}
		if order != 0 {
			return order < 0
		}
	}
	return false // it came later
}

func (s *sortOp) sort(b *types.Batch, top int64) (*types.Batch, error) {
	keys := make([]sortKey, len(s.keys))
	for i, k := range s.keys {
		keys[i] = sortKey{b.Cols[len(b.Cols)-len(s.keys)+i], k.X.Type(), k.Desc}
	}
	rows, err := sorted(s.c, b.N, keys)
	if err != nil {
		return nil, err
	}
	if int64(len(rows)) > top {
		rows = rows[:top]
	}
	return b.Take(rows), nil
}

// Close implements Operator.
func (s *sortOp) Close() { s.child.Close() }

// isUnsigned tells whether a vector's I has the bits of unsigned numbers.
func isUnsigned(k types.Kind) bool { return k == types.Uint || k == types.Bit || k == types.Set }
