package main

import (
	"math"
	"os"
	"runtime/debug"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/memory"
)

// The heap is bounded by what the machine has, unless GOMEMLIMIT says something, "off" as well.
func TestBoundHeap(t *testing.T) {
	before := debug.SetMemoryLimit(math.MaxInt64)
	defer debug.SetMemoryLimit(before)
	t.Setenv("GOMEMLIMIT", "off") // it is put back at the end
	if boundHeap(); debug.SetMemoryLimit(-1) != math.MaxInt64 {
		t.Errorf("bounded at %d, though nobody wants that", debug.SetMemoryLimit(-1))
	}
	if err := os.Unsetenv("GOMEMLIMIT"); err != nil {
		t.Fatal(err)
	}
	want := int64(math.MaxInt64)
	if machine := memory.Machine(); machine != memory.None {
		want = machine / 10 * 9
	}
	if boundHeap(); debug.SetMemoryLimit(-1) != want {
		t.Errorf("bounded at %d, not %d", debug.SetMemoryLimit(-1), want)
	}
}
