package functions

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"

	"github.com/verbatim-sql/verbatim/functions/mariadbtest"
)

// MariaDB is an independent reader of the functions' SQL.
func TestOnMariaDB(t *testing.T) {
	server := startMariaDB(t)
	testAgreement(t, server, 25)
	t.Run("change_department", func(t *testing.T) { testChangeDepartment(t, server) })
}

// startMariaDB starts a MariaDB of the test's own and connects to it.
func startMariaDB(t *testing.T) sqlServer {
	address, ok := mariadbtest.Start(t)
	if !ok {
		t.Skip("MariaDB, which this test compares with, is not installed")
	}
	db, err := sql.Open("mysql", "root@tcp("+address+")/")
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
	server.must(t, "CREATE DATABASE interview")
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
