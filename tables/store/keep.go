package store

import (
	"errors"
	"fmt"
)

// Disk keeps keys and their values through restarts.
type Disk interface {
	Reader
	// Write makes all of the writes, in their order, or none. When it returns nil
	// they outlast a power cut; behind an error that is ErrInDoubt they may be there
	// after a restart nevertheless. One call is made at a time, and it may be called
	// again after an error.
	Write([]Write) error
}

// ErrInDoubt says that a write that has failed could not be taken back either.
var ErrInDoubt = errors.New("it may be there after a restart")

// Reader reads what is kept on a disk.
type Reader interface {
	// Scan calls f with the keys from one up to another, sorted as bytes, and
	// their values, which are f's until it returns. An error of f ends it.
	Scan(from, until []byte, f func(key, value []byte) error) error
}

// Write is one step of what [Disk.Write] does.
type Write struct {
	Key   []byte
	Value []byte
	Until []byte // not nil: the keys from Key up to Until are deleted
}

// WriteError says that a commit could not be made durable. Nothing of it is there.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return fmt.Sprintf("store: the commit is not kept: %v", e.Err) }

func (e *WriteError) Unwrap() error { return e.Err }

// keeper brings a store's commits to a disk, by groups: while one group is written
// the next one forms, and costs the disk one write again (group commit).
type keeper struct {
	disk    Disk
	book    *book  // of who writes
	forming *group // nil: nobody waits
	writing bool
}

// group are commits that one write makes durable.
type group struct {
	steps []step
	ended bool
	err   error
}

// step is from one root to the next.
type step struct {
	before, after *root
	written       []TableID // the tables that a transaction has written; nil: any may be changed, and databases
}

// pending tells whether the newest root is yet to be made durable.
func (s *Store) pending() bool { return s.head != s.root.Load() }

// settle waits until nothing is pending.
func (s *Store) settle() {
	for s.pending() {
		s.settled.Wait()
	}
}

// publish makes the root the newest one, and waits until transactions begin with
// it. The lock is released meanwhile.
func (s *Store) publish(next *root, written []TableID) error {
	k := s.keeper
	if k == nil {
		s.become(next)
		return nil
	}
	if k.forming == nil {
		k.forming = new(group)
	}
	g := k.forming
	g.steps = append(g.steps, step{s.head, next, written})
	s.head = next
	for !g.ended {
		if k.writing {
			s.settled.Wait()
		} else {
			s.write(g) // it is the forming one: those before have ended
		}
	}
	return g.err
}

// write makes the group durable. Behind a failure everything is as it was before,
// also for those who have built on the group meanwhile.
func (s *Store) write(g *group) {
	k := s.keeper
	k.forming, k.writing = nil, true
	s.mu.Unlock()
	err := k.book.write(k.disk, g.steps)
	s.mu.Lock()
	k.writing, g.ended = false, true
	if err == nil {
		s.root.Store(g.steps[len(g.steps)-1].after)
	} else {
		g.err = &WriteError{err}
		if k.forming != nil {
			k.forming.ended, k.forming.err = true, g.err
			k.forming = nil
		}
		s.head = s.root.Load()
	}
	s.settled.Broadcast()
}
