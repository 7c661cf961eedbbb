package exec

import (
	"math"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/spill"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// sortColumn is a column by which rows are sorted. NULLs are the lowest.
type sortColumn struct {
	at   int
	t    *types.Type
	desc bool
	any  bool // equal values are to come together, in whatever order; a sorter sorts them nevertheless
}

// sorter sorts rows stably, or finds the first in sorted order. Where they are too many for the memory it sorts as many
// as it may at a time, puts these runs to the disk, and merges them at last.
type sorter struct {
	c     *expr.Context
	cols  []plan.Column
	types []*types.Type
	keys  []sortColumn
	top   int64 // how many rows are wanted

	all   *buffer
	bytes int64        // what all takes
	last  *types.Batch // the last row of those wanted of the rows so far; nil: there are not so many
	mem   memory.Account

	file    *spill.File
	runs    []sortedRun
	merged  *merger
	written int64
}

func newSorter(c *expr.Context, cols []plan.Column, keys []sortColumn, top int64) *sorter {
	s := &sorter{c: c, cols: cols, types: columnTypes(cols), keys: keys, top: top, mem: c.Memory.Account()}
	s.reset()
	return s
}

func (s *sorter) reset() { s.all, s.bytes = newBuffer(s.cols, nil), 0 }

// sortBytes is what sorting a batch takes: itself and its copy in another order, and what its keys and sortRows need.
func (s *sorter) sortBytes(b *types.Batch) int64 {
	bytes := 2*b.Bytes() + sortedRowBytes*int64(b.N)
	for _, k := range s.keys {
		bytes += orderBytes(b.Cols[k.at], b.N, k.t.Collation)
	}
	return bytes
}

// add takes rows.
func (s *sorter) add(b *types.Batch) error {
	slack := max(4*BatchSize, min(s.top, math.MaxInt64/2)) // rows beyond the wanted ones are dropped so many at a time
	if err := cancelled(s.c); err != nil {
		return err
	}
	if s.last != nil {
		if b = s.before(b, s.last); b.N == 0 {
			return nil
		}
	}
	bytes := s.sortBytes(b)
	if !s.mem.Fits(s.bytes + bytes) {
		if err := s.spill(); err != nil {
			return err
		}
		if err := s.mem.Set(bytes); err != nil && b.N > BatchSize {
			return err // others have the memory: a batch is sorted nevertheless
		}
	}
	s.bytes += bytes
	if err := s.all.add(b); err != nil {
		return err
	}
	if int64(s.all.n)-slack <= s.top {
		return nil
	}
	first, err := s.first()
	if err != nil {
		return err
	}
	s.reset()
	s.bytes = s.sortBytes(first)
	if int64(first.N) == s.top && s.top > 0 {
		s.last = first.Slice(first.N-1, first.N)
	}
	if err := s.mem.Set(s.bytes); err != nil {
		return err
	}
	return s.all.add(first)
}

// order is all rows, in the order in which they came, and their sorted order.
func (s *sorter) order() (*types.Batch, []int32, []normalKey, error) {
	b, err := s.all.batch(s.c)
	if err != nil {
		return nil, nil, nil, err
	}
	keys := make([]sortKey, len(s.keys))
	for i, k := range s.keys {
		keys[i] = sortKey{v: b.Cols[k.at], t: k.t, desc: k.desc}
	}
	normal, err := normalKeys(s.c, b.N, keys)
	if err != nil {
		return nil, nil, nil, err
	}
	rows, err := sortRows(s.c, b.N, normal)
	return b, rows, normal, err
}

// first is the first rows in sorted order.
func (s *sorter) first() (*types.Batch, error) {
	b, rows, _, err := s.order()
	if err != nil {
		return nil, err
	}
	if int64(len(rows)) > s.top {
		rows = rows[:s.top]
	}
	return takeLarge(s.c, b, rows)
}

// spill makes a run of the rows in memory. A run's batches are so small that some of each of many runs are in
// memory when these are merged.
func (s *sorter) spill() error {
	if s.all.n == 0 {
		return nil
	}
	rows, err := s.first()
	if err != nil {
		return err
	}
	if s.file == nil {
		if s.file, err = s.c.TempDir.New(s.types); err != nil {
			return err
		}
	}
	var r sortedRun
	size := min(max(rows.N/32, 16), BatchSize)
	for p := (pieces{rows: rows}); ; {
		piece := p.next(size)
		if piece == nil {
			break
		}
		if err := s.write(s.file, &r, piece); err != nil {
			return err
		}
	}
	s.runs = append(s.runs, r)
	s.reset()
	s.mem.Release()
	return nil
}

func (s *sorter) write(to *spill.File, r *sortedRun, b *types.Batch) error {
	if err := cancelled(s.c); err != nil {
		return err
	}
	size := to.Size()
	e, err := to.Write(b)
	s.written += to.Size() - size
	*r = append(*r, e)
	return err
}

// finish says that all rows are there. They are the sorted rows or, where these are nil, what next gives.
func (s *sorter) finish() (*types.Batch, error) {
	if s.runs == nil {
		return s.first()
	}
	return nil, s.merge()
}

// merge begins the last merging.
func (s *sorter) merge() error {
	if err := s.spill(); err != nil {
		return err
	}
	for {
		groups := s.group()
		if len(groups) == 1 {
			s.merged = newMerger(s.c, s.file, groups[0], s.keys)
			return nil
		}
		if err := s.mergeGroups(groups); err != nil {
			return err
		}
	}
}

// group divides the runs into those that can be merged together.
func (s *sorter) group() (groups [][]sortedRun) {
	first := 0
	s.mem.Release()
	for i, r := range s.runs {
		// The result has rows of all of them.
		if s.mem.Fits(s.mem.Held()+2*r.most()) || i-first < 2 { // others have the memory: two are merged nevertheless
			continue
		}
		groups = append(groups, s.runs[first:i])
		first = i
		s.mem.Release()
		s.mem.Fits(2 * r.most())
	}
	return append(groups, s.runs[first:])
}

// mergeGroups makes a run of each group, in another file.
func (s *sorter) mergeGroups(groups [][]sortedRun) error {
	to, err := s.c.TempDir.New(s.types)
	if err != nil {
		return err
	}
	from := s.file
	defer from.Close()
	s.file, s.runs = to, nil
	for _, g := range groups {
		size := g[0][0].Rows
		var r sortedRun
		for m, left := newMerger(s.c, from, g, s.keys), s.top; left > 0; {
			b, err := m.next(int(min(int64(size), left)))
			if err != nil {
				return err
			}
			if b == nil {
				break
			}
			left -= int64(b.N)
			if err := s.write(to, &r, b); err != nil {
				return err
			}
		}
		s.runs = append(s.runs, r)
	}
	return nil
}

// next is the next of the merged rows, nil behind the last.
func (s *sorter) next(size int) (*types.Batch, error) {
	if err := cancelled(s.c); err != nil || s.top == 0 {
		return nil, err
	}
	b, err := s.merged.next(int(min(int64(size), s.top)))
	if b != nil {
		s.top -= int64(b.N)
	}
	return b, err
}

// close gives the rows up.
func (s *sorter) close() {
	s.file.Close()
	s.all, s.merged = nil, nil
	s.mem.Release()
}

// before is the rows that come before a row: others, which are not among the first, are not kept.
func (s *sorter) before(b, row *types.Batch) *types.Batch {
	rows := make([]int32, 0, b.N)
	if len(s.keys) == 0 {
		return b.Take(rows)
	}
	v, than := b.Cols[s.keys[0].at], row.Cols[s.keys[0].at]
	if v.Kind != types.Null && isIntegral(v.Kind) && !isUnsigned(v.Kind) && !v.HasNulls() && !v.Same() && !than.Null(0) {
		// Most are decided by a number.
		x, desc := than.I[than.At(0)], s.keys[0].desc
		for i, y := range v.I[:b.N] {
			if y == x && s.compare(b, i, row, 0) < 0 || y != x && y > x == desc {
				rows = append(rows, int32(i))
			}
		}
	} else {
		for i := range b.N {
			if s.compare(b, i, row, 0) < 0 {
				rows = append(rows, int32(i))
			}
		}
	}
	if len(rows) == b.N {
		return b
	}
	return b.Take(rows)
}

// compare is the order of a row and one of another batch.
func (s *sorter) compare(a *types.Batch, i int, b *types.Batch, j int) int {
	return compareRows(s.keys, a, i, b, j)
}

func compareRows(keys []sortColumn, a *types.Batch, i int, b *types.Batch, j int) int {
	for _, k := range keys {
		order := types.CompareVec(a.Cols[k.at], i, b.Cols[k.at], j, k.t.Collation)
		if order == 0 {
			continue
		}
		if k.desc {
			return -order
		}
		return order
	}
	return 0
}
