package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// rollUp is GROUP BY … WITH ROLLUP (manual 14.19.2): the rows are sorted by the keys; behind
// the groups that agree in the first keys comes a row for all of them, in which the others are
// NULL. Each level is computed from the rows, not from the level below: a DISTINCT or an AVG of
// parts does not make that of the whole. No rows make no groups.
func (a *aggregate) rollUp() (*types.Batch, error) {
	rows, order, err := a.sortedInput()
	if err != nil || rows.N == 0 {
		return rows, err
	}
	levels := make([]*level, len(a.n.Keys)+1) // by the number of keys that count
	for n := range levels {
		levels[n] = newLevel(n, order)
		if levels[n].calls, err = a.compute(levels[n], rows); err != nil {
			return nil, err
		}
	}

	// The groups in the order of the result: where one ends, those of fewer keys may end.
	var out []rollUpRow
	next := make([]int, len(levels))
	for i := range rows.N {
		for n := len(levels) - 1; n >= 0 && (i+1 == rows.N || order[i+1] < n); n-- {
			out = append(out, rollUpRow{level: n, group: next[n], row: int32(i)})
			next[n]++
		}
	}
	return a.rollUpRows(levels, rows, out), nil
}

// rollUpRow is a row of the result: a group of a level, one of whose rows is row.
type rollUpRow struct {
	level, group int
	row          int32
}

func (a *aggregate) rollUpRows(levels []*level, rows *types.Batch, out []rollUpRow) *types.Batch {
	b := &types.Batch{N: len(out)}
	keys := len(a.n.Keys)
	for k := range keys {
		from := make([]int32, len(out))
		for i, r := range out {
			from[i] = -1
			if k < r.level {
				from[i] = levels[r.level].first[r.group]
			}
		}
		b.Cols = append(b.Cols, rows.Cols[k].Take(from))
	}
	for j, call := range a.n.Calls {
		v := types.NewVec(&call.T, len(out))
		for i, r := range out {
			v.Set(i, levels[r.level].calls[j].Value(r.group))
		}
		b.Cols = append(b.Cols, v)
	}
	bits := types.NewVec(&types.TypeInt, len(out))
	for i, r := range out {
		bits.I[i] = 1<<(keys-r.level) - 1
	}
	b.Cols = append(b.Cols, bits)
	return b
}

// level is the groups by the first keys of a rollup.
type level struct {
	groups []int32 // of each row
	first  []int32 // of each group, its first row
	calls  []*types.Vec
}

// newLevel numbers the groups. order tells of each row, sorted, which key is the first in which
// it is not as the row before.
func newLevel(keys int, order []int) *level {
	l := &level{groups: make([]int32, len(order))}
	for i, differs := range order {
		if i == 0 || differs < keys {
			l.first = append(l.first, int32(i))
		}
		l.groups[i] = int32(len(l.first) - 1)
	}
	return l
}

// compute is the aggregates of a level.
func (a *aggregate) compute(l *level, rows *types.Batch) ([]*types.Vec, error) {
	out := make([]*types.Vec, len(a.n.Calls))
	at := len(a.n.Keys)
	for j, call := range newCallStates(a.n.Calls) {
		inputs := rows.Cols[at : at+len(call.inputs)]
		at += len(call.inputs)
		if err := cancelled(a.c); err != nil {
			return nil, err
		}
		if err := call.update(a.c, l.groups, len(l.first), inputs); err != nil {
			return nil, err
		}
		var err error
		if out[j], err = call.results(a.c, len(l.first)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sortedInput is the values of the keys and of the calls' inputs, sorted by the keys, and of
// each row the first key in which it is not as the row before; as many as there are keys where
// it is in all.
func (a *aggregate) sortedInput() (*types.Batch, []int, error) {
	inputs := append([]expr.Expr(nil), a.n.Keys...)
	for _, call := range newCallStates(a.n.Calls) {
		inputs = append(inputs, call.inputs...)
	}
	all := newBuffer(columnsOfTypes(inputs), &a.mem)
	for {
		b, err := a.nextInput()
		if err != nil {
			return nil, nil, err
		}
		if b == nil {
			break
		}
		keys, err := evalStored(a.c, a.n.Keys, b)
		if err != nil {
			return nil, nil, err
		}
		others, err := evalAll(a.c, inputs[len(keys):], b)
		if err != nil {
			return nil, nil, err
		}
		if err := all.add(&types.Batch{N: b.N, Cols: append(keys, others...)}); err != nil {
			return nil, nil, err
		}
	}
	b, err := all.batch(a.c)
	if err != nil {
		return nil, nil, err
	}
	if err := a.mem.Grow(b.Bytes() + sortedRowBytes*int64(b.N)); err != nil {
		return nil, nil, err
	}
	keys := make([]sortKey, len(a.n.Keys))
	for i, k := range a.n.Keys {
		keys[i] = sortKey{v: b.Cols[i], t: k.Type()}
	}
	normal, err := normalKeys(a.c, b.N, keys)
	if err != nil {
		return nil, nil, err
	}
	rows, err := sortRows(a.c, b.N, normal)
	if err != nil {
		return nil, nil, err
	}
	if b, err = takeLarge(a.c, b, rows); err != nil {
		return nil, nil, err
	}
	differs, err := differences(a.c, rows, normal)
	return b, differs, err
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
