package store

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// logins is like the interview's table at size: a time, and one of 50,000 users.
func logins(t testing.TB, def *Definition, n int) (*Store, TableID) {
	s, id := newTable(t, def)
	r := rand.New(rand.NewPCG(1, 0))
	tx := s.Begin()
	for i := range n {
		row := Row{int64(i), fmt.Sprintf("user_%05d", r.IntN(50_000)), int64(r.IntN(1000))}[:len(def.Columns)]
		if _, err := tx.Insert(id, row); err != nil {
			t.Fatal(err)
		}
		if i%100_000 == 99_999 || i == n-1 {
			if err := tx.Commit(nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s, id
}

const million = 1_000_000

// withKey is logins with a primary key and a secondary one.
var withKey = &Definition{Columns: keyed.Columns, Indexes: []Index{keyed.Indexes[0], {
	Name: "user", Columns: []int{1}, Compare: []func(a, b any) int{
		func(a, b any) int { return strings.Compare(a.(string), b.(string)) },
	},
}}}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkMemory reports what a row takes, measured and estimated.
func BenchmarkMemory(b *testing.B) {
	for name, def := range map[string]*Definition{"Plain": plain, "Keyed": withKey} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before := heap()
				s, _ := logins(b, def, million)
				b.ReportMetric(float64(heap()-before)/million, "B/row")
				b.ReportMetric(float64(s.Memory())/million, "estimated-B/row")
				runtime.KeepAlive(s)
			}
		})
	}
}

func BenchmarkInsert(b *testing.B) {
	for name, def := range map[string]*Definition{"Plain": plain, "Keyed": withKey} {
		b.Run(name, func(b *testing.B) {
			s, id := logins(b, def, million)
			b.ReportAllocs()
			i := million
			for b.Loop() {
				tx := s.Begin()
				if _, err := tx.Insert(id, Row{int64(i), "user_00007", int64(7)}[:len(def.Columns)]); err != nil {
					b.Fatal(err)
				}
				if err := tx.Commit(nil); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

// BenchmarkBulkInsert inserts 100,000 rows in one transaction.
func BenchmarkBulkInsert(b *testing.B) {
	for name, def := range map[string]*Definition{"Plain": plain, "Keyed": withKey} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				logins(b, def, 100_000)
			}
			b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkScan(b *testing.B) {
	scan := func(b *testing.B, s *Store, id TableID) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for c := s.Begin().Scan(id, false); c.Next(); {
				if c.Value(0) != nil && c.Value(1) != nil {
					n++
				}
			}
			if n != million {
				b.Fatalf("%d rows", n)
			}
		}
		b.ReportMetric(million*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	}
	b.Run("Plain", func(b *testing.B) {
		s, id := logins(b, plain, million)
		scan(b, s, id)
	})
	b.Run("Keyed", func(b *testing.B) {
		s, id := logins(b, withKey, million)
		scan(b, s, id)
	})
	b.Run("Updated", func(b *testing.B) { // one row in five, each out of its place
		s, id := logins(b, withKey, million)
		update(b, s, id, 5)
		scan(b, s, id)
	})
	b.Run("Compacted", func(b *testing.B) {
		s, id := logins(b, withKey, million)
		update(b, s, id, 2)
		scan(b, s, id)
	})
}

// update changes one row in n, in a transaction.
func update(b *testing.B, s *Store, id TableID, n int64) {
	write(b, s, func(tx *Tx) error {
		for c := tx.Scan(id, false); c.Next(); {
			if c.Value(0).(int64)%n == 0 {
				row := c.Row()
				row[2] = int64(-1)
				if _, err := tx.Update(id, c.ID(), row); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func BenchmarkSeek(b *testing.B) {
	s, id := logins(b, withKey, million)
	b.ReportAllocs()
	for i := int64(0); b.Loop(); i++ {
		key := Bound{Key: []any{i * 7919 % million}}
		if c := s.Begin().Seek(id, "PRIMARY", key, key, false); !c.Next() || c.Value(1) == nil {
			b.Fatal("no row")
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	s, id := logins(b, withKey, million)
	b.ReportAllocs()
	for i := int64(0); b.Loop(); i++ {
		key := Bound{Key: []any{i * 7919 % million}}
		tx := s.Begin()
		c := tx.Seek(id, "PRIMARY", key, key, false)
		c.Next()
		row := c.Row()
		row[2] = i
		if _, err := tx.Update(id, c.ID(), row); err != nil {
			b.Fatal(err)
		}
		if err := tx.Commit(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFork(b *testing.B) {
	s, _ := logins(b, withKey, million)
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Alter(func(d *Draft) error {
			if err := d.ForkDatabase("d", "fork"); err != nil {
				return err
			}
			return d.DropDatabase("fork")
		}); err != nil {
			b.Fatal(err)
		}
	}
}
