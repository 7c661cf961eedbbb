package server

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/verbatim-sql/verbatim/engine"
)

// The clock of REGEXP's time limit ends by itself, a little later.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}

// start serves a new engine until the test ends. Clients may be cut short then.
func start(t *testing.T, c Config) *Server {
	t.Helper()
	c.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	e, err := engine.New(engine.Options{Logger: c.Logger, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Listen(e, c)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := errors.Join(s.Shutdown(ctx), <-served, e.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// open opens a pool of connections. The options end the DSN.
func open(t *testing.T, s *Server, options string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", "root@tcp("+s.Addr().String()+")/"+options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// dedicated takes a connection of its own.
func dedicated(t *testing.T, db *sql.DB) *sql.Conn {
	t.Helper()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // the test may have ended it
	return c
}

// mariadb runs the mariadb client and returns what it prints. Where the client
// is not installed the test is skipped, but not in CI, which installs it.
func mariadb(t *testing.T, input string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	path, err := exec.LookPath("mariadb")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("the mariadb client is not installed")
	}
	var out, errs bytes.Buffer
	c := exec.CommandContext(t.Context(), path, append([]string{"--no-defaults"}, args...)...)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &out, &errs
	err = c.Run()
	return out.String(), errs.String(), err
}

// at is how the mariadb client is told a server's address.
func at(s *Server) []string {
	host, port, _ := net.SplitHostPort(s.Addr().String())
	return []string{"--host", host, "--port", port}
}

func TestMariaDBClient(t *testing.T) {
	s := start(t, Config{Socket: filepath.Join(t.TempDir(), "mysql.sock")})
	question, err := os.ReadFile("../testdata/solutions/us_groups_without_sale/solution.sql")
	if err != nil {
		t.Fatal(err)
	}
	rows := filepath.Join(t.TempDir(), "rows.tsv")
	if err := os.WriteFile(rows, []byte("1\tone\n2\t\\N\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, input string
		args        []string
		want, fails string
	}{
		{"the interview's question", string(question), at(s), "product_group\nGroup 3\n", ""},
		{"over the socket", "SELECT DATABASE()", []string{"--socket", s.listeners[1].Addr().String(), "--skip-column-names"}, "interview\n", ""},
		{"completion of names", "SELECT 1 AS one", append(at(s), "--auto-rehash", "interview"), "one\n1\n", ""},
		{"LOAD DATA LOCAL", "CREATE TABLE t (a INT, b TEXT); LOAD DATA LOCAL INFILE '" + rows + "' INTO TABLE t; SELECT * FROM t ORDER BY a", append(at(s), "--local-infile"), "a\tb\n1\tone\n2\tNULL\n", ""},
		{"an error", "SELECT * FROM nowhere", at(s), "", "ERROR 1146 (42S02) at line 1: Table 'interview.nowhere' doesn't exist\n"},
		{"a password", "SELECT 1", append(at(s), "--user=kevin", "--password=secret"), "", "ERROR 1045 (28000): Access denied for user 'kevin'@'127.0.0.1' (using password: YES)\n"},
		{"an unknown database", "SELECT 1", append(at(s), "nowhere"), "", "ERROR 1049 (42000): Unknown database 'nowhere'\n"},
	} {
		stdout, stderr, err := mariadb(t, test.input, test.args...)
		if (err != nil) != (test.fails != "") {
			t.Errorf("%s: %v", test.name, err)
		}
		if _, message, ok := strings.Cut(stderr, "--------------\n\n"); ok { // it repeats the statement first
			stderr = message
		}
		if diff := cmp.Diff([]string{test.want, test.fails}, []string{stdout, stderr}); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestMySQL9ClientLogsIn(t *testing.T) {
	s := start(t, Config{})
	if err := open(t, s, "?allowNativePasswords=false").Ping(); err != nil {
		t.Error(err)
	}
}

// columnsOfEveryType is a table of two rows, the second NULL. Fractions of a TIME
// and zeros at the end of a fraction are left out: go-mysql-server shows them in
// another way than the columns say. Package wire tests these.
const columnsOfEveryType = `CREATE TABLE types (
	a TINYINT, b TINYINT UNSIGNED, c SMALLINT, d MEDIUMINT, e INT UNSIGNED, f BIGINT, g BIGINT UNSIGNED,
	h FLOAT, i DOUBLE, j DECIMAL(30,4), k DATE, l DATETIME, m DATETIME(6), n TIMESTAMP(6) NULL, o TIME, p TIME,
	q YEAR, r BIT(12), s CHAR(3), t VARCHAR(10), u TEXT, v BINARY(2), w VARBINARY(3), x BLOB,
	y ENUM('small','large'), z SET('a','b'), zz JSON, zy BOOL);
INSERT INTO types VALUES (-128, 255, -32768, -8388608, 4294967295, -9223372036854775808, 18446744073709551615,
	0.1, 1e-300, -12345678901234567890.5, '2024-02-29', '9999-12-31 23:59:59', '2024-02-29 00:00:00.000001',
	'2024-02-29 01:02:03.123456', '-838:59:59', '25:00:00',
	2155, b'101', '日本', 'naïve', 'text', X'00FF', X'FB', X'00FE',
	'large', 'a,b', '{"a": [1, null]}', TRUE);
INSERT INTO types (a) VALUES (NULL)`

func TestTypesAreTheSameInBothProtocols(t *testing.T) {
	db := open(t, start(t, Config{}), "interview?multiStatements=true")
	if _, err := db.Exec(columnsOfEveryType); err != nil {
		t.Fatal(err)
	}
	read := func(query string, args ...any) (rows [][]string) {
		t.Helper()
		result, err := db.Query(query, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer result.Close()
		columns, err := result.ColumnTypes()
		if err != nil {
			t.Fatal(err)
		}
		values, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		for result.Next() {
			if err := result.Scan(targets...); err != nil {
				t.Fatal(err)
			}
			var row []string
			for i, v := range values {
				if !v.Valid {
					v.String = "NULL"
				}
				row = append(row, columns[i].Name()+" "+columns[i].DatabaseTypeName()+" "+v.String)
			}
			rows = append(rows, row)
		}
		if result.Err() != nil {
			t.Fatal(result.Err())
		}
		return rows
	}
	const query = "SELECT * FROM types WHERE a IS NULL OR a < "
	text, binary := read(query+"0"), read(query+"?", 0)
	if len(text) != 2 {
		t.Fatalf("%d rows", len(text))
	}
	if diff := cmp.Diff(text, binary); diff != "" {
		t.Errorf("text and binary differ: %s", diff)
	}
}

// A collation that the handshake names is the connection's, but for those that drivers name
// unasked: a user variable can be compared with a column from each of them.
func TestHandshakeNamesACollation(t *testing.T) {
	s := start(t, Config{})
	for named, want := range map[string]string{
		"utf8mb4_general_ci": "utf8mb4_0900_ai_ci",
		"utf8mb4_unicode_ci": "utf8mb4_0900_ai_ci",
		"utf8mb4_0900_ai_ci": "utf8mb4_0900_ai_ci",
		"utf8mb4_bin":        "utf8mb4_bin",
	} {
		c := dedicated(t, open(t, s, "interview?collation="+named))
		if _, err := c.ExecContext(t.Context(), "SET @name = 'amara'"); err != nil {
			t.Fatal(err)
		}
		var got string
		var same int
		err := c.QueryRowContext(t.Context(), "SELECT @@collation_connection, SUM(name = @name) FROM Employees").Scan(&got, &same)
		if err != nil || got != want || (same == 1) != (want == "utf8mb4_0900_ai_ci") {
			t.Errorf("%s: the connection has %s, %d names are equal, %v", named, got, same, err)
		}
	}
}

func TestLoadDataLocalFromAReader(t *testing.T) {
	mysql.RegisterReaderHandler("rows", func() io.Reader { return strings.NewReader("7,1,70\n8,1,80\n") })
	defer mysql.DeregisterReaderHandler("rows")
	db := open(t, start(t, Config{}), "")
	r, err := db.Exec("LOAD DATA LOCAL INFILE 'Reader::rows' INTO TABLE Orders FIELDS TERMINATED BY ','")
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := r.RowsAffected(); n != 2 {
		t.Errorf("%d rows", n)
	}
	var e *mysql.MySQLError
	_, err = db.Exec("LOAD DATA LOCAL INFILE 'Reader::rows' INTO TABLE nowhere")
	if !errors.As(err, &e) || e.Number != 1146 {
		t.Errorf("into no table: %v", err)
	}
	var sold int
	if err := db.QueryRow("SELECT SUM(sold_unit) FROM Orders WHERE product_id IN (7, 8)").Scan(&sold); err != nil || sold != 150 {
		t.Errorf("%d sold, %v", sold, err)
	}
}

// await waits until so many statements that contain the text run, as the process
// list has it, and returns the connection id of the last.
func await(t *testing.T, c *sql.Conn, text string, want int) (id uint32) {
	t.Helper()
	for n := -1; n != want; {
		rows, err := c.QueryContext(t.Context(), "SHOW PROCESSLIST")
		if err != nil {
			t.Fatal(err)
		}
		n = 0
		for rows.Next() {
			var user, host, db, command, state, info sql.NullString
			var connection uint32
			var seconds int
			if err := rows.Scan(&connection, &user, &host, &db, &command, &seconds, &state, &info); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(info.String, text) {
				n, id = n+1, connection
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

const sleep = "SELECT SLEEP(1000)"

func TestClientThatLeavesEndsItsStatement(t *testing.T) {
	db := open(t, start(t, Config{}), "")
	watcher, leaver := dedicated(t, db), dedicated(t, db)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { _, err := leaver.ExecContext(ctx, sleep); left <- err }()
	await(t, watcher, "SLEEP", 1)
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	await(t, watcher, "SLEEP", 0)
}

func TestKill(t *testing.T) {
	db := open(t, start(t, Config{}), "")
	killer, victim := dedicated(t, db), dedicated(t, db)
	for _, kill := range []struct {
		statement string
		survives  bool
	}{
		{"KILL QUERY ", true},
		{"KILL ", false},
	} {
		ended := make(chan error)
		go func() { _, err := victim.ExecContext(t.Context(), sleep); ended <- err }()
		id := await(t, killer, "SLEEP", 1)
		if _, err := killer.ExecContext(t.Context(), kill.statement+strconv.Itoa(int(id))); err != nil {
			t.Fatal(err)
		}
		err := <-ended
		var e *mysql.MySQLError
		if interrupted := errors.As(err, &e) && e.Number == 1317; err == nil || interrupted != kill.survives {
			t.Errorf("%s: %v", kill.statement, err)
		}
		if err := victim.PingContext(t.Context()); (err == nil) != kill.survives {
			t.Errorf("after %s: %v", kill.statement, err)
		}
	}
}

func TestShutdownLetsStatementsEnd(t *testing.T) {
	s := start(t, Config{})
	db := open(t, s, "")
	idle, waiting := dedicated(t, db), dedicated(t, db)
	if _, err := idle.ExecContext(t.Context(), "SELECT GET_LOCK('mine', 0)"); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		got int
		err error
	}
	answered := make(chan answer)
	go func() {
		var a answer
		a.err = waiting.QueryRowContext(t.Context(), "SELECT GET_LOCK('mine', 1000)").Scan(&a.got)
		answered <- a
	}()
	await(t, idle, "GET_LOCK", 1)
	// The idle connection is closed, which frees the lock, which ends the statement.
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if a := <-answered; a.err != nil || a.got != 1 {
		t.Errorf("the statement answered %d, %v", a.got, a.err)
	}
	if err := idle.PingContext(t.Context()); err == nil {
		t.Error("the idle connection is open")
	}
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("a new client is let in")
	}
}

func TestShutdownCutsStatementsShortInTheEnd(t *testing.T) {
	s := start(t, Config{})
	db := open(t, s, "")
	watcher, sleeper := dedicated(t, db), dedicated(t, db)
	ended := make(chan error)
	go func() { _, err := sleeper.ExecContext(t.Context(), sleep); ended <- err }()
	await(t, watcher, "SLEEP", 1)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if ctx.Err() == nil {
		t.Error("it did not wait")
	}
	if err := <-ended; err == nil {
		t.Error("the statement slept its time")
	}
}

func TestServeAfterShutdown(t *testing.T) {
	e, err := engine.New(engine.Options{Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Listen(e, Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Shutdown(t.Context()), s.Shutdown(t.Context()), s.Serve(), e.Close()); err != nil {
		t.Error(err)
	}
}

func TestTooManyConnections(t *testing.T) {
	s := start(t, Config{})
	greet := func() (*bufio.Reader, net.Conn) {
		nc, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = nc.Close() })
		r := bufio.NewReader(nc)
		if _, err := r.Peek(5); err != nil {
			t.Fatal(err)
		}
		return r, nc
	}
	var first net.Conn
	for range maxConnections {
		_, first = greet()
	}
	r, _ := greet()
	if packet, err := io.ReadAll(r); err != nil || string(packet[4:]) != "\xff\x10\x04#08004Too many connections" {
		t.Errorf("one too many: %q, %v", packet, err)
	}
	// When one leaves, another gets its place.
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for {
		r, _ := greet()
		if packet, err := r.Peek(5); err == nil && packet[4] == 10 { // the protocol's version: a greeting
			break
		}
	}
}

func TestStatistics(t *testing.T) {
	s := start(t, Config{})
	db := open(t, s, "")
	if _, err := db.Exec("SELECT 1"); err != nil {
		t.Fatal(err)
	}
	if got := s.status(); !strings.HasSuffix(got, "  Threads: 1  Questions: 1") {
		t.Error(got)
	}
}
