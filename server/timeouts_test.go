package server

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	gms "github.com/dolthub/go-mysql-server/sql"
	"github.com/go-sql-driver/mysql"
)

// raw is a session that the driver has logged in, and its connection for what no driver does.
func raw(t *testing.T, s *Server, statements ...string) net.Conn {
	t.Helper()
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr = "root", "tcp", s.Addr().String()
	var dialed net.Conn
	config.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, addr)
		dialed = nc
		return nc, err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	c := dedicated(t, db)
	t.Cleanup(func() { _ = db.Close() }) // the test may have ended its connection
	for _, statement := range statements {
		if _, err := c.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return dialed
}

// ended reads what the server sends until it ends the connection: the last packet's error.
func ended(t *testing.T, nc net.Conn) uint16 {
	t.Helper()
	all, err := io.ReadAll(nc)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 7 || all[4] != 0xff {
		t.Fatalf("no error: %q", all)
	}
	return binary.LittleEndian.Uint16(all[5:])
}

// A client that says nothing for wait_timeout is told 4031 and let go of.
func TestWaitTimeout(t *testing.T) {
	if code := ended(t, raw(t, start(t, Config{}), "SET wait_timeout = 1")); code != 4031 {
		t.Error(code)
	}
}

// A packet's rest is waited for as long as net_read_timeout says.
func TestNetReadTimeout(t *testing.T) {
	nc := raw(t, start(t, Config{}), "SET net_read_timeout = 1")
	if _, err := nc.Write([]byte("\x64\x00\x00\x00\x03SELECT")); err != nil {
		t.Fatal(err)
	}
	if code := ended(t, nc); code != 1159 {
		t.Error(code)
	}
}

// So is the rest of a file of LOAD DATA.
func TestNetReadTimeoutInAFile(t *testing.T) {
	nc := raw(t, start(t, Config{}), "CREATE TABLE interview.read (a INT)", "SET net_read_timeout = 1")
	const query = "LOAD DATA LOCAL INFILE 'f' INTO TABLE `read`"
	if _, err := nc.Write(append([]byte{byte(len(query) + 1), 0, 0, 0, 3}, query...)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(nc, make([]byte, len("\x02\x00\x00\x01\xfbf"))); err != nil {
		t.Fatal(err)
	}
	if _, err := nc.Write([]byte("\x02\x00\x00\x021\n")); err != nil {
		t.Fatal(err)
	}
	if code := ended(t, nc); code != 1159 {
		t.Error(code)
	}
}

// A client that does not read holds up itself alone, and for net_write_timeout.
func TestNetWriteTimeout(t *testing.T) {
	s := start(t, Config{})
	const query = "SELECT REPEAT('x', 100000) FROM Logins a, Logins b, Logins c, Logins d"
	nc := raw(t, s, "SET net_write_timeout = 1")
	if _, err := nc.Write(append([]byte{byte(len(query) + 1), 0, 0, 0, 3}, query...)); err != nil {
		t.Fatal(err)
	}
	db := open(t, s, "")
	count := func() (n int) {
		t.Helper()
		if err := db.QueryRow("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO = ?", query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for count() == 0 {
	}
	for count() > 0 {
	}
	b := make([]byte, 1<<20)
	n, err := 0, error(nil)
	for read := 0; err == nil; read += n {
		if read > 100<<20 {
			t.Fatal("it goes on")
		}
		n, err = nc.Read(b)
	}
	if !errors.Is(err, io.EOF) {
		t.Log(err) // a reset, as what was sent is cut off
	}
}

// A statement may take longer than the client's timeouts.
func TestTimeoutsAreNotTheStatements(t *testing.T) {
	db := open(t, start(t, Config{}), "")
	c := dedicated(t, db)
	for _, statement := range []string{"SET wait_timeout = 1, net_read_timeout = 1, net_write_timeout = 1", "DO SLEEP(1.5)", "DO 1"} {
		if _, err := c.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// A client has connect_timeout to log in.
func TestConnectTimeout(t *testing.T) {
	set := func(seconds int64) {
		t.Helper()
		if err := gms.SystemVariables.SetGlobal(gms.NewEmptyContext(), "connect_timeout", seconds); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, Config{})
	set(2)
	defer set(10)
	began := time.Now()
	nc, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if _, err := io.ReadAll(nc); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(began); waited < 2*time.Second || waited >= 10*time.Second {
		t.Error(waited)
	}
}
