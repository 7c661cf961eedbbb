package store

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// sort is the rows from a position on as a run. It is ended by the context, whose error it then returns.
func (v *version) sort(ctx context.Context, o *ordering, from int) (run, error) {
	if n, err := v.sorted(ctx, o, v.comparer(o), from); n >= 0 || err != nil {
		return run{first: from, n: n}, err
	}
	positions := make([]uint32, 0, v.liveFrom(from))
	for p, i := place(from); p < len(v.parts); p, i = p+1, 0 {
		for ; i < v.parts[p].n; i++ {
			if !v.parts[p].dead.has(i) {
				positions = append(positions, uint32(position(p, i)))
			}
		}
	}
	// Those with the same key stay in their order, and so do those of one value of a column when the one before it is sorted.
	tie := func(a, b uint32) int { return v.tie(int(a), int(b)) }
	if !v.counting() && !slices.IsSortedFunc(positions, tie) {
		slices.SortFunc(positions, until(ctx, tie))
	}
	for n := len(o.columns) - 1; n >= 0; n-- {
		var err error
		if positions, err = v.sortedBy(ctx, o, n, positions); err != nil {
			return run{}, err
		}
	}
	return run{positions: positions, n: len(positions)}, ctx.Err()
}

// checked is after how many rows work on all of them asks again whether the context has ended: some milliseconds.
const checked = 1 << 16

// steps does work on n rows some at a time, for as long as the context lasts.
func steps(ctx context.Context, n int, work func(from, to int)) error {
	for from := 0; from < n; from += checked {
		if err := ctx.Err(); err != nil {
			return err
		}
		work(from, min(from+checked, n))
	}
	return nil
}

// until compares as compare does for as long as the context lasts. Behind that all is equal, and a sort is soon over.
func until[T any](ctx context.Context, compare func(a, b T) int) func(a, b T) int {
	calls, ended := 0, false
	return func(a, b T) int {
		if calls++; calls&(1<<10-1) == 0 {
			ended = ctx.Err() != nil
		}
		if ended {
			return 0
		}
		return compare(a, b)
	}
}

// sortedBy sorts positions by a column of an order; those with the same value stay as they are.
func (v *version) sortedBy(ctx context.Context, o *ordering, n int, positions []uint32) ([]uint32, error) {
	column := o.columns[n]
	switch v.def.Columns[column] {
	case Int:
		return v.sortedInts(ctx, column, positions)
	case String:
		return v.sortedTexts(ctx, o, n, positions)
	}
	compare := v.columnComparer(o, n)
	slices.SortStableFunc(positions, until(ctx, func(a, b uint32) int {
		p, i := place(int(a))
		q, k := place(int(b))
		return compare(p, i, q, k)
	}))
	return positions, ctx.Err()
}

// counting tells that the order numbers of all rows grow with their positions.
func (v *version) counting() bool {
	return !slices.ContainsFunc(v.parts, func(p part) bool { return p.ids != nil || p.orders != nil })
}

// sorted is how many positions there are from one on, where the rows, deleted ones too, lie in the order; else -1.
func (v *version) sorted(ctx context.Context, o *ordering, compare func(a, b int) int, from int) (int, error) {
	numbers := len(o.columns) == 1 && v.def.Columns[o.columns[0]] == Int && v.counting()
	last := -1
	for p, i := place(from); p < len(v.parts); p, i = p+1, 0 {
		part := &v.parts[p]
		if i >= part.n {
			continue
		}
		if err := ctx.Err(); err != nil {
			return -1, err
		}
		if last >= 0 && compare(last, position(p, i)) >= 0 {
			return -1, nil
		}
		last = position(p, part.n-1)
		if c := &part.columns[o.columns[0]]; numbers && len(c.nulls) <= i {
			if !slices.IsSorted(c.ints[i:part.n]) {
				return -1, nil
			}
			continue
		}
		for ; i < part.n-1; i++ {
			if compare(position(p, i), position(p, i+1)) >= 0 {
				return -1, nil
			}
		}
	}
	return max(last+1-from, 0), nil
}

// comparer compares the rows at two positions.
func (v *version) comparer(o *ordering) func(a, b int) int {
	keys := v.keyComparer(o)
	return func(a, b int) int {
		if c := keys(a, b); c != 0 {
			return c
		}
		return v.tie(a, b)
	}
}

// keyComparer compares the keys of the rows at two positions.
func (v *version) keyComparer(o *ordering) func(a, b int) int {
	by := make([]func(p, i, q, k int) int, len(o.columns))
	for n := range by {
		by[n] = v.columnComparer(o, n)
	}
	return func(a, b int) int {
		p, i := v.clamped(a)
		q, k := v.clamped(b)
		for _, compare := range by {
			if c := compare(p, i, q, k); c != 0 {
				return c
			}
		}
		return 0
	}
}

// columnComparer compares the rows at two places by a column of an order.
func (v *version) columnComparer(o *ordering, n int) func(p, i, q, k int) int {
	column := o.columns[n]
	kind := v.def.Columns[column]
	return func(p, i, q, k int) int {
		a, b := &v.parts[p].columns[column], &v.parts[q].columns[column]
		if !at(a.nulls, i) && !at(b.nulls, k) {
			switch {
			case kind == Int:
				return cmp.Compare(a.ints[i], b.ints[k])
			case kind == String && a.codes[i] == b.codes[k]:
				return 0
			}
		}
		return o.value(n, v.value(p, i, column), v.value(q, k, column))
	}
}

// tie compares the rows at two positions that have the same key.
func (v *version) tie(a, b int) int {
	p, i := v.clamped(a)
	q, k := v.clamped(b)
	if c := cmp.Compare(v.parts[p].order(i), v.parts[q].order(k)); c != 0 {
		return c
	}
	return cmp.Compare(v.parts[p].id(i), v.parts[q].id(k))
}

// keyedPosition is the position of a row with a key as a number.
type keyedPosition struct {
	key      uint64
	position uint32
}

// sortedInts sorts positions by a column of integers, NULL before all.
func (v *version) sortedInts(ctx context.Context, column int, positions []uint32) ([]uint32, error) {
	rows, sorted := make([]keyedPosition, 0, len(positions)), make([]uint32, 0, len(positions))
	differing := uint64(0) // bits
	err := steps(ctx, len(positions), func(from, to int) {
		for _, x := range positions[from:to] {
			p, i := place(int(x))
			c := &v.parts[p].columns[column]
			if at(c.nulls, i) {
				sorted = append(sorted, x)
				continue
			}
			rows = append(rows, keyedPosition{uint64(c.ints[i]) ^ 1<<63, x})
			differing |= rows[len(rows)-1].key ^ rows[0].key
		}
	})
	if err == nil {
		rows, err = sortedByKey(ctx, rows, differing)
	}
	if err != nil {
		return nil, err
	}
	for i := range rows {
		sorted = append(sorted, rows[i].position)
	}
	return sorted, nil
}

// sortedByKey sorts rows by their keys, of which some bits differ, those with the same key staying as they are: by the keys' bytes,
// from the last on (LSD radix sort; Knuth, The Art of Computer Programming 3, 5.2.5).
func sortedByKey(ctx context.Context, rows []keyedPosition, differing uint64) ([]keyedPosition, error) {
	other := make([]keyedPosition, len(rows))
	for shift := 0; shift < 64; shift += 8 {
		if byte(differing>>shift) == 0 {
			continue
		}
		var next [257]int
		for i := range rows {
			next[int(byte(rows[i].key>>shift))+1]++
		}
		for d := range 256 {
			next[d+1] += next[d]
		}
		err := steps(ctx, len(rows), func(from, end int) {
			for i := from; i < end; i++ {
				to := &next[byte(rows[i].key>>shift)]
				other[*to] = rows[i]
				*to++
			}
		})
		if err != nil {
			return nil, err
		}
		rows, other = other, rows
	}
	return rows, nil
}

// sortedTexts sorts positions by a column of an order, of texts, NULL before all: of each different text the comparison is asked, not
// of each row.
func (v *version) sortedTexts(ctx context.Context, o *ordering, n int, positions []uint32) ([]uint32, error) {
	column := o.columns[n]
	texts := v.dictionaries[column].values
	null := uint32(math.MaxUint32)
	codes := make([]uint32, len(positions))
	err := steps(ctx, len(positions), func(from, to int) {
		for at, x := range positions[from:to] {
			codes[from+at] = null
			p, i := place(int(x))
			if c := &v.parts[p].columns[column]; len(c.nulls) <= i || !c.nulls[i] {
				codes[from+at] = c.codes[i]
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if len(texts) > len(positions) { // a few rows are not worth a look at all texts
		few := slices.Compact(slices.Sorted(slices.Values(codes)))
		some := make([]string, 0, len(few))
		for _, code := range few {
			if code != null {
				some = append(some, texts[code])
			}
		}
		for i, code := range codes {
			if code != null {
				at, _ := slices.BinarySearch(few, code)
				codes[i] = uint32(at)
			}
		}
		texts = some
	}
	ranks := make([]uint32, len(texts)+1) // by code
	var order []uint32
	err = steps(ctx, len(codes), func(from, to int) {
		for i := from; i < to; i++ {
			if codes[i] == null {
				codes[i] = uint32(len(texts))
			} else if ranks[codes[i]] == 0 {
				ranks[codes[i]] = 1
				order = append(order, codes[i])
			}
		}
	})
	if err != nil {
		return nil, err
	}
	boxed := make([]any, len(texts))
	for _, c := range order {
		boxed[c] = texts[c]
	}
	slices.SortFunc(order, until(ctx, func(a, b uint32) int { return o.value(n, boxed[a], boxed[b]) }))
	rank := uint32(0)
	err = steps(ctx, len(order), func(from, to int) {
		for i := from; i < to; i++ {
			if i == 0 || o.value(n, boxed[order[i-1]], boxed[order[i]]) != 0 {
				rank++
			}
			ranks[order[i]] = rank
		}
	})
	if err != nil {
		return nil, err
	}
	// By rank, those of one as they are.
	next := make([]uint32, rank+2)
	for _, c := range codes {
		next[ranks[c]+1]++
	}
	for r := range rank {
		next[r+1] += next[r]
	}
	sorted := make([]uint32, len(positions))
	err = steps(ctx, len(positions), func(from, end int) {
		for i := from; i < end; i++ {
			to := &next[ranks[codes[i]]]
			sorted[*to] = positions[i]
			*to++
		}
	})
	return sorted, err
}
