package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// measured is what was measured of an engine at a size.
type measured struct {
	engine    string
	Load      float64 // seconds, of all tables
	Transfer  float64 // seconds, of SELECT * FROM Logins to the client; 0: not measured
	Questions map[string]answer
	points    map[string]float64 // queries a second, by the kind
	changes   map[string]answer  // nil: not measured
}

// settings say what to measure.
type settings struct {
	rows    int
	runs    int // the best of them counts
	threads int
	limit   float64 // seconds that a query may take
	seconds float64 // of each measurement of point queries; 0: none
	changes bool    // statements that change many rows are measured
	conns   []int   // of point queries
	duckdb  string  // the directory below which @duckdb/node-api is
	asked   []question
}

// engine is one of those that are compared.
type engine struct {
	name string
	// missing says why the engine cannot be measured here; "": it can.
	missing func(s *settings) string
	run     func(ctx context.Context, s *settings, dir string) (*measured, error)
}

// native is the dialect of questions that table functions answer, and the engine's name.
const native = "native"

// engines are all. The answers of the first that is measured are those that the
// others' are compared with.
var engines = []engine{
	{"duckdb", missingDuckDB, runDuckDB},
	{"verbatim", none, func(ctx context.Context, s *settings, dir string) (*measured, error) {
		return runVerbatim(ctx, s, dir, "verbatim", "vector", "")
	}},
	{native, none, func(ctx context.Context, s *settings, dir string) (*measured, error) {
		return runVerbatim(ctx, s, dir, native, "vector", native)
	}},
	{"row", none, func(ctx context.Context, s *settings, dir string) (*measured, error) {
		return runVerbatim(ctx, s, dir, "row", "row", "")
	}},
	{"sqlite", missingProgram("python3"), runSQLite},
	{"mariadb", missingProgram("mariadbd"), runMariaDB},
}

func none(*settings) string { return "" }

func missingProgram(name string) func(*settings) string {
	return func(*settings) string {
		if _, err := exec.LookPath(name); err != nil {
			return name + " is not installed"
		}
		return ""
	}
}

func missingDuckDB(s *settings) string {
	if _, err := exec.LookPath("node"); err != nil {
		return "node is not installed"
	}
	if _, err := os.Stat(s.duckdb + "/node_modules/@duckdb/node-api"); err != nil {
		return "@duckdb/node-api is not below " + s.duckdb
	}
	return ""
}

func runDuckDB(ctx context.Context, s *settings, dir string) (*measured, error) {
	script := dir + "/duckdb.mjs"
	if err := os.WriteFile(script, []byte(file("duckdb.mjs")), 0o600); err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, "node", script, dir, strconv.Itoa(s.threads), strconv.Itoa(s.runs))
	c.Dir = s.duckdb
	return runScript(c, s, "duckdb")
}

func runSQLite(ctx context.Context, s *settings, dir string) (*measured, error) {
	return runScript(exec.CommandContext(ctx, "python3", "-c", file("sqlite.py"), dir, strconv.Itoa(s.runs), file("schema.sql")), s, "sqlite")
}

// runScript runs a script that takes the questions in a dialect and prints what it
// has measured.
func runScript(c *exec.Cmd, s *settings, dialect string) (*measured, error) {
	asked := make(map[string]string)
	for _, q := range s.asked {
		asked[q.name] = q.in(dialect)
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	c.Stdin, c.Stderr = bytes.NewReader(text), os.Stderr
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("bench: %s: %w", dialect, err)
	}
	m := &measured{engine: dialect}
	return m, json.Unmarshal(out, m)
}
