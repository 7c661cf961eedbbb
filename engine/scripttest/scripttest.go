// Package scripttest runs *.slt files: statements with what they must answer,
// which read like a session. A file is sqllogictest's form with whole rows:
//
//	# a comment
//	statement ok
//	INSERT INTO Orders VALUES (104, 1, 2)
//
//	statement error 1054 42S22 Unknown column 'x'
//	SELECT x FROM Orders
//
//	query rowsort
//	SELECT product_id, sold_unit FROM Orders
//	----
//	101	10
//	102	5
//
// A record ends at an empty line. The words behind query say more of it:
//
//   - rowsort: the rows are sorted on both sides. A result of several rows needs
//     this, or ordered, or an ORDER BY.
//   - ordered: the rows come in this order by the function's or table's promise.
//   - names: a first line has the columns' names.
//
// Values are separated by tabs; NULL stands for NULL and (empty) for an empty
// string. `connection NAME` goes on in the session of that name, a new one at its
// first use. `count N` behind statement checks the number of affected rows. With
// the flag -update, the files are rewritten with what was answered.
package scripttest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/engine/script"
)

var update = flag.Bool("update", false, "rewrite *.slt files with the answers")

// Open opens a session of a server that is fresh for the test.
type Open func() script.Target

// Modes are the ways to execute table functions, each as the statement that
// chooses it.
var Modes = map[string]string{
	"auto":   "SET SESSION verbatim_functions = 'auto'",
	"sql":    "SET SESSION verbatim_functions = 'sql'",
	"native": "SET SESSION verbatim_functions = 'native'",
}

// Run runs the files that match the pattern, each in each mode on a server of
// its own, which start makes.
func Run(t *testing.T, pattern string, start func(*testing.T) Open) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("scripttest: %s: no files (%v)", pattern, err)
	}
	for _, file := range files {
		for mode, statement := range Modes {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".slt")+"/"+mode, func(t *testing.T) {
				r := &runner{t: t, file: file, mode: statement, open: start(t), sessions: map[string]script.Target{}}
				r.run()
			})
		}
	}
}

type runner struct {
	t        *testing.T
	file     string
	mode     string
	open     Open
	sessions map[string]script.Target
	session  script.Target
}

// record is a statement of a file and what is expected of it.
type record struct {
	line int
	head []string // the words of the first line
	sql  string
	want []string // the lines below ----
}

func (r *runner) run() {
	text, err := os.ReadFile(r.file)
	if err != nil {
		r.t.Fatal(err)
	}
	r.connect("default")
	defer func() {
		for _, s := range r.sessions {
			s.Close()
		}
	}()
	var out bytes.Buffer
	for _, b := range blocks(string(text)) {
		rec := b.record()
		switch {
		case len(rec.head) == 0:
		case rec.head[0] == "connection" && len(rec.head) == 2:
			r.connect(rec.head[1])
		case rec.head[0] == "statement":
			r.statement(rec)
		case rec.head[0] == "query":
			b = b.answered(r.query(rec))
		default:
			r.t.Fatalf("%s:%d: unknown record %q", r.file, rec.line, rec.head[0])
		}
		out.WriteString(b.text)
	}
	if *update && r.mode == Modes["auto"] && !r.t.Failed() && !bytes.Equal(out.Bytes(), text) {
		if err := os.WriteFile(r.file, out.Bytes(), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *runner) connect(name string) {
	if r.sessions[name] == nil {
		s := r.open()
		r.sessions[name] = s
		if err := s.Execute(context.Background(), r.mode, discard); err != nil {
			r.t.Fatal(err)
		}
	}
	r.session = r.sessions[name]
}

func discard(result *script.Result) error {
	if result.Rows != nil {
		for _, err := range result.Rows {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// statement executes a record whose rows, if any, do not matter.
func (r *runner) statement(rec record) {
	var affected uint64
	err := r.session.Execute(context.Background(), rec.sql, func(result *script.Result) error {
		affected = result.Affected
		return discard(result)
	})
	if len(rec.head) < 2 {
		r.t.Fatalf("%s:%d: statement ok, statement count N or statement error …", r.file, rec.line)
	}
	switch rec.head[1] {
	case "ok":
		if err != nil {
			r.t.Errorf("%s:%d: %v\n%s", r.file, rec.line, err, rec.sql)
		}
	case "count":
		if got := strconv.FormatUint(affected, 10); err != nil || got != rec.head[2] {
			r.t.Errorf("%s:%d: %s rows affected, not %s (%v)\n%s", r.file, rec.line, got, rec.head[2], err, rec.sql)
		}
	case "error":
		var my *mysql.MyError
		if !errors.As(err, &my) {
			r.t.Errorf("%s:%d: no MySQL error but %v\n%s", r.file, rec.line, err, rec.sql)
			return
		}
		if len(rec.head) < 4 {
			r.t.Fatalf("%s:%d: statement error NUMBER SQLSTATE [part of the message]", r.file, rec.line)
		}
		words := strings.Join(rec.head[4:], " ")
		if fmt.Sprint(my.Code) != rec.head[2] || my.State != rec.head[3] || !strings.Contains(my.Message, words) {
			r.t.Errorf("%s:%d: %v, not %s\n%s", r.file, rec.line, my, strings.Join(rec.head[2:], " "), rec.sql)
		}
	default:
		r.t.Fatalf("%s:%d: unknown word %q", r.file, rec.line, rec.head[1])
	}
}

// query executes a record, compares its last result and returns the lines of
// that.
func (r *runner) query(rec record) []string {
	var names, rows []string
	err := r.session.Execute(context.Background(), rec.sql, func(result *script.Result) error {
		names, rows = nil, nil
		for _, c := range result.Columns {
			names = append(names, c.Name)
		}
		if result.Rows == nil {
			return nil
		}
		for row, err := range result.Rows {
			if err != nil {
				return err
			}
			rows = append(rows, line(row))
		}
		return nil
	})
	if err != nil {
		r.t.Errorf("%s:%d: %v\n%s", r.file, rec.line, err, rec.sql)
		return rec.want
	}
	flags := rec.head[1:]
	for _, f := range flags {
		if !slices.Contains([]string{"rowsort", "ordered", "names"}, f) {
			r.t.Fatalf("%s:%d: unknown word %q", r.file, rec.line, f)
		}
	}
	sorted := slices.Contains(flags, "rowsort")
	if len(rows) > 1 && !sorted && !slices.Contains(flags, "ordered") && !script.Ordered(rec.sql) {
		r.t.Errorf("%s:%d: several rows want rowsort, ordered or an ORDER BY\n%s", r.file, rec.line, rec.sql)
	}
	want := slices.Clone(rec.want)
	head := 0
	if slices.Contains(flags, "names") {
		rows = slices.Insert(rows, 0, strings.Join(names, "\t"))
		head = min(1, len(want))
	}
	if sorted {
		slices.Sort(rows[min(head, len(rows)):])
		slices.Sort(want[head:])
	}
	if diff := cmp.Diff(want, rows, cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" && !*update {
		r.t.Errorf("%s:%d: (-want +got)\n%s\n%s", r.file, rec.line, diff, rec.sql)
	}
	return rows
}

func line(row [][]byte) string {
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
	return strings.Join(values, "\t")
}

// block is a part of a file: a record with the comments before it, or what is
// between records.
type block struct {
	line int
	text string
}

// blocks cuts a file behind each run of empty lines.
func blocks(text string) []block {
	var all []block
	current := block{line: 1}
	n := 0
	for l := range strings.Lines(text) {
		n++
		current.text += l
		if strings.TrimSpace(l) == "" {
			all = append(all, current)
			current = block{line: n + 1}
		}
	}
	return append(all, current)
}

// record reads the block's record; it has no head if there is none.
func (b block) record() record {
	rec := record{line: b.line}
	below := false
	scanner := bufio.NewScanner(strings.NewReader(b.text))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		l := scanner.Text()
		switch {
		case rec.head == nil:
			if strings.TrimSpace(l) == "" || strings.HasPrefix(l, "#") {
				rec.line++
				continue
			}
			rec.head = strings.Fields(l)
		case l == "----":
			below = true
		case below:
			if l != "" {
				rec.want = append(rec.want, l)
			}
		default:
			rec.sql += l + "\n"
		}
	}
	return rec
}

// answered is the block with other lines below ----.
func (b block) answered(lines []string) block {
	head, _, ok := strings.Cut(b.text, "\n----\n")
	if !ok {
		head = strings.TrimRight(b.text, "\n")
	}
	b.text = head + "\n----\n"
	for _, l := range lines {
		b.text += l + "\n"
	}
	b.text += "\n"
	return b
}
