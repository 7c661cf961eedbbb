package engine

import (
	"context"
	"errors"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/sqltypes"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/tables/store"
)

// The session ends its transactions itself: go-mysql-server leaves that of a
// failed statement or COMMIT open, and takes one that DDL has committed for one
// that the user has begun.

// maxRuns is how often an autocommit statement runs before its conflicts with
// others end it.
const maxRuns = 100

// execute executes a statement. In autocommit mode it is run again where it lost
// a race with another's commit: nobody has seen anything of it. So it is where that
// has taken its keys meanwhile: IGNORE, REPLACE and ON DUPLICATE KEY UPDATE go on then. One
// that has read a file of the client's, or run a routine that has committed, cannot be.
func (s *Session) execute(ctx context.Context, text string, args []sqltypes.Value) (*Result, error) {
	s.unrepeatable = false
	statements.Add(1)
	for runs := 1; ; runs++ {
		if runs == 2 {
			defer s.takeTurn(ctx)()
		}
		alone := !s.InTransaction()
		s.session.Overtaken = false
		r, err := s.executeOnce(ctx, text, args)
		if err == nil {
			return r, nil
		}
		var my *mysql.MyError
		lost := errors.As(err, &my) && (s.session.Overtaken || my.Code == mysql.ER_LOCK_DEADLOCK || my.Code == mysql.ER_TABLE_DEF_CHANGED)
		if !lost || !alone || s.unrepeatable || runs == maxRuns {
			return r, err
		}
	}
}

// takeTurn waits until no other statement that lost is run again, so that they do
// not defeat each other over and over.
func (s *Session) takeTurn(ctx context.Context) (done func()) {
	if s.turn {
		return func() {}
	}
	select {
	case s.engine.turn <- struct{}{}:
		s.turn = true
		return func() { s.turn = false; <-s.engine.turn }
	case <-ctx.Done():
		return func() {}
	}
}

// definesTables tells whether the statement is DDL, which commits the open
// transaction before it, and itself (MySQL manual, 13.3.3).
func (x *execution) definesTables() bool {
	switch n := x.stmt.(type) {
	case *ast.DDL:
		return !n.Temporary
	case *ast.AlterTable, *ast.DBDDL, *ast.LockTables:
		return true
	}
	return false
}

// changesTables tells whether the statement may write.
func (x *execution) changesTables() bool {
	if x.reads {
		return false
	}
	switch n := x.stmt.(type) {
	case *ast.Select, *ast.SetOp, *ast.ParenSelect, *ast.Show, *ast.Set, *ast.Use, *ast.Kill, *ast.Begin:
		return false
	case *ast.Explain:
		return n.Analyze
	}
	return true
}

// beginStatement makes the transaction that the statement runs in: the open one
// or, in autocommit mode, its own.
func (x *execution) beginStatement() error {
	if _, begin := x.stmt.(*ast.Begin); begin || x.definesTables() {
		x.committed(true)
		if err := x.session.endTransaction(x.ctx, true); err != nil {
			return err
		}
	}
	if tx := x.ctx.GetTransaction(); tx != nil && tx.IsReadOnly() && x.changesTables() {
		return mysql.NewDefaultError(mysql.ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION)
	}
	x.session.session.Defining = x.definesTables()
	x.session.session.Rows = 0
	update, ok := x.stmt.(*ast.Update)
	x.session.session.KeyedRows = ok && joins(update.TableExprs)
	n, ok := x.stmt.(*ast.Select)
	x.session.session.Locking = ok && n.Lock == ast.ForUpdateStr && x.session.InTransaction()
	return x.session.beginTransaction(x.ctx)
}

// joins tells whether there is more than one table.
func joins(tables ast.TableExprs) bool {
	_, plain := tables[0].(*ast.AliasedTableExpr)
	return len(tables) > 1 || !plain
}

// endStatement ends the transaction that the statement was in where no other is
// to follow in it, and where a conflict has ended it, as a deadlock does in
// MySQL.
func (x *execution) endStatement(err error) error {
	x.session.session.Locking = false
	lost := errors.Is(sql.UnwrapError(err), store.ErrConflict)
	if lost || !x.session.InTransaction() || x.definesTables() && !x.prepares {
		if e := x.session.endTransaction(x.ctx, err == nil); err == nil {
			err = e
		}
	}
	return err
}

// committed says that a routine's statement commits what those before it have done: the
// statement that runs the routine is not run again then.
func (x *execution) committed(commit bool) {
	if x.within != nil && commit {
		x.session.unrepeatable = true
	}
}

// transactionStatement executes COMMIT and ROLLBACK.
func (x *execution) transactionStatement(commit bool) (*Result, error) {
	x.committed(commit)
	if err := x.session.endTransaction(x.ctx, commit); err != nil {
		return nil, err
	}
	x.ctx.ClearWarnings()
	return new(Result), x.end(nil)
}

// beginTransaction starts a transaction where none is open.
func (s *Session) beginTransaction(ctx *sql.Context) error {
	if ctx.GetTransaction() != nil {
		return nil
	}
	tx, err := s.session.StartTransaction(ctx, sql.ReadWrite)
	if err == nil {
		ctx.SetTransaction(tx)
	}
	return err
}

// endTransaction commits or rolls back the open transaction, if any. The next
// statement starts another, also behind a failed commit.
func (s *Session) endTransaction(ctx *sql.Context, commit bool) error {
	tx := ctx.GetTransaction()
	ctx.SetIgnoreAutoCommit(false)
	ctx.SetTransaction(nil)
	if tx != nil && commit {
		return s.session.CommitTransaction(ctx, tx)
	}
	return s.session.Rollback(ctx, tx)
}
