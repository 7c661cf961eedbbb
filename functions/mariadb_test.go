package functions

import (
	"bufio"
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"
)

// MariaDB is an independent reader of the functions' SQL.
func TestOnMariaDB(t *testing.T) {
	server := startMariaDB(t)
	testAgreement(t, server, 25)
	t.Run("change_department", func(t *testing.T) { testChangeDepartment(t, server) })
}

// startMariaDB starts a MariaDB of the test's own, which listens on a socket in
// a temporary directory, and ends it with the test.
func startMariaDB(t *testing.T) sqlServer {
	daemon, err := exec.LookPath("mariadbd")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI needs MariaDB: %v", err)
		}
		t.Skipf("MariaDB, which this test compares with, is not installed: %v", err)
	}
	dir := t.TempDir()
	socket := filepath.Join(dir, "socket")
	options := []string{"--no-defaults", "--datadir=" + filepath.Join(dir, "data")}
	if os.Geteuid() == 0 {
		options = append(options, "--user=root")
	}

	install := exec.CommandContext(t.Context(), "mariadb-install-db",
		append(options, "--auth-root-authentication-method=normal", "--skip-test-db")...)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("mariadb-install-db: %v\n%s", err, out)
	}

	command := exec.Command(daemon, append(options, "--skip-networking", "--socket="+socket)...)
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

	db, err := sql.Open("mysql", "root@unix("+socket+")/")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	server := onConn(conn)
	// Strings are compared as the engine compares them: byte by byte.
	server.must(t, "CREATE DATABASE interview CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin")
	server.must(t, "USE interview")
	return server
}

// onConn is the server at the other end of a connection.
func onConn(conn *sql.Conn) sqlServer {
	return func(ctx context.Context, statement string) (columns, lines []string, err error) {
		rows, err := conn.QueryContext(ctx, statement)
		if err != nil {
			return nil, nil, err
		}
		defer rows.Close()
		if columns, err = rows.Columns(); err != nil {
			return nil, nil, err
		}
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				return nil, nil, err
			}
			line := make([]string, len(values))
			for i, v := range values {
				line[i] = v.String
				if !v.Valid {
					line[i] = "NULL"
				}
			}
			lines = append(lines, strings.Join(line, "\t"))
		}
		return columns, lines, rows.Err()
	}
}
