package engine

import (
	"context"
	"sync"
	"testing"

	"github.com/verbatim-sql/verbatim/tables/store"
)

// Statements that lose a race are run again beside an ALTER TABLE of another table, however long that takes.
func TestLosersDoNotWaitForAlter(t *testing.T) {
	e := testEngine(t)
	ctx := t.Context()
	run := func(s *Session, statement string) {
		if _, err := all(s.Query(ctx, statement)); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	session := func() *Session {
		s := e.NewSession(Client{})
		t.Cleanup(s.Close)
		return s
	}
	a := session()
	run(a, "CREATE TABLE losers (id INT PRIMARY KEY, n INT)")
	run(a, "INSERT INTO losers VALUES (1, 0)")
	run(a, "CREATE TABLE altered (id INT)")
	altered := make(chan struct{})
	err := e.storage.Store().AlterBeside(context.Background(), func(*store.Draft) error { // ALTER TABLE waits for it
		go func() {
			defer close(altered)
			run(a, "ALTER TABLE altered ADD INDEX (id)")
		}()
		var writing sync.WaitGroup
		for range 4 {
			s := session()
			writing.Go(func() {
				for range 300 {
					run(s, "UPDATE losers SET n = n + 1")
				}
			})
		}
		writing.Wait()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	<-altered
	if n, err := all(a.Query(ctx, "SELECT n FROM losers")); err != nil || n != "n\n1200\n" {
		t.Errorf("%q %v", n, err)
	}
}
