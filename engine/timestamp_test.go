package engine

import (
	"bytes"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// A TIMESTAMP of a directory from before these were kept in UTC stays what was written, whatever becomes of its table, until it is
// defined anew: then it was in the session's time zone.
func TestTimestampsAsWritten(t *testing.T) {
	e := testEngine(t)
	s := e.NewSession(Client{})
	defer s.Close()
	run := func(text string) string {
		t.Helper()
		rows, err := all(s.Query(t.Context(), text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		_, rows, _ = strings.Cut(rows, "\n")
		return strings.ReplaceAll(strings.TrimSpace(rows), "\n", "; ")
	}
	expect := func(query, want string) {
		t.Helper()
		if got := run(query); got != want {
			t.Errorf("%s: %q, not %q", query, got, want)
		}
	}
	run("CREATE TABLE old (at TIMESTAMP PRIMARY KEY, n INT)")
	err := e.storage.Store().Alter(func(d *store.Draft) error {
		table, _ := d.Catalog().Table(tables.Database, "old")
		text, err := storage.Codec{}.EncodeDefinition(table.Definition)
		if err != nil {
			return err
		}
		old, err := storage.Codec{}.DecodeDefinition(bytes.ReplaceAll(text, []byte(`,"utc":true`), nil))
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
	run("SET time_zone = '+02:00'")
	run("INSERT INTO old VALUES ('2024-01-01 12:00:00', 1)")
	run("SET time_zone = '+00:00'")
	expect("SELECT at FROM old", "2024-01-01 12:00:00")
	run("ALTER TABLE old ADD COLUMN more TIMESTAMP DEFAULT '2024-01-01 12:00:00'")
	run("ALTER TABLE old MODIFY n BIGINT")
	run("RENAME TABLE old TO older")
	run("SET time_zone = '+02:00'")
	expect("SELECT at, n, more FROM older WHERE at = '2024-01-01 12:00:00'", "2024-01-01 12:00:00\t1\t2024-01-01 14:00:00")
	run("ALTER TABLE older MODIFY at TIMESTAMP")
	expect("SELECT at, n, more FROM older WHERE at = '2024-01-01 12:00:00'", "2024-01-01 12:00:00\t1\t2024-01-01 14:00:00")
	run("SET time_zone = '+00:00'")
	expect("SELECT at, n, more FROM older WHERE at = '2024-01-01 10:00:00'", "2024-01-01 10:00:00\t1\t2024-01-01 12:00:00")
}
