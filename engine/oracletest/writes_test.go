package oracletest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/script"
)

// writes makes statements of all kinds that write, of tables that have everything at once: AUTO_INCREMENT, keys of several columns,
// generated columns of one another, CHECK, foreign keys that cascade in steps, views with CHECK OPTION, triggers that fail in the
// middle; in and out of transactions.
type writes struct{ *rand.Rand }

func (g writes) one(of ...string) string { return of[g.IntN(len(of))] }

func (g writes) tables() []string {
	action := func() string { return g.one("CASCADE", "CASCADE", "SET NULL", "RESTRICT", "NO ACTION") }
	return []string{
		"CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, k INT, t VARCHAR(4), n TINYINT NOT NULL DEFAULT 1, " +
			"ts DATETIME NOT NULL DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP, x INT AS (n * 2) VIRTUAL, y INT AS (x + k) STORED, z INT AS (y - x) VIRTUAL, " +
			"UNIQUE kt (k, t), UNIQUE y (y), KEY z (z), CONSTRAINT small CHECK (n < 100 AND k <> 13))",
		"CREATE TABLE b (p INT NOT NULL, q INT NOT NULL, k INT, t VARCHAR(4), d DECIMAL(4,1) DEFAULT 2.5, PRIMARY KEY (p, q), KEY kt (k, t), " +
			"CONSTRAINT b_a FOREIGN KEY (k, t) REFERENCES a (k, t) ON DELETE " + action() + " ON UPDATE " + action() + ")",
		"CREATE TABLE c (id INT PRIMARY KEY, p INT, q INT, w INT AS (p * 100 + q) VIRTUAL, UNIQUE (w), " +
			"CONSTRAINT c_b FOREIGN KEY (p, q) REFERENCES b (p, q) ON DELETE " + action() + " ON UPDATE " + action() + ")",
		"CREATE TABLE f (id INT PRIMARY KEY, up INT, aid INT, CONSTRAINT f_f FOREIGN KEY (up) REFERENCES f (id) ON DELETE " + action() + " ON UPDATE " + g.one("RESTRICT", "NO ACTION", "CASCADE") + ", " +
			"CONSTRAINT f_a FOREIGN KEY (aid) REFERENCES a (id) ON DELETE " + action() + " ON UPDATE " + action() + ")",
		"CREATE TABLE log (n INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(100))",
		"CREATE TABLE once (what INT PRIMARY KEY, times INT DEFAULT 1)",
		"CREATE VIEW v AS SELECT id, k, t, n FROM a WHERE n < 5 WITH CASCADED CHECK OPTION",
		"CREATE VIEW v2 AS SELECT id, k AS kk, n FROM v WHERE k > 1 WITH CASCADED CHECK OPTION",
		"CREATE VIEW j AS SELECT a.id, a.n, b.p, b.q, b.d FROM a JOIN b ON a.k = b.k AND a.t = b.t",
		"CREATE TRIGGER b1 BEFORE INSERT ON b FOR EACH ROW IF NEW.d > 900 THEN SET NEW.d = 900; END IF",
		"CREATE TRIGGER b2 AFTER INSERT ON b FOR EACH ROW INSERT INTO once (what) VALUES (NEW.p) ON DUPLICATE KEY UPDATE times = times + 1",
		"CREATE TRIGGER b3 AFTER UPDATE ON b FOR EACH ROW BEGIN IF OLD.d = 7 THEN INSERT INTO once (what) VALUES (NEW.q); END IF; INSERT INTO log (what) VALUES (CONCAT_WS(' ', 'b', OLD.p, OLD.q, OLD.d, NEW.p, NEW.q, NEW.d)); END",
		"CREATE TRIGGER b4 BEFORE DELETE ON b FOR EACH ROW UPDATE once SET times = times - 1 WHERE what = OLD.p",
		"CREATE TRIGGER c1 AFTER INSERT ON c FOR EACH ROW INSERT INTO log (what) VALUES (CONCAT_WS(' ', 'c', NEW.id, NEW.w, LAST_INSERT_ID()))",
		"CREATE TRIGGER f1 BEFORE UPDATE ON f FOR EACH ROW SET NEW.up = IF(NEW.up = 9, NULL, NEW.up)",
		"CREATE TRIGGER f2 AFTER DELETE ON f FOR EACH ROW DELETE FROM c WHERE id = OLD.id",
	}
}

var writeColumns = map[string][]string{
	"a": {"id", "k", "t", "n"}, "b": {"p", "q", "k", "t", "d"}, "c": {"id", "p", "q"}, "f": {"id", "up", "aid"},
	"v": {"id", "k", "t", "n"}, "v2": {"id", "kk", "n"},
}

func (g writes) value(column string) string {
	switch r := g.IntN(40); {
	case r < 3:
		return "NULL"
	case r == 3 && (column == "n" || column == "d"):
		return g.one("300", "-300", "99999", "100", "'x'", "'7x'", "1.26", "''", "950")
	case r == 4:
		return g.one("'abcde'", "13", "'4'", "2.5")
	case r == 5:
		return "DEFAULT"
	}
	switch column {
	case "t":
		return g.one("'a'", "'b'", "'c'")
	case "d":
		return fmt.Sprint(1+g.IntN(9)) + g.one("", ".5", ".25")
	}
	return fmt.Sprint(1 + g.IntN(7))
}

func (g writes) insert(table string) string {
	names := slices.Clone(writeColumns[table])
	// A column without a default is refused in another order where something else is wrong, too.
	if i := g.IntN(len(names)); g.IntN(3) == 0 && (names[i] != "id" || strings.Contains("a v v2", table)) && names[i] != "p" && names[i] != "q" {
		names = slices.Delete(names, i, i+1)
	}
	text := " INTO " + table + " (" + strings.Join(names, ", ") + ") "
	rows := make([]string, 1+g.IntN(3))
	if strings.Contains("a v v2", table) && names[0] != "id" { // of which InnoDB takes numbers for all at once, also when it fails
		rows = rows[:1]
	}
	for i := range rows {
		values := make([]string, len(names))
		for j := range values {
			values[j] = g.value(names[j])
		}
		if len(rows) > 1 && names[0] == "id" { // with some of them InnoDB takes more numbers than it needs
			values[0] = fmt.Sprint(1 + g.IntN(9))
		}
		rows[i] = "(" + strings.Join(values, ", ") + ")"
	}
	text += "VALUES " + strings.Join(rows, ", ")
	switch g.IntN(6) {
	case 0:
		if table[0] != 'v' { // MariaDB takes rows away that the view does not show
			return "REPLACE" + text
		}
	case 1:
		column := names[g.IntN(len(names))]
		return "INSERT" + text + " ON DUPLICATE KEY UPDATE " + column + " = " + g.one(g.value(column), "VALUES("+column+")")
	case 2:
		if table[0] != 'v' { // MariaDB does not make a warning of 1369 where there is one row
			return "INSERT IGNORE" + text
		}
	}
	return "INSERT" + text
}

func (g writes) where(names []string) string {
	switch g.IntN(5) {
	case 0:
		return ""
	case 1:
		return " WHERE " + g.one(names...) + " IS NULL"
	}
	name := g.one(names...)
	to := g.one("1", "2", "3", "4")
	if name == "t" {
		to = g.one("'a'", "'b'")
	}
	return " WHERE " + name + g.one(" = ", " >= ", " < ") + to
}

func (g writes) statement() string {
	table := g.one("a", "a", "b", "b", "c", "f", "f", "v", "v2")
	names := writeColumns[table]
	order := map[string]string{"b": "p, q"}[table]
	if order == "" {
		order = "id"
	}
	order = " ORDER BY " + order + g.one("", " DESC")
	switch k := g.IntN(20); {
	case k < 9:
		return g.insert(table)
	case k < 13:
		column := g.one(names...)
		value := g.value(column)
		if value == "DEFAULT" {
			value = "3"
		}
		if column != "t" && g.IntN(3) == 0 {
			value = column + g.one(" + 1", " - 1", " * 2")
		}
		set := column + " = " + value
		if g.IntN(4) == 0 {
			if other := g.one(names...); other != column {
				set += ", " + other + " = " + g.one(strings.ReplaceAll(g.value(other), "DEFAULT", "2"), other)
			}
		}
		text := "UPDATE " + table + " SET " + set + g.where(names) + order
		if g.IntN(3) == 0 {
			text += fmt.Sprintf(" LIMIT %d", 1+g.IntN(2))
		}
		return text
	case k < 15:
		return "DELETE FROM " + table + g.where(names) + order
	case k == 15:
		return g.one(
			"UPDATE a JOIN b ON a.k = b.k AND a.t = b.t SET a.n = a.n + 1, b.d = b.d + 1 WHERE a.id = "+fmt.Sprint(1+g.IntN(6))+" AND b.p = 2",
			"UPDATE j SET d = 7 WHERE p = "+fmt.Sprint(1+g.IntN(6)),
			"UPDATE j SET n = "+g.value("n")+" WHERE id = "+fmt.Sprint(1+g.IntN(6)),
			"DELETE b FROM a JOIN b ON a.k = b.k WHERE a.id = "+fmt.Sprint(1+g.IntN(6)),
			"DELETE f, c FROM f JOIN c ON f.id = c.id WHERE f.id < "+fmt.Sprint(1+g.IntN(6)),
			"DELETE a FROM a LEFT JOIN f ON f.aid = a.id WHERE f.id IS NULL AND a.n = "+fmt.Sprint(1+g.IntN(6)),
		)
	case k == 16:
		return g.one(
			"INSERT INTO b (p, q, k, t, d) SELECT id, n, k, t, 1 FROM a WHERE id < "+fmt.Sprint(1+g.IntN(6))+" ORDER BY id",
			"INSERT IGNORE INTO c (id, p, q) SELECT p + q, p, q FROM b ORDER BY p, q",
			"REPLACE INTO c (id, p, q) SELECT q, p, q FROM b WHERE p = "+fmt.Sprint(1+g.IntN(6))+" ORDER BY p, q",
			"REPLACE INTO f (id, up, aid) SELECT id, NULL, id FROM a ORDER BY id LIMIT 2",
			"INSERT INTO f (id, up, aid) SELECT n, NULL, id FROM a ORDER BY id LIMIT 3 ON DUPLICATE KEY UPDATE aid = NULL",
			"UPDATE a SET id = id + 1 ORDER BY id DESC",
			"UPDATE b SET p = p + 1, q = q - 1 ORDER BY p DESC, q",
		)
	case k == 17:
		return g.one("START TRANSACTION", "SAVEPOINT s", "ROLLBACK TO s", "COMMIT", "ROLLBACK", "ROLLBACK")
	}
	return g.insert(g.one("a", "b"))
}

// What a statement that writes answers, and what it leaves, is the same on both servers: rows, errors and the key that 1062
// names, numbers of rows, LAST_INSERT_ID() and warnings.
func TestWrites(t *testing.T) {
	them, ours := mariadb(t)(), verbatim(t)()
	t.Logf("seed %d", *seed)
	failed, refused, done := 0, 0, 0
	for s := *seed; done < *count/4 && failed < *shown; s++ {
		g := writes{rand.New(rand.NewPCG(s, 3))}
		made := g.tables()
		for _, target := range []script.Target{them, ours} {
			must(t, target, "ROLLBACK")
			must(t, target, "DROP DATABASE IF EXISTS writes")
			must(t, target, "CREATE DATABASE writes")
			must(t, target, "USE writes")
			must(t, target, "DO LAST_INSERT_ID(0)")
			for _, text := range made {
				must(t, target, text)
			}
			must(t, target, "ALTER TABLE a AUTO_INCREMENT = 1000") // MariaDB does not go on behind what an UPDATE makes greater
		}
		var history []string
		for range 60 {
			text := g.statement()
			history = append(history, text)
			done++
			a, b := Ask(ours, text), Ask(them, text)
			if b.Err != nil {
				refused++
			}
			var reasons []string
			if reason := differ(a, b); reason != "" && !excused(a, b, text) {
				reasons = append(reasons, reason)
			}
			if a.Err != nil && b.Err != nil { // which leaves LAST_INSERT_ID() undefined
				must(t, ours, "DO LAST_INSERT_ID(0)")
				must(t, them, "DO LAST_INSERT_ID(0)")
			}
			if a.Err == nil && b.Err == nil {
				queries := []string{"SELECT ROW_COUNT()", "SELECT LAST_INSERT_ID()"}
				if strings.Contains(text, "ON DUPLICATE KEY") {
					queries = nil // MariaDB counts a row that a trigger leaves as it is, and numbers those that it has updated
				}
				for _, query := range queries {
					if x, y := Ask(ours, query), Ask(them, query); Compare(x, y, true) != Same {
						reasons = append(reasons, fmt.Sprintf("%s: ours %q, MariaDB's %q", query, x.Lines(), y.Lines()))
					}
				}
			}
			for _, query := range []string{
				"SELECT id, k, t, n, x, y, z, ts = '2020-01-01' FROM a ORDER BY id", "SELECT * FROM b ORDER BY p, q", "SELECT * FROM c ORDER BY id", "SELECT * FROM f ORDER BY id",
				"SELECT what FROM log ORDER BY n", "SELECT * FROM once ORDER BY what", "SELECT id FROM a FORCE INDEX (z) WHERE z > -100000 ORDER BY id",
				"SELECT id FROM c FORCE INDEX (w) WHERE w > -100000 ORDER BY id",
			} {
				x, y := Ask(ours, query), Ask(them, query)
				if kind := Compare(x, y, true); kind != Same && kind != Spelled {
					reasons = append(reasons, fmt.Sprintf("%s: ours %q, MariaDB's %q", query, difference(x, y), difference(y, x)))
				}
			}
			if len(reasons) > 0 {
				failed++
				t.Errorf("seed %d: %s: ours %v, MariaDB's %v\n%s\n%s;\n\n%s;", s, text, a.Err, b.Err, strings.Join(reasons, "\n"), made[1][150:]+made[2][100:]+made[3][50:], strings.Join(history, ";\n"))
				break
			}
		}
	}
	t.Logf("%d statements, MariaDB refuses %d", done, refused)
}

// differ tells how two errors differ; "": in nothing that counts.
func differ(a, b Answer) string {
	code := b.Code()
	if code == 4025 { // MariaDB's own number of CHECK
		code = 3819
	}
	if (a.Err == nil) != (b.Err == nil) || a.Code() != code {
		return "errors differ"
	}
	if a.Code() == mysql.ER_DUP_ENTRY {
		var x, y *mysql.MyError
		errors.As(a.Err, &x)
		errors.As(b.Err, &y)
		before, key, _ := strings.Cut(x.Message, "for key '")
		_, key, _ = strings.Cut(key, ".")
		if before+"for key '"+key != y.Message {
			return "keys differ"
		}
	}
	return ""
}

// excused tells whether MySQL's error is rightly another than MariaDB's, or which of several errors comes first is left open:
// views are asked before anything is written, and the foreign keys of a row and those that name it are asked in no order.
func excused(ours, them Answer, text string) bool {
	key := func(code uint16) bool {
		return code == mysql.ER_ROW_IS_REFERENCED_2 || code == mysql.ER_NO_REFERENCED_ROW_2
	}
	return ours.Code() == mysql.ER_VIEW_CHECK_FAILED && them.Err != nil || key(ours.Code()) && key(them.Code()) ||
		them.Code() == mysql.ER_FOREIGN_DUPLICATE_KEY_WITH_CHILD_INFO && ours.Code() == mysql.ER_DUP_ENTRY ||
		them.Code() == 4025 && strings.HasPrefix(text, "INSERT IGNORE")
}
