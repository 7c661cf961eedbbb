package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// filter passes the rows for which its condition is true.
type filter struct {
	c     *expr.Context
	child Operator
	when  selection

	rows []int32
	// compact: batches of which few rows pass become one. It takes more batches to give one then, so it is for those who
	// read all rows.
	compact bool
	few     fewRows
	over    bool
}

func newFilter(b *builder, n *plan.Filter) (maker, error) {
	keyed, err := newKeyedRows(b, n)
	if err != nil {
		return nil, err
	}
	child, err := b.childOf(n, keyed != nil)
	if err != nil {
		return nil, err
	}
	when, err := newSelection(b, terms(n.Cond, "and"), layoutOf(n.Child))
	if err != nil {
		return nil, err
	}
	if b.paces != nil && b.paces.stepped[n] {
		return newStepFilter(when, child), nil
	}
	child = b.singly(n, child)
	once := func(c *expr.Context) Operator { return &filter{c: c, child: child(c), when: when} }
	if keyed == nil {
		return once, nil
	}
	keyed.child = child
	return func(c *expr.Context) Operator {
		// Most correlated queries are run again; one that is not need not keep its rows.
		if keyed.runs++; keyed.runs == 1 {
			return once(c)
		}
		return &filter{c: c, child: &keyedScan{c: c, keyedRows: keyed}, when: keyed.rest}
	}, nil
}

// childOf compiles what is filtered: that of keyed rows is read once.
func (b *builder) childOf(n *plan.Filter, keyed bool) (maker, error) {
	if keyed {
		defer b.repeat(false)()
	}
	return b.stream(n.Child)
}

func (f *filter) below() Operator { return f.child }

func (f *filter) ready() bool {
	return !slices.ContainsFunc(f.when, func(t term) bool { return !expr.Concurrent(t.cond) })
}

func (f *filter) on(c *expr.Context, rows Operator) Operator {
	return &filter{c: c, child: rows, when: f.when, compact: true}
}

// Next implements Operator.
func (f *filter) Next() (*types.Batch, error) {
	for !f.over {
		b, err := f.child.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			f.over = true
			break
		}
		if err := cancelled(f.c); err != nil {
			return nil, err
		}
		if f.rows, err = f.when.rows(f.c, b, f.rows[:0]); err != nil {
			return nil, err
		}
		switch n := len(f.rows); {
		case n == 0:
		case f.compact && (f.few.n > 0 || n < BatchSize/4):
			if full := f.few.add(b, f.rows); full != nil {
				return full, nil
			}
		case n == b.N:
			return b, nil
		default:
			return b.Take(f.rows), nil
		}
	}
	return f.few.take(), nil
}

// rewind implements rewinder.
func (f *filter) rewind() bool {
	f.over, f.few = false, fewRows{} // who had enough has left some
	return rewind(f.child)
}

// Close implements Operator.
func (f *filter) Close() { f.child.Close() }

// fewRows makes a batch of some rows of several.
type fewRows struct {
	columns []types.Builder
	n       int
}

// add adds rows of a batch. It gives those before where they are too many together.
func (r *fewRows) add(b *types.Batch, rows []int32) (full *types.Batch) {
	if r.n+len(rows) > BatchSize {
		full = r.take()
	}
	if r.n == 0 {
		r.columns = make([]types.Builder, len(b.Cols))
		for i, v := range b.Cols {
			r.columns[i] = *types.NewBuilder(&types.Type{Kind: v.Kind, Members: v.Members})
			r.columns[i].Expect(BatchSize)
		}
	}
	for i, v := range b.Cols {
		r.columns[i].AppendRows(v, rows)
	}
	r.n += len(rows)
	return full
}

// take gives the rows; nil: there are none.
func (r *fewRows) take() *types.Batch {
	if r.n == 0 {
		return nil
	}
	b := &types.Batch{N: r.n, Cols: make([]*types.Vec, len(r.columns))}
	for i := range r.columns {
		b.Cols[i] = r.columns[i].Vec()
	}
	r.columns, r.n = nil, 0
	return b
}
