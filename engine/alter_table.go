package engine

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/storage"
)

// alterTable executes ALTER TABLE. Its clauses are planned and executed one after
// the other, RENAME last, and all are done or none: planned together,
// go-mysql-server does not see where those before have put a column by FIRST,
// AFTER or under another name.
func (x *execution) alterTable(n *ast.AlterTable) (*Result, error) {
	if err := x.checkAlter(); err != nil {
		return nil, err
	}
	if err := x.beginStatement(); err != nil {
		return nil, err
	}
	x.session.takeTurn(x.ctx)() // who has lost goes first, and nobody waits for the end of this
	clauses := slices.Clone(n.Statements)
	slices.SortStableFunc(clauses, func(a, b *ast.DDL) int { return renames(a) - renames(b) })
	database := x.databaseOf(n.Table)
	name := n.Table.Name.String()
	execute := func(c *ast.DDL) error {
		if err := x.checkClause(n.Table, c); err != nil {
			return err
		}
		if err := x.refuseDependent(n.Table, c); err != nil {
			return err
		}
		if err := checkGenerated(c.TableSpec); err != nil {
			return err
		}
		clause := *n
		clause.Statements = []*ast.DDL{c}
		_, rows, err := x.start(&clause, nil)
		if err == nil {
			x.continues = true
			err = drain(x.ctx, rows)
		}
		switch {
		case sql.ErrForeignKeyTypeChange.Is(err):
			return x.incompatible(n.Table, err)
		case sql.ErrInsertIntoNonNullableProvidedNull.Is(err): // a row has NULL where the column takes none any more
			return mysql.NewDefaultError(mysql.ER_INVALID_USE_OF_NULL)
		}
		return err
	}
	err := x.session.session.Together(x.ctx, database, name, waits(clauses), func() error {
		if err := x.enforceChecks(database, name, execute); err != nil {
			return err
		}
		for _, c := range clauses {
			if err := execute(c); err != nil {
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

// refuseDependent refuses to drop or rename a column of which a generated column is made, or to
// rename one that a CHECK names: no expression follows (manual 15.1.20.6 and 15.1.20.8).
func (x *execution) refuseDependent(table ast.TableName, clause *ast.DDL) error {
	column, to := clause.Column.String(), clause.ToColumn.String()
	if clause.ColumnAction == ast.ChangeStr && len(clause.TableSpec.Columns) == 1 {
		to = clause.TableSpec.Columns[0].Name.String()
	}
	drops := clause.ColumnAction == ast.DropStr
	if renames := clause.ColumnAction == ast.RenameStr || clause.ColumnAction == ast.ChangeStr; !drops && (!renames || strings.EqualFold(column, to)) {
		return nil
	}
	t, err := x.named(table)
	if err != nil {
		return nil // as the clause will say
	}
	names := func(expression string) bool { return namesColumnIn(expression, column) }
	for _, c := range t.Schema() {
		if c.Generated != nil && !strings.EqualFold(c.Name, column) && names(c.Generated.String()) {
			return mysql.NewError(erDependentByGeneratedColumn, fmt.Sprintf("Column '%s' has a generated column dependency.", column))
		}
	}
	checked, ok := t.(sql.CheckTable)
	if drops || !ok {
		return nil
	}
	checks, err := checked.GetChecks(x.ctx)
	for _, c := range checks {
		if names(c.CheckExpression) {
			return sql.ErrCheckConstraintInvalidatedByColumnAlter.New(column, c.Name)
		}
	}
	return err
}

// waits tells which commits have to wait for the clauses: none for indexes, those of the table where rows are looked at or
// written anew, and all where other tables' rows are looked at, too.
func waits(clauses []*ast.DDL) storage.Waits {
	wait := storage.NoCommits
	for _, c := range clauses {
		switch {
		case c.IndexSpec != nil && c.IndexSpec.Type != ast.PrimaryStr:
		case c.ConstraintAction == ast.AddStr && c.TableSpec != nil && slices.ContainsFunc(c.TableSpec.Constraints, isForeignKey):
			return storage.AllCommits
		default:
			wait = storage.TableCommits
		}
	}
	return wait
}

func isForeignKey(c *ast.ConstraintDefinition) bool {
	_, ok := c.Details.(*ast.ForeignKeyDefinition)
	return ok
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
