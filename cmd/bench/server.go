package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"

	verbatim "github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/server"
)

// serve is this program as a Verbatim server: it prints its address and ends with
// its standard input.
func serve() error {
	silent := slog.New(slog.DiscardHandler)
	e, err := verbatim.New(verbatim.Options{Logger: silent})
	if err != nil {
		return err
	}
	s, err := server.Listen(e, server.Config{Logger: silent})
	if err != nil {
		return err
	}
	fmt.Println(s.Addr())
	go func() { _ = s.Serve() }()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err // and the process with it
}

// runVerbatim measures this engine, in a process of its own.
func runVerbatim(ctx context.Context, s *settings, dir, name, mode, dialect string) (*measured, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, self, serveCommand)
	c.Env = append(os.Environ(), fmt.Sprint("GOMAXPROCS=", s.threads))
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	defer func() {
		in.Close()
		_ = c.Process.Kill() // what it has is in memory
		_ = c.Wait()
	}()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	session := []string{"SET verbatim_execution = '" + mode + "'"}
	return runServer(ctx, s, dir, strings.TrimSpace(address), name, dialect, session)
}

// runMariaDB measures a MariaDB of its own, whose data goes with the directory. It
// may hash in joins, without which the first question takes minutes, and does not
// wait for the disk.
func runMariaDB(ctx context.Context, s *settings, dir string) (*measured, error) {
	data := filepath.Join(dir, "mariadb")
	defer os.RemoveAll(data)
	options := []string{"--no-defaults", "--datadir=" + data}
	if os.Geteuid() == 0 {
		options = append(options, "--user=root")
	}
	install := exec.CommandContext(ctx, "mariadb-install-db", append(options, "--auth-root-authentication-method=normal", "--skip-test-db")...)
	if out, err := install.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("bench: mariadb-install-db: %w\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(address)
	c := exec.CommandContext(ctx, "mariadbd", append(options, "--bind-address=127.0.0.1", "--port="+port, "--socket="+data+"/socket",
		"--character-set-server=utf8mb4", "--local-infile=1", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=2G",
		"--join-cache-level=8", "--join-buffer-size=64M", "--join-buffer-space-limit=256M", "--optimizer-switch=join_cache_hashed=on")...)
	if err := c.Start(); err != nil {
		return nil, err
	}
	defer func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}()
	return runServer(ctx, s, dir, address, "mariadb", "", nil)
}

// runServer measures a server that speaks MySQL's protocol. session are statements
// for each of the connections.
func runServer(ctx context.Context, s *settings, dir, address, name, dialect string, session []string) (*measured, error) {
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr = "root", "tcp", address
	config.AllowAllFiles, config.MultiStatements = true, true
	config.Logger = &mysql.NopLogger{}
	db, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	conn, err := firstConn(ctx, db)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	m := &measured{engine: name, Questions: make(map[string]answer)}
	exec := func(text string) error {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("bench: %s: %.80s: %w", name, text, err)
		}
		return nil
	}
	began := time.Now()
	for _, text := range append([]string{"CREATE DATABASE bench", "USE bench"}, strings.Split(strings.TrimSpace(file("schema.sql")), "\n")...) {
		if err := exec(text); err != nil {
			return nil, err
		}
	}
	for _, t := range tables {
		if err := exec(fmt.Sprintf("LOAD DATA LOCAL INFILE '%s/%s.csv' INTO TABLE %s FIELDS TERMINATED BY ',' IGNORE 1 LINES", dir, t, t)); err != nil {
			return nil, err
		}
	}
	m.Load = time.Since(began).Seconds()
	database := "bench"
	if dialect == native { // table functions read the interview's tables
		database = "interview"
		for _, t := range slices.Backward(tables) {
			if err := exec("DELETE FROM interview." + t); err != nil {
				return nil, err
			}
		}
		for _, t := range tables {
			if err := exec(fmt.Sprintf("INSERT INTO interview.%s SELECT * FROM bench.%s", t, t)); err != nil {
				return nil, err
			}
		}
	}
	session = append([]string{"USE " + database}, session...)
	for _, q := range s.asked {
		if dialect == "" || q.sql[dialect] != "" {
			if m.Questions[q.name], err = ask(ctx, s, db, session, q.in(dialect)); err != nil {
				return nil, err
			}
		}
	}
	if dialect == native {
		return m, nil
	}
	for _, text := range session {
		if err := exec(text); err != nil {
			return nil, err
		}
	}
	m.Transfer = 1e9
	for range s.runs {
		began := time.Now()
		if err := transfer(ctx, conn); err != nil {
			return nil, err
		}
		m.Transfer = min(m.Transfer, time.Since(began).Seconds())
	}
	if err := points(ctx, s, db, session, m); err != nil {
		return nil, err
	}
	if s.changes {
		m.changes, err = makeChanges(ctx, conn)
	}
	return m, err
}

// firstConn connects as soon as the server answers.
func firstConn(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	for {
		conn, err := db.Conn(ctx)
		if err == nil {
			return conn, nil
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ask asks a question several times, unless it takes long. A connection ends with a
// query that takes too long, so that each question has its own.
func ask(ctx context.Context, s *settings, db *sql.DB, session []string, text string) (best answer, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return best, err
	}
	defer conn.Close()
	for _, statement := range session {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return best, err
		}
	}
	for range s.runs {
		limited, cancel := context.WithTimeout(ctx, time.Duration(s.limit*float64(time.Second)))
		began := time.Now()
		rows, err := fetch(limited, conn, text)
		over := limited.Err() != nil && ctx.Err() == nil
		cancel()
		seconds := time.Since(began).Seconds()
		switch {
		case over:
			return answer{Over: true}, nil
		case err != nil:
			return answer{Error: err.Error()}, nil
		}
		if best.Rows == nil || seconds < best.Seconds {
			best = answer{Seconds: seconds, Rows: rows}
		}
		if seconds > s.limit/float64(s.runs) {
			break
		}
	}
	return best, nil
}

func fetch(ctx context.Context, conn *sql.Conn, text string) ([][]*string, error) {
	rows, err := conn.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	all := [][]*string{}
	for rows.Next() {
		row, into := make([]*string, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// transfer has all Logins sent, which the client only looks at.
func transfer(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, "SELECT * FROM bench.Logins")
	if err != nil {
		return err
	}
	defer rows.Close()
	var at, user sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&at, &user); err != nil {
			return err
		}
	}
	return rows.Err()
}

// points measures SELECT … WHERE employee_id = …, from several connections at a time.
func points(ctx context.Context, s *settings, db *sql.DB, session []string, m *measured) error {
	m.points = make(map[string]float64)
	if s.seconds == 0 {
		return nil
	}
	const query = "SELECT name, age FROM bench.Employees WHERE employee_id = "
	employees := max(s.rows/4, 1)
	for _, n := range s.conns {
		conns := make([]*sql.Conn, n)
		for i := range conns {
			var err error
			if conns[i], err = db.Conn(ctx); err != nil {
				return err
			}
			defer conns[i].Close()
			for _, text := range session {
				if _, err := conns[i].ExecContext(ctx, text); err != nil {
					return err
				}
			}
		}
		for _, kind := range []string{"text", "prepared"} {
			var running sync.WaitGroup
			counts, errs := make([]int, n), make([]error, n)
			end := time.Now().Add(time.Duration(s.seconds * float64(time.Second)))
			for i, conn := range conns {
				running.Go(func() { counts[i], errs[i] = pointsOf(conn, query, kind, employees, uint64(i), end) })
			}
			running.Wait()
			total := 0
			for i := range counts {
				if total += counts[i]; errs[i] != nil {
					return fmt.Errorf("bench: %s: %w", m.engine, errs[i])
				}
			}
			m.points[fmt.Sprintf("%s, %d connections", kind, n)] = float64(total) / s.seconds
		}
	}
	return nil
}

// pointsOf queries random employees by a connection until the time has come. Its
// context cannot be cancelled: for one that can, the driver wakes another goroutine at
// each statement.
func pointsOf(conn *sql.Conn, query, kind string, employees int, stream uint64, end time.Time) (n int, err error) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(seed, stream))
	next := func() *sql.Row { return conn.QueryRowContext(ctx, query+fmt.Sprint(1+r.IntN(employees))) }
	if kind == "prepared" {
		st, err := conn.PrepareContext(ctx, query+"?")
		if err != nil {
			return 0, err
		}
		defer st.Close()
		next = func() *sql.Row { return st.QueryRowContext(ctx, 1+r.IntN(employees)) }
	}
	var name string
	var age int
	for ; time.Now().Before(end); n++ {
		if err := next().Scan(&name, &age); err != nil {
			return n, err
		}
	}
	return n, nil
}
