// Package functions declares the interview's questions: table functions that
// answer them, and procedures. Each is one file and one line in all.go. A
// declaration says everything that is known of a function: its SQL, which is
// the answer to the interview question and the function's specification; where
// it pays, a native kernel that computes the same from column batches; and what
// the generated reference says of it. It knows nothing of SQL engines.
package functions

import (
	"context"
	"iter"
	"strings"

	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// Func declares a table function.
type Func struct {
	Name        string
	Description string // one paragraph: what it answers, the order of its rows
	Params      []Param
	Columns     []tables.Column

	// SQL is the specification: one MySQL 8 SELECT over the tables, which runs
	// unchanged on any MySQL 8-compatible server once the user variables named
	// like the parameters are set. A reference @param in it is the argument.
	// An argument that is NULL makes it answer no rows.
	SQL string

	// Check refuses combinations of arguments; nil where each Param says enough.
	// It sees no NULL: it is not called where an argument is NULL.
	Check func(Args) error

	// Native appends to out, whose columns are the function's, the rows that SQL
	// answers, in its order. No argument is NULL. It may keep no batch that scan
	// yields, since scan reuses it. It may read the parts of a scan by several goroutines.
	Native func(ctx context.Context, scan Scan, args Args, out *vector.Batch) error

	Examples []tables.Example
}

// Scan reads the columns of a table as the statement sees it, the session's own
// uncommitted rows included: in one or more parts, which lie one behind the other in scan order. DATE(column) is the
// days of a DATETIME; [DayOf] reads it.
type Scan func(table string, columns ...string) []Part

// Part is some rows that a [Scan] reads, batch by batch. It is read once, by any goroutine, while others read other
// parts. An error is the last that it yields.
type Part = iter.Seq2[*vector.Batch, error]

// DayOf is the column of which a name that [Scan] is given is, and whether it is its days.
func DayOf(name string) (column string, day bool) {
	if of, ok := strings.CutPrefix(name, "DATE("); ok {
		return strings.TrimSuffix(of, ")"), true
	}
	return name, false
}

// Proc declares a procedure, for CALL.
type Proc struct {
	Name        string
	Description string
	Params      []Param

	// Run does the work. All that it does through tx is one unit: the caller
	// undoes it where Run returns an error. No argument is NULL.
	Run func(ctx context.Context, tx Tx, args Args) error

	Examples []tables.Example
}

// Tx is the transaction that a procedure works in. Arguments stand for the
// question marks of the statement.
type Tx interface {
	// Query returns all rows, each value as text, nil for NULL.
	Query(ctx context.Context, sql string, args ...any) ([][]*string, error)
	// Exec runs a statement that returns no rows.
	Exec(ctx context.Context, sql string, args ...any) error
	// Reset brings the database of the interview back to its built-in tables and
	// rows, and nothing else in it. It ends the transaction, with a commit.
	Reset(ctx context.Context) error
}

// Find returns the table function with the name, in any letter case.
func Find(name string) (*Func, bool) {
	for _, f := range All {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return nil, false
}

// FindProc returns the procedure with the name, in any letter case.
func FindProc(name string) (*Proc, bool) {
	for _, p := range Procs {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return nil, false
}

// Create shows the function as a statement that a learner can read: what it
// takes and returns, then the SQL that defines it.
func (f *Func) Create() string {
	var b strings.Builder
	b.WriteString("CREATE FUNCTION `" + f.Name + "`(")
	for i, p := range f.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("`" + p.Name + "` " + p.Type.SQL())
		if p.Default != "" {
			b.WriteString(" DEFAULT " + p.Default)
		}
	}
	b.WriteString(") RETURNS TABLE (")
	for i, c := range f.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("`" + c.Name + "` " + c.Type.SQL())
	}
	b.WriteString(")\n    READS SQL DATA\n    COMMENT '" + strings.ReplaceAll(f.Description, "'", "''") + "'\nRETURN\n")
	b.WriteString(strings.TrimSpace(f.SQL))
	return b.String()
}
