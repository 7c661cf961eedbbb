// Package server listens for MySQL clients and serves them from an engine: it
// binds, accepts, limits, and ends in good order. What it says to a client is
// package wire's.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/server/wire"
)

const (
	maxConnections = 1000                   // the most clients at a time
	acceptPause    = 100 * time.Millisecond // before the next try where accepting failed
	stuckAfter     = 5 * time.Second        // how long a statement may take to notice that it is cancelled
)

// ErrStuck is that a statement goes on although it was cancelled.
var ErrStuck = errors.New("server: a statement does not end")

// Config says where a server listens.
type Config struct {
	Host          string       // name or address; empty: 127.0.0.1
	Port          int          // 0: any that is free
	Socket        string       // path of a Unix socket to listen on too; empty: none
	AllowInsecure bool         // Host need not be a loopback address, although there is no password
	Password      string       // of every user
	TLSCert       string       // file with the certificate in PEM; empty: the server signs one itself
	TLSKey        string       // file with its key
	Logger        *slog.Logger // nil: slog.Default()
}

// Server serves an engine to MySQL clients.
type Server struct {
	engine    *engine.Engine
	logger    *slog.Logger
	listeners []net.Listener // TCP first
	password  *wire.Password
	tls       *tls.Config
	started   time.Time
	questions atomic.Uint64 // statements since the start

	ctx    context.Context // of all statements
	cancel context.CancelFunc

	mu       sync.Mutex
	conns    map[*wire.Conn]struct{}
	shutdown bool
	closing  chan struct{}  // closed with shutdown
	running  sync.WaitGroup // goroutines; none is added after shutdown
}

// Listen binds the addresses of a server, which accepts clients from then on
// and serves them once Serve runs. A port that is in use is an error, and so is
// a host that is not a loopback address, unless there is a password or
// AllowInsecure is set. The engine stays the caller's to close, after Shutdown.
func Listen(e *engine.Engine, c Config) (*Server, error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	secure, err := tlsConfig(c)
	if err != nil {
		return nil, err
	}
	tcp, err := listenTCP(c)
	if err != nil {
		return nil, err
	}
	s := &Server{
		engine:    e,
		logger:    c.Logger,
		listeners: []net.Listener{tcp},
		password:  wire.NewPassword(c.Password),
		tls:       secure,
		started:   time.Now(),
		conns:     make(map[*wire.Conn]struct{}),
		closing:   make(chan struct{}),
	}
	if c.Socket != "" {
		socket, err := listenUnix(c.Socket)
		if err != nil {
			return nil, errors.Join(err, tcp.Close())
		}
		s.listeners = append(s.listeners, socket)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Addr is the TCP address that the server listens on.
func (s *Server) Addr() net.Addr { return s.listeners[0].Addr() }

// Serve serves clients until Shutdown is called, and returns nil then. It is
// called once.
func (s *Server) Serve() error {
	s.mu.Lock()
	if s.shutdown {
		s.mu.Unlock()
		return nil
	}
	errs := make(chan error, len(s.listeners))
	for _, l := range s.listeners {
		s.running.Go(func() { errs <- s.accept(l) })
	}
	s.mu.Unlock()
	var err error
	for range s.listeners {
		if e := <-errs; e != nil {
			err = errors.Join(err, e, s.closeListeners())
		}
	}
	return err
}

// Shutdown stops accepting and closes the connections where no statement runs.
// The others may end theirs until the context is done; then they are cancelled
// and closed too. When it returns no goroutine of the server is left, unless a
// statement takes no notice of its end: that is [ErrStuck]. It is no error that
// statements were cut short.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	if !s.shutdown {
		s.shutdown = true
		close(s.closing)
	}
	for c := range s.conns {
		c.Drain()
	}
	s.mu.Unlock()
	err := s.closeListeners()

	cut := make(chan struct{})
	drained := context.AfterFunc(ctx, func() {
		defer close(cut)
		s.closeConnections()
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.running.Wait()
	}()
	select {
	case <-ended:
	case <-cut:
		select {
		case <-ended:
		case <-time.After(stuckAfter):
			err = errors.Join(err, ErrStuck)
		}
	}
	if !drained() {
		<-cut
	}
	s.cancel()
	return err
}

func (s *Server) closeListeners() (err error) {
	for _, l := range s.listeners {
		if e := l.Close(); e != nil && !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, fmt.Errorf("server: %w", e))
		}
	}
	return err
}

func (s *Server) closeConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.Close()
	}
}

// accept serves a listener's clients until it is closed.
func (s *Server) accept(l net.Listener) error {
	for {
		nc, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ECONNABORTED):
			// It passes: files are closed, or only this client is gone.
			s.logger.Warn("a client could not be accepted", "error", err)
			select {
			case <-time.After(acceptPause):
			case <-s.closing:
			}
		case err != nil:
			return fmt.Errorf("server: %w", err)
		default:
			s.start(nc)
		}
	}
}

// start serves a client that has just connected, or tells it why not.
func (s *Server) start(nc net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shutdown {
		_ = nc.Close() // the client has asked for nothing yet
		return
	}
	if len(s.conns) >= maxConnections {
		s.running.Go(func() { wire.Refuse(nc, mysql.NewDefaultError(mysql.ER_CON_COUNT_ERROR)) })
		return
	}
	c := wire.NewConn(s.ctx, nc, s.engine.NextID(), wire.Backend{
		Version:    engine.Version,
		NewSession: s.newSession,
		Status:     s.status,
		Logger:     s.logger,
		Password:   s.password,
		TLS:        s.tls,

		LoginTimeout: engine.ConnectTimeout,
	})
	s.conns[c] = struct{}{}
	s.running.Go(func() {
		c.Serve()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.conns, c)
	})
}

// status is what mysqladmin status shows, as far as it is known here.
func (s *Server) status() string {
	s.mu.Lock()
	threads := len(s.conns)
	s.mu.Unlock()
	return fmt.Sprintf("Uptime: %d  Threads: %d  Questions: %d",
		int(time.Since(s.started).Seconds()), threads, s.questions.Load())
}
