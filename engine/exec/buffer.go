package exec

import (
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// buffer collects rows. All rows that an operator keeps have gone through one.
type buffer struct {
	cols []*types.Builder
	n    int
}

func newBuffer(cols []plan.Column) *buffer {
	b := &buffer{cols: make([]*types.Builder, len(cols))}
	for i := range cols {
		b.cols[i] = types.NewBuilder(&cols[i].T)
	}
	return b
}

func (b *buffer) add(rows *types.Batch) {
	for i, c := range rows.Cols {
		b.cols[i].AppendVec(c)
	}
	b.n += rows.N
}

// batch is what was added, in one batch of any size.
func (b *buffer) batch() *types.Batch {
	out := &types.Batch{N: b.n, Cols: make([]*types.Vec, len(b.cols))}
	for i, c := range b.cols {
		out.Cols[i] = c.Vec()
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
