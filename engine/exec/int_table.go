package exec

import (
	"math/bits"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// intTable is a hashTable of integers and NULL: it numbers them from 0, in the order of their first insertion.
type intTable struct {
	slots []intSlot // as many as a power of two
	shift int       // of a hash, to be a slot's index
	n     int32
	null  int32 // the number of NULL, -1: none yet
}

type intSlot struct {
	key int64
	id  int32 // + 1; 0: free
}

// newIntTable has room for so many keys before it grows.
func newIntTable(keys int) *intTable {
	t := &intTable{null: -1}
	t.resize(max(16, 2*keys))
	return t
}

func (t *intTable) resize(slots int) {
	log := bits.Len(uint(slots - 1))
	t.slots, t.shift = make([]intSlot, 1<<log), 64-log
}

// look finds a key's slot, or the free one for it.
func (t *intTable) look(key int64) *intSlot {
	const golden = 0x9e3779b97f4a7c15 // Fibonacci hashing: the upper bits of the product
	for at := int(uint64(key) * golden >> t.shift); ; at = (at + 1) & (len(t.slots) - 1) {
		if s := &t.slots[at]; s.id == 0 || s.key == key {
			return s
		}
	}
}

// add appends the numbers of n rows to ids, and which of them are new to fresh.
func (t *intTable) add(v *types.Vec, n int, ids, fresh []int32) (_, _ []int32) {
	if v.Same() && n > 0 {
		id, isNew := t.insert(v, 0)
		if isNew {
			fresh = append(fresh, 0)
		}
		for range n {
			ids = append(ids, id)
		}
		return ids, fresh
	}
	plain := !v.HasNulls()
	for i := range n {
		if plain && t.n > 0 {
			if s := t.look(v.I[i]); s.id > 0 {
				ids = append(ids, s.id-1)
				continue
			}
		}
		id, isNew := t.insert(v, i)
		if ids = append(ids, id); isNew {
			fresh = append(fresh, int32(i))
		}
	}
	return ids, fresh
}

// insert is the number of row i of the vector, and whether it is new.
func (t *intTable) insert(v *types.Vec, i int) (id int32, fresh bool) {
	if v.Null(i) {
		if fresh = t.null < 0; fresh {
			t.null = t.n
			t.n++
		}
		return t.null, fresh
	}
	before := t.n
	id = t.number(v.I[v.At(i)])
	return id, t.n > before
}

// number is the number of a key.
func (t *intTable) number(key int64) int32 {
	if 2*int(t.n) >= len(t.slots) {
		t.grow()
	}
	s := t.look(key)
	if s.id == 0 {
		t.n++
		*s = intSlot{key, t.n}
	}
	return s.id - 1
}

func (t *intTable) grow() {
	before := t.slots
	t.resize(4 * len(before))
	for _, s := range before {
		if s.id > 0 {
			*t.look(s.key) = s
		}
	}
}
