package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// Conn is a client's connection.
type Conn struct {
	backend Backend
	nc      *timed
	ctx     context.Context // the statements': ends when the client leaves
	cancel  context.CancelFunc

	in  packetReader
	out packetWriter

	watcher

	tls        atomic.Pointer[tls.Conn] // nil: not yet, or never
	secure     bool                     // nobody else reads what is sent
	client     Client
	nonce      string
	session    Session   // nil before login
	changing   bool      // COM_CHANGE_USER runs
	tracked    []Tracked // as last told
	multi      bool      // a COM_QUERY may hold several statements
	statements map[uint32]*statement
	lastID     uint32  // of the newest of statements
	infile     *infile // of the running statement; nil: none was asked for
	ended      bool    // no command follows

	mu       sync.Mutex
	busy     bool // a command runs
	draining bool
}

// NewConn makes a connection with the id for a client that has just connected.
// The context is that of its statements.
func NewConn(ctx context.Context, nc net.Conn, id uint32, b Backend) *Conn {
	client := &timed{Conn: nc}
	c := &Conn{
		backend:    b,
		nc:         client,
		in:         packetReader{conn: client, br: bufio.NewReader(client), limit: maxLoginPacket},
		out:        packetWriter{conn: client},
		statements: make(map[uint32]*statement),
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.watcher.begin(c.watchClient)
	c.client = Client{ID: id, Address: nc.RemoteAddr().String(), LoadInfile: c.loadInfile, Kill: c.Close}
	if nc.RemoteAddr().Network() == "unix" {
		c.client.Address, c.secure = "localhost", true
	}
	return c
}

// Refuse answers a client that has just connected with an error, in place of
// the greeting, and closes the connection.
func Refuse(nc net.Conn, err error) {
	// The client has only to read it: one that does not is not waited for.
	_ = nc.SetDeadline(time.Now().Add(time.Second))
	w := packetWriter{conn: nc}
	w.fail(err)
	_ = w.flush()
	_ = nc.Close()
}

// Serve lets the client in and runs its commands until it leaves or the
// connection is closed. No goroutine is left then.
func (c *Conn) Serve() {
	err := c.serve()
	if err != nil && !clientLeft(err) {
		c.backend.Logger.Debug("connection ended", "id", c.client.ID, "address", c.client.Address, "error", err)
	}
	c.Close()
	c.unwatch()
	c.closeSession()
}

// Close ends the connection and its statement at once. The connection comes first: what the
// statement still answers, as SLEEP does, is not to reach the client.
func (c *Conn) Close() {
	defer c.cancel()
	// It may be closed already, and nobody is left to tell.
	if secure := c.tls.Load(); secure != nil {
		_ = secure.Close() // which says so first: the client would take it for an attack
	}
	_ = c.nc.Close()
}

// Drain ends the connection: at once where no command runs, else after it.
func (c *Conn) Drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
	if !c.busy {
		c.Close()
	}
}

// setBusy says that a command begins or ends, and tells whether the connection
// goes on.
func (c *Conn) setBusy(busy bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = busy
	return !c.draining
}

func (c *Conn) serve() error {
	if err := c.nc.SetDeadline(time.Now().Add(c.backend.LoginTimeout())); err != nil {
		return fmt.Errorf("wire: %w", err)
	}
	if err := c.guard(func() error { return c.handshake(c.ctx) }); err != nil {
		return c.giveUp(err)
	}
	if err := c.nc.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("wire: %w", err)
	}
	for {
		c.out.sequence = 0
		packet, err := c.read()
		if err != nil {
			return c.giveUp(err)
		}
		if len(packet) > 0 && packet[0] == mysql.COM_QUIT || !c.setBusy(true) {
			return nil
		}
		if err := c.guard(func() error { return c.command(c.ctx, packet) }); err != nil {
			// The client sends a file to its end before it reads the answer. Where
			// that fails the connection does, which the flush tells.
			_ = c.endInfile()
			c.out.fail(err)
		}
		if err := c.out.flush(); err != nil {
			return err
		}
		if !c.setBusy(false) || c.ended {
			return nil
		}
	}
}

// giveUp tells the client, if it is there, why the connection ends.
func (c *Conn) giveUp(err error) error {
	if clientLeft(err) {
		return err
	}
	c.out.fail(err)
	return errors.Join(err, c.out.flush())
}

// guard turns a panic into MySQL's error 1105, so that the session goes on.
func (c *Conn) guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.backend.Logger.Error("panic in a statement", "id", c.client.ID,
				"panic", p, "stack", string(debug.Stack()))
			c.out.abandon()
			err = mysql.NewError(mysql.ER_UNKNOWN_ERROR, fmt.Sprintf("internal error: %v", p))
		}
	}()
	return f()
}

func (c *Conn) closeSession() {
	if c.session == nil {
		return
	}
	// A panic is logged, and there is nobody left to tell of it.
	_ = c.guard(func() error { c.session.Close(); return nil })
	c.session = nil
	clear(c.statements)
}

// read sends what was answered and returns the client's next packet, which is
// valid until the next call.
func (c *Conn) read() ([]byte, error) {
	packet, err := c.receive()
	c.watchNext(true)
	return packet, err
}

// receive is read, except that the watcher is not started again.
func (c *Conn) receive() ([]byte, error) {
	if err := c.out.flush(); err != nil {
		return nil, err
	}
	if c.unwatch(); c.gone != nil {
		return nil, interrupted(c.gone)
	}
	if err := c.await(); err != nil {
		return nil, err
	}
	packet, err := c.in.next(&c.out.sequence)
	err = interrupted(err)
	if stream, ok := c.out.conn.(*compressed); ok {
		stream.sequence = stream.read // here, where the watcher does not read
	}
	return packet, err
}

// interrupted is MySQL's error where the client was silent for net_read_timeout, else the error.
func interrupted(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return mysql.NewDefaultError(mysql.ER_NET_READ_INTERRUPTED)
	}
	return err
}

// erClientInteractionTimeout is MySQL's error of a client that was silent for wait_timeout.
const erClientInteractionTimeout = 4031

// await waits until a packet begins, for as long as the session's timeouts say.
func (c *Conn) await() error {
	if c.session == nil {
		return nil
	}
	t := c.session.Timeouts()
	c.nc.read, c.nc.write = t.Idle, t.Write
	if c.infile != nil {
		c.nc.read = t.Read
	}
	_, err := c.in.br.Peek(1)
	c.nc.read = t.Read
	switch {
	case c.infile != nil && err != nil:
		return interrupted(fmt.Errorf("wire: %w", err))
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &mysql.MyError{Code: erClientInteractionTimeout, State: mysql.DEFAULT_MYSQL_STATE, Message: "The client was disconnected " +
			"by the server because of inactivity. See wait_timeout and interactive_timeout for configuring this behavior."}
	case err != nil:
		return fmt.Errorf("wire: %w", err)
	}
	return nil
}

// fail appends MySQL's ERR packet.
func (w *packetWriter) fail(err error) {
	var e *mysql.MyError
	switch {
	case errors.As(err, &e):
	case errors.Is(err, context.Canceled):
		e = mysql.NewDefaultError(mysql.ER_QUERY_INTERRUPTED)
	default:
		e = mysql.NewError(mysql.ER_UNKNOWN_ERROR, err.Error())
	}
	w.begin()
	w.buf = append(w.buf, mysql.ERR_HEADER, byte(e.Code), byte(e.Code>>8), '#')
	w.buf = append(append(w.buf, e.State...), e.Message...)
	w.end()
}
