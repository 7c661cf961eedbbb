// Package script runs scripts of SQL statements, in process or on a server,
// and writes what they answer.
package script

import (
	"context"
	"iter"
)

// Target is where statements run: one session, which executes one statement at
// a time.
type Target interface {
	// Execute executes one statement and calls each with its results in their
	// order: one, or several for a CALL. Each must read the rows to their end
	// or to their error. Execute returns the error of each as it is; that of
	// the statement is a *mysql.MyError.
	Execute(ctx context.Context, sql string, each func(*Result) error) error

	// Close ends the session. What it has not committed is rolled back.
	Close() error
}

// Result is a result of a statement.
type Result struct {
	Columns []Column // nil: the statement answers no rows, and Affected and Info count
	Rows    Rows     // nil where Columns is

	Affected uint64                // rows inserted, updated or deleted
	Info     string                // what MySQL adds, e.g. "Records: 3  Duplicates: 0  Warnings: 0"; often empty
	Warnings func() (count uint16) // call it after the last row; nil where the target does not tell
}

// Column is a column of a result.
type Column struct {
	Name    string
	Numeric bool // its values are numbers
}

// Rows yields rows, each with a value for every column: its text, nil for NULL.
// A row is valid until the next. An error is the last that it yields. The rows
// are there once.
type Rows iter.Seq2[[][]byte, error]
