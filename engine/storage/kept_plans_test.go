package storage_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// What a plan that is kept answers is what one answers that is made anew, whatever DDL another session, or the same, has
// executed since, in transactions and without.
func TestKeptPlansBesideDDL(t *testing.T) {
	c := start(t, 3)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	c[0].do("CREATE TABLE t (id INT PRIMARY KEY, u INT, v INT, w VARCHAR(10), UNIQUE u (u), KEY v (v))")
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	var history []string
	answered := 0
	for n := range scaled(400) {
		index := r.IntN(len(c))
		s := c[index]
		k := r.IntN(12)
		text := fmt.Sprintf("INSERT IGNORE INTO t (id, u, v, w) VALUES (%d, %d, %d, '%d')", k, r.IntN(12), r.IntN(5), r.IntN(5))
		switch r.IntN(14) {
		case 0:
			text = fmt.Sprintf("UPDATE IGNORE t SET u = %d, v = v + 1 WHERE id = %d", r.IntN(12), k)
		case 1:
			text = fmt.Sprintf("DELETE FROM t WHERE u = %d", k)
		case 2:
			text = one("ALTER TABLE t DROP INDEX u", "ALTER TABLE t ADD UNIQUE u (u)", "ALTER TABLE t DROP INDEX v", "ALTER TABLE t ADD INDEX v (v)",
				"ALTER TABLE t ADD INDEX v (v, id)", "ALTER TABLE t DROP PRIMARY KEY", "ALTER TABLE t ADD PRIMARY KEY (id)")
		case 3:
			text = one("ALTER TABLE t ADD COLUMN x INT DEFAULT 3 FIRST", "ALTER TABLE t DROP COLUMN x", "ALTER TABLE t MODIFY u VARCHAR(5)", "ALTER TABLE t MODIFY u INT",
				"ALTER TABLE t MODIFY v BIGINT AFTER w", "TRUNCATE TABLE t", "RENAME TABLE t TO other", "RENAME TABLE other TO t", "CREATE TEMPORARY TABLE t (id INT PRIMARY KEY, u INT, v INT, w INT)",
				"DROP TEMPORARY TABLE t", "CREATE VIEW other AS SELECT * FROM t", "DROP VIEW other")
		case 4, 5:
			text = one("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "ROLLBACK TO a")
		case 6:
			text = one("SET sql_select_limit = 1", "SET sql_select_limit = DEFAULT", "SET SESSION sql_mode = 'ANSI'", "SET SESSION sql_mode = DEFAULT")
		}
		_, err := s.try("%s", text)
		history = append(history, fmt.Sprint(index, ": ", text, "; ", err))
		for index, s := range c {
			for _, columns := range []string{"*", "v, w"} {
				for _, by := range []string{"id", "u", "v"} {
					k := r.IntN(12)
					kept, err := s.try("SELECT %s FROM t WHERE %s = %d ORDER BY id, u, v", columns, by, k)
					fresh, e := s.try("SELECT %s FROM t WHERE %s + 0 = %d AND %d = %[4]d ORDER BY id, u, v", columns, by, k, n)
					if err == nil && kept != "" {
						answered++
					}
					if kept != fresh || (err == nil) != (e == nil) {
						t.Fatalf("%d: SELECT %s WHERE %s = %d: %q %v, made anew %q %v\n%s", index, columns, by, k, kept, err, fresh, e, tail(history))
					}
				}
			}
		}
	}
	t.Logf("%d queries have rows", answered)
}

func tail(history []string) (text string) {
	for _, h := range history[max(0, len(history)-25):] {
		text += h + "\n"
	}
	return text
}
