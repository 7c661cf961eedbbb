package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/engine/script"
)

// target is where the scripts run.
func (o *runOptions) target(ctx context.Context, c *cobra.Command) (script.Target, error) {
	if !c.Flags().Changed("host") && !c.Flags().Changed("port") && o.socket == "" {
		return o.inProcess(ctx)
	}
	address, err := o.address()
	if err != nil {
		return nil, err
	}
	target, err := script.Connect(ctx, address)
	if err != nil {
		return nil, failed(err)
	}
	return target, nil
}

// address is the server that the flags select, with the rest from the
// environment.
func (o *runOptions) address() (script.Address, error) {
	a := script.Address{Network: "unix", Address: o.socket, User: o.user, Database: o.database}
	if o.socket == "" {
		host, port := o.host, o.port
		if host == "" {
			host = os.Getenv("MYSQL_HOST")
		}
		if host == "" {
			host = "127.0.0.1"
		}
		if text := os.Getenv("MYSQL_TCP_PORT"); port == 0 && text != "" {
			n, err := strconv.ParseUint(text, 10, 16)
			if err != nil {
				return a, wrongUsage("MYSQL_TCP_PORT is no port: %q", text)
			}
			port = uint16(n)
		}
		if port == 0 {
			port = 3306
		}
		a.Network, a.Address = "tcp", net.JoinHostPort(host, strconv.Itoa(int(port)))
	}
	if a.User == "" {
		me, err := user.Current()
		if err != nil {
			return a, wrongUsage("whose name to log in with? Give -u: %w", err)
		}
		a.User = me.Username
	}
	var err error
	if a.Password, err = o.password.get(); err != nil {
		return a, wrongUsage("%w", err)
	}
	return a, nil
}

// inProcess is a session of an engine of its own.
func (o *runOptions) inProcess(ctx context.Context) (script.Target, error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	e, err := engine.New(engine.Options{Logger: logger, SQLMode: o.sqlMode.text})
	if err != nil {
		return nil, failed(err)
	}
	target := &ownEngine{script.InProcess(e), e}
	if o.database != "" {
		name := "`" + strings.ReplaceAll(o.database, "`", "``") + "`"
		r := script.Runner{Target: target}
		if err := r.Run(ctx, "-D", "CREATE DATABASE IF NOT EXISTS "+name+"; USE "+name); err != nil {
			return nil, failed(errors.Join(err, target.Close()))
		}
	}
	return target, nil
}

// ownEngine is a target in process whose engine ends with it.
type ownEngine struct {
	script.Target
	engine *engine.Engine
}

func (t *ownEngine) Close() error {
	return errors.Join(t.Target.Close(), t.engine.Close())
}
