package exec

import (
	"math"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// sortedRows sorts rows by keys, and tells of each the first key in which it is not as the row before; 0 of the
// first row, as many as there are keys where it is in all. Rows that do not fit in memory come from the disk, some at a time.
type sortedRows struct {
	c      *expr.Context
	cols   []plan.Column
	keys   []sortColumn
	wanted int   // how many columns are; 0: all. Those on the disk have them all
	beside int64 // bytes that who uses a row takes for it
	of     int64 // how many parts of the memory the rows may take one of
	mem    memory.Account

	all   *buffer // until they are sorted
	bytes int64
	order int64 // what putting them in order takes beside them

	rows    *types.Batch // all, sorted
	differs []int
	at      int

	sorter *sorter // nil: all fit
	last   *types.Batch
	n      int64 // how many it has
}

// newSortedRows sorts rows of the columns. When they are sorted they may take one of so many parts of the memory.
func newSortedRows(c *expr.Context, cols []plan.Column, keys []sortColumn, of int64) *sortedRows {
	return &sortedRows{c: c, cols: cols, keys: keys, of: of, mem: c.Memory.Account(), all: newBuffer(cols, nil)}
}

// add takes rows.
func (s *sortedRows) add(b *types.Batch) error {
	if err := cancelled(s.c); err != nil {
		return err
	}
	s.bytes, s.n = s.bytes+b.Bytes(), s.n+int64(b.N)
	if s.sorter != nil {
		return s.sorter.add(b)
	}
	if err := s.all.add(b); err != nil {
		return err
	}
	for _, k := range s.keys {
		s.order += orderBytes(b.Cols[k.at], b.N, k.t.Collation)
	}
	if s.mem.Fits(s.of*s.bytes + s.order + (sortedRowBytes+s.beside)*int64(s.all.n)) {
		return nil
	}
	s.mem.Release()
	s.sorter = newSorter(s.c, s.cols, s.keys, math.MaxInt64)
	s.all.flush()
	batches := s.all.batches
	s.all = nil
	return eachPiece(batches, s.sorter.add)
}

// finish says that all rows are there.
func (s *sortedRows) finish() error {
	if s.sorter != nil {
		return s.sorter.merge()
	}
	b, err := s.all.batch(s.c)
	s.all = nil
	if err != nil {
		return err
	}
	keys := make([]sortKey, len(s.keys))
	for i, k := range s.keys {
		keys[i] = sortKey{v: b.Cols[k.at], t: k.t, desc: k.desc, any: k.any}
	}
	if s.wanted > 0 {
		b = &types.Batch{N: b.N, Cols: b.Cols[:s.wanted]}
	}
	normal, err := normalKeys(s.c, b.N, keys)
	if err != nil {
		return err
	}
	rows, err := sortRows(s.c, b.N, normal)
	if err != nil {
		return err
	}
	if s.differs, err = differences(s.c, rows, normal); err != nil {
		return err
	}
	releaseKeys(normal)
	s.rows = b
	if !asTheyAre(rows) {
		if s.rows, err = takeLarge(s.c, b, rows); err != nil {
			return err
		}
	}
	return s.mem.Set(s.bytes + 8*int64(s.rows.N))
}

// next is the next rows, at most so many; nil behind the last.
func (s *sortedRows) next(size int) (*types.Batch, []int, error) {
	if s.sorter == nil {
		from, to := s.at, min(s.at+size, s.rows.N)
		if s.at = to; from == to {
			return nil, nil, nil
		}
		return s.rows.Slice(from, to), s.differs[from:to], nil
	}
	b, err := s.sorter.next(size)
	if b == nil || err != nil {
		return nil, nil, err
	}
	differs := make([]int, b.N)
	for i := range b.N {
		switch {
		case i > 0:
			differs[i] = s.differing(b, i-1, b, i)
		case s.last != nil:
			differs[i] = s.differing(s.last, 0, b, i)
		}
	}
	s.last = b.Slice(b.N-1, b.N)
	return b, differs, nil
}

// differing is the first key in which two rows are not the same.
func (s *sortedRows) differing(a *types.Batch, i int, b *types.Batch, j int) int {
	for n, k := range s.keys {
		if types.CompareVec(a.Cols[k.at], i, b.Cols[k.at], j, k.t.Collation) != 0 {
			return n
		}
	}
	return len(s.keys)
}

// rowBytes is what a row takes.
func (s *sortedRows) rowBytes() int64 { return s.bytes / max(1, s.n) }

// spilled is how many bytes were put to the disk.
func (s *sortedRows) spilled() int64 {
	if s.sorter == nil {
		return 0
	}
	return s.sorter.written
}

// close gives the rows up. It may be called again, and of nil.
func (s *sortedRows) close() {
	if s == nil {
		return
	}
	if s.sorter != nil {
		s.sorter.close()
	}
	s.all, s.rows = nil, nil
	s.mem.Release()
}
