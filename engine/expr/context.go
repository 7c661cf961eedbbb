package expr

import (
	"context"

	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/spill"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Context is what a statement's execution carries. One goroutine at a time may
// use it.
type Context struct {
	context.Context
	*types.Env
	Session Session
	Memo    map[any]any              // what is computed once in the statement
	Outer   map[ColumnID]types.Value // the columns of the queries around the one that is run
	Params  []types.Value            // of a plan that is executed again
	// BatchSize is how many rows a batch has at most; 0: as many as the execution likes. A statement
	// that assigns user variables is executed row by row: 1.
	BatchSize int
	// Quiet: nobody sees the warnings, since what is computed will be once more.
	Quiet bool
	// Workers is how many goroutines an operator may have; 0: GOMAXPROCS.
	Workers int
	// Memory is what the statement may hold; nil: it is not bounded. TempDir is where it puts what is more; nil: the
	// system's directory.
	Memory  *memory.Statement
	TempDir *spill.Dir

	batch  *types.Batch // of EvalAll
	shared map[Expr]sharedValue

	room    types.Room
	passing bool // calls make their results in the room; see Passing

	kept  map[*Call]any
	memos map[*Call]*codeMemo
	large map[*Call]*memory.Account // of the calls whose last results were many bytes
}

// Cancelled is the error of a statement that was ended. Work on many rows asks for it every few milliseconds.
func (c *Context) Cancelled() error {
	if c.Context == nil {
		return nil
	}
	return c.Err()
}

// hold counts the bytes of a call's results. Its results before are no longer there, or counted by who keeps them.
func (c *Context) hold(call *Call, bytes int64) error {
	if c.Memory == nil {
		return nil
	}
	a := c.large[call]
	if a == nil {
		account := c.Memory.Account()
		if a = &account; c.large == nil {
			c.large = map[*Call]*memory.Account{}
		}
		c.large[call] = a
	}
	return a.Set(bytes)
}

// Release gives back what is counted of the calls' last results: nothing more is computed in the context.
func (c *Context) Release() {
	for _, a := range c.large {
		a.Release()
	}
}

// Keep leaves something to the call's next evaluation in the statement.
func (c *Context) Keep(call *Call, state any) {
	if c.kept == nil {
		c.kept = map[*Call]any{}
	}
	c.kept[call] = state
}

// Kept is what was left for the call; nil where there is nothing.
func (c *Context) Kept(call *Call) any { return c.kept[call] }

// Session is what expressions ask of the session.
type Session interface {
	// UserVariable is the value of @name and its type; NULL where there is none.
	UserVariable(name string) (types.Value, types.Type)
	SetUserVariable(name string, v types.Value, t types.Type)
	// SystemVariable is @@name, @@session.name or @@global.name (scope "", "session" or
	// "global"). An error is MySQL's 1193 or 1238.
	SystemVariable(scope, name string) (types.Value, types.Type, error)

	Database() string // "": none
	User() string     // name@host
	ConnectionID() uint32
	LastInsertID() uint64
	SetLastInsertID(uint64) // LAST_INSERT_ID(expr)
	FoundRows() uint64
	RowCount() int64
	Version() string
}
