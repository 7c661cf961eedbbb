package store

import (
	"math/bits"
	"slices"
)

// A segment holds 1<<segmentBits rows: what a commit copies of its deletion marks
// stays small. Only tests change it.
var segmentBits uint = 16

// A position in a table's parts is part<<segmentBits + row.
func position(p, i int) int { return p<<segmentBits + i }

// place is the part and the row of a position.
func place(position int) (p, i int) { return position >> segmentBits, position & (1<<segmentBits - 1) }

// segment is some rows of a table, column by column. Versions share it. Only the
// table's last one grows: a version that is made of another appends behind the
// rows that the other sees, and has its own segment with longer slices.
type segment struct {
	owner   *lineage // it alone appends in place; others have copies
	n       int      // rows
	first   RowID    // of row 0; the others count on from it
	ids     []RowID  // in the order of the rows, where they do not count on
	orders  []uint64 // order numbers; 0, or none at the end: the row's ID
	columns []column
	zones   zones
}

func newSegment(owner *lineage, first RowID, columns int) *segment {
	return &segment{owner: owner, first: first, columns: make([]column, columns), zones: make(zones, columns)}
}

// column is the values of a column in a segment: the slice of its kind has one
// for each row, the zero value for NULL.
type column struct {
	ints   []int64 // of a Uint the bits
	floats []float64
	codes  []uint32 // of a String, in its dictionary
	anys   []any
	nulls  []bool // shorter than the rows where the rest is not NULL
}

// push appends to a slice that grows to a segment's length and no further.
func push[T any](s []T, x T) []T {
	if len(s) == cap(s) {
		s = append(make([]T, 0, min(max(2*len(s), 4), 1<<segmentBits)), s...)
	}
	return append(s, x)
}

// pushAt is push for slices that may be shorter than the rows before row i.
func pushAt[T any](s []T, i int, x T) []T {
	var zero T
	for len(s) < i {
		s = push(s, zero)
	}
	return push(s, x)
}

// at is element i, or the zero value behind the slice's end.
func at[T any](s []T, i int) (x T) {
	if i < len(s) {
		return s[i]
	}
	return x
}

// extend is a segment for by to append to: it has the same rows.
func (s *segment) extend(by *lineage) *segment {
	t := *s
	t.columns, t.zones = slices.Clone(s.columns), s.zones.copy()
	if s.owner == by {
		return &t
	}
	t.owner = by
	t.orders = slices.Clip(t.orders)
	for i := range t.columns {
		c := &t.columns[i]
		c.ints, c.floats = slices.Clip(c.ints), slices.Clip(c.floats)
		c.codes, c.anys, c.nulls = slices.Clip(c.codes), slices.Clip(c.anys), slices.Clip(c.nulls)
	}
	return &t
}

func (s *segment) id(i int) RowID {
	if s.ids != nil {
		return s.ids[i]
	}
	return s.first + RowID(i)
}

func (s *segment) order(i int) uint64 {
	if o := at(s.orders, i); o != 0 {
		return o
	}
	return uint64(s.id(i))
}

// push appends a value as row i, and returns the bytes that it takes. The value
// of a String becomes the dictionary's own, so that an index shares it.
func (c *column) push(kind Kind, i int, value *any, d *dictionary, by *lineage) (bytes int64) {
	null := *value == nil
	switch kind {
	case Int:
		x, _ := (*value).(int64)
		c.ints, bytes = push(c.ints, x), 8
	case Uint:
		x, _ := (*value).(uint64)
		c.ints, bytes = push(c.ints, int64(x)), 8
	case Float:
		x, _ := (*value).(float64)
		c.floats, bytes = push(c.floats, x), 8
	case String:
		var code uint32
		if !null {
			code, bytes = d.code((*value).(string), by)
			*value = d.values[code]
		}
		c.codes = push(c.codes, code)
		bytes += 4
	case Any:
		c.anys, bytes = push(c.anys, *value), anyBytes(*value)
	}
	if null {
		c.nulls = pushAt(c.nulls, i, true)
		bytes++
	}
	return bytes
}

// value is the value of row i.
func (c *column) value(kind Kind, i int, d *dictionary) any {
	if at(c.nulls, i) {
		return nil
	}
	switch kind {
	case Int:
		return c.ints[i]
	case Uint:
		return uint64(c.ints[i])
	case Float:
		return c.floats[i]
	case String:
		return d.values[c.codes[i]]
	default:
		return c.anys[i]
	}
}

// marks is a set of a segment's rows, as bits; those behind its end are not in.
type marks []uint64

func (m marks) has(i int) bool { return at(m, i>>6)&(1<<(i&63)) != 0 }

// add puts row i in. It writes in place.
func (m marks) add(i int) marks {
	for len(m) <= i>>6 {
		m = append(m, 0)
	}
	m[i>>6] |= 1 << (i & 63)
	return m
}

// gap is the first row from i on that is not in.
func (m marks) gap(i int) int {
	for w := i >> 6; w < len(m); w++ {
		if free := ^m[w] >> (i & 63) << (i & 63); free != 0 {
			return w<<6 + bits.TrailingZeros64(free)
		}
		i = (w + 1) << 6
	}
	return i
}
