package exec

import (
	"slices"
	"sync"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// grouping is how rows are grouped, by one goroutine or several.
type grouping struct {
	keys   []*types.Type
	calls  []*expr.AggregateCall
	inputs []*types.Type // of the calls
	// columns computes the keys, then the calls' inputs.
	columns func(c *expr.Context, b *types.Batch) ([]*types.Vec, error)
	passing bool // nobody keeps the columns, and their expressions are plain; see expr.Context.Passing

	spilled *spilledGroups // nil: all groups are in memory

	memory   *memory.Statement
	mu       sync.Mutex
	accounts []*memory.Account // of all that is in memory
	onDisk   []*callState      // those that have rows there
}

// account begins an account of the grouping, for one goroutine.
func (k *grouping) account() *memory.Account {
	a := k.memory.Account()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.accounts = append(k.accounts, &a)
	return &a
}

// release gives all memory back.
func (k *grouping) release() {
	k.spilled.close()
	for _, s := range k.onDisk {
		s.close()
	}
	for _, a := range k.accounts {
		a.Release()
	}
}

// groups are the groups of some rows, in the order of their first.
type groups struct {
	*grouping
	*grouper
	states []*callState
	mem    *memory.Account
	// mayFill: where the memory is full, that is not an error, and full says so.
	mayFill, full bool
}

// begin is no groups yet.
func (k *grouping) begin() *groups {
	g := &groups{grouping: k, grouper: newGrouper(k.keys), states: newCallStates(k.calls), mem: k.account()}
	for _, s := range g.states {
		s.acc.Grow(g.n)
	}
	return g
}

// logDistinct has the groups remember what DISTINCT has passed, so that others can take it in.
func (g *groups) logDistinct() {
	for _, s := range g.states {
		if s.call.Distinct && !s.counts() {
			s.log = newBuffer(columnsOfTypes(typesOf(s.inputs)), nil)
		}
	}
}

// add takes rows in.
func (g *groups) add(c *expr.Context, b *types.Batch) error {
	if !g.passing {
		return g.addRows(c, b)
	}
	return c.Passing(func() error { return g.addRows(c, b) })
}

func (g *groups) addRows(c *expr.Context, b *types.Batch) error {
	columns, err := g.columns(c, b)
	if err != nil {
		return err
	}
	return g.addColumns(c, columns, b.N)
}

func (g *groups) addColumns(c *expr.Context, columns []*types.Vec, n int) error {
	keys, inputs := columns[:len(g.grouping.keys)], columns[len(g.grouping.keys):]
	ids := g.grouper.add(keys, n)
	for _, s := range g.states {
		if s.apart { // its rows are not among these
			s.n = g.n
			s.acc.Grow(g.n)
			continue
		}
		if err := s.update(c, ids, g.n, inputs[:len(s.inputs):len(s.inputs)]); err != nil {
			return err
		}
		inputs = inputs[len(s.inputs):]
	}
	return g.count(c)
}

// held is how much the groups hold.
func (g *groups) held() int64 {
	bytes := g.bytes()
	for _, s := range g.states {
		bytes += s.bytes()
	}
	return bytes
}

// count says how much the groups hold.
func (g *groups) count(c *expr.Context) error {
	bytes := g.held()
	if g.full || g.mem.Fits(2*bytes) {
		return nil
	}
	// The partitions' groups are beside these then.
	postpones := slices.ContainsFunc(g.states, (*callState).canPostpone)
	switch {
	case postpones && (!g.mayFill || g.n <= fewGroups):
		g.mayFill = false
		if bytes, err := g.postpone(c, g.states); err != nil || g.mem.Fits(g.bytes()+bytes) {
			return err
		}
	case g.mayFill:
		g.full = true
		g.mem.Fits(bytes)
		return nil
	}
	return g.mem.Set(bytes)
}

// results are the groups: the keys, then the calls' values.
func (g *groups) results(c *expr.Context) (*types.Batch, error) {
	out := &types.Batch{N: g.n, Cols: g.keyVecs()}
	if err := g.forget(); err != nil {
		return nil, err
	}
	for _, s := range g.states {
		v, err := s.results(c, g.n, g.countResults)
		if err != nil {
			return nil, err
		}
		out.Cols = append(out.Cols, v)
	}
	return out, nil
}

// countResults says how much the groups hold of which the results are made: there are two of each for a while.
func (g *groups) countResults() error { return g.mem.Set(2 * g.held()) }

// merge takes some groups of others in, whose rows come behind those there are; nil: all.
func (g *groups) merge(c *expr.Context, from *groups, some []int32) error {
	keys, n := from.keyVecs(), from.n
	if some != nil {
		for i, k := range keys {
			keys[i] = k.Take(some)
		}
		n = len(some)
	}
	to := g.grouper.add(keys, n)
	if some != nil {
		all := make([]int32, from.n)
		for i := range all {
			all[i] = -1
		}
		for i, group := range some {
			all[group] = to[i]
		}
		to = all
	}
	for i, s := range g.states {
		if err := s.merge(c, from.states[i], to, g.n); err != nil {
			return err
		}
	}
	return g.count(c)
}

// merge takes the states of another in, that of group i to group groups[i] of n, -1: to none. What DISTINCT
// has passed there may be known here.
func (s *callState) merge(c *expr.Context, from *callState, groups []int32, n int) error {
	rest, of := from.log, from.logGroups
	switch {
	case s.counts():
		return from.bits.each(from.inputs[0].Type(), func(of []int32, numbers *types.Vec) error {
			var to, rows []int32
			for i, g := range of {
				if groups[g] >= 0 {
					to, rows = append(to, groups[g]), append(rows, int32(i))
				}
			}
			return s.update(c, to, n, []*types.Vec{numbers.Take(rows)})
		})
	case s.call.Distinct && !s.apart:
	case s.held != nil || s.ordered != nil:
		rest, of = from.held, from.heldGroups
	default:
		s.n = n
		s.acc.Grow(n)
		return s.acc.(expr.Merger).Merge(c, from.acc, groups)
	}
	b, err := rest.batch(c)
	if err != nil {
		return err
	}
	var to, rows []int32
	for i, g := range of {
		if groups[g] >= 0 {
			to, rows = append(to, groups[g]), append(rows, int32(i))
		}
	}
	if len(rows) < b.N {
		b = b.Take(rows)
	}
	return s.update(c, to, n, b.Cols)
}

// parallel has workers take the rest of a pipeline's rows in, of which g has the first.
func (k *grouping) parallel(c *expr.Context, p *pipeline, g *groups, rows int) (*types.Batch, error) {
	few := g.n <= rows/8 || g.grouper.most() <= len(p.parts())*morselRows/4
	exact, distinct := true, false
	for _, s := range g.states {
		exact = exact && s.acc.(expr.Merger).Exact()
		distinct = distinct || s.call.Distinct
	}
	g.mayFill = false
	// What may not be in memory is grouped by one goroutine, which can put it to the disk. Also where the first rows are of
	// few groups there may be as many more of them in the others, as in rows that are sorted by their keys.
	left := int64(len(p.parts()) * morselRows)
	fits := !g.spillable() || 3*left*(g.mem.Held()/int64(max(rows, 1))) < k.memory.Left()
	switch {
	case !fits || slices.ContainsFunc(g.states, (*callState).postponed):
	case few && exact && !distinct:
		return k.partial(c, p, g)
	case len(k.keys) > 0 && (!few || distinct && g.n > 64):
		return k.partitioned(c, p, g, rows)
	}
	// What is left is added up by one goroutine, of what others compute.
	rest := &gather{c: c, child: p.top, pipeline: p, started: true}
	defer rest.Close()
	return k.all(c, g, rest)
}

// all groups the rest of an operator's rows. Where the groups do not fit in memory the result is nil, and spilled has it.
func (k *grouping) all(c *expr.Context, g *groups, rest Operator) (*types.Batch, error) {
	g.mayFill = g.spillable()
	for !g.full {
		if err := cancelled(c); err != nil {
			return nil, err
		}
		b, err := rest.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			return g.results(c)
		}
		if err := g.add(c, b); err != nil {
			return nil, err
		}
	}
	return nil, k.spill(c, g, rest)
}

// partial has each worker group its rows, and takes the groups in, in the order of the rows.
func (k *grouping) partial(c *expr.Context, p *pipeline, g *groups) (*types.Batch, error) {
	parts, err := fold(c, p, k.begin, (*groups).add)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if err := g.merge(c, part, nil); err != nil {
			return nil, err
		}
		part.mem.Release()
	}
	return g.results(c)
}
