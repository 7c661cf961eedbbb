// Package servertest gives a Go test a MySQL-compatible server of its own, in
// the test's process and in milliseconds: nothing to install, nothing to clean
// up. Servers share nothing, so tests may run in parallel.
//
// What go-mysql-server keeps for a whole process are the global system
// variables. SET GLOBAL is refused therefore; SET SESSION works.
package servertest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/engine/parse"
	"github.com/verbatim-sql/verbatim/server"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/store/disk"
)

// Server is a running server of a test.
type Server struct {
	engine *engine.Engine
	db     *sql.DB
	config *mysql.Config
}

// Option says what a server holds from the start, besides the tables of the
// interview. Options are applied in their order.
type Option func(*setup) error

// setup is what the options say.
type setup struct {
	fork     *Server
	dataDir  string
	readOnly bool
	fixtures []fixture
}

// fixture is a script to run before the test.
type fixture struct{ name, text string }

// WithSQL runs a script: statements divided by semicolons, as the mysql client
// takes them, DELIMITER included. They share a session, which starts in
// database interview and ends with the script.
func WithSQL(text string) Option {
	return func(s *setup) error {
		s.fixtures = append(s.fixtures, fixture{"WithSQL", text})
		return nil
	}
}

// WithFS runs the files that match any of the patterns, as [fs.Glob] has them,
// in the order of their names; without patterns *.sql. Each is a script as
// [WithSQL] takes it, with a session of its own. It fails the test where no file
// matches.
func WithFS(fsys fs.FS, patterns ...string) Option {
	if len(patterns) == 0 {
		patterns = []string{"*.sql"}
	}
	return func(s *setup) error {
		var names []string
		for _, p := range patterns {
			matches, err := fs.Glob(fsys, p)
			if err != nil {
				return fmt.Errorf("%s: %w", p, err)
			}
			names = append(names, matches...)
		}
		if len(names) == 0 {
			return fmt.Errorf("WithFS: no file matches %q", patterns)
		}
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			text, err := fs.ReadFile(fsys, name)
			if err != nil {
				return err
			}
			s.fixtures = append(s.fixtures, fixture{name, string(text)})
		}
		return nil
	}
}

// WithFork has the server begin with the databases that another has now, in a
// time that does not depend on their size: one test prepares them, many begin
// with them. Neither server sees what the other does then.
func WithFork(prepared *Server) Option {
	return func(s *setup) error {
		s.fork = prepared
		return nil
	}
}

// WithDataDir has the server begin with the databases of a data directory, as
// `verbatim serve --data-dir` keeps them: a copy in memory, so the directory is only
// read, while the server starts. It fails the test where a process has it open.
func WithDataDir(path string) Option {
	return func(s *setup) error {
		s.dataDir = path
		return nil
	}
}

// ReadOnly refuses whatever changes a database, with MySQL's error 1290. It goes with
// [WithDataDir] and [WithFork], and not with fixtures.
func ReadOnly() Option {
	return func(s *setup) error {
		s.readOnly = true
		return nil
	}
}

// Start starts a server on a free port of 127.0.0.1 and returns a pool of
// connections to it, in database interview. Both end with the test. A fixture's
// statement that fails fails the test, with its file, line and error.
//
// DATE, DATETIME and TIMESTAMP scan into time.Time, in UTC: the DSN says
// parseTime=true, as GORM and sqlx expect it.
func Start(tb testing.TB, opts ...Option) *sql.DB {
	tb.Helper()
	return StartServer(tb, opts...).DB()
}

// StartServer starts a server like [Start], for tests that need its address or
// DSN: for GORM or sqlx, or for another process.
func StartServer(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	logger := slog.New(slog.NewTextHandler(tb.Output(), nil))
	var wanted setup
	for _, o := range opts {
		if err := o(&wanted); err != nil {
			tb.Fatalf("servertest: %v", err)
		}
	}
	e, err := wanted.engine(engine.Options{Logger: logger, Shared: true})
	if err != nil {
		tb.Fatalf("servertest: %v", err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Errorf("servertest: %v", err)
		}
	})
	s := &Server{engine: e, config: mysql.NewConfig()}
	s.config.User, s.config.Net, s.config.DBName = "root", "tcp", tables.Database
	s.config.ParseTime = true
	s.config.Addr = serve(tb, e, logger)
	s.db = s.open(tb)
	tb.Cleanup(func() {
		if err := s.db.Close(); err != nil {
			tb.Errorf("servertest: %v", err)
		}
	})
	for _, f := range wanted.fixtures {
		s.run(tb, f)
	}
	return s
}

func (s *setup) engine(o engine.Options) (*engine.Engine, error) {
	o.ReadOnly = s.readOnly
	if s.dataDir != "" {
		loading.Lock() // the directory may be another test's too
		defer loading.Unlock()
		dir, err := disk.Open(s.dataDir, disk.Options{Logger: o.Logger, Exists: true})
		if err != nil {
			return nil, err
		}
		e, err := engine.Load(dir, o)
		return e, errors.Join(err, dir.Close())
	}
	if s.fork != nil {
		return s.fork.engine.Fork(o), nil
	}
	return engine.New(o)
}

var loading sync.Mutex

// DB is a pool of connections to the server. It is the same at each call, and
// is closed when the test ends.
func (s *Server) DB() *sql.DB { return s.db }

// Addr is the server's host:port.
func (s *Server) Addr() string { return s.config.Addr }

// DSN is the server's data source name for go-sql-driver/mysql, as
// root@tcp(127.0.0.1:50123)/interview?parseTime=true.
func (s *Server) DSN() string { return s.config.FormatDSN() }

// serve serves the engine until the test ends, and returns the address.
func serve(tb testing.TB, e *engine.Engine, logger *slog.Logger) string {
	tb.Helper()
	s, err := server.Listen(e, server.Config{Logger: logger})
	if err != nil {
		tb.Fatalf("servertest: %v", err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	tb.Cleanup(func() {
		// The test is over: what still runs is cut short.
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := s.Shutdown(ctx); err != nil {
			tb.Errorf("servertest: %v", err)
		}
		if err := <-served; err != nil {
			tb.Errorf("servertest: %v", err)
		}
	})
	return s.Addr().String()
}

func (s *Server) open(tb testing.TB) *sql.DB {
	tb.Helper()
	connector, err := mysql.NewConnector(s.config)
	if err != nil {
		tb.Fatalf("servertest: %v", err)
	}
	return sql.OpenDB(connector)
}

// run runs a fixture in a session of its own, so that a USE or SET in it does
// not reach the test.
func (s *Server) run(tb testing.TB, f fixture) {
	tb.Helper()
	db := s.open(tb)
	defer db.Close()
	db.SetMaxOpenConns(1)
	for statement, err := range parse.Split(f.text) {
		if err == nil {
			_, err = db.ExecContext(tb.Context(), statement.Text)
		}
		if err != nil {
			tb.Fatalf("servertest: %s:%d: %v", f.name, statement.Line, err)
		}
	}
}
