package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// withIndex is plain with an index of its number.
func withIndex(unique bool) *Definition {
	def := *plain
	def.Indexes = append(slices.Clone(def.Indexes), Index{Name: "x", Columns: []int{0}, Compare: []func(a, b any) int{byInt}, Unique: unique})
	return &def
}

// An index that is built while others commit has their rows.
func TestAlterBesideFollowsCommits(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	s, id := newTable(t, plain)
	write(t, s, func(tx *Tx) error {
		for range 3000 {
			if err := insertAll(tx, id, Row{int64(r.IntN(500)), "old"}); err != nil {
				return err
			}
		}
		return nil
	})
	change := func() {
		write(t, s, func(tx *Tx) error {
			n := 0
			for c := tx.Scan(id, false); c.Next() && n < 20; {
				if r.IntN(50) > 0 {
					continue
				}
				n++
				var err error
				if r.IntN(2) == 0 {
					err = tx.Delete(id, c.ID())
				} else {
					_, err = tx.Update(id, c.ID(), Row{int64(r.IntN(500)), "changed"})
				}
				if err != nil {
					return err
				}
			}
			return insertAll(tx, id, Row{int64(r.IntN(500)), "new"}, Row{nil, "new"})
		})
	}
	err := s.AlterBeside(t.Context(), func(d *Draft) error {
		for range 5 {
			change()
		}
		err := d.SetDefinition("d", "t", withIndex(false))
		for range 120 {
			change()
		}
		return errors.Join(err, d.RenameTable("d", "t", "u"))
	})
	if err != nil {
		t.Fatal(err)
	}
	tx := s.Begin()
	if table, ok := tx.Catalog().Table("d", "u"); !ok || len(table.Definition.Indexes) != 1 {
		t.Fatalf("table %v", table)
	}
	var byScan, byIndex []RowID
	for c := tx.Scan(id, false); c.Next(); {
		byScan = append(byScan, c.ID())
	}
	last := []any{nil}
	for c := tx.Seek(id, "x", Bound{}, Bound{}, false); c.Next(); {
		byIndex = append(byIndex, c.ID())
		if v := c.Value(0); v != nil {
			if last[0] != nil && byInt(last[0], v) > 0 {
				t.Fatalf("%v behind %v", v, last[0])
			}
			last[0] = v
		}
	}
	slices.Sort(byScan)
	slices.Sort(byIndex)
	if !slices.Equal(byScan, byIndex) {
		t.Errorf("%d rows in the table, %d in the index", len(byScan), len(byIndex))
	}
}

// A duplicate that is committed meanwhile is one, and leaves no trace of the index.
func TestAlterBesideMeetsDuplicates(t *testing.T) {
	s, id := newTable(t, plain, Row{int64(1), "a"}, Row{int64(2), "b"})
	err := s.AlterBeside(t.Context(), func(d *Draft) error {
		err := d.SetDefinition("d", "t", withIndex(true))
		write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(2), "c"}) })
		return err
	})
	var duplicate *DuplicateError
	if !errors.As(err, &duplicate) || duplicate.Index != "x" {
		t.Fatalf("%v", err)
	}
	if table, _ := s.Begin().Catalog().Table("d", "t"); table.Definition != plain {
		t.Errorf("the definition is %v", table.Definition)
	}
	want(t, s.Begin().Scan(id, false), Row{int64(1), "a"}, Row{int64(2), "b"}, Row{int64(2), "c"})
}

// Commits of a table that is held wait and find that it has changed, those of others do not.
func TestAlterBesideHolds(t *testing.T) {
	s, id := newTable(t, plain, Row{int64(1), "a"})
	var other TableID
	alter(t, s, func(d *Draft) (err error) {
		other, err = d.CreateTable("d", "other", plain)
		return err
	})
	committed := make(chan error, 1)
	err := s.AlterBeside(t.Context(), func(d *Draft) error {
		write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(2), "before"}) })
		if err := d.Hold("d", "t"); err != nil {
			return err
		}
		tx := s.Begin()
		if err := insertAll(tx, id, Row{int64(3), "held"}); err != nil {
			return err
		}
		go func() { committed <- tx.Commit(nil) }()
		write(t, s, func(tx *Tx) error { return insertAll(tx, other, Row{int64(4), "other"}) })
		return recompute(d, "d", "t", withIndex(false), func(row Row) (Row, error) {
			row[1] = row[1].(string) + "!"
			return row, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, <-committed, ErrChanged)
	want(t, s.Begin().Scan(id, false), Row{int64(1), "a!"}, Row{int64(2), "before!"})
	want(t, s.Begin().Scan(other, false), Row{int64(4), "other"})
	wantError(t, s.AlterBeside(t.Context(), func(d *Draft) error { return d.Hold("d", "nowhere") }), ErrNoTable)
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(5), "after"}) })
}

// What is cancelled leaves no trace.
func TestAlterBesideIsCancelled(t *testing.T) {
	s, _ := newTable(t, plain, Row{int64(1), "a"})
	ctx, cancel := context.WithCancel(t.Context())
	wantError(t, s.AlterBeside(ctx, func(d *Draft) error {
		err := d.SetDefinition("d", "t", withIndex(false))
		cancel()
		return err
	}), context.Canceled)
	if table, _ := s.Begin().Catalog().Table("d", "t"); table.Definition != plain {
		t.Errorf("the definition is %v", table.Definition)
	}
}
