package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// unique passes the first of equal rows, as they come. Where the different ones do not fit in memory, those that are
// known by then stay there, and the others are divided by a hash, on the disk: they follow at last, in their order.
type unique struct {
	c     *expr.Context
	types []*types.Type
	by    *spreader // by the first columns, which are compared
	seen  rowSet
	mem   memory.Account

	level int      // how often the rows were divided: then they have their places behind the columns
	rest  *scatter // nil: all fit
	place int64    // of the next row in rest
	*restored
}

// newUnique compares rows of the types by the first columns, so many.
func newUnique(c *expr.Context, ts []*types.Type, columns int) *unique {
	return &unique{c: c, types: ts, by: newHash(ts[:columns]), seen: rowSet{keySet: newKeySet(ts[:columns])}, mem: c.Memory.Account()}
}

// newHash is a spreader by all columns.
func newHash(ts []*types.Type) *spreader {
	s := &spreader{keys: ts, known: map[codedKey][]uint32{}}
	for j := range ts {
		s.columns = append(s.columns, j)
	}
	return s
}

// fresh is the rows of the batch that are the first of their kind. Others of it may follow at last.
func (u *unique) fresh(b *types.Batch) (*types.Batch, error) {
	if u.rest == nil {
		b = u.seen.fresh(b)
		bytes := u.seen.bytes()
		if u.mem.Fits(2 * bytes) {
			return b, nil
		}
		return b, u.freeze(bytes)
	}
	return b.Slice(0, 0), u.put(b.Take(u.seen.absent(b.Cols, b.N, nil)))
}

// put puts rows to the disk.
func (u *unique) put(rows *types.Batch) error {
	if u.level == 0 {
		rows = withPlaces(rows, u.place)
		u.place += int64(rows.N)
	}
	return u.rest.add(rows, u.divide(rows))
}

func (u *unique) divide(rows *types.Batch) [][]int32 {
	hashes := make([]uint32, rows.N)
	u.by.hash(hashes, rows.Cols)
	return divide(hashes, u.level)
}

// freeze has what is not known yet go to the disk.
func (u *unique) freeze(bytes int64) (err error) {
	if u.level == deepest {
		return u.mem.Set(2 * bytes)
	}
	u.mem.Fits(bytes) // the half that is free is for the partitions
	u.rest, err = newScatter(u.c, append(slices.Clip(u.types), &types.TypeInt))
	return err
}

// finish says that all rows were there. What was not passed is what next gives then.
func (u *unique) finish() error {
	if u.rest == nil {
		return nil
	}
	u.restored = newRestored(u.c, u.rest.file.Types(), len(u.types))
	if err := u.partitions(u.restored); err != nil {
		return err
	}
	return u.restored.finish()
}

// partitions passes the rows on the disk.
func (u *unique) partitions(to *restored) error {
	u.seen = rowSet{}
	u.mem.Release()
	for q := range spillPartitions {
		if err := u.partition(q, to); err != nil {
			return err
		}
		if err := to.spill(); err != nil {
			return err
		}
	}
	return nil
}

func (u *unique) partition(q int, to *restored) error {
	own := &unique{
		c: u.c, types: u.types, by: u.by, level: u.level + 1, mem: u.c.Memory.Account(),
		seen: rowSet{keySet: newKeySet(u.by.keys)},
	}
	defer own.close()
	err := eachBatch(u.c, u.rest.partition(q), func(b *types.Batch) error {
		b, err := own.fresh(b)
		if err != nil || b.N == 0 {
			return err
		}
		return to.add(b)
	})
	if err == nil && own.rest != nil {
		err = own.partitions(to)
	}
	return err
}

// next is the next of the rows that were not passed, nil behind the last.
func (u *unique) next(size int) (*types.Batch, error) {
	if u.restored == nil {
		return nil, nil
	}
	return u.restored.next(size)
}

// spilled is how many bytes were put to the disk.
func (u *unique) spilled() int64 {
	n := u.rest.size()
	if u.restored != nil {
		n += u.written
	}
	return n
}

// close gives all up. It may be called again.
func (u *unique) close() {
	if u.seen.keySet != nil {
		u.seen.table.release()
	}
	u.rest.close()
	if u.restored != nil {
		u.restored.close()
	}
	u.mem.Release()
}
