package wire

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"
	driver "github.com/go-sql-driver/mysql"
)

func TestLoadDataLocal(t *testing.T) {
	load := func(read func(f io.Reader) ([]byte, error)) func(context.Context, *fake, []sqltypes.Value) (*Result, error) {
		return func(_ context.Context, s *fake, _ []sqltypes.Value) (*Result, error) {
			f, err := s.client.LoadInfile("Reader::rows")
			if err != nil {
				return nil, err
			}
			data, err := read(f)
			if err != nil {
				return nil, err
			}
			return done(Result{AffectedRows: uint64(len(data))}), f.Close()
		}
	}
	address, _ := start(t, quiet, fakeStatements{
		"all":  load(io.ReadAll),
		"some": load(func(f io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(f, 10)) }),
		"fail": load(func(io.Reader) ([]byte, error) { return nil, mysql.NewDefaultError(mysql.ER_NO_SUCH_TABLE, "a", "b") }),
	})
	const size = 3_000_000
	driver.RegisterReaderHandler("rows", func() io.Reader { return io.LimitReader(ones{}, size) })
	defer driver.DeregisterReaderHandler("rows")
	db := open(t, "tcp("+address+")/")
	db.SetMaxOpenConns(1)
	for query, want := range map[string]int64{"all": size, "some": 10} {
		r, err := db.Exec(query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if n, _ := r.RowsAffected(); n != want {
			t.Errorf("%s: %d bytes", query, n)
		}
	}
	var e *driver.MySQLError
	if _, err := db.Exec("fail"); !errors.As(err, &e) || e.Number != 1146 {
		t.Errorf("fail: %v", err)
	}
	if got := text(t, db, "hello"); got != "hello" {
		t.Errorf("then %q", got)
	}

	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41)
	if got := r.command(mysql.COM_QUERY, "all"); !strings.Contains(got, "Loading local data is disabled") {
		t.Errorf("a client without LOCAL: %q", got)
	}

	// Inside a file a packet is data, even one that reads like COM_QUIT.
	r = dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41 | mysql.CLIENT_LOCAL_FILES)
	r.command(mysql.COM_QUERY, "all")
	for range 300 {
		r.tell("\x01")
	}
	if got := r.say(""); got[0] != mysql.OK_HEADER || got[1:4] != "\xfc\x2c\x01" {
		t.Errorf("300 packets of a byte: %q", got)
	}
}

func TestClientThatLeavesInAFile(t *testing.T) {
	ended := make(chan error)
	address, _ := start(t, quiet, fakeStatements{
		"load": func(_ context.Context, s *fake, _ []sqltypes.Value) (*Result, error) {
			f, err := s.client.LoadInfile("rows")
			if err != nil {
				return nil, err
			}
			_, err = io.ReadAll(f)
			ended <- err
			return nil, err
		},
	})
	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41 | mysql.CLIENT_LOCAL_FILES)
	r.command(mysql.COM_QUERY, "load")
	r.tell("half of the file")
	if err := r.packetReader.conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the file ends with %v", err)
	}
}

// ones reads as the byte 1 without end.
type ones struct{}

func (ones) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 1
	}
	return len(p), nil
}
