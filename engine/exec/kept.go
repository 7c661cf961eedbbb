package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/spill"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// kept is rows that several may read once they are all there: in memory or, where they are too many for that, in a file.
type kept struct {
	c   *expr.Context
	mem memory.Account
	n   int

	first *types.Batch // the only batch so far: most steps of a recursion give one
	all   *buffer      // the batches, where there are more; nil: there are not
	bytes int64
	cols  []plan.Column

	file    *spill.File // nil: all is in memory
	extents []spill.Extent
	rows    *types.Batch // all of them, where they are in memory
}

func newKept(c *expr.Context, cols []plan.Column) *kept {
	return &kept{c: c, mem: c.Memory.Account(), cols: cols}
}

// add takes rows.
func (k *kept) add(b *types.Batch) error {
	if k.n += b.N; k.n == b.N && !slices.ContainsFunc(b.Cols, isNull) {
		k.first = b
	} else if err := k.buffer().add(b); err != nil {
		return err
	}
	if k.file != nil {
		return k.write(BatchSize)
	}
	// For a while there are the batches, and one of all.
	if k.bytes += b.Bytes(); k.mem.Fits(2 * k.bytes) {
		return nil
	}
	var err error
	if k.file, err = k.c.TempDir.New(columnTypes(k.cols)); err != nil {
		return err
	}
	return k.write(0)
}

// isNull tells whether a vector is of nothing but NULL, whatever its column's type.
func isNull(v *types.Vec) bool { return v.Kind == types.Null }

// buffer has all batches that are in memory.
func (k *kept) buffer() *buffer {
	if k.all == nil {
		k.all = newBuffer(k.cols, nil)
	}
	if k.first != nil {
		_ = k.all.add(k.first) // it fails where it counts bytes only
		k.first = nil
	}
	return k.all
}

// write puts what is in memory to the file, if it is at least so many rows.
func (k *kept) write(least int) error {
	all := k.buffer()
	if all.n < least {
		return nil
	}
	all.flush()
	if err := eachPiece(all.batches, func(b *types.Batch) error {
		if err := cancelled(k.c); err != nil {
			return err
		}
		e, err := k.file.Write(b)
		k.extents = append(k.extents, e)
		return err
	}); err != nil {
		return err
	}
	k.all = nil
	k.mem.Release()
	return nil
}

// finish says that all rows are there.
func (k *kept) finish() (err error) {
	switch {
	case k.file != nil:
		err = k.write(0)
	case k.first != nil:
		k.rows, err = k.first, k.mem.Set(k.bytes)
	default:
		if k.rows, err = k.buffer().batch(k.c); err == nil {
			err = k.mem.Set(k.bytes)
		}
	}
	k.first, k.all = nil, nil
	return err
}

// read fills what rows in memory are read from, or gives those in the file.
func (k *kept) read(c *expr.Context, to *held) Operator {
	if k.file != nil {
		return &extents{c, k.file, k.extents}
	}
	to.hold(k.rows)
	return nil
}

// close gives the rows up; others may be added then. It may be called again, and of nil.
func (k *kept) close() {
	if k != nil {
		k.file.Close()
		k.mem.Release()
		*k = kept{c: k.c, mem: k.mem, cols: k.cols}
	}
}
