package exec

import (
	"sync"
	"time"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Stats are what an execution has counted, by operator of the plan.
type Stats struct{ counts map[plan.Node]*counts }

// counts are those of an operator, of all its runs together, with what it reads.
type counts struct {
	sync.Mutex
	workers     int // goroutines that were at it; 0: one
	loops, rows int64
	first, all  time.Duration // until the first row, until the end
	spilled     int64         // bytes that the operator itself has put to the disk
	divided     bool          // each run is of a partition of the rows: all are one
	note        string        // how they are divided
}

// RunAnalyze is [Run] that counts rows and time. Stats are complete when the operator has come to its
// end.
func RunAnalyze(c *expr.Context, n plan.Node) (Operator, *Stats, error) {
	s := &Stats{counts: map[plan.Node]*counts{}}
	op, err := run(c, n, s)
	return op, s, err
}

// count compiles the counting of an operator.
func (s *Stats) count(n plan.Node, m maker) maker {
	k := s.of(n)
	return func(c *expr.Context) Operator { return &counter{Operator: m(c), counts: k} }
}

// of is the counts of an operator.
func (s *Stats) of(n plan.Node) *counts {
	k := s.counts[n]
	if k == nil {
		k = &counts{}
		s.counts[n] = k
	}
	return k
}

// shared notes how many workers there are.
func (k *counts) shared(workers int) {
	if k != nil {
		k.workers = max(k.workers, workers)
	}
}

// divide says that the operator runs for each of the partitions of its rows, with so many workers.
func (k *counts) divide(workers int) {
	if k != nil {
		k.divided, k.loops = true, k.loops+1
		k.shared(workers)
	}
}

// also counts what one of so many workers gets of an operator, to what others do. Their time counts together.
func (k *counts) also(op Operator, workers int) Operator {
	if k == nil {
		return op
	}
	return &counter{Operator: op, counts: k, started: true, got: true, workers: workers}
}

// counter counts what an operator gives.
type counter struct {
	Operator
	*counts
	started, got, closed bool
	workers              int // that count side by side; 0: there is one
}

// spiller is an operator that may put rows to the disk.
type spiller interface {
	spilled() int64 // bytes
}

// Close implements Operator.
func (k *counter) Close() {
	if s, ok := k.Operator.(spiller); ok && !k.closed {
		k.Lock()
		k.counts.spilled += s.spilled()
		k.Unlock()
	}
	k.closed = true
	k.Operator.Close()
}

// Next implements Operator.
func (k *counter) Next() (*types.Batch, error) {
	begin := time.Now()
	b, err := k.Operator.Next()
	d := time.Since(begin)
	k.Lock()
	defer k.Unlock()
	if k.divided {
		d /= time.Duration(max(k.counts.workers, 1))
		k.started, k.got = true, true
	} else {
		d /= time.Duration(max(k.workers, 1))
	}
	if !k.started {
		k.started = true
		k.loops++
	}
	k.all += d
	if !k.got {
		k.first += d
		k.got = true
	}
	if b != nil {
		k.rows += int64(b.N)
	}
	return b, err
}
