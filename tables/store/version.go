package store

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// lineage is a table through its versions; a fork begins another. It alone may
// append in place to what its newest version ends with.
type lineage struct {
	counter    atomic.Uint64 // the next AUTO_INCREMENT value
	statistics statistics
	copying    sync.Mutex // see [version.trees]
}

// version is a table as some transactions see it. It never changes.
//
// Rows lie in parts, in the order of their appending. Most lie in the order of a
// scan as well: keys that grow, rows without a key. The others, displaced, are in
// a tree besides, and a scan merges them in.
type version struct {
	id      TableID
	name    string
	def     *Definition
	lineage *lineage

	parts        []part
	dictionaries []dictionary // by column; used where it is a String
	displaced    tree         // rows that do not lie in scan order, in scan order
	indexes      []index      // by def.Indexes

	compacted compacted
	next      RowID   // of the next row
	last      entry   // of the last row that was not displaced: no such row is behind it
	live      int     // rows
	dead      int     // deleted rows that still lie in parts
	removed   []RowID // rows of the version before that the commit which made this one took away

	bytes  int64  // that it takes, without what it shares
	shared *share // what it has in common with forks
}

// part is a segment and what a version knows of its rows.
type part struct {
	*segment
	dead      marks
	displaced marks
}

// compacted tells where the rows of the first parts are, which lie in scan order
// and not in that of their IDs.
type compacted struct {
	parts int
	first RowID    // the first ID behind them
	ids   []RowID  // sorted
	at    []uint32 // their positions
}

// locate notes where rows are that have the IDs, in this order, which become the first parts.
func (c *compacted) locate(parts int, ids []RowID) {
	at := make([]uint32, len(ids))
	for i := range at {
		at[i] = uint32(i)
	}
	if !slices.IsSorted(ids) {
		slices.SortFunc(at, func(a, b uint32) int { return cmp.Compare(ids[a], ids[b]) })
		slices.Sort(ids)
	}
	c.parts, c.ids, c.at = parts, ids, at // all parts are full but for the last
}

func (v *version) table() Table { return Table{ID: v.id, Name: v.name, Definition: v.def} }

// locate finds the place of a row that the version has or had.
func (v *version) locate(id RowID) (p, i int, ok bool) {
	if id < v.compacted.first {
		n, ok := slices.BinarySearch(v.compacted.ids, id)
		if !ok {
			return 0, 0, false
		}
		p, i = place(int(v.compacted.at[n]))
		return p, i, true
	}
	p, i = place(int(id - v.compacted.first))
	return v.compacted.parts + p, i, id < v.next
}

// alive tells whether the version has the row.
func (v *version) alive(id RowID) bool {
	p, i, ok := v.locate(id)
	return ok && !v.parts[p].dead.has(i)
}

func (v *version) value(p, i, column int) any {
	return v.parts[p].columns[column].value(v.def.Columns[column], i, &v.dictionaries[column])
}

func (v *version) row(p, i int) Row {
	row := make(Row, len(v.def.Columns))
	for c := range row {
		row[c] = v.value(p, i, c)
	}
	return row
}

// end is the position behind all rows.
func (v *version) end() int { return position(len(v.parts), 0) }

// position is where x, of this version or of a transaction on it, belongs: rows
// at lower positions come before it in a scan, those from there on after it, the
// displaced ones aside.
func (v *version) position(x *entry) int {
	if v.displaced.entries(&v.last, x) < 0 {
		return v.end()
	}
	low, high := 0, v.end()
	for low < high {
		middle := int(uint(low+high) >> 1)
		at := v.inPlace(middle, high)
		switch {
		case at == high:
			high = middle
		case v.compare(v.displaced.ordering, at, x) < 0:
			low = at + 1
		default:
			high = middle
		}
	}
	return low
}

// inPlace is the first position from at on that has a row that is not displaced,
// or end.
func (v *version) inPlace(at, end int) int {
	for at < end {
		p, i := place(at)
		if i = v.parts[p].displaced.gap(i); i < v.parts[p].n {
			return min(position(p, i), end)
		}
		at = position(p+1, 0)
	}
	return end
}
