// Package oracletest tells whether SELECT is right, by others than ourselves.
// It asks Verbatim and MariaDB the same and compares: the records of
// testdata/sql/select, and generated queries over small random tables. What
// needs no second server is asked of Verbatim alone: a WHERE parted in p, NOT p
// and p IS NULL (sqlancer's TLP), a filter against its count (NoREC), and a query in
// other places: prepared, as a view, as what makes a table.
//
//	go test ./engine/oracletest                        # a minute
//	go test ./engine/oracletest -run Generated -oracle.n 100000 -timeout 0
//	go test ./engine/oracletest -run Generated -oracle.seed 17 -oracle.n 300
//	go test ./engine/oracletest -run Generated -oracle.time 1h -timeout 0
//
// A query that differs is made smaller while it differs, and printed as a record
// for a .slt file, with MariaDB's answer: whether that is MySQL's is for a human
// to say, by the manual. Where it is not, Differences gets a line.
package oracletest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/script"
)

// Answer is what a statement answers: rows, or an error.
type Answer struct {
	Rows [][]string // a value's text, NULL for NULL and (empty) for the empty one
	Err  error
}

// Ask executes a statement. An execution that panics or takes longer than ten
// seconds is an error.
func Ask(target script.Target, sql string) (a Answer) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			a = Answer{Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	a.Err = target.Execute(ctx, sql, func(r *script.Result) error {
		a.Rows = nil
		if r.Rows == nil {
			return nil
		}
		for row, err := range r.Rows {
			if err != nil {
				return err
			}
			a.Rows = append(a.Rows, texts(row))
		}
		return nil
	})
	if a.Err != nil {
		a.Rows = nil
	}
	return a
}

func texts(row [][]byte) []string {
	values := make([]string, len(row))
	for i, v := range row {
		switch {
		case v == nil:
			values[i] = "NULL"
		case len(v) == 0:
			values[i] = "(empty)"
		default:
			values[i] = strings.NewReplacer("\t", `\t`, "\n", `\n`).Replace(string(v))
		}
	}
	return values
}

// Code is the number of a MySQL error, 0 for others.
func (a Answer) Code() uint16 {
	var e *mysql.MyError
	if errors.As(a.Err, &e) {
		return e.Code
	}
	return 0
}

// Lines are the answer's rows as a .slt file has them.
func (a Answer) Lines() []string {
	lines := make([]string, len(a.Rows))
	for i, r := range a.Rows {
		lines[i] = strings.Join(r, "\t")
	}
	return lines
}

// Kind is how two answers differ.
type Kind string

// The kinds of differences, from none to the gravest.
const (
	Same    Kind = ""
	Spelled Kind = "spelled" // the same numbers with other zeros, the same texts in another case
	Rounded Kind = "rounded" // the same rows but for numbers that differ by some ten-thousandths
	Ordered Kind = "ordered" // the same rows in another order
	Valued  Kind = "valued"  // other rows
	Failed  Kind = "failed"  // one of them is an error
)

// Compare tells how answers differ, as lists where the order counts and as
// multisets where it does not.
func Compare(a, b Answer, ordered bool) Kind {
	if a.Err != nil || b.Err != nil {
		if (a.Err == nil) != (b.Err == nil) {
			return Failed
		}
		return Same
	}
	x, y := a.Rows, b.Rows
	if slices.EqualFunc(x, y, slices.Equal) {
		return Same
	}
	near := func(x, y [][]string) bool { return slices.EqualFunc(x, y, sameRow) }
	sx, sy := sorted(x), sorted(y)
	same := slices.EqualFunc(sx, sy, slices.Equal)
	switch {
	case ordered && near(x, y):
		return Spelled
	case same && ordered:
		return Ordered
	case same:
		return Same
	case near(sx, sy):
		if ordered {
			return Ordered
		}
		return Spelled
	case slices.EqualFunc(x, y, roundedRow) || !ordered && slices.EqualFunc(sx, sy, roundedRow):
		return Rounded
	}
	return Valued
}

func roundedRow(a, b []string) bool {
	return slices.EqualFunc(a, b, func(a, b string) bool {
		x, err := strconv.ParseFloat(a, 64)
		y, err2 := strconv.ParseFloat(b, 64)
		return sameValue(a, b) || err == nil && err2 == nil && math.Abs(x-y) <= 1e-3*max(1, math.Abs(x))
	})
}

// sorted sorts rows so that those which are the same but for their spelling come
// to the same place: numbers by value, texts without case.
func sorted(rows [][]string) [][]string {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b []string) int {
		if c := slices.CompareFunc(a, b, func(x, y string) int { return strings.Compare(rough(x), rough(y)) }); c != 0 {
			return c
		}
		return slices.Compare(a, b)
	})
	return rows
}

func rough(v string) string {
	if f, err := strconv.ParseFloat(v, 64); err == nil {
		return strconv.FormatFloat(f+0, 'e', 9, 64)
	}
	return strings.ToLower(v)
}

func sameRow(a, b []string) bool { return slices.EqualFunc(a, b, sameValue) }

func sameValue(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err == nil && err2 == nil && math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y))
}
