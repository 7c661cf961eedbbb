package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
)

// buffered reads all rows of a plan before it gives the first one.
type buffered struct {
	sql.Node
	builder sql.NodeExecBuilder
}

// RowIter implements sql.ExecSourceRel.
func (b buffered) RowIter(ctx *sql.Context, row sql.Row) (sql.RowIter, error) {
	source, err := b.builder.Build(ctx, b.Node, row)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, source)
	if err != nil {
		return nil, err
	}
	return sql.RowsToRowIter(rows...), nil
}

// bufferSource has INSERT … SELECT read to the end before it writes, as MySQL does
// where it writes to a table that it reads: a join would meet its own rows. Rows
// of VALUES and of files come one by one, and so do those behind a trigger, which
// may read what was written before.
func (e *Engine) bufferSource(node sql.Node) (sql.Node, error) {
	node, _, err := transform.NodeWithOpaque(node, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
		insert, ok := n.(*plan.InsertInto)
		if !ok || insert.LiteralValueSource || streams(insert.Source) {
			return n, transform.SameTree, nil
		}
		return insert.WithSource(buffered{insert.Source, e.analyzer.ExecBuilder}), transform.NewTree, nil
	})
	return node, err
}

func streams(source sql.Node) (found bool) {
	transform.Inspect(source, func(n sql.Node) bool {
		switch n.(type) {
		case *plan.Values, *plan.LoadData, *plan.TriggerExecutor:
			found = true
		}
		return !found
	})
	return found
}
