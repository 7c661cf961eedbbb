package store

import "testing"

// TestStatistics estimates columns of known values, as rows come and go.
func TestStatistics(t *testing.T) {
	s, id := newTable(t, &Definition{Columns: []Kind{Int, Int, String, Float, Any, Uint}})
	if got := s.Begin().Statistics(id, 0); got != (Statistics{}) {
		t.Errorf("of no rows %+v", got)
	}
	const rows = 100_000
	tx := s.Begin()
	for i := range int64(rows) {
		row := Row{i, i % 100, string(rune('a' + i%7)), float64(i) / 2, nil, uint64(i % 5000)}
		if i%4 == 0 {
			row[1] = nil
		}
		if _, err := tx.Insert(id, row); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(nil); err != nil {
		t.Fatal(err)
	}
	about := func(what string, got, want int) {
		t.Helper()
		if got < want*8/10 || got > want*12/10 {
			t.Errorf("%s: %d, about %d there are", what, got, want)
		}
	}
	check := func(column, distinct, nulls int, low, high any) {
		t.Helper()
		got := s.Begin().Statistics(id, column)
		about("different values", got.Distinct, distinct)
		about("NULLs", got.Nulls, nulls)
		if got.Low != low || got.High != high {
			t.Errorf("column %d: from %v to %v, want %v to %v", column, got.Low, got.High, low, high)
		}
	}
	check(0, rows, 0, int64(0), int64(rows-1))
	check(1, 75, rows/4, int64(1), int64(99))
	check(2, 7, 0, nil, nil)
	check(3, rows, 0, 0.0, float64(rows-1)/2)
	check(4, 0, rows, nil, nil)
	check(5, 5000, 0, uint64(0), uint64(4999))

	tx = s.Begin()
	if _, err := tx.Insert(id, Row{int64(-5), int64(7), "z", nil, nil, nil}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(nil); err != nil {
		t.Fatal(err)
	}
	check(0, rows, 0, int64(-5), int64(rows-1))
	if got := s.Begin().Statistics(id, 3).Nulls; got != 1 {
		t.Errorf("%d NULLs of one", got)
	}
}
