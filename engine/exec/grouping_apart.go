package exec

import (
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// apartRows are the rows of a call with DISTINCT or ORDER BY where groups do not fit in memory. They go another way than
// those of other calls: first all are made different, then all are put in order, and only then are they divided by their
// groups. So it does not matter how many of them one group has.
type apartRows struct {
	c      *expr.Context
	call   *callState
	types  []*types.Type // of the keys, then of the call's inputs
	unique *unique       // nil: without DISTINCT
	sorter *sorter       // nil: without ORDER BY
	place  int64         // of the next row in sorter
}

func (k *grouping) newApart(c *expr.Context, s *callState) *apartRows {
	a := &apartRows{c: c, call: s, types: append(slices.Clip(k.keys), typesOf(s.inputs)...)}
	args := len(k.keys) + len(s.call.Args)
	if s.call.Distinct {
		a.unique = newUnique(c, a.types, args)
	}
	if len(s.call.OrderBy) > 0 {
		a.sorter = newOrdered(c, a.types, args, s.call.OrderBy)
	}
	return a
}

// newOrdered puts rows in the order of a call, whose keys begin at a column. Of rows whose keys are equal the last comes
// first, see release. It wants their places behind the columns.
func newOrdered(c *expr.Context, ts []*types.Type, at int, by []expr.Order) *sorter {
	var keys []sortColumn
	for i, o := range by {
		keys = append(keys, sortColumn{at: at + i, t: o.X.Type(), desc: o.Desc})
	}
	keys = append(keys, sortColumn{at: len(ts), t: &types.TypeInt, desc: true})
	return newSorter(c, columnsOfTypes(append(slices.Clip(ts), &types.TypeInt)), keys, math.MaxInt64)
}

// setApart has the call take rows in that are different and in order.
func (s *callState) setApart() {
	s.apart = true
	s.bits, s.seen, s.held, s.log = nil, nil, nil, nil
	s.heldGroups, s.logGroups, s.bytesHeld, s.bytesLogged = nil, nil, 0, 0
	s.acc = s.call.F.New(s.call)
	s.acc.Grow(s.n)
}

// takeBack takes the rows of groups in memory, of which the call has none then, and gives on those that it can.
func (a *apartRows) takeBack(keys []*types.Vec, to func(*types.Batch) error) error {
	s := a.call
	put := func(groups []int32, b *types.Batch) error {
		of := make([]*types.Vec, len(keys))
		for i, k := range keys {
			of[i] = k.Take(groups)
		}
		return a.put(&types.Batch{N: b.N, Cols: append(of, b.Cols...)}, to)
	}
	if bits := s.bits; s.counts() {
		s.setApart()
		return bits.each(s.inputs[0].Type(), func(groups []int32, numbers *types.Vec) error {
			return put(groups, &types.Batch{N: len(groups), Cols: []*types.Vec{numbers}})
		})
	}
	rows, groups := s.held, s.heldGroups
	if s.call.Distinct {
		rows, groups = s.log, s.logGroups
	}
	rows.flush()
	batches := rows.batches
	s.setApart()
	return eachPiece(batches, func(b *types.Batch) error {
		some := groups[:b.N]
		groups = groups[b.N:]
		return put(some, b)
	})
}

// add takes rows of the keys and the call's inputs.
func (a *apartRows) add(keys, inputs []*types.Vec, n int, to func(*types.Batch) error) error {
	if !a.call.call.Distinct {
		return a.put(&types.Batch{N: n, Cols: append(slices.Clip(keys), inputs...)}, to)
	}
	inputs = stored(a.call.inputs, inputs)
	b := &types.Batch{N: n, Cols: append(slices.Clip(keys), inputs...)}
	if args := inputs[:len(a.call.call.Args)]; !a.call.call.F.KeepNull && slices.ContainsFunc(args, (*types.Vec).HasNulls) {
		rows := make([]int32, 0, n)
		for i := range n {
			if !slices.ContainsFunc(args, func(v *types.Vec) bool { return v.Null(i) }) {
				rows = append(rows, int32(i))
			}
		}
		b = b.Take(rows)
	}
	return a.put(b, to)
}

func (a *apartRows) put(b *types.Batch, to func(*types.Batch) error) (err error) {
	if a.unique != nil {
		if b, err = a.unique.fresh(b); err != nil {
			return err
		}
	}
	return a.order(b, to)
}

func (a *apartRows) order(b *types.Batch, to func(*types.Batch) error) error {
	switch {
	case b.N == 0:
		return nil
	case a.sorter == nil:
		return to(b)
	}
	b = withPlaces(b, a.place)
	a.place += int64(b.N)
	return a.sorter.add(b)
}

// finish gives on what is left, when all rows are there.
func (a *apartRows) finish(to func(*types.Batch) error) error {
	if a.unique != nil {
		if err := a.unique.finish(); err != nil {
			return err
		}
		if err := eachNext(a.c, a.unique.next, func(b *types.Batch) error { return a.order(b, to) }); err != nil {
			return err
		}
	}
	if a.sorter == nil {
		return nil
	}
	all, err := a.sorter.finish()
	if err != nil {
		return err
	}
	next := a.sorter.next
	if all != nil {
		p := pieces{rows: all}
		next = func(size int) (*types.Batch, error) { return p.next(size), nil }
	}
	given := len(a.types) - len(a.call.call.OrderBy)
	return eachNext(a.c, next, func(b *types.Batch) error {
		return to(&types.Batch{N: b.N, Cols: b.Cols[:given]})
	})
}

// eachNext does something with each of the next rows.
func eachNext(c *expr.Context, next func(size int) (*types.Batch, error), do func(*types.Batch) error) error {
	for {
		if err := cancelled(c); err != nil {
			return err
		}
		b, err := next(BatchSize)
		if err != nil || b == nil {
			return err
		}
		if err := do(b); err != nil {
			return err
		}
	}
}

// spilled is how many bytes were put to the disk.
func (a *apartRows) spilled() (bytes int64) {
	if a.unique != nil {
		bytes += a.unique.spilled()
	}
	if a.sorter != nil {
		bytes += a.sorter.written
	}
	return bytes
}

// close gives all up. It may be called again, and of nil.
func (a *apartRows) close() {
	if a == nil {
		return
	}
	if a.unique != nil {
		a.unique.close()
	}
	if a.sorter != nil {
		a.sorter.close()
	}
}
