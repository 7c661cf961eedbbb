package engine

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// What UPDATE and DELETE answer beside their rows: counts, the info string, what
// LAST_INSERT_ID(id) was given.
func TestChangeAnswers(t *testing.T) {
	e := testEngine(t)
	ctx := context.Background()
	s := e.NewSession(Client{})
	defer s.Close()
	for _, statement := range []string{
		"CREATE TABLE t (id INT PRIMARY KEY, v INT, s VARCHAR(2))",
		"INSERT INTO t VALUES (1, 1, 'a'), (2, 2, 'b'), (3, NULL, NULL)",
		"CREATE TABLE sequence (id INT NOT NULL)",
		"INSERT INTO sequence VALUES (0)",
	} {
		if err := s.exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	found := e.NewSession(Client{Capabilities: mysql.CLIENT_FOUND_ROWS})
	defer found.Close()
	for _, c := range []struct {
		session   *Session
		statement string
		affected  uint64
		insertID  uint64
		info      string
	}{
		{s, "UPDATE t SET v = 2 WHERE v IS NOT NULL", 1, 0, "Rows matched: 2  Changed: 1  Warnings: 0"},
		{found, "UPDATE t SET v = 2 WHERE v IS NOT NULL", 2, 0, "Rows matched: 2  Changed: 0  Warnings: 0"},
		{s, "UPDATE t SET v = 9 WHERE id = 7", 0, 0, "Rows matched: 0  Changed: 0  Warnings: 0"},
		{s, "UPDATE IGNORE t SET s = 'long' WHERE id > 1", 2, 0, "Rows matched: 2  Changed: 2  Warnings: 2"},
		{s, "UPDATE t JOIN t x ON x.id = t.id SET t.v = 3, x.s = 'c' WHERE x.id < 3", 4, 0, "Rows matched: 4  Changed: 4  Warnings: 0"},
		{s, "UPDATE sequence SET id = LAST_INSERT_ID(id + 41)", 1, 41, "Rows matched: 1  Changed: 1  Warnings: 0"},
		{s, "UPDATE t SET v = 3 WHERE id = 1", 0, 0, "Rows matched: 1  Changed: 0  Warnings: 0"},
		{s, "INSERT INTO t VALUES (1, 0, 'c'), (2, 4, 'd'), (5, 5, 'e') ON DUPLICATE KEY UPDATE v = VALUES(id) + 2", 3, 0, "Records: 3  Duplicates: 1  Warnings: 1"},
		{s, "INSERT INTO t VALUES (1, 0, 'c') ON DUPLICATE KEY UPDATE v = 3", 0, 0, ""},
		{found, "INSERT INTO t VALUES (1, 0, 'c') ON DUPLICATE KEY UPDATE v = 3", 1, 0, ""},
		{found, "INSERT INTO t VALUES (1, 0, 'c'), (2, 0, 'd'), (6, 6, 'f') ON DUPLICATE KEY UPDATE v = 3", 4, 0, "Records: 3  Duplicates: 2  Warnings: 0"},
		{found, "DELETE FROM t WHERE id > 1", 4, 0, ""},
	} {
		r, err := c.session.Query(ctx, c.statement)
		if err != nil {
			t.Errorf("%s: %v", c.statement, err)
			continue
		}
		if r.AffectedRows != c.affected || r.InsertID != c.insertID || r.Info != c.info {
			t.Errorf("%s: %d rows, id %d, %q", c.statement, r.AffectedRows, r.InsertID, r.Info)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: %v", c.statement, err)
		}
	}
}

// A prepared UPDATE is bound when it is prepared, and takes its arguments' types as they come.
func TestPreparedChange(t *testing.T) {
	ctx := context.Background()
	s := testEngine(t).NewSession(Client{})
	defer s.Close()
	if _, err := s.Prepare(ctx, "UPDATE Employees SET nope = ?"); err == nil || err.(*mysql.MyError).Code != mysql.ER_BAD_FIELD_ERROR {
		t.Errorf("%v, not error 1054", err)
	}
	st, err := s.Prepare(ctx, "UPDATE Employees SET name = CONCAT(?, '!'), age = age + ? WHERE employee_id = ? AND age < ANY (SELECT ?) LIMIT ?")
	if err != nil {
		t.Fatal(err)
	}
	if st.Params != 5 || st.Fields != nil {
		t.Errorf("%d parameters, fields %v", st.Params, st.Fields)
	}
	for range 2 {
		r, err := st.Query(ctx, []sqltypes.Value{
			sqltypes.NewVarChar("x"), sqltypes.NewInt64(1), sqltypes.NewInt64(3), sqltypes.NewInt64(1000), sqltypes.NewInt64(1),
		})
		if err != nil {
			t.Fatal(err)
		}
		if r.AffectedRows != 1 {
			t.Errorf("%d rows", r.AffectedRows)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Two transactions that change a row: the second loses; alone it is run again.
func TestChangesConflict(t *testing.T) {
	ctx := context.Background()
	e := testEngine(t)
	a, b := e.NewSession(Client{}), e.NewSession(Client{})
	defer a.Close()
	defer b.Close()
	exec := func(s *Session, statement string) {
		t.Helper()
		if err := s.exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	exec(a, "CREATE TABLE t (id INT PRIMARY KEY, v INT)")
	exec(a, "INSERT INTO t VALUES (1, 0), (2, 0)")
	exec(a, "START TRANSACTION")
	exec(b, "START TRANSACTION")
	exec(a, "UPDATE t SET v = v + 1 WHERE id = 1")
	exec(b, "UPDATE t SET v = v + 1 WHERE id = 2")
	exec(b, "SELECT * FROM t")
	exec(a, "COMMIT")
	err := b.exec(ctx, "DELETE FROM t WHERE id = 1")
	if err == nil {
		err = b.exec(ctx, "COMMIT")
	}
	if my, ok := err.(*mysql.MyError); !ok || my.Code != mysql.ER_LOCK_DEADLOCK {
		t.Errorf("%v, not error 1213", err)
	}
	exec(b, "UPDATE t SET v = v + 10")
	rows, err := all(b.Query(ctx, "SELECT id, v FROM t ORDER BY id"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "id\tv\n1\t11\n2\t10\n"; rows != want {
		t.Errorf("%q, not %q", rows, want)
	}
}

// Statements in autocommit mode that race for the same keys: what a commit in between has
// taken is what IGNORE, REPLACE and ON DUPLICATE KEY UPDATE are for, and no error.
func TestKeysRace(t *testing.T) {
	ctx := context.Background()
	e := testEngine(t)
	const sessions, keys = 4, 200
	a := e.NewSession(Client{})
	defer a.Close()
	for _, statement := range []string{
		"CREATE TABLE counted (id INT PRIMARY KEY, n INT)",
		"CREATE TABLE once (id INT PRIMARY KEY, n INT)",
		"CREATE TABLE again (id INT PRIMARY KEY, n INT)",
	} {
		if err := a.exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	var running sync.WaitGroup
	for range sessions {
		running.Go(func() {
			s := e.NewSession(Client{})
			defer s.Close()
			for k := range keys {
				for _, statement := range []string{
					"INSERT INTO counted VALUES (%d, 1) ON DUPLICATE KEY UPDATE n = n + 1",
					"INSERT IGNORE INTO once VALUES (%d, 1)",
					"REPLACE INTO again VALUES (%d, 1)",
				} {
					if err := s.exec(ctx, fmt.Sprintf(statement, k)); err != nil {
						t.Errorf("%s: %v", fmt.Sprintf(statement, k), err)
					}
				}
			}
		})
	}
	running.Wait()
	got, err := all(a.Query(ctx, "SELECT (SELECT SUM(n) FROM counted) a, (SELECT SUM(n) FROM once) b, (SELECT SUM(n) FROM again) c"))
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("a\tb\tc\n%d\t%d\t%d\n", sessions*keys, keys, keys); got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
