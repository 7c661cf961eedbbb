package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// repeat tells, until the function that it returns is called, whether what is compiled is run for each row of a query around.
func (b *builder) repeat(repeated bool) (restore func()) {
	before := b.repeated
	b.repeated = repeated
	return func() { b.repeated = before }
}

// keepable tells whether the rows of a part of what is run for each row of a query around are the same each time, and cost more than to read
// them: the division's DISTINCT areas within NOT EXISTS (… WHERE NOT EXISTS …).
func (b *builder) keepable(n plan.Node) bool {
	switch n.(type) {
	case *plan.Distinct, *plan.Aggregate, *plan.Window:
		return b.repeated && b.paces == nil && fixed(n)
	}
	return false
}

// keeping compiles such a part. From its second run on its rows are kept for the statement; most such parts are run again.
func (b *builder) keeping(n plan.Node) (maker, error) {
	defer b.repeat(false)()
	m, err := b.operator(n)
	if err != nil {
		return nil, err
	}
	t := &cte{n: &plan.CTE{Query: n}, query: m}
	b.ctes[t.n] = t
	runs := 0
	return func(c *expr.Context) Operator {
		if runs++; runs == 1 {
			return m(c)
		}
		return &ref{c: c, cte: t}
	}, nil
}
