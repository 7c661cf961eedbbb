package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// distinct passes the first of equal rows.
type distinct struct {
	c     *expr.Context
	child Operator
	seen  rowSet
	mem   memory.Account
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

// freshPieces is fresh of a batch of any size.
func freshPieces(c *expr.Context, s *rowSet, b *types.Batch) (*types.Batch, error) {
	var rows []int32
	err := steps(c, b.N, func(from, to int) {
		s.numbers(b.Slice(from, to))
		for _, r := range s.rows {
			rows = append(rows, int32(from)+r)
		}
	})
	if len(rows) == b.N {
		return b, err
	}
	return b.Take(rows), err
}

func newDistinct(b *builder, n *plan.Distinct) (maker, error) {
	child, err := b.build(n.Child)
	if err != nil {
		return nil, err
	}
	cols := n.Columns()
	return func(c *expr.Context) Operator { return &distinct{c, child(c), newRowSet(cols), c.Memory.Account()} }, nil
}

// Next implements Operator.
func (d *distinct) Next() (*types.Batch, error) {
	for {
		b, err := d.child.Next()
		if err != nil || b == nil {
			return nil, err
		}
		if err := cancelled(d.c); err != nil {
			return nil, err
		}
		b = d.seen.fresh(b)
		if err := d.mem.Set(d.seen.bytes()); err != nil {
			return nil, err
		}
		if b.N > 0 {
			return b, nil
		}
	}
}

// Close implements Operator.
func (d *distinct) Close() {
	d.child.Close()
	d.mem.Release()
}
