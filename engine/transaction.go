package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// The session ends its transactions itself: go-mysql-server leaves that of a
// failed statement or COMMIT open, and takes one that DDL has committed for one
// that the user has begun.

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
		if err := x.session.commit(x.ctx); err != nil {
			return err
		}
	}
	if x.changesTables() {
		if tx := x.ctx.GetTransaction(); tx != nil && tx.IsReadOnly() {
			return mysql.NewDefaultError(mysql.ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION)
		}
		if !x.session.InTransaction() {
			if err := x.session.engine.takeWriter(x.ctx); err != nil {
				return err
			}
			x.writes = true
		}
		x.session.wrote = true
	}
	return x.session.beginTransaction(x.ctx)
}

// endStatement ends the transaction that the statement was in where no other is
// to follow in it.
func (x *execution) endStatement(failed bool) error {
	var err error
	if !x.session.InTransaction() || x.definesTables() && !x.prepares {
		err = x.session.endTransaction(x.ctx, !failed)
	}
	if x.writes {
		x.session.engine.leaveWriter()
	}
	return err
}

// transactionStatement executes COMMIT and ROLLBACK.
func (x *execution) transactionStatement(commit bool) (*Result, error) {
	end := x.session.commit
	if !commit {
		end = func(ctx *sql.Context) error { return x.session.endTransaction(ctx, false) }
	}
	if err := end(x.ctx); err != nil {
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

// commit commits the open transaction, if any.
func (s *Session) commit(ctx *sql.Context) error {
	if !s.wrote {
		return s.endTransaction(ctx, false)
	}
	if err := s.engine.takeWriter(ctx); err != nil {
		return err
	}
	defer s.engine.leaveWriter()
	return s.endTransaction(ctx, true)
}

// endTransaction commits or rolls back the open transaction, if any. The next
// statement starts another, also behind a failed commit. One that wrote nothing
// is rolled back: a commit would publish the tables that it read, as they were.
func (s *Session) endTransaction(ctx *sql.Context, commit bool) error {
	tx, wrote := ctx.GetTransaction(), s.wrote
	ctx.SetIgnoreAutoCommit(false)
	s.wrote = false
	if tx == nil {
		return nil
	}
	ctx.SetTransaction(nil)
	if commit && wrote {
		return s.session.CommitTransaction(ctx, tx)
	}
	return s.session.Rollback(ctx, tx)
}

// takeWriter waits until the caller is the one that writes tables.
func (e *Engine) takeWriter(ctx *sql.Context) error {
	select {
	case e.writer <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) leaveWriter() { <-e.writer }
