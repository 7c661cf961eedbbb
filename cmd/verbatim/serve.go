package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/engine/script"
	"github.com/verbatim-sql/verbatim/server"
	"github.com/verbatim-sql/verbatim/tables/store/disk"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	host          string
	port          uint16
	portFile      string
	socket        string
	init          string
	allowInsecure bool
	passwordFile  string
	tlsCert       string
	tlsKey        string
	drain         time.Duration
	logLevel      string
	memoryLimit   size
	statement     size
	statements    size
	tempDir       string
	sqlMode       sqlMode
	dataDir       string
}

func newServe() *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve [flags]",
		Short: "Serve the database to MySQL clients",
		Long: `Serve the database to MySQL clients until SIGINT or SIGTERM.

Once clients are served, a line on standard output says where; everything else
goes to standard error. At the end no new clients are accepted and running
statements may end; a second signal ends them at once.`,
		Example: `  verbatim serve
  verbatim serve --port 0 --port-file port --init schema.sql`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.serve(c.Context())
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.host, "host", "h", "127.0.0.1", "listen on this `host`")
	f.Uint16VarP(&o.port, "port", "P", 3306, "listen on this `port`; 0: any that is free")
	f.StringVar(&o.portFile, "port-file", "", "write the port to this `file` once clients are served; it is removed at the end")
	f.StringVar(&o.socket, "socket", "", "listen on a Unix socket at this `path` too")
	f.StringVar(&o.dataDir, "data-dir", "", "keep the databases in this `directory` (default in memory only)")
	f.StringVar(&o.init, "init", "", "run this SQL `file` first")
	f.BoolVar(&o.allowInsecure, "allow-insecure", false, "listen on a host other than loopback, without passwords")
	f.StringVar(&o.passwordFile, "password-file", "", "every user logs in with the password in the first line of this `file`")
	f.StringVar(&o.tlsCert, "tls-cert", "", "offer TLS with the certificate in this PEM `file` (default one that is made at the start)")
	f.StringVar(&o.tlsKey, "tls-key", "", "the certificate's key, a PEM `file`")
	f.DurationVar(&o.drain, "drain", 10*time.Second, "how long running statements may take at the end")
	f.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	f.Var(&o.memoryLimit, "memory-limit", "how much memory the tables may take, as 512M or 2G (default no limit)")
	f.Var(&o.statement, "connection-memory-limit", "how much memory a statement may take (default a quarter of the machine's)")
	f.Var(&o.statements, "global-connection-memory-limit", "how much memory all statements together may take (default half of the machine's)")
	f.StringVar(&o.tempDir, "tmpdir", "", "put what a statement may not hold in memory to files in this `directory` (default the system's)")
	f.Var(&o.sqlMode, "sql-mode", "the sql_mode that sessions begin with, as ANSI_QUOTES,NO_ZERO_DATE (default that of MySQL 8)")
	must(c.MarkFlagFilename("init", "sql"))
	must(c.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp)))
	return c
}

func (o *serveOptions) serve(ctx context.Context) (err error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return wrongUsage("unknown log level %q: it is one of debug, info, warn or error", o.logLevel)
	}
	var setup []byte
	if o.init != "" {
		if setup, err = os.ReadFile(o.init); err != nil {
			return wrongUsage("%w", err)
		}
	}
	password, err := o.password()
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))

	first, second, stop := signals(ctx)
	defer stop()

	boundHeap()
	e, done, err := o.engine(logger)
	if err != nil {
		return failed(err)
	}
	defer func() { err = withFailure(err, done()) }()
	// The port is taken before the script runs, which may be long. Clients that
	// come meanwhile wait.
	s, err := server.Listen(e, server.Config{
		Host: o.host, Port: int(o.port), Socket: o.socket, AllowInsecure: o.allowInsecure,
		Password: password, TLSCert: o.tlsCert, TLSKey: o.tlsKey, Logger: logger,
	})
	if err != nil {
		return failed(err)
	}
	defer func() {
		drain, cancel := context.WithTimeout(second, o.drain)
		defer cancel()
		err = withFailure(err, s.Shutdown(drain))
	}()
	if o.init != "" {
		if err := initialize(first, e, o.init, string(setup)); err != nil {
			return failed(err)
		}
	}

	reclaiming, stopReclaiming := context.WithCancel(ctx)
	defer stopReclaiming()
	go reclaim(reclaiming)
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	if o.portFile != "" {
		if err := writePortFile(o.portFile, s.Addr().(*net.TCPAddr).Port); err != nil {
			return failed(err)
		}
		defer func() { err = withFailure(err, removePortFile(o.portFile)) }()
	}
	kept := "in memory only"
	if o.dataDir != "" {
		kept = "data in " + o.dataDir
	}
	fmt.Printf("ready for connections on %s, %s\n", s.Addr(), kept)

	select {
	case err := <-served: // before anybody asked it to end
		return failed(err)
	case <-first.Done():
		logger.Info("shutting down", "drain", o.drain)
		return nil
	}
}

// password is the first line of --password-file.
func (o *serveOptions) password() (string, error) {
	if o.passwordFile == "" {
		return "", nil
	}
	text, err := os.ReadFile(o.passwordFile)
	if err != nil {
		return "", wrongUsage("%w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", wrongUsage("the password file %s begins with an empty line", o.passwordFile)
	}
	return line, nil
}

// engine is the engine to serve; done ends it.
func (o *serveOptions) engine(logger *slog.Logger) (_ *engine.Engine, done func() error, err error) {
	options := engine.Options{
		Logger: logger, MemoryLimit: int64(o.memoryLimit), SQLMode: o.sqlMode.text,
		StatementMemory: int64(o.statement), StatementsMemory: int64(o.statements), TempDir: o.tempDir,
	}
	if o.dataDir == "" {
		e, err := engine.New(options)
		if err != nil {
			return nil, nil, err
		}
		return e, e.Close, nil
	}
	dir, err := disk.Open(o.dataDir, disk.Options{Logger: logger})
	if err != nil {
		return nil, nil, err
	}
	e, err := engine.Open(dir, options)
	if err != nil {
		return nil, nil, errors.Join(err, dir.Close())
	}
	backups, err := dir.ServeBackups()
	if err != nil { // as where the path is too long for a socket
		logger.Warn("backups can be made only while nobody serves the data directory", "error", err)
		return e, func() error { return errors.Join(e.Close(), dir.Close()) }, nil
	}
	return e, func() error { return errors.Join(backups.Close(), e.Close(), dir.Close()) }, nil
}

// signals are two contexts: the first ends with the first SIGINT or SIGTERM,
// the second with the second.
func signals(ctx context.Context) (first, second context.Context, stop func()) {
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	first, endFirst := context.WithCancel(ctx)
	second, endSecond := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		for _, end := range []func(){endFirst, endSecond} {
			select {
			case <-caught:
				end()
			case <-done:
				return
			}
		}
	}()
	return first, second, func() {
		signal.Stop(caught)
		close(done)
		endFirst()
		endSecond()
	}
}

// initialize runs the script of --init. Its results nobody wants to see.
func initialize(ctx context.Context, e *engine.Engine, name, text string) error {
	target := script.InProcess(e)
	r := script.Runner{Target: target}
	return errors.Join(r.Run(ctx, name, text), target.Close())
}

// writePortFile writes the port and a newline, such that who sees the file sees
// all of it.
func writePortFile(name string, port int) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("port file: %w", err)
	}
	_, err = fmt.Fprintln(f, port)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("port file: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// removePortFile removes the port file, which somebody may have removed before.
func removePortFile(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("port file: %w", err)
	}
	return nil
}

// withFailure is the error for exit code 1 of ending the work that ended in
// err: the first that there was.
func withFailure(err, ending error) error {
	if err != nil || ending == nil {
		return err
	}
	return failed(ending)
}
