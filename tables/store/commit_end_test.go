package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
)

// askedContext ends when it has been asked so many times.
type askedContext struct {
	context.Context
	left  int64
	asked atomic.Int64
}

func (c *askedContext) Err() error {
	if c.asked.Add(1) > c.left {
		return context.Canceled
	}
	return nil
}

// A commit of many rows is ended by its context at any moment, and leaves the store as it was.
func TestCommitEnds(t *testing.T) {
	const n = 70_000
	var columns [3]Values
	for i := range int64(n) {
		columns[0].Ints = append(columns[0].Ints, (i*7919+3)%n) // in no order
		columns[1].Strings = append(columns[1].Strings, fmt.Sprint("u", i*31%n))
		columns[2].Ints = append(columns[2].Ints, i%100)
	}
	s, id := newTable(t, &Definition{Columns: []Kind{Int, String, Int}, Indexes: []Index{
		{Name: "PRIMARY", Columns: []int{0}, Primary: true, Compare: []func(a, b any) int{byInt}},
		{Name: "name", Columns: []int{1}, Compare: []func(a, b any) int{byText}},
		{Name: "age", Columns: []int{2, 1}, Compare: []func(a, b any) int{byInt, byText}},
	}}, Row{int64(-1), "first", int64(7)})
	endsAnywhere(t, s, id, func(tx *Tx) {
		added := columns
		if ok, err := tx.Append(id, added[:], n); err != nil || !ok {
			t.Fatal(ok, err)
		}
	})
	tx := s.Begin()
	if rows := tx.Rows(id); rows != n+1 {
		t.Errorf("%d rows", rows)
	}
	last := int64(-2)
	for c := tx.Scan(id, false); c.Next(); last = c.Value(0).(int64) {
		if x := c.Value(0).(int64); x != last+1 {
			t.Fatalf("%d behind %d", x, last)
		}
	}
}

// So is one that changes many rows of a table at once.
func TestRewriteEnds(t *testing.T) {
	const n = 150_000
	s, id := newTable(t, &Definition{Columns: []Kind{Int, String, Int}, Indexes: []Index{
		{Name: "PRIMARY", Columns: []int{0}, Primary: true, Compare: []func(a, b any) int{byInt}},
		{Name: "age", Columns: []int{2, 1}, Compare: []func(a, b any) int{byInt, byText}},
	}})
	var columns [3]Values
	for i := range int64(n) {
		columns[0].Ints, columns[1].Strings, columns[2].Ints = append(columns[0].Ints, i), append(columns[1].Strings, "x"), append(columns[2].Ints, i%100)
	}
	write(t, s, func(tx *Tx) error { _, err := tx.Append(id, columns[:], n); return err })
	endsAnywhere(t, s, id, func(tx *Tx) {
		var rows []RowID
		var ages Values
		for c := tx.Scan(id, false); c.Next(); {
			rows, ages.Ints = append(rows, c.ID()), append(ages.Ints, -c.Value(0).(int64))
		}
		if changed, ok, err := tx.Replace(id, rows, []int{2}, []Values{ages}); changed != n-1 || !ok || err != nil {
			t.Fatal(changed, ok, err)
		}
	})
	least := int64(1 - n)
	for c := s.Begin().Seek(id, "age", Bound{}, Bound{}, false); c.Next(); least++ {
		if x := c.Value(2).(int64); x != least || c.Value(0) != any(-x) {
			t.Fatalf("%d is %v", least, c.Row())
		}
	}
	if least != 1 {
		t.Errorf("%d behind the last", least)
	}
}

// endsAnywhere commits what f writes, which is ended at more and more moments, until it is not.
func endsAnywhere(t *testing.T, s *Store, id TableID, f func(*Tx)) {
	t.Helper()
	bytes, before, ends := s.Memory(), s.Begin().Rows(id), 0
	for left := int64(0); ; left = left*2 + 1 {
		tx := s.Begin()
		f(tx)
		tx.EndWith(&askedContext{Context: t.Context(), left: left})
		err := tx.Commit(nil)
		if err == nil {
			break
		}
		ends++
		wantError(t, err, context.Canceled)
		if rows := s.Begin().Rows(id); rows != before || s.Memory() != bytes {
			t.Fatalf("after %d: %d rows, %d bytes, not %d", left, rows, s.Memory(), bytes)
		}
	}
	if ends < 3 {
		t.Errorf("it is ended %d times", ends)
	}
}
