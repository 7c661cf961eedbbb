package exec

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// normalKey is a sort key as numbers of so many bits, one a row, that are in the order of the key: descending ones
// are turned round, NULL is the lowest value. Rows have the same number iff their values are equal.
type normalKey struct {
	codes []uint64
	bits  int
}

// newNormalKey makes it of the n values.
func newNormalKey(c *expr.Context, of sortKey, n int) (k normalKey, err error) {
	v := of.v
	k.codes = codePool.get(n)
	clear(k.codes)
	if v.Kind == types.Null || v.Same() || n == 0 {
		return k, cancelled(c)
	}
	switch v.Kind {
	case types.Float:
		for i, f := range v.F[:n] {
			k.codes[i] = floatOrder(f)
		}
	case types.String:
		switch {
		case v.Dict != nil && of.any && len(v.Dict.Values) <= 4*n:
			classes, _ := classesOf(v.Dict, of.t.Collation, true)
			for i, code := range v.Codes[:n] {
				if classes != nil {
					code = classes[code]
				}
				k.codes[i] = uint64(code)
			}
		case v.Dict != nil:
			ranks, err := dictRanks(c, v, n, of.t.Collation)
			if err != nil {
				return k, err
			}
			for i, code := range v.Codes[:n] {
				k.codes[i] = uint64(ranks[code])
			}
		default:
			var order func(i, j int32) int
			if order, err = stringOrder(c, v.S[:n], v, of.t.Collation); err == nil {
				err = k.rank(c, v, order)
			}
		}
	case types.Decimal:
		if digits, ok := v.Digits(codeDigits.get(n)[:0], n, of.t.Scale); ok {
			for i, x := range digits {
				k.codes[i] = uint64(x) ^ 1<<63
			}
			codeDigits.put(digits)
			break
		}
		err = k.rank(c, v, func(i, j int32) int { return v.D[i].Cmp(v.D[j]) })
	case types.JSON:
		err = k.rank(c, v, func(i, j int32) int { return json.Compare(v.S[i], v.S[j]) })
	case types.Uint, types.Bit, types.Set:
		for i, x := range v.I[:n] {
			k.codes[i] = uint64(x)
		}
	default:
		for i, x := range v.I[:n] {
			k.codes[i] = uint64(x) ^ 1<<63
		}
	}
	if err == nil {
		err = k.compact(c, v, of.desc)
	}
	return k, err
}

// compact subtracts the least number, so that few bits are enough, makes room for NULL, and turns round.
func (k *normalKey) compact(c *expr.Context, v *types.Vec, desc bool) error {
	least, most := uint64(math.MaxUint64), uint64(0)
	common := uint64(0) // the bits in which numbers differ
	for i, x := range k.codes {
		if v.Nulls == nil || !v.Nulls[i] {
			least, most = min(least, x), max(most, x)
			common |= x ^ k.codes[0]
		}
	}
	if least > most { // only NULLs
		clear(k.codes)
		return nil
	}
	null := uint64(0)
	shift := 0
	if v.Nulls == nil {
		shift = min(bits.TrailingZeros64(common), 63)
	} else if null = 1; most-least == math.MaxUint64 {
		if err := k.spread(c); err != nil {
			return err
		}
		least, most = 0, uint64(len(k.codes))
	}
	most = (most-least)>>shift + null
	for i, x := range k.codes {
		if v.Nulls != nil && v.Nulls[i] {
			x = 0
		} else {
			x = (x-least)>>shift + null
		}
		if desc {
			x = most - x
		}
		k.codes[i] = x
	}
	k.bits = bits.Len64(most)
	return cancelled(c)
}

// spread makes the numbers 64 bits or less: their places among the different ones.
func (k *normalKey) spread(c *expr.Context) error {
	sorted := slices.Clone(k.codes)
	if err := sortFunc(c, sorted, cmp.Compare[uint64]); err != nil {
		return err
	}
	sorted = slices.Compact(sorted)
	return steps(c, len(k.codes), func(from, to int) {
		for i, x := range k.codes[from:to] {
			at, _ := slices.BinarySearch(sorted, x)
			k.codes[from+i] = uint64(at)
		}
	})
}

// rank numbers the values by a comparison of two rows, neither of which is NULL.
func (k *normalKey) rank(c *expr.Context, v *types.Vec, compare func(i, j int32) int) error {
	rows := make([]int32, 0, len(k.codes))
	for i := range k.codes {
		if v.Nulls == nil || !v.Nulls[i] {
			rows = append(rows, int32(i))
		}
	}
	if err := sortFunc(c, rows, compare); err != nil {
		return err
	}
	rank := uint64(0)
	for i, r := range rows {
		if i > 0 && compare(rows[i-1], r) != 0 {
			rank++
		}
		k.codes[r] = rank
	}
	return nil
}

// stringOrder compares rows by the strings that order them.
func stringOrder(c *expr.Context, s []string, v *types.Vec, by types.Collation) (func(i, j int32) int, error) {
	keys, err := collationKeys(c, s, by)
	if err != nil {
		return nil, err
	}
	heads := make([]uint64, len(s))
	for i := range keys {
		if v.Nulls == nil || !v.Nulls[i] {
			heads[i] = head(keys[i])
		}
	}
	return func(i, j int32) int {
		if heads[i] != heads[j] {
			return cmp.Compare(heads[i], heads[j])
		}
		return strings.Compare(keys[i], keys[j])
	}, nil
}

// head is the first eight bytes, in whose order strings are as far as they differ in them.
func head(s string) uint64 {
	if len(s) >= 8 {
		return binary.BigEndian.Uint64([]byte(s[:8]))
	}
	var b [8]byte
	copy(b[:], s)
	return binary.BigEndian.Uint64(b[:])
}

// floatOrder is a number that is ordered as the float is.
func floatOrder(f float64) uint64 {
	if f == 0 {
		f = 0 // not -0
	}
	x := math.Float64bits(f)
	if x>>63 != 0 {
		return ^x
	}
	return x | 1<<63
}

// The words of sorts.
var (
	codePool    slicePool[uint64]
	codeDigits  slicePool[int64]
	sortRowPool slicePool[sortRow]
)

// releaseKeys gives the keys' memory back: they are not used any more.
func releaseKeys(keys []normalKey) {
	for _, k := range keys {
		codePool.put(k.codes)
	}
}

// normalKeys makes all of a sort's keys.
func normalKeys(c *expr.Context, n int, keys []sortKey) ([]normalKey, error) {
	out := make([]normalKey, len(keys))
	one := func(c *expr.Context, i int) (err error) {
		out[i], err = newNormalKey(c, keys[i], n)
		return err
	}
	if piecesOf(c, n) > 1 {
		return out, each(c, len(keys), one)
	}
	for i := range keys {
		if err := one(c, i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sortRow is a row in the making of an order, with bits of its keys.
type sortRow struct {
	word uint64
	row  int32
}

// sortRows is the order of n rows by the keys, stably. Its error is a cancellation.
func sortRows(c *expr.Context, n int, keys []normalKey) ([]int32, error) {
	if inOrder(n, keys) {
		order := make([]int32, n)
		for i := range order {
			order[i] = int32(i)
		}
		return order, nil
	}
	rows := sortRowPool.get(n)
	for i := range rows {
		rows[i].row = int32(i)
	}
	var spare []sortRow
	// From the last key to the first, as many at a time as fit a word: each sort keeps the order of the one before.
	for end := len(keys); end > 0; {
		from, width := end, 0
		for from > 0 && width+keys[from-1].bits <= 64 {
			from--
			width += keys[from].bits
		}
		if width > 0 {
			err := ranges(c, n, func(_ *expr.Context, _, first, last int) error {
				pack(rows[first:last], keys[from:end])
				return nil
			})
			if err != nil {
				return nil, err
			}
			if rows, spare, err = sortWords(c, rows, spare, width); err != nil {
				return nil, err
			}
		}
		end = from
	}
	order := make([]int32, n)
	for i, r := range rows {
		order[i] = r.row
	}
	sortRowPool.put(rows)
	sortRowPool.put(spare)
	return order, nil
}

// inOrder tells whether n rows are in the order of the keys: those of a table that was written in it, or of a window that
// sorted them.
func inOrder(n int, keys []normalKey) bool {
rows:
	for i := 1; i < n; i++ {
		for _, k := range keys {
			if k.codes[i-1] != k.codes[i] {
				if k.codes[i-1] > k.codes[i] {
					return false
				}
				continue rows
			}
		}
	}
	return true
}

// asTheyAre tells whether an order is that of the rows as they are.
func asTheyAre(order []int32) bool {
	for i, row := range order {
		if int(row) != i {
			return false
		}
	}
	return true
}

// pack puts the keys into the rows' words, the first the highest.
func pack(rows []sortRow, keys []normalKey) {
	for k, key := range keys {
		codes, bits := key.codes, key.bits
		if k == 0 {
			for i := range rows {
				rows[i].word = codes[rows[i].row]
			}
			continue
		}
		for i := range rows {
			rows[i].word = rows[i].word<<bits | codes[rows[i].row]
		}
	}
}

// radixBits are the bits by which rows are put into buckets at once.
const radixBits = 11

// sortWords sorts by words of so many bits, stably: few rows by comparisons, others by buckets. It may swap the slices.
func sortWords(c *expr.Context, rows, spare []sortRow, width int) (_, _ []sortRow, _ error) {
	if len(rows) < 512 {
		slices.SortStableFunc(rows, func(a, b sortRow) int { return cmp.Compare(a.word, b.word) })
		return rows, spare, nil
	}
	if spare == nil {
		spare = sortRowPool.get(len(rows))
	}
	passes := (width + radixBits - 1) / radixBits
	step := (width + passes - 1) / passes
	counts := make([][]int32, piecesOf(c, len(rows))) // of the rows of each piece, by bucket
	for i := range counts {
		counts[i] = make([]int32, 1<<step)
	}
	mask := uint64(1)<<step - 1
	for shift := 0; shift < width; shift += step {
		if err := ranges(c, len(rows), func(c *expr.Context, piece, first, last int) error {
			counts := counts[piece]
			clear(counts)
			return steps(c, last-first, func(from, to int) {
				for _, r := range rows[first+from : first+to] {
					counts[r.word>>shift&mask]++
				}
			})
		}); err != nil {
			return nil, nil, err
		}
		at := int32(0)
		for b := range counts[0] {
			for _, counts := range counts { // earlier pieces come first: that is stable
				counts[b], at = at, at+counts[b]
			}
		}
		if err := ranges(c, len(rows), func(c *expr.Context, piece, first, last int) error {
			counts := counts[piece]
			return steps(c, last-first, func(from, to int) {
				for _, r := range rows[first+from : first+to] {
					b := r.word >> shift & mask
					spare[counts[b]] = r
					counts[b]++
				}
			})
		}); err != nil {
			return nil, nil, err
		}
		rows, spare = spare, rows
	}
	return rows, spare, nil
}
