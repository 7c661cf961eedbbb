package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// partitionTop leaves out rows that a window ranks behind the first of their partition that are wanted, before it
// sorts them: those with which as many others, or other values, come before them by the first key of its order
// alone. What it passes comes in its order. Where it does not fit in memory what is left and what is known of the
// partitions, which are many then, the rows behind that are passed as they are.
type partitionTop struct {
	c     *expr.Context
	n     *plan.Window // its expressions are placed
	child Operator

	groups *grouper
	best   [][]uint64 // of each partition, the lowest heads of the order's first key, sorted
	known  int64      // how many bytes best has

	mem  memory.Account
	done bool
	left []*types.Batch // of rows that did not fit, those before them; then come the child's
	over bool           // they did not fit
	held
}

// Next implements Operator.
func (p *partitionTop) Next() (*types.Batch, error) {
	if !p.done {
		p.done = true
		rows, err := p.compute()
		if err != nil {
			return nil, err
		}
		p.hold(rows)
	}
	switch {
	case !p.over:
		return p.next(batchSize(p.c)), cancelled(p.c)
	case len(p.left) == 0:
		return p.child.Next()
	}
	b := p.left[0]
	if p.left = p.left[1:]; len(p.left) == 0 {
		p.left = nil
		p.mem.Release()
	}
	return b, cancelled(p.c)
}

// Close implements Operator.
func (p *partitionTop) Close() {
	p.child.Close()
	p.rows, p.left = nil, nil
	p.mem.Release()
}

func (p *partitionTop) compute() (*types.Batch, error) {
	p.groups = newGrouper(typesOf(p.n.Partition))
	left := newBuffer(p.n.Child.Columns(), nil)
	bytes := int64(0)
	var groups []int32 // of the rows that are left
	var headsLeft []uint64
	for {
		b, err := p.child.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			break
		}
		if err := cancelled(p.c); err != nil {
			return nil, err
		}
		keys, err := evalStored(p.c, p.n.Partition, b)
		if err != nil {
			return nil, err
		}
		order, err := evalStored(p.c, []expr.Expr{p.n.Order[0].X}, b) // as the window ranks them: quotients are rounded
		if err != nil {
			return nil, err
		}
		heads, err := orderHeads(p.c, order[0], b.N, p.n.Order[0].X.Type(), p.n.Order[0].Desc)
		if err != nil {
			return nil, err
		}
		of := p.groups.add(keys, b.N)
		for len(p.best) < p.groups.n {
			p.best = append(p.best, nil)
			p.known += 24
		}
		var rows []int32
		for i, g := range of {
			if x := heads[i]; p.wants(g, x) {
				rows = append(rows, int32(i))
				groups, headsLeft = append(groups, g), append(headsLeft, x)
			}
		}
		if len(rows) > 0 {
			wanted := b.Take(rows)
			bytes += wanted.Bytes()
			if err := left.add(wanted); err != nil {
				return nil, err
			}
		}
		// For a while there are the batches, and one of all.
		if !p.mem.Fits(2*bytes + 12*int64(len(groups)) + p.groups.bytes() + p.known) {
			left.flush()
			p.left, p.over = left.batches, true
			p.groups, p.best = nil, nil
			return nil, nil
		}
	}
	var rows []int32
	for i, g := range groups {
		if best := p.best[g]; len(best) < p.n.Top || headsLeft[i] <= best[len(best)-1] {
			rows = append(rows, int32(i))
		}
	}
	all, err := left.batch(p.c)
	if err != nil {
		return nil, err
	}
	return takeLarge(p.c, all, rows)
}

// wants tells whether a row of a partition may be among the first so far.
func (p *partitionTop) wants(group int32, x uint64) bool {
	best := p.best[group]
	if len(best) == p.n.Top && x >= best[len(best)-1] {
		return x == best[len(best)-1]
	}
	at, equal := slices.BinarySearch(best, x)
	if equal && p.n.TopValues {
		return true
	}
	if len(best) == p.n.Top {
		best = best[:len(best)-1]
	}
	if cap(best) == len(best) {
		p.known += 16
	}
	p.best[group] = slices.Insert(best, at, x)
	return true
}

// orderHeads are numbers that never order rows otherwise than the values do: NULL is among the lowest. Equal
// ones may be of values that differ.
func orderHeads(c *expr.Context, v *types.Vec, n int, t *types.Type, desc bool) (_ []uint64, err error) {
	heads := make([]uint64, n)
	var keys []string
	if v.Kind == types.String {
		if keys, err = collationKeys(c, v.Strings(), t.Collation); err != nil {
			return nil, err
		}
	}
	for i := range heads {
		if v.Null(i) {
			continue
		}
		at := v.At(i)
		switch v.Kind {
		case types.Int, types.Date, types.DateTime, types.Time, types.Enum:
			heads[i] = uint64(v.I[at]) ^ 1<<63
		case types.Uint, types.Bit, types.Set:
			heads[i] = uint64(v.I[at])
		case types.Float:
			heads[i] = floatOrder(v.F[at])
		case types.Decimal:
			heads[i] = floatOrder(v.D[at].Float())
		case types.String:
			heads[i] = head(keys[at])
		}
	}
	if desc {
		for i := range heads {
			heads[i] = ^heads[i]
		}
	}
	return heads, nil
}
