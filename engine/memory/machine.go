package memory

import (
	"bufio"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// Machine is how much memory the process may have: the least of what the machine has, what its control group is
// given, and GOMEMLIMIT. It is [None] where nothing of that is known.
var Machine = sync.OnceValue(func() int64 {
	least := debug.SetMemoryLimit(-1) // math.MaxInt64: none
	for _, bytes := range []int64{physical(), number("/sys/fs/cgroup/memory.max"), number("/sys/fs/cgroup/memory/memory.limit_in_bytes")} {
		if bytes > 0 {
			least = min(least, bytes)
		}
	}
	return least
})

// Defaults are the limits of a statement and of all together, of which nobody has said anything: a quarter and half of
// the machine's memory. The other half is the tables', and the garbage collector's.
func Defaults() (statement, all int64) {
	m := Machine()
	if m == math.MaxInt64 {
		return None, None
	}
	return m / 4, m / 2
}

// physical is the machine's memory as Linux tells it; 0: not known.
func physical() int64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "MemTotal:" {
			n, _ := strconv.ParseInt(fields[1], 10, 64)
			return n << 10
		}
	}
	return 0
}

// number is the number in a file; 0 where there is none, as where it says max.
func number(path string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}
