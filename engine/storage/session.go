package storage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Session is a session of go-mysql-server's whose transactions are the store's.
type Session struct {
	*sql.BaseSession
	provider  *Provider
	tx        *store.Tx // nil: none is open
	savepoint []savepoint
	local     *local // the session's temporary tables; nil: none yet

	// Locking says that the rows that are read are locked, as by SELECT … FOR
	// UPDATE.
	Locking bool
	// KeyedRows says that a table without a key is looked up as if all of its
	// columns were one: go-mysql-server refuses to UPDATE it in a join otherwise.
	KeyedRows bool
	// DuplicateKey is table.index of the key that the last statement to fail by
	// one would have doubled, which go-mysql-server's error does not say.
	DuplicateKey string
	// Overtaken says that the last commit failed by a key or a foreign key that held
	// when its rows were written: another commit has come between.
	Overtaken bool
	// Rows is how many rows the statement has written.
	Rows int
	// Defining says that the statement is DDL: TRUNCATE TABLE, which cannot be
	// rolled back, and not a DELETE of all rows.
	Defining bool
	// Generates binds a table's generated columns, for rows that a foreign key or ALTER TABLE changes.
	Generates func(*sql.Context, *ChangeTarget) (Formulas, error)

	changes uint64 // of variables

	draft *store.Draft // of Together
	moved moves        // see Follow
	exact bool         // see ExactText

	// TableComment is the comment of the table that CREATE TABLE makes: go-mysql-server does not pass that of a temporary one,
	// nor where PRIMARY KEY is a clause of its own.
	TableComment string

	warnings   warnings
	duplicates bool // the last index that was made has the columns of another
}

// Formulas compute a table's generated columns.
type Formulas interface {
	// Row computes those of a row, the next one in warnings.
	Row([]types.Value) error
	// Rows computes those of rows by columns; false: Row would have something to say, and the rows are not to be used.
	Rows(*Rows) bool
}

// moves are where rows of tables are that were updated: their IDs then, by those before.
type moves map[followed]map[store.RowID]store.RowID

// followed is a table in the store or in that of the session.
type followed struct {
	id        store.TableID
	temporary bool
}

func (t *Table) followed() followed { return followed{t.id, t.temporary} }

// note notes that a row of the table has moved, where it is followed.
func (m moves) note(t *Table, from, to store.RowID) {
	if rows, ok := m[t.followed()]; ok {
		rows[from] = to
	}
}

// Follow has the statement find rows again under the IDs that they had when it began, until done
// is called, in the tables for which [ChangeTarget.Follow] asks for it.
func (s *Session) Follow() (done func()) {
	outer := s.moved
	s.moved = make(moves)
	maps.Copy(s.moved, outer) // what a statement within this one moves, it moves for both
	return func() { s.moved = outer }
}

// savepoint is a place in a transaction to which it can go back.
type savepoint struct {
	name  string
	mark  store.Mark
	local store.Mark
}

// local are a session's temporary tables: a store of its own.
type local struct {
	store *store.Store
	tx    *store.Tx
}

var _ sql.TransactionSession = (*Session)(nil)

// NewSession makes a session on the provider's databases.
func NewSession(base *sql.BaseSession, p *Provider) *Session {
	return &Session{BaseSession: base, provider: p}
}

// ExactText has tables say, until done is called, that what differs in a text is
// another text. With it go-mysql-server finds out whether an UPDATE changes a row:
// 'A' in place of 'a' does, whatever the collation.
func (s *Session) ExactText() (done func()) {
	s.exact = true
	return func() { s.exact = false }
}

// transaction is what go-mysql-server knows of a transaction.
type transaction struct{ readOnly bool }

func (t *transaction) String() string   { return "transaction" }
func (t *transaction) IsReadOnly() bool { return t.readOnly }

// StartTransaction implements sql.TransactionSession.
func (s *Session) StartTransaction(_ *sql.Context, c sql.TransactionCharacteristic) (sql.Transaction, error) {
	s.end()
	s.tx = s.provider.store.Begin()
	if s.local != nil {
		s.local.tx = s.local.store.Begin()
	}
	return &transaction{readOnly: c == sql.ReadOnly}, nil
}

// CommitTransaction implements sql.TransactionSession. Foreign keys of tables
// that others changed meanwhile are checked again.
func (s *Session) CommitTransaction(ctx *sql.Context, _ sql.Transaction) error {
	if s.tx == nil {
		return nil
	}
	tx, temporary := s.tx, s.local
	s.tx, s.savepoint = nil, nil
	var check func(*store.Tx) error
	if on, err := ctx.GetSessionVariable(ctx, "foreign_key_checks"); tx.Written() && err == nil && on != int8(0) {
		check = func(after *store.Tx) error { return checkForeignKeys(ctx, tx, after) }
	}
	tx.EndWith(ctx)
	err := tx.Commit(check)
	s.Overtaken = false
	if err != nil {
		var duplicate *store.DuplicateError
		s.Overtaken = errors.As(err, &duplicate) || sql.ErrForeignKeyChildViolation.Is(err) || sql.ErrForeignKeyParentViolation.Is(err)
	}
	if temporary != nil && temporary.tx != nil {
		if err != nil {
			temporary.tx.Rollback()
		} else {
			err = temporary.tx.Commit(nil)
		}
		temporary.tx = nil
	}
	if err == nil {
		return nil
	}
	return commitError(ctx, err)
}

// Rollback implements sql.TransactionSession.
func (s *Session) Rollback(*sql.Context, sql.Transaction) error {
	s.end()
	return nil
}

// end rolls back what is open.
func (s *Session) end() {
	if s.tx != nil {
		s.tx.Rollback()
	}
	if s.local != nil && s.local.tx != nil {
		s.local.tx.Rollback()
		s.local.tx = nil
	}
	s.tx, s.savepoint = nil, nil
}

// Mark remembers where the transaction is, for undo to go back to.
func (s *Session) Mark() (undo func()) {
	tx := s.transaction()
	mark := tx.Mark()
	var temporary *store.Tx
	var marked store.Mark
	if s.local != nil {
		temporary = s.local.transaction()
		marked = temporary.Mark()
	}
	return func() {
		if s.tx == tx {
			tx.Undo(mark)
		}
		if temporary != nil && s.local.tx == temporary {
			temporary.Undo(marked)
		}
	}
}

// CreateSavepoint implements sql.TransactionSession.
func (s *Session) CreateSavepoint(ctx *sql.Context, _ sql.Transaction, name string) error {
	s.forget(name)
	p := savepoint{name: name, mark: s.transaction().Mark()}
	if s.local != nil {
		p.local = s.local.transaction().Mark()
	}
	s.savepoint = append(s.savepoint, p)
	return nil
}

// RollbackToSavepoint implements sql.TransactionSession.
func (s *Session) RollbackToSavepoint(_ *sql.Context, _ sql.Transaction, name string) error {
	for i := len(s.savepoint) - 1; i >= 0; i-- {
		if p := s.savepoint[i]; strings.EqualFold(p.name, name) {
			s.tx.Undo(p.mark)
			if s.local != nil && s.local.tx != nil {
				s.local.tx.Undo(p.local)
			}
			s.savepoint = s.savepoint[:i+1]
			return nil
		}
	}
	return sql.ErrSavepointDoesNotExist.New(name)
}

// ReleaseSavepoint implements sql.TransactionSession.
func (s *Session) ReleaseSavepoint(_ *sql.Context, _ sql.Transaction, name string) error {
	if !s.forget(name) {
		return sql.ErrSavepointDoesNotExist.New(name)
	}
	return nil
}

func (s *Session) forget(name string) bool {
	for i, p := range s.savepoint {
		if strings.EqualFold(p.name, name) {
			s.savepoint = append(s.savepoint[:i:i], s.savepoint[i+1:]...)
			return true
		}
	}
	return false
}

// transaction is the open transaction: one begins where none is.
func (s *Session) transaction() *store.Tx {
	if s.tx == nil {
		s.tx = s.provider.store.Begin()
	}
	return s.tx
}

func (l *local) transaction() *store.Tx {
	if l.tx == nil {
		l.tx = l.store.Begin()
	}
	return l.tx
}

// temporaries are the session's temporary tables, a store for them made where
// there is none.
func (s *Session) temporaries() *local {
	if s.local == nil {
		s.local = &local{store: store.New(store.Options{})}
	}
	return s.local
}

// alter changes the newest catalog of the databases. The open transaction, which
// has written nothing, sees the change.
func (s *Session) alter(ctx context.Context, f func(*store.Draft) error) error {
	return s.alterBy(s.provider.store.Alter, func(d *store.Draft) error {
		d.EndWith(ctx)
		return f(d)
	})
}

// alterBeside is alter where commits of others do not wait: see [store.Store.AlterBeside].
func (s *Session) alterBeside(ctx context.Context, f func(*store.Draft) error) error {
	return s.alterBy(func(f func(*store.Draft) error) error { return s.provider.store.AlterBeside(ctx, f) }, f)
}

func (s *Session) alterBy(change func(func(*store.Draft) error) error, f func(*store.Draft) error) error {
	tx := s.transaction()
	if tx.Written() {
		return fmt.Errorf("storage: a transaction that has written cannot change tables")
	}
	if s.draft != nil {
		err := f(s.draft)
		tx.Preview(s.draft)
		return err
	}
	if err := change(f); err != nil {
		return err
	}
	tx.Refresh()
	return nil
}

// Waits says which commits of others wait for a change of tables.
type Waits int

// The commits that wait.
const (
	NoCommits    Waits = iota // they become a part of what the change makes: of indexes
	TableCommits              // those of the table
	AllCommits
)

// Together makes one of all changes of a table that f makes: they are done when it
// returns or, where it returns an error, none is. It sees those that it has made.
func (s *Session) Together(ctx context.Context, database, table string, waits Waits, f func() error) error {
	defer func() {
		s.draft = nil
		s.end()
	}()
	together := func(d *store.Draft) error {
		d.EndWith(ctx)
		s.draft = d
		if waits == TableCommits {
			if err := d.Hold(database, table); err != nil && !errors.Is(err, store.ErrNoTable) && !errors.Is(err, store.ErrNoDatabase) {
				return err
			}
		}
		s.transaction().Preview(d)
		return f()
	}
	if waits == AllCommits {
		return s.provider.store.Alter(together)
	}
	return s.provider.store.AlterBeside(ctx, together)
}

// alterTemporary is alter for the session's temporary tables, whose rows it
// keeps whatever becomes of the transaction.
func (s *Session) alterTemporary(f func(*store.Draft) error) error {
	l := s.temporaries()
	if l.tx != nil {
		if err := l.tx.Commit(nil); err != nil {
			return err
		}
		l.tx = nil
	}
	return l.store.Alter(f)
}

func sessionOf(ctx *sql.Context) *Session { return ctx.Session.(*Session) }

// commitError makes MySQL's error 1062 of a key that is there already, where no
// row is at hand that go-mysql-server would want. The store's other errors go on
// as they are.
func commitError(ctx *sql.Context, err error) error {
	var d *store.DuplicateError
	if errors.As(err, &d) {
		return mysql.NewError(mysql.ER_DUP_ENTRY, fmt.Sprintf("Duplicate entry '%s' for key '%s.%s'",
			strings.Join(keyWords(ctx, d), "-"), d.Table.Name, d.Index))
	}
	return err
}
