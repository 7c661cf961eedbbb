package exec

import (
	"math"
	"math/bits"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// keyWords packs the values of a row's key columns into words of 64 bits: two rows have the same
// words iff their values are equal, NULL to NULL. Numbers and dates take the bits that those seen
// so far need; other values are numbered by an interner. Where a value does not fit, its column
// gets more bits, and the words that there are have to be made anew: see repack.
type keyWords struct {
	columns []keyColumn
	width   int // words of a row
}

// keyColumn is a column's place in the words. Its code is a number less than 1<<bits: 0 of NULL, but of an
// interned value, which has NULL among the numbers, of a double, of which it is nullDouble, and of a whole number of 64 bits,
// whose NULL has a bit elsewhere.
type keyColumn struct {
	interner *interner // nil: a number
	float    bool
	shift    int // low bits that all numbers have as zeros: those of the time in a date
	bits     int
	word     int
	at       int
	nullWord int // of a whole number of 64 bits
	nullAt   int

	ids []int32
}

// nullDouble is the code of a double that is NULL: the bits of none, as values are never NaN.
const nullDouble = math.MaxUint64

func newKeyWords(ts []*types.Type) *keyWords {
	k := &keyWords{columns: make([]keyColumn, len(ts))}
	for i, t := range ts {
		c := &k.columns[i]
		switch {
		case t.Kind == types.Float:
			c.float, c.bits = true, 64
		case t.Kind == types.Date:
			c.shift, c.bits = 41, 24
		case t.Kind == types.DateTime:
			c.shift, c.bits = 24, 43
		case isIntegral(t.Kind):
			c.bits = 21 // three in a word
		default:
			c.interner, c.bits = newInterner(t), 21
		}
	}
	k.place()
	return k
}

// place lays the columns out.
func (k *keyWords) place() {
	word, at := 0, 0
	take := func(n int) (int, int) {
		if at+n > 64 {
			word, at = word+1, 0
		}
		at += n
		return word, at - n
	}
	for i := range k.columns {
		c := &k.columns[i]
		c.word, c.at = take(c.bits)
	}
	for i := range k.columns {
		if c := &k.columns[i]; c.bits == 64 && !c.float {
			c.nullWord, c.nullAt = take(1)
		}
	}
	k.width = word + 1
}

// pack appends the words of n rows. wide is a column that needs more bits, -1: all fit; then nothing is appended.
func (k *keyWords) pack(to []uint64, values []*types.Vec, n int) (words []uint64, wide int) {
	start := len(to)
	to = slices.Grow(to, n*k.width)[:start+n*k.width]
	words = to[start:]
	clear(words)
	for i := range k.columns {
		c := &k.columns[i]
		if c.interner != nil {
			c.ids = c.interner.number(c.ids[:0], values[i], n)
		}
		if !c.pack(words, k.width, values[i], n) {
			return to[:start], i
		}
	}
	return to, -1
}

// find is the words of n rows, those of a row with a value that was not seen or does not fit aside: out has these.
func (k *keyWords) find(values []*types.Vec, n int, out []bool) []uint64 {
	words := make([]uint64, n*k.width)
	for j := range k.columns {
		c := &k.columns[j]
		if c.interner != nil {
			for i := range n {
				id := c.interner.find(values[j], i)
				if out[i] = out[i] || id < 0; id >= 0 {
					words[i*k.width+c.word] |= uint64(id) << c.at
				}
			}
			continue
		}
		if at := make([]uint64, len(words)); c.pack(at, k.width, values[j], n) {
			for i, w := range at {
				words[i] |= w
			}
			continue
		}
		for i := range n {
			at := make([]uint64, k.width)
			out[i] = !c.pack(at, k.width, values[j].Slice(i, i+1), 1) || out[i]
			for w, x := range at {
				words[i*k.width+w] |= x
			}
		}
	}
	return words
}

// pack puts the codes of n rows into the words; false where one does not fit.
func (c *keyColumn) pack(words []uint64, width int, v *types.Vec, n int) bool {
	at := c.word
	if c.interner != nil {
		for _, id := range c.ids {
			words[at] |= uint64(id) << c.at
			at += width
		}
		return n == 0 || bits.Len32(uint32(slices.Max(c.ids))) <= c.bits
	}
	if c.float {
		for i := range n {
			words[at] = nullDouble
			if !v.Null(i) {
				words[at] = math.Float64bits(v.F[v.At(i)] + 0) // -0 is 0
			}
			at += width
		}
		return true
	}
	if v.Kind == types.Null {
		if c.bits == 64 {
			for i := range n {
				words[i*width+c.nullWord] |= 1 << c.nullAt
			}
		}
		return true
	}
	if c.bits == 64 {
		for i := range n {
			if v.Null(i) {
				words[i*width+c.nullWord] |= 1 << c.nullAt
			} else {
				words[i*width+c.word] = uint64(v.I[v.At(i)])
			}
		}
		return true
	}
	bias, limit := int64(1)<<(c.bits-1), uint64(1)<<c.bits-1
	low := int64(1)<<c.shift - 1
	lost, high := int64(0), uint64(0)
	if v.Same() || v.Nulls != nil {
		for i := range n {
			if !v.Null(i) {
				x := v.I[v.At(i)]
				code := uint64(x>>c.shift + bias)
				lost, high = lost|x&low, max(high, code)
				words[at] |= (code + 1) << c.at
			}
			at += width
		}
	} else {
		for _, x := range v.I[:n] {
			code := uint64(x>>c.shift + bias)
			lost, high = lost|x&low, max(high, code)
			words[at] |= (code + 1) << c.at
			at += width
		}
	}
	return lost == 0 && high < limit
}

// widen gives a column more bits.
func (k *keyWords) widen(column int) {
	c := &k.columns[column]
	if c.shift == 0 && c.bits < 32 {
		c.bits = 32
	} else {
		c.shift, c.bits = 0, 64
	}
	k.place()
}

// repack makes words of the layout before, k, ones of the next.
func (k *keyWords) repack(words []uint64, next *keyWords) []uint64 {
	n := len(words) / k.width
	out := make([]uint64, n*next.width)
	for i := range k.columns {
		from, to := &k.columns[i], &next.columns[i]
		for r := range n {
			row, made := words[r*k.width:], out[r*next.width:]
			code := row[from.word] >> from.at
			if from.bits < 64 {
				code &= 1<<from.bits - 1
			}
			null := code == 0
			if from.bits == 64 && !from.float {
				null = row[from.nullWord]>>from.nullAt&1 != 0
			}
			switch {
			case from.interner != nil:
				made[to.word] |= code << to.at
			case from.float:
				made[to.word] = code
			case null && to.bits == 64:
				made[to.nullWord] |= 1 << to.nullAt
			case null:
			case from.bits == 64:
				made[to.word] |= code
			default:
				x := (int64(code-1) - int64(1)<<(from.bits-1)) << from.shift
				if to.bits == 64 {
					made[to.word] = uint64(x)
				} else {
					made[to.word] |= (uint64(x>>to.shift+int64(1)<<(to.bits-1)) + 1) << to.at
				}
			}
		}
	}
	return out
}

// clone is a copy of the layout.
func (k *keyWords) clone() *keyWords {
	return &keyWords{slices.Clone(k.columns), k.width}
}
