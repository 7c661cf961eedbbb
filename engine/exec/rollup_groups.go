package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// sampledRows is how many rows of a rollup are grouped before it is decided whether to go on so or to sort them.
var sampledRows = 16 * BatchSize

// rollUpGroups groups the rows of a rollup by a hash, where they are of few groups whose states can be put together:
// what is sorted is the groups then, not the rows. Where they are not, those that were read are left, as k has their
// columns.
func (a *aggregate) rollUpGroups(k *grouping) (left []*types.Batch, done bool, err error) {
	g := k.begin()
	if slices.ContainsFunc(g.states, func(s *callState) bool { return !s.mergesExactly() }) {
		return nil, false, nil
	}
	g.mayFill = true
	for n := 0; ; {
		b, err := a.nextInput()
		if err != nil {
			return nil, false, err
		}
		if b == nil {
			rows, err := k.rollUp(a.c, g)
			if err == nil {
				a.hold(rows)
			}
			return nil, true, err
		}
		columns, err := k.columns(a.c, b)
		if err != nil {
			return nil, false, err
		}
		if n < sampledRows {
			left = append(left, &types.Batch{N: b.N, Cols: columns})
		} else {
			left = nil
		}
		if err := g.addColumns(a.c, columns, b.N); err != nil {
			return nil, false, err
		}
		sampling := n < sampledRows
		if n += b.N; sampling && (g.full || n >= sampledRows && g.n > n/8) {
			return left, false, g.mem.Set(0)
		}
		g.mayFill = n < sampledRows
	}
}

// mergesExactly tells whether states of parts of the rows make that of all of them.
func (s *callState) mergesExactly() bool {
	m, ok := s.acc.(expr.Merger)
	return ok && m.Exact() && !s.call.Distinct && len(s.call.OrderBy) == 0
}

// rollUp is the rows of a rollup of groups by all keys: those, and for the groups that agree in the first keys one of
// them all.
func (k *grouping) rollUp(c *expr.Context, g *groups) (*types.Batch, error) {
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
		} else {
			levels[n] = &types.Batch{N: keys.N, Cols: slices.Clip(keys.Cols)}
		}
		states := newCallStates(k.calls)
		for i, s := range states {
			if err := s.merge(c, above[i], of, levels[n].N); err != nil {
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
