package exec

import (
	"bytes"
	"hash/maphash"
)

// hashTable numbers different keys from 0, in the order of their first insertion. Keys
// are compared in full.
type hashTable struct {
	slots []slot // as many as a power of two
	ends  []int  // of each key, where it ends in keys
	keys  []byte
}

// slot is a place for a key: half of its hash, which tells most others from it without a look at them,
// and its number + 1, 0 where the place is free.
type slot struct {
	hash uint32
	id   int32
}

var seed = maphash.MakeSeed()

func (t *hashTable) key(id int32) []byte {
	from := 0
	if id > 0 {
		from = t.ends[id-1]
	}
	return t.keys[from:t.ends[id]]
}

// look finds a key's slot, or the free one for it.
func (t *hashTable) look(hash uint64, key []byte) *slot {
	mask := uint64(len(t.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		s := &t.slots[at]
		if s.id == 0 || s.hash == uint32(hash>>32) && bytes.Equal(t.key(s.id-1), key) {
			return s
		}
	}
}

// find is the key's number; -1 where it is not there.
func (t *hashTable) find(key []byte) int32 {
	if len(t.ends) == 0 {
		return -1
	}
	return t.look(maphash.Bytes(seed, key), key).id - 1
}

// insert is the key's number, and whether it is new.
func (t *hashTable) insert(key []byte) (id int32, fresh bool) {
	if 2*len(t.ends) >= len(t.slots) {
		t.grow()
	}
	hash := maphash.Bytes(seed, key)
	s := t.look(hash, key)
	if s.id > 0 {
		return s.id - 1, false
	}
	*s = t.add(hash, key)
	return s.id - 1, true
}

// manyKeys is keys that are inserted together: loads that do not wait for one another bring their places near before they are
// looked at one by one.
type manyKeys struct {
	keys   []byte
	ends   []int // of each, where it ends in keys
	hashes []uint64
	touch  int // what loads ahead gave; nobody needs it
}

// insertAll appends the numbers of the keys of a batch, none of which is empty. The batch is, then.
func (t *hashTable) insertAll(to []int32, b *manyKeys) []int32 {
	for 2*(len(t.ends)+len(b.ends)) >= len(t.slots) {
		t.grow()
	}
	b.hashes = b.hashes[:0]
	from := 0
	for _, end := range b.ends {
		b.hashes = append(b.hashes, maphash.Bytes(seed, b.keys[from:end]))
		from = end
	}
	if mask := uint64(len(t.slots) - 1); len(t.slots) > cached {
		touch := 0
		for _, hash := range b.hashes {
			touch |= int(t.slots[hash&mask].id)
		}
		for _, hash := range b.hashes {
			if s := t.slots[hash&mask]; s.id > 1 && s.hash == uint32(hash>>32) {
				touch |= int(t.keys[t.ends[s.id-2]])
			}
		}
		b.touch = touch
	}
	from = 0
	for i, end := range b.ends {
		key := b.keys[from:end]
		from = end
		s := t.look(b.hashes[i], key)
		if s.id == 0 {
			*s = t.add(b.hashes[i], key)
		}
		to = append(to, s.id-1)
	}
	b.keys, b.ends = b.keys[:0], b.ends[:0]
	return to
}

// add appends a key that is not there.
func (t *hashTable) add(hash uint64, key []byte) slot {
	t.keys = append(t.keys, key...)
	t.ends = append(t.ends, len(t.keys))
	return slot{uint32(hash >> 32), int32(len(t.ends))}
}

func (t *hashTable) grow() {
	t.slots = make([]slot, max(16, 4*len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for id := range int32(len(t.ends)) {
		hash := maphash.Bytes(seed, t.key(id))
		at := hash & mask
		for t.slots[at].id != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = slot{uint32(hash >> 32), id + 1}
	}
}
