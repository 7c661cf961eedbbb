// Package wire speaks the MySQL client/server protocol on the server's side:
// [Conn] greets a client, lets it in and runs its commands on a [Session]. It
// knows nothing of SQL but the vectors that rows come in.
//
// Framing and dispatch are its own. go-mysql's packet.Conn takes any length
// that a packet claims, writes every packet with a system call and holds 80 kB
// of buffers for an idle connection; go-mysql's server package fixes the
// capabilities, without LOCAL INFILE and multi-statements. What is taken from
// go-mysql is what is data: numbers, names, errors, the length-encoded integer.
//
// Where the protocol is meant, the comments cite MySQL's documentation:
// https://dev.mysql.com/doc/dev/mysql-server/8.0.36/PAGE_PROTOCOL.html
package wire

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"time"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Backend is what the connections of a server share.
type Backend struct {
	Version    string               // the server's version, as the greeting tells it
	NewSession func(Client) Session // opens a session for a client that was let in
	Status     func() string        // answers COM_STATISTICS: counters in one line, as mysqladmin status shows it
	Logger     *slog.Logger
	Password   *Password   // of every user
	TLS        *tls.Config // nil: not offered

	LoginTimeout func() time.Duration // how long a client may take to log in: connect_timeout
}

// Client is what a session is told of its client.
type Client struct {
	ID           uint32 // connection id
	User         string
	Address      string // host:port; "localhost" for a Unix socket
	Capabilities uint32 // the CLIENT_* flags that the client and the server agreed on
	Collation    uint16 // the number of the collation that it wants for the connection; 0: none

	// LoadInfile asks the client for a file that LOAD DATA LOCAL names. It is
	// called while a statement runs, from the statement's goroutine, and the
	// file is read there. The error is MySQL's 3948 where the client takes no
	// part in LOCAL.
	LoadInfile func(name string) (io.ReadCloser, error)

	Kill func() // ends the connection; from any goroutine
}

// Session runs the statements of one connection, one at a time. An error that
// is a *mysql.MyError reaches the client as it is; any other becomes 1105.
// A context that is cancelled ends the statement: the client has left, or the
// server stops.
type Session interface {
	Use(ctx context.Context, database string) error
	Split(sql string) (first, rest string)                  // the first statement; rest is empty where nothing follows it
	Query(ctx context.Context, sql string) (*Result, error) // 1064 where the text holds more than one
	Prepare(ctx context.Context, sql string) (*Statement, error)
	Reset(ctx context.Context) error // COM_RESET_CONNECTION
	InTransaction() bool
	Autocommit() bool
	Warnings() uint16      // of the last statement
	MaxAllowedPacket() int // the most bytes of a command, for as long as the session is
	Timeouts() Timeouts    // that hold for the next command
	Tracked() []Tracked    // what session_track_* tells, always in the same order
	Close()
}

// Tracked is a part of the session's state that a client may want to be told of.
type Tracked struct {
	Name  string // of a system variable; "": the current database
	Value string
}

// Statement is a prepared statement. It ends with its session, or when it is closed before.
type Statement struct {
	Params int
	Fields []*querypb.Field // nil: no result set
	Query  func(ctx context.Context, args []sqltypes.Value) (*Result, error)
	Close  func()
}

// Result is what a statement answers.
type Result struct {
	Fields       []*querypb.Field // nil: no result set, the next three count
	AffectedRows uint64
	InsertID     uint64
	Info         string
	Rows         Rows // never nil: it is closed where there is no result set too

	// NextBatch yields the rows in the place of Rows, as columns of these types; nil
	// behind the last. A batch is valid until the next call.
	NextBatch func() (*types.Batch, error) // nil: Rows yields them
	Types     []types.Type
	Following *Result // of the same statement; nil: this is the last
}

// Rows yields the rows of a result.
type Rows interface {
	// Next returns a row that is valid until the next call, io.EOF after the last.
	Next() ([]sqltypes.Value, error)
	// Close ends the statement. Its error is the statement's: a commit may fail.
	Close() error
}
