package exec

import (
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
	child, err := b.build(n.Child)
	if err != nil {
		return nil, err
	}
	items, err := b.placeAll(n.Items, layoutOf(n.Child))
	if err != nil {
		return nil, err
	}
	return func(c *expr.Context) Operator { return &project{c, child(c), items} }, nil
}

// Next implements Operator.
func (p *project) Next() (*types.Batch, error) {
	b, err := p.child.Next()
	if err != nil || b == nil {
		return nil, err
	}
	cols, err := evalAll(p.c, p.items, b)
	if err != nil {
		return nil, err
	}
	return &types.Batch{N: b.N, Cols: cols}, nil
}

// Close implements Operator.
func (p *project) Close() { p.child.Close() }
