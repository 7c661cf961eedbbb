package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// rangesWithin is what bounds the rows of each key of a rowIndex: the range conditions' keys of the rows, in the index's order, so that those
// of a key lie side by side.
type rangesWithin struct {
	*rowIndex
	keys [][]int64 // of each condition
	most []int64   // of each key of the rowIndex, the greatest of the only condition's, where it is enough to know of a row; else nil
}

// partnersInRange is from how many rows on, that a row's key has, comparing numbers costs less than the conditions themselves.
const partnersInRange = 3

// loud tells whether a condition's keys may not be computed for rows of the right that no key of the left finds: it is of more than a
// column, and may fail or warn.
func (r rangeCondition) loud() bool {
	_, ok := r.x.(*expr.Column)
	return !ok || slices.ContainsFunc(r.onRight, func(e expr.Expr) bool {
		call, ok := e.(*expr.Call)
		if !ok || call.F.Name != "is null" {
			return true
		}
		_, ok = call.Args[0].(*expr.Column)
		return !ok
	})
}

// partners is how many rows the key of a row has, in the mean.
func (x *rowIndex) partners() int {
	all := 0
	for id, from := range x.starts[:max(len(x.starts)-1, 0)] {
		n := int(x.starts[id+1] - from)
		all += n * n
	}
	return all / max(len(x.order), 1)
}

// newRangesWithin arranges keys; one: it is enough to know of a row whether there is one.
func newRangesWithin(x *rowIndex, of *rangeIndex, one bool) *rangesWithin {
	w := &rangesWithin{rowIndex: x, keys: make([][]int64, len(of.keys))}
	for k, keys := range of.keys {
		w.keys[k] = make([]int64, len(x.order))
		for i, row := range x.order {
			w.keys[k][i] = keys[row]
		}
	}
	if one && len(w.keys) == 1 {
		w.most = make([]int64, len(x.starts)-1)
		for id := range w.most {
			w.most[id] = never
			for _, key := range w.keys[0][x.starts[id]:x.starts[id+1]] {
				w.most[id] = max(w.most[id], key)
			}
		}
	}
	return w
}

func (w *rangesWithin) bytes() int64 {
	if w == nil {
		return 0
	}
	return 8 * (int64(len(w.keys))*int64(len(w.order)) + int64(len(w.most)))
}

// rangeChoice finds rows by their keys of equalities and of ranges.
type rangeChoice struct {
	*rangesWithin
	bounds [][]int64 // of each condition, of each row of the left's batch that has partners, or of all
	at     []int32   // of each row of the batch, where its bounds are; nil: at its own place
	found  []int32   // by one row of the left
}

// look computes the bounds of the rows of a batch of the left, given the numbers of their keys. Those that have no partners get none: a
// bound may warn.
func (x *rangeChoice) look(c *expr.Context, conds []rangeCondition, b *types.Batch, ids []int32) error {
	var rows []int32
	for i, id := range ids {
		if id >= 0 {
			rows = append(rows, int32(i))
		}
	}
	if x.at = x.at[:0]; len(rows) == 0 {
		return nil
	}
	if len(rows) < b.N {
		for range b.N {
			x.at = append(x.at, -1)
		}
		for k, row := range rows {
			x.at[row] = int32(k)
		}
		b = b.Take(rows)
	}
	x.bounds = x.bounds[:0]
	for _, cond := range conds {
		bounds, err := cond.boundsOf(c, b)
		if err != nil {
			return err
		}
		x.bounds = append(x.bounds, bounds)
	}
	return nil
}

// matches are the rows of a key that meet the conditions for a row of the left's batch, in their order, or one where that is enough;
// valid until the next call.
func (x *rangeChoice) matches(id int32, row int) []int32 {
	if len(x.at) > 0 {
		row = int(x.at[row])
	}
	from, to := x.starts[id], x.starts[id+1]
	if x.most != nil {
		if x.most[id] < x.bounds[0][row] {
			to = from
		}
		return x.order[from:min(from+1, to)]
	}
	if n := int(to - from); n > cap(x.found) {
		x.found = make([]int32, 2*n)
	}
	found, order := x.found[:to-from], x.order[from:to]
	n := 0
	if len(x.keys) == 1 {
		bound := x.bounds[0][row]
		for i, key := range x.keys[0][from:to] {
			found[n] = order[i]
			n += passes(key, bound)
		}
		return found[:n]
	}
	a, b := x.bounds[0][row], x.bounds[1][row]
	second := x.keys[1][from:to]
	for i, key := range x.keys[0][from:to] {
		found[n] = int32(i)
		n += passes(key, a) & passes(second[i], b)
	}
	for k := 2; k < len(x.keys); k++ {
		some := found[:n]
		n = 0
		for _, i := range some {
			found[n] = i
			n += passes(x.keys[k][from+i], x.bounds[k][row])
		}
	}
	for k, i := range found[:n] {
		found[k] = order[i]
	}
	return found[:n]
}
