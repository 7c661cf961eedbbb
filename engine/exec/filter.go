package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// filter passes the rows for which its condition is true.
type filter struct {
	c     *expr.Context
	child Operator
	cond  expr.Expr
}

func newFilter(b *builder, n *plan.Filter) (maker, error) {
	child, err := b.stream(n.Child)
	if err != nil {
		return nil, err
	}
	cond, err := b.place(n.Cond, layoutOf(n.Child))
	if err != nil {
		return nil, err
	}
	plain := func(c *expr.Context) Operator { return &filter{c, child(c), cond} }
	keyed, err := newKeyedRows(b, n, child)
	if err != nil || keyed == nil {
		return plain, err
	}
	return func(c *expr.Context) Operator {
		// Most correlated queries are run again; one that is not need not keep its rows.
		if keyed.runs++; keyed.runs == 1 {
			return plain(c)
		}
		return &filter{c, &keyedScan{c: c, keyedRows: keyed}, cond}
	}, nil
}

func (f *filter) below() Operator { return f.child }

func (f *filter) ready() bool { return expr.Concurrent(f.cond) }

func (f *filter) on(c *expr.Context, rows Operator) Operator { return &filter{c, rows, f.cond} }

// Next implements Operator.
func (f *filter) Next() (*types.Batch, error) {
	for {
		b, err := f.child.Next()
		if err != nil || b == nil {
			return nil, err
		}
		if err := cancelled(f.c); err != nil {
			return nil, err
		}
		v, err := f.cond.Eval(f.c, b)
		if err != nil {
			return nil, err
		}
		rows, err := truth(f.c, v, b.N, make([]int32, 0, b.N))
		switch {
		case err != nil:
			return nil, err
		case len(rows) == b.N:
			return b, nil
		case len(rows) > 0:
			return b.Take(rows), nil
		}
	}
}

// Close implements Operator.
func (f *filter) Close() { f.child.Close() }
