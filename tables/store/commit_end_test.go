package store

import (
	"context"
	"fmt"
	"testing"
)

// askedContext ends when it has been asked so many times.
type askedContext struct {
	context.Context
	left, asked int
}

func (c *askedContext) Err() error {
	if c.asked++; c.asked > c.left {
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
	commit := func(ctx context.Context) error {
		tx := s.Begin()
		added := columns
		if ok, err := tx.Append(id, added[:], n); err != nil || !ok {
			t.Fatal(ok, err)
		}
		tx.EndWith(ctx)
		return tx.Commit(nil)
	}
	bytes, ends := s.Memory(), 0
	for left := 0; ; left = left*2 + 1 {
		ctx := &askedContext{Context: t.Context(), left: left}
		err := commit(ctx)
		if err == nil {
			break
		}
		ends++
		wantError(t, err, context.Canceled)
		if rows := s.Begin().Rows(id); rows != 1 || s.Memory() != bytes {
			t.Fatalf("after %d: %d rows, %d bytes, not %d", left, rows, s.Memory(), bytes)
		}
	}
	if ends < 5 {
		t.Errorf("it is ended %d times", ends)
	}
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
