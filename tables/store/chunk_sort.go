package store

import (
	"context"
	"slices"
)

// Rows by columns whose keys come in no order: that none repeats is looked up in a set, and where it is the primary key, the
// rows are sorted at the commit, and then lie in the order of a scan.

type numberSet map[int64]struct{}

// forgetKeys leaves the sets to be made again.
func (o *overlay) forgetKeys() {
	for i := range o.unsorted {
		o.unsorted[i] = nil
	}
}

// takes notes the keys of rows in an index in which they do not grow, and tells whether they all come behind the last of
// others and none repeats.
func (o *overlay) takes(i int, last []any, columns []Values, n int) bool {
	x := &o.base.def.Indexes[i]
	if len(x.Columns) != 1 || len(o.rows) > 0 {
		return false
	}
	c := x.Columns[0]
	kind := o.base.def.Columns[c]
	if kind != Int && kind != Uint {
		return false
	}
	least := int64(-1) << 63
	switch x := key(last).(type) {
	case int64:
		if x == 1<<63-1 {
			return false
		}
		least = x + 1
	case uint64:
		if x >= 1<<63-1 {
			return false
		}
		least = int64(x) + 1
	}
	if kind == Uint {
		least = max(least, 0) // greater ones are not looked at
	}
	if o.unsorted[i] == nil {
		set := make(numberSet, o.live+n)
		for k := range o.chunks {
			if !set.add(&o.chunks[k].columns[c], o.chunks[k].n, least, x.Primary) {
				return false
			}
		}
		if o.unsorted == nil {
			o.unsorted = make(map[int]numberSet)
		}
		o.unsorted[i] = set
	}
	return o.unsorted[i].add(&columns[c], n, least, x.Primary)
}

func key(last []any) any {
	if last == nil {
		return nil
	}
	return last[0]
}

// add adds n values, and tells whether it had none of them and they all are least at least; some may be NULL, but for the
// primary key's.
func (s numberSet) add(v *Values, n int, least int64, primary bool) bool {
	for i, x := range v.Ints[:n] {
		if v.Nulls != nil && v.Nulls[i] {
			if primary {
				return false
			}
			continue
		}
		had := len(s)
		if s[x] = struct{}{}; x < least || len(s) == had {
			return false
		}
	}
	return true
}

// sortedChunks are the chunks' rows in the order of the primary key.
func (o *overlay) sortedChunks(ctx context.Context) ([]chunk, error) {
	d := o.base.def
	primary := slices.IndexFunc(d.Indexes, func(x Index) bool { return x.Primary })
	if _, unsorted := o.unsorted[primary]; !unsorted {
		return o.chunks, nil
	}
	column := d.Indexes[primary].Columns[0]
	rows, differing := make([]keyedPosition, 0, o.live), uint64(0)
	for k := range o.chunks {
		for i, x := range o.chunks[k].columns[column].Ints {
			rows = append(rows, keyedPosition{uint64(x) ^ 1<<63, uint32(position(k, i))})
			differing |= rows[len(rows)-1].key ^ rows[0].key
		}
	}
	rows, err := sortedByKey(ctx, rows, differing)
	if err != nil {
		return nil, err
	}
	var sorted []chunk
	for from := 0; from < len(rows); {
		size := 1 << segmentBits
		room := size - (o.base.begun()+from)&(size-1)
		until := min(len(rows), from+room)
		sorted = append(sorted, chunk{columns: make([]Values, len(d.Columns)), n: until - from, room: room})
		from = until
	}
	work := make([]func() int64, len(d.Columns))
	for c, kind := range d.Columns {
		work[c] = func() int64 {
			from := make([]*Values, len(o.chunks))
			for k := range from {
				from[k] = &o.chunks[k].columns[c]
			}
			if kind == String && slices.ContainsFunc(from, func(v *Values) bool { return v.words != from[0].words }) {
				for k, v := range from {
					from[k] = &Values{Strings: v.Texts(), Nulls: v.Nulls}
				}
			}
			at := 0
			for k := range sorted {
				if ctx.Err() != nil {
					break
				}
				sorted[k].columns[c] = gather(kind, from, rows[at:at+sorted[k].n])
				at += sorted[k].n
			}
			return 0
		}
	}
	aside(work, len(rows))
	return sorted, ctx.Err()
}

// gather is the values of rows, whose positions are in the chunks that a column's values are of.
func gather(kind Kind, from []*Values, rows []keyedPosition) (to Values) {
	switch {
	case kind == Float:
		to.Floats = picked(from, rows, func(v *Values) []float64 { return v.Floats })
	case kind == String && from[0].words == nil:
		to.Strings = picked(from, rows, func(v *Values) []string { return v.Strings })
	case kind == String:
		to.Codes = picked(from, rows, func(v *Values) []uint32 { return v.Codes })
		to.words, to.texts = from[0].words, from[len(from)-1].texts
	case kind == Any:
		to.Anys = picked(from, rows, func(v *Values) []any { return v.Anys })
	default:
		to.Ints = picked(from, rows, func(v *Values) []int64 { return v.Ints })
	}
	if slices.ContainsFunc(from, func(v *Values) bool { return v.Nulls != nil }) {
		to.Nulls = picked(from, rows, func(v *Values) []bool { return v.Nulls })
	}
	return to
}

// picked are the values of positions, the zero value where a chunk has none.
func picked[T any](from []*Values, rows []keyedPosition, values func(v *Values) []T) []T {
	all := make([][]T, len(from))
	for k := range from {
		all[k] = values(from[k])
	}
	to := make([]T, len(rows))
	for i := range rows {
		k, row := place(int(rows[i].position))
		to[i] = at(all[k], row)
	}
	return to
}
