package store

import (
	"context"
	"fmt"
	"testing"
)

// What stays of a table is shared: the vectors of its columns, its dictionaries and the runs of its indexes. A new column of one value
// takes the memory of a segment.
func TestReshapeShares(t *testing.T) {
	fewAreMany(t)
	def := &Definition{Columns: []Kind{Int, String, Int}, Indexes: []Index{
		{Name: "PRIMARY", Columns: []int{0}, Primary: true, Compare: []func(a, b any) int{byInt}},
		{Name: "s", Columns: []int{1, 2}, Compare: []func(a, b any) int{byText, byInt}},
	}}
	s, id := newTable(t, def)
	write(t, s, func(tx *Tx) error {
		for i := range int64(40) {
			if err := insertAll(tx, id, Row{i, string(rune('a' + i%7)), i * 31 % 40}); err != nil {
				return err
			}
		}
		return nil
	})
	alter(t, s, func(d *Draft) error { // its index is a run now
		return recompute(d, "d", "t", def, func(row Row) (Row, error) { return row, nil })
	})
	before, memory := s.Begin().table(id), s.Memory()
	next := &Definition{Columns: []Kind{Uint, Int, Int, String}, Indexes: []Index{
		{Name: "PRIMARY", Columns: []int{2}, Primary: true, Compare: []func(a, b any) int{byInt}},
		{Name: "s", Columns: []int{3, 1}, Compare: []func(a, b any) int{byText, byInt}},
	}}
	sources := []Source{{Column: -1, Value: uint64(7)}, {Column: 2}, {Column: 0}, {Column: 1}}
	alter(t, s, func(d *Draft) error { return d.Reshape("d", "t", next, sources, Computation{}) })
	after := s.Begin().table(id)
	for p := range after.parts {
		for i, from := range sources[1:] {
			if !after.parts[p].columns[i+1].is(&before.parts[p].columns[from.Column]) {
				t.Errorf("part %d has a copy of column %d", p, from.Column)
			}
		}
	}
	if len(after.indexes[1].positions) == 0 || !same(after.indexes[1].positions, before.indexes[1].positions) {
		t.Error("the index was made again")
	}
	if more := s.Memory() - memory; more != 8<<segmentBits {
		t.Errorf("a column of one value takes %d bytes", more)
	}
	if err := indexesAgree(s.Begin(), id); err != nil {
		t.Error(err)
	}
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{uint64(8), int64(1), int64(90), "new"}) })
	if c := s.Begin().Scan(id, true); !c.Next() || c.Value(0) != uint64(8) || !c.Next() || c.Value(0) != uint64(7) {
		t.Error("the last rows are others")
	}
}

// A computation gets the rows in the order of a scan, and can be ended.
func TestReshapeIsEnded(t *testing.T) {
	fewAreMany(t)
	s, id := newTable(t, keyed)
	write(t, s, func(tx *Tx) error {
		for i := range int64(30) {
			if err := insertAll(tx, id, Row{i * 17 % 30, fmt.Sprint(i), nil}); err != nil {
				return err
			}
		}
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	var seen []int64
	wantError(t, s.Alter(func(d *Draft) error {
		d.EndWith(ctx)
		return d.Reshape("d", "t", keyed, []Source{{Column: 0}, {Column: 1}, {Column: -1, Computed: true}}, Computation{
			Reads: []int{0},
			Compute: func(rows []Values, n int, to []Values) error {
				seen = append(seen, rows[0].Ints...)
				to[0] = rows[0]
				if len(seen) >= 20 {
					cancel()
				}
				return nil
			},
		})
	}), context.Canceled)
	if len(seen) != 20 {
		t.Errorf("%d rows were computed", len(seen))
	}
	for i, x := range seen {
		if x != int64(i) {
			t.Fatalf("the rows came as %v", seen)
		}
	}
}

// What is known of a column's values is not another's, whose number it gets.
func TestStatisticsOfReshapedColumns(t *testing.T) {
	s, id := newTable(t, &Definition{Columns: []Kind{Int, Int}})
	write(t, s, func(tx *Tx) error {
		for i := range int64(100) {
			if err := insertAll(tx, id, Row{i, i % 5}); err != nil {
				return err
			}
		}
		return nil
	})
	if n := s.Begin().Statistics(id, 0).Distinct; n != 100 {
		t.Errorf("%d values", n)
	}
	alter(t, s, func(d *Draft) error {
		return d.Reshape("d", "t", &Definition{Columns: []Kind{Int}}, []Source{{Column: 1}}, Computation{})
	})
	if n := s.Begin().Statistics(id, 0).Distinct; n != 5 {
		t.Errorf("%d values", n)
	}
}
