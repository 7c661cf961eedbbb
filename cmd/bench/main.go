// Bench asks the questions of testdata of this engine and of others that are
// installed, one engine after the other, each in a process of its own on the same
// generated rows, compares the answers, and prints a table of seconds and of their
// ratios to the first engine's. Besides it measures loading, point queries and the
// transfer of a large result.
//
//	go run ./cmd/bench                             # a million rows, all engines
//	go run ./cmd/bench -engines verbatim,duckdb    # some
//	go run ./cmd/bench -questions cmd/bench/testdata/further.txtar -engines duckdb,verbatim
//	go run ./cmd/bench -changes -only - -points 0 -engines mariadb,verbatim
//	go run ./cmd/bench -sizes 100000,1000000,10000000 -svg cmd/bench/bench.svg
//
// DuckDB is measured where npm has installed @duckdb/node-api (-duckdb says below
// which directory), SQLite where python3 is, MariaDB where mariadbd is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// serveCommand is the argument with which the program is a server.
const serveCommand = "serve"

func main() {
	if len(os.Args) == 2 && os.Args[1] == serveCommand {
		exit(serve())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(bench(ctx, os.Args[1:]))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func bench(ctx context.Context, args []string) error {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	sizes := flags.String("sizes", "1000000", "numbers of rows, with commas")
	names := flags.String("engines", "", "engines, with commas; empty: all")
	file := flags.String("questions", "", "file of questions, a txtar archive of name.sql and name.engine.sql; empty: the six of testdata/questions")
	only := flags.String("only", "", "names of questions, with commas; empty: all")
	conns := flags.String("connections", "1,8,32", "connections of point queries, with commas")
	svg := flags.String("svg", "", "file for a drawing of time over rows")
	flags.IntVar(&s.runs, "runs", 3, "runs of a question; the fastest counts")
	flags.IntVar(&s.threads, "threads", runtime.NumCPU(), "threads of DuckDB and of Verbatim")
	flags.Float64Var(&s.limit, "limit", 120, "seconds that a question may take")
	flags.Float64Var(&s.seconds, "points", 2, "seconds of each measurement of point queries; 0: none")
	flags.BoolVar(&s.changes, "changes", false, "measure statements that change many rows, of servers")
	flags.StringVar(&s.duckdb, "duckdb", ".", "directory below which @duckdb/node-api is")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var err error
	if s.conns, err = numbers(*conns); err != nil {
		return err
	}
	all, err := numbers(*sizes)
	if err != nil {
		return err
	}
	if s.asked, err = questions(*file); err != nil {
		return err
	}
	if *only != "" {
		s.asked = slices.DeleteFunc(s.asked, func(q question) bool { return !slices.Contains(strings.Split(*only, ","), q.name) })
	}
	var chosen []engine
	for _, e := range engines {
		if *names != "" && !slices.Contains(strings.Split(*names, ","), e.name) {
			continue
		}
		if why := e.missing(&s); why != "" {
			fmt.Fprintf(os.Stderr, "%s is left out: %s\n", e.name, why)
			continue
		}
		chosen = append(chosen, e)
	}
	var drawing []sized
	differs := false
	for _, rows := range all {
		s.rows = rows
		done, err := measure(ctx, &s, chosen)
		if err != nil {
			return err
		}
		fmt.Printf("## %d rows\n\n", rows)
		report(os.Stdout, &s, done)
		drawing = append(drawing, sized{rows, done})
		for _, d := range differences(&s, done) {
			differs = true
			fmt.Fprintln(os.Stderr, d)
		}
	}
	if *svg != "" {
		if err := os.WriteFile(*svg, draw(&s, drawing), 0o644); err != nil {
			return err
		}
	}
	if differs {
		return errors.New("bench: answers differ")
	}
	return nil
}

// measure measures the engines at a size, one after the other.
func measure(ctx context.Context, s *settings, chosen []engine) ([]*measured, error) {
	dir, err := os.MkdirTemp("", "verbatim-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := generate(dir, s.rows); err != nil {
		return nil, err
	}
	var done []*measured
	for _, e := range chosen {
		fmt.Fprintf(os.Stderr, "%d rows: %s\n", s.rows, e.name)
		m, err := e.run(ctx, s, dir)
		if err != nil {
			return nil, err
		}
		done = append(done, m)
	}
	return done, nil
}

func numbers(text string) ([]int, error) {
	var all []int
	for _, word := range strings.Split(text, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n <= 0 {
			return nil, fmt.Errorf("bench: %q is no number of rows or connections", word)
		}
		all = append(all, n)
	}
	return all, nil
}
