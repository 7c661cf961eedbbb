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
	seen  rowSet
}

// rowSet is the different rows of some columns, which are equal as their collations say, NULL to NULL.
type rowSet struct {
	cols []plan.Column
	hashTable
	buf []byte
}

// rowKey is the key of a row.
func (s *rowSet) rowKey(b *types.Batch, i int) []byte {
	s.buf = s.buf[:0]
	for j, v := range b.Cols {
		s.buf = types.AppendKey(s.buf, v, i, s.cols[j].T.Collation)
	}
	return s.buf
}

// fresh is the rows of the batch that are not in the set yet; they are then.
func (s *rowSet) fresh(b *types.Batch) *types.Batch {
	rows := make([]int32, 0, b.N)
	for i := range b.N {
		if _, fresh := s.insert(s.rowKey(b, i)); fresh {
			rows = append(rows, int32(i))
		}
	}
	if len(rows) == b.N {
		return b
	}
	return b.Take(rows)
}

func newDistinct(b *builder, n *plan.Distinct) (maker, error) {
	child, err := b.build(n.Child)
	if err != nil {
		return nil, err
	}
	cols := n.Columns()
	return func(c *expr.Context) Operator { return &distinct{c, child(c), rowSet{cols: cols}} }, nil
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
		if b = d.seen.fresh(b); b.N > 0 {
			return b, nil
		}
	}
}

// Close implements Operator.
func (d *distinct) Close() { d.child.Close() }
