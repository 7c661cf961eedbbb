package exec

import (
	"bytes"
	"hash/maphash"
)

// hashTable numbers different keys from 0, in the order of their first insertion. Keys
// are compared in full.
type hashTable struct {
	slots  []int32 // a key's number + 1; 0: free. As many as a power of two
	hashes []uint64
	ends   []int // of each key, where it ends in keys
	keys   []byte
}

var seed = maphash.MakeSeed()

// len is how many keys there are.
func (t *hashTable) len() int { return len(t.ends) }

func (t *hashTable) key(id int) []byte {
	from := 0
	if id > 0 {
		from = t.ends[id-1]
	}
	return t.keys[from:t.ends[id]]
}

// look finds a key's slot, or the free one for it.
func (t *hashTable) look(hash uint64, key []byte) int {
	mask := uint64(len(t.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		id := int(t.slots[at]) - 1
		if id < 0 || t.hashes[id] == hash && bytes.Equal(t.key(id), key) {
			return int(at)
		}
	}
}

// find is the key's number; -1 where it is not there.
func (t *hashTable) find(key []byte) int32 {
	if len(t.ends) == 0 {
		return -1
	}
	return t.slots[t.look(maphash.Bytes(seed, key), key)] - 1
}

// insert is the key's number, and whether it is new.
func (t *hashTable) insert(key []byte) (id int32, fresh bool) {
	if 2*len(t.ends) >= len(t.slots) {
		t.grow()
	}
	hash := maphash.Bytes(seed, key)
	at := t.look(hash, key)
	if id := t.slots[at]; id > 0 {
		return id - 1, false
	}
	t.keys = append(t.keys, key...)
	t.ends = append(t.ends, len(t.keys))
	t.hashes = append(t.hashes, hash)
	id = int32(len(t.ends))
	t.slots[at] = id
	return id - 1, true
}

func (t *hashTable) grow() {
	t.slots = make([]int32, max(16, 4*len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for id, hash := range t.hashes {
		at := hash & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = int32(id + 1)
	}
}
