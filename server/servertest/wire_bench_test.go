package servertest_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"

	"github.com/verbatim-sql/verbatim/functions/mariadbtest"
	"github.com/verbatim-sql/verbatim/server/servertest"
	"github.com/verbatim-sql/verbatim/tables"
)

// BenchmarkWire does the same work on this server and on MariaDB: the same
// statements in the same order, from the same driver, over TCP on 127.0.0.1.
// MariaDB is measured twice, as it is by default and without waiting for the
// disk: what is compared with us is memory with memory. The servers take turns
// at each piece of work, so that what else the machine does meets them alike.
// engine/storage/BENCHMARKS.md has the figures.
func BenchmarkWire(b *testing.B) {
	servers := []wire{connect(b, "Verbatim", servertest.Start(b))}
	if memory, ok := mariadbtest.Start(b, "--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0"); !ok {
		b.Log("MariaDB, to compare with, is not installed")
	} else {
		byDefault, _ := mariadbtest.Start(b)
		servers = append(servers, connect(b, "MariaDBMemory", connectMariaDB(b, memory)),
			connect(b, "MariaDBDefault", connectMariaDB(b, byDefault)))
	}
	on := func(name string, work func(wire, *testing.B)) {
		b.Run(name, func(b *testing.B) {
			for _, w := range servers {
				b.Run(w.name, func(b *testing.B) { work(w, b) })
			}
		})
	}
	on("InsertText", wire.insertText)
	on("InsertPrepared", wire.insertPrepared)
	on("InsertThousand", wire.insertThousand)
	on("Insert64Connections", wire.insertConcurrently)
	on("SelectText", wire.selectText)
	on("SelectPrepared", wire.selectPrepared)
	for _, clients := range []int{8, 32} {
		on(fmt.Sprintf("SelectText%dConnections", clients), func(w wire, b *testing.B) { w.selectConcurrently(b, clients, false) })
		on(fmt.Sprintf("SelectPrepared%dConnections", clients), func(w wire, b *testing.B) { w.selectConcurrently(b, clients, true) })
	}
	on("Count", wire.count)
	on("ScanAll", wire.scanAll)
}

// background is the context of all statements. For one that can be cancelled, as
// b.Context is, the driver wakes another goroutine at each statement, which was
// seen to cost a client as much as MariaDB takes for an INSERT.
var background = context.Background()

const (
	million  = 1_000_000
	selected = 100_000 // rows to select from by key
	clients  = 64
)

// wire is a server at the other end of connections.
type wire struct {
	name string
	db   *sql.DB
	conn *sql.Conn // for one client
}

func connect(b *testing.B, name string, db *sql.DB) wire {
	conn, err := db.Conn(background)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return wire{name, db, conn}
}

func (w wire) exec(b *testing.B, statement string) {
	if _, err := w.conn.ExecContext(background, statement); err != nil {
		b.Fatal(err)
	}
}

// accounts makes an empty table with a key.
func (w wire) accounts(b *testing.B) {
	w.exec(b, "DROP TABLE IF EXISTS Accounts")
	w.exec(b, "CREATE TABLE Accounts (id BIGINT PRIMARY KEY, user_id VARCHAR(64), balance INT)")
}

// rows is the row with id n of Accounts, and as many behind it as are wanted, as
// VALUES takes them.
func rows(r *rand.Rand, n, count int) string {
	text := make([]string, count)
	for i := range text {
		text[i] = fmt.Sprintf("(%d, 'user_%05d', %d)", n+i, r.IntN(50_000), r.IntN(1000))
	}
	return strings.Join(text, ", ")
}

// insertText inserts a row a statement, each of which is a transaction.
func (w wire) insertText(b *testing.B) {
	w.accounts(b)
	r := rand.New(rand.NewPCG(1, 0))
	b.ReportAllocs()
	for id := 0; b.Loop(); id++ {
		w.exec(b, "INSERT INTO Accounts VALUES "+rows(r, id, 1))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// insertPrepared is insertText by a prepared statement.
func (w wire) insertPrepared(b *testing.B) {
	w.accounts(b)
	insert, err := w.conn.PrepareContext(background, "INSERT INTO Accounts VALUES (?, ?, ?)")
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()
	r := rand.New(rand.NewPCG(1, 0))
	b.ReportAllocs()
	for id := 0; b.Loop(); id++ {
		if _, err := insert.Exec(id, fmt.Sprintf("user_%05d", r.IntN(50_000)), r.IntN(1000)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// insertThousand inserts 1,000 rows a statement.
func (w wire) insertThousand(b *testing.B) {
	w.accounts(b)
	r := rand.New(rand.NewPCG(1, 0))
	b.ReportAllocs()
	for id := 0; b.Loop(); id += 1000 {
		w.exec(b, "INSERT INTO Accounts VALUES "+rows(r, id, 1000))
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// insertConcurrently is insertText from 64 connections at a time, b.N rows in
// all.
func (w wire) insertConcurrently(b *testing.B) {
	w.accounts(b)
	b.ReportAllocs()
	var last atomic.Int64
	var running sync.WaitGroup
	conns := make([]*sql.Conn, clients)
	for i := range conns {
		var err error
		if conns[i], err = w.db.Conn(background); err != nil {
			b.Fatal(err)
		}
		defer conns[i].Close()
	}
	b.ResetTimer()
	for i, conn := range conns {
		running.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for id := last.Add(1); id <= int64(b.N); id = last.Add(1) {
				if _, err := conn.ExecContext(background, "INSERT INTO Accounts VALUES "+rows(r, int(id), 1)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")

	var n int
	if err := w.conn.QueryRowContext(background, "SELECT COUNT(*) FROM Accounts").Scan(&n); err != nil || n != b.N {
		b.Fatalf("%d rows of %d acknowledged: %v", n, b.N, err)
	}
}

// accountsToSelect makes the table with rows.
func (w wire) accountsToSelect(b *testing.B) {
	w.accounts(b)
	r := rand.New(rand.NewPCG(1, 0))
	for id := 0; id < selected; id += 1000 {
		w.exec(b, "INSERT INTO Accounts VALUES "+rows(r, id, 1000))
	}
}

// selectText selects a row by its key, in random order.
func (w wire) selectText(b *testing.B) {
	w.accountsToSelect(b)
	measureSelect(b, func(id int) *sql.Row {
		return w.conn.QueryRowContext(background, fmt.Sprintf("SELECT user_id, balance FROM Accounts WHERE id = %d", id))
	})
}

// selectPrepared is selectText by a prepared statement.
func (w wire) selectPrepared(b *testing.B) {
	w.accountsToSelect(b)
	query, err := w.conn.PrepareContext(background, "SELECT user_id, balance FROM Accounts WHERE id = ?")
	if err != nil {
		b.Fatal(err)
	}
	defer query.Close()
	measureSelect(b, func(id int) *sql.Row { return query.QueryRow(id) })
}

// selectConcurrently is selectText or selectPrepared from several connections at a time, b.N rows
// in all.
func (w wire) selectConcurrently(b *testing.B, clients int, prepared bool) {
	w.accountsToSelect(b)
	queries := make([]func(id int) *sql.Row, clients)
	for i := range queries {
		conn, err := w.db.Conn(background)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		queries[i] = func(id int) *sql.Row {
			return conn.QueryRowContext(background, fmt.Sprintf("SELECT user_id, balance FROM Accounts WHERE id = %d", id))
		}
		if prepared {
			query, err := conn.PrepareContext(background, "SELECT user_id, balance FROM Accounts WHERE id = ?")
			if err != nil {
				b.Fatal(err)
			}
			defer query.Close()
			queries[i] = func(id int) *sql.Row { return query.QueryRow(id) }
		}
	}
	var last atomic.Int64
	var running sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for i, query := range queries {
		running.Go(func() {
			r := rand.New(rand.NewPCG(2, uint64(i)))
			for last.Add(1) <= int64(b.N) {
				var user string
				var balance int
				if err := query(r.IntN(selected)).Scan(&user, &balance); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
}

func measureSelect(b *testing.B, query func(id int) *sql.Row) {
	r := rand.New(rand.NewPCG(2, 0))
	b.ReportAllocs()
	for b.Loop() {
		var user string
		var balance int
		if err := query(r.IntN(selected)).Scan(&user, &balance); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
}

// logins makes Logins, which has no key, of 1,000,000 rows.
func (w wire) logins(b *testing.B) {
	w.exec(b, "DROP TABLE IF EXISTS Logins")
	w.exec(b, tables.Logins.DDL())
	r := rand.New(rand.NewPCG(1, 0))
	at := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	for range million / 1000 {
		logins := make([]string, 1000)
		for i := range logins {
			at = at.Add(time.Duration(r.IntN(60)) * time.Second)
			logins[i] = fmt.Sprintf("('%s', 'user_%05d')", at.Format(time.DateTime), r.IntN(50_000))
		}
		w.exec(b, "INSERT INTO Logins VALUES "+strings.Join(logins, ", "))
	}
}

// count counts the rows of Logins.
func (w wire) count(b *testing.B) {
	w.logins(b)
	b.ReportAllocs()
	for b.Loop() {
		var n int
		if err := w.conn.QueryRowContext(background, "SELECT COUNT(*) FROM Logins").Scan(&n); err != nil || n != million {
			b.Fatalf("%d rows: %v", n, err)
		}
	}
}

// scanAll has all rows of Logins sent to the client.
func (w wire) scanAll(b *testing.B) {
	w.logins(b)
	b.ReportAllocs()
	for b.Loop() {
		n, err := read(w.conn)
		if err != nil || n != million {
			b.Fatalf("%d rows: %v", n, err)
		}
	}
	b.ReportMetric(million*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// read reads all Logins and counts them.
func read(conn *sql.Conn) (n int, err error) {
	all, err := conn.QueryContext(background, "SELECT * FROM Logins")
	if err != nil {
		return 0, err
	}
	defer all.Close()
	for ; all.Next(); n++ {
		var at time.Time
		var user sql.RawBytes
		if err := all.Scan(&at, &user); err != nil {
			return n, err
		}
	}
	return n, all.Err()
}

// connectMariaDB makes database interview on a MariaDB and connects to it.
func connectMariaDB(b *testing.B, address string) *sql.DB {
	// What servertest's DSN says.
	first, err := sql.Open("mysql", "root@tcp("+address+")/")
	if err != nil {
		b.Fatal(err)
	}
	defer first.Close()
	if _, err := first.ExecContext(b.Context(), "CREATE DATABASE interview"); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("mysql", "root@tcp("+address+")/interview?parseTime=true")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}
