package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// An index agrees with the table whatever is committed while it is built: rows that come, change their keys and go again
// in any of the rounds in which it follows.
func TestAlterBesideFollowsAnything(t *testing.T) {
	fewAreMany(t)
	first := *seed
	rounds := 1
	if first == 0 {
		first, rounds = rand.Uint64(), 3000
	}
	for n := range rounds {
		s := first + uint64(n)
		if err := alterBesideAnything(t, s); err != nil {
			t.Fatalf("seed %d: %v", s, err)
		}
	}
}

func alterBesideAnything(t *testing.T, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 2))
	def := *plain
	if r.IntN(2) == 0 {
		def.Indexes = []Index{{Name: "PRIMARY", Columns: []int{2}, Primary: true, Compare: []func(a, b any) int{byInt}}}
	}
	def.Columns = []Kind{Int, String, Int}
	compactFrom = []int{4, 1000}[r.IntN(2)]
	rewriteFrom = compactFrom
	key, unique := int64(0), r.IntN(2) == 0
	row := func() Row {
		key++
		k, at := int64(r.IntN(30)), key
		if unique {
			k = int64(r.IntN(1 << 30))
		}
		if r.IntN(3) == 0 {
			at = -key
		}
		if r.IntN(10) == 0 {
			return Row{nil, "null", at}
		}
		return Row{k, fmt.Sprint("text", r.IntN(9)), at}
	}
	s, id := newTable(t, &def)
	defer s.Close()
	change := func(n int) {
		write(t, s, func(tx *Tx) error {
			for range n {
				if r.IntN(3) > 0 {
					if err := insertAll(tx, id, row()); err != nil {
						return err
					}
				}
			}
			for c := tx.Scan(id, false); c.Next(); {
				switch r.IntN(8) {
				case 0:
					if err := tx.Delete(id, c.ID()); err != nil {
						return err
					}
				case 1:
					if err := tx.Lock(id, c.ID()); err != nil {
						return err
					}
				case 2:
					if _, err := tx.Update(id, c.ID(), row()); err != nil {
						return err
					}
				}
			}
			if r.IntN(3) == 0 {
				var v [3]Values
				for range 1 + r.IntN(20) {
					x := row()
					if x[0] == nil {
						x[0] = int64(1<<40) + key
					}
					key++
					v[0].Ints, v[1].Strings, v[2].Ints = append(v[0].Ints, x[0].(int64)), append(v[1].Strings, x[1].(string)), append(v[2].Ints, key)
				}
				if _, err := tx.Append(id, v[:], len(v[0].Ints)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for range r.IntN(4) {
		change(r.IntN(40))
	}
	follows := 0
	err := s.AlterBeside(t.Context(), func(d *Draft) error {
		next := def
		next.Indexes = append(slices.Clone(def.Indexes),
			Index{Name: "x", Columns: []int{0}, Compare: []func(a, b any) int{byInt}, Unique: unique},
			Index{Name: "y", Columns: []int{1, 0}, Compare: []func(a, b any) int{byText, byInt}})
		for range r.IntN(2) {
			change(r.IntN(10))
		}
		if err := d.SetDefinition("d", "t", &next); err != nil {
			return err
		}
		for range r.IntN(5) {
			for range r.IntN(3) {
				change(r.IntN(12))
			}
			if r.IntN(2) == 0 { // as AlterBeside does
				follows++
				if _, err := d.follow(s.root.Load()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if errors.Is(err, ErrConflict) && compactFrom == 4 {
		err = nil // its rows lie elsewhere
	}
	if err != nil {
		return err
	}
	for range 3 {
		if err := indexesAgree(s.Begin(), id); err != nil {
			return fmt.Errorf("unique %v, %d rounds: %w", unique, follows, err)
		}
		change(r.IntN(5))
	}
	return nil
}

// indexesAgree tells whether each index has all rows that a scan has, in its order, once.
func indexesAgree(tx *Tx, id TableID) error {
	all := map[RowID]string{}
	for c := tx.Scan(id, false); c.Next(); {
		all[c.ID()] = fmt.Sprint(c.Row())
	}
	if len(all) != tx.Rows(id) {
		return fmt.Errorf("a scan has %d rows of %d", len(all), tx.Rows(id))
	}
	v := tx.table(id)
	for i, x := range v.def.Indexes {
		seen := map[RowID]bool{}
		var last []any
		for c := tx.Seek(id, x.Name, Bound{}, Bound{}, false); c.Next(); {
			if row := fmt.Sprint(c.Row()); all[c.ID()] != row || seen[c.ID()] {
				return fmt.Errorf("index %s has row %d %s, the table %q, seen before: %v", x.Name, c.ID(), row, all[c.ID()], seen[c.ID()])
			}
			seen[c.ID()] = true
			key := v.indexes[i].key(c.Row())
			if last != nil && v.indexes[i].keys(last, key) > 0 {
				return fmt.Errorf("index %s has %v behind %v", x.Name, key, last)
			}
			last = key
		}
		if len(seen) != len(all) {
			return fmt.Errorf("index %s has %d rows, the table %d", x.Name, len(seen), len(all))
		}
	}
	return nil
}

// Indexes are made and dropped, and columns written anew, beside connections that write and a fork that is taken now and then: each
// index has the table's rows in the end, and each row that was committed is there.
func TestAlterBesideWriters(t *testing.T) {
	fewAreMany(t)
	compactFrom = 200
	const workers, each = 4, 300
	def := *keyed
	s, id := newTable(t, &def)
	s0 := rand.Uint64()
	t.Logf("seed %d", s0)
	stop, altered := make(chan struct{}), make(chan int)
	go func() {
		r := rand.New(rand.NewPCG(s0, 99))
		n := 0
		defer func() { altered <- n }()
		for {
			select {
			case <-stop:
				return
			default:
			}
			err := s.AlterBeside(t.Context(), func(d *Draft) error {
				next := def
				if r.IntN(3) > 0 {
					next.Indexes = append(slices.Clone(def.Indexes), Index{Name: "x", Columns: []int{2}, Compare: []func(a, b any) int{byInt}})
				}
				if r.IntN(4) == 0 {
					if err := d.Hold("d", "t"); err != nil {
						return err
					}
					return recompute(d, "d", "t", &next, func(row Row) (Row, error) { return row, nil })
				}
				return d.SetDefinition("d", "t", &next)
			})
			switch {
			case err == nil:
				n++
			case !errors.Is(err, ErrConflict):
				t.Error(err)
				return
			}
			if r.IntN(10) == 0 {
				if f := s.Fork(Options{}).Begin(); indexesAgree(f, id) != nil {
					t.Error(indexesAgree(f, id))
				}
			}
		}
	}()
	sums := make([]int, workers)
	together(t, workers, func(w int) error {
		r := rand.New(rand.NewPCG(s0, uint64(w)))
		own := map[int64]bool{}
		for i := 0; i < each; {
			tx := s.Begin()
			key := int64(w*each + i)
			err := insertAll(tx, id, Row{key, fmt.Sprint("name", key), int64(r.IntN(50))})
			gone := int64(-1)
			for k := range own {
				is := Bound{Key: []any{k}}
				if c := tx.Seek(id, "PRIMARY", is, is, false); !c.Next() {
					err = fmt.Errorf("no row %d", k)
				} else if r.IntN(2) == 0 {
					gone = k
					err = errors.Join(err, tx.Delete(id, c.ID()))
				} else {
					row := c.Row()
					row[2] = row[2].(int64) + 1
					_, e := tx.Update(id, c.ID(), row)
					err = errors.Join(err, e)
				}
				break
			}
			if err == nil {
				err = tx.Commit(nil)
			}
			switch {
			case err == nil:
				own[key] = true
				delete(own, gone)
				i++
			case !errors.Is(err, ErrChanged) && !errors.Is(err, ErrConflict):
				return err
			}
		}
		sums[w] = len(own)
		return nil
	})
	close(stop)
	n := <-altered
	sum := 0
	for _, n := range sums {
		sum += n
	}
	s.Close()
	tx := s.Begin()
	if err := indexesAgree(tx, id); err != nil || tx.Rows(id) != sum {
		t.Errorf("%v, %d rows of %d", err, tx.Rows(id), sum)
	}
	t.Logf("%d changes of the definition, %d rows", n, sum)
}
