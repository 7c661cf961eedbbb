package store

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// zone is what is known of a column's values in the first rows of a segment, deleted ones included: their least
// and greatest (a zone map; Moerkotte, Small Materialized Aggregates, 1998). It never changes.
type zone struct {
	rows, nulls int
	low, high   any // of Int, Uint and Float; nil: all are NULL, or the column has no order
}

// zones are a segment's, by column. Each is made when it is first asked for: who writes pays nothing.
// A segment that grows begins with the zones of its rows so far.
type zones []atomic.Pointer[zone]

func (z zones) copy() zones {
	c := make(zones, len(z))
	for i := range z {
		c[i].Store(z[i].Load())
	}
	return c
}

// zone is that of a column. Nobody may append to the segment meanwhile.
func (s *segment) zone(column int, kind Kind) *zone {
	z := s.zones[column].Load()
	if z != nil && z.rows == s.n {
		return z
	}
	next := &zone{}
	if z != nil {
		*next = *z
	}
	c := &s.columns[column]
	nulls := c.nulls[min(next.rows, len(c.nulls)):]
	for _, null := range nulls {
		if null {
			next.nulls++
		}
	}
	from := next.rows
	next.rows = s.n
	switch kind {
	case Int:
		next.widen(extent(c.ints[from:s.n], nulls))
	case Uint:
		next.widenUint(c.ints[from:s.n], nulls)
	case Float:
		next.widen(extent(c.floats[from:s.n], nulls))
	}
	s.zones[column].Store(next)
	return next
}

// extent is the least and the greatest of values; nil: there are none. Behind the end of nulls none is NULL.
func extent[T int64 | float64](values []T, nulls []bool) (low, high any) {
	first := slices.Index(nulls, false)
	if first < 0 {
		first = len(nulls)
	}
	if first >= len(values) {
		return nil, nil
	}
	least, most := values[first], values[first]
	for i, x := range values[first:len(nulls)] {
		if !nulls[first+i] {
			least, most = min(least, x), max(most, x)
		}
	}
	for _, x := range values[len(nulls):] {
		least, most = min(least, x), max(most, x)
	}
	return least, most
}

func (z *zone) widenUint(values []int64, nulls []bool) {
	for i, x := range values {
		if i < len(nulls) && nulls[i] {
			continue
		}
		if u := uint64(x); z.low == nil || u < z.low.(uint64) || u > z.high.(uint64) {
			z.widen(u, u)
		}
	}
}

func (z *zone) widen(low, high any) {
	if low == nil {
		return
	}
	if z.low == nil || compareNumbers(low, z.low) < 0 {
		z.low = low
	}
	if z.high == nil || compareNumbers(high, z.high) > 0 {
		z.high = high
	}
}

// compareNumbers compares two values of a column of kind Int, Uint or Float.
func compareNumbers(a, b any) int {
	switch a := a.(type) {
	case int64:
		return cmp.Compare(a, b.(int64))
	case uint64:
		return cmp.Compare(a, b.(uint64))
	}
	return cmp.Compare(a.(float64), b.(float64))
}

// Range is the values of a column that a reader wants.
type Range struct {
	Column int
	Spans  []Span
	Null   bool // NULL, too
}

// Span is values from one to another, both included, which are of the Go type of the column's kind. Of a column of kind
// String or Any it has no bounds.
type Span struct{ From, To any } // nil: open

// meets tells whether a zone may have a value in the range.
func (r *Range) meets(z *zone, kind Kind) bool {
	if r.Null && z.nulls > 0 {
		return true
	}
	if z.nulls == z.rows {
		return false
	}
	if kind == String || kind == Any {
		return len(r.Spans) > 0
	}
	return slices.ContainsFunc(r.Spans, func(s Span) bool {
		return (s.From == nil || compareNumbers(s.From, z.high) <= 0) && (s.To == nil || compareNumbers(s.To, z.low) >= 0)
	})
}

// Skip lets the cursor of a scan leave out rows of which a column has no value that is wanted. It may leave some of them.
func (c *Cursor) Skip(ranges []Range) { c.ranges, c.tested = ranges, -1 }

// skips tells whether no row of a part is wanted.
func (c *Cursor) skips(part int) bool {
	if len(c.ranges) == 0 {
		return false
	}
	if part != c.tested {
		c.tested, c.unwanted = part, false
		for i := range c.ranges {
			r := &c.ranges[i]
			kind := c.version.def.Columns[r.Column]
			if !r.meets(c.version.parts[part].zone(r.Column, kind), kind) {
				c.unwanted = true
				break
			}
		}
	}
	return c.unwanted
}
