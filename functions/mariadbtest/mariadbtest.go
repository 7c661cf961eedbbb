// Package mariadbtest starts MariaDB for the tests and benchmarks that compare
// with it.
package mariadbtest

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Start starts a MariaDB of the test's own, with the settings as its options, and
// ends it with the test. It listens on address, a free port of 127.0.0.1; root
// needs no password. Strings are compared as Verbatim compares them: byte by byte.
// ok is false where MariaDB is not installed, which fails the test in CI.
func Start(t testing.TB, settings ...string) (address string, ok bool) {
	daemon, err := exec.LookPath("mariadbd")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI needs MariaDB: %v", err)
		}
		return "", false
	}
	dir := t.TempDir()
	options := []string{"--no-defaults", "--datadir=" + filepath.Join(dir, "data")}
	if os.Geteuid() == 0 {
		options = append(options, "--user=root")
	}
	install := exec.CommandContext(t.Context(), "mariadb-install-db",
		append(options, "--auth-root-authentication-method=normal", "--skip-test-db")...)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("mariadb-install-db: %v\n%s", err, out)
	}

	address = freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	options = append(options, "--bind-address=127.0.0.1", "--port="+port, "--socket="+filepath.Join(dir, "socket"),
		"--character-set-server=utf8mb4", "--collation-server=utf8mb4_nopad_bin")
	command := exec.Command(daemon, append(options, settings...)...)
	log, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	logged := make(chan struct{})
	ready := make(chan bool, 1)
	t.Cleanup(func() {
		_ = command.Process.Kill() // its data goes with the directory
		<-logged
		_ = command.Wait()
	})
	go func() {
		defer close(logged)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if strings.Contains(lines.Text(), "ready for connections") {
				ready <- true
			}
		}
		close(ready)
	}()
	if !<-ready {
		t.Fatal("MariaDB ended before it was ready")
	}
	return address, true
}

// freeAddress is an address that nobody listens on.
func freeAddress(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
