package script

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/engine"
)

func TestInProcess(t *testing.T) {
	r, out := inProcessRunner(t)
	err := r.Run(t.Context(), "a.sql", `
		CREATE TABLE t (a INT, b VARCHAR(10));
		INSERT INTO t VALUES (1, ''), (2, NULL), (3, 'x');
		SELECT a, b, a / 2 AS half FROM t ORDER BY a;
		UPDATE t SET b = 'y' WHERE a > 1;
		SELECT b, NULL AS n, 1.50 AS d FROM t WHERE a = 3`)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"a": 1, "b": "", "half": 0.5000}
{"a": 2, "b": null, "half": 1.0000}
{"a": 3, "b": "x", "half": 1.5000}
{"b": "y", "n": null, "d": 1.50}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestInProcessLoadsLocalFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.tsv")
	if err := os.WriteFile(file, []byte("1\tx\n2\t\\N\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, out := inProcessRunner(t)
	err := r.Run(t.Context(), "a.sql", `
		CREATE TABLE t (a INT, b VARCHAR(10));
		LOAD DATA LOCAL INFILE '`+file+`' INTO TABLE t;
		SELECT * FROM t ORDER BY a`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": null}\n", out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestInProcessErrors(t *testing.T) {
	for sql, number := range map[string]uint16{
		"SELECT nope FROM Orders": mysql.ER_BAD_FIELD_ERROR,
		"SELECT * FROM nope":      mysql.ER_NO_SUCH_TABLE,
		"SELECT 'a":               mysql.ER_PARSE_ERROR,
		"INSERT INTO Employees (employee_id) VALUES (1)": mysql.ER_DUP_ENTRY,
	} {
		r, _ := inProcessRunner(t)
		err := r.Run(t.Context(), "a.sql", sql)
		var refused *mysql.MyError
		if !errors.As(err, &refused) || refused.Code != number {
			t.Errorf("%s ends in %v, want error %d", sql, err, number)
		}
	}
}

// inProcessRunner runs scripts on an engine of its own and writes JSON lines.
func inProcessRunner(t *testing.T) (*Runner, *strings.Builder) {
	t.Helper()
	e, err := engine.New(engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	target := InProcess(e)
	t.Cleanup(func() {
		if err := errors.Join(target.Close(), e.Close()); err != nil {
			t.Error(err)
		}
	})
	format, err := FindFormat("jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	return &Runner{Target: target, Write: format.Writer(&out)}, &out
}
