package exec

import (
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/spill"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// spillPartitions is into how many partitions rows are divided that do not fit in memory together. Each must
// fit by itself then.
const spillPartitions = 32

// scatter is rows that are divided into partitions, in a file. Those of a partition are in the order in which they came.
type scatter struct {
	c     *expr.Context
	file  *spill.File
	parts [spillPartitions][]spill.Extent
}

func newScatter(c *expr.Context, ts []*types.Type) (*scatter, error) {
	file, err := c.TempDir.New(ts)
	return &scatter{c: c, file: file}, err
}

// deepest is how often a partition is divided again that does not fit in memory.
const deepest = 5

// divide is the rows of each partition by their hashes. At each level they are divided otherwise.
func divide(hashes []uint32, level int) [][]int32 {
	rows := make([][]int32, spillPartitions)
	for i, h := range hashes {
		q := hashWord(uint64(level)<<32|uint64(h)) % spillPartitions
		rows[q] = append(rows[q], int32(i))
	}
	return rows
}

// withPlaces is a batch with a last column of numbers that rise from a first one.
func withPlaces(b *types.Batch, first int64) *types.Batch {
	places := types.NewVec(&types.TypeInt, b.N)
	for i := range places.I {
		places.I[i] = first + int64(i)
	}
	return &types.Batch{N: b.N, Cols: append(slices.Clip(b.Cols), places)}
}

// add puts the rows of a batch to their partitions.
func (s *scatter) add(b *types.Batch, rows [][]int32) error {
	if err := cancelled(s.c); err != nil {
		return err
	}
	for q, some := range rows {
		if len(some) == 0 {
			continue
		}
		e, err := s.file.Write(b.Take(some))
		if err != nil {
			return err
		}
		s.parts[q] = append(s.parts[q], e)
	}
	return nil
}

// partition is the rows of a partition.
func (s *scatter) partition(q int) Operator { return &extents{s.c, s.file, s.parts[q]} }

func (s *scatter) size() int64 {
	if s == nil {
		return 0
	}
	return s.file.Size()
}

func (s *scatter) close() {
	if s != nil {
		s.file.Close()
	}
}

// extents gives the batches of a file.
type extents struct {
	c    *expr.Context
	file *spill.File
	left []spill.Extent
}

// Next implements Operator.
func (x *extents) Next() (*types.Batch, error) {
	if err := cancelled(x.c); err != nil || len(x.left) == 0 {
		return nil, err
	}
	b, err := x.file.Read(x.left[0])
	x.left = x.left[1:]
	return b, err
}

// Close implements Operator. The file is the scatter's.
func (x *extents) Close() {}

// restored is rows of partitions, each with its place among all in a column, which are put in that order again.
type restored struct {
	*sorter
	place int // the column
	pieces
}

func newRestored(c *expr.Context, ts []*types.Type, place int) *restored {
	keys := []sortColumn{{at: place, t: &types.TypeInt}}
	return &restored{sorter: newSorter(c, columnsOfTypes(ts), keys, math.MaxInt64), place: place}
}

// finish says that all rows are there.
func (r *restored) finish() error {
	rows, err := r.sorter.finish()
	r.rows = rows
	return err
}

// next is the next rows, without their places.
func (r *restored) next(size int) (*types.Batch, error) {
	b, err := r.placed(size)
	if b != nil {
		b = r.withoutPlaces(b)
	}
	return b, err
}

// placed is the next rows.
func (r *restored) placed(size int) (*types.Batch, error) {
	if r.rows != nil {
		return r.pieces.next(size), nil
	}
	return r.sorter.next(size)
}

func (r *restored) withoutPlaces(b *types.Batch) *types.Batch {
	return &types.Batch{N: b.N, Cols: slices.Delete(slices.Clone(b.Cols), r.place, r.place+1)}
}
