package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// keyedRows are the rows that a correlated filter reads, where only the filter is correlated:
// SELECT … FROM t WHERE t.a = outer.a. They are read once for the statement, and each run of the
// query looks up those of its key.
type keyedRows struct {
	child maker
	cols  []plan.Column
	keys  []equality // on the left an expression of the queries around, on the right one of the rows
	rest  selection  // what else the filter wants of them
	runs  int
	index *rowIndex // nil: not read yet
}

// newKeyedRows is nil where the filter is not of this form.
func newKeyedRows(b *builder, n *plan.Filter) (*keyedRows, error) {
	own := layoutOf(n.Child)
	inner := func(id expr.ColumnID) bool { return slices.Contains(own, id) }
	outer := func(id expr.ColumnID) bool { return !inner(id) }
	k := &keyedRows{cols: n.Child.Columns()}
	var rest []expr.Expr
	var err error
	for _, e := range terms(n.Cond, "and") {
		u := newUses()
		u.expr(e)
		eq, ok := splitEquality(e, outer, inner)
		if !ok || u.volatile {
			rest = append(rest, e)
			continue
		}
		if eq.left, err = b.place(eq.left, nil); err != nil {
			return nil, err
		}
		if eq.right, err = b.place(eq.right, own); err != nil {
			return nil, err
		}
		k.keys = append(k.keys, eq)
	}
	if len(k.keys) == 0 || !fixed(n.Child) {
		return nil, nil
	}
	k.rest, err = newSelection(b, rest, own)
	return k, err
}

// keyedScan gives the rows of one key, in their order.
type keyedScan struct {
	c *expr.Context
	*keyedRows
	started bool
	left    []int32 // its rows that were not given yet
}

// Next implements Operator.
func (s *keyedScan) Next() (*types.Batch, error) {
	if !s.started {
		s.started = true
		if err := s.find(); err != nil {
			return nil, err
		}
	}
	rows := s.left[:min(len(s.left), batchSize(s.c))]
	if len(rows) == 0 {
		return nil, cancelled(s.c)
	}
	s.left = s.left[len(rows):]
	return s.index.rows.Take(rows), nil
}

// find finds the rows of the key.
func (s *keyedScan) find() error {
	if s.index == nil {
		mem := s.c.Memory.Account() // until the statement ends
		rows, err := drain(s.c, s.child(s.c), s.cols, &mem)
		if err != nil {
			return err
		}
		if s.index, err = newRowIndex(s.c, rows, s.keys); err != nil {
			return err
		}
		if err := mem.Grow(s.index.bytes()); err != nil {
			return err
		}
	}
	values := make([]*types.Vec, len(s.keys))
	for k, eq := range s.keys {
		var err error
		if values[k], err = eq.left.Eval(s.c, oneRow); err != nil {
			return err
		}
	}
	if id := s.index.find(nil, values, 1)[0]; id >= 0 {
		s.left = s.index.matches(id)
	}
	return nil
}

// rewind implements rewinder.
func (s *keyedScan) rewind() bool {
	s.started, s.left = false, nil
	return true
}

// Close implements Operator.
func (s *keyedScan) Close() {}
