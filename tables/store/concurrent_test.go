package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// together runs f in n goroutines and reports their errors.
func together(t *testing.T, n int, f func(worker int) error) {
	t.Helper()
	var wg sync.WaitGroup
	for w := range n {
		wg.Go(func() {
			if err := f(w); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestConcurrentInserts(t *testing.T) {
	const workers, each = 64, 1000
	s, id := newTable(t, withKey)
	together(t, workers, func(w int) error {
		for i := range each {
			tx := s.Begin()
			n := int64(i*workers + w)
			if _, err := tx.Insert(id, Row{n, fmt.Sprint("user", n), n % 100}); err != nil {
				return err
			}
			if err := tx.Commit(nil); err != nil {
				return err
			}
		}
		return nil
	})
	tx := s.Begin()
	n := int64(0)
	for c := tx.Scan(id, false); c.Next(); n++ {
		if c.Value(0) != any(n) || c.Value(1) != any(fmt.Sprint("user", n)) {
			t.Fatalf("row %d is %v", n, c.Row())
		}
	}
	if n != workers*each || tx.Rows(id) != workers*each {
		t.Errorf("%d rows, counted %d", n, tx.Rows(id))
	}
}

func TestConcurrentTransfers(t *testing.T) {
	const accounts, balance, workers, each = 50, 1000, 16, 300
	s, id := newTable(t, keyed)
	write(t, s, func(tx *Tx) error {
		for i := range int64(accounts) {
			if _, err := tx.Insert(id, Row{i, nil, int64(balance)}); err != nil {
				return err
			}
		}
		return nil
	})
	sum := func(tx *Tx) (sum int64) {
		for c := tx.Scan(id, false); c.Next(); {
			sum += c.Value(2).(int64)
		}
		return sum
	}
	add := func(tx *Tx, account, amount int64) error {
		is := Bound{Key: []any{account}}
		c := tx.Seek(id, "PRIMARY", is, is, false)
		if !c.Next() {
			return fmt.Errorf("no account %d", account)
		}
		row := c.Row()
		row[2] = row[2].(int64) + amount
		_, err := tx.Update(id, c.ID(), row)
		return err
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	stop := make(chan struct{})
	reader := make(chan struct{})
	go func() { // each snapshot has all the money
		defer close(reader)
		for {
			select {
			case <-stop:
				return
			default:
				if got := sum(s.Begin()); got != accounts*balance {
					t.Errorf("a reader sees %d", got)
					return
				}
			}
		}
	}()
	together(t, workers, func(w int) error {
		r := rand.New(rand.NewPCG(seed, uint64(w)))
		for range each {
			tx := s.Begin()
			from, to := r.Int64N(accounts), r.Int64N(accounts)
			amount := r.Int64N(100)
			err := add(tx, from, -amount)
			switch fate := r.IntN(10); {
			case err != nil:
			case fate == 0: // it fails after the first half
				tx.Rollback()
				continue
			default:
				err = add(tx, to, amount)
			}
			if err == nil {
				err = tx.Commit(nil)
			}
			if err != nil && !errors.Is(err, ErrConflict) {
				return err
			}
		}
		return nil
	})
	close(stop)
	<-reader
	if got := sum(s.Begin()); got != accounts*balance {
		t.Errorf("the sum is %d", got)
	}
}

func TestConcurrentForksAndReaders(t *testing.T) {
	s, id := newTable(t, plain)
	insert := func(id TableID, n int64) error {
		tx := s.Begin()
		if _, err := tx.Insert(id, Row{n, fmt.Sprint(n)}); err != nil {
			return err
		}
		return tx.Commit(nil)
	}
	together(t, 8, func(w int) error {
		name := fmt.Sprint("fork", w)
		for i := range 200 {
			if err := insert(id, int64(i)); err != nil {
				return err
			}
			if err := s.Alter(func(d *Draft) error { return d.ForkDatabase("d", name) }); err != nil {
				return err
			}
			fork, _ := s.Begin().Catalog().Table(name, "t")
			if err := insert(fork.ID, -1); err != nil {
				return err
			}
			// A row is what its commit wrote, whoever else appends to the same arrays.
			last := int64(0)
			for c := s.Begin().Scan(fork.ID, false); c.Next(); {
				last = c.Value(0).(int64)
				if text := c.Value(1); text != any(fmt.Sprint(last)) {
					return fmt.Errorf("row %d has %v", last, text)
				}
			}
			if last != -1 {
				return fmt.Errorf("the fork ends with %d", last)
			}
			if err := s.Alter(func(d *Draft) error { return d.DropDatabase(name) }); err != nil {
				return err
			}
		}
		return nil
	})
	if n := s.Begin().Rows(id); n != 1600 {
		t.Errorf("%d rows", n)
	}
}

// A fork may be in another store, under another lock.
func TestConcurrentStores(t *testing.T) {
	s, id := newTable(t, keyed, Row{int64(0), "a", int64(1)})
	forks := make([]*Store, 8)
	for i := range forks {
		forks[i] = s.Fork(Options{})
	}
	together(t, len(forks)+1, func(w int) error {
		s := append(forks, s)[w]
		for i := int64(1); i <= 300; i++ {
			tx := s.Begin()
			if _, err := tx.Insert(id, Row{i, fmt.Sprint("a", i), i + int64(w)}); err != nil {
				return err
			}
			if err := tx.Commit(nil); err != nil {
				return err
			}
		}
		n := int64(0)
		for c := s.Begin().Scan(id, false); c.Next(); n++ {
			if n > 0 && (c.Value(1) != any(fmt.Sprint("a", n)) || c.Value(2) != any(n+int64(w))) {
				return fmt.Errorf("store %d: row %d is %v", w, n, c.Row())
			}
		}
		if n != 301 {
			return fmt.Errorf("store %d: %d rows", w, n)
		}
		return nil
	})
}

func TestConcurrentAutoIncrement(t *testing.T) {
	s, id := newTable(t, keyed)
	together(t, 16, func(int) error {
		for range 500 {
			tx := s.Begin()
			n := tx.TakeAutoIncrement(id)
			if _, err := tx.Insert(id, Row{int64(n), nil, nil}); err != nil {
				return err
			}
			if err := tx.Commit(nil); err != nil {
				return err
			}
		}
		return nil
	})
	if n := s.Begin().NextAutoIncrement(id); n != 8001 {
		t.Errorf("the next value is %d", n)
	}
}
