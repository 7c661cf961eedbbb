package exec

import "math/bits"

// wordTable numbers different keys, each of so many words, from 0, in the order of their first insertion.
type wordTable struct {
	width int
	keys  []uint64   // of width words each, by number
	one   []wordSlot // as many as a power of two; where a key is one word
	many  []int32    // else: the number + 1, 0: free
	shift int
	touch int32 // what loads ahead gave; nobody needs it
}

// cached is how many slots are near the processor anyway.
const cached = 1 << 13

type wordSlot struct {
	key uint64
	id  int32 // + 1; 0: free
}

func newWordTable(width int) *wordTable { return &wordTable{width: width} }

func (t *wordTable) len() int { return len(t.keys) / t.width }

func hashWord(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0x9e3779b97f4a7c15, 0xa0761d6478bd642f)
	return hi ^ lo
}

func (t *wordTable) hash(key []uint64) uint64 {
	h := uint64(0)
	for _, w := range key {
		h = hashWord(h ^ w)
	}
	return h
}

var (
	slotPool slicePool[wordSlot]
	keyPool  slicePool[uint64]
)

// release gives the table's memory back: it is not used any more.
func (t *wordTable) release() {
	slotPool.put(t.one)
	keyPool.put(t.keys)
	t.one, t.keys = nil, nil
}

// room makes it for n keys in all.
func (t *wordTable) room(n int) {
	if 2*n <= max(len(t.one), len(t.many)) {
		return
	}
	if n > 1<<10 && n < 1<<19 {
		n *= 2 // it grows on
	}
	t.resize(1 << bits.Len(uint(max(2*n-1, 31))))
}

// resize gives it so many slots, a power of two.
func (t *wordTable) resize(slots int) {
	t.shift = 64 - bits.Len(uint(slots-1))
	if t.width == 1 {
		slotPool.put(t.one)
		t.one = slotPool.get(slots)
		clear(t.one)
		for id, key := range t.keys {
			at := int(hashWord(key) >> t.shift)
			for t.one[at].id != 0 {
				at = (at + 1) & (slots - 1)
			}
			t.one[at] = wordSlot{key, int32(id + 1)}
		}
		return
	}
	t.many = make([]int32, slots)
	for id := range t.len() {
		at := int(t.hash(t.keys[id*t.width:(id+1)*t.width]) >> t.shift)
		for t.many[at] != 0 {
			at = (at + 1) & (slots - 1)
		}
		t.many[at] = int32(id + 1)
	}
}

// expect makes it for n keys in all at once.
func (t *wordTable) expect(n int) {
	if n*t.width > cap(t.keys) {
		keys := append(keyPool.get(n * t.width)[:0], t.keys...)
		keyPool.put(t.keys)
		t.keys = keys
	}
	if slots := 1 << bits.Len(uint(max(2*n-1, 31))); slots > max(len(t.one), len(t.many)) {
		t.resize(slots)
	}
}

// insert appends the numbers of keys to ids and, to fresh, which of the keys are new.
func (t *wordTable) insert(words []uint64, ids, fresh []int32) (_, _ []int32) {
	n := len(words) / t.width
	if t.width > 1 {
		return t.insertMany(words, n, ids, fresh)
	}
	const step = 1024 // the table is made for so many new ones at a time
	for from := 0; from < n; from += step {
		to := min(from+step, n)
		t.room(t.len() + to - from)
		slots, shift := t.one, t.shift&63
		mask := len(slots) - 1
		if len(slots) > cached {
			// Loads that do not wait for one another bring the slots near before they are looked at one by one.
			touch := int32(0)
			for _, key := range words[from:to] {
				touch |= slots[int(hashWord(key)>>shift)&mask].id
			}
			t.touch = touch
		}
		for i, key := range words[from:to] {
			at := int(hashWord(key)>>shift) & mask
			for slots[at].id != 0 && slots[at].key != key {
				at = (at + 1) & mask
			}
			if slots[at].id == 0 {
				t.keys = append(t.keys, key)
				slots[at] = wordSlot{key, int32(len(t.keys))}
				fresh = append(fresh, int32(from+i))
			}
			ids = append(ids, slots[at].id-1)
		}
	}
	return ids, fresh
}

func (t *wordTable) insertMany(words []uint64, n int, ids, fresh []int32) (_, _ []int32) {
	const step = 1024
	for i := range n {
		if i%step == 0 {
			t.room(t.len() + min(step, n-i))
		}
		key := words[i*t.width : (i+1)*t.width]
		id := t.look(key)
		at := id.at
		if id.id == 0 {
			t.keys = append(t.keys, key...)
			id.id = int32(t.len())
			t.many[at] = id.id
			fresh = append(fresh, int32(i))
		}
		ids = append(ids, id.id-1)
	}
	return ids, fresh
}

// has tells whether a key is there.
func (t *wordTable) has(key []uint64) bool {
	switch {
	case len(t.keys) == 0:
		return false
	case t.width > 1:
		return t.look(key).id != 0
	}
	mask := len(t.one) - 1
	at := int(hashWord(key[0])>>t.shift) & mask
	for t.one[at].id != 0 && t.one[at].key != key[0] {
		at = (at + 1) & mask
	}
	return t.one[at].id != 0
}

// place is where a key is, or would be.
type place struct {
	at int
	id int32 // + 1; 0: it is not there
}

func (t *wordTable) look(key []uint64) place {
	mask := len(t.many) - 1
next:
	for at := int(t.hash(key) >> t.shift); ; at = (at + 1) & mask {
		id := t.many[at]
		if id == 0 {
			return place{at, 0}
		}
		has := t.keys[int(id-1)*t.width : int(id)*t.width]
		for w, x := range key {
			if has[w] != x {
				continue next
			}
		}
		return place{at, id}
	}
}
