package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// scan reads a table.
type scan struct {
	c    *expr.Context
	n    *plan.Scan // placed
	rows plan.Rows
	pieces
}

func newScan(b *builder, n *plan.Scan) (maker, error) {
	exprs, err := b.placeAll(n.Exprs(), nil)
	if err != nil {
		return nil, err
	}
	placed := n.WithExprs(exprs).(*plan.Scan)
	return func(c *expr.Context) Operator { return &scan{c: c, n: placed} }, nil
}

// Next implements Operator.
func (s *scan) Next() (*types.Batch, error) {
	if s.rows == nil {
		if err := s.open(); err != nil {
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

// open starts the scan with the values of its lookup, which may be those of a row of a query around this one.
func (s *scan) open() (err error) {
	n := s.n
	if n.Lookup != nil {
		known := n.Exprs()
		for i, e := range known[:n.Lookup.Bounds()] {
			v, err := constant(s.c, e)
			if err != nil {
				return err
			}
			known[i] = &expr.Literal{V: v, T: *e.Type()}
		}
		n = n.WithExprs(known).(*plan.Scan)
	}
	s.rows, err = n.Table.Open(s.c, plan.Access{
		Columns: n.Pos, Lookup: n.Lookup, Ranges: n.Ranges, Ordered: n.Ordered, Reverse: n.Reverse, Lock: n.Lock,
	})
	return err
}

// Close implements Operator.
func (s *scan) Close() {
	if s.rows != nil {
		s.rows.Close()
	}
}
