package exec

import (
	"fmt"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// BatchSize is how many rows a batch has at most, where the context does not say less.
const BatchSize = 1024

// Operator is an operator in execution. It is pulled for rows.
type Operator interface {
	// Next is the next batch, which has rows; nil behind the last. Behind an
	// error nothing more may be asked.
	Next() (*types.Batch, error)
	// Close ends the execution, also early. It may be called again.
	Close()
}

// Run starts a plan. Nothing is read before the first Next. The context's
// cancellation is an error of Next.
func Run(c *expr.Context, n plan.Node) (Operator, error) {
	return run(c, n, nil)
}

func run(c *expr.Context, n plan.Node, stats *Stats) (Operator, error) {
	return runOrdered(c, n, stats, true)
}

// runOrdered is run of a plan whose rows may, unless ordered, come in any order; see builder.unordered.
func runOrdered(c *expr.Context, n plan.Node, stats *Stats, ordered bool) (Operator, error) {
	b := &builder{
		stats: stats, ctes: map[*plan.CTE]*cte{}, rowValues: map[plan.Node]*query{},
		free: map[plan.Node]bool{}, inputs: map[plan.Node]maker{}, chains: map[plan.Node]*chain{},
	}
	b.unordered(n, !ordered)
	if c.BatchSize > 0 {
		b.paces = newPaces(n, c.BatchSize)
	}
	make, err := b.build(n)
	if err != nil {
		return nil, err
	}
	op := make(c)
	if len(b.ctes) > 0 {
		op = &statement{op, b}
	}
	return op, nil
}

// statement is an operator with what is kept until its end for all that uses it.
type statement struct {
	Operator
	*builder
}

// Close implements Operator.
func (s *statement) Close() {
	s.Operator.Close()
	for _, t := range s.ctes {
		t.close()
	}
}

// maker makes an operator of what is compiled. It does no work yet: what can fail is
// left to Next.
type maker func(c *expr.Context) Operator

// builder compiles the plan of a statement.
type builder struct {
	stats     *Stats // nil: nobody wants them
	ctes      map[*plan.CTE]*cte
	rowValues map[plan.Node]*query // of the queries of row values, which have an expression for each item

	free   map[plan.Node]bool   // operators whose rows may come in any order; see unordered
	chains map[plan.Node]*chain // of their operators
	inputs map[plan.Node]maker  // what stands for the operator below the chain that is compiled

	repeated bool // what is compiled is run for each row of a query around; see keeping

	paces *paces // nil: all operators have batches of the context's size
}

// build compiles an operator and what it reads. Where it is a pipeline, several workers may compute its rows.
func (b *builder) build(n plan.Node) (maker, error) {
	m, err := b.stream(n)
	if err != nil {
		return nil, err
	}
	switch n.(type) {
	case *plan.Filter, *plan.Project, *plan.Join:
		return b.paced(n, func(c *expr.Context) Operator { return newGather(c, m(c)) }), nil
	}
	if ch := b.chains[n]; ch != nil && ch.top == n {
		ch.alone = true
		return b.paced(n, func(c *expr.Context) Operator { return newGather(c, m(c)) }), nil
	}
	return m, nil
}

// stream is build for an operator that is a part of its reader's pipeline.
func (b *builder) stream(n plan.Node) (maker, error) {
	if m := b.inputs[n]; m != nil {
		return m, nil
	}
	m, err := b.operator(n)
	if err != nil {
		return nil, err
	}
	if m = b.paced(n, m); b.stats == nil {
		return m, nil
	}
	return b.stats.count(n, m), nil
}

func (b *builder) operator(n plan.Node) (maker, error) {
	if b.keepable(n) {
		return b.keeping(n)
	}
	if b.free[n] && b.chains[n] == nil {
		if ch := chainOf(n); ch != nil {
			return newPartitionWise(b, ch)
		}
	}
	switch n := n.(type) {
	case *plan.Scan:
		return newScan(b, n)
	case *plan.Values:
		return newValues(b, n)
	case *plan.TableFunction:
		return newTableFunction(b, n)
	case *plan.JSONTable:
		return newJSONTable(b, n)
	case *plan.Filter:
		return newFilter(b, n)
	case *plan.Project:
		return newProject(b, n)
	case *plan.Join:
		return newJoin(b, n)
	case *plan.Aggregate:
		return newAggregate(b, n)
	case *plan.Window:
		return newWindow(b, n)
	case *plan.Sort:
		return newSort(b, n)
	case *plan.Limit:
		return newLimit(b, n)
	case *plan.Distinct:
		return newDistinct(b, n)
	case *plan.SetOp:
		return newSetOp(b, n)
	case *plan.Ref:
		return newRef(b, n)
	}
	return nil, fmt.Errorf("exec: no operator for %T", n)
}

// layout is the columns of batches.
type layout []expr.ColumnID

// layoutOf is the columns of the operators' batches, one behind the other.
func layoutOf(nodes ...plan.Node) layout {
	var l layout
	for _, n := range nodes {
		for _, c := range n.Columns() {
			l = append(l, c.ID)
		}
	}
	return l
}

// place makes an expression ready for batches of the layout, subqueries included.
// Columns that are not in it are of queries around this one.
func (b *builder) place(e expr.Expr, l layout) (expr.Expr, error) {
	if e == nil {
		return nil, nil
	}
	e, err := b.subqueries(e, l)
	if err != nil {
		return nil, err
	}
	return expr.ConvertOnce(expr.Place(e, l)), nil
}

func (b *builder) placeAll(exprs []expr.Expr, l layout) ([]expr.Expr, error) {
	placed := make([]expr.Expr, len(exprs))
	for i, e := range exprs {
		var err error
		if placed[i], err = b.place(e, l); err != nil {
			return nil, err
		}
	}
	return placed, nil
}

// batchSize is how many rows a batch may have.
func batchSize(c *expr.Context) int {
	if c.BatchSize > 0 {
		return c.BatchSize
	}
	return BatchSize
}

// oneRow is the batch of an expression that has no columns.
var oneRow = &types.Batch{N: 1}

// constant is the value of an expression that refers to no column of its operator.
func constant(c *expr.Context, e expr.Expr) (types.Value, error) {
	v, err := e.Eval(c, oneRow)
	if err != nil {
		return types.Value{}, err
	}
	return v.Value(0), nil
}

// drain reads an operator to its end, into a buffer whose rows are the account's, and closes it.
func drain(c *expr.Context, op Operator, cols []plan.Column, mem *memory.Account) (*types.Batch, error) {
	defer op.Close()
	all := newBuffer(cols, mem)
	for {
		b, err := op.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			return all.batch(c)
		}
		if err := cancelled(c); err != nil {
			return nil, err
		}
		if err := all.add(b); err != nil {
			return nil, err
		}
	}
}
