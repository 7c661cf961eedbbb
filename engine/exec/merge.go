package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/spill"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// sortedRun is batches of a file, one behind the other.
type sortedRun []spill.Extent

// most is what the greatest of the batches takes in memory.
func (r sortedRun) most() int64 {
	most := int64(0)
	for _, e := range r {
		most = max(most, e.Bytes)
	}
	return most
}

// merger merges sorted runs. Of equal rows those of the earlier run come first.
type merger struct {
	c    *expr.Context
	file *spill.File
	keys []sortColumn
	heap []*mergeRun // the one with the least row first; each is before those at 2i+1 and 2i+2
	runs []sortedRun // until they are opened
}

// mergeRun is a run that is read.
type mergeRun struct {
	number int
	left   sortedRun
	batch  *types.Batch
	at     int // the row of the batch that is next
	source int // of the batch among those of the result that is made, -1: none of its rows is in it
}

func newMerger(c *expr.Context, file *spill.File, runs []sortedRun, keys []sortColumn) *merger {
	return &merger{c: c, file: file, runs: runs, keys: keys}
}

// open reads the first batches.
func (m *merger) open() error {
	for i, r := range m.runs {
		if err := cancelled(m.c); err != nil {
			return err
		}
		x := &mergeRun{number: i, left: r}
		if more, err := m.advance(x); err != nil {
			return err
		} else if more {
			m.heap = append(m.heap, x)
		}
	}
	m.runs = nil
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.sift(i)
	}
	return nil
}

// advance reads the run's next batch; false: there is none.
func (m *merger) advance(x *mergeRun) (bool, error) {
	x.batch, x.at, x.source = nil, 0, -1
	if len(x.left) == 0 {
		return false, nil
	}
	var err error
	x.batch, err = m.file.Read(x.left[0])
	x.left = x.left[1:]
	return true, err
}

func (m *merger) before(a, b *mergeRun) bool {
	order := compareRows(m.keys, a.batch, a.at, b.batch, b.at)
	return order < 0 || order == 0 && a.number < b.number
}

// sift moves a run down to where it belongs.
func (m *merger) sift(i int) {
	for {
		least := 2*i + 1
		if least >= len(m.heap) {
			return
		}
		if right := least + 1; right < len(m.heap) && m.before(m.heap[right], m.heap[least]) {
			least = right
		}
		if !m.before(m.heap[least], m.heap[i]) {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}

// next is the next rows, nil behind the last.
func (m *merger) next(size int) (*types.Batch, error) {
	if m.runs != nil {
		if err := m.open(); err != nil {
			return nil, err
		}
	}
	if len(m.heap) == 0 {
		return nil, nil
	}
	var g gathering
	for _, x := range m.heap {
		x.source = -1
	}
	for g.n < size && len(m.heap) > 0 {
		x := m.heap[0]
		if x.source < 0 {
			x.source = g.source(x.batch)
		}
		g.take(x.source, x.at)
		if x.at++; x.at == x.batch.N {
			more, err := m.advance(x)
			if err != nil {
				return nil, err
			}
			if !more {
				last := len(m.heap) - 1
				m.heap[0] = m.heap[last]
				m.heap = m.heap[:last]
			}
		}
		m.sift(0)
	}
	return g.batch(m.file.Types()), nil
}

// gathering is rows of several batches that become one.
type gathering struct {
	batches []*types.Batch
	rows    [][]int32 // of each of the batches
	from    []int32   // of each row, the batch
	n       int
}

// source is the number of a batch of which rows will be taken.
func (g *gathering) source(b *types.Batch) int {
	g.batches, g.rows = append(g.batches, b), append(g.rows, nil)
	return len(g.batches) - 1
}

// take takes a row of a batch.
func (g *gathering) take(source, row int) {
	g.rows[source] = append(g.rows[source], int32(row))
	g.from = append(g.from, int32(source))
	g.n++
}

// batch is the rows in the order in which they were taken.
func (g *gathering) batch(ts []*types.Type) *types.Batch {
	starts := make([]int32, len(g.batches)) // where the next row of each batch is when they lie one behind the other
	for i := 1; i < len(starts); i++ {
		starts[i] = starts[i-1] + int32(len(g.rows[i-1]))
	}
	order := make([]int32, g.n)
	for i, source := range g.from {
		order[i] = starts[source]
		starts[source]++
	}
	out := &types.Batch{N: g.n, Cols: make([]*types.Vec, len(ts))}
	parts := make([]*types.Vec, len(g.batches))
	for k, t := range ts {
		for i, b := range g.batches {
			parts[i] = b.Cols[k].Take(g.rows[i])
		}
		out.Cols[k] = types.Concat(t, parts)
		if len(parts) > 1 {
			out.Cols[k] = out.Cols[k].Take(order)
		}
	}
	return out
}
