package servertest_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestChangesManyAsOneByOne changes many rows of a table, which is done at once, and of another with the same rows and a trigger
// that does nothing, for which each row is changed by itself.
func TestChangesManyAsOneByOne(t *testing.T) {
	conn, exec := executor(t)
	const columns = `id INT %s, k INT, d DECIMAL(8,2), f DOUBLE, s VARCHAR(20), day DATE, at DATETIME(3), e ENUM('a', 'b'), b BIGINT UNSIGNED, x TEXT,
		KEY k (k), KEY s (s, day), KEY f (f)`
	statements := []string{
		"UPDATE T SET f = f * 1.5",
		"UPDATE T SET f = f * 1.5 WHERE id % 3 > 0",
		"UPDATE T SET k = k + 1, d = -d",
		"UPDATE T SET k = NULL WHERE k < 50",
		"UPDATE T SET k = 7, s = NULL, day = NULL WHERE id % 2 = 0",
		"UPDATE T SET s = CONCAT(s, id), x = UUID_SHORT() * 0",
		"UPDATE T SET s = 'all', e = 'b', at = day",
		"UPDATE T SET e = IF(id % 2, e, NULL), b = b + 1 WHERE id > 10",
		"UPDATE T SET day = day + INTERVAL id DAY, f = NULL WHERE f IS NOT NULL",
		"UPDATE T SET s = s",               // nothing changes
		"UPDATE T SET s = UPPER(s), k = k", // what differs in letter case does
		"UPDATE T SET b = b - 100000000",   // out of range: none is changed
		"UPDATE T SET s = REPEAT(s, 3)",    // too long, perhaps
		"UPDATE IGNORE T SET s = REPEAT(s, 2), k = k * 2",
		"UPDATE T SET id = id + 100000",
		"UPDATE T SET id = -id WHERE id % 2 = 0",
		"UPDATE T JOIN (SELECT DISTINCT k FROM T) t USING (k) SET T.f = T.k, T.s = 'joined'",
		"DELETE FROM T WHERE id % 5 = 1",
		"DELETE FROM T WHERE s > 'm'",
		"DELETE FROM T",
		"INSERT INTO T SELECT id + 1000000, k, d, f, s, day, at, e, b, x FROM T LIMIT 500",
		"INSERT INTO T (id, k, s) VALUES (5000001, 3, 'one'), (5000002, NULL, 'two')",
		"BEGIN; UPDATE T SET f = 1; ROLLBACK",
		"BEGIN; UPDATE T SET f = 2; UPDATE T SET k = f WHERE id % 2 = 0; DELETE FROM T WHERE id % 7 = 0; COMMIT",
		"BEGIN; DELETE FROM T WHERE id % 4 = 0; INSERT INTO T (id, k) VALUES (7000001, 1); SAVEPOINT x; UPDATE T SET k = 5; ROLLBACK TO x; COMMIT",
		"BEGIN; SAVEPOINT x; UPDATE T SET s = 'lost'; ROLLBACK TO x; UPDATE T SET k = k + 5; COMMIT",
	}
	queries := []string{
		"SELECT * FROM T", "SELECT COUNT(*), SUM(k), SUM(d), MIN(f), MAX(s), MAX(day) FROM T", "SELECT id FROM T WHERE k BETWEEN 5 AND 60 ORDER BY k, id",
		"SELECT id, f FROM T WHERE s = 'all' OR s LIKE 'w1%' ORDER BY s, day, id", "SELECT k FROM T FORCE INDEX (k) WHERE k > 90 ORDER BY k DESC LIMIT 40",
		"SELECT id FROM T WHERE k = 41 ORDER BY id", "SELECT id FROM T WHERE s = 'w17' ORDER BY id", "SELECT id FROM T WHERE s = 'W17' AND day = '2024-03-05' ORDER BY id",
		"SELECT * FROM T WHERE id IN (3, 17, -18, 100019, 5000001)", "SELECT s, COUNT(*) FROM T GROUP BY s ORDER BY s", "SELECT id FROM T WHERE f IS NULL ORDER BY id LIMIT 9",
	}
	for seed := uint64(1); seed <= 3; seed++ {
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 0))
		var values strings.Builder
		for _, id := range r.Perm(9000) {
			if r.IntN(3) > 0 { // rows that are not in the order of their keys as well
				id = values.Len()
			}
			null := func(x string) string {
				if r.IntN(9) == 0 {
					return "NULL"
				}
				return x
			}
			fmt.Fprintf(&values, "(%d, %s, %s, %s, %s, %s, '2024-02-29 10:00:00.5', %s, %d, %s), ", id, null(fmt.Sprint(r.IntN(100))), null(fmt.Sprintf("%d.25", r.IntN(1000))),
				null(fmt.Sprint(r.Float64())), null(fmt.Sprintf("'w%d'", r.IntN(300))), null(fmt.Sprintf("'2024-%02d-05'", 1+r.IntN(12))), null("'a'"), r.IntN(1000)+99999500,
				null(fmt.Sprintf("'t%d'", id)))
		}
		key := []string{"PRIMARY KEY", "", "UNIQUE"}[seed%3]
		for _, table := range []string{"many", "single"} {
			exec("DROP TABLE IF EXISTS " + table)
			exec("CREATE TABLE " + table + " (" + fmt.Sprintf(columns, key) + ")")
			exec("INSERT IGNORE INTO " + table + " VALUES " + strings.TrimSuffix(values.String(), ", "))
		}
		for _, event := range []string{"UPDATE", "DELETE"} {
			exec("CREATE TRIGGER nothing_" + event + " BEFORE " + event + " ON single FOR EACH ROW SET @nothing = 1")
		}
		for range 10 {
			statement := statements[r.IntN(len(statements))]
			var got [2]string
			for k, table := range []string{"many", "single"} {
				name := func(text string) string {
					return strings.NewReplacer(" T ", " "+table+" ", " T)", " "+table+")", "T.", table+".", " T;", " "+table+";").Replace(text + ";")
				}
				var all []string
				for one := range strings.SplitSeq(strings.TrimSuffix(name(statement), ";"), ";") {
					result, err := conn.ExecContext(t.Context(), one)
					if err != nil {
						all = append(all, err.Error())
						continue
					}
					n, _ := result.RowsAffected()
					all = append(append(all, fmt.Sprint(n, " rows affected")), texts(t, conn, "SHOW WARNINGS")...)
				}
				for _, q := range queries {
					all = append(all, texts(t, conn, strings.TrimSuffix(name(q), ";"))...)
				}
				got[k] = strings.ReplaceAll(strings.Join(all, "\n"), "single", "many")
			}
			if diff := cmp.Diff(strings.Split(got[1], "\n"), strings.Split(got[0], "\n")); diff != "" {
				t.Fatalf("%s\n%.3000s", statement, diff)
			}
		}
	}
}

// An UPDATE of many rows has AUTO_INCREMENT go on behind what it gives them, as one of a few has.
func TestChangesManyAutoIncrement(t *testing.T) {
	conn, exec := executor(t)
	exec("CREATE TABLE n (a INT AUTO_INCREMENT, b INT, KEY (a))")
	exec("INSERT INTO n (b) SELECT 0 FROM JSON_TABLE(CONCAT('[0', REPEAT(',0', 4999), ']'), '$[*]' COLUMNS (x INT PATH '$')) j")
	exec("UPDATE n SET a = a + 100000")
	exec("INSERT INTO n (b) VALUES (1)")
	if diff := cmp.Diff([]string{"5001 105001 105001"}, texts(t, conn, "SELECT CONCAT_WS(' ', COUNT(*), MAX(a), MAX(IF(b = 1, a, 0))) FROM n")); diff != "" {
		t.Error(diff)
	}
}
