package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// project computes columns.
type project struct {
	c     *expr.Context
	child Operator
	items []expr.Expr
}

func newProject(b *builder, n *plan.Project) (maker, error) {
	child, err := b.stream(n.Child)
	if err != nil {
		return nil, err
	}
	if b.paces != nil && b.paces.stepped[n] {
		return newStepProject(b, n, child)
	}
	items, err := b.placeAll(n.Items, layoutOf(n.Child))
	if err != nil {
		return nil, err
	}
	items = expr.Share(items)
	child = b.singly(n, child)
	return func(c *expr.Context) Operator { return &project{c, child(c), items} }, nil
}

// allConcurrent tells whether workers may compute all of the expressions.
func allConcurrent(exprs []expr.Expr) bool {
	return !slices.ContainsFunc(exprs, func(e expr.Expr) bool { return !expr.Concurrent(e) })
}

func (p *project) below() Operator { return p.child }

func (p *project) ready() bool { return allConcurrent(p.items) }

func (p *project) on(c *expr.Context, rows Operator) Operator {
	return &project{c, rows, p.items}
}

// Next implements Operator.
func (p *project) Next() (*types.Batch, error) {
	b, err := p.child.Next()
	if err != nil || b == nil {
		return nil, err
	}
	cols, err := expr.EvalAll(p.c, p.items, b)
	if err != nil {
		return nil, err
	}
	return &types.Batch{N: b.N, Cols: cols}, nil
}

// rewind implements rewinder.
func (p *project) rewind() bool { return rewind(p.child) }

// Close implements Operator.
func (p *project) Close() { p.child.Close() }
