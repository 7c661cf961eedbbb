// Package memory counts what statements hold in memory while they are executed: rows, hash tables, states of
// aggregates. What a statement may hold is bounded, and so is what all of a server's may together.
//
// Who holds something has an [Account], and says by the batch, not by the row, how much that is, in bytes, about.
// Where it is refused, who can puts rows to the disk ([Account.Fits], package spill); for others that is the end
// of the statement.
package memory

import (
	"fmt"
	"math"
	"sync/atomic"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// The system variables that say what the limits are, MySQL's (manual 7.1.8). MySQL closes the connection that has
// passed one, with error 4082 or 4081; here it is the statement alone that ends.
const (
	ConnectionVariable = "connection_memory_limit"
	GlobalVariable     = "global_connection_memory_limit"
)

// None is no limit.
const None = math.MaxInt64

// errCapacityExceeded is ER_CAPACITY_EXCEEDED.
const errCapacityExceeded = 3170

// Pool is what all statements of a server hold.
type Pool struct {
	limit atomic.Int64
	held  atomic.Int64
}

// NewPool makes a pool of so many bytes.
func NewPool(limit int64) *Pool {
	p := &Pool{}
	p.limit.Store(limit)
	return p
}

// SetLimit makes the pool another size. Who holds more than that may go on.
func (p *Pool) SetLimit(limit int64) { p.limit.Store(limit) }

// Held is how many bytes the statements hold.
func (p *Pool) Held() int64 { return p.held.Load() }

// Statement is what a statement holds, in all its parts. Several goroutines may use it.
type Statement struct {
	pool  *Pool
	limit int64
	held  atomic.Int64
	full  atomic.Bool // it was refused memory
}

// Statement begins a statement that may hold so many bytes.
func (p *Pool) Statement(limit int64) *Statement { return &Statement{pool: p, limit: limit} }

// End gives back what the statement holds.
func (s *Statement) End() {
	s.pool.held.Add(-s.held.Swap(0))
	if s.full.Swap(false) {
		unpress()
	}
}

// Account is the begin of an account of the statement; of nil one that bounds nothing.
func (s *Statement) Account() Account { return Account{of: s} }

// Left is how many bytes more the statement may hold; of nil any number.
func (s *Statement) Left() int64 {
	if s == nil {
		return None
	}
	return min(s.limit-s.held.Load(), s.pool.limit.Load()-s.pool.held.Load())
}

// grow takes n bytes more, or none.
func (s *Statement) grow(n int64) error {
	if held := s.held.Add(n); held > s.limit {
		s.held.Add(-n)
		return s.exceeded(s.limit, ConnectionVariable)
	}
	if limit := s.pool.limit.Load(); s.pool.held.Add(n) > limit {
		s.shrink(n)
		return s.exceeded(limit, GlobalVariable)
	}
	return nil
}

func (s *Statement) shrink(n int64) {
	s.held.Add(-n)
	s.pool.held.Add(-n)
}

func (s *Statement) exceeded(limit int64, variable string) error {
	s.refuse()
	return mysql.NewError(errCapacityExceeded,
		fmt.Sprintf("Memory capacity of %d bytes for '%s' exceeded. The statement was ended.", limit, variable))
}

// refuse remembers that the statement was refused memory.
func (s *Statement) refuse() {
	if !s.full.Swap(true) {
		press()
	}
}

// Account is what a part of a statement holds. The zero Account bounds nothing.
type Account struct {
	of   *Statement
	held int64
}

// Held is how many bytes the account has.
func (a *Account) Held() int64 { return a.held }

// Set says that the part holds so many bytes now. MySQL's error 3170 says that they are too many; the account then is
// as it was.
func (a *Account) Set(bytes int64) error {
	switch n := bytes - a.held; {
	case n == 0 || a.of == nil:
	case n < 0:
		a.of.shrink(-n)
	default:
		if err := a.of.grow(n); err != nil {
			return err
		}
	}
	a.held = bytes
	return nil
}

// Grow says that the part holds so many bytes more.
func (a *Account) Grow(bytes int64) error { return a.Set(a.held + bytes) }

// Fits is Set for those who know what to do where it fails. They may have three quarters of what the statement's other
// parts leave: some is to be left for those above them, which begin later, and for who cannot do with less.
func (a *Account) Fits(bytes int64) bool {
	if a.of != nil && bytes > a.held && bytes > (a.of.Left()+a.held)/4*3 {
		a.of.refuse()
		return false
	}
	return a.Set(bytes) == nil
}

// Shrink says that the part holds so many bytes less.
func (a *Account) Shrink(bytes int64) { _ = a.Set(a.held - bytes) }

// Release gives all back. The account may be used again.
func (a *Account) Release() { _ = a.Set(0) }
