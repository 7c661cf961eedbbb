package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// partners tells which rows of the left side of INTERSECT or EXCEPT have one on the right. Where the right side's do
// not fit in memory, those that are known by then stay there, and the others, of both sides, are divided by a hash on
// the disk; all rows that come of it are put in the left side's order at last.
type partners struct {
	c   *expr.Context
	n   *plan.SetOp
	by  *spreader
	mem memory.Account

	rows   rowSet  // of the right side; of EXCEPT DISTINCT those of the left that were passed, too
	counts []int32 // of each, how many rows have no partner on the left yet

	level       int      // how often the rows were divided: then those of the left have their places behind the columns
	right, left *scatter // nil: all fit
	place       int64    // of the next row of the left
	*restored
}

func newPartners(c *expr.Context, n *plan.SetOp, by *spreader) *partners {
	return &partners{c: c, n: n, by: by, mem: c.Memory.Account(), rows: newRowSet(n.Cols)}
}

// addRight takes rows of the right side.
func (p *partners) addRight(b *types.Batch) error {
	b, err := p.known(b, p.right)
	if err != nil {
		return err
	}
	for _, id := range p.numbers(b) {
		p.counts[id]++
	}
	return p.hold()
}

// known is the rows of a batch that stay in memory. The others go to the disk.
func (p *partners) known(b *types.Batch, to *scatter) (*types.Batch, error) {
	if to == nil {
		return b, nil
	}
	absent := p.rows.absent(b.Cols, b.N, nil)
	rest := b.Take(absent)
	hashes := make([]uint32, rest.N)
	p.by.hash(hashes, rest.Cols)
	return b.Take(others(absent, b.N)), to.add(rest, divide(hashes, p.level))
}

// others are the numbers below n that are not among some that rise.
func others(some []int32, n int) []int32 {
	rows := make([]int32, 0, n-len(some))
	for i := range int32(n) {
		if len(some) > 0 && some[0] == i {
			some = some[1:]
			continue
		}
		rows = append(rows, i)
	}
	return rows
}

func (p *partners) numbers(b *types.Batch) []int32 {
	ids := p.rows.numbers(b)
	for len(p.counts) < p.rows.n {
		p.counts = append(p.counts, 0)
	}
	return ids
}

// keep is the rows of the left that have, or of EXCEPT have not, a partner on the right; with ALL each its own. Where rows are on
// the disk all that are kept follow at last.
func (p *partners) keep(b *types.Batch) (*types.Batch, error) {
	if p.left != nil && p.level == 0 {
		b = withPlaces(b, p.place)
		p.place += int64(b.N)
	}
	b, err := p.known(b, p.left)
	if err != nil {
		return nil, err
	}
	var rows []int32
	for i, id := range p.numbers(b) {
		if p.pass(id) {
			rows = append(rows, int32(i))
		}
	}
	b = b.Take(rows)
	if p.restored != nil {
		if b.N > 0 {
			err = p.restored.add(b)
		}
		b = b.Slice(0, 0)
	}
	if err == nil {
		err = p.hold()
	}
	return b, err
}

// pass tells whether the next row of the left with a number is kept.
func (p *partners) pass(id int32) bool {
	has := p.counts[id] > 0
	switch {
	case p.n.Kind == plan.Intersect && p.n.All, p.n.Kind == plan.Except && p.n.All:
		p.counts[id] = max(p.counts[id]-1, 0)
	case p.n.Kind == plan.Intersect:
		p.counts[id] = 0
	default:
		p.counts[id] = 1
	}
	return has == (p.n.Kind == plan.Intersect)
}

// hold counts what the rows take, and has what is not known yet go to the disk where that is too much.
func (p *partners) hold() (err error) {
	if p.right != nil {
		return nil
	}
	bytes := p.rows.bytes() + 4*int64(cap(p.counts))
	switch {
	case p.mem.Fits(2 * bytes):
		return nil
	case p.level == deepest:
		return p.mem.Set(2 * bytes)
	}
	p.mem.Fits(bytes) // the half that is free is for the partitions
	ts := p.by.keys
	if p.right, err = newScatter(p.c, ts); err != nil {
		return err
	}
	withPlace := append(slices.Clip(ts), &types.TypeInt)
	if p.level == 0 {
		p.restored = newRestored(p.c, withPlace, len(ts))
	}
	p.left, err = newScatter(p.c, withPlace)
	return err
}

// finish says that all rows were there. What was not passed is what next gives then.
func (p *partners) finish() error {
	if p.right == nil {
		return nil
	}
	if err := p.partitions(); err != nil {
		return err
	}
	return p.restored.finish()
}

func (p *partners) partitions() error {
	p.rows, p.counts = rowSet{}, nil
	p.mem.Release()
	for q := range spillPartitions {
		if err := p.partition(q); err != nil {
			return err
		}
		if err := p.restored.spill(); err != nil {
			return err
		}
	}
	return nil
}

func (p *partners) partition(q int) error {
	own := newPartners(p.c, p.n, p.by)
	own.level, own.restored = p.level+1, p.restored
	defer own.close()
	if err := eachBatch(p.c, p.right.partition(q), own.addRight); err != nil {
		return err
	}
	if err := eachBatch(p.c, p.left.partition(q), func(b *types.Batch) error {
		_, err := own.keep(b)
		return err
	}); err != nil || own.right == nil {
		return err
	}
	return own.partitions()
}

// next is the next of the rows that were not passed, nil behind the last.
func (p *partners) next(size int) (*types.Batch, error) {
	if p.restored == nil {
		return nil, nil
	}
	return p.restored.next(size)
}

// spilled is how many bytes were put to the disk.
func (p *partners) spilled() int64 {
	n := p.right.size() + p.left.size()
	if p.restored != nil {
		n += p.written
	}
	return n
}

// close gives all up. It may be called again.
func (p *partners) close() {
	p.right.close()
	p.left.close()
	if p.restored != nil && p.level == 0 {
		p.restored.close()
	}
	p.mem.Release()
}
