package exec

import (
	"hash/maphash"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// spilledJoin is a join whose right side does not fit in memory: the rows of both sides are divided by a hash of their
// keys, where equal keys make partners, and each partition is joined by itself (grace hash join). The result is put in the
// order of the left side's rows at last.
type spilledJoin struct {
	left, right *scatter
	rows        int64        // of the left
	nulls       bool         // of NOT IN: a key of the right is NULL, and nothing passes
	near        *nearestRows // nil: the left's rows are joined with all partners
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
	switch {
	case j.byNulls():
		each *= 3
	case j.nearest != nil:
		each += 8
	case len(j.keys) == 0 && len(j.ranges) > 0:
		each = 64
	}
	return j.mem.Fits(2*bytes + each*int64(rows))
}

// spillable tells whether the join can be done by partitions. Of rows that are all joined with each other there would be more on
// the disk than it holds.
func (j *join) spillable() bool {
	return (len(j.keys)+len(j.ranges)+len(j.rest) > 0 || j.nearest != nil) && len(j.lateral) == 0 && j.c.BatchSize == 0
}

// divided tells whether a row finds its partners in one partition; else there is but one.
func (j *join) divided() bool {
	return len(j.keys) > 0 && (!j.byNulls() || j.onlyKeys && len(j.keys) == 1)
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
	right := columnTypes(j.rightCols)
	if j.nearest != nil {
		right = append(right, j.nearest.x.Type())
	}
	if s.right, err = newScatter(j.c, right); err != nil {
		return err
	}
	keep := func(b *types.Batch) error {
		rows, null, err := j.partitions(b, func(eq *equality) expr.Expr { return eq.right }, false)
		if err != nil {
			return err
		}
		s.nulls = s.nulls || null && j.byNulls()
		if j.nearest != nil {
			x, err := j.nearest.x.Eval(j.c, b)
			if err != nil {
				return err
			}
			b = &types.Batch{N: b.N, Cols: append(slices.Clip(b.Cols), x)}
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
	for {
		b, err := j.nextLeft()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		rows, _, err := j.partitions(b, func(eq *equality) expr.Expr { return eq.left }, !j.byNulls())
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
	if !j.divided() {
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
	if p.marked {
		ts = append(ts, &types.TypeInt)
	}
	if j.nearest != nil {
		p.takeRight = append(slices.Clone(p.takeRight), len(p.rightCols))
		p.rightCols = append(slices.Clip(p.rightCols), plan.Column{T: *j.nearest.x.Type()})
	}
	if p.kind == plan.Inner || p.kind == plan.Left {
		for _, at := range p.takeRight {
			ts = append(ts, &p.rightCols[at].T)
		}
	}
	s.restored = newRestored(j.c, ts, place)
	if j.nearest != nil {
		s.near = &nearestRows{restored: s.restored}
	}
	partitions := 1
	if j.divided() {
		partitions = spillPartitions
		if p.byNulls() { // of a key that is not NULL, where none on the right is
			p.kind, p.nullAware, p.rest = plan.Anti, false, nil
		}
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
		case plan.Inner:
		case plan.Left:
			some.kind = plan.Inner
		default:
			some.kind, some.marked = plan.Semi, false
			left = &unfound{left, len(p.leftCols), found}
		}
		if err := j.joinSome(&some, side, left, func(b *types.Batch) error {
			if p.kind != plan.Inner {
				found.add(b.Cols[s.place], b.N)
			}
			if p.kind == plan.Anti || p.kind == plan.AntiNull {
				return nil
			}
			if p.marked {
				b.Cols = append(b.Cols, types.SameVec(&types.TypeInt, types.BoolValue(true), b.N))
			}
			return s.restored.add(b)
		}); err != nil {
			return err
		}
	}
	if p.kind == plan.Inner || p.kind == plan.Semi {
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
	if err == nil {
		err = j.mem.Set(bytes)
	}
	if err != nil {
		return nil, nil, err
	}
	side, err := j.sideOf(p, rows)
	return side, ahead, err
}

// joinSome joins rows of the left with some of the right.
func (j *join) joinSome(p *joinPlan, side *rightSide, left Operator, to func(*types.Batch) error) error {
	return eachBatch(j.c, &join{joinPlan: p, c: j.c, left: left, side: side}, to)
}

// next is the next rows of the result.
func (s *spilledJoin) next(size int) (*types.Batch, error) {
	if s.near != nil {
		return s.near.next(size)
	}
	return s.restored.next(size)
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
