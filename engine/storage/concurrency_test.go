package storage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/engine"
)

// client is a session and the test that it belongs to.
type client struct {
	*engine.Session
	t testing.TB
}

// start makes an engine and as many sessions of it.
func start(t testing.TB, sessions int) []client {
	t.Helper()
	e, err := engine.New(engine.Options{Shared: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	all := make([]client, sessions)
	for i := range all {
		all[i] = client{e.NewSession(engine.Client{}), t}
		t.Cleanup(all[i].Close)
	}
	return all
}

// try executes a statement: its rows as text, values parted by commas and rows
// by semicolons.
func (c client) try(statement string, args ...any) (string, error) {
	r, err := c.Query(context.Background(), fmt.Sprintf(statement, args...))
	if err != nil {
		return "", err
	}
	return rest(r)
}

// rest reads what is left of a result.
func rest(r *engine.Result) (string, error) {
	var rows []string
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return strings.Join(rows, "; "), r.Close()
		}
		if err != nil {
			r.Close()
			return "", err
		}
		values := make([]string, len(row))
		for i, v := range row {
			values[i] = "NULL"
			if !v.IsNull() {
				values[i] = v.ToString()
			}
		}
		rows = append(rows, strings.Join(values, ","))
	}
}

// do executes statements that must succeed.
func (c client) do(statements ...string) {
	c.t.Helper()
	for _, s := range statements {
		if _, err := c.try("%s", s); err != nil {
			c.t.Fatalf("%s: %v", s, err)
		}
	}
}

// want executes a query and compares its rows.
func (c client) want(rows, query string) {
	c.t.Helper()
	got, err := c.try("%s", query)
	if err != nil {
		c.t.Fatalf("%s: %v", query, err)
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		c.t.Errorf("%s: (-want +got)\n%s", query, diff)
	}
}

// fails executes a statement that must end in MySQL's error of the number.
func (c client) fails(code uint16, statement string) {
	c.t.Helper()
	if _, err := c.try("%s", statement); !is(err, code) {
		c.t.Errorf("%s: %v, not error %d", statement, err, code)
	}
}

// is tells whether the error is MySQL's of the number, with its SQLSTATE.
func is(err error, code uint16) bool {
	var my *mysql.MyError
	if !errors.As(err, &my) || my.Code != code {
		return false
	}
	state, ok := mysql.MySQLState[code]
	return my.State == state || !ok && my.State == mysql.DEFAULT_MYSQL_STATE
}

const (
	conflict  = mysql.ER_LOCK_DEADLOCK
	duplicate = mysql.ER_DUP_ENTRY
	violated  = 3819 // ER_CHECK_CONSTRAINT_VIOLATED, which package mysql does not know
)

// together runs f for each client at once and waits for all.
func together(clients []client, f func(worker int, c client) error) {
	var wg sync.WaitGroup
	for i, c := range clients {
		wg.Go(func() {
			if err := f(i, c); err != nil {
				c.t.Errorf("session %d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// scaled is n, or a twentieth of it under -short.
func scaled(n int) int {
	if testing.Short() {
		return n / 20
	}
	return n
}

func random(t testing.TB) func(worker int) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return func(worker int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(worker))) }
}

func TestAcknowledgedInsertsStay(t *testing.T) {
	clients := start(t, 64)
	each := scaled(1000)
	clients[0].do("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, worker INT, n INT, KEY (worker, n))")
	together(clients, func(worker int, c client) error {
		for n := range each {
			if _, err := c.try("INSERT INTO t (worker, n) VALUES (%d, %d)", worker, n); err != nil {
				return err
			}
		}
		return nil
	})
	all := strconv.Itoa(64 * each)
	clients[0].want(all, "SELECT COUNT(*) FROM t")
	clients[0].want(all, "SELECT COUNT(DISTINCT worker, n) FROM t")
	for worker := range clients {
		clients[0].want(strconv.Itoa(each), fmt.Sprintf("SELECT COUNT(*) FROM t WHERE worker = %d", worker))
	}
}

// What hurts a lazy store most: an older and slower reader ends behind a write.
func TestInsertsStayBesideReaders(t *testing.T) {
	clients := start(t, 8)
	clients[0].do("CREATE TABLE t (id INT PRIMARY KEY)")
	each := scaled(200)
	together(clients, func(worker int, c client) error {
		for n := range each {
			statement := fmt.Sprintf("INSERT INTO t VALUES (%d)", n*len(clients)+worker)
			if worker%2 == 1 {
				statement = "SELECT COUNT(*), SUM(id) FROM t"
			}
			if _, err := c.try("%s", statement); err != nil {
				return err
			}
		}
		return nil
	})
	clients[0].want(strconv.Itoa(4*each), "SELECT COUNT(*) FROM t")
}

func TestDifferentRowsBothSurvive(t *testing.T) {
	for _, table := range []string{"t (id INT PRIMARY KEY, v INT)", "t (id INT, v INT)", "t (id INT, v INT, KEY (id))"} {
		c := start(t, 2)
		a, b := c[0], c[1]
		a.do("CREATE TABLE "+table, "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)")
		a.do("BEGIN", "UPDATE t SET v = 11 WHERE id = 1")
		b.do("BEGIN", "UPDATE t SET v = 21 WHERE id = 2", "DELETE FROM t WHERE id = 3", "INSERT INTO t VALUES (4, 40)")
		a.do("COMMIT")
		b.do("COMMIT")
		a.want("1,11; 2,21; 4,40", "SELECT * FROM t")
	}
}

func TestConflictOnOneRow(t *testing.T) {
	tests := map[string]struct{ first, second string }{
		"update update":  {"UPDATE t SET v = v + 1 WHERE id = 1", "UPDATE t SET v = v + 1 WHERE id = 1"},
		"update delete":  {"UPDATE t SET v = v + 1 WHERE id = 1", "DELETE FROM t WHERE id = 1"},
		"delete update":  {"DELETE FROM t WHERE id = 1", "UPDATE t SET v = 7 WHERE id = 1"},
		"delete delete":  {"DELETE FROM t WHERE id = 1", "DELETE FROM t"},
		"replace update": {"REPLACE INTO t VALUES (1, 5)", "UPDATE t SET v = 7"},
		"update replace": {"UPDATE t SET v = 7", "REPLACE INTO t VALUES (1, 5)"},
		"upsert update":  {"INSERT INTO t VALUES (1, 1) ON DUPLICATE KEY UPDATE v = 5", "UPDATE t SET v = 7 WHERE id = 1"},
		"update upsert":  {"UPDATE t SET v = 7 WHERE id = 1", "INSERT INTO t VALUES (1, 1) ON DUPLICATE KEY UPDATE v = 5"},
		"lock update":    {"SELECT * FROM t WHERE id = 1 FOR UPDATE", "UPDATE t SET v = 7 WHERE id = 1"},
		"update lock":    {"UPDATE t SET v = 7 WHERE id = 1", "SELECT * FROM t WHERE id = 1 FOR UPDATE"},
		"lock lock":      {"SELECT v FROM t WHERE id = 1 FOR UPDATE", "SELECT v FROM t FOR UPDATE"},
		"lock, a join":   {"SELECT t.v FROM t JOIN u ON u.id = t.id FOR UPDATE", "UPDATE t SET v = 7 WHERE id = 1"},
		"key update":     {"UPDATE t SET id = 9 WHERE id = 1", "UPDATE t SET v = 7 WHERE id = 1"},
		"join update":    {"UPDATE t JOIN u ON t.id = u.id SET t.v = 9", "UPDATE t SET v = 7 WHERE id = 1"},
		"join delete":    {"DELETE t FROM t JOIN u ON t.id = u.id", "UPDATE t SET v = 7 WHERE id = 1"},
	}
	prepare := func(t *testing.T) (a, b client) {
		c := start(t, 2)
		c[0].do("CREATE TABLE t (id INT PRIMARY KEY, v INT)", "CREATE TABLE u (id INT PRIMARY KEY)",
			"INSERT INTO t VALUES (1, 10), (2, 20)", "INSERT INTO u VALUES (1)")
		return c[0], c[1]
	}
	// over checks that the loser's transaction is gone, and it can go on.
	over := func(t *testing.T, loser client) {
		t.Helper()
		if loser.InTransaction() {
			t.Error("the transaction goes on")
		}
		loser.want("1", "SELECT COUNT(*) FROM u")
		loser.do("ROLLBACK", "BEGIN", "UPDATE t SET v = 99 WHERE id = 2", "COMMIT")
		loser.want("99", "SELECT v FROM t WHERE id = 2")
	}
	for name, test := range tests {
		t.Run(name+" at COMMIT", func(t *testing.T) {
			a, b := prepare(t)
			a.do("BEGIN", test.first)
			b.do("BEGIN", "INSERT INTO u VALUES (50)", test.second)
			a.do("COMMIT")
			b.fails(conflict, "COMMIT")
			over(t, b)
		})
		t.Run(name+" at the statement", func(t *testing.T) {
			a, b := prepare(t)
			b.do("BEGIN", "INSERT INTO u VALUES (50)")
			a.do("BEGIN", test.first, "COMMIT")
			b.fails(conflict, test.second)
			over(t, b)
		})
		t.Run(name+" after ROLLBACK", func(t *testing.T) {
			a, b := prepare(t)
			a.do("BEGIN", test.first)
			b.do("BEGIN", test.second)
			a.do("ROLLBACK")
			b.do("COMMIT")
		})
	}
}

func TestReadersDoNotConflict(t *testing.T) {
	c := start(t, 2)
	a, b := c[0], c[1]
	a.do("CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 10), (2, 20)")
	b.do("BEGIN")
	b.want("1,10; 2,20", "SELECT * FROM t")
	a.do("UPDATE t SET v = 0")
	b.do("INSERT INTO t VALUES (3, 30)", "COMMIT")
	b.want("1,0; 2,0; 3,30", "SELECT * FROM t")
}

func TestKeyOfAnother(t *testing.T) {
	for _, statement := range []string{
		"INSERT INTO t VALUES (1, 7)",
		"INSERT INTO t VALUES (8, 1)",
		"UPDATE t SET id = 1 WHERE id = 5",
		"UPDATE t SET u = 1 WHERE id = 5",
		"INSERT INTO t VALUES (1, 7) ON DUPLICATE KEY UPDATE u = 3",
		"INSERT IGNORE INTO t VALUES (1, 7)",
	} {
		c := start(t, 2)
		a, b := c[0], c[1]
		a.do("CREATE TABLE t (id INT PRIMARY KEY, u INT, UNIQUE KEY (u))", "INSERT INTO t VALUES (5, 5)")
		b.do("BEGIN", "INSERT INTO t VALUES (6, 6)", statement)
		a.do("INSERT INTO t VALUES (1, 1)")
		b.fails(duplicate, "COMMIT")
		if b.InTransaction() {
			t.Errorf("%s: the transaction goes on", statement)
		}
		b.want("1,1; 5,5", "SELECT * FROM t")
	}
}

// A key that another transaction has given up is free.
func TestKeyIsFreed(t *testing.T) {
	c := start(t, 2)
	a, b := c[0], c[1]
	a.do("CREATE TABLE t (id INT PRIMARY KEY, u INT UNIQUE)", "INSERT INTO t VALUES (1, 1)")
	a.do("BEGIN", "DELETE FROM t WHERE id = 1", "INSERT INTO t VALUES (2, 1)", "COMMIT")
	b.do("BEGIN", "DELETE FROM t", "INSERT INTO t VALUES (2, 2), (3, 1)", "COMMIT")
	a.want("2,2; 3,1", "SELECT * FROM t")
}

func TestTransactionReadsOneVersion(t *testing.T) {
	c := start(t, 2)
	reader, writer := c[0], c[1]
	writer.do("CREATE TABLE t (id INT PRIMARY KEY, v INT, KEY (v))", "CREATE TABLE u (id INT)",
		"INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
	reader.do("BEGIN")
	reader.want("3", "SELECT COUNT(*) FROM t")
	writer.do("UPDATE t SET v = 20 WHERE id = 2", "DELETE FROM t WHERE id = 1", "INSERT INTO t VALUES (4, 4)", "INSERT INTO u VALUES (1)")
	reader.want("1,1; 2,2; 3,3", "SELECT * FROM t")
	reader.want("2", "SELECT id FROM t WHERE v = 2")
	reader.want("", "SELECT id FROM t WHERE v = 20")
	reader.want("", "SELECT * FROM t WHERE id = 4")
	reader.want("0", "SELECT COUNT(*) FROM u")
	reader.do("COMMIT")
	reader.want("2,20; 3,3; 4,4", "SELECT * FROM t")
	reader.want("1", "SELECT COUNT(*) FROM u")
}

// A result that is still being read stays of the version that it began with.
func TestStatementReadsOneVersion(t *testing.T) {
	c := start(t, 2)
	reader, writer := c[0], c[1]
	writer.do("CREATE TABLE t (id INT PRIMARY KEY, v INT, KEY (v))",
		"INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i, 0 FROM n")
	for i, query := range []string{"SELECT v FROM t", "SELECT v FROM t ORDER BY id DESC", fmt.Sprintf("SELECT v FROM t WHERE v < %d", 1000)} {
		before, _ := writer.try("SELECT v FROM t LIMIT 1")
		r, err := reader.Query(context.Background(), query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		writer.do(fmt.Sprintf("UPDATE t SET v = %d", i+1), "DELETE FROM t WHERE id > 890", "INSERT INTO t SELECT id + 10, v FROM t WHERE id > 880")
		rows, err := rest(r)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Repeat(before+"; ", 898) + before; rows != want {
			t.Errorf("%s: reads another version than that of its beginning, %s", query, before)
		}
	}
}

// Two rows that a transaction changes together are seen together.
func TestReadersSeeWholeTransactions(t *testing.T) {
	clients := start(t, 6)
	clients[0].do("CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 0), (2, 0)", "CREATE TABLE u (v INT)", "INSERT INTO u VALUES (0)")
	var writing atomic.Int32
	writing.Store(2)
	together(clients, func(worker int, c client) error {
		if worker < 2 {
			defer writing.Add(-1)
			for range scaled(400) {
				for _, s := range []string{"BEGIN", "UPDATE t SET v = v + 1 WHERE id = 1", "UPDATE u SET v = v + 1", "UPDATE t SET v = v + 1 WHERE id = 2", "COMMIT"} {
					if _, err := c.try("%s", s); is(err, conflict) {
						break
					} else if err != nil {
						return err
					}
				}
			}
			return nil
		}
		for writing.Load() > 0 {
			got, err := c.try("SELECT COUNT(DISTINCT v) FROM (SELECT v FROM t UNION ALL SELECT v FROM u) all_of_them")
			if err != nil {
				return err
			}
			if got != "1" {
				return fmt.Errorf("%s versions in one statement", got)
			}
		}
		return nil
	})
}

func TestForeignKeysAtCommit(t *testing.T) {
	tests := map[string]struct {
		rule                 string
		meanwhile, statement string
		code                 uint16
	}{
		"parent deleted":              {"", "DELETE FROM p WHERE id = 1", "INSERT INTO c VALUES (1, 1)", mysql.ER_NO_REFERENCED_ROW_2},
		"parent deleted, update":      {"", "DELETE FROM p WHERE id = 1", "UPDATE c SET pid = 1 WHERE id = 9", mysql.ER_NO_REFERENCED_ROW_2},
		"parent renamed":              {"", "UPDATE p SET id = 100 WHERE id = 1", "INSERT INTO c VALUES (1, 1)", mysql.ER_NO_REFERENCED_ROW_2},
		"parents deleted":             {"", "DELETE FROM p WHERE id <> 2", "INSERT INTO c VALUES (1, 1)", mysql.ER_NO_REFERENCED_ROW_2},
		"child inserted":              {"", "INSERT INTO c VALUES (1, 1)", "DELETE FROM p WHERE id = 1", mysql.ER_ROW_IS_REFERENCED_2},
		"child inserted, update":      {"", "INSERT INTO c VALUES (1, 1)", "UPDATE p SET id = 100 WHERE id = 1", mysql.ER_ROW_IS_REFERENCED_2},
		"child inserted, cascade":     {"ON DELETE CASCADE", "INSERT INTO c VALUES (1, 1)", "DELETE FROM p WHERE id = 1", mysql.ER_ROW_IS_REFERENCED_2},
		"child inserted, set null":    {"ON DELETE SET NULL", "INSERT INTO c VALUES (1, 1)", "DELETE FROM p WHERE id = 1", mysql.ER_ROW_IS_REFERENCED_2},
		"parent deleted, by cascade":  {"ON DELETE CASCADE", "DELETE FROM p WHERE id = 1", "INSERT INTO c VALUES (1, 1)", mysql.ER_NO_REFERENCED_ROW_2},
		"parent written, not its key": {"", "UPDATE p SET v = 5 WHERE id = 1", "INSERT INTO c VALUES (1, 1)", 0},
		"another parent deleted":      {"", "DELETE FROM p WHERE id = 3", "INSERT INTO c VALUES (1, 1)", 0},
		"a child without a parent":    {"", "DELETE FROM p WHERE id = 1", "INSERT INTO c VALUES (1, NULL)", 0},
		"parent replaced":             {"", "UPDATE p SET v = 8 WHERE id = 1", "UPDATE c SET pid = 1", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := start(t, 2)
			a, b := c[0], c[1]
			a.do("CREATE TABLE p (id INT PRIMARY KEY, v INT)",
				"CREATE TABLE c (id INT PRIMARY KEY, pid INT, FOREIGN KEY (pid) REFERENCES p (id) "+test.rule+")",
				"INSERT INTO p VALUES (1, 1), (2, 2), (3, 3)", "INSERT INTO c VALUES (9, 2)")
			b.do("BEGIN", "INSERT INTO p VALUES (50, 50)", test.statement)
			a.do(test.meanwhile)
			if test.code == 0 {
				b.do("COMMIT")
				return
			}
			b.fails(test.code, "COMMIT")
			b.want("0", "SELECT COUNT(*) FROM p WHERE id = 50")
			b.want("0", "SELECT COUNT(*) FROM c LEFT JOIN p ON p.id = c.pid WHERE p.id IS NULL AND c.pid IS NOT NULL")
		})
	}
}

// Many delete parents and many insert children: no child ever is an orphan.
func TestNoOrphans(t *testing.T) {
	rng := random(t)
	clients := start(t, 8)
	clients[0].do("CREATE TABLE p (id INT PRIMARY KEY)", "CREATE TABLE c (id INT PRIMARY KEY AUTO_INCREMENT, pid INT NOT NULL, FOREIGN KEY (pid) REFERENCES p (id))")
	together(clients, func(worker int, c client) error {
		r := rng(worker)
		for range scaled(300) {
			id := r.IntN(5)
			statement := []string{"INSERT INTO p VALUES (%d)", "DELETE FROM p WHERE id = %d", "INSERT INTO c (pid) VALUES (%d)", "DELETE FROM c WHERE pid = %d"}[r.IntN(4)]
			_, err := c.try(statement, id)
			if err != nil && !is(err, duplicate) && !is(err, mysql.ER_NO_REFERENCED_ROW_2) && !is(err, mysql.ER_ROW_IS_REFERENCED_2) {
				return err
			}
		}
		return nil
	})
	clients[0].want("0", "SELECT COUNT(*) FROM c WHERE pid NOT IN (SELECT id FROM p)")
}

// An autocommit statement that loses a race runs again: every increment counts,
// and each was acknowledged once.
func TestAutocommitRunsAgain(t *testing.T) {
	for _, sessions := range []int{2, 16, 64} {
		clients := start(t, sessions)
		clients[0].do("CREATE TABLE t (id INT PRIMARY KEY, v INT, KEY (v))", "INSERT INTO t VALUES (1, 0), (2, 0)",
			"CREATE TABLE log (n INT)")
		each := max(1, scaled(1280)/sessions)
		together(clients, func(_ int, c client) error {
			for range each {
				for _, s := range []string{"UPDATE t SET v = v + 1 WHERE id = 1", "INSERT INTO t VALUES (2, 0) ON DUPLICATE KEY UPDATE v = v + 1", "INSERT INTO log SELECT v FROM t WHERE id = 1"} {
					if _, err := c.try("%s", s); err != nil {
						return err
					}
				}
			}
			return nil
		})
		n := sessions * each
		clients[0].want(fmt.Sprintf("1,%d; 2,%d", n, n), "SELECT * FROM t")
		clients[0].want(strconv.Itoa(n), "SELECT COUNT(*) FROM log")
	}
}

// A table as a queue: each row is taken once.
func TestQueue(t *testing.T) {
	clients := start(t, 8)
	n := scaled(400)
	clients[0].do("CREATE TABLE queue (id INT PRIMARY KEY)", "CREATE TABLE taken (id INT)")
	for i := range n {
		clients[0].do(fmt.Sprintf("INSERT INTO queue VALUES (%d)", i))
	}
	take := func(c client) (more bool, err error) {
		if _, err := c.try("BEGIN"); err != nil {
			return false, err
		}
		id, err := c.try("SELECT id FROM queue ORDER BY id LIMIT 1 FOR UPDATE")
		if err != nil || id == "" {
			return false, err
		}
		for _, s := range []string{"DELETE FROM queue WHERE id = " + id, "INSERT INTO taken VALUES (" + id + ")", "COMMIT"} {
			if _, err := c.try("%s", s); err != nil {
				return false, err
			}
		}
		return true, nil
	}
	together(clients, func(_ int, c client) error {
		for {
			more, err := take(c)
			if err != nil && !is(err, conflict) {
				return err
			}
			if err == nil && !more {
				return nil
			}
		}
	})
	clients[0].want(fmt.Sprintf("%d,%d", n, n), "SELECT COUNT(*), COUNT(DISTINCT id) FROM taken")
}

func TestBankTransfer(t *testing.T) {
	const accounts, balance = 10, 1000
	for _, table := range []string{
		"account (id INT PRIMARY KEY, balance INT NOT NULL, CHECK (balance >= 0))",
		"account (id INT, balance INT NOT NULL, CHECK (balance >= 0), KEY (id), KEY (balance))",
	} {
		rng := random(t)
		clients := start(t, 9)
		bank, tellers := clients[0], clients[1:]
		bank.do("CREATE TABLE " + table)
		for i := range accounts {
			bank.do(fmt.Sprintf("INSERT INTO account VALUES (%d, %d)", i, balance))
		}
		var booked atomic.Int32
		together(tellers, func(worker int, c client) error {
			r := rng(worker)
			for range scaled(400) {
				ok, err := transfer(c, r, r.IntN(accounts), r.IntN(accounts), r.IntN(balance/2))
				if err != nil {
					return err
				}
				if ok {
					booked.Add(1)
				}
				sum, err := c.try("SELECT SUM(balance), COUNT(*), MIN(balance) >= 0 FROM account")
				if want := fmt.Sprintf("%d,%d,1", accounts*balance, accounts); err != nil || sum != want {
					return fmt.Errorf("the sum is %s, not %s (%v)", sum, want, err)
				}
			}
			return nil
		})
		if booked.Load() == 0 {
			t.Error("no transfer succeeded")
		}
		bank.want(fmt.Sprintf("%d,%d", accounts*balance, accounts), "SELECT SUM(balance), COUNT(*) FROM account")
	}
}

// transfer books an amount, and fails in one of many ways: it gives up, is
// refused by the CHECK, misses a table, or loses a race.
func transfer(c client, r *rand.Rand, from, to, amount int) (ok bool, err error) {
	statements := []string{
		"START TRANSACTION",
		fmt.Sprintf("UPDATE account SET balance = balance - %d WHERE id = %d", amount, from),
		fmt.Sprintf("UPDATE account SET balance = balance + %d WHERE id = %d", amount, to),
		"COMMIT",
	}
	switch r.IntN(6) {
	case 0:
		statements = append(statements[:1+r.IntN(3)], "ROLLBACK")
	case 1:
		statements[2] = "UPDATE nowhere SET balance = 0"
	case 2:
		statements[3] = "SAVEPOINT a"
		statements = append(statements, "UPDATE account SET balance = 0", "ROLLBACK TO a", "COMMIT")
	}
	for _, s := range statements {
		_, err := c.try("%s", s)
		switch {
		case is(err, conflict):
			return false, nil
		case is(err, violated), is(err, mysql.ER_NO_SUCH_TABLE):
			_, err := c.try("ROLLBACK")
			return false, err
		case err != nil:
			return false, err
		}
	}
	return statements[len(statements)-1] == "COMMIT", nil
}

func TestSavepoints(t *testing.T) {
	a := start(t, 1)[0]
	a.do("CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 1)", "BEGIN",
		"INSERT INTO t VALUES (2, 2)", "SAVEPOINT one", "UPDATE t SET v = 10", "SAVEPOINT two", "DELETE FROM t WHERE id = 1")
	a.want("2,10", "SELECT * FROM t")
	a.do("ROLLBACK TO SAVEPOINT two")
	a.want("1,10; 2,10", "SELECT * FROM t")
	a.do("INSERT INTO t VALUES (3, 3)", "ROLLBACK TO one")
	a.want("1,1; 2,2", "SELECT * FROM t")
	a.fails(mysql.ER_SP_DOES_NOT_EXIST, "ROLLBACK TO two")
	a.do("UPDATE t SET v = 7 WHERE id = 1", "ROLLBACK TO ONE") // stays, in any letter case
	a.do("RELEASE SAVEPOINT one")
	a.fails(mysql.ER_SP_DOES_NOT_EXIST, "ROLLBACK TO one")
	a.fails(mysql.ER_SP_DOES_NOT_EXIST, "RELEASE SAVEPOINT one")
	a.do("COMMIT")
	a.want("1,1; 2,2", "SELECT * FROM t")
	a.fails(mysql.ER_SP_DOES_NOT_EXIST, "ROLLBACK TO one")
}

// What was undone to a savepoint conflicts with nobody.
func TestUndoneWritesDoNotConflict(t *testing.T) {
	c := start(t, 2)
	a, b := c[0], c[1]
	a.do("CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 1), (2, 2)")
	b.do("BEGIN", "UPDATE t SET v = 5 WHERE id = 2", "SAVEPOINT s", "UPDATE t SET v = 5 WHERE id = 1", "INSERT INTO t VALUES (3, 3)", "ROLLBACK TO s")
	a.do("UPDATE t SET v = 9 WHERE id = 1", "INSERT INTO t VALUES (3, 30)")
	b.do("COMMIT")
	a.want("1,9; 2,5; 3,30", "SELECT * FROM t")
}

// A statement that fails leaves nothing of itself, and the transaction goes on.
func TestStatementUndo(t *testing.T) {
	const rows = "1,1; 2,2; 3,3"
	tests := map[string]uint16{
		"INSERT INTO t VALUES (7, 7), (8, 8), (1, 9)":                                          duplicate,
		"INSERT INTO t VALUES (7, 7), (8, 2)":                                                  duplicate,
		"INSERT INTO t VALUES (7, 7), (8, -1)":                                                 violated,
		"INSERT INTO t VALUES (7, 7), (NULL, 8)":                                               mysql.ER_BAD_NULL_ERROR,
		"INSERT INTO t SELECT 4 - id, v + 100 FROM t ORDER BY id DESC":                         duplicate,
		"UPDATE t SET v = 2 - v":                                                               violated,
		"UPDATE t SET id = 3 WHERE id < 3":                                                     duplicate,
		"UPDATE t SET v = 9":                                                                   duplicate,
		"INSERT INTO t VALUES (7, 7), (1, 1) ON DUPLICATE KEY UPDATE v = 3":                    duplicate,
		"REPLACE INTO t VALUES (1, 10), (2, -1)":                                               violated,
		"DELETE FROM t":                                                                        mysql.ER_ROW_IS_REFERENCED_2,
		"UPDATE t SET id = id + 10 ORDER BY id DESC":                                           mysql.ER_ROW_IS_REFERENCED_2,
		"INSERT INTO c VALUES (5, 1), (6, 77)":                                                 mysql.ER_NO_REFERENCED_ROW_2,
		"INSERT IGNORE INTO nowhere VALUES (1)":                                                mysql.ER_NO_SUCH_TABLE,
		"DELETE t FROM t JOIN (SELECT 1 AS id UNION SELECT 3 UNION SELECT 2) x ON x.id = t.id": mysql.ER_ROW_IS_REFERENCED_2,
	}
	for statement, code := range tests {
		t.Run(statement, func(t *testing.T) {
			a := start(t, 1)[0]
			a.do("CREATE TABLE t (id INT PRIMARY KEY, v INT UNIQUE, CHECK (v >= 0))",
				"CREATE TABLE c (id INT PRIMARY KEY, tid INT, FOREIGN KEY (tid) REFERENCES t (id))",
				"CREATE TABLE d (id INT PRIMARY KEY, tid INT, FOREIGN KEY (tid) REFERENCES t (id) ON DELETE CASCADE ON UPDATE CASCADE)",
				"INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)", "INSERT INTO c VALUES (1, 2)", "INSERT INTO d VALUES (1, 1), (3, 3)")
			check := func(more string) {
				t.Helper()
				a.want(rows+more, "SELECT * FROM t")
				a.want(rows+more, "SELECT * FROM t ORDER BY v")
				a.want("1,2", "SELECT * FROM c")
				a.want("1,1; 3,3", "SELECT * FROM d")
			}
			a.fails(code, statement)
			check("")
			a.do("BEGIN", "INSERT INTO t VALUES (20, 20)")
			a.fails(code, statement)
			if !a.InTransaction() {
				t.Error("the transaction is over")
			}
			check("; 20,20")
			a.do("INSERT INTO t VALUES (21, 21)", "COMMIT")
			check("; 20,20; 21,21")
		})
	}
}

// DDL commits what was open before it, and does not roll back.
func TestDDLCommits(t *testing.T) {
	for _, ddl := range []string{
		"CREATE TABLE other (id INT)", "DROP TABLE spare", "ALTER TABLE spare ADD COLUMN v INT", "RENAME TABLE spare TO other",
		"TRUNCATE TABLE spare", "CREATE INDEX i ON spare (id)", "CREATE VIEW v AS SELECT 1", "CREATE DATABASE d", "ALTER TABLE t ADD COLUMN w INT",
		"CREATE TABLE other AS SELECT * FROM t", "CREATE TABLE other LIKE t", "BEGIN", "DROP TABLE IF EXISTS nowhere",
		"CREATE TRIGGER tr BEFORE INSERT ON spare FOR EACH ROW SET NEW.id = 1", "CREATE PROCEDURE p() SELECT 1",
	} {
		t.Run(ddl, func(t *testing.T) {
			c := start(t, 2)
			a, b := c[0], c[1]
			a.do("CREATE TABLE t (id INT PRIMARY KEY)", "CREATE TABLE spare (id INT)", "BEGIN", "INSERT INTO t VALUES (1)", ddl)
			b.want("1", "SELECT id FROM t")
			a.do("INSERT INTO t (id) VALUES (2)", "ROLLBACK")
			if ddl == "BEGIN" {
				b.want("1", "SELECT COUNT(*) FROM t")
			} else {
				b.want("2", "SELECT COUNT(*) FROM t") // the transaction was over: each statement commits
			}
		})
	}
	t.Run("a temporary table does not", func(t *testing.T) {
		c := start(t, 2)
		a, b := c[0], c[1]
		a.do("CREATE TABLE t (id INT PRIMARY KEY)", "BEGIN", "INSERT INTO t VALUES (1)", "CREATE TEMPORARY TABLE tmp (id INT)")
		b.want("0", "SELECT COUNT(*) FROM t")
		a.do("ROLLBACK")
		b.want("0", "SELECT COUNT(*) FROM t")
	})
	t.Run("under autocommit=0", func(t *testing.T) {
		c := start(t, 2)
		a, b := c[0], c[1]
		a.do("CREATE TABLE t (id INT PRIMARY KEY)", "SET autocommit = 0", "INSERT INTO t VALUES (1)")
		b.want("0", "SELECT COUNT(*) FROM t")
		a.do("CREATE TABLE u (id INT)", "INSERT INTO t VALUES (2)", "ROLLBACK")
		b.want("1", "SELECT COUNT(*) FROM t")
		a.do("INSERT INTO t VALUES (3)", "SET autocommit = 1") // commits
		b.want("2", "SELECT COUNT(*) FROM t")
	})
}

// ALTER changes a table while others write it: what they were told is there
// is there.
func TestAlterBesideWriters(t *testing.T) {
	clients := start(t, 5)
	ddl, writers := clients[0], clients[1:]
	ddl.do("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, worker INT NOT NULL, n INT NOT NULL)")
	each := scaled(200)
	var writing atomic.Int32
	writing.Store(int32(len(writers)))
	var altered int
	together(clients, func(worker int, c client) error {
		if worker > 0 {
			defer writing.Add(-1)
			for n := range each {
				if _, err := c.try("INSERT INTO t (worker, n) VALUES (%d, %d)", worker, n); err != nil {
					return err
				}
				if _, err := c.try("UPDATE t SET n = n + 1 WHERE worker = %d AND n = %d", worker, n); err != nil {
					return err
				}
			}
			return nil
		}
		for writing.Load() > 0 {
			for _, s := range []string{"ADD COLUMN extra INT DEFAULT 5", "ADD INDEX i (worker, n)", "MODIFY COLUMN n BIGINT NOT NULL", "DROP COLUMN extra", "DROP INDEX i", "MODIFY COLUMN n INT NOT NULL FIRST", "MODIFY COLUMN n INT NOT NULL AFTER worker"} {
				if _, err := c.try("ALTER TABLE t %s", s); err != nil {
					return fmt.Errorf("%s: %w", s, err)
				}
				altered++
			}
		}
		return nil
	})
	t.Logf("%d times altered", altered)
	for worker := range writers {
		ddl.want(strconv.Itoa(each), fmt.Sprintf("SELECT COUNT(*) FROM t WHERE worker = %d", worker+1))
	}
	ddl.want("0", fmt.Sprintf("SELECT COUNT(*) FROM t WHERE n NOT BETWEEN 1 AND %d", each))
}

// The clauses of one ALTER TABLE follow each other, and all are done or none.
func TestAlterIsOne(t *testing.T) {
	a := start(t, 1)[0]
	a.do("CREATE TABLE t (i INT NOT NULL, j INT, k INT)", "INSERT INTO t VALUES (1, 2, 3)",
		"ALTER TABLE t ADD COLUMN x INT FIRST, ADD COLUMN y INT DEFAULT 5")
	a.want("NULL,1,2,3,5", "SELECT * FROM t")
	a.want("NULL,1,2,3,5", "SELECT x, i, j, k, y FROM t")
	a.do("ALTER TABLE t CHANGE i ii INT NOT NULL AFTER k, MODIFY j BIGINT FIRST, DROP COLUMN x, ADD PRIMARY KEY (ii)")
	a.want("2,3,1,5", "SELECT * FROM t")
	a.want("1,2,3,5", "SELECT ii, j, k, y FROM t")
	a.fails(violated, "ALTER TABLE t ADD COLUMN z INT, ADD INDEX (z), ADD CONSTRAINT c CHECK (j > 5)")
	a.want("2,3,1,5", "SELECT * FROM t")
}

// A transaction that wrote a table which was altered meanwhile loses; one that
// only read it does not notice.
func TestAlterBesideTransactions(t *testing.T) {
	c := start(t, 3)
	a, writer, reader := c[0], c[1], c[2]
	a.do("CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 1)")
	writer.do("BEGIN", "INSERT INTO t VALUES (2, 2)")
	reader.do("BEGIN")
	reader.want("1,1", "SELECT * FROM t")
	a.do("ALTER TABLE t ADD COLUMN w INT DEFAULT 3")
	writer.fails(mysql.ER_TABLE_DEF_CHANGED, "COMMIT")
	reader.want("1,1", "SELECT * FROM t")
	reader.do("COMMIT")
	reader.want("1,1,3", "SELECT * FROM t")

	writer.do("BEGIN", "UPDATE t SET v = 9")
	a.do("DROP TABLE t")
	writer.fails(mysql.ER_TABLE_DEF_CHANGED, "COMMIT")
	writer.fails(mysql.ER_NO_SUCH_TABLE, "SELECT * FROM t")
}

// Tables are made and dropped beside statements that use them: those see one or
// none, and nothing else.
func TestCreateAndDropBesideReaders(t *testing.T) {
	clients := start(t, 5)
	n := scaled(200)
	together(clients, func(worker int, c client) error {
		for i := range n {
			if worker == 0 {
				if _, err := c.try("CREATE TABLE t AS SELECT 1 AS id UNION SELECT 2"); err != nil {
					return err
				}
				if _, err := c.try("DROP TABLE t"); err != nil {
					return err
				}
				continue
			}
			statement := "SELECT COUNT(*) FROM t"
			if i%2 == worker%2 {
				statement = "INSERT INTO t VALUES (3)"
			}
			if _, err := c.try("%s", statement); err != nil && !is(err, mysql.ER_NO_SUCH_TABLE) {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
}

// Values of AUTO_INCREMENT are given once, also to transactions that roll back,
// and LAST_INSERT_ID() is the session's own.
func TestAutoIncrementBesideOthers(t *testing.T) {
	clients := start(t, 8)
	clients[0].do("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, worker INT)")
	each := scaled(200)
	together(clients, func(worker int, c client) error {
		for n := range each {
			if _, err := c.try("BEGIN"); err != nil {
				return err
			}
			if _, err := c.try("INSERT INTO t (worker) VALUES (%d)", worker); err != nil {
				return err
			}
			own, err := c.try("SELECT worker FROM t WHERE id = LAST_INSERT_ID()")
			if err != nil || own != strconv.Itoa(worker) {
				return fmt.Errorf("LAST_INSERT_ID() is of a row of %s (%v)", own, err)
			}
			end := "COMMIT"
			if n%4 == 0 {
				end = "ROLLBACK"
			}
			if _, err := c.try("%s", end); err != nil {
				return err
			}
		}
		return nil
	})
	clients[0].want(strconv.Itoa(8*each-8*((each+3)/4)), "SELECT COUNT(*) FROM t")
}

// A session that ends in the middle leaves nothing.
func TestCloseRollsBack(t *testing.T) {
	c := start(t, 2)
	a, b := c[0], c[1]
	a.do("CREATE TABLE t (id INT PRIMARY KEY)", "BEGIN", "INSERT INTO t VALUES (1)")
	a.Close()
	b.want("0", "SELECT COUNT(*) FROM t")
	b.do("BEGIN", "INSERT INTO t VALUES (2)")
	if err := b.Reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.want("0", "SELECT COUNT(*) FROM t")
}

func TestReadOnlyTransaction(t *testing.T) {
	c := start(t, 2)
	a, b := c[0], c[1]
	a.do("CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)", "START TRANSACTION READ ONLY")
	a.want("1", "SELECT * FROM t")
	b.do("INSERT INTO t VALUES (2)")
	a.fails(mysql.ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, "INSERT INTO t VALUES (3)")
	a.want("1", "SELECT * FROM t")
	a.do("COMMIT")
	a.want("1; 2", "SELECT * FROM t")
}
