package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// spilledGroups is a grouping whose groups do not fit in memory: from then on the rows are divided by a hash of their
// keys, and each partition is grouped by itself, beginning with the groups that there were; one that does not fit
// either is divided again. The groups are put in the order of their first rows at last.
type spilledGroups struct {
	*grouping
	c     *expr.Context
	first *dividedGroups
	apart []*apartRows // of the calls; nil: of one whose rows are divided with their keys
	plain []*types.Type
	place int64 // of the next row, behind the first groups
	*restored
	divided int64 // to files that are closed
}

// dividedGroups is groups in memory, and the rows behind them on the disk.
type dividedGroups struct {
	*groups
	places []int64 // of the groups' first rows
	level  int
	by     *spreader
	rows   *scatter   // the keys, the inputs of calls whose rows do not go apart, and the place
	apart  []*scatter // of each call whose rows do: the keys and its arguments
}

// spillable tells whether the states of groups can be taken in by others.
func (g *groups) spillable() bool {
	for _, s := range g.states {
		if _, ok := s.acc.(expr.Merger); !ok || s.postponed() || s.call.Distinct && s.log == nil && !s.counts() && !s.apart {
			return false
		}
	}
	return len(g.grouping.keys) > 0
}

// spill groups the rest of an operator's rows on the disk.
func (k *grouping) spill(c *expr.Context, g *groups, rest Operator) (err error) {
	s := &spilledGroups{grouping: k, c: c, place: int64(g.n), apart: make([]*apartRows, len(g.states)), plain: slices.Clip(k.keys)}
	k.spilled = s
	for i, state := range g.states {
		if state.call.Distinct || len(state.call.OrderBy) > 0 {
			s.apart[i] = k.newApart(c, state)
		} else {
			s.plain = append(s.plain, typesOf(state.inputs)...)
		}
	}
	places := make([]int64, g.n)
	for i := range places {
		places[i] = int64(i)
	}
	if s.first, err = s.divide(g, places, 0, newSpreader(k.keys, g.keyVecs(), g.n, spillPartitions)); err != nil {
		return err
	}
	for i, a := range s.apart {
		if a == nil {
			continue
		}
		if err := a.takeBack(g.keyVecs(), s.first.to(i)); err != nil {
			return err
		}
		g.mem.Fits(g.held())
	}
	if err := eachBatch(c, rest, s.add); err != nil {
		return err
	}
	for i, a := range s.apart {
		if a == nil {
			continue
		}
		if err := a.finish(s.first.to(i)); err != nil {
			return err
		}
		s.divided += a.spilled()
		a.close()
		s.apart[i] = nil
	}
	ts := append([]*types.Type{}, k.keys...)
	for _, call := range k.calls {
		ts = append(ts, &call.T)
	}
	s.restored = newRestored(c, append(ts, &types.TypeInt), len(ts))
	if err := s.finish(s.first); err != nil {
		return err
	}
	return s.restored.finish()
}

func (s *spilledGroups) divide(g *groups, places []int64, level int, by *spreader) (d *dividedGroups, err error) {
	d = &dividedGroups{groups: g, places: places, level: level, by: by, apart: make([]*scatter, len(g.states))}
	if d.rows, err = newScatter(s.c, append(slices.Clip(s.plain), &types.TypeInt)); err != nil {
		return d, err
	}
	for i, state := range g.states {
		if state.call.Distinct || len(state.call.OrderBy) > 0 {
			if d.apart[i], err = newScatter(s.c, append(slices.Clip(s.keys), typesOf(state.call.Args)...)); err != nil {
				return d, err
			}
		}
	}
	return d, nil
}

// add puts rows to their partitions.
func (s *spilledGroups) add(b *types.Batch) error {
	columns, err := s.columns(s.c, b)
	if err != nil {
		return err
	}
	keys, inputs := columns[:len(s.keys):len(s.keys)], columns[len(s.keys):]
	rows := &types.Batch{N: b.N, Cols: keys}
	for i, state := range s.first.states {
		n := len(state.inputs)
		if a := s.apart[i]; a == nil {
			rows.Cols = append(rows.Cols, inputs[:n]...)
		} else if err := a.add(keys, inputs[:n:n], b.N, s.first.to(i)); err != nil {
			return err
		}
		inputs = inputs[n:]
	}
	rows = withPlaces(rows, s.place)
	s.place += int64(b.N)
	return s.first.rows.add(rows, s.first.divide(keys, b.N))
}

// divide is the rows of each partition.
func (d *dividedGroups) divide(columns []*types.Vec, n int) [][]int32 {
	hashes := make([]uint32, n)
	d.by.hash(hashes, columns)
	return divide(hashes, d.level)
}

// to puts rows of a call that go apart to their partitions.
func (d *dividedGroups) to(call int) func(*types.Batch) error {
	return func(b *types.Batch) error { return d.apart[call].add(b, d.divide(b.Cols, b.N)) }
}

// size is how many bytes were put to the disk.
func (d *dividedGroups) size() int64 {
	bytes := d.rows.size()
	for _, a := range d.apart {
		bytes += a.size()
	}
	return bytes
}

func (d *dividedGroups) close() {
	d.rows.close()
	for _, a := range d.apart {
		a.close()
	}
}

// finish groups the partitions.
func (s *spilledGroups) finish(d *dividedGroups) error {
	old := d.divide(d.keyVecs(), d.n)
	for q := range spillPartitions {
		if err := s.partition(d, q, old[q]); err != nil {
			return err
		}
		if err := s.restored.spill(); err != nil {
			return err
		}
	}
	return nil
}

// partition groups a partition, to which some of the groups in memory belong.
func (s *spilledGroups) partition(d *dividedGroups, q int, old []int32) (err error) {
	own := s.begin()
	defer own.mem.Release()
	for i, state := range own.states {
		if d.apart[i] != nil {
			state.setApart()
		}
	}
	own.mayFill = d.level < deepest && own.spillable()
	if old != nil {
		if err := own.merge(s.c, d.groups, old); err != nil {
			return err
		}
	}
	var places []int64 // of the groups
	for _, group := range old {
		places = append(places, d.places[group])
	}
	var further *dividedGroups // nil: the partition fits
	defer func() {
		if further != nil {
			s.divided += further.size()
			further.close()
		}
	}()
	fits := func() (bool, error) {
		if own.full && further == nil {
			further, err = s.divide(own, places, d.level+1, newHash(s.keys))
		}
		return further == nil, err
	}
	err = eachBatch(s.c, d.rows.partition(q), func(b *types.Batch) error {
		last := len(b.Cols) - 1
		switch fit, err := fits(); {
		case err != nil:
			return err
		case !fit:
			return further.rows.add(b, further.divide(b.Cols, b.N))
		}
		if err := own.addColumns(s.c, b.Cols[:last], b.N); err != nil {
			return err
		}
		for _, row := range own.fresh {
			places = append(places, b.Cols[last].I[b.Cols[last].At(int(row))])
		}
		return nil
	})
	for i, rows := range d.apart {
		if rows == nil || err != nil {
			continue
		}
		err = eachBatch(s.c, rows.partition(q), func(b *types.Batch) error {
			switch fit, err := fits(); {
			case err != nil:
				return err
			case !fit:
				return further.to(i)(b)
			}
			groups := own.grouper.add(b.Cols[:len(s.keys)], b.N) // all of them are known
			if err := own.states[i].pass(s.c, groups, b.Cols[len(s.keys):]); err != nil {
				return err
			}
			return own.count(s.c)
		})
	}
	switch {
	case err != nil:
		return err
	case further != nil:
		return s.finish(further)
	}
	rows, err := own.results(s.c)
	if err != nil {
		return err
	}
	v := types.VecOf(&types.TypeInt, len(places))
	v.I = places
	rows.Cols = append(rows.Cols, v)
	return eachPiece([]*types.Batch{rows}, s.restored.add)
}

func (s *spilledGroups) close() {
	if s == nil {
		return
	}
	if s.first != nil {
		s.first.close()
	}
	for _, a := range s.apart {
		a.close()
	}
	if s.restored != nil {
		s.restored.close()
	}
}

// spilled implements spiller.
func (a *aggregate) spilled() int64 {
	if a.rollup != nil {
		return a.rollup.input.spilled() + a.rollup.spilledStates()
	}
	if a.k == nil {
		return 0
	}
	return a.k.spilledStates() + a.k.spilled.size()
}

// size is how many bytes were put to the disk.
func (s *spilledGroups) size() int64 {
	if s == nil {
		return 0
	}
	bytes := s.divided
	if s.first != nil {
		bytes += s.first.size()
	}
	for _, a := range s.apart {
		if a != nil {
			bytes += a.spilled()
		}
	}
	if s.restored != nil {
		bytes += s.restored.written
	}
	return bytes
}

// spilledStates is what the calls have put to the disk.
func (k *grouping) spilledStates() (bytes int64) {
	for _, s := range k.onDisk {
		bytes += s.spilled()
	}
	return bytes
}
