package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// memoryDisk is a disk that can fail.
type memoryDisk struct {
	mu   sync.Mutex
	keys map[string][]byte

	fails   bool // the next write
	written bool // it is there nevertheless
}

var errFails = errors.New("the disk fails")

func (m *memoryDisk) Scan(from, until []byte, f func(key, value []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(m.keys)) {
		if key >= string(from) && key < string(until) {
			if err := f([]byte(key), bytes.Clone(m.keys[key])); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memoryDisk) Write(writes []Write) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	fails := m.fails
	m.fails = false
	if fails && !m.written {
		return errFails
	}
	if m.keys == nil {
		m.keys = map[string][]byte{}
	}
	for _, w := range writes {
		if w.Until == nil {
			m.keys[string(w.Key)] = bytes.Clone(w.Value)
			continue
		}
		maps.DeleteFunc(m.keys, func(key string, _ []byte) bool { return key >= string(w.Key) && key < string(w.Until) })
	}
	if fails {
		return fmt.Errorf("%w: %w", errFails, ErrInDoubt)
	}
	return nil
}

// testCodec keeps definitions and other values by their number.
type testCodec struct {
	mu   sync.Mutex
	seen []any
}

func (c *testCodec) number(x any) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, x)
	return binary.AppendUvarint(nil, uint64(len(c.seen)-1))
}

func (c *testCodec) at(b []byte) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, _ := binary.Uvarint(b)
	return c.seen[n]
}

func (c *testCodec) EncodeDatabase(meta any) ([]byte, error)        { return c.number(meta), nil }
func (c *testCodec) DecodeDatabase(b []byte) (any, error)           { return c.at(b), nil }
func (c *testCodec) EncodeDefinition(d *Definition) ([]byte, error) { return c.number(d), nil }
func (c *testCodec) DecodeDefinition(b []byte) (*Definition, error) {
	return c.at(b).(*Definition), nil
}
func (c *testCodec) AppendValue(b []byte, x any) ([]byte, error) {
	return binary.AppendVarint(b, int64(x.(time.Duration))), nil
}
func (c *testCodec) Value(b []byte) (any, error) {
	x, _ := binary.Varint(b)
	return time.Duration(x), nil
}

// keep keeps the random test's store on a disk.
func (r *random) keep() {
	r.disk, r.codec = new(memoryDisk), new(testCodec)
	if err := r.store.Keep(r.disk, r.codec); err != nil {
		r.t.Fatal(err)
	}
}

// restart loads the store anew: what was not committed is gone. What a failed write
// has left on the disk may come again, unless another one has succeeded.
func (r *random) restart() {
	if r.store.keeper.book.doubt != nil {
		alter(r.t, r.store, func(d *Draft) error { return d.SetDatabase("a", nil) })
	}
	counters := map[TableID]uint64{}
	tx := r.store.Begin()
	for id := range r.model.tables {
		counters[id] = tx.NextAutoIncrement(id)
	}
	r.store.Close()
	s, err := Load(r.disk, r.codec, Options{})
	if err == nil {
		err = s.Keep(r.disk, r.codec)
	}
	if err != nil {
		r.t.Fatalf("seed %d: %v", r.seed, err)
	}
	r.store = s
	for i := range r.txs {
		r.txs[i] = r.begin()
	}
	if len(r.txs) > 0 {
		r.look(r.txs[0])
		for id, want := range counters {
			if got := r.txs[0].NextAutoIncrement(id); got != want {
				r.fail("AUTO_INCREMENT counter", want, got)
			}
		}
	}
}

// TestKeptModel is TestModel on a disk that fails now and then, with restarts
// between the steps.
func TestKeptModel(t *testing.T) {
	fewAreMany(t)
	fold := foldAfter
	t.Cleanup(func() { foldAfter = fold })
	foldAfter = 12
	one := func(seed uint64) {
		r := newRandom(t, seed)
		r.keep()
		r.run()
	}
	if *seed != 0 {
		one(*seed)
		return
	}
	first, n := rand.Uint64(), uint64(0)
	for start := time.Now(); time.Since(start) < *spend/2 && !t.Failed(); n++ {
		one(first + n)
	}
	t.Logf("seeds %d to %d", first, first+n-1)
}

// TestGroupCommit: commits of many connections share writes, and a write that fails
// takes back all that were built on it.
func TestGroupCommit(t *testing.T) {
	def := &Definition{Columns: []Kind{Int}, Indexes: []Index{{Name: "PRIMARY", Columns: []int{0}, Primary: true, Compare: []func(a, b any) int{byInt}}}}
	s := New(Options{})
	t.Cleanup(s.Close)
	var id TableID
	alter(t, s, func(d *Draft) error {
		if err := d.CreateDatabase("a", nil); err != nil {
			return err
		}
		var err error
		id, err = d.CreateTable("a", "t", def)
		return err
	})
	disk := &slowDisk{turn: make(chan error)}
	if err := s.Keep(&disk.memoryDisk, new(testCodec)); err != nil {
		t.Fatal(err)
	}
	s.keeper.disk = disk
	results := make(chan error)
	commit := func(x int64) {
		tx := s.Begin()
		_, err := tx.Insert(id, Row{x})
		if err == nil {
			err = tx.Commit(nil)
		}
		results <- err
	}
	waiting := func(n int) { // until so many wait behind the one that is written
		for {
			s.mu.Lock()
			forming := s.keeper.forming
			all := forming != nil && len(forming.steps) == n
			s.mu.Unlock()
			if all {
				return
			}
			runtime.Gosched()
		}
	}
	for _, fails := range []error{nil, errFails} {
		rows := s.Begin().Rows(id)
		writes := disk.writes
		go commit(100 + int64(rows))
		<-disk.begun()
		for i := range 10 {
			go commit(200 + int64(rows+i))
		}
		waiting(10)
		if got := s.Begin().Rows(id); got != rows {
			t.Errorf("%d rows are seen that are not durable", got-rows)
		}
		disk.turn <- fails
		want, wrote := rows+11, 2
		if fails != nil {
			want, wrote = rows, 1
		} else {
			<-disk.begun()
			disk.turn <- nil
		}
		for range 11 {
			var w *WriteError
			if err := <-results; errors.As(err, &w) != (fails != nil) || fails == nil && err != nil {
				t.Errorf("commit: %v", err)
			}
		}
		if got := s.Begin().Rows(id); got != want || disk.writes-writes != wrote {
			t.Errorf("%d rows after %d writes, not %d after %d", got, disk.writes-writes, want, wrote)
		}
	}
	// The store goes on behind the failure.
	go commit(1000)
	<-disk.begun()
	disk.turn <- nil
	if err := <-results; err != nil {
		t.Error(err)
	}
}

// slowDisk writes when it is told to.
type slowDisk struct {
	memoryDisk
	turn   chan error
	begins chan struct{}
	writes int
	once   sync.Once
}

func (d *slowDisk) begun() chan struct{} {
	d.once.Do(func() { d.begins = make(chan struct{}, 100) })
	return d.begins
}

func (d *slowDisk) Write(writes []Write) error {
	d.begun() <- struct{}{}
	err := <-d.turn
	d.writes++
	if err != nil {
		return err
	}
	return d.memoryDisk.Write(writes)
}

// TestDamage: whatever byte of whatever value is another, Load returns an error or
// a store; it does not panic and asks for no memory that there is not.
func TestDamage(t *testing.T) {
	r := newRandom(t, 1)
	r.keep()
	r.run()
	for key, value := range r.disk.keys {
		for i := range value {
			for _, flip := range []byte{1, 0x80, 0xff} {
				damaged := &memoryDisk{keys: maps.Clone(r.disk.keys)}
				v := bytes.Clone(value)
				v[i] ^= flip
				damaged.keys[key] = v
				if key[0] == 't' && key[9] != 'd' { // the test's codec has numbers only
					_, _ = Load(damaged, r.codec, Options{})
				}
			}
		}
	}
}
