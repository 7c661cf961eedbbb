package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// scan reads a table.
type scan struct {
	c      *expr.Context
	n      *plan.Scan
	lookup *plan.Lookup // placed
	rows   plan.Rows
	pieces
}

func newScan(b *builder, n *plan.Scan) (maker, error) {
	exprs, err := b.placeAll(n.Exprs(), nil)
	if err != nil {
		return nil, err
	}
	lookup := n.WithExprs(exprs).(*plan.Scan).Lookup
	return func(c *expr.Context) Operator { return &scan{c: c, n: n, lookup: lookup} }, nil
}

// Next implements Operator.
func (s *scan) Next() (*types.Batch, error) {
	if s.rows == nil {
		lookup, err := s.bounds()
		if err != nil {
			return nil, err
		}
		if s.rows, err = s.n.Table.Open(s.c, s.n.Pos, lookup, s.n.Lock); err != nil {
			return nil, err
		}
	}
	for {
		if err := cancelled(s.c); err != nil {
			return nil, err
		}
		if piece := s.next(batchSize(s.c)); piece != nil {
			return piece, nil
		}
		b, err := s.rows.Next()
		if err != nil || b == nil {
			return nil, err
		}
		s.pieces = pieces{rows: b}
	}
}

// bounds is the lookup with its values, which may be those of a row of a query around this one.
func (s *scan) bounds() (*plan.Lookup, error) {
	if s.lookup == nil {
		return nil, nil
	}
	known := *s.lookup
	literal := func(e expr.Expr) (expr.Expr, error) {
		if e == nil {
			return nil, nil
		}
		v, err := constant(s.c, e)
		return &expr.Literal{V: v, T: *e.Type()}, err
	}
	known.Equal = make([]expr.Expr, len(s.lookup.Equal))
	var err error
	for i, e := range s.lookup.Equal {
		if known.Equal[i], err = literal(e); err != nil {
			return nil, err
		}
	}
	if known.From, err = literal(s.lookup.From); err != nil {
		return nil, err
	}
	known.To, err = literal(s.lookup.To)
	return &known, err
}

// Close implements Operator.
func (s *scan) Close() {
	if s.rows != nil {
		s.rows.Close()
	}
}
