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
	rows        int64 // of the left
	nulls       bool  // of AntiNull: a key of the right is NULL, and nothing passes
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
	if len(j.keys) == 0 && len(j.ranges) > 0 {
		each = 64
	}
	return j.mem.Fits(2*bytes + each*int64(rows))
}

// spillable tells whether the join can be done by partitions: by one, where there are no keys. Of rows that are all joined with each
// other there would be more on the disk than it holds.
func (j *join) spillable() bool {
	return len(j.keys)+len(j.ranges)+len(j.rest) > 0 && len(j.lateral) == 0 && j.kind != plan.Mark && j.nearest == nil && (j.kind != plan.AntiNull || j.onlyKeys && len(j.keys) == 1) && j.c.BatchSize == 0
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
		rows, null, err := j.partitions(b, func(eq *equality) expr.Expr { return eq.right }, false)
		if err != nil {
			return err
		}
		s.nulls = s.nulls || null && j.kind == plan.AntiNull
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
	for {
		b, err := j.nextLeft()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		rows, _, err := j.partitions(b, func(eq *equality) expr.Expr { return eq.left }, j.kind != plan.AntiNull)
		if err != nil {
			return err
		}
		if err := s.left.add(withPlaces(b, s.rows), rows); err != nil {
			return err
		}
		s.rows += int64(b.N)
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

// partitions are the rows of a batch of one side by partition, and whether there are some whose key, a NULL, finds none: they
// are in the first one, or in none.
func (j *join) partitions(b *types.Batch, of func(*equality) expr.Expr, all bool) (rows [][]int32, null bool, err error) {
	values := make([]*types.Vec, len(j.keys))
	for k := range j.keys {
		if values[k], err = of(&j.keys[k]).Eval(j.c, b); err != nil {
			return nil, false, err
		}
	}
	rows = make([][]int32, spillPartitions)
	if len(j.keys) == 0 {
		for i := range b.N {
			rows[0] = append(rows[0], int32(i))
		}
		return rows, false, nil
	}
	var key []byte
	var ok bool
	for i := range b.N {
		q := uint64(0)
		if key, ok = appendKeys(key[:0], j.keys, values, i); ok {
			q = maphash.Bytes(seed, key) >> 32 * spillPartitions >> 32
		} else if null = true; !all {
			continue
		}
		rows[q] = append(rows[q], int32(i))
	}
	return rows, null, nil
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
	if p.kind == plan.AntiNull { // of a key that is not NULL, where none on the right is
		p.kind, p.rest = plan.Anti, nil
	}
	partitions := spillPartitions
	if len(p.keys) == 0 {
		partitions = 1
	}
	for q := 0; q < partitions && !s.nulls; q++ {
		if err := j.joinPartition(s, &p, q); err != nil {
			return err
		}
		if err := s.restored.spill(); err != nil {
			return err
		}
	}
	return s.restored.finish()
}

// joinPartition joins a partition. Where its right side does not fit in memory, as where all rows have the same key, each of the left's
// rows is joined with some of it at a time (block nested loop).
func (j *join) joinPartition(s *spilledJoin, p *joinPlan, q int) error {
	defer j.mem.Release()
	right := s.right.partition(q)
	var ahead *types.Batch
	var found *numberSet // the places of the left's rows that have found a partner; nil: all of the right was in memory at once
	for more := true; more; {
		var side *rightSide
		var err error
		if side, ahead, err = j.someRight(p, right, ahead); err != nil {
			return err
		}
		more = ahead != nil
		if found == nil {
			if !more {
				return j.joinSome(p, side, s.left.partition(q), s.restored.add)
			}
			set := newNumberSet(0, uint64(s.rows))
			found = &set
		}
		some := *p
		left := s.left.partition(q)
		switch p.kind {
		case plan.Left:
			some.kind = plan.Inner
		case plan.Semi, plan.Anti:
			some.kind = plan.Semi
			left = &unfound{left, len(p.leftCols), found}
		}
		if err := j.joinSome(&some, side, left, func(b *types.Batch) error {
			if p.kind != plan.Inner {
				found.add(b.Cols[s.place], b.N)
			}
			if p.kind == plan.Anti {
				return nil
			}
			return s.restored.add(b)
		}); err != nil {
			return err
		}
	}
	if p.kind != plan.Left && p.kind != plan.Anti {
		return nil
	}
	none, err := newBuffer(p.rightCols, nil).batch(j.c)
	if err != nil {
		return err
	}
	side, err := j.sideOf(p, none)
	if err != nil {
		return err
	}
	return j.joinSome(p, side, &unfound{s.left.partition(q), len(p.leftCols), found}, s.restored.add)
}

// someRight is as many rows of the right side as may be in memory beside those of the result, and the first that are not; nil: there are
// none.
func (j *join) someRight(p *joinPlan, right Operator, ahead *types.Batch) (*rightSide, *types.Batch, error) {
	j.mem.Release()
	all, bytes := newBuffer(p.rightCols, nil), int64(0)
	if ahead != nil {
		bytes = ahead.Bytes()
		if err := all.add(ahead); err != nil {
			return nil, nil, err
		}
	}
	for {
		if err := cancelled(j.c); err != nil {
			return nil, nil, err
		}
		var err error
		if ahead, err = right.Next(); err != nil {
			return nil, nil, err
		}
		if ahead == nil || all.n > 0 && !j.mayHold(2*(bytes+ahead.Bytes()), 2*(all.n+ahead.N)) {
			break
		}
		bytes += ahead.Bytes()
		if err := all.add(ahead); err != nil {
			return nil, nil, err
		}
	}
	rows, err := all.batch(j.c)
	if err != nil {
		return nil, nil, err
	}
	side, err := j.sideOf(p, rows)
	if err != nil {
		return nil, nil, err
	}
	if side.keys != nil {
		bytes += side.keys.bytes()
	}
	return side, ahead, j.mem.Set(bytes + side.ranges.bytes() + side.within.bytes())
}

// sideOf is a right side of the rows, with what finds among them.
func (j *join) sideOf(p *joinPlan, rows *types.Batch) (s *rightSide, err error) {
	s = &rightSide{rows: rows, rest: p.rest}
	if len(p.keys) > 0 {
		s.keys, err = newRowIndex(j.c, rows, p.keys)
	}
	if err == nil && len(p.ranges) > 0 {
		err = s.indexRanges(j.c, p.ranges)
	}
	return s, err
}

// joinSome joins rows of the left with some of the right.
func (j *join) joinSome(p *joinPlan, side *rightSide, left Operator, to func(*types.Batch) error) error {
	return eachBatch(j.c, &join{joinPlan: p, c: j.c, left: left, side: side}, to)
}

// unfound is the rows whose places, in a column, are not in a set yet.
type unfound struct {
	Operator
	place int
	found *numberSet
}

// Next implements Operator.
func (u *unfound) Next() (*types.Batch, error) {
	for {
		b, err := u.Operator.Next()
		if b == nil || err != nil {
			return nil, err
		}
		var rows []int32
		for i, x := range b.Cols[u.place].I[:b.N] {
			if !u.found.has(x) {
				rows = append(rows, int32(i))
			}
		}
		if len(rows) > 0 {
			return b.Take(rows), nil
		}
	}
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
