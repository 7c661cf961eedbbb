package exec

import (
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// buffer collects rows. All rows that an operator keeps have gone through one.
type buffer struct {
	types   []*types.Type
	batches []*types.Batch
	small   []*types.Builder // rows of small batches, which come behind the others; nil: there are none
	nSmall  int
	n       int
}

// smallBatch is a batch that is not worth its vectors.
const smallBatch = 128

func newBuffer(cols []plan.Column) *buffer {
	b := &buffer{types: make([]*types.Type, len(cols))}
	for i := range cols {
		b.types[i] = &cols[i].T
	}
	return b
}

func (b *buffer) add(rows *types.Batch) {
	b.n += rows.N
	if rows.N >= smallBatch {
		b.flush()
		b.batches = append(b.batches, rows)
		return
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
func (b *buffer) batch() *types.Batch {
	b.flush()
	out := &types.Batch{N: b.n, Cols: make([]*types.Vec, len(b.types))}
	vecs := make([]*types.Vec, len(b.batches))
	for i, t := range b.types {
		for k, rows := range b.batches {
			vecs[k] = rows.Cols[i]
		}
		if len(vecs) == 0 {
			out.Cols[i] = types.NewVec(t, 0)
		} else {
			out.Cols[i] = types.Concat(t, vecs)
		}
	}
	if len(b.batches) > 1 {
		b.batches = []*types.Batch{out}
	}
	return out
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
