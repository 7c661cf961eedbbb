package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"

	"github.com/verbatim-sql/verbatim/engine/script"
)

// runOptions are the flags of run.
type runOptions struct {
	statements []string
	format     string
	expect     string
	force      bool
	verbose    bool
	sqlMode    sqlMode

	host     string
	port     uint16
	socket   string
	user     string
	password password
	database string
}

func newRun() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [flags] [FILE.sql]...",
		Short: "Run SQL scripts, in process or on a server",
		Long: `Run the statements of -e and then those of the files, - being standard input,
in one session.

They run in process, on a fresh database interview, unless -h, -P or --socket
selects a server. There -u, -p, -D and the environment's MYSQL_HOST,
MYSQL_TCP_PORT and MYSQL_PWD fill in the rest.

Scripts are split as the mysql client does it: comments, strings, DELIMITER, \G.
What creates a routine or trigger needs no DELIMITER here.
Results go to standard output; errors and notes go to standard error.

With --expect nothing but the difference between the last result and the file
goes to standard output: lines with a minus are missing, lines with a plus are
there instead. The file is in the tsv format. The order of rows counts where the
outermost query has ORDER BY; column names match in any letter case.

Exit codes: 1 a statement failed or there was no connection, 2 wrong usage,
3 the result is not the expected one.`,
		Example: `  verbatim run solution.sql
  verbatim run -e 'SELECT * FROM Orders' --format json
  verbatim run --expect want.tsv solution.sql
  verbatim run -h 127.0.0.1 -u me -p solution.sql`,
		RunE: func(c *cobra.Command, files []string) error {
			return o.run(c, files)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringArrayVarP(&o.statements, "execute", "e", nil, "run these `statements`; may be given again")
	f.StringVar(&o.format, "format", "", strings.Join(script.FormatNames(), ", ")+" (default table on a terminal, else tsv)")
	f.StringVar(&o.expect, "expect", "", "compare the last result with this tsv `file`")
	f.BoolVarP(&o.force, "force", "f", false, "go on after a statement that fails")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "notes after each statement, also in formats other than table and vertical")
	f.Var(&o.sqlMode, "sql-mode", "begin in process with this sql_mode, as ANSI_QUOTES,NO_ZERO_DATE (default that of MySQL 8)")
	f.StringVarP(&o.host, "host", "h", "", "run on the server at this `host`")
	f.Uint16VarP(&o.port, "port", "P", 0, "run on the server at this `port`")
	f.StringVar(&o.socket, "socket", "", "run on the server at this Unix socket `path`")
	f.StringVarP(&o.user, "user", "u", "", "log in to the server as this `user` (default your own name)")
	f.VarP(&o.password, "password", "p", "log in to the server with this `password`, in the same word (-pSECRET); without one, ask")
	f.StringVarP(&o.database, "database", "D", "", "use this `database`; in process it is made, empty")
	c.MarkFlagsMutuallyExclusive("host", "socket")
	c.MarkFlagsMutuallyExclusive("port", "socket")
	for _, remote := range []string{"host", "port", "socket"} {
		c.MarkFlagsMutuallyExclusive("sql-mode", remote)
	}
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(script.FormatNames(), cobra.ShellCompDirectiveNoFileComp)))
	must(c.MarkFlagFilename("expect", "tsv"))
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"sql"}, cobra.ShellCompDirectiveFilterFileExt
	}
	return c
}

// source is a script and the name that it has in errors.
type source struct{ name, text string }

func (o *runOptions) run(c *cobra.Command, files []string) (err error) {
	if o.format == "" {
		o.format = "tsv"
		if isTerminal(os.Stdout) {
			o.format = "table"
		}
	}
	format, err := script.FindFormat(o.format)
	if err != nil {
		return wrongUsage("%w", err)
	}
	// Everything is read before anything runs: a wrong name changes nothing.
	sources, err := o.sources(files)
	if err != nil {
		return err
	}
	var want []byte
	if o.expect != "" {
		if want, err = os.ReadFile(o.expect); err != nil {
			return wrongUsage("%w", err)
		}
	}

	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt)
	defer stop()
	target, err := o.target(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = withFailure(err, target.Close()) }()

	runner := &script.Runner{
		Target: target,
		Write:  format.Writer(os.Stdout),
		Failed: func(err *script.StatementError) bool {
			fmt.Fprintln(os.Stderr, paint(err.Error()))
			return o.force
		},
	}
	if o.verbose || format.Notes {
		runner.Notes = os.Stderr
	}
	var last script.Last
	if o.expect != "" {
		runner.Write = last.Write
	}
	var failure error
	for _, s := range sources {
		if err := runner.Run(ctx, s.name, s.text); err != nil {
			failure = failed(nil) // Failed has said it
			if !o.force || ctx.Err() != nil {
				return failure
			}
		}
	}
	if o.expect != "" && failure == nil {
		if diff := last.Diff(string(want)); diff != "" {
			fmt.Print(diff)
			return &exitError{exitDiffers, fmt.Errorf("the result is not that of %s", o.expect)}
		}
	}
	return failure
}

// sources reads the scripts.
func (o *runOptions) sources(files []string) ([]source, error) {
	var sources []source
	for _, text := range o.statements {
		sources = append(sources, source{"-e", text})
	}
	for _, name := range files {
		if name == "-" {
			text, err := io.ReadAll(os.Stdin)
			if err != nil {
				return nil, wrongUsage("reading standard input: %w", err)
			}
			sources = append(sources, source{"stdin", string(text)})
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, wrongUsage("%w", err)
		}
		sources = append(sources, source{name, string(text)})
	}
	if sources == nil {
		return nil, wrongUsage("no script: name a file, - for standard input, or give -e")
	}
	return sources, nil
}
