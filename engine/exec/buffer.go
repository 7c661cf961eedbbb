package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// buffer collects rows. All rows that an operator keeps have gone through one.
type buffer struct {
	types   []*types.Type
	mem     *memory.Account // whose the rows are; nil: they are counted elsewhere
	bytes   int64
	batches []*types.Batch
	small   []*types.Builder // rows of small batches, which come behind the others; nil: there are none
	nSmall  int
	n       int
}

// smallBatch is a batch that is not worth its vectors.
const smallBatch = 128

func newBuffer(cols []plan.Column, mem *memory.Account) *buffer {
	return &buffer{types: columnTypes(cols), mem: mem}
}

// columnTypes are the columns' types.
func columnTypes(cols []plan.Column) []*types.Type {
	ts := make([]*types.Type, len(cols))
	for i := range cols {
		ts[i] = &cols[i].T
	}
	return ts
}

// add keeps rows. Its error says that they are too many.
func (b *buffer) add(rows *types.Batch) error {
	if b.mem != nil {
		bytes := rows.Bytes()
		if err := b.mem.Grow(bytes); err != nil {
			return err
		}
		b.bytes += bytes
	}
	b.n += rows.N
	if rows.N >= smallBatch {
		b.flush()
		b.batches = append(b.batches, rows)
		return nil
	}
	if b.small == nil {
		b.small = make([]*types.Builder, len(b.types))
		for i, t := range b.types {
			b.small[i] = types.NewBuilder(t)
		}
	}
	for i, c := range rows.Cols {
		b.small[i].AppendVec(c)
	}
	b.nSmall += rows.N
	return nil
}

// flush makes a batch of the small ones.
func (b *buffer) flush() {
	if b.small == nil {
		return
	}
	rows := &types.Batch{N: b.nSmall, Cols: make([]*types.Vec, len(b.small))}
	for i, c := range b.small {
		rows.Cols[i] = c.Vec()
	}
	b.batches = append(b.batches, rows)
	b.small, b.nSmall = nil, 0
}

// batch is what was added, in one batch of any size.
func (b *buffer) batch(c *expr.Context) (*types.Batch, error) {
	b.flush()
	if b.mem != nil && len(b.batches) > 1 {
		// For a while there are both.
		if err := b.mem.Grow(b.bytes); err != nil {
			return nil, err
		}
		defer b.mem.Shrink(b.bytes)
	}
	out := &types.Batch{N: b.n, Cols: make([]*types.Vec, len(b.types))}
	same := sameColumns(b.batches, len(b.types))
	for i, first := range same {
		if b.types[i].Kind != b.types[first].Kind { // of NULLs
			same[i] = i
		}
	}
	if err := eachColumn(c, b.n, same, out.Cols, b.column); err != nil {
		return nil, err
	}
	if len(b.batches) > 1 {
		b.batches = []*types.Batch{out}
	}
	return out, nil
}

// column is what was added of a column.
func (b *buffer) column(i int) *types.Vec {
	if len(b.batches) == 0 {
		return types.NewVec(b.types[i], 0)
	}
	vecs := make([]*types.Vec, len(b.batches))
	for k, rows := range b.batches {
		vecs[k] = rows.Cols[i]
	}
	return types.Concat(b.types[i], vecs)
}

// pick is some of a batch's columns.
func pick(b *types.Batch, columns []int) *types.Batch {
	out := &types.Batch{N: b.N, Cols: make([]*types.Vec, len(columns))}
	for i, at := range columns {
		out.Cols[i] = b.Cols[at]
	}
	return out
}

// takeLarge is [types.Batch.Take] of any number of rows.
func takeLarge(c *expr.Context, b *types.Batch, rows []int32) (*types.Batch, error) {
	out := &types.Batch{N: len(rows), Cols: make([]*types.Vec, len(b.Cols))}
	same := sameColumns([]*types.Batch{b}, len(b.Cols))
	return out, eachColumn(c, len(rows), same, out.Cols, func(i int) *types.Vec { return b.Cols[i].Take(rows) })
}

// sameColumns is, of each column of some batches, the first that is the same vector in all of them.
func sameColumns(batches []*types.Batch, columns int) []int {
	same := make([]int, columns)
	for i := range same {
		for same[i] < i && slices.ContainsFunc(batches, func(b *types.Batch) bool { return b.Cols[same[i]] != b.Cols[i] }) {
			same[i]++
		}
	}
	return same
}

// eachColumn makes columns of n rows, several at a time where rows are many; see sameColumns.
func eachColumn(c *expr.Context, n int, same []int, to []*types.Vec, column func(i int) *types.Vec) error {
	one := func(c *expr.Context, i int) error {
		if same[i] == i {
			to[i] = column(i)
		}
		return cancelled(c)
	}
	if piecesOf(c, n) > 1 {
		if err := each(c, len(to), one); err != nil {
			return err
		}
	} else {
		for i := range to {
			if err := one(c, i); err != nil {
				return err
			}
		}
	}
	for i, first := range same {
		to[i] = to[first]
	}
	return nil
}

// pieces gives a batch of any size in batches of the size that operators give.
type pieces struct {
	rows *types.Batch
	at   int
}

// next is the next piece, nil behind the last.
func (p *pieces) next(size int) *types.Batch {
	if p.rows == nil || p.at >= p.rows.N {
		return nil
	}
	from := p.at
	p.at = min(from+size, p.rows.N)
	if from == 0 && p.at == p.rows.N {
		return p.rows
	}
	return p.rows.Slice(from, p.at)
}

// eachPiece does something with batches of any size in batches of the size that operators give. They are given up one after the other.
func eachPiece(batches []*types.Batch, do func(*types.Batch) error) error {
	for i, b := range batches {
		batches[i] = nil
		for p := (pieces{rows: b}); ; {
			piece := p.next(BatchSize)
			if piece == nil {
				break
			}
			if err := do(piece); err != nil {
				return err
			}
		}
	}
	return nil
}
