package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
)

func testEngine(tb testing.TB) *Engine {
	tb.Helper()
	e, err := New(Options{Shared: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Error(err)
		}
	})
	return e
}

// all reads a result to its end: a line a row, tabs between the values.
func all(r *Result, err error) (string, error) {
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, f := range r.Fields {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(f.Name)
	}
	b.WriteByte('\n')
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return b.String(), r.Close()
		}
		if err != nil {
			return b.String(), err
		}
		for i, v := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			if v.IsNull() {
				b.WriteString("NULL")
			} else {
				b.WriteString(v.ToString())
			}
		}
		b.WriteByte('\n')
	}
}

func wantError(t *testing.T, err error, code uint16, state, words string) {
	t.Helper()
	var my *mysql.MyError
	if !errors.As(err, &my) || my.Code != code || my.State != state || !strings.Contains(my.Message, words) {
		t.Errorf("%v, not %d (%s) %s", err, code, state, words)
	}
}

// The examples in the declarations are what the reference shows; they are true
// in every mode.
func TestExamples(t *testing.T) {
	check := func(name string, examples []tables.Example) {
		for _, mode := range []string{"auto", "sql", "native"} {
			s := testEngine(t).NewSession(Client{})
			if err := s.exec(context.Background(), "SET SESSION verbatim_functions = '"+mode+"'"); err != nil {
				t.Fatal(err)
			}
			for _, e := range examples {
				got, err := "", error(nil)
				for rest := e.SQL; rest != ""; {
					var statement string
					statement, rest = s.Split(rest)
					if got, err = all(s.Query(context.Background(), statement)); err != nil {
						t.Fatalf("%s: %s: %v", name, statement, err)
					}
				}
				if diff := cmp.Diff(strings.TrimSpace(e.Result), strings.TrimSpace(got)); diff != "" {
					t.Errorf("%s, %s: %s (-documented +got)\n%s", name, mode, e.SQL, diff)
				}
			}
		}
	}
	for _, table := range tables.All {
		check(table.Name, table.Examples)
	}
	for _, f := range functions.All {
		check(f.Name, f.Examples)
	}
	for _, p := range functions.Procs {
		check(p.Name, p.Examples)
	}
}

// Prepared statements take question marks in every place of a table function's
// arguments, and bind anew each time: tables, aliases and modes are those of the
// moment.
func TestPrepared(t *testing.T) {
	ctx := context.Background()
	s := testEngine(t).NewSession(Client{})
	st, err := s.Prepare(ctx, "SELECT ?, h.`year` FROM headcount(?, ?, ?) h JOIN Product p ON p.product_id = ? WHERE h.headcount > ?")
	if err != nil {
		t.Fatal(err)
	}
	if st.Params != 6 || len(st.Fields) != 2 || st.Fields[1].Name != "year" {
		t.Errorf("%d parameters, fields %v", st.Params, st.Fields)
	}
	args := []sqltypes.Value{
		sqltypes.NewVarChar("it's"), sqltypes.NewInt64(2023), sqltypes.NewInt64(2024),
		sqltypes.NewVarChar("year_end"), sqltypes.NewInt64(104), sqltypes.NewInt64(0),
	}
	for _, mode := range []string{"auto", "sql", "native"} {
		if err := s.exec(ctx, "SET SESSION verbatim_functions = '"+mode+"'"); err != nil {
			t.Fatal(err)
		}
		got, err := all(st.Query(ctx, args))
		if want := "it's\t2023\nit's\t2024\n"; err != nil || !strings.HasSuffix(got, want) {
			t.Errorf("%s: %q, %v", mode, got, err)
		}
	}
	args[2] = sqltypes.NewInt64(2022)
	_, err = all(st.Query(ctx, args))
	wantError(t, err, mysql.ER_WRONG_ARGUMENTS, "HY000", "from_year (2023) is after to_year (2022)")
	args[2] = sqltypes.NULL
	if got, err := all(st.Query(ctx, args)); err != nil || strings.Count(got, "\n") != 1 {
		t.Errorf("NULL: %q, %v", got, err)
	}
	_, err = st.Query(ctx, args[:5])
	wantError(t, err, mysql.ER_WRONG_ARGUMENTS, "HY000", "mysqld_stmt_execute")

	if err := s.exec(ctx, "CREATE TABLE Product (product_id INT)"); err != nil {
		t.Fatal(err)
	}
	args[2] = sqltypes.NewInt64(2024)
	if got, err := all(st.Query(ctx, args)); err != nil || strings.Count(got, "\n") != 1 {
		t.Errorf("one's own Product is empty: %q, %v", got, err)
	}

	insert, err := s.Prepare(ctx, "INSERT INTO Login VALUES (?, ?)")
	if err != nil || insert.Params != 2 || insert.Fields != nil {
		t.Fatalf("%+v, %v", insert, err)
	}
	r, err := insert.Query(ctx, []sqltypes.Value{sqltypes.MakeTrusted(sqltypes.Datetime, []byte("2024-03-01 10:00:00")), sqltypes.NewVarChar("u")})
	if err != nil || r.AffectedRows != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	for text, code := range map[string]uint16{
		"SELEC ?":                    mysql.ER_PARSE_ERROR,
		"SELECT nope FROM Orders":    mysql.ER_BAD_FIELD_ERROR,
		"SELECT * FROM nope":         mysql.ER_NO_SUCH_TABLE,
		"SELECT * FROM headcount(?)": mysql.ER_SP_WRONG_NO_OF_ARGS,
		"PREPARE a FROM 'SELECT 1'":  mysql.ER_UNSUPPORTED_PS,
		"SELECT LOAD_FILE(?)":        mysql.ER_OPTION_PREVENTS_STATEMENT,
	} {
		_, err := s.Prepare(ctx, text)
		var my *mysql.MyError
		if !errors.As(err, &my) || my.Code != code {
			t.Errorf("%s: %v, not %d", text, err, code)
		}
	}
}

// Preparing a statement executes nothing, not even what ends a transaction.
func TestPrepareEndsNoTransaction(t *testing.T) {
	ctx := context.Background()
	s := testEngine(t).NewSession(Client{})
	for _, text := range []string{"START TRANSACTION", "INSERT INTO Orders VALUES (1, 1, 1)"} {
		if err := s.exec(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	commit, err := s.Prepare(ctx, "COMMIT")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prepare(ctx, "CREATE TABLE t (a INT)"); err != nil || !s.InTransaction() {
		t.Fatalf("in transaction: %v, %v", s.InTransaction(), err)
	}
	if _, err := commit.Query(ctx, nil); err != nil || s.InTransaction() {
		t.Fatalf("in transaction: %v, %v", s.InTransaction(), err)
	}
	got, err := all(s.Query(ctx, "SELECT COUNT(*) AS n FROM Orders"))
	if want := "n\n5\n"; err != nil || got != want {
		t.Errorf("%q, not %q (%v)", got, want, err)
	}
}

// What is nested too deeply for the stack is refused; what is not is answered.
func TestDepth(t *testing.T) {
	s := testEngine(t).NewSession(Client{})
	defer s.Close()
	deep := func(before, each, inner, after, behind string, n int) string {
		return before + strings.Repeat(each, n) + inner + strings.Repeat(after, n) + behind
	}
	for _, part := range [][5]string{
		{"SELECT 1", "+1"}, {"SELECT ", "NOT ", "1"}, {"SELECT ", "- ", "1"}, {"SELECT ", "(", "1", ")"}, {"SELECT ", "ABS(", "1", ")"},
		{"SELECT ", "(SELECT ", "1", ")"}, {"SELECT 1 ", "FROM (SELECT 1 ", "", ") t"}, {"SELECT ", "CASE WHEN 1 THEN ", "1", " END"},
		{"WITH a AS (SELECT 1", "+1", "", "", ") SELECT * FROM a"}, {"SELECT 1 FROM Logins WHERE 1", " AND user_id = 1"},
		{"INSERT INTO Logins SELECT NULL, 1", "+1"}, {"UPDATE Logins SET user_id = 1", "+1"}, {"SET @a = 1", "+1"},
	} {
		_, err := s.Query(context.Background(), deep(part[0], part[1], part[2], part[3], part[4], 100_000))
		wantError(t, err, mysql.ER_STACK_OVERRUN_NEED_MORE, "HY000", "nested too deeply")
		if _, err := all(s.Query(context.Background(), deep(part[0], part[1], part[2], part[3], part[4], 50))); err != nil {
			t.Errorf("%s…: %v", part[0], err)
		}
	}
	for _, text := range []string{deep("SELECT 1", "+1", "", "", "", 20_000), deep("SELECT ", "NOT ", "1", "", "", 20_000)} {
		if _, err := all(s.Query(context.Background(), text)); err != nil {
			t.Error(err)
		}
	}
}

// An acknowledged autocommit INSERT is kept, however many write at once and
// whatever is read meanwhile.
func TestConcurrentInserts(t *testing.T) {
	const writers, each = 8, 25
	e := testEngine(t)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			s := e.NewSession(Client{})
			defer s.Close()
			for i := range each {
				if err := s.exec(context.Background(), fmt.Sprintf("INSERT INTO Logins VALUES ('2025-01-01', 'w%d_%d')", w, i)); err != nil {
					t.Error(err)
				}
				if _, err := all(s.Query(context.Background(), "SELECT COUNT(*) FROM Logins")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s := e.NewSession(Client{})
	got, err := all(s.Query(context.Background(), "SELECT COUNT(*) AS n FROM Logins WHERE logtime = '2025-01-01'"))
	if want := fmt.Sprintf("n\n%d\n", writers*each); err != nil || got != want {
		t.Errorf("%q, not %q (%v)", got, want, err)
	}
}

// A cancelled statement ends in 1317, in the middle of its rows as before them,
// and the session goes on. One that waits for the writer gives up waiting.
func TestCancel(t *testing.T) {
	e := testEngine(t)
	s := e.NewSession(Client{})
	ctx, cancel := context.WithCancel(context.Background())
	r, err := s.Query(ctx, "SELECT a.logtime FROM Logins a, Logins b, Logins c")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	cancel()
	_, err = r.Next()
	wantError(t, err, mysql.ER_QUERY_INTERRUPTED, "70100", "interrupted")
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	_, err = s.Query(ctx, "SELECT 1")
	wantError(t, err, mysql.ER_QUERY_INTERRUPTED, "70100", "interrupted")

	if err := s.exec(context.Background(), "INSERT INTO Orders VALUES (1, 1, 1)"); err != nil {
		t.Error(err)
	}
}

// KILL QUERY ends another session's statement, KILL its connection.
func TestKill(t *testing.T) {
	e := testEngine(t)
	killed := make(chan struct{})
	victim := e.NewSession(Client{ID: e.NextID(), Kill: func() { close(killed) }})
	r, err := victim.Query(context.Background(), "SELECT a.logtime FROM Logins a, Logins b, Logins c")
	if err != nil {
		t.Fatal(err)
	}
	s := e.NewSession(Client{})
	if err := s.exec(context.Background(), fmt.Sprintf("KILL QUERY %d", victim.client.ID)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = r.Next()
	}
	wantError(t, err, mysql.ER_QUERY_INTERRUPTED, "70100", "interrupted")
	if err := s.exec(context.Background(), fmt.Sprintf("KILL %d", victim.client.ID)); err != nil {
		t.Fatal(err)
	}
	<-killed
}

// Go-mysql-server's global variables are the process's.
func TestSetGlobal(t *testing.T) {
	s := testEngine(t).NewSession(Client{})
	// A routine or a trigger is refused it when it is executed.
	if err := s.exec(context.Background(), "CREATE TRIGGER t BEFORE INSERT ON Orders FOR EACH ROW SET GLOBAL max_connections = 1"); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"SET GLOBAL max_connections = 1", "SET @@global.sql_mode = ''", "SET PERSIST max_connections = 1",
		"INSERT INTO Orders VALUES (100, 1, 1)",
	} {
		_, err := s.Query(context.Background(), text)
		wantError(t, err, mysql.ER_SPECIFIC_ACCESS_DENIED_ERROR, "42000", "SET GLOBAL is refused here")
	}
	if err := s.exec(context.Background(), "SET SESSION sql_mode = ''"); err != nil {
		t.Error(err)
	}
}

// Reset gives a fresh session in the same database.
func TestReset(t *testing.T) {
	ctx := context.Background()
	s := testEngine(t).NewSession(Client{})
	for _, text := range []string{
		"CREATE DATABASE practice", "USE practice", "SET @x = 1", "SET autocommit = 0", "PREPARE p FROM 'SELECT 1'",
		"START TRANSACTION", "DELETE FROM interview.Orders",
	} {
		if err := s.exec(ctx, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if !s.InTransaction() {
		t.Error("not in a transaction")
	}
	if err := s.Reset(ctx); err != nil {
		t.Fatal(err)
	}
	if s.InTransaction() || !s.Autocommit() || s.Database() != "practice" {
		t.Errorf("in transaction %v, autocommit %v, database %q", s.InTransaction(), s.Autocommit(), s.Database())
	}
	got, err := all(s.Query(ctx, "SELECT @x AS x, (SELECT COUNT(*) FROM interview.Orders) AS n"))
	if want := "x\tn\nNULL\t4\n"; err != nil || got != want {
		t.Errorf("%q, not %q (%v)", got, want, err)
	}
	_, err = s.Query(ctx, "EXECUTE p")
	wantError(t, err, mysql.ER_UNKNOWN_STMT_HANDLER, "HY000", "EXECUTE")
	wantError(t, s.Use(ctx, "nope"), mysql.ER_BAD_DB_ERROR, "42000", "Unknown database 'nope'")
}

// What go-mysql-server says in a message is found again by its format.
func TestValuesIn(t *testing.T) {
	for _, c := range []struct {
		format, message string
		want            []string
	}{
		{"table not found: %s", "table not found: a, maybe you mean b?", []string{"a, maybe you mean b?"}},
		{"table %q does not have column %q", `table "t" does not have column "c"`, []string{"t", "c"}},
		{"expected %d values (%v), got %d", "expected 1 values ([a.b]), got 2", []string{"1", "[a.b]", "2"}},
		{"table not found: %s", "another message", nil},
	} {
		if diff := cmp.Diff(c.want, valuesIn(c.format, c.message)); diff != "" {
			t.Errorf("%s: %s", c.message, diff)
		}
	}
}

// A process with one engine has the next in milliseconds.
func BenchmarkNew(b *testing.B) {
	testEngine(b)
	for b.Loop() {
		e, err := New(Options{Shared: true})
		if err != nil {
			b.Fatal(err)
		}
		e.Close()
	}
}
