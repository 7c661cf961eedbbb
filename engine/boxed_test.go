package engine

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// TestBoxedColumns: a directory that was written when DECIMALs and documents were kept as go-mysql-server's values answers as
// one does that has them as digits and texts, also when its table gets another name, and when it is written anew.
func TestBoxedColumns(t *testing.T) {
	e := testEngine(t)
	s := e.NewSession(Client{})
	defer s.Close()
	run := func(text string) string {
		t.Helper()
		rows, err := all(s.Query(t.Context(), text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return fmt.Sprint(rows)
	}
	const columns = " (id INT PRIMARY KEY, n DECIMAL(8,2) UNIQUE, wide DECIMAL(30,4), d JSON)"
	run("CREATE TABLE old" + columns)
	run("CREATE TABLE new" + columns)
	kinds := func(table string) (kinds []store.Kind) {
		found, _ := e.storage.Store().Begin().Catalog().Table(tables.Database, table)
		return found.Definition.Columns
	}
	err := e.storage.Store().Alter(func(d *store.Draft) error {
		table, _ := d.Catalog().Table(tables.Database, "old")
		text, err := storage.Codec{}.EncodeDefinition(table.Definition)
		if err != nil {
			return err
		}
		old, err := storage.Codec{}.DecodeDefinition(bytes.ReplaceAll(text, []byte(`"packed":true`), []byte(`"packed":false`)))
		if err != nil {
			return err
		}
		if err := d.DropTable(tables.Database, "old"); err != nil {
			return err
		}
		_, err = d.CreateTable(tables.Database, "old", old)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	boxed := fmt.Sprint([]store.Kind{store.Int, store.Any, store.Any, store.Any})
	packed := fmt.Sprint([]store.Kind{store.Int, store.Int, store.Any, store.String})
	expect := func(table, want string) {
		t.Helper()
		if got := fmt.Sprint(kinds(table)); got != want {
			t.Errorf("%s has %s, not %s", table, got, want)
		}
	}
	expect("old", boxed)
	expect("new", packed)
	tables := []string{"old", "new"}
	same := func(query string) {
		t.Helper()
		a, b := run(fmt.Sprintf(query, tables[0])), run(fmt.Sprintf(query, tables[1]))
		if a != b {
			t.Errorf("%s:\n%s\n%s", query, a, b)
		}
	}
	queries := func() {
		t.Helper()
		for _, query := range []string{
			"SELECT * FROM %s ORDER BY id", "SELECT id FROM %s WHERE n = 1.5", "SELECT id FROM %s WHERE n BETWEEN -3 AND 1.489 ORDER BY id",
			"SELECT id FROM %s WHERE n > '1' ORDER BY n", "SELECT SUM(n), MIN(n), AVG(wide) FROM %s", "SELECT d->'$.a', COUNT(*) FROM %s GROUP BY d->'$.a' ORDER BY 1",
		} {
			same(query)
		}
	}
	same(`INSERT INTO %s VALUES (1, 1.5, 12345678901234567890.1234, '{"b": [1, 2.50], "a": "x"}'), (2, -3, NULL, NULL), (3, NULL, 0, '7'), (4, 1.489, -1, '[]')`)
	queries()
	same("UPDATE %s SET n = n * 2 + 0.005, d = JSON_SET(d, '$.a', id) WHERE id < 4")
	same("DELETE FROM %s WHERE id = 4")
	queries()
	run("RENAME TABLE old TO older, new TO newer")
	tables = []string{"older", "newer"}
	expect("older", boxed)
	expect("newer", packed)
	same("INSERT INTO %s (id, n, d) VALUES (5, 999999.99, 'null')")
	queries()
	same("ALTER TABLE %s MODIFY wide DECIMAL(31,4)") // which writes it anew
	expect("older", packed)
	queries()
}
