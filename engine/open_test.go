package engine

import (
	"bytes"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/storage"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// TestCheck finds the rows that are against a foreign key or a CHECK: a NULL is not, nor is a
// row against a CHECK that is not enforced.
func TestCheck(t *testing.T) {
	e := testEngine(t)
	s := e.NewSession(Client{})
	defer s.Close()
	run := func(statements ...string) {
		t.Helper()
		for _, text := range statements {
			if _, err := all(s.Query(t.Context(), text)); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	}
	run("CREATE TABLE p (id INT PRIMARY KEY)",
		"CREATE TABLE c (id INT, p INT, CONSTRAINT parent FOREIGN KEY (p) REFERENCES p (id), "+
			"CONSTRAINT positive CHECK (id > 0) NOT ENFORCED, CONSTRAINT small CHECK (`id` < 100 AND 'it''s' = 'it''s') NOT ENFORCED)",
		"INSERT INTO p VALUES (1)", "INSERT INTO c VALUES (1, 1), (NULL, NULL), (-1, 1)")
	if _, err := e.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Enforced now, as if the row had been written by a release that did not look.
	err := e.storage.Store().Alter(func(d *store.Draft) error {
		table, _ := d.Catalog().Table(tables.Database, "c")
		text, err := storage.Codec{}.EncodeDefinition(table.Definition)
		if err != nil {
			return err
		}
		enforced, err := storage.Codec{}.DecodeDefinition(bytes.ReplaceAll(text, []byte(`"enforced":false`), []byte(`"enforced":true`)))
		if err != nil {
			return err
		}
		return d.SetDefinition(tables.Database, "c", enforced)
	})
	if err != nil {
		t.Fatal(err)
	}
	run("SET foreign_key_checks = 0", "INSERT INTO c VALUES (2, 99)")
	_, err = e.Check(t.Context())
	for _, want := range []string{"c: CHECK positive is violated", "c: foreign key parent: no row of p has the key [99]"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: not %s", err, want)
		}
	}
	if err != nil && strings.Contains(err.Error(), "small") {
		t.Error(err)
	}
}
