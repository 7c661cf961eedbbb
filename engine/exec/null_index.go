package exec

import (
	"slices"
	"sync"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// nullIndex finds rows of NOT IN's right side of which no equality is false, where values are NULL: those are equal in
// the columns that are not NULL on either side. The rows are kept apart by which of their keys are NULL, and indexed, when
// that is first wanted, by the keys that are not, nor are on the left.
type nullIndex struct {
	rows *types.Batch
	by   []equality // at most nullKeys
	mem  *memory.Account

	mu    sync.Mutex
	parts []*nullPart // nil: not there yet
}

// nullKeys is how many keys a set of them has at most.
const nullKeys = 64

// nullPart is the rows whose keys of a set are NULL.
type nullPart struct {
	nulls   uint64
	rows    []int32
	keys    []*types.Vec
	indexes map[uint64]*rowIndex // by other keys, of the numbers of rows
}

// nullsOf is the keys that are NULL in a row and make their equality unknown.
func nullsOf(by []equality, values []*types.Vec, row int) (nulls uint64) {
	for k := range by {
		if !by[k].nullSafe && values[k].Null(row) {
			nulls |= 1 << k
		}
	}
	return nulls
}

// find gives to, for rows of the left sides' values, the rows that may be equal because of a NULL, by their numbers.
func (x *nullIndex) find(c *expr.Context, values []*types.Vec, rows []int32, to func(row int32, matches []int32)) error {
	parts, err := x.load(c)
	if err != nil {
		return err
	}
	alike := map[uint64][]int32{}
	for _, row := range rows {
		nulls := nullsOf(x.by, values, int(row))
		alike[nulls] = append(alike[nulls], row)
	}
	for nulls, some := range alike {
		for _, p := range parts {
			if nulls|p.nulls == 0 {
				continue
			}
			index, used, err := x.index(c, p, nulls)
			if err != nil {
				return err
			}
			if index == nil {
				for _, row := range some {
					to(row, p.rows)
				}
				continue
			}
			keys := make([]*types.Vec, len(used))
			for i, k := range used {
				keys[i] = values[k].Take(some)
			}
			for i, id := range index.find(nil, keys, len(some)) {
				if id >= 0 {
					to(some[i], index.matches(id))
				}
			}
		}
	}
	return cancelled(c)
}

// load divides the rows.
func (x *nullIndex) load(c *expr.Context) ([]*nullPart, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.parts != nil || x.rows.N == 0 {
		return x.parts, nil
	}
	values := make([]*types.Vec, len(x.by))
	for k, eq := range x.by {
		var err error
		if values[k], err = evalLarge(c, eq.right, x.rows); err != nil {
			return nil, err
		}
	}
	of := map[uint64]*nullPart{}
	var parts []*nullPart
	if err := steps(c, x.rows.N, func(from, to int) {
		for i := from; i < to; i++ {
			nulls := nullsOf(x.by, values, i)
			p := of[nulls]
			if p == nil {
				p = &nullPart{nulls: nulls, indexes: map[uint64]*rowIndex{}}
				of[nulls], parts = p, append(parts, p)
			}
			p.rows = append(p.rows, int32(i))
		}
	}); err != nil {
		return nil, err
	}
	bytes := int64(0)
	for _, p := range parts {
		for _, v := range values {
			p.keys = append(p.keys, v.Take(p.rows))
		}
		bytes += 4*int64(cap(p.rows)) + (&types.Batch{N: len(p.rows), Cols: p.keys}).Bytes()
	}
	x.parts = parts
	return parts, x.mem.Grow(bytes)
}

// index is that of a part by the keys that are used where some are NULL on the left; nil: none are.
func (x *nullIndex) index(c *expr.Context, p *nullPart, nulls uint64) (index *rowIndex, used []int, err error) {
	var keys []equality
	var values []*types.Vec
	for k := range x.by {
		if (nulls|p.nulls)>>k&1 == 0 {
			used, keys, values = append(used, k), append(keys, x.by[k]), append(values, p.keys[k])
		}
	}
	if len(used) == 0 {
		return nil, nil, nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if known := p.indexes[nulls|p.nulls]; known != nil {
		return known, used, nil
	}
	index, err = indexOf(c, &types.Batch{N: len(p.rows), Cols: values}, keys, slices.Clone(values))
	if err != nil {
		return nil, nil, err
	}
	for i, row := range index.order {
		index.order[i] = p.rows[row]
	}
	p.indexes[nulls|p.nulls] = index
	return index, used, x.mem.Grow(index.bytes())
}
