package engine

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

// Under connection_memory_limit a statement puts rows to the temporary directory and answers as without; what
// cannot do that ends in error 3170. The session goes on, and nothing is held or left then.
func TestMemoryLimits(t *testing.T) {
	dir := t.TempDir()
	e, err := New(Options{Shared: true, TempDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := e.NewSession(Client{})
	fillForCancel(t, s, 60_000)
	if got, err := all(s.Query(context.Background(), "SELECT @@tmpdir")); err != nil || !strings.Contains(got, dir) {
		t.Errorf("@@tmpdir is %s (%v)", got, err)
	}
	questions := []string{
		"SELECT k, w, v FROM n ORDER BY v DESC, w",
		"SELECT w, v FROM n ORDER BY CONCAT(s, w) LIMIT 30000",
		"SELECT a.k, a.w, b.s FROM n a LEFT JOIN n b ON a.w = b.w AND b.v > 3",
		"SELECT w, COUNT(*), SUM(v), MAX(s) FROM n GROUP BY w",
		"SELECT w, v, COUNT(*), COUNT(DISTINCT s) FROM n GROUP BY w, v WITH ROLLUP",
		"SELECT COUNT(DISTINCT w, v, s) FROM n",
		"SELECT v, w FROM n UNION SELECT v, CONCAT(w, s) FROM n",
		"SELECT w, v FROM n EXCEPT SELECT w, v FROM n WHERE v > 10",
		"SELECT w, v, ROW_NUMBER() OVER (PARTITION BY w ORDER BY v, s) FROM n",
		"WITH c AS (SELECT w, CONCAT(w, s, v, s, w) x FROM n) SELECT COUNT(*), MAX(x) FROM c UNION ALL SELECT COUNT(*), MIN(w) FROM c",
		"SELECT COUNT(*) FROM n WHERE CONCAT(w, v) NOT IN (SELECT CONCAT(w, v + 1) FROM n)",
		"WITH RECURSIVE r AS (SELECT k, 0 d FROM n UNION SELECT (k * 7 + 1) % 200000, d + 1 FROM r WHERE d < 4) SELECT d, COUNT(*), SUM(k) FROM r GROUP BY d ORDER BY d",
		"SELECT k, x FROM (SELECT k, x, ROW_NUMBER() OVER (PARTITION BY w ORDER BY v, k) r FROM (SELECT DISTINCT k, v, w, CONCAT(w, s, w, s, w, s) x FROM n) z) y WHERE r = 1",
		"SELECT w, MAX(r), COUNT(DISTINCT k) FROM (SELECT w, k, ROW_NUMBER() OVER (PARTITION BY v ORDER BY w, k) r FROM n) x GROUP BY w",
		"SELECT COUNT(x), MAX(x) FROM (SELECT (SELECT CONCAT(b.w, a.w) FROM n b WHERE b.k = a.k LIMIT 1) x, w FROM n a ORDER BY CONCAT(w, s) LIMIT 59999) y",
	}
	var want []string
	for _, q := range questions {
		answer, err := all(s.Query(context.Background(), q))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, answer)
	}
	if err := s.exec(context.Background(), "SET SESSION connection_memory_limit = 4194304"); err != nil {
		t.Fatal(err)
	}
	for i, q := range questions {
		if got, err := all(s.Query(context.Background(), q)); err != nil || got != want[i] {
			t.Errorf("%s: another answer (%v)", q, err)
		}
		if analysis, err := all(s.Query(context.Background(), "EXPLAIN ANALYZE "+q)); err != nil || !strings.Contains(analysis, "(spilled=") {
			t.Errorf("%s (%v)", analysis, err)
		}
	}
	for _, q := range []string{
		"SELECT GROUP_CONCAT(REPEAT(w, 100)) FROM n",
		"SELECT JSON_ARRAYAGG(REPEAT(w, 100)) FROM n",
		"SELECT COUNT(*) FROM n WHERE LENGTH(REPEAT(w, 10000)) > 1",
		"WITH RECURSIVE r AS (SELECT 1 i UNION ALL SELECT i + 1 FROM r WHERE i < 1000000) SELECT COUNT(*) FROM r a, r b",
		"INSERT INTO copies SELECT k, v, REPEAT(w, 30), s FROM n",
	} {
		_, err := all(s.Query(context.Background(), q))
		if err == nil {
			t.Errorf("%s: no error", q)
			continue
		}
		wantError(t, err, 3170, "HY000", "Memory capacity of 4194304 bytes for 'connection_memory_limit' exceeded. The statement was ended.")
		if held := e.limits.pool.Held(); held != 0 {
			t.Errorf("%s: %d bytes are held", q, held)
		}
		if got, err := all(s.Query(context.Background(), "SELECT COUNT(*) FROM n")); err != nil || got != "COUNT(*)\n60000\n" {
			t.Errorf("then %q (%v)", got, err)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%d files are left (%v)", len(files), err)
	}
}

// All statements together have a limit, which the one that comes last feels.
func TestMemoryOfAllStatements(t *testing.T) {
	const most = 24 << 20
	e, err := New(Options{Shared: true, StatementsMemory: most, StatementMemory: most, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := e.NewSession(Client{})
	fillForCancel(t, s, 100_000)
	const q = "WITH c AS (SELECT k, v, w FROM n) SELECT a.k FROM c a, c b"
	var open []*Result
	for {
		other := e.NewSession(Client{})
		if err := other.exec(context.Background(), "USE cancels"); err != nil {
			t.Fatal(err)
		}
		r, err := other.Query(context.Background(), q)
		if err == nil {
			_, err = r.Next()
		}
		if err != nil {
			wantError(t, err, 3170, "HY000", fmt.Sprintf("Memory capacity of %d bytes for 'global_connection_memory_limit' exceeded.", most))
			break
		}
		if open = append(open, r); len(open) > 50 {
			t.Fatal("nothing was too much")
		}
	}
	if len(open) == 0 {
		t.Error("one is too much")
	}
	for _, r := range open {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if held := e.limits.pool.Held(); held != 0 {
		t.Errorf("%d bytes are held", held)
	}
	if _, err := all(s.Query(context.Background(), "SELECT COUNT(*) FROM n ORDER BY 1")); err != nil {
		t.Error(err)
	}
}
