package server

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().(*net.TCPAddr)
	_, err = Listen(nil, Config{Port: address.Port})
	_, port, _ := net.SplitHostPort(address.String())
	if want := "server: port " + port + " on 127.0.0.1 is in use"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestHosts(t *testing.T) {
	for _, test := range []struct {
		host     string
		insecure bool
		fails    string
	}{
		{"", false, ""},
		{"127.0.0.1", false, ""},
		{"127.8.9.10", false, ""},
		{"localhost", false, ""},
		{"0.0.0.0", false, "server: 0.0.0.0 is not a loopback address: "},
		{"::", false, "server: :: is not a loopback address: "},
		{"192.0.2.1", false, "server: 192.0.2.1 is not a loopback address: "},
		{"0.0.0.0", true, ""},
		{"no.such.host.invalid", true, "server: lookup no.such.host.invalid"},
	} {
		l, err := listenTCP(Config{Host: test.host, AllowInsecure: test.insecure})
		switch {
		case err == nil && test.fails == "":
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		case err == nil:
			t.Errorf("%s: listens on %s", test.host, l.Addr())
			_ = l.Close()
		case test.fails == "" || !strings.HasPrefix(err.Error(), test.fails):
			t.Errorf("%s: %v", test.host, err)
		}
	}
}

func TestSocketFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mysql.sock")
	live, err := listenUnix(path)
	if err != nil {
		t.Fatal(err)
	}
	if l, err := listenUnix(path); err == nil || err.Error() != "server: socket "+path+" is in use" {
		t.Errorf("a live socket: %v, %v", l, err)
	}
	live.(*net.UnixListener).SetUnlinkOnClose(false) // as a server that was killed
	if err := live.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := listenUnix(path)
	if err != nil {
		t.Fatalf("a stale socket: %v", err)
	}
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the file is left behind: %v", err)
	}

	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := listenUnix(path); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Errorf("a file in the way: %v, %v", l, err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "mine" {
		t.Errorf("the file in the way is %q, %v", b, err)
	}
}
