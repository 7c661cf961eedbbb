package exec

import (
	"math"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// limit passes some of the rows.
type limit struct {
	c             *expr.Context
	child         Operator
	offset, count expr.Expr
	found         *int64

	started    bool
	skip, left int64
}

func newLimit(b *builder, n *plan.Limit) (maker, error) {
	child, err := b.build(n.Child)
	if err != nil {
		return nil, err
	}
	offset, err := b.place(n.Offset, nil)
	if err != nil {
		return nil, err
	}
	count, err := b.place(n.Count, nil)
	if err != nil {
		return nil, err
	}
	return func(c *expr.Context) Operator {
		return &limit{c: c, child: child(c), offset: offset, count: count, found: n.Found}
	}, nil
}

// rowCount is the value of an expression that counts rows: without is that of none.
func rowCount(c *expr.Context, e expr.Expr, without int64) (int64, error) {
	if e == nil {
		return without, nil
	}
	v, err := constant(c, e)
	if err != nil {
		return 0, err
	}
	if v, err = types.ToInt(c.Env, v); err != nil || v.Kind != types.Int {
		return 0, err
	}
	if v.I < 0 { // an unsigned one beyond what rows there are
		return math.MaxInt64, nil
	}
	return v.I, nil
}

// Next implements Operator.
func (l *limit) Next() (*types.Batch, error) {
	if !l.started {
		l.started = true
		var err error
		if l.skip, err = rowCount(l.c, l.offset, 0); err != nil {
			return nil, err
		}
		if l.left, err = rowCount(l.c, l.count, math.MaxInt64); err != nil {
			return nil, err
		}
	}
	for l.left > 0 || l.found != nil {
		b, err := l.child.Next()
		if err != nil || b == nil {
			l.found = nil
			return nil, err
		}
		if l.found != nil {
			*l.found += int64(b.N)
			if l.left == 0 {
				continue
			}
		}
		if l.skip >= int64(b.N) {
			l.skip -= int64(b.N)
			continue
		}
		from := int(l.skip)
		to := int(min(int64(from)+l.left, int64(b.N)))
		if l.left == math.MaxInt64 {
			to = b.N
		}
		l.skip = 0
		l.left -= int64(to - from)
		if from == 0 && to == b.N {
			return b, nil
		}
		return b.Slice(from, to), nil
	}
	return nil, nil
}

// Close implements Operator.
func (l *limit) Close() { l.child.Close() }
