package storage_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// Triggers, foreign keys, generated columns and unique keys hold for all that several sessions write, in transactions and
// without, while indexes are made and dropped and columns come and go: no child is without its parent, counters are what triggers
// have counted of committed rows, and each index has what the table has.
func TestRulesBesideEachOther(t *testing.T) {
	clients := start(t, 6)
	ddl := clients[0]
	ddl.do(
		"CREATE TABLE p (id INT PRIMARY KEY, n INT NOT NULL DEFAULT 0, g INT AS (n * 10) STORED, KEY (g))",
		"CREATE TABLE c (id INT AUTO_INCREMENT PRIMARY KEY, pid INT, k INT, w INT AS (k + 1) VIRTUAL, UNIQUE (k), KEY w (w), "+
			"CONSTRAINT c_p FOREIGN KEY (pid) REFERENCES p (id))",
		"CREATE TABLE d (id INT AUTO_INCREMENT PRIMARY KEY, cid INT, CONSTRAINT d_c FOREIGN KEY (cid) REFERENCES c (id) ON DELETE CASCADE)",
		"CREATE TABLE counted (pid INT PRIMARY KEY, n INT NOT NULL)",
		"CREATE TRIGGER c1 AFTER INSERT ON c FOR EACH ROW INSERT INTO counted (pid, n) VALUES (NEW.pid, 1) ON DUPLICATE KEY UPDATE n = n + 1",
		"CREATE TRIGGER c2 AFTER DELETE ON c FOR EACH ROW UPDATE counted SET n = n - 1 WHERE pid = OLD.pid",
		"CREATE TRIGGER c3 BEFORE INSERT ON c FOR EACH ROW UPDATE p SET n = n + 1 WHERE id = NEW.pid",
		"INSERT INTO p (id) VALUES (0), (1), (2), (3), (4), (5), (6), (7)",
	)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	each := scaled(120)
	var writing atomic.Int32
	writing.Store(int32(len(clients) - 1))
	may := func(err error) error {
		var my *mysql.MyError
		if errors.As(err, &my) {
			switch my.Code {
			case mysql.ER_LOCK_DEADLOCK, mysql.ER_DUP_ENTRY, mysql.ER_NO_REFERENCED_ROW_2, mysql.ER_ROW_IS_REFERENCED_2, mysql.ER_TABLE_DEF_CHANGED:
				return nil
			}
		}
		return err
	}
	together(clients, func(worker int, c client) error {
		r := rand.New(rand.NewPCG(seed, uint64(worker)))
		if worker == 0 {
			for writing.Load() > 0 {
				for _, s := range []string{"CREATE INDEX i ON c (k, pid)", "CREATE UNIQUE INDEX u ON c (pid, k)", "ALTER TABLE counted ADD COLUMN more INT DEFAULT 1",
					"DROP INDEX i ON c", "ALTER TABLE counted DROP COLUMN more", "CREATE INDEX i ON d (cid, id)", "DROP INDEX u ON c", "DROP INDEX i ON d"} {
					if _, err := c.try("%s", s); err != nil {
						return fmt.Errorf("%s: %w", s, err)
					}
				}
			}
			return nil
		}
		defer writing.Add(-1)
		statement := func() string {
			switch r.IntN(9) {
			case 0:
				return fmt.Sprintf("DELETE FROM p WHERE id = %d", r.IntN(8))
			case 1:
				return fmt.Sprintf("INSERT IGNORE INTO p (id) VALUES (%d)", r.IntN(8))
			case 2:
				return fmt.Sprintf("DELETE FROM c WHERE k = %d", r.IntN(60))
			case 3:
				return fmt.Sprintf("INSERT INTO d (cid) SELECT id FROM c WHERE k = %d", r.IntN(60))
			case 4:
				return fmt.Sprintf("UPDATE c SET k = k + 1 WHERE pid = %d ORDER BY k DESC", r.IntN(8))
			case 5:
				return fmt.Sprintf("DELETE FROM c WHERE pid = %d", r.IntN(8))
			}
			return fmt.Sprintf("INSERT INTO c (pid, k) VALUES (%d, %d), (%d, %d)", r.IntN(8), r.IntN(60), r.IntN(8), r.IntN(60))
		}
		for range each {
			if r.IntN(3) > 0 {
				if s := statement(); true {
					if _, err := c.try("%s", s); may(err) != nil {
						return fmt.Errorf("%s: %w", s, err)
					}
				}
				continue
			}
			c.do("BEGIN")
			var failed error
			for range 1 + r.IntN(4) {
				s := statement()
				_, err := c.try("%s", s)
				if may(err) != nil {
					return fmt.Errorf("%s: %w", s, err)
				}
				failed = err
			}
			end := "COMMIT"
			if r.IntN(4) == 0 {
				end = "ROLLBACK"
			}
			if _, err := c.try("%s", end); may(err) != nil {
				return fmt.Errorf("%s: %w (behind %v)", end, err, failed)
			}
		}
		return nil
	})
	ddl.want("0", "SELECT COUNT(*) FROM c LEFT JOIN p ON p.id = c.pid WHERE p.id IS NULL")
	ddl.want("0", "SELECT COUNT(*) FROM d LEFT JOIN c ON c.id = d.cid WHERE c.id IS NULL")
	ddl.want("", "SELECT pid, n, (SELECT COUNT(*) FROM c WHERE c.pid = counted.pid) AS have FROM counted HAVING n <> have")
	ddl.want("0", "SELECT COUNT(*) FROM p WHERE g <> n * 10")
	ddl.want("0", "SELECT COUNT(*) FROM (SELECT k FROM c GROUP BY k HAVING COUNT(*) > 1) AS twice")
	rows, err := ddl.try("SELECT COUNT(*) FROM c")
	if err != nil {
		t.Fatal(err)
	}
	ddl.want(rows, "SELECT COUNT(*) FROM c FORCE INDEX (w) WHERE w >= 0")
	ddl.want(rows, "SELECT COUNT(*) FROM c FORCE INDEX (k) WHERE k >= 0")
	ddl.want(rows, "SELECT COUNT(*) FROM c FORCE INDEX (c_p) WHERE pid >= 0")
	if n, _ := strconv.Atoi(rows); n == 0 {
		t.Log("no rows are left")
	}
	for id := range 8 { // those that an index finds by one key are those that a scan does
		want, _ := ddl.try("SELECT COUNT(*) FROM c WHERE pid + 0 = %d", id)
		ddl.want(want, fmt.Sprintf("SELECT COUNT(*) FROM c WHERE pid = %d", id))
	}
}
