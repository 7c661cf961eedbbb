package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// rollup is GROUP BY … WITH ROLLUP (manual 14.19.2): the rows are sorted by the keys; behind
// the groups that agree in the first keys comes a row for all of them, in which the others are
// NULL. Each level is computed from the rows, not from the level below: a DISTINCT or an AVG of
// parts does not make that of the whole. No rows make no groups.
type rollup struct {
	*grouping
	c      *expr.Context
	input  *sortedRows    // of the keys, then the calls' inputs
	levels []*level       // by the number of keys that count
	mem    memory.Account // of their states
	pieces                // of the rows that are computed
	ended  bool
}

// level is the groups by the first keys of a rollup.
type level struct {
	keys   int
	states []*callState // of the groups that have not ended: between two batches there is one
	first  *types.Batch // the keys of its first row; nil: no rows came
}

func newRollup(c *expr.Context, k *grouping) *rollup {
	r := &rollup{grouping: k, c: c, mem: c.Memory.Account()}
	var keys []sortColumn
	for i, t := range k.keys {
		keys = append(keys, sortColumn{at: i, t: t})
	}
	r.input = newSortedRows(c, columnsOfTypes(slices.Concat(k.keys, k.inputs)), keys, 4)
	for n := range len(keys) + 1 {
		r.levels = append(r.levels, &level{keys: n, states: newCallStates(k.calls)})
	}
	return r
}

// add takes rows.
func (r *rollup) add(b *types.Batch) error {
	columns, err := r.columns(r.c, b)
	if err != nil {
		return err
	}
	return r.input.add(&types.Batch{N: b.N, Cols: columns})
}

// next is the next rows, nil behind the last: the keys, the calls' values, and the bits of GROUPING().
func (r *rollup) next(size int) (*types.Batch, error) {
	for {
		if b := r.pieces.next(size); b != nil || r.ended {
			return b, cancelled(r.c)
		}
		b, differs, err := r.input.next(checkedRows)
		if err != nil {
			return nil, err
		}
		if r.ended = b == nil; r.ended {
			if b, err = newBuffer(r.input.cols, nil).batch(r.c); err != nil {
				return nil, err
			}
		}
		if r.pieces.rows, err = r.compute(b, differs); err != nil {
			return nil, err
		}
		r.at = 0
	}
}

// rollUpRow is a row of the result: a group of a level.
type rollUpRow struct{ level, group int }

// compute is the rows for the groups that end with a batch of the input, in their order: where one ends, those of
// fewer keys may end.
func (r *rollup) compute(b *types.Batch, differs []int) (*types.Batch, error) {
	begun := r.levels[0].first != nil
	var out []rollUpRow
	next := make([]int, len(r.levels))
	end := func(least int) {
		for n := len(r.levels) - 1; n >= least; n-- {
			out = append(out, rollUpRow{n, next[n]})
			next[n]++
		}
	}
	for i, n := range differs {
		if i > 0 || begun {
			end(n + 1)
		}
	}
	if r.ended && begun {
		end(0)
	}
	groups := make([]*types.Batch, len(r.levels))
	for n, l := range r.levels {
		var err error
		if groups[n], err = r.extend(l, b, differs); err != nil {
			return nil, err
		}
	}
	return r.rows(out, groups), r.hold()
}

// extend adds rows to a level's groups. It is those that have ended: their keys, then the calls' values.
func (r *rollup) extend(l *level, b *types.Batch, differs []int) (*types.Batch, error) {
	keys := &types.Batch{N: b.N, Cols: b.Cols[:len(r.keys)]}
	ended, open := -1, int32(0) // the groups that have; the first row of the one that has not
	firsts := newBuffer(r.input.cols[:len(r.keys)], nil)
	if l.first != nil {
		ended = 0
		if err := firsts.add(l.first); err != nil {
			return nil, err
		}
	}
	var starts []int32
	groups := make([]int32, b.N)
	for i, n := range differs {
		if n < l.keys || i == 0 && l.first == nil {
			starts, open = append(starts, int32(i)), int32(i)
			ended++
		}
		groups[i] = int32(ended)
	}
	if err := firsts.add(keys.Take(starts)); err != nil {
		return nil, err
	}
	if r.ended && l.first != nil {
		ended++
	}
	first, err := firsts.batch(r.c)
	if err != nil {
		return nil, err
	}
	if ended <= 0 {
		l.first = first
		return nil, r.update(l, b, groups)
	}
	if err := r.update(l, b.Slice(0, int(open)), groups[:open]); err != nil {
		return nil, err
	}
	out := first.Slice(0, ended)
	l.first = first.Slice(ended, first.N)
	for _, s := range l.states {
		if s.forget() {
			if err := r.mem.Set(r.bytes()); err != nil {
				return nil, err
			}
		}
		v, err := s.results(r.c, ended, func() error { return r.mem.Set(r.bytes()) })
		if err != nil {
			return nil, err
		}
		out.Cols = append(slices.Clip(out.Cols), v)
	}
	l.states = newCallStates(r.calls)
	groups = groups[open:]
	clear(groups)
	return out, r.update(l, b.Slice(int(open), b.N), groups)
}

// update adds rows to the states of a level.
func (r *rollup) update(l *level, b *types.Batch, groups []int32) error {
	if b.N == 0 {
		return nil
	}
	at := len(r.keys)
	for _, s := range l.states {
		if err := s.update(r.c, groups, int(groups[b.N-1])+1, b.Cols[at:at+len(s.inputs):at+len(s.inputs)]); err != nil {
			return err
		}
		at += len(s.inputs)
	}
	return cancelled(r.c)
}

// rows are the result's, of the groups that have ended of each level.
func (r *rollup) rows(out []rollUpRow, groups []*types.Batch) *types.Batch {
	starts := make([]int, len(groups)) // of the levels' groups, one behind the other
	n := 0
	for i, g := range groups {
		if starts[i] = n; g != nil {
			n += g.N
		}
	}
	column := func(j int, t *types.Type) *types.Vec {
		var all []*types.Vec
		for _, g := range groups {
			if g != nil {
				all = append(all, g.Cols[j])
			}
		}
		return types.Concat(t, all)
	}
	b := &types.Batch{N: len(out)}
	if len(out) == 0 {
		return b
	}
	from := make([]int32, len(out))
	for k, t := range r.keys {
		for i, x := range out {
			from[i] = -1
			if k < x.level {
				from[i] = int32(starts[x.level] + x.group)
			}
		}
		b.Cols = append(b.Cols, column(k, t).Take(from))
	}
	bits := types.NewVec(&types.TypeInt, len(out))
	for i, x := range out {
		from[i] = int32(starts[x.level] + x.group)
		bits.I[i] = 1<<(len(r.keys)-x.level) - 1
	}
	for j, call := range r.calls {
		b.Cols = append(b.Cols, column(len(r.keys)+j, &call.T).Take(from))
	}
	b.Cols = append(b.Cols, bits)
	return b
}

// hold counts what the states take. Where that is too much, what DISTINCT and ORDER BY keep goes to the disk.
func (r *rollup) hold() (err error) {
	bytes := r.bytes()
	if r.mem.Fits(2 * bytes) {
		return nil
	}
	for _, l := range r.levels {
		if _, err := r.postpone(r.c, l.states); err != nil {
			return err
		}
	}
	return r.mem.Set(r.bytes())
}

// bytes is what the states take.
func (r *rollup) bytes() (bytes int64) {
	for _, l := range r.levels {
		for _, s := range l.states {
			bytes += s.bytes()
		}
	}
	return bytes
}

// close gives all up. It may be called again, and of nil.
func (r *rollup) close() {
	if r != nil {
		r.input.close()
		r.mem.Release()
		r.release()
	}
}

// differences is, of each of the sorted rows, the first key in which it is not as the row
// before; 0 of the first row; as many as there are keys where it is in all.
func differences(c *expr.Context, rows []int32, keys []normalKey) ([]int, error) {
	out := make([]int, len(rows))
	return out, ranges(c, len(rows), func(_ *expr.Context, _, from, to int) error {
		for i := from; i < to; i++ {
			out[i] = len(keys)
		}
		for k := len(keys) - 1; k >= 0 && from < to; k-- {
			codes := keys[k].codes
			before := codes[rows[max(from-1, 0)]]
			for i, r := range rows[from:to] {
				code := codes[r]
				if code != before {
					out[from+i] = k
				}
				before = code
			}
		}
		if from == 0 && to > 0 {
			out[0] = 0
		}
		return nil
	})
}
