package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// tableFunction gives the rows that a function answers for the values of its arguments.
type tableFunction struct {
	c    *expr.Context
	args []expr.Expr
	run  func(c *expr.Context, args []types.Value) ([]*types.Batch, error)

	started bool
	mem     memory.Account
	batches []*types.Batch // that are not held
	held
}

func newTableFunction(b *builder, n *plan.TableFunction) (maker, error) {
	args, err := b.placeAll(n.Args, nil)
	if err != nil {
		return nil, err
	}
	run := func(c *expr.Context, args []types.Value) ([]*types.Batch, error) { return n.Run(c, args, n.Pos) }
	return func(c *expr.Context) Operator {
		return &tableFunction{c: c, args: args, run: run, mem: c.Memory.Account()}
	}, nil
}

// newJSONTable: JSON_TABLE is a function whose document is often a column of another table.
func newJSONTable(b *builder, n *plan.JSONTable) (maker, error) {
	doc, err := b.place(n.Doc, nil)
	if err != nil {
		return nil, err
	}
	run := func(c *expr.Context, args []types.Value) ([]*types.Batch, error) {
		rows, err := n.Run(c, args[0])
		return []*types.Batch{rows}, err
	}
	return func(c *expr.Context) Operator {
		return &tableFunction{c: c, args: []expr.Expr{doc}, run: run, mem: c.Memory.Account()}
	}, nil
}

// Next implements Operator.
func (f *tableFunction) Next() (*types.Batch, error) {
	if !f.started {
		f.started = true
		values := make([]types.Value, len(f.args))
		for i, a := range f.args {
			var err error
			if values[i], err = constant(f.c, a); err != nil {
				return nil, err
			}
		}
		var err error
		if f.batches, err = f.run(f.c, values); err != nil {
			return nil, err
		}
		for _, b := range f.batches {
			if err := f.mem.Grow(b.Bytes()); err != nil {
				return nil, err
			}
		}
	}
	for f.rest == nil {
		if err := cancelled(f.c); err != nil {
			return nil, err
		}
		next := f.held.next
		if len(f.batches) > 0 { // parts are of all that is left
			next = f.pieces.next
		}
		if piece := next(batchSize(f.c)); piece != nil {
			return piece, nil
		}
		if len(f.batches) == 0 {
			return nil, nil
		}
		f.hold(f.batches[0])
		f.batches = f.batches[1:]
	}
	return nil, nil
}

// Close implements Operator.
func (f *tableFunction) Close() {
	f.batches, f.rows = nil, nil
	f.mem.Release()
}
