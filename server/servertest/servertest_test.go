package servertest_test

import (
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/go-sql-driver/mysql"
	"go.uber.org/goleak"

	"github.com/verbatim-sql/verbatim/server/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func count(t *testing.T, db *sql.DB, table string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	return n
}

func TestServerHasTheInterview(t *testing.T) {
	db := servertest.Start(t)
	if n := count(t, db, "Orders"); n != 4 {
		t.Errorf("%d orders", n)
	}
	var born time.Time
	if err := db.QueryRow("SELECT DOB FROM Employee WHERE name = 'Kevin'").Scan(&born); err != nil {
		t.Fatal(err)
	}
	if want := time.Date(1996, 3, 19, 0, 0, 0, 0, time.UTC); !born.Equal(want) {
		t.Errorf("Kevin was born at %v", born)
	}
}

func TestAddrAndDSN(t *testing.T) {
	s := servertest.StartServer(t)
	if want := "root@tcp(" + s.Addr() + ")/interview?parseTime=true"; s.DSN() != want {
		t.Errorf("DSN %s, want %s", s.DSN(), want)
	}
	if first, second := s.DB(), s.DB(); first != second {
		t.Error("DB opens a pool at each call")
	}
	another, err := sql.Open("mysql", s.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer another.Close()
	if n := count(t, another, "Products"); n != 5 {
		t.Errorf("%d products", n)
	}
}

func TestFixtures(t *testing.T) {
	files := fstest.MapFS{
		"2_rows.sql":      {Data: []byte("-- after the table\nINSERT INTO shop.t VALUES (1), (2);")},
		"1_tables.sql":    {Data: []byte("CREATE DATABASE shop; USE shop;\nCREATE TABLE t (a INT);")},
		"notes.txt":       {Data: []byte("no statement")},
		"more/third.sql":  {Data: []byte("INSERT INTO shop.t VALUES (3)")},
		"more/fourth.sql": {Data: []byte("INSERT INTO shop.t VALUES (4)")},
	}
	db := servertest.Start(t,
		servertest.WithFS(files),
		servertest.WithFS(files, "more/third.sql", "more/t*.sql"),
		servertest.WithSQL("INSERT INTO shop.t VALUES (5); INSERT INTO Orders VALUES (1, 2, 3)"),
	)
	if n := count(t, db, "shop.t"); n != 4 {
		t.Errorf("%d rows, want 1, 2, 3 and 5", n)
	}
	var database string
	if err := db.QueryRow("SELECT DATABASE()").Scan(&database); err != nil || database != "interview" {
		t.Errorf("in database %q after the fixtures, %v", database, err)
	}
}

// failing notes how a test fails, and ends only the goroutine it runs in.
type failing struct {
	testing.TB
	message string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestFixturesThatFail(t *testing.T) {
	for _, test := range []struct {
		name   string
		option servertest.Option
		want   string
	}{
		{"text", servertest.WithSQL("SELECT 1;\n\nSELECT * FROM nowhere;"), "servertest: WithSQL:3: Error 1146 (42S02): Table 'interview.nowhere' doesn't exist"},
		{"file", servertest.WithFS(fstest.MapFS{"a.sql": {Data: []byte("-- wrong\nSELEKT 1")}}), "servertest: a.sql:2: Error 1064 (42000): "},
		{"script", servertest.WithSQL("SELECT 1;\nDELIMITER\n"), "servertest: WithSQL:2: "},
		{"no file", servertest.WithFS(fstest.MapFS{}), `servertest: WithFS: no file matches ["*.sql"]`},
		{"pattern", servertest.WithFS(fstest.MapFS{}, "["), "servertest: [: syntax error in pattern"},
	} {
		f := &failing{TB: t}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			servertest.Start(f, test.option)
		}()
		<-ended
		if !strings.HasPrefix(f.message, test.want) {
			t.Errorf("%s: %q", test.name, f.message)
		}
	}
}

func TestServersShareNothing(t *testing.T) {
	one := servertest.Start(t, servertest.WithSQL("CREATE TABLE mine (a INT); DELETE FROM Orders"))
	two := servertest.Start(t)
	if n := count(t, two, "Orders"); n != 4 {
		t.Errorf("the other server has %d orders", n)
	}
	var e *mysql.MySQLError
	if err := two.QueryRow("SELECT * FROM mine").Scan(new(int)); !errors.As(err, &e) || e.Number != 1146 {
		t.Errorf("the other server's table: %v", err)
	}
	for _, statement := range []string{"SET GLOBAL max_connections = 5", "SET @@global.max_connections = 5"} {
		_, err := one.Exec(statement)
		if !errors.As(err, &e) || !strings.Contains(e.Message, "process") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestFiftyServersAtOnce(t *testing.T) {
	for i := range 50 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			db := servertest.Start(t, servertest.WithSQL(fmt.Sprintf("CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (%d)", i)))
			if _, err := db.ExecContext(t.Context(), "INSERT INTO t SELECT a + ? FROM t", 100); err != nil {
				t.Fatal(err)
			}
			var sum, users int
			if err := db.QueryRowContext(t.Context(), "SELECT SUM(a) FROM t").Scan(&sum); err != nil || sum != 2*i+100 {
				t.Errorf("%d, %v", sum, err)
			}
			if users = count(t, db, "consecutive_login_users()"); users != 3 {
				t.Errorf("%d users", users)
			}
		})
	}
}

func TestTheSecondServerIsUpAtOnce(t *testing.T) {
	servertest.Start(t) // the first one pays for the process
	start := time.Now()
	if err := servertest.Start(t).Ping(); err != nil {
		t.Fatal(err)
	}
	// It takes 5 ms or so; the bound allows for a busy machine and the race detector.
	if d := time.Since(start); d > time.Second {
		t.Errorf("it took %v", d)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		if err := servertest.Start(b).Ping(); err != nil {
			b.Fatal(err)
		}
	}
}

// Many tests begin with what one has prepared.
func TestFork(t *testing.T) {
	prepared := servertest.StartServer(t, servertest.WithSQL("CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)"))
	for _, name := range []string{"one", "two"} {
		t.Run(name, func(t *testing.T) {
			db := servertest.Start(t, servertest.WithFork(prepared), servertest.WithSQL("INSERT INTO t VALUES (3)"))
			if n := count(t, db, "t"); n != 3 {
				t.Errorf("%d rows", n)
			}
		})
	}
	if n := count(t, prepared.DB(), "t"); n != 2 {
		t.Errorf("%d rows in the server that was forked", n)
	}
}
