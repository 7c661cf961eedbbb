package server

import (
	"database/sql"
	"os"
	"runtime"
	"sync"
	"testing"
)

// As many clients at once as there may be, and then as many one after the other, in CI ten times: the
// server lives, and goroutines and memory return to where they were.
func TestManyConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("opens eleven thousand connections")
	}
	s := start(t, Config{})
	db := open(t, s, "")
	db.SetMaxIdleConns(0)
	one := func() error {
		var n int
		return db.QueryRow("SELECT COUNT(*) FROM Logins").Scan(&n)
	}
	if err := one(); err != nil {
		t.Fatal(err)
	}
	quiet(s)
	goroutines, memory := runtime.NumGoroutine(), heap()

	all := make(chan *sql.Conn, maxConnections)
	var group sync.WaitGroup
	for range maxConnections {
		group.Go(func() {
			c, err := db.Conn(t.Context())
			if err == nil {
				_, err = c.ExecContext(t.Context(), "SET @x = 1")
			}
			if err != nil {
				t.Error(err)
				return
			}
			all <- c
		})
	}
	group.Wait()
	close(all)
	t.Logf("%d kB a connection", (heap()-memory)/maxConnections>>10)
	for c := range all {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	const workers = 4
	each := maxConnections / workers
	if os.Getenv("CI") == "true" { // a minute on one core
		each *= 10
	}
	for range workers {
		group.Go(func() {
			for range each {
				if err := one(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	quiet(s)
	if n := runtime.NumGoroutine(); n > goroutines+5 {
		t.Errorf("%d goroutines, %d before", n, goroutines)
	}
	if now := heap(); now > memory+16<<20 {
		t.Errorf("%d MB, %d before", now>>20, memory>>20)
	}
}

// quiet waits until no client is left.
func quiet(s *Server) {
	for {
		s.mu.Lock()
		n := len(s.conns)
		s.mu.Unlock()
		if n == 0 {
			return
		}
		runtime.Gosched()
	}
}

// heap is what is in use.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
