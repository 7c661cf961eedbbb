package store

import "testing"

// A fork of a store has its rows, and neither sees what the other writes then,
// the tail that both append to and the strings of both included.
func TestForkOfAStore(t *testing.T) {
	def := &Definition{Columns: []Kind{Int, String}}
	s := New(Options{})
	t.Cleanup(s.Close)
	var id TableID
	err := s.Alter(func(d *Draft) (err error) {
		if err = d.CreateDatabase("a", nil); err == nil {
			id, err = d.CreateTable("a", "t", def)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	insert := func(s *Store, id TableID, n int64, text string) {
		t.Helper()
		tx := s.Begin()
		if _, err := tx.Insert(id, Row{n, text}); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(nil); err != nil {
			t.Fatal(err)
		}
	}
	content := func(s *Store, id TableID) (all string) {
		for c := s.Begin().Scan(id, false); c.Next(); {
			all += c.Value(1).(string)
		}
		return all
	}
	insert(s, id, 1, "a")
	fork := s.Fork(Options{})
	insert(s, id, 2, "b")
	insert(fork, id, 3, "c")
	insert(s, id, 4, "d")
	if got := content(s, id) + " " + content(fork, id); got != "abd ac" {
		t.Errorf("store and fork have %s", got)
	}
	if err := fork.Alter(func(d *Draft) error { return d.CopyDatabase(s, "A") }); err != nil {
		t.Fatal(err)
	}
	copied, ok := fork.Begin().Catalog().Table("a", "t")
	if !ok || copied.ID == id {
		t.Fatalf("table %d is there: %v", copied.ID, ok)
	}
	insert(fork, copied.ID, 5, "e")
	insert(s, id, 6, "f")
	if got := content(s, id) + " " + content(fork, copied.ID); got != "abdf abde" {
		t.Errorf("store and fork have %s", got)
	}
}
