package exec

import (
	"math/bits"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// rowIndex finds rows in memory by the right sides of equalities. It numbers the keys and has the rows of
// each side by side.
type rowIndex struct {
	rows *types.Batch
	by   []equality

	codes  []keyCodes   // of each key that is a whole number by this; nil: another
	packed *packing     // of keys that are all whole numbers and fit in 64 bits together; nil: others
	ranked rankTable    // numbers packed keys that do not lie very far apart,
	sparse *packedTable // or any; both nil: they lie close together and are their own numbers
	table  *hashTable   // numbers keys that are not packed

	starts []int32 // of each key, where its rows begin in order; one more at the end
	order  []int32 // rows by key, those of a key in their order
	null   []int32 // rows that have a NULL that = does not find
}

// keyCodes puts whole numbers in the place of values, the same of those that are equal.
type keyCodes interface {
	// number gives rows of a vector of the right side their numbers, NULL none; it is called for all of it, in order.
	number(v *types.Vec, from, to int, out *types.Vec)
	// find gives each of n rows of a vector of the left side its number, NULL none; one that no row of the right has may
	// be any that is not there.
	find(v *types.Vec, n int) *types.Vec
	bytes() int64
}

// unknown is the id of a row with a NULL.
const unknown = -2

func newRowIndex(c *expr.Context, rows *types.Batch, keys []equality) (*rowIndex, error) {
	if len(keys) == 0 {
		return &rowIndex{rows: rows}, nil
	}
	values := make([]*types.Vec, len(keys))
	for k, eq := range keys {
		var err error
		if values[k], err = evalLarge(c, eq.right, rows); err != nil {
			return nil, err
		}
	}
	return indexOf(c, rows, keys, values)
}

// indexOf is the index of rows by the values of the right sides of some equalities.
func indexOf(c *expr.Context, rows *types.Batch, keys []equality, values []*types.Vec) (*rowIndex, error) {
	x := &rowIndex{rows: rows, by: keys}
	ids, n, err := x.number(c, values)
	if err != nil {
		return nil, err
	}
	x.starts = make([]int32, n+1)
	// Each worker looks at all rows, and has some of the keys.
	workers := piecesOf(c, len(ids))
	if err := each(c, workers, func(c *expr.Context, i int) error {
		starts := x.starts[1:]
		least, most := int32(n*i/workers), int32(n*(i+1)/workers)
		return steps(c, len(ids), func(from, to int) {
			for _, id := range ids[from:to] {
				if least <= id && id < most {
					starts[id]++
				}
			}
		})
	}); err != nil {
		return nil, err
	}
	for id := range n {
		x.starts[id+1] += x.starts[id]
	}
	x.order = make([]int32, x.starts[n])
	if err := each(c, workers, func(c *expr.Context, i int) error {
		least, most := int32(n*i/workers), int32(n*(i+1)/workers)
		return steps(c, len(ids), func(from, to int) {
			for k, id := range ids[from:to] {
				switch {
				case least <= id && id < most:
					x.order[x.starts[id]] = int32(from + k)
					x.starts[id]++
				case id < 0 && i == 0:
					x.null = append(x.null, int32(from+k))
				}
			}
		})
	}); err != nil {
		return nil, err
	}
	copy(x.starts[1:], x.starts[:n])
	x.starts[0] = 0
	return x, nil
}

// number gives each row the number of its key, unknown where a NULL has none, and tells how many
// numbers there are.
func (x *rowIndex) number(c *expr.Context, values []*types.Vec) (ids []int32, n int, err error) {
	ids = make([]int32, x.rows.N)
	numbers, err := x.encode(c, values)
	if err != nil {
		return nil, 0, err
	}
	if x.packed = newPacking(x.by, numbers); x.packed == nil {
		x.codes = nil
		x.table = &hashTable{}
		var key []byte
		var ok bool
		err = steps(c, len(ids), func(from, to int) {
			for i := from; i < to; i++ {
				if key, ok = appendKeys(key[:0], x.by, values, i); !ok {
					ids[i] = unknown
					continue
				}
				ids[i], _ = x.table.insert(key)
			}
		})
		return ids, len(x.table.ends), err
	}
	keys := make([]int64, x.rows.N)
	if err := ranges(c, len(keys), func(_ *expr.Context, _, from, to int) error {
		x.packed.pack(keys[from:to], (&types.Batch{Cols: numbers}).Slice(from, to).Cols)
		return nil
	}); err != nil {
		return nil, 0, err
	}
	if x.packed.width <= uint64(x.rows.N)+1024 {
		for i, key := range keys {
			ids[i] = int32(key)
		}
		return ids, int(x.packed.width), cancelled(c)
	}
	if x.packed.width <= rankedWidth*uint64(x.rows.N) {
		x.ranked, n = newRankTable(keys, x.packed.width)
		err = steps(c, len(keys), func(from, to int) {
			for i, key := range keys[from:to] {
				if ids[from+i] = unknown; key >= 0 {
					ids[from+i] = x.ranked.find(key)
				}
			}
		})
		return ids, n, err
	}
	x.sparse = newPackedTable(x.rows.N)
	err = steps(c, len(keys), func(from, to int) {
		for i, key := range keys[from:to] {
			if ids[from+i] = unknown; key >= 0 {
				ids[from+i] = x.sparse.insert(key)
			}
		}
	})
	return ids, int(x.sparse.n), err
}

// encode puts numbers in the place of texts and floats, if all keys are whole numbers then.
func (x *rowIndex) encode(c *expr.Context, values []*types.Vec) ([]*types.Vec, error) {
	some := false
	codes := make([]keyCodes, len(x.by))
	for k := range x.by {
		codes[k] = x.by[k].codes(values[k])
		if some = some || codes[k] != nil; codes[k] == nil && !x.by[k].whole() {
			return values, nil
		}
	}
	if !some {
		return values, nil
	}
	x.codes = codes
	values = slices.Clone(values)
	for k, of := range codes {
		if of == nil {
			continue
		}
		v := values[k]
		values[k] = types.NewVec(&types.TypeInt, x.rows.N)
		if err := steps(c, x.rows.N, func(from, to int) { of.number(v, from, to, values[k]) }); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// find appends the number of the key of each of n rows of the left sides' values, which it may change: -1 where no row
// has it, unknown where = finds none because of a NULL.
func (x *rowIndex) find(ids []int32, values []*types.Vec, n int) []int32 {
	if x.packed == nil {
		var key []byte
		var ok bool
		for i := range n {
			id := int32(unknown)
			if key, ok = appendKeys(key[:0], x.by, values, i); ok {
				id = x.table.find(key)
			}
			ids = append(ids, id)
		}
		return ids
	}
	for k, of := range x.codes {
		if of != nil {
			values[k] = of.find(values[k], n)
		}
	}
	packed := make([]int64, n)
	x.packed.pack(packed, values)
	if x.ranked != nil {
		for _, key := range packed {
			id := int32(key)
			if key >= 0 {
				id = x.ranked.find(key)
			}
			ids = append(ids, id)
		}
		return ids
	}
	if x.sparse == nil {
		for _, key := range packed {
			id := int32(key)
			if key >= 0 && x.starts[key] == x.starts[key+1] {
				id = -1
			}
			ids = append(ids, id)
		}
		return ids
	}
	for _, key := range packed {
		id := int32(key)
		if key >= 0 {
			id = x.sparse.find(key)
		}
		ids = append(ids, id)
	}
	return ids
}

// matches are the rows of a key, in their order.
func (x *rowIndex) matches(id int32) []int32 { return x.order[x.starts[id]:x.starts[id+1]] }

// ahead reads where the rows of keys are, and the first of each, before they are asked for one by one: of a large index the
// processor then waits for many places in memory at a time. The result means nothing.
func (x *rowIndex) ahead(ids []int32) (sum int32) {
	if len(x.order) < cachedRows {
		return 0
	}
	last := int32(len(x.order) - 1)
	for _, id := range ids {
		sum += x.order[min(x.starts[max(id, 0)], last)]
	}
	return sum
}

// cachedRows is an index that lies in the processor's cache.
const cachedRows = 1 << 16

// packing puts whole numbers, one of each equality, together in one that is not negative.
type packing struct {
	by     []equality
	least  []int64 // of each, what 0 stands for
	zeros  []int   // the bits that all of them have as the least has: those of a date's time of day
	spans  []uint64
	shifts []int
	width  uint64 // one more than the greatest
}

// newPacking is nil where the values of the right sides are no whole numbers, or too far apart.
func newPacking(by []equality, values []*types.Vec) *packing {
	p := &packing{by: by}
	shift := 0
	for k := range by {
		if !by[k].whole() && (by[k].nullSafe || values[k].Kind != types.Int) {
			return nil
		}
		least, most, some := extent(values[k])
		if !some {
			least, most = 0, 0
		}
		if by[k].signs && least < 0 {
			return nil // the bits of a negative number are those of a great unsigned one
		}
		zeros := 0
		if least < most {
			zeros = zeroBits(values[k], least)
		}
		span := (uint64(most) - uint64(least)) >> zeros
		p.least, p.zeros, p.spans, p.shifts = append(p.least, least), append(p.zeros, zeros), append(p.spans, span), append(p.shifts, shift)
		if shift += bits.Len64(span); shift > 62 {
			return nil
		}
	}
	p.width = 1
	for k := range by {
		p.width += p.spans[k] << p.shifts[k]
	}
	return p
}

// extent is the least and the greatest of a vector's numbers; some: there is one that is not NULL.
func extent(v *types.Vec) (least, most int64, some bool) {
	numbers := v.I
	if v.Same() && len(numbers) > 0 {
		numbers = numbers[:1]
	}
	for i, x := range numbers {
		switch {
		case v.Nulls != nil && v.Nulls[i]:
		case !some:
			least, most, some = x, x, true
		default:
			least, most = min(least, x), max(most, x)
		}
	}
	return least, most, some
}

// zeroBits is how many of the last bits are 0 of all differences to the least.
func zeroBits(v *types.Vec, least int64) int {
	if v.Same() {
		return 0
	}
	some := uint64(0)
	for i, x := range v.I {
		if v.Nulls != nil && v.Nulls[i] {
			continue
		}
		if some |= uint64(x) - uint64(least); some&1 != 0 {
			return 0
		}
	}
	return bits.TrailingZeros64(some)
}

// pack computes the key of each row: unknown of a NULL, -1 where a number is not among those of the right sides.
func (p *packing) pack(to []int64, values []*types.Vec) {
	for k, v := range values {
		if v.Kind == types.Null {
			for i := range to {
				to[i] = unknown
			}
			return
		}
		least, zeros, span, shift := p.least[k], p.zeros[k], p.spans[k], p.shifts[k]
		if v.Same() {
			key := int64(unknown)
			if !v.Null(0) {
				key = placed(v.I[0], least, zeros, span, shift)
			}
			for i := range to {
				to[i] = withPart(to[i], key, k)
			}
			continue
		}
		numbers := v.I[:len(to)]
		if k == 0 && v.Nulls == nil {
			for i, x := range numbers {
				to[i] = placed(x, least, zeros, span, shift)
			}
			continue
		}
		for i, x := range numbers {
			key := int64(unknown)
			if v.Nulls == nil || !v.Nulls[i] {
				key = placed(x, least, zeros, span, shift)
			}
			to[i] = withPart(to[i], key, k)
		}
	}
}

// placed is a number's part of a key, -1 where it is not in the span. Rotation makes one great whose last bits are not 0.
func placed(x, least int64, zeros int, span uint64, shift int) int64 {
	if d := bits.RotateLeft64(uint64(x)-uint64(least), -zeros); d <= span {
		return int64(d << shift)
	}
	return -1
}

// withPart is a key with part k put to it: NULL of either is NULL of both.
func withPart(key, part int64, k int) int64 {
	switch {
	case k == 0:
		return part
	case key < 0 || part < 0:
		return min(max(key, -2), max(part, -2), -1)
	}
	return key | part
}

// evalLarge computes an expression for a batch of any size.
func evalLarge(c *expr.Context, e expr.Expr, b *types.Batch) (*types.Vec, error) {
	const piece = 64 * BatchSize
	if _, ok := e.(*expr.Column); ok || b.N <= piece {
		return e.Eval(c, b)
	}
	all := types.NewBuilder(e.Type())
	for from := 0; from < b.N; from += piece {
		if err := cancelled(c); err != nil {
			return nil, err
		}
		v, err := e.Eval(c, b.Slice(from, min(from+piece, b.N)))
		if err != nil {
			return nil, err
		}
		all.AppendVec(v)
	}
	return all.Vec(), nil
}
