package engine

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// countedContext ends when it has been asked so many times.
type countedContext struct {
	context.Context
	left atomic.Int64
}

func (c *countedContext) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// A row that thousands follow by a foreign key is one to the statement, which asks for each of them whether it was ended.
func TestCascadeEnds(t *testing.T) {
	s := testEngine(t).NewSession(Client{})
	for _, text := range []string{
		"CREATE DATABASE d", "USE d", "CREATE TABLE parents (k INT PRIMARY KEY)", "INSERT INTO parents VALUES (1)",
		"CREATE TABLE children (id INT PRIMARY KEY, k INT, FOREIGN KEY (k) REFERENCES parents (k) ON UPDATE CASCADE ON DELETE CASCADE)",
		"INSERT INTO children WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i, 1 FROM n",
	} {
		if err := s.exec(context.Background(), text); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"UPDATE parents SET k = 2", "DELETE FROM parents"} {
		ctx := &countedContext{Context: context.Background()}
		ctx.left.Store(500)
		wantError(t, s.exec(ctx, text), mysql.ER_QUERY_INTERRUPTED, "70100", "interrupted")
		if got, err := all(s.Query(context.Background(), "SELECT COUNT(*), MIN(k) FROM children")); err != nil || got != "COUNT(*)\tMIN(k)\n900\t1\n" {
			t.Errorf("%s: then %q (%v)", text, got, err)
		}
	}
}
