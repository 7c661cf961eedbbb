package store

import (
	"context"
	"fmt"
	"slices"
)

// Source is where a column of [Draft.Reshape] has its values from.
type Source struct {
	Column   int  // the column before of which it has the values; -1: it is new
	Other    bool // these compare otherwise than before
	Computed bool // a new one's values are computed
	Value    any  // the value of all rows in a new one that is not computed
}

// Computation gives columns of [Draft.Reshape] values.
type Computation struct {
	// Reads are columns before.
	Reads []int
	// Compute is called with the rows in the order of a scan, some at a time: what they have in Reads, Strings of a String. To each
	// of the vectors of to, one for a computed column each, it appends as many values.
	Compute func(rows []Values, n int, to []Values) error
}

// Reshape gives a table another definition, for each of whose columns there is a source. The rows, their RowIDs and what is made
// of columns that stay, indexes too, are shared with the version before: only computed columns, and indexes with new columns, take
// time for each row, and a primary key in whose order the rows do not lie. An error of the computation ends it, and so does a
// *DuplicateError. The TableID and the AUTO_INCREMENT counter stay.
func (d *Draft) Reshape(database, name string, def *Definition, sources []Source, c Computation) error {
	v, err := d.table(database, name)
	if err != nil {
		return err
	}
	if err := def.validate(); err != nil {
		return err
	}
	if len(sources) != len(def.Columns) {
		return fmt.Errorf("store: %d sources for %d columns", len(sources), len(def.Columns))
	}
	for i, s := range sources {
		if s.Column >= 0 && (s.Column >= len(v.def.Columns) || v.def.Columns[s.Column] != def.Columns[i]) {
			return fmt.Errorf("store: column %d cannot have the values of column %d", i, s.Column)
		}
		if s.Column < 0 && !def.Columns[i].holds(s.Value) {
			return fmt.Errorf("store: column %d holds %s, not %T", i, def.Columns[i], s.Value)
		}
	}
	if d.bases != nil && !slices.Contains(d.held, v.id) {
		return fmt.Errorf("store: %s is not held", name)
	}
	r := reshaping{before: v, version: new(version), sources: sources}
	*r.version = *v
	r.def, r.removed = def, nil
	r.parts = slices.Clone(v.parts)
	r.columns()
	if err := r.compute(d.ctx, c); err != nil {
		return err
	}
	if err := r.arrange(d.ctx); err != nil {
		return err
	}
	d.set(v, r.version)
	return nil
}

// reshaping makes a version of another one.
type reshaping struct {
	*version
	before  *version
	sources []Source
}

// stays tells whether an index, or nil, of the version before can serve as one of the next.
func (r *reshaping) stays(old, next *Index) bool {
	if old == nil || next == nil {
		return old == next
	}
	return fold(old.Name) == fold(next.Name) && old.unique() == next.unique() && old.Primary == next.Primary &&
		slices.EqualFunc(old.Columns, next.Columns, func(was, is int) bool {
			return r.sources[is].Column == was && !r.sources[is].Other
		})
}

// columns makes the segments: all but the values of computed columns.
func (r *reshaping) columns() {
	alike := len(r.sources) == len(r.before.def.Columns)
	for i, s := range r.sources {
		alike = alike && s.Column == i
	}
	if alike {
		return
	}
	r.dictionaries = make([]dictionary, len(r.sources))
	for p := range r.parts {
		old := r.before.parts[p].segment
		r.parts[p].segment = &segment{
			owner: old.owner, n: old.n, first: old.first, ids: old.ids, orders: old.orders,
			columns: make([]column, len(r.sources)), zones: make(zones, len(r.sources)),
		}
	}
	for i, s := range r.sources {
		switch {
		case s.Column >= 0:
			r.dictionaries[i] = r.before.dictionaries[s.Column]
			for p := range r.parts {
				old := r.before.parts[p].segment
				r.parts[p].columns[i] = old.columns[s.Column]
				r.parts[p].zones[i].Store(old.zones[s.Column].Load())
			}
		case !s.Computed:
			r.constant(i, s.Value)
		}
	}
}

// constant gives a column the same value in all rows. Full segments share its vectors.
func (r *reshaping) constant(i int, value any) {
	kind := r.def.Columns[i]
	var full column
	for p := range r.parts {
		n := r.parts[p].n
		if n == 1<<segmentBits && full.rows(kind) == n {
			r.parts[p].columns[i] = full
			continue
		}
		c := repeated(kind, value, n, &r.dictionaries[i], r.lineage)
		if r.parts[p].columns[i] = c; n == 1<<segmentBits {
			full = c
		}
	}
}

// repeated is n rows of a value.
func repeated(kind Kind, value any, n int, d *dictionary, by *lineage) (c column) {
	if n == 0 {
		return c
	}
	c.push(kind, 0, &value, d, by)
	c.ints, c.floats = repeat(c.ints, n), repeat(c.floats, n)
	c.codes, c.anys, c.nulls = repeat(c.codes, n), repeat(c.anys, n), repeat(c.nulls, n)
	return c
}

// repeat is n times the element of a slice, where it has one.
func repeat[T any](s []T, n int) []T {
	if len(s) == 0 {
		return nil
	}
	return slices.Repeat(s[:1], n)
}

// rows is how many the column has values of.
func (c *column) rows(kind Kind) int {
	switch kind {
	case Float:
		return len(c.floats)
	case String:
		return len(c.codes)
	case Any:
		return len(c.anys)
	}
	return len(c.ints)
}

// computedAtOnce is how many rows a computation is given. Only tests change it.
var computedAtOnce = 1 << 12

// compute fills the computed columns. Of rows that are deleted these are NULL.
func (r *reshaping) compute(ctx context.Context, by Computation) error {
	var columns []int
	for i, s := range r.sources {
		if s.Column < 0 && s.Computed {
			columns = append(columns, i)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	for p := range r.parts {
		for _, i := range columns {
			r.parts[p].columns[i] = vacant(r.def.Columns[i], r.parts[p].n)
		}
	}
	cursor := r.before.rows()
	for over := false; !over; {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, to := make([]Values, len(by.Reads)), make([]Values, len(columns))
		var spans []span
		n := 0
		for n < computedAtOnce {
			from, until := cursor.side(computedAtOnce - n)
			if from == until {
				if over = !cursor.Next(); over {
					break
				}
				from, until = cursor.i, cursor.i+1
			}
			for k, column := range by.Reads {
				rows[k].appendRange(r.before, cursor.part, column, from, until, n)
			}
			spans = append(spans, span{cursor.part, from, until})
			n += until - from
		}
		if n == 0 {
			break
		}
		if err := by.Compute(rows, n, to); err != nil {
			return err
		}
		for k, i := range columns {
			if got := to[k].rows(r.def.Columns[i]); got != n {
				return fmt.Errorf("store: %d values of column %d were computed for %d rows", got, i, n)
			}
			at := 0
			for _, s := range spans {
				r.put(i, s, &to[k], at)
				at += s.until - s.from
			}
		}
	}
	for p := range r.parts {
		for _, i := range columns {
			if c := &r.parts[p].columns[i]; !slices.Contains(c.nulls, true) {
				c.nulls = nil
			}
		}
	}
	return nil
}

// span is rows that lie side by side in a part.
type span struct{ part, from, until int }

// vacant is a column of n rows, all of them NULL.
func vacant(kind Kind, n int) (c column) {
	switch kind {
	case Float:
		c.floats = make([]float64, n)
	case String:
		c.codes = make([]uint32, n)
	case Any:
		c.anys = make([]any, n)
	default:
		c.ints = make([]int64, n)
	}
	c.nulls = slices.Repeat([]bool{true}, n)
	return c
}

// put gives a column the values from one on in the rows of a span.
func (r *reshaping) put(i int, s span, values *Values, at int) {
	c := &r.parts[s.part].columns[i]
	n := s.until - s.from
	switch r.def.Columns[i] {
	case Float:
		copy(c.floats[s.from:s.until], values.Floats[at:])
	case String:
		d := &r.dictionaries[i]
		for k := range n {
			if values.Nulls == nil || !values.Nulls[at+k] {
				c.codes[s.from+k], _ = d.code(values.Strings[at+k], r.lineage)
			}
		}
	case Any:
		copy(c.anys[s.from:s.until], values.Anys[at:])
	default:
		copy(c.ints[s.from:s.until], values.Ints[at:])
	}
	if values.Nulls == nil {
		clear(c.nulls[s.from:s.until])
	} else {
		copy(c.nulls[s.from:s.until], values.Nulls[at:])
	}
}

// arrange makes the indexes, and puts the rows into the order of the definition's primary key.
func (r *reshaping) arrange(ctx context.Context) error {
	displaced, copies := r.before.trees()
	r.indexes = make([]index, len(r.def.Indexes))
	shared := make([]bool, len(r.indexes))
	for i := range r.indexes {
		next := &r.def.Indexes[i]
		old := slices.IndexFunc(r.before.def.Indexes, func(old Index) bool { return r.stays(&old, next) })
		if shared[i] = old >= 0; shared[i] {
			r.indexes[i] = index{copies[old].run, tree{&ordering{next.Columns, copies[old].compare}, copies[old].BTreeG}}
			continue
		}
		var err error
		if r.indexes[i], err = r.build(ctx, r.def, i, r.before); err != nil {
			return err
		}
	}
	moved := false
	if order := r.def.order(); r.stays(r.before.def.primary(), r.def.primary()) {
		r.displaced = tree{&ordering{order.columns, displaced.compare}, displaced.BTreeG}
	} else {
		positions, err := r.order(ctx, order)
		if err != nil {
			return err
		}
		if moved = positions != nil; moved {
			err = r.move(ctx, positions, len(order.columns) == 0)
		} else {
			for p := range r.parts {
				r.parts[p].displaced = nil
			}
		}
		if err != nil {
			return err
		}
		r.displaced, r.last = newTree(order), entry{}
		if p := len(r.parts) - 1; p >= 0 {
			i := r.parts[p].n - 1
			r.last = entry{r.key(order, p, i), r.parts[p].order(i), r.parts[p].id(i)}
		}
	}
	if r.shared == nil {
		r.bytes = r.measure()
		return nil
	}
	// What others share stays as long as they do.
	for i, s := range r.sources {
		if s.Column < 0 || moved {
			r.bytes += r.columnBytes(i)
		}
	}
	for i := range r.indexes {
		if !shared[i] || moved {
			r.bytes += r.indexes[i].bytes()
		}
	}
	return nil
}

// move has the rows lie as positions are, with their IDs or others that grow in this order.
func (r *reshaping) move(ctx context.Context, positions []uint32, count bool) error {
	moved := r.gather(positions, count)
	for i := range r.indexes {
		x := &r.indexes[i]
		if !count {
			x.run = x.run.moved(moved)
			continue
		}
		var err error
		if *x, err = r.build(ctx, r.def, i, r.version); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// order is the positions of the rows as a scan is to come to them by an ordering; nil: they lie so.
func (r *reshaping) order(ctx context.Context, o *ordering) ([]uint32, error) {
	if len(o.columns) > 0 {
		sorted, err := r.sort(ctx, o, 0)
		return sorted.positions, err
	}
	// Without a key they stay in the order that they had.
	if r.before.displaced.Len() == 0 && r.counting() {
		return nil, nil
	}
	positions := make([]uint32, 0, r.live)
	for c := r.before.rows(); c.Next(); {
		positions = append(positions, uint32(position(c.part, c.i)))
	}
	return positions, nil
}

// gather has the parts be the rows at positions, in their order, whose IDs stay or count on from the next one. It returns
// where the rows are: see [run.moved].
func (r *reshaping) gather(positions []uint32, count bool) (moved []uint32) {
	moved = make([]uint32, r.end())
	from := rewriter{version: &version{parts: r.parts}}
	r.parts, r.dead, r.compacted = nil, 0, compacted{first: r.next}
	ids := make([]RowID, 0, len(positions))
	for len(positions) > 0 {
		some := positions[:min(len(positions), 1<<segmentBits)]
		positions = positions[len(some):]
		s := newSegment(r.lineage, r.next, len(r.sources))
		s.n = len(some)
		for i, x := range some {
			p, at := place(int(x))
			moved[x] = uint32(position(len(r.parts), i)) + 1
			if count {
				continue
			}
			id, order := from.parts[p].id(at), from.parts[p].order(at)
			s.ids = append(s.ids, id)
			if order != uint64(id) {
				s.orders = pushAt(s.orders, i, order)
			}
		}
		ids = append(ids, s.ids...)
		if count {
			r.next += RowID(s.n)
		}
		for c, kind := range r.def.Columns {
			from.gather(&s.columns[c], c, kind, some, nil, nil, nil)
		}
		r.parts = append(r.parts, part{segment: s})
	}
	if !count {
		r.compacted.locate(len(r.parts), ids)
	}
	return moved
}
