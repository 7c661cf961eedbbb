package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// spilledGroups is a grouping whose groups do not fit in memory: from then on the rows are divided by a hash of their
// keys, and each partition is grouped by itself, beginning with the groups that there were. They are put in the
// order of their first rows at last.
type spilledGroups struct {
	*groups // those that there were
	by      *spreader
	rows    *scatter
	place   int64 // of the next row, behind the groups
	*restored
}

// spillable tells whether the states of groups can be taken in by others.
func (g *groups) spillable() bool {
	for _, s := range g.states {
		if _, ok := s.acc.(expr.Merger); !ok || !s.call.F.Concurrent || len(s.call.OrderBy) > 0 || s.call.Distinct && s.log == nil {
			return false
		}
	}
	return len(g.grouping.keys) > 0
}

// spill groups the rest of an operator's rows on the disk.
func (k *grouping) spill(c *expr.Context, g *groups, rest Operator) (err error) {
	s := &spilledGroups{groups: g, place: int64(g.n), by: newSpreader(k.keys, g.keyVecs(), g.n, spillPartitions)}
	k.spilled = s
	ts := append(append([]*types.Type{}, k.keys...), k.inputs...)
	if s.rows, err = newScatter(c, append(ts, &types.TypeInt)); err != nil {
		return err
	}
	if err := eachBatch(c, rest, func(b *types.Batch) error { return s.add(c, b) }); err != nil {
		return err
	}
	return s.finish(c)
}

// add puts rows to their partitions.
func (s *spilledGroups) add(c *expr.Context, b *types.Batch) error {
	columns, err := s.columns(c, b)
	if err != nil {
		return err
	}
	places := types.NewVec(&types.TypeInt, b.N)
	for i := range places.I {
		places.I[i] = s.place
		s.place++
	}
	return s.rows.add(&types.Batch{N: b.N, Cols: append(slices.Clip(columns), places)}, s.by.spread(columns, b.N, spillPartitions))
}

// finish groups the partitions.
func (s *spilledGroups) finish(c *expr.Context) error {
	k := s.grouping
	ts := append([]*types.Type{}, k.keys...)
	for _, call := range k.calls {
		ts = append(ts, &call.T)
	}
	s.restored = newRestored(c, append(ts, &types.TypeInt), len(ts))
	old := s.by.spread(s.keyVecs(), s.n, spillPartitions)
	for q := range spillPartitions {
		own := k.begin()
		if err := own.merge(c, s.groups, old[q]); err != nil {
			return err
		}
		var places []int64 // of the groups
		for _, group := range old[q] {
			places = append(places, int64(group))
		}
		err := eachBatch(c, s.rows.partition(q), func(b *types.Batch) error {
			last := len(b.Cols) - 1
			if err := own.addColumns(c, b.Cols[:last], b.N); err != nil {
				return err
			}
			for _, row := range own.fresh {
				places = append(places, b.Cols[last].I[row])
			}
			return nil
		})
		if err != nil {
			return err
		}
		rows, err := own.results(c)
		if err != nil {
			return err
		}
		own.mem.Release()
		v := types.VecOf(&types.TypeInt, len(places))
		v.I = places
		rows.Cols = append(rows.Cols, v)
		if err := s.restored.add(rows); err != nil {
			return err
		}
		if err := s.restored.spill(); err != nil {
			return err
		}
	}
	return s.restored.finish()
}

func (s *spilledGroups) close() {
	if s == nil {
		return
	}
	s.rows.close()
	if s.restored != nil {
		s.restored.close()
	}
}

// spilled implements spiller.
func (a *aggregate) spilled() int64 {
	if a.k == nil || a.k.spilled == nil {
		return 0
	}
	bytes := a.k.spilled.rows.size()
	if a.k.spilled.restored != nil {
		bytes += a.k.spilled.written
	}
	return bytes
}
