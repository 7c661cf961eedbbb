package engine

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/sirupsen/logrus"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/tables"
)

// Client is whom a session is for.
type Client struct {
	ID           uint32 // connection id, as SHOW PROCESSLIST and KILL know it; 0: the engine picks one
	User         string
	Address      string                                   // host:port, or a host
	Capabilities uint32                                   // the CLIENT_* flags agreed on
	Collation    uint16                                   // the number of the connection's collation; 0: the server's
	LoadInfile   func(name string) (io.ReadCloser, error) // asks the client for a file of LOAD DATA LOCAL; nil: refused
	Kill         func()                                   // ends the connection, for KILL; nil: nothing to end
}

// Session executes statements one after the other. It is for one goroutine at a
// time.
type Session struct {
	engine     *Engine
	client     Client
	session    *storage.Session
	prepared   map[string]*Statement // PREPARE's statements by name, in lower case
	statements int64                 // that are prepared, also those of clients' commands
	trees      trees
	kept       keptPlans
	known      *heededVariables // nil: they are to be read
	process    process
	database   atomic.Value // Database, for other goroutines: a string
	// unrepeatable: the statement has read a file of the client's, which is gone, or committed
	// a part of what it does.
	unrepeatable bool
	turn         bool                // see takeTurn
	options      []sql.ContextOption // of the statements' contexts
	closed       bool
}

// NewSession starts a session in the database of the interview, in autocommit
// mode.
func (e *Engine) NewSession(c Client) *Session {
	if c.ID == 0 {
		c.ID = e.NextID()
	}
	connections.Add(1)
	s := &Session{engine: e, client: c}
	s.start(tables.Database)
	s.process.since = time.Now()
	connected.Add(1)
	e.mu.Lock()
	e.sessions[c.ID] = s
	e.mu.Unlock()
	return s
}

// host is where the client is: USER() is name@host.
func (s *Session) host() string {
	if host, _, err := net.SplitHostPort(s.client.Address); err == nil {
		return host
	}
	return s.client.Address
}

// silent takes the lines that go-mysql-server logs for a session: what is worth
// a line the engine logs itself.
var silent = func() *logrus.Entry {
	l := logrus.New()
	l.SetOutput(io.Discard)
	l.SetLevel(logrus.PanicLevel)
	return logrus.NewEntry(l)
}()

// start gives the session a fresh state.
func (s *Session) start(database string) {
	base := sql.NewBaseSessionWithClientServer("", sql.Client{
		User: s.client.User, Address: s.host(), Capabilities: s.client.Capabilities,
	}, s.client.ID)
	base.SetLogger(silent)
	s.session, s.known = storage.NewSession(base, s.engine.storage), nil
	s.options = []sql.ContextOption{
		sql.WithSession(s.session), sql.WithMemoryManager(s.engine.memory), sql.WithProcessList(s.engine.processes),
		sql.WithServices(sql.Services{LoadInfile: s.loadInfile}),
	}
	s.session.Generates = generates
	s.session.SetCurrentDatabase(database)
	s.database.Store(database)
	s.setCollation()
	if mode := s.engine.sqlMode; mode != nil {
		if err := s.session.SetSessionVariable(s.context(context.Background(), ""), "sql_mode", *mode); err != nil {
			s.engine.logger.Error("engine: sql_mode", "error", err) // New has checked it
		}
	}
	if err := s.beginMemory(s.context(context.Background(), "")); err != nil {
		s.engine.logger.Error("engine: memory limit", "error", err)
	}
	s.prepared = make(map[string]*Statement)
}

// driversCollations are what drivers name in the handshake where nobody has told them a
// collation: utf8mb4_general_ci and utf8mb4_unicode_ci, from before MySQL 8. A query's
// answer would depend on the client (a user variable beside a column is error 1267), so
// that a session begins with the server's, as under --skip-character-set-client-handshake
// (manual 7.1.7). SET NAMES utf8mb4 COLLATE … says that one is meant.
var driversCollations = [...]uint16{45, 224}

// setCollation has the session begin with the collation that the client named in
// the handshake, as if by SET NAMES (manual 12.4). Texts travel as UTF-8 alone: a
// client that named another character set begins with the server's.
func (s *Session) setCollation() {
	if slices.Contains(driversCollations[:], s.client.Collation) {
		return
	}
	for i := sql.NewCollationsIterator(); ; {
		c, ok := i.Next()
		if !ok {
			return
		}
		if uint16(c.ID) != s.client.Collation || c.ID == storage.DefaultCollation || !strings.HasPrefix(c.CharacterSet.Name(), "utf8mb") {
			continue
		}
		ctx := s.context(context.Background(), "")
		for _, variable := range []string{"character_set_client", "character_set_results", "character_set_connection"} {
			if err := s.session.SetSessionVariable(ctx, variable, c.CharacterSet.Name()); err != nil {
				s.engine.logger.Error("engine: the connection's character set", "error", err)
			}
		}
		if err := s.session.SetSessionVariable(ctx, "collation_connection", c.Name); err != nil {
			s.engine.logger.Error("engine: the connection's collation", "error", err)
		}
		return
	}
}

// Close rolls back and ends the session.
func (s *Session) Close() {
	if s.closed {
		return
	}
	s.closed = true
	s.discard()
	connected.Add(-1)
	s.engine.mu.Lock()
	delete(s.engine.sessions, s.client.ID)
	s.engine.mu.Unlock()
}

// discard rolls back and gives up the session's locks.
func (s *Session) discard() {
	ctx := s.context(context.Background(), "")
	s.countStatements(-s.statements)
	s.endTransaction(ctx, false)
	if _, err := s.engine.locks.ReleaseAll(ctx); err != nil {
		s.engine.logger.Error("engine: releasing locks", "connection", s.client.ID, "error", err)
	}
	if err := s.engine.analyzer.Catalog.UnlockTables(ctx, s.client.ID); err != nil {
		s.engine.logger.Error("engine: unlocking tables", "connection", s.client.ID, "error", err)
	}
}

// Reset gives the session the state of a fresh one, but for its database.
func (s *Session) Reset(context.Context) error {
	s.discard()
	s.start(s.Database())
	return nil
}

// Use makes a database the session's. It ends in MySQL's error 1049 if there is
// none of that name.
func (s *Session) Use(ctx context.Context, database string) error {
	c := s.context(ctx, "")
	db, err := s.engine.analyzer.Catalog.Database(c, database)
	if err != nil {
		return mysql.NewDefaultError(mysql.ER_BAD_DB_ERROR, database)
	}
	s.session.SetCurrentDatabase(db.Name())
	s.database.Store(db.Name())
	return nil
}

// Database is the session's database, "" for none.
func (s *Session) Database() string { return s.session.GetCurrentDatabase() }

// Split cuts the first statement off a text that may hold several.
func (s *Session) Split(text string) (first, rest string) {
	if !strings.Contains(text, ";") {
		return text, ""
	}
	ctx := s.context(context.Background(), "")
	return parse.First(ctx, text, bridge.ParserMode(ctx), sql.LoadSqlMode(ctx).ParserOptions())
}

// InTransaction tells whether a transaction is open that a COMMIT would end.
func (s *Session) InTransaction() bool {
	return s.session.GetTransaction() != nil && (s.session.GetIgnoreAutoCommit() || !s.Autocommit())
}

// Autocommit tells whether the session commits after each statement.
func (s *Session) Autocommit() bool {
	return s.variables().autocommit
}

// Warnings is how many warnings the last statement gave.
func (s *Session) Warnings() uint16 { return s.session.WarningCount() }

// Variable is the session's value of a system variable as text; "" where there is
// none of that name, or it is NULL.
func (s *Session) Variable(name string) string {
	v, err := s.session.GetSessionVariable(s.context(context.Background(), ""), name)
	if err != nil || v == nil {
		return ""
	}
	switch name {
	case "autocommit":
		if s.Autocommit() {
			return "ON"
		}
		return "OFF"
	}
	return fmt.Sprint(v)
}

// Timeouts are how long the session's client is waited for: wait_timeout, net_read_timeout and net_write_timeout.
func (s *Session) Timeouts() (idle, read, write time.Duration) {
	v := s.variables()
	return v.idle, v.read, v.write
}

// ConnectTimeout is how long a client may take to log in: connect_timeout.
func ConnectTimeout() time.Duration {
	_, v, _ := sql.SystemVariables.GetGlobal("connect_timeout")
	return seconds(v)
}

// seconds is the value of a system variable that is a number of seconds: a year where it is longer.
func seconds(v any) time.Duration {
	const year = 365 * 24 * 60 * 60
	if n, ok := v.(int64); ok && n < year {
		return time.Duration(n) * time.Second
	}
	return year * time.Second
}

// MaxAllowedPacket is the most bytes that a statement may have.
func (s *Session) MaxAllowedPacket() int {
	n, err := strconv.Atoi(s.Variable("max_allowed_packet"))
	if err != nil {
		return maxAllowedPacket
	}
	return n
}

// context is what go-mysql-server executes a statement in.
func (s *Session) context(ctx context.Context, query string) *sql.Context {
	c := sql.NewContext(ctx, s.options...)
	c.ApplyOpts(sql.WithQuery(query))
	return c
}

func (s *Session) loadInfile(name string) (io.ReadCloser, error) {
	if s.client.LoadInfile == nil {
		return nil, mysql.NewError(mysql.ER_UNKNOWN_ERROR, "LOAD DATA LOCAL: this client sends no files")
	}
	s.unrepeatable = true
	return s.client.LoadInfile(name)
}

// preparedName is the key of a PREPARE's name, which takes any letter case.
func preparedName(name string) string { return strings.ToLower(name) }

// SQLMode is a value of sql_mode as MySQL shows it. One that is none is MySQL's
// error 1231.
func SQLMode(text string) (string, error) { return storage.SQLMode(text) }
