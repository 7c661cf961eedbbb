package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/verbatim-sql/verbatim/functions/mariadbtest"
)

// BenchmarkCommits is durable commits of a row over 1 and 32 connections: on this server and
// on MariaDB, each a process of its own that syncs before it answers, beside how often the
// disk takes a write and a sync. tables/store/disk/DURABILITY.md has the figures.
func BenchmarkCommits(b *testing.B) {
	b.Run("fsync", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		for b.Loop() {
			if _, err := f.Write([]byte("a row")); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "syncs/s")
	})
	_, ours := startChild(b, filepath.Join(b.TempDir(), "data"))
	servers := map[string]*sql.DB{"Verbatim": ours}
	if address, ok := mariadbtest.Start(b, "--innodb-flush-log-at-trx-commit=1"); !ok {
		b.Log("MariaDB, to compare with, is not installed")
	} else {
		theirs, err := sql.Open("mysql", "root@tcp("+address+")/mysql")
		if err != nil {
			b.Fatal(err)
		}
		defer theirs.Close()
		servers["MariaDB"] = theirs
	}
	for _, connections := range []int{1, 32} {
		for _, name := range []string{"Verbatim", "MariaDB"} {
			if db := servers[name]; db != nil {
				b.Run(fmt.Sprintf("connections=%d/%s", connections, name), func(b *testing.B) { commits(b, db, connections) })
			}
		}
	}
}

// commits inserts b.N rows, each of them a transaction.
func commits(b *testing.B, db *sql.DB, connections int) {
	for _, text := range []string{"CREATE DATABASE IF NOT EXISTS bench", "DROP TABLE IF EXISTS bench.commits",
		"CREATE TABLE bench.commits (id BIGINT PRIMARY KEY, name VARCHAR(64), n INT) ENGINE=InnoDB",
	} {
		if _, err := db.Exec(text); err != nil {
			b.Fatal(err)
		}
	}
	conns := make([]*sql.Conn, connections)
	for i := range conns {
		var err error
		if conns[i], err = db.Conn(b.Context()); err != nil {
			b.Fatal(err)
		}
		defer conns[i].Close()
	}
	var last atomic.Int64
	var running sync.WaitGroup
	b.ResetTimer()
	for _, c := range conns {
		running.Go(func() {
			for id := last.Add(1); id <= int64(b.N); id = last.Add(1) {
				if _, err := c.ExecContext(b.Context(), fmt.Sprintf("INSERT INTO bench.commits VALUES (%d, 'user_%05d', %d)", id, id%50_000, id%1000)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
	var n int
	if err := db.QueryRow("SELECT COUNT(*) FROM bench.commits").Scan(&n); err != nil || n != b.N {
		b.Fatalf("%d rows of %d acknowledged: %v", n, b.N, err)
	}
}
