package engine

import (
	"context"
	"testing"
)

// A SELECT that takes longer than max_execution_time, or its hint, ends in MySQL's error 3024; other statements, and those of
// routines, do not, and the session goes on.
func TestMaxExecutionTime(t *testing.T) {
	e, err := New(Options{Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := e.NewSession(Client{})
	for _, q := range []string{
		"CREATE TABLE made (n BIGINT)",
		"CREATE PROCEDURE takes() SELECT SLEEP(0.05) + 1 INTO @slept",
	} {
		if err := s.exec(context.Background(), q); err != nil {
			t.Fatal(err)
		}
	}
	endless := "(WITH RECURSIVE r AS (SELECT 1 i UNION ALL SELECT i % 7 + 1 FROM r) SELECT COUNT(*) FROM r) x"
	for _, test := range []struct{ set, query string }{
		{"SET SESSION max_execution_time = 20", "SELECT * FROM " + endless},
		{"SET SESSION max_execution_time = 0", "SELECT /*+ MAX_EXECUTION_TIME(20) */ * FROM " + endless},
		{"SET SESSION max_execution_time = 20", "SELECT BENCHMARK(1000000000, SHA2('a', 512))"},
	} {
		for _, set := range []string{"SET SESSION cte_max_recursion_depth = 4294967295", test.set} {
			if err := s.exec(context.Background(), set); err != nil {
				t.Fatal(err)
			}
		}
		_, err := all(s.Query(context.Background(), test.query))
		if err == nil {
			t.Fatalf("%s: no error", test.query)
		}
		wantError(t, err, 3024, "HY000", "Query execution was interrupted, maximum statement execution time exceeded")
		if got, err := all(s.Query(context.Background(), "SELECT 1 + 1")); err != nil || got != "1 + 1\n2\n" {
			t.Errorf("then %q (%v)", got, err)
		}
	}
	for _, q := range []string{"CALL takes()", "INSERT INTO made SELECT SLEEP(0.05)", "DO SLEEP(0.05)"} {
		if err := s.exec(context.Background(), q); err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
}
