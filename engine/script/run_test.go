package script

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/google/go-cmp/cmp"
)

// fake is a target whose statements are words: rows answers two rows, none no
// row, done changes a row, twice gives two results, and the rest is refused.
type fake struct {
	executed []string
}

func (f *fake) Close() error { return nil }

func (f *fake) Execute(_ context.Context, text string, each func(*Result) error) error {
	f.executed = append(f.executed, text)
	rows := func() *Result {
		return &Result{Columns: []Column{{"a", true}}, Rows: rowsOfText([]string{"1"}, []string{"2"})}
	}
	switch text {
	case "rows":
		return each(rows())
	case "none":
		return each(&Result{Columns: []Column{{"a", true}}, Rows: rowsOfText()})
	case "done":
		return each(&Result{Affected: 1, Info: "Rows matched: 1", Warnings: func() uint16 { return 2 }})
	case "twice":
		return errors.Join(each(rows()), each(rows()))
	}
	return mysql.NewDefaultError(mysql.ER_PARSE_ERROR, "no", text, 1)
}

func TestRunnerNotes(t *testing.T) {
	var out, notes strings.Builder
	format, err := FindFormat("tsv")
	if err != nil {
		t.Fatal(err)
	}
	r := Runner{Target: &fake{}, Write: format.Writer(&out), Notes: &notes}
	if err := r.Run(t.Context(), "a.sql", "rows; none; done; twice"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("a\n1\n2\n"+"a\n"+"a\n1\n2\n"+"a\n1\n2\n", out.String()); diff != "" {
		t.Errorf("results, -want +got:\n%s", diff)
	}
	want := `2 rows in set (T sec)

Empty set (T sec)

Query OK, 1 row affected, 2 warnings (T sec)
Rows matched: 1

2 rows in set (T sec)

2 rows in set (T sec)

`
	if diff := cmp.Diff(want, regexp.MustCompile(`\d+\.\d\d sec`).ReplaceAllString(notes.String(), "T sec")); diff != "" {
		t.Errorf("notes, -want +got:\n%s", diff)
	}
}

func TestRunnerStopsAtAnError(t *testing.T) {
	target := &fake{}
	r := Runner{Target: target}
	err := r.Run(t.Context(), "a.sql", "rows;\n\nbad;\ndone")
	var failure *StatementError
	if !errors.As(err, &failure) || failure.Line != 3 {
		t.Fatalf("Run ends in %v, want the error of line 3", err)
	}
	var refused *mysql.MyError
	if !errors.As(err, &refused) || refused.Code != mysql.ER_PARSE_ERROR {
		t.Errorf("%v is not error 1064", err)
	}
	if want := "a.sql:3: ERROR 1064 (42000): "; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("the error is %q, want it to begin with %q", err, want)
	}
	if diff := cmp.Diff([]string{"rows", "bad"}, target.executed); diff != "" {
		t.Errorf("executed, -want +got:\n%s", diff)
	}
}

func TestRunnerGoesOnWhereFailedSaysSo(t *testing.T) {
	target := &fake{}
	var lines []int
	r := Runner{Target: target, Failed: func(err *StatementError) bool {
		lines = append(lines, err.Line)
		return true
	}}
	err := r.Run(t.Context(), "a.sql", "bad;\nDELIMITER\nworse;\nrows")
	var failure *StatementError
	if !errors.As(err, &failure) || failure.Line != 1 {
		t.Errorf("Run ends in %v, want the error of line 1", err)
	}
	if diff := cmp.Diff([]int{1, 2, 3}, lines); diff != "" {
		t.Errorf("failed lines, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bad", "worse", "rows"}, target.executed); diff != "" {
		t.Errorf("executed, -want +got:\n%s", diff)
	}
}

func TestRunnerEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target := &fake{}
	r := Runner{Target: target, Failed: func(*StatementError) bool {
		cancel()
		return true
	}}
	if err := r.Run(ctx, "a.sql", "bad; rows"); err == nil {
		t.Error("Run ends without error")
	}
	if diff := cmp.Diff([]string{"bad"}, target.executed); diff != "" {
		t.Errorf("executed, -want +got:\n%s", diff)
	}
}
