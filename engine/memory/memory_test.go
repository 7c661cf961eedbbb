package memory

import (
	"runtime/debug"
	"testing"
)

// While a statement that was refused memory goes on, the process leaves less garbage: until the last of them has ended.
func TestRefusedStatementsLeaveLessGarbage(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	before := percent()
	pool := NewPool(None)
	first, second, third := pool.Statement(10), pool.Statement(10), pool.Statement(10)
	for _, s := range []*Statement{first, first, second} {
		a := s.Account()
		if a.Fits(11) {
			t.Error("11 bytes of 10")
		}
	}
	a := third.Account()
	if err := a.Set(10); err != nil {
		t.Error(err)
	}
	for _, s := range []*Statement{third, first} {
		s.End()
		if got := percent(); got != pressedPercent {
			t.Errorf("%d percent", got)
		}
	}
	second.End()
	if got := percent(); got != before || pool.Held() != 0 {
		t.Errorf("%d percent, not %d; %d bytes are held", got, before, pool.Held())
	}
}

// Who can do with less leaves some to who cannot.
func TestFitsLeavesSome(t *testing.T) {
	s := NewPool(None).Statement(1600)
	defer s.End()
	first, second, third := s.Account(), s.Account(), s.Account()
	for _, c := range []struct {
		of    *Account
		bytes int64
		fits  bool
	}{{&first, 1201, false}, {&first, 1200, true}, {&second, 301, false}, {&second, 300, true}, {&first, 1201, false}, {&first, 1100, true}} {
		if got := c.of.Fits(c.bytes); got != c.fits {
			t.Errorf("%d bytes fit: %v", c.bytes, got)
		}
	}
	if err := third.Set(200); err != nil {
		t.Error(err)
	}
	if err := third.Set(201); err == nil {
		t.Error("201 bytes of 200")
	}
	if s.Left() != 0 {
		t.Errorf("%d bytes are left", s.Left())
	}
}
