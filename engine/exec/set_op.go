package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// conform gives rows the kinds of other columns, where a query's are not theirs.
func conform(c *expr.Context, b *types.Batch, from, to []plan.Column) (*types.Batch, error) {
	out := b
	for i, v := range b.Cols {
		if v.Kind == to[i].T.Kind || v.Kind == types.Null {
			continue
		}
		converted, err := types.ConvertVec(c.Env, v, &from[i].T, &to[i].T)
		if err != nil {
			return nil, err
		}
		if out == b {
			out = &types.Batch{N: b.N, Cols: append([]*types.Vec(nil), b.Cols...)}
		}
		out.Cols[i] = converted
	}
	return out, nil
}

// setOp is UNION, INTERSECT and EXCEPT. Rows come as from the left, then, of UNION, from the right.
type setOp struct {
	c           *expr.Context
	n           *plan.SetOp
	left, right Operator

	onRight bool   // UNION has come to its right side
	seen    rowSet // rows that have been passed
	others  rowSet // the right side's of INTERSECT and EXCEPT
	counts  []int  // of each of them, how many have no partner on the left yet
	counted bool
	mem     memory.Account
}

func newSetOp(b *builder, n *plan.SetOp) (maker, error) {
	left, err := b.build(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := b.build(n.Right)
	if err != nil {
		return nil, err
	}
	return func(c *expr.Context) Operator {
		return &setOp{c: c, n: n, left: left(c), right: right(c), seen: newRowSet(n.Cols), others: newRowSet(n.Cols), mem: c.Memory.Account()}
	}, nil
}

// Next implements Operator.
func (s *setOp) Next() (*types.Batch, error) {
	if s.n.Kind != plan.Union && !s.counted {
		s.counted = true
		if err := s.count(); err != nil {
			return nil, err
		}
	}
	for {
		if err := cancelled(s.c); err != nil {
			return nil, err
		}
		side, cols := s.left, s.n.Left.Columns()
		if s.onRight {
			side, cols = s.right, s.n.Right.Columns()
		}
		b, err := side.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			if s.n.Kind != plan.Union || s.onRight {
				return nil, nil
			}
			s.onRight = true
			continue
		}
		if b, err = conform(s.c, b, cols, s.n.Cols); err != nil {
			return nil, err
		}
		if s.n.Kind != plan.Union {
			b = s.keep(b)
		}
		if !s.n.All {
			b = s.seen.fresh(b)
			if err := s.hold(); err != nil {
				return nil, err
			}
		}
		if b.N > 0 {
			return b, nil
		}
	}
}

// hold counts what the sets take.
func (s *setOp) hold() error {
	return s.mem.Set(s.seen.bytes() + s.others.bytes() + 8*int64(len(s.counts)))
}

// count reads the right side.
func (s *setOp) count() error {
	for {
		b, err := s.right.Next()
		if err != nil || b == nil {
			return err
		}
		if err := cancelled(s.c); err != nil {
			return err
		}
		if b, err = conform(s.c, b, s.n.Right.Columns(), s.n.Cols); err != nil {
			return err
		}
		for _, id := range s.others.numbers(b) {
			if int(id) == len(s.counts) {
				s.counts = append(s.counts, 0)
			}
			s.counts[id]++
		}
		if err := s.hold(); err != nil {
			return err
		}
	}
}

// keep is the rows of the left that have, or of EXCEPT have not, a partner on the
// right; with ALL each its own.
func (s *setOp) keep(b *types.Batch) *types.Batch {
	var rows []int32
	for i, id := range s.others.numbers(b) {
		has := int(id) < len(s.counts) && s.counts[id] > 0
		if has && s.n.All {
			s.counts[id]--
		}
		if has == (s.n.Kind == plan.Intersect) {
			rows = append(rows, int32(i))
		}
	}
	return b.Take(rows)
}

// Close implements Operator.
func (s *setOp) Close() {
	s.left.Close()
	s.right.Close()
	s.mem.Release()
}
