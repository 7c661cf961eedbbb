package store

import (
	"context"
	"slices"
)

// rewritten is the version that a rewrite makes of one: its rows lie in scan order, and none of them is deleted. It is ended
// by the context.
func (v *version) rewritten(ctx context.Context, r *rewrite) (*version, error) {
	to := v.empty(v.def)
	to.removed, to.ctx = r.rows, ctx
	n := v.live
	if r.leave() {
		n += len(r.added) - len(r.rows)
	}
	w := &rewriter{version: v, rewrite: r, to: to}
	for _, step := range []func(){func() { w.places(n) }, w.columns, w.indexes} {
		step()
		if err := ctx.Err(); err != nil { // what there is of the step is not all
			return nil, err
		}
	}
	if to.live > 0 {
		p, i := place(to.live - 1)
		last := &to.parts[p]
		to.last = entry{to.key(to.displaced.ordering, p, i), last.order(i), last.id(i)}
	}
	return to.version, nil
}

// leave tells whether the rows go.
func (r *rewrite) leave() bool { return len(r.columns) == 0 || r.added != nil }

// rewriter makes a version of another one.
type rewriter struct {
	*version
	rewrite *rewrite
	to      *edit

	// By new position, which is that in scan order:
	from  []uint32 // where the row was; of one that is added nothing
	given []uint32 // which of the rewrite's values it gets, one more; 0: none
}

// places gives the n rows their places, which are in scan order, and the IDs that they have then.
func (w *rewriter) places(n int) {
	r := w.rewrite
	w.from, w.given = make([]uint32, 0, n), make([]uint32, 0, n)
	by := make([]uint32, w.end()) // by old position, which of the rewrite's rows it is, one more
	for k, id := range r.rows {
		p, i, _ := w.locate(id)
		by[position(p, i)] = uint32(k + 1)
	}
	ids := make([]RowID, 0, n)
	next := w.next
	adding := r.added
	add := func(until func(x *added) bool) {
		for ; len(adding) > 0 && until(&adding[0]); adding = adding[1:] {
			x := &adding[0]
			id := next + RowID(x.row)
			w.place(id, x.order, 0, uint32(x.row+1))
			ids = append(ids, id)
		}
	}
	for c := w.rows(); w.to.ctx.Err() == nil; {
		from, until := c.side(1 << segmentBits)
		if from == until {
			if !c.Next() {
				break
			}
			from, until = c.i, c.i+1
		}
		for i := from; i < until; i++ {
			old := position(c.part, i)
			k := by[old]
			if k > 0 && r.leave() {
				continue
			}
			id, order := w.parts[c.part].id(i), w.parts[c.part].order(i)
			if len(adding) > 0 {
				add(func(x *added) bool {
					c := w.compareKey(w.displaced.ordering, old, x.key)
					return c > 0 || c == 0 && order > x.order
				})
			}
			if k > 0 {
				id = w.to.next
				w.to.next++
			}
			w.place(id, order, uint32(old), k)
			ids = append(ids, id)
		}
	}
	add(func(*added) bool { return true })
	w.to.next += RowID(len(r.added))
	w.to.compacted.first = w.to.next
	w.to.compacted.locate(len(w.to.parts), ids)
	w.to.live = len(ids)
	w.to.bytes += int64(len(ids)) * locateBytes
}

// place gives the next row its place.
func (w *rewriter) place(id RowID, order uint64, from, given uint32) {
	j, size := len(w.from), 1<<segmentBits
	w.from, w.given = append(w.from, from), append(w.given, given)
	if j&(size-1) == 0 {
		s := newSegment(w.to.lineage, id, len(w.def.Columns))
		s.ids = make([]RowID, 0, min(size, cap(w.from)-j))
		w.to.parts = append(w.to.parts, part{segment: s})
	}
	s := w.to.parts[len(w.to.parts)-1].segment
	if s.ids = append(s.ids, id); order != uint64(id) {
		s.orders = pushAt(s.orders, s.n, order)
	}
	s.n++
}

// columns gives the new parts their columns, side by side.
func (w *rewriter) columns() {
	work := make([]func() int64, len(w.def.Columns))
	for c, kind := range w.def.Columns {
		work[c] = func() int64 { return w.column(c, kind) }
	}
	w.to.bytes += aside(work, len(w.from))
}

// column makes a column, and returns the bytes that it takes.
func (w *rewriter) column(c int, kind Kind) (bytes int64) {
	d := w.dictionaries[c]
	var values *Values // that replaced rows get; nil: those that they have
	var codes []uint32 // of its strings
	if k := slices.Index(w.rewrite.columns, c); k >= 0 {
		values = &w.rewrite.values[k]
		if kind == String {
			codes = make([]uint32, len(values.Strings))
			for i, s := range values.Strings {
				if !at(values.Nulls, i) {
					codes[i], _ = d.code(s, w.lineage)
				}
			}
		}
	}
	for p := range w.to.parts {
		if w.to.ctx.Err() != nil {
			return 0
		}
		s := w.to.parts[p].segment
		from, given := w.from[p<<segmentBits:][:s.n], w.given[p<<segmentBits:][:s.n]
		if values == nil {
			given = nil
		}
		to := &s.columns[c]
		if old := w.untouched(from, given); old != nil {
			*to = old.columns[c].clipped(s.n)
			s.zones[c].Store(old.zones[c].Load())
		} else {
			w.gather(to, c, kind, from, given, values, codes)
		}
		bytes += to.bytes(kind, s.n)
	}
	if kind == String {
		// A compaction is beside commits, which add to the one there is; and of many strings most may be no row's any more.
		if len(w.rewrite.rows) == 0 || len(d.values) > 2*len(w.from)+numberedRows {
			d = w.renumbered(c, d)
		}
		w.to.dictionaries[c] = d
		bytes += d.bytes()
	}
	return bytes
}

// untouched is the segment of which rows are all there are, in their order, where they are given nothing; nil: there is none.
func (w *rewriter) untouched(from, given []uint32) *segment {
	p, i := place(int(from[0]))
	if i > 0 || p >= len(w.parts) || w.parts[p].n != len(from) {
		return nil
	}
	for j, x := range from {
		if x != from[0]+uint32(j) || at(given, j) > 0 {
			return nil
		}
	}
	return w.parts[p].segment
}

// clipped is the first n rows, to which nobody appends.
func (c *column) clipped(n int) column {
	end := func(have int) int { return min(n, have) }
	ints, floats, codes, anys, nulls := end(len(c.ints)), end(len(c.floats)), end(len(c.codes)), end(len(c.anys)), end(len(c.nulls))
	return column{c.ints[:ints:ints], c.floats[:floats:floats], c.codes[:codes:codes], c.anys[:anys:anys], c.nulls[:nulls:nulls]}
}

// gather is a column of rows that were at positions, or are given values.
func (w *rewriter) gather(to *column, c int, kind Kind, from, given []uint32, values *Values, codes []uint32) {
	if values == nil {
		values = &Values{}
	}
	switch kind {
	case Int, Uint:
		to.ints = gathered(w, from, given, values.Ints, func(s *segment) []int64 { return s.columns[c].ints })
	case Float:
		to.floats = gathered(w, from, given, values.Floats, func(s *segment) []float64 { return s.columns[c].floats })
	case String:
		to.codes = gathered(w, from, given, codes, func(s *segment) []uint32 { return s.columns[c].codes })
	case Any:
		to.anys = gathered(w, from, given, values.Anys, func(s *segment) []any { return s.columns[c].anys })
	}
	nulls := gathered(w, from, given, values.Nulls, func(s *segment) []bool { return s.columns[c].nulls })
	if slices.Contains(nulls, true) {
		to.nulls = nulls
	}
}

// gathered are the values of rows that were at positions: what a row is given, else what it had; the zero value behind the end
// of what there is.
func gathered[T any](w *rewriter, from, given []uint32, values []T, of func(s *segment) []T) []T {
	all := make([][]T, len(w.parts))
	for p := range all {
		all[p] = of(w.parts[p].segment)
	}
	to := make([]T, len(from))
	for j, x := range from {
		if k := at(given, j); k > 0 {
			to[j] = at(values, int(k-1))
			continue
		}
		p, i := place(int(x))
		to[j] = at(all[p], i)
	}
	return to
}

// bytes is what n rows of a column take.
func (c *column) bytes(kind Kind, n int) (bytes int64) {
	switch kind {
	case String:
		bytes = 4 * int64(n)
	case Any:
		for _, x := range c.anys {
			bytes += anyBytes(x)
		}
	default:
		bytes = 8 * int64(n)
	}
	return bytes + int64(len(c.nulls))
}

// bytes is what the strings take.
func (d *dictionary) bytes() (bytes int64) {
	for _, s := range d.values {
		bytes += stringBytes + int64(len(s))
	}
	return bytes
}

// renumbered is a dictionary of those strings alone that the column's rows have.
func (w *rewriter) renumbered(c int, d dictionary) (next dictionary) {
	known := make([]uint32, len(d.values)) // the new code, one more
	for p := range w.to.parts {
		column := &w.to.parts[p].columns[c]
		codes := make([]uint32, len(column.codes))
		for i, code := range column.codes {
			if at(column.nulls, i) {
				continue
			}
			if known[code] == 0 {
				x, _ := next.code(d.values[code], w.lineage)
				known[code] = x + 1
			}
			codes[i] = known[code] - 1
		}
		column.codes = codes
	}
	return next
}

// indexes makes the indexes: those whose keys stay have their runs moved, the others are sorted anew.
func (w *rewriter) indexes() {
	var moved []uint32 // by old position the new one, one more; made where it is needed
	for i := range w.to.indexes {
		x, old := &w.to.indexes[i], &w.version.indexes[i]
		stays := !slices.ContainsFunc(old.columns, func(c int) bool { return slices.Contains(w.rewrite.columns, c) })
		switch {
		case w.def.Indexes[i].Primary: // it is the order of a scan
			x.run = run{n: len(w.from)}
		case stays && old.tree.Len() == 0:
			if moved == nil {
				moved = make([]uint32, w.end())
				for j, x := range w.from {
					moved[x] = uint32(j + 1)
				}
			}
			x.run = old.run.moved(moved)
		case len(w.from) > 0:
			w.to.grow(x, 0)
		}
		w.to.bytes += x.bytes()
	}
}
