package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestCatalog(t *testing.T) {
	s, id := newTable(t, plain)
	old := s.Begin()
	alter(t, s, func(d *Draft) error {
		return errors.Join(d.CreateDatabase("Other", 1), d.SetDatabase("OTHER", 2), d.RenameTable("d", "T", "Things"))
	})
	c := s.Begin().Catalog()
	if diff := gocmp.Diff([]string{"d", "Other"}, c.Databases()); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]string{"Things"}, c.Tables("D")); diff != "" {
		t.Error(diff)
	}
	if meta, ok := c.Database("other"); !ok || meta != 2 {
		t.Errorf("meta %v", meta)
	}
	if table, ok := c.Table("d", "tHINGS"); !ok || table != (Table{id, "Things", plain}) {
		t.Errorf("table %v", table)
	}
	if _, ok := c.Table("d", "t"); ok {
		t.Error("the old name is there")
	}
	if _, ok := old.Catalog().Table("d", "t"); !ok {
		t.Error("a snapshot has lost the old name")
	}
	wantError(t, s.Alter(func(d *Draft) error { return d.CreateDatabase("D", nil) }), ErrExists)
	wantError(t, s.Alter(func(d *Draft) error { return d.DropDatabase("x") }), ErrNoDatabase)
	wantError(t, s.Alter(func(d *Draft) error { return d.DropTable("d", "t") }), ErrNoTable)
	wantError(t, s.Alter(func(d *Draft) error { return d.ForkDatabase("d", "other") }), ErrExists)
	wantError(t, s.Alter(func(d *Draft) error {
		_, err := d.CreateTable("d", "THINGS", plain)
		return err
	}), ErrExists)
	alter(t, s, func(d *Draft) error { return d.DropDatabase("D") })
	if c := s.Begin().Catalog(); len(c.Tables("d")) != 0 || s.Memory() != 0 {
		t.Errorf("left: %v, %d bytes", c.Tables("d"), s.Memory())
	}
}

func TestAlterIsAllOrNothing(t *testing.T) {
	s, id := newTable(t, plain, Row{int64(1), "a"})
	refused := errors.New("refused")
	wantError(t, s.Alter(func(d *Draft) error {
		return errors.Join(d.Truncate("d", "t"), d.RenameTable("d", "t", "u"), d.SetDatabase("d", 1), d.CreateDatabase("e", 1), refused)
	}), refused)
	c := s.Begin().Catalog()
	if meta, _ := c.Database("d"); meta != nil || len(c.Databases()) != 1 {
		t.Errorf("meta %v, databases %v", meta, c.Databases())
	}
	if _, ok := c.Table("d", "t"); !ok {
		t.Error("the table was renamed")
	}
	want(t, s.Begin().Scan(id, false), Row{int64(1), "a"})
}

func TestFork(t *testing.T) {
	s, id := newTable(t, keyed, Row{int64(1), "a", nil})
	if err := s.Alter(func(d *Draft) error { return d.SetAutoIncrement(id, 5) }); err != nil {
		t.Fatal(err)
	}
	before := s.Memory()
	alter(t, s, func(d *Draft) error { return d.ForkDatabase("d", "e") })
	if s.Memory() != before {
		t.Errorf("%d bytes, before the fork %d", s.Memory(), before)
	}
	fork, _ := s.Begin().Catalog().Table("e", "t")
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(2), "b", nil}) })
	write(t, s, func(tx *Tx) error { return insertAll(tx, fork.ID, Row{int64(2), "c", nil}) })
	write(t, s, func(tx *Tx) error { return insertAll(tx, id, Row{int64(3), "d", nil}) })
	want(t, s.Begin().Scan(id, false), Row{int64(1), "a", nil}, Row{int64(2), "b", nil}, Row{int64(3), "d", nil})
	want(t, s.Begin().Scan(fork.ID, false), Row{int64(1), "a", nil}, Row{int64(2), "c", nil})
	s.Begin().BumpAutoIncrement(id, 9)
	if n := s.Begin().TakeAutoIncrement(fork.ID); n != 5 {
		t.Errorf("the fork's counter gave %d", n)
	}
	if n := s.Begin().NextAutoIncrement(id); n != 9 {
		t.Errorf("the original's counter is at %d", n)
	}
	// What was shared is there until both are gone.
	alter(t, s, func(d *Draft) error { return d.DropDatabase("d") })
	if s.Memory() < before {
		t.Errorf("%d bytes, before the fork %d", s.Memory(), before)
	}
	want(t, s.Begin().Scan(fork.ID, false), Row{int64(1), "a", nil}, Row{int64(2), "c", nil})
}

func TestDefinitions(t *testing.T) {
	s, id := newTable(t, plain, Row{int64(2), "b"}, Row{int64(1), "a"}, Row{int64(1), nil})
	unique := func(column int, compare func(a, b any) int) *Definition {
		return &Definition{Columns: plain.Columns, Indexes: []Index{
			{Name: "k", Columns: []int{column}, Unique: true, Compare: []func(a, b any) int{compare}},
		}}
	}
	var duplicate *DuplicateError
	err := s.Alter(func(d *Draft) error { return d.SetDefinition("d", "t", unique(0, byInt)) })
	if !errors.As(err, &duplicate) {
		t.Errorf("error %v", err)
	}
	writing := s.Begin()
	wantError(t, insertAll(writing, id, Row{int64(7), "x"}), nil)
	def := unique(1, byText)
	alter(t, s, func(d *Draft) error { return d.SetDefinition("d", "t", def) })
	wantError(t, writing.Commit(nil), ErrChanged)
	tx := s.Begin()
	want(t, tx.Seek(id, "k", Bound{}, Bound{}, false), Row{int64(1), nil}, Row{int64(1), "a"}, Row{int64(2), "b"})
	if _, err := tx.Insert(id, Row{int64(9), "A"}); !errors.As(err, &duplicate) {
		t.Errorf("error %v", err)
	}

	// A primary key orders the table, another column comes in between.
	withKey := &Definition{Columns: []Kind{Int, Uint, String}, Indexes: []Index{
		{Name: "PRIMARY", Columns: []int{0}, Primary: true, Compare: []func(a, b any) int{byInt}},
	}}
	i := int64(5)
	count := func(row Row) (Row, error) {
		i--
		return Row{i, uint64(i), row[1]}, nil
	}
	alter(t, s, func(d *Draft) error { return recompute(d, "d", "t", withKey, count) })
	want(t, s.Begin().Scan(id, false), Row{int64(2), uint64(2), nil}, Row{int64(3), uint64(3), "a"}, Row{int64(4), uint64(4), "b"})
	want(t, tx.Scan(id, false), Row{int64(2), "b"}, Row{int64(1), "a"}, Row{int64(1), nil})
	wantError(t, tx.Delete(id, row(t, tx, id, 2)), ErrChanged)

	refused := errors.New("refused")
	wantError(t, s.Alter(func(d *Draft) error {
		return recompute(d, "d", "t", plain, func(Row) (Row, error) { return nil, refused })
	}), refused)
	if err := s.Alter(func(d *Draft) error {
		return recompute(d, "d", "t", plain, func(row Row) (Row, error) { return row, nil })
	}); err == nil {
		t.Error("rows of three values were taken for a table of two columns")
	}
	want(t, s.Begin().Scan(id, false), Row{int64(2), uint64(2), nil}, Row{int64(3), uint64(3), "a"}, Row{int64(4), uint64(4), "b"})

	alter(t, s, func(d *Draft) error { return d.Truncate("d", "t") })
	want(t, s.Begin().Scan(id, false))
	for _, bad := range []*Definition{
		{Columns: []Kind{Int}},
		{Columns: withKey.Columns, Indexes: []Index{{Name: "a"}}},
		{Columns: withKey.Columns, Indexes: []Index{{Name: "a", Columns: []int{3}, Compare: []func(a, b any) int{byInt}}}},
		{Columns: withKey.Columns, Indexes: append(withKey.Indexes, withKey.Indexes...)},
	} {
		if err := s.Alter(func(d *Draft) error { return d.SetDefinition("d", "t", bad) }); err == nil {
			t.Errorf("definition %v was taken", bad)
		}
	}
}

// A table is compacted by the commit that leaves many rows idle, or beside those that come behind it.
func TestCompaction(t *testing.T) {
	atOnce := compactedAtOnce
	t.Cleanup(func() { compactedAtOnce = atOnce })
	for _, compactedAtOnce = range []int{0, 1 << 20} {
		for _, def := range []*Definition{plain, keyed} {
			testCompaction(t, def)
		}
	}
}

func testCompaction(t *testing.T, def *Definition) {
	s, id := newTable(t, def)
	var wanted []Row
	write(t, s, func(tx *Tx) error {
		for i := range int64(3 * compactFrom) {
			row := Row{i, fmt.Sprint("a", i), i % 10}[:len(def.Columns)]
			wanted = append(wanted, row)
			if _, err := tx.Insert(id, row); err != nil {
				return err
			}
		}
		return nil
	})
	old := s.Begin()
	r := row(t, old, id, 7)
	write(t, s, func(tx *Tx) error {
		for c := tx.Scan(id, false); c.Next(); {
			if n := c.Value(0).(int64); n%2 == 0 {
				row := c.Row()
				row[1] = fmt.Sprint("b", n)
				wanted[n] = row
				if _, err := tx.Update(id, c.ID(), row); err != nil {
					return err
				}
			}
		}
		return nil
	})
	s.beside.Wait()
	v, _ := s.root.Load().tables.Get(id)
	if v.compacted.parts == 0 || v.displaced.Len() != 0 || v.dead != 0 {
		t.Fatal("the table was not compacted")
	}
	want(t, s.Begin().Scan(id, false), wanted...)
	// RowIDs from before still mean their rows.
	if err := errors.Join(old.Delete(id, r), old.Commit(nil)); err != nil {
		t.Error(err)
	}
	want(t, s.Begin().Scan(id, false), append(wanted[:7:7], wanted[8:]...)...)
}

// recompute passes all rows of a table through f.
func recompute(d *Draft, database, name string, def *Definition, f func(Row) (Row, error)) error {
	v, err := d.table(database, name)
	if err != nil {
		return err
	}
	c := Computation{}
	for i := range v.def.Columns {
		c.Reads = append(c.Reads, i)
	}
	c.Compute = func(rows []Values, n int, to []Values) error {
		for i := range n {
			row := make(Row, len(rows))
			for k := range row {
				row[k] = rows[k].Value(v.def.Columns[k], i)
			}
			if row, err = f(row); err != nil {
				return err
			}
			if err := def.check(row); err != nil {
				return err
			}
			for k := range row {
				to[k].Append(def.Columns[k], row[k], i)
			}
		}
		return nil
	}
	return d.Reshape(database, name, def, slices.Repeat([]Source{{Column: -1, Computed: true}}, len(def.Columns)), c)
}
