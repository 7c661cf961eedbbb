package exec

import (
	"hash/maphash"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// spilledJoin is a join whose right side does not fit in memory: the rows of both sides are divided by a hash of their
// keys, and each partition is joined by itself (grace hash join). The result is put in the order of the left
// side's rows at last.
type spilledJoin struct {
	left, right *scatter
	*restored
}

// mayHold tells whether so many bytes of rows of the right side may be in memory, with what finds among them: a few
// words for a row, or the key, in a table that grows by four.
func (j *join) mayHold(bytes int64, rows int) bool {
	each := int64(24)
	for k := range j.keys {
		if !j.keys[k].whole() {
			each = 160
		}
	}
	return j.mem.Fits(2*bytes + each*int64(rows))
}

// spillable tells whether the join can be done by partitions.
func (j *join) spillable() bool {
	return len(j.keys) > 0 && len(j.lateral) == 0 && j.kind != plan.AntiNull && j.c.BatchSize == 0
}

// drainRight reads the right side, or what of it is wanted, into memory; nil: it is too much for that, and j.parted has the result.
func (j *join) drainRight(op Operator) (*types.Batch, error) {
	if !j.spillable() {
		return drain(j.c, op, j.rightCols, &j.mem)
	}
	defer op.Close()
	all, bytes := newBuffer(j.rightCols, nil), int64(0)
	for {
		if err := cancelled(j.c); err != nil {
			return nil, err
		}
		b, err := op.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			rows, err := all.batch(j.c)
			if err != nil {
				return nil, err
			}
			return rows, j.mem.Set(bytes) // what was kept free is for the index
		}
		if err := all.add(b); err != nil {
			return nil, err
		}
		if bytes += b.Bytes(); !j.mayHold(bytes, all.n) {
			all.flush()
			return nil, j.spill(all.batches, op)
		}
	}
}

// spill joins by partitions. Of the right side some batches were read.
func (j *join) spill(read []*types.Batch, op Operator) (err error) {
	left := columnTypes(j.leftCols)
	s := &spilledJoin{}
	j.parted = s
	if s.right, err = newScatter(j.c, columnTypes(j.rightCols)); err != nil {
		return err
	}
	keep := func(b *types.Batch) error {
		rows, err := j.partitions(b, func(eq *equality) expr.Expr { return eq.right }, false)
		if err != nil {
			return err
		}
		return s.right.add(b, rows)
	}
	for _, b := range read {
		if err := keep(b); err != nil {
			return err
		}
	}
	j.mem.Release()
	if err := eachBatch(j.c, op, keep); err != nil {
		return err
	}
	if s.left, err = newScatter(j.c, append(left, &types.TypeInt)); err != nil {
		return err
	}
	place := int64(0)
	for {
		b, err := j.nextLeft()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		rows, err := j.partitions(b, func(eq *equality) expr.Expr { return eq.left }, true)
		if err != nil {
			return err
		}
		if err := s.left.add(withPlaces(b, place), rows); err != nil {
			return err
		}
		place += int64(b.N)
	}
	return j.joinPartitions(s)
}

// eachBatch calls do with each batch of an operator.
func eachBatch(c *expr.Context, op Operator, do func(*types.Batch) error) error {
	for {
		if err := cancelled(c); err != nil {
			return err
		}
		b, err := op.Next()
		if err != nil || b == nil {
			return err
		}
		if err := do(b); err != nil {
			return err
		}
	}
}

// partitions are the rows of a batch of one side by partition. Those whose key finds none are in the first one,
// or in none.
func (j *join) partitions(b *types.Batch, of func(*equality) expr.Expr, all bool) ([][]int32, error) {
	values := make([]*types.Vec, len(j.keys))
	for k := range j.keys {
		var err error
		if values[k], err = of(&j.keys[k]).Eval(j.c, b); err != nil {
			return nil, err
		}
	}
	rows := make([][]int32, spillPartitions)
	var key []byte
	var ok bool
	for i := range b.N {
		q := uint64(0)
		if key, ok = appendKeys(key[:0], j.keys, values, i); ok {
			q = maphash.Bytes(seed, key) >> 32 * spillPartitions >> 32
		} else if !all {
			continue
		}
		rows[q] = append(rows[q], int32(i))
	}
	return rows, nil
}

// joinPartitions joins each partition. The rows' places are behind the columns of the left.
func (j *join) joinPartitions(s *spilledJoin) error {
	p := *j.joinPlan
	place := len(p.takeLeft)
	p.takeLeft = append(slices.Clone(p.takeLeft), len(p.leftCols))
	var ts []*types.Type
	for _, at := range j.takeLeft {
		ts = append(ts, &p.leftCols[at].T)
	}
	ts = append(ts, &types.TypeInt)
	if p.kind == plan.Inner || p.kind == plan.Left {
		for _, at := range p.takeRight {
			ts = append(ts, &p.rightCols[at].T)
		}
	}
	s.restored = newRestored(j.c, ts, place)
	for q := range spillPartitions {
		rows, err := drain(j.c, s.right.partition(q), p.rightCols, &j.mem)
		if err != nil {
			return err
		}
		side := &rightSide{rows: rows, rest: p.rest}
		if side.keys, err = newRowIndex(j.c, rows, p.keys); err != nil {
			return err
		}
		if err := j.mem.Grow(side.keys.bytes()); err != nil {
			return err
		}
		part := &join{joinPlan: &p, c: j.c, left: s.left.partition(q), side: side}
		if err := eachBatch(j.c, part, s.restored.add); err != nil {
			return err
		}
		j.mem.Release()
		if err := s.restored.spill(); err != nil {
			return err
		}
	}
	return s.restored.finish()
}

// spilled implements spiller.
func (j *join) spilled() int64 {
	s := j.parted
	if s == nil {
		return 0
	}
	bytes := s.left.size() + s.right.size()
	if s.restored != nil {
		bytes += s.written
	}
	return bytes
}

func (s *spilledJoin) close() {
	if s == nil {
		return
	}
	s.left.close()
	s.right.close()
	if s.restored != nil {
		s.restored.close()
	}
}
