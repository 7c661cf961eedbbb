// Command verbatim serves the interview's database to MySQL clients and runs
// SQL scripts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
)

// Exit codes beside 0.
const (
	exitFailed  = 1 // a statement failed, or there was no connection, or no port to listen on
	exitUsage   = 2 // the command line is wrong, or a file that it names cannot be read
	exitDiffers = 3 // the result is not the expected one
)

// exitError ends the program with a code. What there is to say of it may have
// been said already: then it has no error.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// failed is an error for exit code 1.
func failed(err error) error { return &exitError{exitFailed, err} }

// wrongUsage is an error for exit code 2.
func wrongUsage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

func main() {
	// Go-mysql-server logs by it to standard error, past --log-level; what is
	// worth a line we log.
	logrus.SetOutput(io.Discard)
	root := newRoot()
	root.SetArgs(splitPassword(os.Args[1:]))
	command, err := root.ExecuteContextC(context.Background())
	if err == nil {
		return
	}
	exit := &exitError{exitUsage, err} // what cobra finds wrong itself is usage
	errors.As(err, &exit)
	if exit.err != nil {
		fmt.Fprintf(os.Stderr, "verbatim: %s\n", paint(exit.err.Error()))
	}
	if exit.code == exitUsage {
		fmt.Fprintf(os.Stderr, "See '%s --help'.\n", command.CommandPath())
	}
	os.Exit(exit.code)
}

// newRoot is the command line.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "verbatim",
		Short:         "A MySQL-compatible server of a data-engineering interview's tables",
		Version:       version(),
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, _ []string) error {
			return wrongUsage("which command? One of serve, run, functions, tables, backup, restore or check-data")
		},
	}
	// -h is the host, as in the mysql client, which has -? for help too.
	root.PersistentFlags().BoolP("help", "?", false, "help for the command")
	root.Flags().BoolP("version", "V", false, "the version")
	root.AddCommand(newServe(), newRun(), newFunctions(), newTables(), newBackup(), newRestore(), newCheckData())
	return root
}

// version is the module's version, as the go command recorded it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// must is for what fails only where this program is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
