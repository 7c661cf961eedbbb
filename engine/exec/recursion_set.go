package exec

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// recursionSet is the different rows of a recursion by UNION DISTINCT. Where they do not fit in memory, those that are
// known by then stay there, and the others are divided by a hash, on the disk: those of a step are compared with them,
// a partition at a time, when it has ended.
type recursionSet struct {
	c     *expr.Context
	types []*types.Type
	by    *spreader
	seen  rowSet
	mem   memory.Account

	known *scatter // nil: all are in memory
	step  *scatter // of this step, rows that are not in memory
	read  int64    // bytes of the steps before
}

func newRecursionSet(c *expr.Context, ts []*types.Type) *recursionSet {
	return &recursionSet{c: c, types: ts, by: newHash(ts), seen: rowSet{keySet: newKeySet(ts)}, mem: c.Memory.Account()}
}

// fresh is the rows of a step that are new; of some finish tells.
func (s *recursionSet) fresh(b *types.Batch) (_ *types.Batch, err error) {
	if s.known == nil {
		b = s.seen.fresh(b)
		bytes := s.seen.bytes()
		if s.mem.Fits(2 * bytes) {
			return b, nil
		}
		s.mem.Fits(bytes) // the half that is free is for the partitions
		if s.known, err = newScatter(s.c, s.types); err == nil {
			s.step, err = newScatter(s.c, s.types)
		}
		return b, err
	}
	rows := b.Take(s.seen.absent(b.Cols, b.N, nil))
	hashes := make([]uint32, rows.N)
	s.by.hash(hashes, rows.Cols)
	return b.Slice(0, 0), s.step.add(rows, divide(hashes, 0))
}

// finish ends a step: the new ones of its rows on the disk are passed.
func (s *recursionSet) finish(pass func(*types.Batch) error) (err error) {
	if s.step == nil || s.step.size() == 0 {
		return nil
	}
	for q := range s.step.parts {
		if len(s.step.parts[q]) > 0 {
			if err := s.partition(q, pass); err != nil {
				return err
			}
		}
	}
	s.read += s.step.size()
	s.step.close()
	s.step, err = newScatter(s.c, s.types)
	return err
}

func (s *recursionSet) partition(q int, pass func(*types.Batch) error) error {
	own := rowSet{keySet: newKeySet(s.types)}
	defer own.table.release()
	mem := s.c.Memory.Account()
	defer mem.Release()
	if err := eachBatch(s.c, s.known.partition(q), func(b *types.Batch) error {
		own.numbers(b)
		return mem.Set(own.bytes())
	}); err != nil {
		return err
	}
	return eachBatch(s.c, s.step.partition(q), func(b *types.Batch) error {
		b = own.fresh(b)
		if b.N == 0 {
			return nil
		}
		if err := mem.Set(own.bytes()); err != nil {
			return err
		}
		e, err := s.known.file.Write(b)
		if err != nil {
			return err
		}
		s.known.parts[q] = append(s.known.parts[q], e)
		return pass(b)
	})
}

// spilled is how many bytes were put to the disk.
func (s *recursionSet) spilled() int64 { return s.read + s.known.size() + s.step.size() }

// close gives all up.
func (s *recursionSet) close() {
	s.seen.table.release()
	s.known.close()
	s.step.close()
	s.mem.Release()
}
