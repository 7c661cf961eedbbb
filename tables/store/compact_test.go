package store

import "testing"

// A commit that has made a compacted table anew, without many of its rows, leaves nothing for a compaction beside it to follow.
func TestCompactBesideRemove(t *testing.T) {
	fewAreMany(t)
	const n = 64
	var column Values
	for i := range int64(n) {
		column.Ints = append(column.Ints, i)
	}
	s, id := newTable(t, &Definition{Columns: []Kind{Int}})
	tx := s.Begin()
	if ok, err := tx.Append(id, []Values{column}, n); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := tx.Commit(nil); err != nil {
		t.Fatal(err)
	}
	table := func() *version {
		v, _ := s.root.Load().tables.Get(id)
		return v
	}
	// It is compacted, and one of its rows is deleted then.
	base, err := table().compact(s.open)
	if err != nil {
		t.Fatal(err)
	}
	e := base.edit()
	e.delete(base.parts[0].id(0))
	base = e.version

	newest, err := base.rewritten(s.open, &rewrite{rows: []RowID{base.parts[0].id(1), base.parts[0].id(2)}})
	if err != nil {
		t.Fatal(err)
	}
	if newest.compacted.parts != base.compacted.parts {
		t.Fatal("it has another number of parts")
	}
	if newest.continues(base) {
		t.Error("what was deleted comes back")
	}
	e = newest.edit()
	e.delete(newest.parts[0].id(3))
	if !e.continues(newest) {
		t.Error("a row less is not followed")
	}
}
