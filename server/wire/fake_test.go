package wire

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	"github.com/go-mysql-org/go-mysql/mysql"
	_ "github.com/go-sql-driver/mysql"
	"go.uber.org/goleak"
)

// maxPacket is the fakes' max_allowed_packet, MySQL's default.
const maxPacket = 64 << 20

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a session whose statements are functions: what is after the first
// space of a statement does not choose it.
type fake struct {
	client     Client
	database   string
	resets     int
	statements map[string]func(ctx context.Context, s *fake, args []sqltypes.Value) (*Result, error)
}

func (s *fake) run(ctx context.Context, text string, args []sqltypes.Value) (*Result, error) {
	first, rest := s.Split(text)
	name, _, _ := strings.Cut(first, " ")
	f, ok := s.statements[name]
	if !ok || rest != "" {
		return nil, mysql.NewDefaultError(mysql.ER_PARSE_ERROR, "fake", text, 1)
	}
	return f(ctx, s, args)
}

func (s *fake) Use(_ context.Context, database string) error {
	if database == "nowhere" {
		return mysql.NewDefaultError(mysql.ER_BAD_DB_ERROR, database)
	}
	s.database = database
	return nil
}

func (s *fake) Split(text string) (first, rest string) {
	first, rest, _ = strings.Cut(text, ";")
	return strings.TrimSpace(first), strings.TrimSpace(rest)
}

func (s *fake) Query(ctx context.Context, text string) (*Result, error) {
	return s.run(ctx, text, nil)
}

func (s *fake) Prepare(_ context.Context, text string) (*Statement, error) {
	query := func(ctx context.Context, args []sqltypes.Value) (*Result, error) { return s.run(ctx, text, args) }
	if _, rest := s.Split(text); rest != "" {
		return nil, mysql.NewDefaultError(mysql.ER_PARSE_ERROR, "fake", rest, 1)
	}
	return &Statement{Params: strings.Count(text, "?"), Query: query, Close: func() {}}, nil
}

func (s *fake) Reset(context.Context) error { s.resets++; return nil }
func (s *fake) InTransaction() bool         { return false }
func (s *fake) Autocommit() bool            { return true }
func (s *fake) Warnings() uint16            { return 0 }
func (s *fake) MaxAllowedPacket() int       { return maxPacket }
func (s *fake) Timeouts() Timeouts          { return Timeouts{} }
func (s *fake) Tracked() []Tracked          { return []Tracked{{"", s.database}} }
func (s *fake) Close()                      {}

// rows yields rows, then an error.
type rows struct {
	next  func(i int) ([]sqltypes.Value, error)
	i     int
	close func() error
}

func (r *rows) Next() ([]sqltypes.Value, error) { r.i++; return r.next(r.i - 1) }
func (r *rows) Close() error {
	if r.close == nil {
		return nil
	}
	return r.close()
}

// done is the result of a statement without rows.
func done(r Result) *Result {
	r.Rows = &rows{}
	return &r
}

// table is a result with rows.
func table(fields []*querypb.Field, values ...[]sqltypes.Value) *Result {
	return &Result{Fields: fields, Rows: &rows{next: func(i int) ([]sqltypes.Value, error) {
		if i == len(values) {
			return nil, io.EOF
		}
		return values[i], nil
	}}}
}

// one is a result of one string.
func one(text string) *Result {
	return table([]*querypb.Field{{Name: "text", Type: sqltypes.VarChar}}, []sqltypes.Value{sqltypes.NewVarChar(text)})
}

// statements of every fake.
var statements = map[string]func(ctx context.Context, s *fake, args []sqltypes.Value) (*Result, error){
	"hello": func(context.Context, *fake, []sqltypes.Value) (*Result, error) { return one("hello"), nil },
	"SELECT": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
		return table([]*querypb.Field{{Name: "a", Type: sqltypes.Int64}, {Name: "b", Type: sqltypes.VarChar}}), nil
	},
	"database": func(_ context.Context, s *fake, _ []sqltypes.Value) (*Result, error) { return one(s.database), nil },
	"user": func(_ context.Context, s *fake, _ []sqltypes.Value) (*Result, error) {
		return one(fmt.Sprintf("%s, %d resets", s.client.User, s.resets)), nil
	},
	"insert": func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
		return done(Result{AffectedRows: 3, InsertID: 300, Info: "Records: 3"}), nil
	},
	"arguments": func(_ context.Context, _ *fake, args []sqltypes.Value) (*Result, error) {
		var texts []string
		for _, a := range args {
			texts = append(texts, a.String())
		}
		return one(strings.Join(texts, " ")), nil
	},
}

// start serves fakes that know the statements of every fake and more, and
// returns the server's address.
func start(t *testing.T, logger *slog.Logger,
	more map[string]func(ctx context.Context, s *fake, args []sqltypes.Value) (*Result, error),
) (address string, accepted <-chan *Conn) {
	t.Helper()
	all := make(map[string]func(ctx context.Context, s *fake, args []sqltypes.Value) (*Result, error))
	for _, m := range []map[string]func(ctx context.Context, s *fake, args []sqltypes.Value) (*Result, error){statements, more} {
		for name, f := range m {
			all[name] = f
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conns := make(chan *Conn, 2000)
	var running sync.WaitGroup
	running.Go(func() {
		for id := uint32(1); ; id++ {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			c := NewConn(t.Context(), nc, id, Backend{
				Version:    "8.0.36-fake",
				NewSession: func(c Client) Session { return &fake{client: c, statements: all} },
				Status:     func() string { return "Uptime: 1" },
				Logger:     logger,
				Password:   NewPassword(""),

				LoginTimeout: func() time.Duration { return 10 * time.Second },
			})
			conns <- c
			running.Go(c.Serve)
		}
	})
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		running.Wait()
	})
	return l.Addr().String(), conns
}

// open opens a pool of go-sql-driver's.
func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
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

// text queries one string.
func text(t *testing.T, db *sql.DB, query string, args ...any) string {
	t.Helper()
	var s string
	if err := db.QueryRow(query, args...).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

// raw is a client that sends packets as the test makes them.
type raw struct {
	t *testing.T
	packetReader
	packetWriter
}

// dial connects and reads the greeting.
func dial(t *testing.T, address string) *raw {
	t.Helper()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	r := &raw{t, packetReader{conn: nc, br: bufio.NewReader(nc), limit: maxPacket}, packetWriter{conn: nc}}
	r.answer()
	return r
}

// login logs in with capabilities, without a password or a plugin.
func (r *raw) login(capabilities uint32) {
	r.t.Helper()
	if got := r.say(loginPacket(capabilities, "old\x00\x00")); got[0] != mysql.OK_HEADER {
		r.t.Fatalf("login: %q", got)
	}
}

// loginPacket is an answer to the greeting, of which rest follows the fixed part.
func loginPacket(capabilities uint32, rest string) string {
	b := binary.LittleEndian.AppendUint32(nil, capabilities)
	return string(b) + strings.Repeat("\x00", 4+1+23) + rest
}

// command sends a command and returns the first packet of its answer.
func (r *raw) command(code byte, payload string) string {
	r.t.Helper()
	r.sequence = 0
	return r.say(string(code) + payload)
}

// say sends a packet and returns the next one.
func (r *raw) say(payload string) string {
	r.t.Helper()
	r.tell(payload)
	return r.answer()
}

func (r *raw) tell(payload string) {
	r.t.Helper()
	r.begin()
	r.packetWriter.buf = append(r.packetWriter.buf, payload...)
	r.end()
	if err := r.flush(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *raw) answer() string {
	r.t.Helper()
	packet, err := r.next(&r.sequence)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(packet)
}
