package store

import (
	"cmp"
	"errors"
	"reflect"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func byInt(a, b any) int { return cmp.Compare(a.(int64), b.(int64)) }

// byText ignores letter case, as MySQL's collations do.
func byText(a, b any) int {
	return strings.Compare(strings.ToLower(a.(string)), strings.ToLower(b.(string)))
}

var (
	// plain is a table without a key.
	plain = &Definition{Columns: []Kind{Int, String}}

	// keyed has a primary key on its first column, a unique one on its second and
	// a secondary one on its third.
	keyed = &Definition{
		Columns: []Kind{Int, String, Int},
		Indexes: []Index{
			{Name: "PRIMARY", Columns: []int{0}, Primary: true, Compare: []func(a, b any) int{byInt}},
			{Name: "name", Columns: []int{1}, Unique: true, Compare: []func(a, b any) int{byText}},
			{Name: "age", Columns: []int{2, 1}, Compare: []func(a, b any) int{byInt, byText}},
		},
	}
)

// newTable is a store with one table, t in database d, that has the rows.
func newTable(t testing.TB, def *Definition, rows ...Row) (*Store, TableID) {
	t.Helper()
	s := New(Options{})
	t.Cleanup(s.Close) // before another test changes what few rows are
	var id TableID
	alter(t, s, func(d *Draft) (err error) {
		if err = d.CreateDatabase("d", nil); err == nil {
			id, err = d.CreateTable("d", "t", def)
		}
		return err
	})
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, rows...) })
	return s, id
}

func alter(t testing.TB, s *Store, f func(*Draft) error) {
	t.Helper()
	if err := s.Alter(f); err != nil {
		t.Fatal(err)
	}
}

// write commits what f does.
func write(t testing.TB, s *Store, f func(*Tx) error) {
	t.Helper()
	tx := s.Begin()
	if err := f(tx); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(nil); err != nil {
		t.Fatal(err)
	}
}

func insertAll(tx *Tx, id TableID, rows ...Row) error {
	for _, row := range rows {
		if _, err := tx.Insert(id, row); err != nil {
			return err
		}
	}
	return nil
}

// rows are those that a cursor has yet to visit.
func rows(c *Cursor) []Row {
	all := []Row{}
	for c.Next() {
		all = append(all, c.Row())
	}
	return all
}

func want(t testing.TB, c *Cursor, want ...Row) {
	t.Helper()
	if want == nil {
		want = []Row{}
	}
	if got := rows(c); !reflect.DeepEqual(want, got) {
		t.Errorf("rows (-want +got):\n%s", gocmp.Diff(want, got))
	}
}

func wantError(t testing.TB, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error %v, not %v", got, want)
	}
}

// row returns the ID of the row whose first column is key.
func row(t testing.TB, tx *Tx, id TableID, key int64) RowID {
	t.Helper()
	for c := tx.Scan(id, false); c.Next(); {
		if c.Value(0) == any(key) {
			return c.ID()
		}
	}
	t.Fatalf("no row %d", key)
	return 0
}

func TestSnapshot(t *testing.T) {
	s, id := newTable(t, plain, Row{int64(1), "a"})
	old := s.Begin()
	write(t, s, func(tx *Tx) error {
		if _, err := tx.Update(id, row(t, tx, id, 1), Row{int64(1), "b"}); err != nil {
			return err
		}
		return insertAll(tx, id, Row{int64(2), nil})
	})
	want(t, old.Scan(id, false), Row{int64(1), "a"})
	want(t, s.Begin().Scan(id, false), Row{int64(1), "b"}, Row{int64(2), nil})
	old.Refresh()
	want(t, old.Scan(id, true), Row{int64(2), nil}, Row{int64(1), "b"})
}

func TestOwnWrites(t *testing.T) {
	s, id := newTable(t, plain, Row{int64(1), "a"}, Row{int64(2), "b"})
	tx := s.Begin()
	before := tx.Scan(id, false)
	if err := tx.Delete(id, row(t, tx, id, 1)); err != nil {
		t.Fatal(err)
	}
	if err := insertAll(tx, id, Row{int64(3), "c"}); err != nil {
		t.Fatal(err)
	}
	// A cursor does not see what is written while it runs.
	want(t, before, Row{int64(1), "a"}, Row{int64(2), "b"})
	want(t, tx.Scan(id, false), Row{int64(2), "b"}, Row{int64(3), "c"})
	if n := tx.Rows(id); n != 2 {
		t.Errorf("%d rows", n)
	}
	tx.Rollback()
	want(t, tx.Scan(id, false), Row{int64(1), "a"}, Row{int64(2), "b"})
}

func TestOrderOfScan(t *testing.T) {
	// Without a key an updated row keeps its place.
	s, id := newTable(t, plain, Row{int64(1), "a"}, Row{int64(2), "b"}, Row{int64(3), "c"})
	write(t, s, func(tx *Tx) error {
		_, err := tx.Update(id, row(t, tx, id, 2), Row{int64(2), "B"})
		want(t, tx.Scan(id, false), Row{int64(1), "a"}, Row{int64(2), "B"}, Row{int64(3), "c"})
		return err
	})
	want(t, s.Begin().Scan(id, false), Row{int64(1), "a"}, Row{int64(2), "B"}, Row{int64(3), "c"})

	// With one, rows lie in its order, however they came.
	s, id = newTable(t, keyed, Row{int64(3), "c", nil}, Row{int64(1), "a", nil})
	tx := s.Begin()
	if err := insertAll(tx, id, Row{int64(2), "b", nil}); err != nil {
		t.Fatal(err)
	}
	want(t, tx.Scan(id, false), Row{int64(1), "a", nil}, Row{int64(2), "b", nil}, Row{int64(3), "c", nil})
	want(t, tx.Scan(id, true), Row{int64(3), "c", nil}, Row{int64(2), "b", nil}, Row{int64(1), "a", nil})
}

func TestSeek(t *testing.T) {
	a, b, c, d := Row{int64(1), "a", int64(7)}, Row{int64(2), "b", nil}, Row{int64(3), "c", int64(7)}, Row{int64(4), "d", int64(9)}
	s, id := newTable(t, keyed, d, b, c)
	tx := s.Begin()
	if err := insertAll(tx, id, a); err != nil {
		t.Fatal(err)
	}
	seven := Bound{Key: []any{int64(7)}}
	after := Bound{Key: []any{int64(7)}, Exclusive: true}
	null := Bound{Key: []any{nil}}
	want(t, tx.Seek(id, "AGE", seven, seven, false), a, c)
	want(t, tx.Seek(id, "age", seven, seven, true), c, a)
	want(t, tx.Seek(id, "age", after, Bound{}, false), d)
	want(t, tx.Seek(id, "age", Bound{}, after, false), b)
	want(t, tx.Seek(id, "age", null, null, false), b)
	want(t, tx.Seek(id, "age", Bound{Key: []any{int64(7), "A"}, Exclusive: true}, Bound{}, true), d, c)
	want(t, tx.Seek(id, "age", after, seven, false))
}

func TestDuplicates(t *testing.T) {
	s, id := newTable(t, keyed, Row{int64(1), "ann", nil})
	tx := s.Begin()
	_, err := tx.Insert(id, Row{int64(2), "ANN", nil})
	var duplicate *DuplicateError
	if !errors.As(err, &duplicate) || duplicate.Existing != row(t, tx, id, 1) || err.Error() != "store: t has a row with [ANN] in name" {
		t.Errorf("error %v", err)
	}
	// NULL is equal to nothing, and a row no duplicate of itself.
	if err := insertAll(tx, id, Row{int64(2), nil, nil}, Row{int64(3), nil, nil}); err != nil {
		t.Error(err)
	}
	if _, err := tx.Update(id, row(t, tx, id, 1), Row{int64(1), "Ann", nil}); err != nil {
		t.Error(err)
	}
	if _, err := tx.Update(id, row(t, tx, id, 1), Row{int64(2), "Ann", nil}); err == nil {
		t.Error("two rows with key 2")
	}
	// What failed left nothing.
	want(t, tx.Scan(id, false), Row{int64(1), "Ann", nil}, Row{int64(2), nil, nil}, Row{int64(3), nil, nil})
	// Somebody else is first.
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(3), "cid", nil}) })
	if err := tx.Commit(nil); !errors.As(err, &duplicate) || duplicate.Index != "PRIMARY" {
		t.Errorf("error %v", err)
	}
	want(t, s.Begin().Scan(id, false), Row{int64(1), "ann", nil}, Row{int64(3), "cid", nil})
}

func TestConflicts(t *testing.T) {
	change := map[string]func(*Tx, TableID, RowID) error{
		"delete": func(tx *Tx, id TableID, r RowID) error { return tx.Delete(id, r) },
		"update": func(tx *Tx, id TableID, r RowID) error {
			_, err := tx.Update(id, r, Row{int64(1), "new"})
			return err
		},
		"lock": func(tx *Tx, id TableID, r RowID) error { return tx.Lock(id, r) },
	}
	for a, first := range change {
		for b, second := range change {
			t.Run(a+" then "+b, func(t *testing.T) {
				s, id := newTable(t, plain, Row{int64(1), "a"}, Row{int64(2), "b"})
				one, two, late, other := s.Begin(), s.Begin(), s.Begin(), s.Begin()
				r := row(t, one, id, 1)
				if err := errors.Join(first(one, id, r), second(two, id, r)); err != nil {
					t.Fatal(err)
				}
				if err := change["delete"](other, id, row(t, other, id, 2)); err != nil {
					t.Fatal(err)
				}
				wantError(t, one.Commit(nil), nil)
				wantError(t, two.Commit(nil), ErrConflict)
				wantError(t, second(late, id, r), ErrConflict)
				wantError(t, other.Commit(nil), nil)
			})
		}
	}
}

func TestUndo(t *testing.T) {
	s, id := newTable(t, keyed, Row{int64(1), "a", nil}, Row{int64(2), "b", nil})
	tx := s.Begin()
	start := tx.Mark()
	if _, err := tx.Update(id, row(t, tx, id, 1), Row{int64(5), "a", nil}); err != nil {
		t.Fatal(err)
	}
	m := tx.Mark()
	if err := errors.Join(
		tx.Delete(id, row(t, tx, id, 5)), tx.Delete(id, row(t, tx, id, 2)),
		insertAll(tx, id, Row{int64(1), "b", nil})); err != nil {
		t.Fatal(err)
	}
	want(t, tx.Scan(id, false), Row{int64(1), "b", nil})
	tx.Undo(m)
	want(t, tx.Scan(id, false), Row{int64(2), "b", nil}, Row{int64(5), "a", nil})
	tx.Undo(start)
	if tx.Written() {
		t.Error("written")
	}
	want(t, tx.Scan(id, false), Row{int64(1), "a", nil}, Row{int64(2), "b", nil})
}

func TestRowsThatAreNotThere(t *testing.T) {
	s, id := newTable(t, plain, Row{int64(1), "a"})
	tx := s.Begin()
	r := row(t, tx, id, 1)
	wantError(t, tx.Delete(id, r), nil)
	wantError(t, tx.Delete(id, r), ErrNoRow)
	wantError(t, tx.Lock(id, own), ErrNoRow)
	wantError(t, tx.Delete(id+1, r), ErrNoTable)
	if _, ok := tx.Get(id, r); ok {
		t.Error("a deleted row is there")
	}
	for _, bad := range []Row{{int64(1)}, {"a", "a"}, {int64(1), 2}} {
		if _, err := tx.Insert(id, bad); err == nil {
			t.Errorf("%v was inserted", bad)
		}
	}
}

func TestGet(t *testing.T) {
	s, id := newTable(t, plain, Row{int64(1), "a"})
	tx := s.Begin()
	r := row(t, tx, id, 1)
	get := func(r RowID, want Row) {
		t.Helper()
		if got, ok := tx.Get(id, r); !ok || !reflect.DeepEqual(want, got) {
			t.Errorf("row %v, not %v", got, want)
		} else {
			got[1] = "changed by the caller"
		}
	}
	get(r, Row{int64(1), "a"})
	added, err := tx.Insert(id, Row{int64(2), nil})
	if err != nil {
		t.Fatal(err)
	}
	get(added, Row{int64(2), nil})
	get(added, Row{int64(2), nil})
	get(r, Row{int64(1), "a"})
	if _, ok := s.Begin().Get(id, added); ok {
		t.Error("another transaction sees the row")
	}
}

func TestRefreshOfAWritingTransactionPanics(t *testing.T) {
	s, id := newTable(t, plain)
	tx := s.Begin()
	if err := insertAll(tx, id, Row{nil, nil}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("the writes were dropped in silence")
		}
	}()
	tx.Refresh()
}

func TestCheckSeesWhatTheCommitWouldMake(t *testing.T) {
	s, id := newTable(t, plain)
	tx := s.Begin()
	if err := insertAll(tx, id, Row{int64(2), "b"}); err != nil {
		t.Fatal(err)
	}
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(1), "a"}) })
	refused := errors.New("refused")
	wantError(t, tx.Commit(func(made *Tx) error {
		want(t, made.Scan(id, false), Row{int64(1), "a"}, Row{int64(2), "b"})
		return refused
	}), refused)
	// Nothing is left of it, in the dictionary neither.
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(3), "c"}, Row{int64(4), "b"}) })
	want(t, s.Begin().Scan(id, false), Row{int64(1), "a"}, Row{int64(3), "c"}, Row{int64(4), "b"})
	// Nobody else was there: there is nothing to check.
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(5), "d"}) })
	alone := s.Begin()
	wantError(t, insertAll(alone, id, Row{int64(6), "e"}), nil)
	wantError(t, alone.Commit(func(*Tx) error { return refused }), nil)
}

func TestMemoryLimit(t *testing.T) {
	s, id := newTable(t, keyed)
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(199), nil, nil}) })
	s.limit = s.Memory() + 10_000
	tx := s.Begin()
	var err error
	for i := int64(0); err == nil; i++ {
		_, err = tx.Insert(id, Row{i, nil, nil}) // they come before the one that is there: their index takes memory
	}
	wantError(t, err, ErrMemory)
	n := tx.Rows(id)
	wantError(t, tx.Commit(nil), nil)
	if n == 0 || s.Begin().Rows(id) != n || s.Memory() > s.limit {
		t.Errorf("%d rows take %d bytes of %d", n, s.Memory(), s.limit)
	}
	// Deleting is always possible, and makes room.
	before := s.Memory()
	write(t, s, func(tx *Tx) error { return tx.Delete(id, row(t, tx, id, 0)) })
	if s.Memory() >= before {
		t.Errorf("%d bytes, before %d", s.Memory(), before)
	}
	wantError(t, s.Alter(func(d *Draft) error {
		return recompute(d, "d", "t", &Definition{Columns: []Kind{String}}, func(row Row) (Row, error) {
			return Row{strings.Repeat("x", int(row[0].(int64)))}, nil
		})
	}), nil)
	wantError(t, s.Alter(func(d *Draft) error {
		return recompute(d, "d", "t", &Definition{Columns: []Kind{Any}}, func(row Row) (Row, error) {
			return Row{strings.Repeat("x", 10_000)}, nil
		})
	}), ErrMemory)
}
