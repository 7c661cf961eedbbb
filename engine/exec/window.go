package exec

import (
	"math"
	"slices"
	"sort"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

var _ source = (*window)(nil)

// window sorts the rows by partition and order and computes functions of each partition.
type window struct {
	c     *expr.Context
	n     *plan.Window // its expressions are placed
	child Operator
	// unordered: the partitions may come in any order.
	unordered bool

	mem     memory.Account
	offsets []frameOffsets
	sorted  *sortedRows  // nil: not read yet
	ahead   *types.Batch // of rows on the disk, those that were read and belong to partitions that are not computed yet
	differs []int        // see sortedRows
	inputs  [][]int      // the sorted rows' columns that each call is computed of: its arguments, then the limits of its frame and, where it has some, the order key
	files   *windowFiles // nil: the partitions are in memory
	written int64        // to files
	held
}

func newWindow(b *builder, n *plan.Window) (maker, error) {
	child, err := b.build(n.Child)
	if err != nil {
		return nil, err
	}
	exprs, err := b.placeAll(n.Exprs(), layoutOf(n.Child))
	if err != nil {
		return nil, err
	}
	placed := n.WithExprs(expr.Share(exprs)).(*plan.Window)
	// Of several columns of the partitions some may not be the chain's keys: rows that have the same ones keep their order.
	unordered := b.chains[n] != nil && len(n.Partition) == 1
	return func(c *expr.Context) Operator {
		w := &window{c: c, n: placed, child: child(c), unordered: unordered, mem: c.Memory.Account()}
		if n.Top > 0 {
			w.child = &partitionTop{c: c, n: placed, child: w.child, mem: c.Memory.Account()}
		}
		return w
	}, nil
}

// Next implements Operator.
func (w *window) Next() (*types.Batch, error) {
	if w.sorted == nil {
		if err := w.readAll(); err != nil {
			return nil, err
		}
		if w.sorted.sorter == nil {
			rows, differs, err := w.sorted.next(math.MaxInt)
			if err != nil || rows == nil {
				return nil, err
			}
			found := w.partitioner()
			found.add(differs)
			if rows, err = w.compute(rows, found.finish()); err != nil {
				return nil, err
			}
			w.hold(rows)
		}
	}
	if w.sorted.sorter == nil {
		return w.next(batchSize(w.c)), cancelled(w.c)
	}
	for {
		if b := w.pieces.next(batchSize(w.c)); b != nil {
			return b, cancelled(w.c)
		}
		w.pieces = pieces{}
		if w.files != nil {
			rows, err := w.files.read()
			if err != nil {
				return nil, err
			}
			if w.pieces.rows = rows; rows != nil {
				continue
			}
			w.files.close()
			w.files = nil
		}
		w.mem.Release()
		rows, parts, err := w.some()
		switch {
		case err != nil || len(parts) == 0:
		case w.files != nil:
			err = w.files.compute(parts)
		default:
			w.pieces.rows, err = w.compute(rows, parts)
		}
		if err != nil || len(parts) == 0 {
			return nil, err
		}
	}
}

// Close implements Operator.
func (w *window) Close() {
	w.child.Close()
	w.rows = nil
	w.sorted.close()
	w.files.close()
	w.mem.Release()
}

// spilled implements spiller.
func (w *window) spilled() int64 {
	if w.sorted == nil {
		return 0
	}
	return w.sorted.spilled() + w.written
}

// windowArgs are the arguments of a window's call.
func windowArgs(call *expr.WindowCall) []expr.Expr {
	if call.Aggregate != nil {
		return call.Aggregate.Args
	}
	return call.Args
}

// frameLimits are the limits of a frame that has them.
func frameLimits(f *expr.Frame) []expr.Expr {
	var limits []expr.Expr
	for _, b := range []*expr.Bound{&f.Start, &f.End} {
		if b.Limit != nil {
			limits = append(limits, b.Limit)
		}
	}
	return limits
}

// compute is the rows, whole partitions in their order, with a column for each call.
func (w *window) compute(b *types.Batch, parts []partition) (*types.Batch, error) {
	if err := w.mem.Grow(w.resultBytes(b.N)); err != nil {
		return nil, err
	}
	columns := len(w.n.Child.Columns())
	out := &types.Batch{N: b.N, Cols: b.Cols[:columns:columns]}
	for i := range w.n.Calls {
		v, err := w.call(i, pick(b, w.inputs[i]).Cols, parts, b.N)
		if err != nil {
			return nil, err
		}
		out.Cols = append(out.Cols, v)
	}
	return out, nil
}

// call computes a call of its inputs.
func (w *window) call(i int, inputs []*types.Vec, parts []partition, n int) (*types.Vec, error) {
	call := w.n.Calls[i]
	args := len(windowArgs(call))
	f := &frames{frame: &call.Frame, offsets: w.offsets[i], parts: parts}
	if limits := inputs[args:]; len(limits) > 0 {
		f.key = limits[len(limits)-1]
		if err := w.limit(f, limits); err != nil {
			return nil, err
		}
	}
	if call.Aggregate != nil {
		return aggregateWindow(w.c, call, f, inputs[:args:args], n)
	}
	return functionWindow(w.c, call, f, inputs[:args:args], n)
}

// limit gives frames the limits of RANGE with an offset.
func (w *window) limit(f *frames, limits []*types.Vec) error {
	for _, b := range []struct {
		bound *expr.Bound
		to    *frameLimit
	}{{&f.frame.Start, &f.start}, {&f.frame.End, &f.end}} {
		if b.bound.Limit == nil {
			continue
		}
		order := w.n.Order[0]
		f.desc = order.Desc
		var err error
		if *b.to, err = newFrameLimit(w.c, f.key, order.X.Type(), limits[0], b.bound.Limit.Type()); err != nil {
			return err
		}
		limits = limits[1:]
	}
	return nil
}

// readAll reads all rows. To the child's columns come the order keys, then of each call the arguments and limits of the frame,
// and at last the keys of the partitions.
func (w *window) readAll() error {
	for _, call := range w.n.Calls {
		offsets, err := newFrameOffsets(w.c, &call.Frame)
		if err != nil {
			return err
		}
		w.offsets = append(w.offsets, offsets)
	}
	cols := w.n.Child.Columns()
	var exprs []expr.Expr
	for _, o := range w.n.Order {
		exprs = append(exprs, o.X)
	}
	for _, call := range w.n.Calls {
		limits := frameLimits(&call.Frame)
		var inputs []int
		for _, x := range slices.Concat(windowArgs(call), limits) {
			inputs = append(inputs, len(cols)+len(exprs))
			exprs = append(exprs, x)
		}
		if len(limits) > 0 {
			inputs = append(inputs, len(cols))
		}
		w.inputs = append(w.inputs, inputs)
	}
	var keys []sortColumn
	for i, x := range w.n.Partition {
		keys = append(keys, sortColumn{at: len(cols) + len(exprs) + i, t: x.Type(), any: w.unordered})
	}
	for i, o := range w.n.Order {
		keys = append(keys, sortColumn{at: len(cols) + i, t: o.X.Type(), desc: o.Desc})
	}
	computed := slices.Concat(exprs, w.n.Partition)
	all := slices.Concat(cols, columnsOfTypes(typesOf(computed)))
	w.sorted = newSortedRows(w.c, all, keys, 2)
	w.sorted.wanted, w.sorted.beside = len(cols)+len(exprs), 16*int64(len(w.n.Calls))
	if err := eachBatch(w.c, w.child, func(b *types.Batch) error {
		values, err := evalStored(w.c, computed, b) // MySQL writes them to the window's temporary table
		if err != nil {
			return err
		}
		return w.sorted.add(&types.Batch{N: b.N, Cols: slices.Concat(b.Cols, values)})
	}); err != nil {
		return err
	}
	return w.sorted.finish()
}

// partition is the rows of the window's batch from one index up to another, which it does not
// have.
type partition struct {
	from, to int
	peers    []int32 // of each row, the first that is equal to it in the order; counted from the partition's first
}

// partitioner finds the partitions of sorted rows, and the peers.
type partitioner struct {
	partitionKeys, keys int // of the keys the first are those of the partition
	parts               []partition
	peers               []int32
}

func (w *window) partitioner() *partitioner {
	return &partitioner{partitionKeys: len(w.n.Partition), keys: len(w.n.Partition) + len(w.n.Order)}
}

// add takes the next rows' differences, see sortedRows.
func (p *partitioner) add(differences []int) {
	from := len(p.peers)
	p.peers = append(p.peers, make([]int32, len(differences))...)
	first := int32(0)
	if from > 0 {
		first = p.peers[from-1]
	}
	for k, differs := range differences {
		i := from + k
		switch {
		case i == 0 || differs < p.partitionKeys:
			p.parts = append(p.parts, partition{from: i})
			first = 0
		case differs < p.keys:
			first = int32(i - p.parts[len(p.parts)-1].from)
		}
		p.peers[i] = first
		p.parts[len(p.parts)-1].to = i + 1
	}
}

// finish is the partitions, when all rows are there.
func (p *partitioner) finish() []partition {
	for i, part := range p.parts {
		p.parts[i].peers = p.peers[part.from:part.to:len(p.peers)]
	}
	return p.parts
}

// bytes is what was found takes in memory.
func (p *partitioner) bytes() int64 { return 4*int64(cap(p.peers)) + 40*int64(cap(p.parts)) }

// spans are the partitions' rows.
func spans(parts []partition) []expr.Span {
	out := make([]expr.Span, len(parts))
	for i, p := range parts {
		out[i] = expr.Span{From: p.from, To: p.to}
	}
	return out
}

// functionWindow computes what is nothing but a window function, of n rows.
func functionWindow(c *expr.Context, call *expr.WindowCall, f *frames, args []*types.Vec, n int) (*types.Vec, error) {
	return inPieces(c, &call.T, f.parts, args, n, func(c *expr.Context, first int, parts []expr.Span, args []*types.Vec, n int) (*types.Vec, error) {
		w := &expr.Partitions{N: n, Parts: parts, Args: args}
		if n > 0 {
			w.Peers = f.parts[first].peers[:n] // all partitions' lie one behind the other
		}
		w.Frame = func(part int) func(i int) (start, end int) { return f.of(f.parts[first+part]) }
		return call.Function.Compute(c, call, w)
	})
}

// inPieces computes something of n rows in partitions: by several goroutines, each adjoining partitions from a first one
// on, where there are many rows. The spans, the arguments and their number are those of the piece.
func inPieces(c *expr.Context, t *types.Type, parts []partition, args []*types.Vec, n int,
	compute func(c *expr.Context, first int, parts []expr.Span, args []*types.Vec, n int) (*types.Vec, error),
) (*types.Vec, error) {
	pieces := min(piecesOf(c, n), len(parts))
	if pieces < 2 {
		return compute(c, 0, spans(parts), args, n)
	}
	// at is the partition with which a piece begins: that of its share of the rows.
	at := func(piece int) int {
		return sort.Search(len(parts), func(p int) bool { return parts[p].from >= n*piece/pieces })
	}
	vecs := make([]*types.Vec, pieces)
	if err := each(c, pieces, func(c *expr.Context, i int) (err error) {
		first, end := at(i), at(i+1)
		if first == end {
			return nil
		}
		from, to := parts[first].from, parts[end-1].to
		own := spans(parts[first:end])
		for k := range own {
			own[k].From, own[k].To = own[k].From-from, own[k].To-from
		}
		vecs[i], err = compute(c, first, own, sliceAll(args, from, to), to-from)
		return err
	}); err != nil {
		return nil, err
	}
	vecs = slices.DeleteFunc(vecs, func(v *types.Vec) bool { return v == nil })
	return types.Concat(t, vecs), nil
}

// aggregateWindow computes an aggregate over the frames of n rows.
func aggregateWindow(c *expr.Context, call *expr.WindowCall, f *frames, args []*types.Vec, n int) (*types.Vec, error) {
	if f.whole() {
		return wholePartitions(c, call.Aggregate, f.parts, args, n)
	}
	// Frames that all end with the partition grow toward its begin.
	backward := call.Frame.End.Kind == expr.UnboundedFollowing && !call.Aggregate.F.Ordered
	if _, ok := call.Aggregate.F.New(call.Aggregate).(expr.Framer); ok {
		var otherwise atomic.Bool
		v, err := inPieces(c, &call.T, f.parts, args, n, func(c *expr.Context, first int, parts []expr.Span, args []*types.Vec, n int) (*types.Vec, error) {
			limits, err := f.limits(c, first, parts, n)
			if err != nil {
				return nil, err
			}
			limits.Backward = backward
			v, err := call.Aggregate.F.New(call.Aggregate).(expr.Framer).Frames(c, limits, args)
			if v == nil && err == nil {
				otherwise.Store(true)
				return types.SameVec(&call.T, types.Value{}, n), nil
			}
			return v, err
		})
		if err != nil || !otherwise.Load() {
			return v, err
		}
	}
	out := types.NewVec(&call.T, n)
	s := &slider{c: c, call: call.Aggregate, args: args}
	for _, p := range f.parts {
		frame := f.of(p)
		s.reset()
		for i := range p.to - p.from {
			if s.worked++; s.worked > checkedRows {
				s.worked = 0
				if err := cancelled(c); err != nil {
					return nil, err
				}
			}
			if backward {
				i = p.to - p.from - 1 - i
			}
			start, end := frame(i)
			x, err := s.result(p.from+start, p.from+end)
			if err != nil {
				return nil, err
			}
			out.Set(p.from+i, x)
		}
	}
	return out, nil
}

// wholePartitions computes an aggregate once for each partition, of n rows in all.
func wholePartitions(c *expr.Context, call *expr.AggregateCall, parts []partition, args []*types.Vec, n int) (*types.Vec, error) {
	acc := call.F.New(call)
	acc.Grow(len(parts))
	groups := make([]int32, n)
	for g, p := range parts {
		for i := p.from; i < p.to; i++ {
			groups[i] = int32(g)
		}
	}
	for from := 0; from < n; from += BatchSize {
		if err := cancelled(c); err != nil {
			return nil, err
		}
		to := min(from+BatchSize, n)
		if err := acc.Update(c, groups[from:to], sliceAll(args, from, to)); err != nil {
			return nil, err
		}
	}
	v, err := resultsOf(c, acc, &call.T, len(parts))
	if err != nil {
		return nil, err
	}
	return v.Take(groups), nil
}

func sliceAll(vecs []*types.Vec, from, to int) []*types.Vec {
	out := make([]*types.Vec, len(vecs))
	for i, v := range vecs {
		out[i] = v.Slice(from, to)
	}
	return out
}

// slider computes an aggregate over frames one after the other, of each from the one before
// where it can: a frame that has grown gets the new rows; one that has moved on forgets rows,
// where the aggregate is a [expr.Remover]; else it begins anew.
type slider struct {
	c    *expr.Context
	call *expr.AggregateCall
	args []*types.Vec

	acc        expr.Accumulator
	group      int32
	start, end int // the frame that the group has
	value      types.Value
	valid      bool // value is the group's

	groups []int32
	empty  *types.Value
	worked int // rows since the last question whether the statement goes on
}

// reset forgets the frame.
func (s *slider) reset() { s.start, s.end, s.valid = 0, 0, false }

// anew makes an empty group the current one. States are thrown away some at a time.
func (s *slider) anew(start int) {
	const most = 256
	if s.group++; s.acc == nil || s.group >= most {
		s.acc, s.group = s.call.F.New(s.call), 0
	}
	s.acc.Grow(int(s.group) + 1)
	s.start, s.end, s.valid = start, start, false
}

// result is the aggregate of the rows from start up to end.
func (s *slider) result(start, end int) (types.Value, error) {
	if start >= end {
		return s.none()
	}
	if s.valid && s.start == start && s.end == end {
		return s.value, nil
	}
	remover, removes := s.acc.(expr.Remover)
	var err error
	switch {
	case s.start < s.end && s.start == start && s.end <= end:
		err = s.add(s.end, end)
	case s.start < s.end && s.end == end && start <= s.start && !s.call.F.Ordered:
		err = s.add(start, s.start)
	case removes && s.start <= start && start < s.end && s.end <= end:
		if err = remover.Remove(s.c, s.some(start-s.start), sliceAll(s.args, s.start, start)); err == nil {
			err = s.add(s.end, end)
		}
	default:
		s.anew(start)
		err = s.add(start, end)
	}
	if err != nil {
		return types.Value{}, err
	}
	s.start, s.end, s.valid = start, end, true
	s.value, err = s.acc.Result(s.c, int(s.group))
	return s.value, err
}

// none is the aggregate of no rows.
func (s *slider) none() (types.Value, error) {
	if s.empty == nil {
		acc := s.call.F.New(s.call)
		acc.Grow(1)
		x, err := acc.Result(s.c, 0)
		if err != nil {
			return x, err
		}
		s.empty = &x
	}
	return *s.empty, nil
}

func (s *slider) add(from, to int) error {
	if from == to {
		return nil
	}
	s.worked += to - from
	return s.acc.Update(s.c, s.some(to-from), sliceAll(s.args, from, to))
}

// some is the group for n rows.
func (s *slider) some(n int) []int32 {
	if n > len(s.groups) {
		s.groups = make([]int32, max(n, 2*len(s.groups)))
		for i := range s.groups {
			s.groups[i] = s.group
		}
	}
	if len(s.groups) > 0 && s.groups[0] != s.group {
		for i := range s.groups {
			s.groups[i] = s.group
		}
	}
	return s.groups[:n]
}
