package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
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

	onRight  bool    // UNION has come to its right side
	seen     *unique // of UNION DISTINCT: the rows that have been passed
	partners *partners
	started  bool // the right side of INTERSECT or EXCEPT was read
	ended    bool // all rows were: what is left is on the disk
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
		s := &setOp{c: c, n: n, left: left(c), right: right(c)}
		ts := columnTypes(n.Cols)
		switch {
		case n.Kind != plan.Union:
			s.partners = newPartners(c, n, newHash(ts))
		case !n.All:
			s.seen = newUnique(c, ts, len(ts))
		}
		return s
	}, nil
}

// Next implements Operator.
func (s *setOp) Next() (*types.Batch, error) {
	if s.partners != nil && !s.started {
		s.started = true
		if err := s.eachOf(s.right, s.n.Right.Columns(), s.partners.addRight); err != nil {
			return nil, err
		}
	}
	for !s.ended {
		if err := cancelled(s.c); err != nil {
			return nil, err
		}
		b, err := s.nextInput()
		if err != nil {
			return nil, err
		}
		if b == nil {
			s.ended = true
			if err := s.finish(); err != nil {
				return nil, err
			}
			break
		}
		switch {
		case s.partners != nil:
			b, err = s.partners.keep(b)
		case s.seen != nil:
			b, err = s.seen.fresh(b)
		}
		if err != nil {
			return nil, err
		}
		if b.N > 0 {
			return b, nil
		}
	}
	switch {
	case s.partners != nil:
		return s.partners.next(batchSize(s.c))
	case s.seen != nil:
		return s.seen.next(batchSize(s.c))
	}
	return nil, nil
}

// nextInput is the next rows of the left, then, of UNION, of the right.
func (s *setOp) nextInput() (*types.Batch, error) {
	if !s.onRight {
		b, err := s.left.Next()
		if err != nil {
			return nil, err
		}
		if b != nil {
			return conform(s.c, b, s.n.Left.Columns(), s.n.Cols)
		}
		if s.n.Kind != plan.Union {
			return nil, nil
		}
		s.onRight = true
	}
	b, err := s.right.Next()
	if b == nil || err != nil {
		return nil, err
	}
	return conform(s.c, b, s.n.Right.Columns(), s.n.Cols)
}

// eachOf calls do with each batch of a side.
func (s *setOp) eachOf(side Operator, cols []plan.Column, do func(*types.Batch) error) error {
	return eachBatch(s.c, side, func(b *types.Batch) error {
		b, err := conform(s.c, b, cols, s.n.Cols)
		if err != nil {
			return err
		}
		return do(b)
	})
}

func (s *setOp) finish() error {
	switch {
	case s.partners != nil:
		return s.partners.finish()
	case s.seen != nil:
		return s.seen.finish()
	}
	return nil
}

// spilled implements spiller.
func (s *setOp) spilled() int64 {
	switch {
	case s.partners != nil:
		return s.partners.spilled()
	case s.seen != nil:
		return s.seen.spilled()
	}
	return 0
}

// Close implements Operator.
func (s *setOp) Close() {
	s.left.Close()
	s.right.Close()
	if s.partners != nil {
		s.partners.close()
	}
	if s.seen != nil {
		s.seen.close()
	}
}
