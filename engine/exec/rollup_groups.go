package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// sampledRows is how many rows of a rollup are grouped before it is decided whether to go on so or to sort them.
var sampledRows = 16 * BatchSize

// rollUpGroups groups the rows of a rollup by a hash, where they are of few groups whose states can be put together:
// what is sorted is the groups then, not the rows. Where they are not, or where rows that are to be kept do not fit in
// memory, those that were read are left, as k has their columns.
func (a *aggregate) rollUpGroups(k *grouping) (left []*types.Batch, done bool, err error) {
	g := k.begin()
	if slices.ContainsFunc(g.states, func(s *callState) bool { return !s.merges() }) {
		return nil, false, nil
	}
	var kept *groupedRows
	if slices.ContainsFunc(g.states, func(s *callState) bool { return !s.exact() }) {
		kept = &groupedRows{mem: k.account()}
	}
	g.mayFill = true
	for n := 0; ; {
		b, err := a.nextInput()
		if err != nil {
			return nil, false, err
		}
		if b == nil {
			if kept != nil && !kept.mem.Fits(2*kept.mem.Held()) { // they are there twice
				return left, false, kept.give(g)
			}
			rows, err := k.rollUp(a.c, g, kept)
			if err == nil {
				a.hold(rows)
			}
			return nil, true, err
		}
		columns, err := k.columns(a.c, b)
		if err != nil {
			return nil, false, err
		}
		sampling := n < sampledRows
		if sampling || kept != nil {
			left = append(left, &types.Batch{N: b.N, Cols: columns})
		} else {
			left = nil
		}
		if err := g.addColumns(a.c, columns, b.N); err != nil {
			return nil, false, err
		}
		n += b.N
		fits := kept == nil || kept.add(left[len(left)-1], g.ids)
		if g.full || !fits || sampling && n >= sampledRows && g.n > n/8 {
			return left, false, kept.give(g)
		}
		g.mayFill = n < sampledRows || kept != nil
	}
}

// merges tells whether states of parts of the rows, with what the rows are, make that of all of them.
func (s *callState) merges() bool {
	_, ok := s.acc.(expr.Merger)
	return ok && !s.call.Distinct && len(s.call.OrderBy) == 0
}

// exact tells of a state that merges whether the others' states are enough.
func (s *callState) exact() bool { return s.acc.(expr.Merger).Exact() }

// groupedRows are the rows of a rollup, with their groups. A sum of doubles is rounded as they come in the order of the groups: of
// more than one group it is computed from them.
type groupedRows struct {
	batches []*types.Batch // as the grouping has their columns
	groups  [][]int32
	mem     *memory.Account
}

// add takes rows; false: they do not fit in memory.
func (r *groupedRows) add(b *types.Batch, groups []int32) bool {
	r.batches, r.groups = append(r.batches, b), append(r.groups, slices.Clone(groups))
	return r.mem.Fits(r.mem.Held() + b.Bytes() + 4*int64(b.N))
}

// give gives the memory of rows, nil: of none, and their groups back.
func (r *groupedRows) give(g *groups) error {
	if r != nil {
		r.mem.Release()
	}
	return g.mem.Set(0)
}

// inOrder puts the rows in the order of their groups, those of a group as they came. of is the place of each row's group;
// vec is one of their columns.
func (r *groupedRows) inOrder(places []int32) (of []int32, vec func(at int, t *types.Type) *types.Vec) {
	next := make([]int32, len(places)+1) // of each group, by its place, where its next row is put
	for _, groups := range r.groups {
		for _, g := range groups {
			next[places[g]+1]++
		}
	}
	for i := range places {
		next[i+1] += next[i]
	}
	of = make([]int32, next[len(places)])
	to := make([][]int32, len(r.groups))
	for i, groups := range r.groups {
		to[i] = make([]int32, len(groups))
		for row, g := range groups {
			place := places[g]
			to[i][row], of[next[place]] = next[place], place
			next[place]++
		}
	}
	return of, func(at int, t *types.Type) *types.Vec {
		v := types.NewVec(t, len(of))
		for i, b := range r.batches {
			v.Put(to[i], b.Cols[at])
		}
		return v
	}
}

// rollUp is the rows of a rollup of groups by all keys: those, and for the groups that agree in the first keys one of
// them all. kept are the rows, where a state is not exact.
func (k *grouping) rollUp(c *expr.Context, g *groups, kept *groupedRows) (*types.Batch, error) {
	if g.n == 0 {
		return nil, nil
	}
	keys := &types.Batch{N: g.n, Cols: g.keyVecs()}
	by := make([]sortKey, len(k.keys))
	for i, t := range k.keys {
		by[i] = sortKey{v: keys.Cols[i], t: t}
	}
	normal, err := normalKeys(c, g.n, by)
	if err != nil {
		return nil, err
	}
	order, err := sortRows(c, g.n, normal)
	if err != nil {
		return nil, err
	}
	differs, err := differences(c, order, normal)
	if err != nil {
		return nil, err
	}
	keys = keys.Take(order)
	of := make([]int32, g.n) // of each group as they came, its place in the order
	for i, group := range order {
		of[group] = int32(i)
	}
	var out []rollUpRow // in the order of the result: where a group ends, those of fewer keys may end
	next := make([]int, len(k.keys)+1)
	for i := range differs {
		for n := len(k.keys); n >= 0 && (i+1 == len(differs) || differs[i+1] < n); n-- {
			out = append(out, rollUpRow{n, next[n]})
			next[n]++
		}
	}
	var rows []int32          // of those that are kept, the groups
	var inputs [][]*types.Vec // of each state that is not exact, the rows' columns
	if kept != nil {
		var vec func(int, *types.Type) *types.Vec
		rows, vec = kept.inOrder(of)
		at := 0
		inputs = make([][]*types.Vec, len(g.states))
		for i, s := range g.states {
			for range s.inputs {
				if !s.exact() {
					inputs[i] = append(inputs[i], vec(len(k.keys)+at, k.inputs[at]))
				}
				at++
			}
		}
	}
	// A level's states are put together of those of the level above, in their order.
	levels := make([]*types.Batch, len(k.keys)+1)
	above := g.states
	var starts []int32
	for n := len(k.keys); n >= 0; n-- {
		if n < len(k.keys) {
			of, starts = of[:0], starts[:0]
			for i, key := range differs {
				if key > n {
					continue // no group of the level above begins
				}
				if key < n || i == 0 {
					starts = append(starts, int32(i))
				}
				of = append(of, int32(len(starts)-1))
			}
			levels[n] = keys.Take(starts)
			for i, group := range rows {
				rows[i] = of[group]
			}
		} else {
			levels[n] = &types.Batch{N: keys.N, Cols: slices.Clip(keys.Cols)}
		}
		states := newCallStates(k.calls)
		for i, s := range states {
			var err error
			if n == len(k.keys) || s.exact() {
				err = s.merge(c, above[i], of, levels[n].N)
			} else {
				err = s.updateAll(c, rows, levels[n].N, inputs[i])
			}
			if err != nil {
				return nil, err
			}
		}
		if n < len(k.keys) {
			if err := addResults(c, levels[n+1], above); err != nil {
				return nil, err
			}
		}
		above = states
	}
	if err := addResults(c, levels[0], above); err != nil {
		return nil, err
	}
	return (&rollup{grouping: k}).rows(out, levels), nil
}

// updateAll is update with many rows.
func (s *callState) updateAll(c *expr.Context, groups []int32, n int, inputs []*types.Vec) error {
	all := &types.Batch{N: len(groups), Cols: inputs}
	for from := 0; from < all.N; from += checkedRows {
		if err := cancelled(c); err != nil {
			return err
		}
		to := min(from+checkedRows, all.N)
		if err := s.update(c, groups[from:to], n, all.Slice(from, to).Cols); err != nil {
			return err
		}
	}
	return nil
}

// addResults gives groups the values of their calls.
func addResults(c *expr.Context, groups *types.Batch, states []*callState) error {
	for _, s := range states {
		v, err := s.results(c, groups.N, func() error { return nil }) // none of theirs is on the disk
		if err != nil {
			return err
		}
		groups.Cols = append(groups.Cols, v)
	}
	return nil
}
