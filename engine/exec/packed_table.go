package exec

import "math/bits"

// packedTable numbers different packed keys from 0, in the order of their first insertion. It does not grow.
type packedTable struct {
	slots []packedSlot // as many as a power of two, at least twice the keys
	shift int          // of a hash, to be a slot's index
	n     int32
}

type packedSlot struct {
	key int64
	id  int32 // + 1; 0: free
}

// newPackedTable has room for so many keys.
func newPackedTable(keys int) *packedTable {
	log := bits.Len(uint(2*keys) | 15)
	return &packedTable{slots: make([]packedSlot, 1<<log), shift: 64 - log}
}

// look finds a key's slot, or the free one for it.
func (t *packedTable) look(key int64) *packedSlot {
	const golden = 0x9e3779b97f4a7c15 // Fibonacci hashing: the upper bits of the product
	for at := int(uint64(key) * golden >> t.shift); ; at = (at + 1) & (len(t.slots) - 1) {
		if s := &t.slots[at]; s.id == 0 || s.key == key {
			return s
		}
	}
}

// find is the key's number; -1 where it is not there.
func (t *packedTable) find(key int64) int32 { return t.look(key).id - 1 }

// insert is the key's number.
func (t *packedTable) insert(key int64) int32 {
	s := t.look(key)
	if s.id == 0 {
		t.n++
		*s = packedSlot{key, t.n}
	}
	return s.id - 1
}
