package exec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// partitionRows is about how many rows a partition has: what an operator keeps of them is near a processor then.
var partitionRows = 16 * BatchSize

const (
	leastPartitions = 8       // fewer are not worth it
	mostPartitions  = 1 << 12 // partitions are greater rather than more
	partitionKeysOf = 4       // different keys among the first rows, for a partition, that there should be
	unitRun         = 256     // rows of a unit, for a partition, so that not all is headers
)

// partitionWise computes a chain. Its rows begin on one goroutine, as those of any pipeline; where they are many, and have
// many different keys, workers divide them into partitions, and the chain's operators run for each partition by itself,
// one after the other. It is the source of the pipeline above, whose parts are the partitions.
type partitionWise struct {
	*partitionedChain
	c     *expr.Context
	child Operator

	begun bool
	plain Operator // the chain over all rows; nil: it is over partitions
	x     *exchange
	queue []int // the partitions: those that are large by skew first
	large int   // how many these are
	at    int   // in the queue
	now   Operator
	divided
}

// partitionedChain is a chain that is compiled.
type partitionedChain struct {
	*chain
	input  maker
	keys   []expr.Expr // placed
	groups []expr.Expr // the keys of the lowest operator, where it makes fewer rows of many, placed
	types  []*types.Type
	label  string

	mu     sync.Mutex
	source Operator // what make reads
	make   maker

	counts []*counts // of the operators but the top
	own    *counts
}

func newPartitionWise(b *builder, ch *chain) (maker, error) {
	with := ch.withKeysBelow()
	below := with.bottom.Children()[0]
	p := &partitionedChain{chain: ch, types: columnTypes(below.Columns())}
	var err error
	if p.input, err = b.stream(below); err != nil {
		return nil, err
	}
	if p.keys, err = b.placeAll(with.keys, layoutOf(below)); err != nil {
		return nil, err
	}
	if _, ok := with.bottom.(*plan.Window); !ok {
		if p.groups, err = b.placeAll(partitionKeys(with.bottom), layoutOf(below)); err != nil {
			return nil, err
		}
	}
	var names []string
	for _, k := range ch.keys {
		names = append(names, k.String())
	}
	p.label = strings.Join(names, ", ")
	for i, n := range ch.nodes {
		b.chains[n], b.chains[with.nodes[i]] = ch, ch
		if b.stats != nil {
			b.stats.counts[with.nodes[i]] = b.stats.of(n)
		}
	}
	b.inputs[below] = func(*expr.Context) Operator { return p.source }
	p.make, err = b.operator(with.top)
	delete(b.inputs, below)
	if b.stats != nil {
		for _, n := range ch.nodes[1:] {
			p.counts = append(p.counts, b.stats.counts[n])
		}
		p.own = b.stats.of(ch.top)
	}
	return func(c *expr.Context) Operator {
		return &partitionWise{partitionedChain: p, c: c, child: p.input(c)}
	}, err
}

// over is the chain over some rows.
func (p *partitionedChain) over(c *expr.Context, rows Operator) Operator {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.source = rows
	return p.make(c)
}

// Next implements Operator.
func (w *partitionWise) Next() (*types.Batch, error) {
	if !w.begun {
		w.begun = true
		if err := w.begin(); err != nil {
			return nil, err
		}
	}
	if w.plain != nil {
		return w.plain.Next()
	}
	for w.rest == nil && w.at < len(w.queue) {
		if w.now == nil {
			if w.at >= max(1, w.large) && w.may != nil && w.may() {
				w.divide()
				break
			}
			w.now = &partitionRun{w: w, c: w.c, number: w.queue[w.at]}
		}
		b, err := w.now.Next()
		if err != nil {
			return nil, err
		}
		if b != nil {
			w.given += b.N
			return b, nil
		}
		w.now.Close()
		w.now = nil
		w.at++
	}
	return nil, nil
}

// divide leaves the partitions to workers.
func (w *partitionWise) divide() {
	for _, q := range w.queue[w.at:] {
		w.rest = append(w.rest, func(c *expr.Context) Operator { return &partitionRun{w: w, c: c, number: q} })
	}
	w.at = len(w.queue)
}

// divideWhen implements source.
func (w *partitionWise) divideWhen(may func() bool) {
	w.may = may
	if s := w.plainSource(); s != nil {
		s.divideWhen(may)
	}
}

// parts implements source.
func (w *partitionWise) parts() []part {
	if s := w.plainSource(); s != nil {
		return s.parts()
	}
	return w.rest
}

// read implements source.
func (w *partitionWise) read() int {
	if s := w.plainSource(); s != nil {
		return s.read()
	}
	return w.given
}

// plainSource is the chain over all rows, where its rows may be divided.
func (w *partitionWise) plainSource() source {
	if w.plain == nil || w.alone {
		return nil
	}
	return w.plain.(source)
}

// Close implements Operator.
func (w *partitionWise) Close() {
	if w.plain != nil {
		w.plain.Close()
	}
	if w.now != nil {
		w.now.Close()
	}
	if w.x != nil {
		w.x.close()
	}
	w.child.Close()
}

// spilled implements spiller.
func (w *partitionWise) spilled() int64 {
	if s, ok := w.plain.(spiller); ok {
		return s.spilled()
	}
	if w.x == nil {
		return 0
	}
	return w.x.file.Size()
}

// begin reads the first rows, and decides.
func (w *partitionWise) begin() error {
	ahead := &readAhead{c: w.c, child: w.child}
	partitions := 0
	if w.c.BatchSize == 0 {
		if ahead.pipeline = pipelineOf(w.child); ahead.pipeline != nil {
			if err := ahead.fill(); err != nil {
				return err
			}
			var err error
			if partitions, err = w.partitions(ahead); err != nil {
				return err
			}
		}
	}
	if partitions == 0 {
		w.plain = w.over(w.c, ahead)
		if s := w.plainSource(); s != nil {
			s.divideWhen(w.may)
		}
		return nil
	}
	return w.exchange(ahead, partitions)
}

// partitions is how many there should be; 0: the chain is to run over all rows. It does not depend on the number of
// workers.
func (w *partitionWise) partitions(ahead *readAhead) (int, error) {
	parts := len(ahead.pipeline.parts())
	if parts == 0 || ahead.rows == 0 {
		return 0, nil
	}
	rows := ahead.rows + int(float64(parts*morselRows)*float64(ahead.rows)/float64(ahead.pipeline.source.op.read()))
	n := min(rows/partitionRows, mostPartitions)
	if n < leastPartitions {
		return 0, nil
	}
	c := silent(w.c)
	keys, groups := newKeySet(typesOf(w.keys)), newGrouper(typesOf(w.groups))
	for _, b := range ahead.held {
		values, err := evalStored(c, w.keys, b)
		if err != nil {
			return 0, err
		}
		keys.add(values, b.N, nil, nil)
		if values, err = evalStored(c, w.groups, b); err != nil {
			return 0, err
		}
		groups.add(values, b.N)
	}
	if few := groups.n <= ahead.rows/8 || groups.most() <= rows/8; len(w.groups) > 0 && few {
		return 0, nil
	}
	if n = min(n, keys.n/partitionKeysOf); n < leastPartitions {
		return 0, nil
	}
	return n, nil
}

// silent is a context whose warnings nobody sees: what is computed will be once more.
func silent(c *expr.Context) *expr.Context {
	quiet := c.Fork(c.Context, func(uint16, string) {}, func(uint16, string) {})
	quiet.Quiet = true
	return quiet
}

// exchange has workers divide the rows.
func (w *partitionWise) exchange(ahead *readAhead, partitions int) error {
	p := ahead.pipeline
	parts := p.parts()
	workers := min(workersOf(w.c), len(parts))
	p.shared(workers)
	w.x = newExchange(w.c, w.types, typesOf(w.keys), partitions)
	for i := range w.keys { // where that pays, once for all partitions
		for _, b := range ahead.held[:1] {
			values, err := evalStored(silent(w.c), w.keys[i:i+1], b)
			if err != nil {
				return err
			}
			findClasses(typesOf(w.keys[i:i+1]), values, partitions*partitionRows)
		}
	}
	of := max(1, unitRun*partitions/morselRows) // parts of a unit
	units := (len(parts) + of - 1) / of
	w.x.units = make([]exchangeUnit, 1+units)
	if err := each(w.c, 1+units, func(c *expr.Context, i int) error {
		var to exchangeWriter
		quiet := silent(c)
		add := func(to *exchangeWriter, c *expr.Context, b *types.Batch) error {
			keys, err := evalStored(quiet, w.keys, b)
			if err == nil {
				w.x.add(to, b, keys)
			}
			return err
		}
		if i == 0 {
			for _, b := range ahead.held {
				if err := add(&to, c, b); err != nil {
					return err
				}
			}
		} else {
			for _, rows := range parts[(i-1)*of : min(i*of, len(parts))] {
				if err := consume(c, p.over(c, rows, workers), &to, add); err != nil {
					return err
				}
			}
		}
		return w.x.finish(c, &to, &w.x.units[i])
	}); err != nil {
		return err
	}
	w.x.count()
	w.order()
	for _, k := range w.counts {
		k.divide(workersOf(w.c))
	}
	if w.own != nil {
		w.own.note = fmt.Sprintf(" partitioned by %s, %d partitions", w.label, partitions)
	}
	return nil
}

// order makes the queue. Partitions that are large by skew come first: each has all workers.
func (w *partitionWise) order() {
	total := 0
	for _, n := range w.x.sizes {
		total += n
	}
	isLarge := func(q int) bool {
		n := w.x.sizes[q]
		return n > 4*morselRows && n > 8*(total/w.x.partitions)
	}
	for q, n := range w.x.sizes {
		if n > 0 {
			w.queue = append(w.queue, q)
		}
		if isLarge(q) {
			w.large++
		}
	}
	slices.SortStableFunc(w.queue, func(a, b int) int {
		switch {
		case isLarge(a) == isLarge(b):
			return cmp.Compare(a, b)
		case isLarge(a):
			return -1
		}
		return 1
	})
}

// partitionRun is the chain over a partition.
type partitionRun struct {
	w      *partitionWise
	c      *expr.Context
	number int
	op     Operator // nil: not begun
	mem    memory.Account
}

// Next implements Operator.
func (r *partitionRun) Next() (*types.Batch, error) {
	if r.op == nil {
		rows, err := r.w.x.partition(r.number)
		if err != nil {
			return nil, err
		}
		r.mem = r.c.Memory.Account()
		if err := r.mem.Set(rows.Bytes()); err != nil {
			return nil, err
		}
		source := &partitionSource{c: r.c}
		source.hold(rows)
		r.op = r.w.over(r.c, source)
	}
	b, err := r.op.Next()
	if b == nil || err != nil {
		return nil, err
	}
	whole := &types.Batch{N: b.N, Cols: make([]*types.Vec, len(b.Cols))}
	for i, v := range b.Cols {
		whole.Cols[i] = v.Whole()
	}
	return whole, nil
}

// Close implements Operator.
func (r *partitionRun) Close() {
	if r.op != nil {
		r.op.Close()
	}
	r.mem.Release()
}

// partitionSource gives the rows of a partition.
type partitionSource struct {
	c *expr.Context
	held
}

// Next implements Operator.
func (s *partitionSource) Next() (*types.Batch, error) {
	return s.next(batchSize(s.c)), cancelled(s.c)
}

// Close implements Operator.
func (s *partitionSource) Close() {}

// heldRows is how many rows an operator gives of those that another has in memory, if that is known and they are those of a
// partition: a table that is made once for them is not made again as it grows. 0: they are not.
func heldRows(op Operator) int {
	for {
		switch x := op.(type) {
		case *counter:
			op = x.Operator
			continue
		case *project:
			op = x.child
			continue
		case interface{ inMemory() int }:
			if n := x.inMemory(); n <= 4*partitionRows {
				return n
			}
		}
		return 0
	}
}
