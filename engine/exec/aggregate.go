package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// aggregate groups rows by a hash table; with ROLLUP see rollUp.
type aggregate struct {
	c     *expr.Context
	n     *plan.Aggregate // its expressions are placed
	child Operator
	// concurrent: workers may compute groups.
	concurrent bool

	k      *grouping // nil: not begun
	rollup *rollup   // nil: there is none
	done   bool
	held
}

func newAggregate(b *builder, n *plan.Aggregate) (maker, error) {
	child, err := b.stream(n.Child)
	if err != nil {
		return nil, err
	}
	exprs, err := b.placeAll(n.Exprs(), layoutOf(n.Child))
	if err != nil {
		return nil, err
	}
	placed := n.WithExprs(expr.Share(exprs)).(*plan.Aggregate)
	concurrent := allConcurrent(exprs) && (!n.Rollup || len(n.Keys) == 0) &&
		!slices.ContainsFunc(n.Calls, func(call *expr.AggregateCall) bool { return !call.F.Concurrent || len(call.OrderBy) > 0 })
	return func(c *expr.Context) Operator {
		a := &aggregate{c: c, n: placed, child: child(c), concurrent: concurrent && workersOf(c) > 1}
		if !a.concurrent {
			a.child = newGather(c, a.child)
		}
		return a
	}, nil
}

// Next implements Operator.
func (a *aggregate) Next() (*types.Batch, error) {
	if !a.done {
		a.done = true
		if a.n.Rollup && len(a.n.Keys) > 0 {
			if err := a.rollUp(); err != nil {
				return nil, err
			}
		} else {
			rows, err := a.group()
			if err != nil {
				return nil, err
			}
			a.hold(rows)
		}
	}
	if a.rollup != nil {
		return a.rollup.next(batchSize(a.c))
	}
	if a.k != nil && a.k.spilled != nil {
		return a.k.spilled.next(batchSize(a.c))
	}
	return a.next(batchSize(a.c)), cancelled(a.c)
}

// Close implements Operator.
func (a *aggregate) Close() {
	a.child.Close()
	a.rows = nil
	a.rollup.close()
	if a.k != nil {
		a.k.release()
	}
}

// nextInput is the next batch of the child, nil behind the last.
func (a *aggregate) nextInput() (*types.Batch, error) {
	if err := cancelled(a.c); err != nil {
		return nil, err
	}
	return a.child.Next()
}

// rollUp reads the rows of a rollup, and computes it where they are of few groups.
func (a *aggregate) rollUp() error {
	a.k = a.grouping()
	left, done, err := a.rollUpGroups(a.k)
	if done || err != nil {
		return err
	}
	a.rollup = newRollup(a.c, a.grouping())
	for _, b := range left {
		if err := a.rollup.input.add(b); err != nil {
			return err
		}
	}
	if err := eachBatch(a.c, a.child, a.rollup.add); err != nil {
		return err
	}
	return a.rollup.input.finish()
}

// group computes the groups of the keys' different values, in the order of their first rows.
func (a *aggregate) group() (*types.Batch, error) {
	var p *pipeline
	if a.concurrent {
		p = pipelineOf(a.child)
	}
	k := a.grouping()
	a.k = k
	g := k.begin()
	if p != nil || len(k.keys) > 0 {
		g.logDistinct()
	}
	g.mayFill = g.spillable()
	rows := 0
	for !g.full {
		b, err := a.nextInput()
		if err != nil {
			return nil, err
		}
		if b == nil {
			break
		}
		if err := g.add(a.c, b); err != nil {
			return nil, err
		}
		if rows += b.N; rows == b.N && 2*g.n > rows && g.set != nil {
			g.set.expect(heldRows(a.child))
		}
	}
	switch {
	case g.full:
		if p != nil {
			p.source.op.divideWhen(nil)
		}
		return nil, k.spill(a.c, g, a.child)
	case p == nil || p.parts() == nil:
		rows, err := g.results(a.c)
		if g.set != nil {
			g.set.table.release()
		}
		return rows, err
	}
	return k.parallel(a.c, p, g, rows)
}

// grouping is how the aggregation groups rows.
func (a *aggregate) grouping() *grouping {
	k := &grouping{keys: typesOf(a.n.Keys), calls: a.n.Calls, memory: a.c.Memory}
	var inputs []expr.Expr
	for _, call := range a.n.Calls {
		inputs = append(inputs, newCallState(call).inputs...)
	}
	k.inputs = typesOf(inputs)
	all, kept := slices.Concat(a.n.Keys, inputs), len(a.n.Keys)
	k.passing = !slices.ContainsFunc(all, func(e expr.Expr) bool { return !expr.Plain(e) }) &&
		!slices.ContainsFunc(a.n.Calls, func(call *expr.AggregateCall) bool { return call.Distinct || len(call.OrderBy) > 0 })
	if a.inTemporaryTable() {
		kept = len(all)
	}
	k.columns = func(c *expr.Context, b *types.Batch) ([]*types.Vec, error) {
		columns, err := expr.EvalAll(c, all, b)
		if err != nil {
			return nil, err
		}
		return append(stored(all[:kept], columns[:kept]), columns[kept:]...), nil
	}
	return k
}

func typesOf(exprs []expr.Expr) []*types.Type {
	ts := make([]*types.Type, len(exprs))
	for i, e := range exprs {
		ts[i] = e.Type()
	}
	return ts
}

// inTemporaryTable tells whether MySQL sums the groups up in the rows of a temporary table,
// as it does without an index on the keys: three times 1/3 is 0.9999 there, and 1.0000
// elsewhere. ROLLUP, DISTINCT, GROUP_CONCAT and their like make it sort the rows instead.
func (a *aggregate) inTemporaryTable() bool {
	return len(a.n.Keys) > 0 && !a.n.Rollup && !slices.ContainsFunc(a.n.Calls, func(call *expr.AggregateCall) bool {
		return call.Distinct || call.F.Ordered
	})
}

// evalStored is the values as a temporary table stores them; see stored.
func evalStored(c *expr.Context, exprs []expr.Expr, b *types.Batch) ([]*types.Vec, error) {
	out, err := expr.EvalAll(c, exprs, b)
	if err != nil {
		return nil, err
	}
	return stored(exprs, out), nil
}

// stored is the expressions' values as a temporary table stores them: a decimal has the places
// of its type, not those that a division keeps.
func stored(exprs []expr.Expr, values []*types.Vec) []*types.Vec {
	out := make([]*types.Vec, len(values))
	for i, v := range values {
		out[i] = storedVec(v, exprs[i].Type())
	}
	return out
}

func storedVec(v *types.Vec, t *types.Type) *types.Vec {
	if v.Kind != types.Decimal || !slices.ContainsFunc(v.D, func(d types.Dec) bool { return d.Scale() > t.Scale }) {
		return v
	}
	rounded := *v
	rounded.D = make([]types.Dec, len(v.D))
	for i, d := range v.D {
		rounded.D[i] = d.Rescale(min(t.Scale, d.Scale()))
	}
	return &rounded
}

// callState is an aggregate function's state over the groups.
type callState struct {
	call *expr.AggregateCall
	// inputs are the arguments, then what the rows are ordered by.
	inputs []expr.Expr
	acc    expr.Accumulator
	n      int

	bits       *distinctSet // of DISTINCT of a whole number: what each group has
	seen       *keySet      // of another DISTINCT: groups with arguments
	ids, fresh []int32

	held       *buffer // of ORDER BY: the inputs, until all are there
	heldGroups []int32

	log                    *buffer // of DISTINCT: the inputs that were not yet in their group; nil: nobody wants them
	logGroups              []int32
	bytesHeld, bytesLogged int64 // of the rows in held and log

	rest    *unique // of DISTINCT, where the sets do not fit in memory: the rows that are not in them
	ordered *sorter // of ORDER BY, in the stead of held, where that does not
	place   int64   // of the next row in ordered

	apart bool // the rows are different and in order: see apartRows
}

func newCallStates(calls []*expr.AggregateCall) []*callState {
	out := make([]*callState, len(calls))
	for i, call := range calls {
		out[i] = newCallState(call)
	}
	return out
}

func newCallState(call *expr.AggregateCall) *callState {
	s := &callState{call: call, inputs: slices.Clone(call.Args), acc: call.F.New(call)}
	switch {
	case call.Distinct && len(call.Args) == 1 && inBits(call.Args[0].Type()) && !call.F.KeepNull:
		s.bits = &distinctSet{}
	case call.Distinct:
		ts := []*types.Type{&types.TypeInt}
		for _, a := range call.Args {
			ts = append(ts, a.Type())
		}
		s.seen = newKeySet(ts)
	}
	if len(call.OrderBy) == 0 {
		return s
	}
	for _, o := range call.OrderBy {
		s.inputs = append(s.inputs, o.X)
	}
	s.held = newBuffer(columnsOfTypes(typesOf(s.inputs)), nil)
	return s
}

// counts tells whether the state is that of COUNT(DISTINCT) of whole numbers: others can take it in by what its sets have, in
// whatever order.
func (s *callState) counts() bool {
	return s.bits != nil && s.call.F.Name == "count" && len(s.inputs) == 1
}

// columnsOfTypes are columns of the types.
func columnsOfTypes(ts []*types.Type) []plan.Column {
	cols := make([]plan.Column, len(ts))
	for i, t := range ts {
		cols[i].T = *t
	}
	return cols
}

// update adds rows of the inputs to their groups, of which there are n so far.
func (s *callState) update(c *expr.Context, groups []int32, n int, inputs []*types.Vec) error {
	s.n = n
	if s.call.Distinct && !s.apart {
		var err error
		if groups, inputs, err = s.distinct(groups, inputs); err != nil {
			return err
		}
		if len(groups) == 0 {
			return nil
		}
		if s.log != nil {
			rows := &types.Batch{N: len(groups), Cols: inputs}
			s.bytesLogged += rows.Bytes()
			s.logGroups = append(s.logGroups, groups...)
			if err := s.log.add(rows); err != nil {
				return err
			}
		}
	}
	return s.pass(c, groups, inputs)
}

// pass adds rows to their groups, or keeps them until they can be put in their order.
func (s *callState) pass(c *expr.Context, groups []int32, inputs []*types.Vec) error {
	switch {
	case s.ordered != nil:
		return s.order(groups, inputs)
	case s.held != nil:
		rows := &types.Batch{N: len(groups), Cols: inputs}
		s.bytesHeld += rows.Bytes()
		s.heldGroups = append(s.heldGroups, groups...)
		return s.held.add(rows)
	}
	s.acc.Grow(s.n)
	return s.acc.Update(c, groups, inputs)
}

// distinct is the rows whose arguments were not yet in their group. They are compared, and used,
// as the temporary table has them in which MySQL finds the different ones.
func (s *callState) distinct(groups []int32, inputs []*types.Vec) ([]int32, []*types.Vec, error) {
	inputs = stored(s.inputs, inputs)
	if !s.call.F.KeepNull && s.bits == nil {
		groups, inputs = withoutNulls(groups, inputs, len(s.call.Args))
	}
	if s.rest != nil {
		return nil, inputs, s.postpone(groups, inputs)
	}
	if s.bits != nil {
		groups, inputs = takeRows(groups, inputs, s.bits.add(make([]int32, 0, len(groups)), groups, inputs[0]))
		return groups, inputs, nil
	}
	keys := append([]*types.Vec{groupNumbers(groups)}, inputs[:len(s.call.Args)]...)
	s.ids, s.fresh = s.seen.add(keys, len(groups), s.ids[:0], s.fresh[:0])
	groups, inputs = takeRows(groups, inputs, s.fresh)
	return groups, inputs, nil
}

// groupNumbers are the groups as a column.
func groupNumbers(groups []int32) *types.Vec {
	v := types.VecOf(&types.TypeInt, len(groups))
	v.I = make([]int64, len(groups))
	for i, g := range groups {
		v.I[i] = int64(g)
	}
	return v
}

// withoutNulls is the rows in which none of the first inputs is NULL.
func withoutNulls(groups []int32, inputs []*types.Vec, first int) ([]int32, []*types.Vec) {
	nulls := false
	for _, v := range inputs[:first] {
		nulls = nulls || v.HasNulls()
	}
	if !nulls {
		return groups, inputs
	}
	var rows []int32
rows:
	for i := range groups {
		for _, v := range inputs[:first] {
			if v.Null(i) {
				continue rows
			}
		}
		rows = append(rows, int32(i))
	}
	return takeRows(groups, inputs, rows)
}

// takeRows is some of the rows.
func takeRows(groups []int32, inputs []*types.Vec, rows []int32) ([]int32, []*types.Vec) {
	if len(rows) == len(groups) {
		return groups, inputs
	}
	left := make([]int32, len(rows))
	for i, r := range rows {
		left[i] = groups[r]
	}
	taken := make([]*types.Vec, len(inputs))
	for i, v := range inputs {
		taken[i] = v.Take(rows)
	}
	return left, taken
}

// bytes is what the state takes in memory.
func (s *callState) bytes() int64 {
	const each = 64 // of a group, in an accumulator of numbers
	n := each * int64(s.n)
	if sized, ok := s.acc.(expr.Sized); ok {
		n = sized.Bytes()
	}
	if s.bits != nil {
		n += s.bits.bytes()
	}
	if s.seen != nil {
		n += s.seen.bytes()
	}
	// Rows that are held are sorted at last, together, and those that are logged put together.
	return n + 3*s.bytesHeld + sortedRowBytes*int64(len(s.heldGroups)) + 2*s.bytesLogged + 4*int64(len(s.logGroups))
}

// results are the values of n groups, when all rows are there. count says how much there is in memory when rows have come
// from the disk.
func (s *callState) results(c *expr.Context, n int, count func() error) (*types.Vec, error) {
	defer s.close()
	s.n = n
	s.acc.Grow(n)
	if s.rest != nil {
		if err := s.resume(c, count); err != nil {
			return nil, err
		}
	}
	switch {
	case s.ordered != nil:
		if err := s.releaseOrdered(c, count); err != nil {
			return nil, err
		}
	case s.held != nil:
		if err := s.release(c); err != nil {
			return nil, err
		}
	}
	return resultsOf(c, s.acc, &s.call.T, n)
}

// resultsOf are the values of an accumulator's first n groups.
func resultsOf(c *expr.Context, acc expr.Accumulator, t *types.Type, n int) (*types.Vec, error) {
	if v, ok := acc.(expr.Vectorer); ok {
		return v.Vector(c, n)
	}
	out := types.NewVec(t, n)
	for g := range n {
		if g%BatchSize == 0 {
			if err := cancelled(c); err != nil {
				return nil, err
			}
		}
		v, err := acc.Result(c, g)
		if err != nil {
			return nil, err
		}
		out.Set(g, v)
	}
	return out, nil
}

// release adds the rows that were held, in their order. Of rows whose keys are
// equal the last comes first, as in MySQL, whose tree puts an equal element before
// those it has (group_concat_key_cmp_with_order).
func (s *callState) release(c *expr.Context) error {
	b, err := s.held.batch(c)
	if err != nil {
		return err
	}
	last := make([]int32, b.N)
	for i := range last {
		last[i] = int32(b.N - 1 - i)
	}
	args := len(s.call.Args)
	keys := make([]sortKey, len(s.call.OrderBy))
	for i, o := range s.call.OrderBy {
		keys[i] = sortKey{v: b.Cols[args+i].Take(last), t: o.X.Type(), desc: o.Desc}
	}
	rows, err := sorted(c, b.N, keys)
	if err != nil {
		return err
	}
	groups := make([]int32, len(rows))
	for i, r := range rows {
		rows[i] = last[r]
		groups[i] = s.heldGroups[rows[i]]
	}
	s.held, s.heldGroups = nil, nil
	for from := 0; from < len(rows); from += BatchSize {
		if err := cancelled(c); err != nil {
			return err
		}
		to := min(from+BatchSize, len(rows))
		ordered := make([]*types.Vec, args)
		for i := range ordered {
			ordered[i] = b.Cols[i].Take(rows[from:to])
		}
		if err := s.acc.Update(c, groups[from:to], ordered); err != nil {
			return err
		}
	}
	return nil
}
