package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

var (
	kills     = flag.Int("crash.kills", 50, "how often the crash test kills the server")
	crashSeed = flag.Uint64("crash.seed", 0, "the seed of the crash test; 0: a random one")
)

// TestCrash kills a server under load, by SIGKILL, again and again. After each
// restart every row is there whose commit was acknowledged, no transaction is there
// by half, and constraints and indexes agree with the rows.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	if *crashSeed == 0 {
		*crashSeed = rand.Uint64()
	}
	t.Logf("-crash.seed=%d", *crashSeed)
	r := rand.New(rand.NewPCG(*crashSeed, 0))
	data := filepath.Join(t.TempDir(), "data")
	c := &crash{acknowledged: map[int]bool{}, tables: map[string]bool{}}
	for round := range *kills {
		server, db := startChild(t, data)
		if round == 0 {
			for _, text := range []string{
				"CREATE TABLE p (id INT PRIMARY KEY, n INT NOT NULL, KEY (n))",
				"CREATE TABLE a (id INT PRIMARY KEY, p INT, k VARCHAR(20) UNIQUE, FOREIGN KEY (p) REFERENCES p (id))",
				"CREATE TABLE b (id INT PRIMARY KEY, note TEXT)",
				"CREATE TABLE counter (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
				"INSERT INTO p SELECT n, n FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10) SELECT n FROM c) x",
			} {
				if _, err := db.Exec(text); err != nil {
					t.Fatalf("%s: %v", text, err)
				}
			}
		}
		c.verify(t, db, round)
		ctx, cancel := context.WithCancel(context.Background())
		var load sync.WaitGroup
		for worker := range 4 {
			seed := r.Uint64()
			load.Go(func() { c.load(ctx, db, worker, round, seed) })
		}
		c.wait(5 + r.IntN(40)) // commits, and a moment somewhere in the next ones
		time.Sleep(time.Duration(r.IntN(3000)) * time.Microsecond)
		if err := server.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = server.Wait() // it was killed
		cancel()
		load.Wait()
		_ = db.Close()
		if t.Failed() {
			return
		}
	}
	_, db := startChild(t, data)
	c.verify(t, db, *kills)
	_ = db.Close()
}

// crash is what the server has acknowledged.
type crash struct {
	mu           sync.Mutex
	acknowledged map[int]bool    // ids of rows in a and b
	tables       map[string]bool // made, and not dropped
	commits      int
	notify       chan struct{}
}

// wait waits for so many commits more.
func (c *crash) wait(n int) {
	for target := -1; ; {
		c.mu.Lock()
		if target < 0 {
			target = c.commits + n
		}
		if c.commits >= target {
			c.mu.Unlock()
			return
		}
		c.notify = make(chan struct{}, 1)
		notify := c.notify
		c.mu.Unlock()
		<-notify
	}
}

func (c *crash) acknowledge(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	c.commits++
	if c.notify != nil {
		select {
		case c.notify <- struct{}{}:
		default:
		}
	}
}

// load writes until the server is gone.
func (c *crash) load(ctx context.Context, db *sql.DB, worker, round int, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	conn, err := db.Conn(ctx)
	if err != nil {
		return
	}
	defer conn.Close()
	for n := 0; ctx.Err() == nil; n++ {
		id := (round*4+worker)*10_000 + n
		var statements []string
		done := func() { c.acknowledged[id] = true }
		switch k := r.IntN(12); {
		case k < 8: // a row in each of two tables, and two of p whose sum stays
			from, to := 1+r.IntN(10), 1+r.IntN(10)
			statements = []string{
				"BEGIN",
				fmt.Sprintf("INSERT INTO a VALUES (%d, %d, 'k%d')", id, from, id),
				fmt.Sprintf("INSERT INTO b VALUES (%d, '%s')", id, strings.Repeat("x", r.IntN(300))),
				fmt.Sprintf("UPDATE p SET n = n - 1 WHERE id = %d", from),
				fmt.Sprintf("UPDATE p SET n = n + 1 WHERE id = %d", to),
				"COMMIT",
			}
		case k < 10:
			statements = []string{fmt.Sprintf("INSERT INTO counter (v) VALUES (%d)", id)}
			done = func() {}
		default:
			name := fmt.Sprintf("d_%d", id)
			statements = []string{
				fmt.Sprintf("CREATE TABLE %s (id INT PRIMARY KEY, x INT DEFAULT 7)", name),
				fmt.Sprintf("INSERT INTO %s (id) VALUES (1), (2)", name),
				fmt.Sprintf("ALTER TABLE %s ADD COLUMN y INT DEFAULT 3, ADD KEY (y)", name),
			}
			done = func() { c.tables[name] = true }
		}
		failed := false
		for _, s := range statements {
			if _, err := conn.ExecContext(ctx, s); err != nil {
				failed = true
				_, err = conn.ExecContext(ctx, "ROLLBACK")
				if err != nil {
					return // the server is gone
				}
				break
			}
		}
		if !failed {
			c.acknowledge(done)
		}
	}
}

// verify compares what is there with what was acknowledged.
func (c *crash) verify(t *testing.T, db *sql.DB, round int) {
	t.Helper()
	for what, query := range map[string]string{
		"rows of a without one of b":        "SELECT COUNT(*) FROM a LEFT JOIN b USING (id) WHERE b.id IS NULL",
		"rows of b without one of a":        "SELECT COUNT(*) FROM b LEFT JOIN a USING (id) WHERE a.id IS NULL",
		"the sum of p":                      "SELECT SUM(n) - 55 FROM p",
		"rows of a without a parent":        "SELECT COUNT(*) FROM a LEFT JOIN p ON p.id = a.p WHERE p.id IS NULL",
		"unique keys that are there twice":  "SELECT COUNT(*) - COUNT(DISTINCT k) FROM a",
		"keys that the index does not find": "SELECT COUNT(*) FROM a WHERE NOT EXISTS (SELECT 1 FROM a x WHERE x.k = a.k AND x.id = a.id)",
	} {
		var n sql.NullInt64
		if err := db.QueryRow(query).Scan(&n); err != nil || n.Int64 != 0 {
			t.Errorf("round %d: %s: %d (%v)", round, what, n.Int64, err)
		}
	}
	there := map[int]bool{}
	rows, err := db.Query("SELECT id FROM a")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		there[id] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for id := range c.acknowledged {
		if !there[id] {
			t.Errorf("round %d: row %d was acknowledged and is lost", round, id)
		}
	}
	for name := range c.tables {
		var n int
		if err := db.QueryRow("SELECT SUM(x + y) FROM " + name).Scan(&n); err != nil || n != 20 {
			t.Errorf("round %d: table %s: %d (%v)", round, name, n, err)
		}
		if _, err := db.Exec("DROP TABLE " + name); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
	}
	clear(c.tables)
}

// startChild starts a server in another process.
func startChild(t testing.TB, data string) (*exec.Cmd, *sql.DB) {
	t.Helper()
	port := filepath.Join(t.TempDir(), "port")
	server := exec.Command(os.Args[0], "serve", "--port", "0", "--port-file", port, "--data-dir", data, "--log-level", "warn")
	server.Args[0] = "verbatim" // what testscript runs it as
	var said strings.Builder
	server.Stderr = &said
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if server.ProcessState == nil {
			_ = server.Process.Kill()
			_ = server.Wait()
		}
	})
	line := make([]byte, 200)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(errors.Join(err, server.Wait()), said.String())
	}
	address, _, _ := strings.Cut(strings.TrimPrefix(string(line[:n]), "ready for connections on "), ",")
	db, err := sql.Open("mysql", "root@tcp("+address+")/interview")
	if err != nil {
		t.Fatal(err)
	}
	return server, db
}
