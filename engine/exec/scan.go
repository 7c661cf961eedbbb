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
	divided
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
	for s.rest == nil {
		if err := cancelled(s.c); err != nil {
			return nil, err
		}
		if piece := s.next(batchSize(s.c)); piece != nil {
			s.given += piece.N
			return piece, nil
		}
		if s.due() && s.divide() {
			return nil, nil
		}
		b, err := s.rows.Next()
		if err != nil || b == nil {
			return nil, err
		}
		s.pieces = pieces{rows: b}
	}
	return nil, nil
}

// divide leaves the rest of the rows to workers, if there is much of it.
func (s *scan) divide() bool {
	rows, ok := s.rows.(plan.Divisible)
	if ok && s.n.Table.RowCount(s.c) >= int64(s.given+2*morselRows) {
		for _, r := range rows.Divide(morselRows) {
			s.rest = append(s.rest, func(c *expr.Context) Operator { return &scan{c: c, n: s.n, rows: r} })
		}
	}
	s.may = nil
	return s.rest != nil
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
