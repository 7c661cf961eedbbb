package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// values computes its rows one by one.
type values struct {
	c    *expr.Context
	rows [][]expr.Expr
	cols []plan.Column
}

func newValues(b *builder, n *plan.Values) (maker, error) {
	rows := make([][]expr.Expr, len(n.Rows))
	for i, r := range n.Rows {
		var err error
		if rows[i], err = b.placeAll(r, nil); err != nil {
			return nil, err
		}
		for j, e := range rows[i] {
			rows[i][j] = expr.ConvertTo(e, n.Cols[j].T)
		}
	}
	return func(c *expr.Context) Operator { return &values{c, rows, n.Cols} }, nil
}

// Next implements Operator.
func (v *values) Next() (*types.Batch, error) {
	if len(v.rows) == 0 {
		return nil, cancelled(v.c)
	}
	n := min(len(v.rows), batchSize(v.c))
	rows := v.rows[:n]
	v.rows = v.rows[n:]
	out := newBuffer(v.cols, nil)
	for _, r := range rows {
		cols, err := expr.EvalAll(v.c, r, oneRow)
		if err != nil {
			return nil, err
		}
		if err := out.add(&types.Batch{N: 1, Cols: cols}); err != nil {
			return nil, err
		}
	}
	return out.batch(v.c)
}

// Close implements Operator.
func (v *values) Close() { v.rows = nil }
