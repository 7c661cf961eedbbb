package store

import (
	"errors"
	"fmt"
)

// What can be wrong with a statement or a commit, for errors.Is.
var (
	ErrNoTable    = errors.New("store: no such table")
	ErrNoDatabase = errors.New("store: no such database")
	ErrExists     = errors.New("store: the name is taken")

	// ErrNoRow: the transaction does not see the row that it is to change.
	ErrNoRow = errors.New("store: no such row")

	// ErrConflict: another transaction has committed a change of the row, or a
	// lock on it, since this one's snapshot. Run again, it may succeed.
	ErrConflict = errors.New("store: another transaction changed the row")

	// ErrChanged: a table that the transaction writes was altered or dropped
	// since its snapshot.
	ErrChanged = errors.New("store: the table's definition has changed")

	// ErrMemory: the work would pass [Options].MemoryLimit.
	ErrMemory = errors.New("store: the memory limit is reached")

	// ErrReadOnly: the store was opened to be read.
	ErrReadOnly = errors.New("store: it can only be read")
)

// DuplicateError says that a row has a key that a unique index has already.
type DuplicateError struct {
	Table    Table
	Index    string
	Key      []any // the new row's values of the index's columns
	Existing RowID // the row that has the key
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("store: %s has a row with %v in %s", e.Table.Name, e.Key, e.Index)
}
