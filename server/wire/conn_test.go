package wire

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	"github.com/go-mysql-org/go-mysql/mysql"
	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
)

var quiet = slog.New(slog.DiscardHandler)

type fakeStatements = map[string]func(ctx context.Context, s *fake, args []sqltypes.Value) (*Result, error)

func TestPanicIsAnErrorAndTheSessionGoesOn(t *testing.T) {
	var log bytes.Buffer
	address, _ := start(t, slog.New(slog.NewTextHandler(&log, nil)), fakeStatements{
		"panic": func(context.Context, *fake, []sqltypes.Value) (*Result, error) { panic("at the disco") },
		"late": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
			r := one("first row")
			r.Rows = &rows{next: func(i int) ([]sqltypes.Value, error) {
				if i == 2 {
					panic("in the third row")
				}
				return []sqltypes.Value{sqltypes.NewVarChar("row")}, nil
			}}
			return r, nil
		},
	})
	db := open(t, "tcp("+address+")/")
	db.SetMaxOpenConns(1)
	for query, message := range map[string]string{"panic": "internal error: at the disco", "late": "internal error: in the third row"} {
		var e *driver.MySQLError
		if err := drain(db, query); !errors.As(err, &e) || e.Number != 1105 || e.Message != message {
			t.Errorf("%s: %v", query, err)
		}
		if got := text(t, db, "hello"); got != "hello" {
			t.Errorf("then %q", got)
		}
	}
	if !strings.Contains(log.String(), "at the disco") || !strings.Contains(log.String(), "conn_test.go") {
		t.Errorf("no stack in the log: %s", log.String())
	}
}

// drain reads the rows of a query and returns what went wrong.
func drain(db *sql.DB, query string, args ...any) error {
	rows, err := db.Query(query, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return errors.Join(rows.Err(), rows.Close())
}

func TestClientThatLeavesEndsItsStatement(t *testing.T) {
	running, ended := make(chan struct{}), make(chan error)
	address, _ := start(t, quiet, fakeStatements{
		"wait": func(ctx context.Context, _ *fake, _ []sqltypes.Value) (*Result, error) {
			running <- struct{}{}
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, ctx.Err()
		},
	})
	for _, leave := range []struct {
		name string
		do   func(r *raw)
	}{
		{"closes", func(r *raw) { _ = r.packetReader.conn.Close() }},
		{"quits", func(r *raw) { r.sequence = 0; r.tell(string(mysql.COM_QUIT)) }},
	} {
		r := dial(t, address)
		r.login(mysql.CLIENT_PROTOCOL_41)
		r.sequence = 0
		r.tell(string(mysql.COM_QUERY) + "wait")
		<-running
		leave.do(r)
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", leave.name, err)
		}
	}
}

// COM_QUIT has no answer: clients would take one for that of the next command.
func TestQuitIsNotAnswered(t *testing.T) {
	address, _ := start(t, quiet, nil)
	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41)
	r.sequence = 0
	r.tell(string(mysql.COM_QUIT))
	if rest, err := io.ReadAll(r.packetReader.conn); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestDrainLetsTheStatementEnd(t *testing.T) {
	running, finish := make(chan struct{}), make(chan struct{})
	address, accepted := start(t, quiet, fakeStatements{
		"wait": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
			close(running)
			<-finish
			return one("finished"), nil
		},
	})
	idle := dial(t, address)
	idle.login(mysql.CLIENT_PROTOCOL_41)
	(<-accepted).Drain()
	if _, err := idle.next(&idle.sequence); !errors.Is(err, io.EOF) {
		t.Errorf("an idle connection: %v", err)
	}

	busy := dial(t, address)
	busy.login(mysql.CLIENT_PROTOCOL_41)
	busy.sequence = 0
	busy.tell(string(mysql.COM_QUERY) + "wait")
	<-running
	(<-accepted).Drain()
	close(finish)
	answer, err := io.ReadAll(busy.br)
	if err != nil || !bytes.Contains(answer, []byte("finished")) {
		t.Errorf("a busy connection: %q, %v", answer, err)
	}
}

func TestKillEndsTheConnection(t *testing.T) {
	address, _ := start(t, quiet, fakeStatements{
		"die": func(_ context.Context, s *fake, _ []sqltypes.Value) (*Result, error) {
			s.client.Kill()
			return one("too late"), nil
		},
	})
	db := open(t, "tcp("+address+")/")
	if err := drain(db, "die"); err == nil {
		t.Error("the killed connection answered")
	}
	if got := text(t, db, "hello"); got != "hello" {
		t.Errorf("another connection: %q", got)
	}
}

func TestRowsAreStreamed(t *testing.T) {
	const size = 1000
	first := make(chan struct{})
	address, _ := start(t, quiet, fakeStatements{
		"many": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
			r := one("")
			r.Rows = &rows{next: func(i int) ([]sqltypes.Value, error) {
				switch i {
				case flushSize / size * 2:
					<-first // this comes only if the client has a row by now
				case flushSize / size * 3:
					return nil, io.EOF
				}
				return []sqltypes.Value{sqltypes.NewVarChar(strings.Repeat("x", size))}, nil
			}}
			return r, nil
		},
	})
	rows, err := open(t, "tcp("+address+")/").Query("many")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		if n == 0 {
			close(first)
		}
	}
	if rows.Err() != nil || n != flushSize/size*3 {
		t.Errorf("%d rows, %v", n, rows.Err())
	}
}

func TestErrorsEndResults(t *testing.T) {
	address, _ := start(t, quiet, fakeStatements{
		"row": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
			r := one("")
			r.Rows = &rows{next: func(i int) ([]sqltypes.Value, error) {
				if i == 1 {
					return nil, mysql.NewDefaultError(mysql.ER_QUERY_INTERRUPTED)
				}
				return []sqltypes.Value{sqltypes.NewVarChar("row")}, nil
			}}
			return r, nil
		},
		"commit": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
			r := one("row")
			r.Rows.(*rows).close = func() error { return mysql.NewDefaultError(mysql.ER_LOCK_DEADLOCK) }
			return r, nil
		},
		"value": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
			return table([]*querypb.Field{{Name: "n", Type: sqltypes.Int32}}, []sqltypes.Value{sqltypes.NewVarChar("many")}), nil
		},
		"other": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
			return nil, fmt.Errorf("engine: %w", io.ErrNoProgress)
		},
	})
	db := open(t, "tcp("+address+")/")
	for _, test := range []struct {
		query string
		args  []any
		want  driver.MySQLError
	}{
		{"row", nil, driver.MySQLError{Number: 1317, SQLState: [5]byte([]byte("70100")), Message: "Query execution was interrupted"}},
		{"commit", nil, driver.MySQLError{Number: 1213, SQLState: [5]byte([]byte("40001")), Message: "Deadlock found when trying to get lock; try restarting transaction"}},
		{"value ?", []any{1}, driver.MySQLError{Number: 1105, SQLState: [5]byte([]byte("HY000")), Message: `wire: column n: strconv.ParseInt: parsing "many": invalid syntax`}},
		{"other", nil, driver.MySQLError{Number: 1105, SQLState: [5]byte([]byte("HY000")), Message: "engine: " + io.ErrNoProgress.Error()}},
	} {
		var e *driver.MySQLError
		if err := drain(db, test.query, test.args...); !errors.As(err, &e) {
			t.Errorf("%s: %v", test.query, err)
		} else if diff := cmp.Diff(test.want, *e); diff != "" {
			t.Errorf("%s: %s", test.query, diff)
		}
	}
}

func TestManyConnectionsAtOnce(t *testing.T) {
	address, _ := start(t, quiet, nil)
	db := open(t, "tcp("+address+")/")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 20 {
				var s string
				if err := db.QueryRow("arguments ?", "x").Scan(&s); err != nil || s != `VARCHAR("x")` {
					t.Errorf("%q, %v", s, err)
				}
			}
		})
	}
	all.Wait()
}
