package engine

import (
	"errors"
	"io"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// alterTable executes ALTER TABLE. Its clauses are planned and executed one after
// the other, RENAME last, and all are done or none: planned together,
// go-mysql-server does not see where those before have put a column by FIRST,
// AFTER or under another name.
func (x *execution) alterTable(n *ast.AlterTable) (*Result, error) {
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	defer x.session.takeTurn(x.ctx)()
	clauses := slices.Clone(n.Statements)
	slices.SortStableFunc(clauses, func(a, b *ast.DDL) int { return renames(a) - renames(b) })
	err := x.session.session.Together(func() error {
		for _, c := range clauses {
			clause := *n
			clause.Statements = []*ast.DDL{c}
			_, rows, err := x.start(&clause, nil)
			if err != nil {
				return err
			}
			if err := drain(x.ctx, rows); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return new(Result), x.end(nil)
}

// renames is 1 of a clause that renames the table.
func renames(clause *ast.DDL) int {
	if clause.Action == ast.RenameStr && len(clause.ToTables) > 0 {
		return 1
	}
	return 0
}

// drain reads to the end.
func drain(ctx *sql.Context, rows sql.RowIter) error {
	for {
		if _, err := rows.Next(ctx); errors.Is(err, io.EOF) {
			return rows.Close(ctx)
		} else if err != nil {
			rows.Close(ctx)
			return err
		}
	}
}
