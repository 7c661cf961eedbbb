package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// Runner runs scripts on a target.
type Runner struct {
	Target Target

	// Write takes a result that has columns and reads its rows to their end;
	// nil: nobody wants the results.
	Write func(st parse.Statement, columns []Column, rows Rows) error

	// Notes takes what the mysql client says after a statement ("1 row in set
	// (0.00 sec)"); nil: nobody wants to know.
	Notes io.Writer

	// Failed is told of each statement that fails, and answers whether the
	// script goes on; nil: it does not.
	Failed func(*StatementError) bool
}

// StatementError is the error of a statement of a script.
type StatementError struct {
	Script string // the script's name
	Line   int    // where the statement's first token stands
	Err    error  // a *mysql.MyError where the statement was refused
}

// Error is the place and what the mysql client says: file:line: ERROR number
// (SQLSTATE): message.
func (e *StatementError) Error() string {
	var refused *mysql.MyError
	if errors.As(e.Err, &refused) {
		return fmt.Sprintf("%s:%d: %s", e.Script, e.Line, refused.Error())
	}
	return fmt.Sprintf("%s:%d: ERROR: %s", e.Script, e.Line, e.Err)
}

// Unwrap is the error without the place.
func (e *StatementError) Unwrap() error { return e.Err }

// Run runs the script with the text, in whose errors it has the name. It
// returns the first [*StatementError] that there was, also where the script
// went on after it.
func (r *Runner) Run(ctx context.Context, name, text string) error {
	var first error
	for st, err := range parse.Split(text) {
		if err == nil {
			err = r.statement(ctx, st)
		}
		if err == nil {
			continue
		}
		failure := &StatementError{Script: name, Line: st.Line, Err: err}
		if first == nil {
			first = failure
		}
		if r.Failed == nil || !r.Failed(failure) || ctx.Err() != nil {
			break
		}
	}
	return first
}

func (r *Runner) statement(ctx context.Context, st parse.Statement) error {
	start := time.Now()
	return r.Target.Execute(ctx, st.Text, func(result *Result) error {
		count := 0
		if result.Columns != nil {
			rows := func(yield func([][]byte, error) bool) {
				for row, err := range result.Rows {
					if err == nil {
						count++
					}
					if !yield(row, err) {
						return
					}
				}
			}
			write := r.Write
			if write == nil {
				write = discard
			}
			if err := write(st, result.Columns, rows); err != nil {
				return err
			}
		}
		if r.Notes != nil {
			return note(r.Notes, result, count, time.Since(start))
		}
		return nil
	})
}

func discard(_ parse.Statement, _ []Column, rows Rows) error {
	for _, err := range rows {
		if err != nil {
			return err
		}
	}
	return nil
}

// note writes what the mysql client says after a result, and an empty line.
func note(w io.Writer, result *Result, rows int, took time.Duration) error {
	var text string
	switch {
	case result.Columns == nil:
		text = "Query OK, " + plural(result.Affected, "row") + " affected"
	case rows == 0:
		text = "Empty set"
	default:
		text = plural(uint64(rows), "row") + " in set"
	}
	if result.Warnings != nil {
		if n := result.Warnings(); n > 0 {
			text += ", " + plural(uint64(n), "warning")
		}
	}
	text += fmt.Sprintf(" (%.2f sec)\n", took.Seconds())
	if result.Info != "" {
		text += result.Info + "\n"
	}
	_, err := fmt.Fprintln(w, text)
	return err
}

func plural(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
