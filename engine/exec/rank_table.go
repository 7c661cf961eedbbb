package exec

import "math/bits"

// rankTable numbers packed keys from 0 by their order: a key's number is how many bits are set below its own.
type rankTable []rankWord

type rankWord struct {
	bits   uint64
	before int32 // bits that are set in the words before
}

// rankedWidth is how many numbers a key may have, for each that there is, to be ranked: a word of 16 bytes has 64.
const rankedWidth = 128

// newRankTable is that of the keys, of which negative ones are none, less than width; and how many different ones there are.
func newRankTable(keys []int64, width uint64) (t rankTable, n int) {
	t = make(rankTable, width>>6+1)
	for _, key := range keys {
		if key >= 0 {
			t[key>>6].bits |= 1 << (key & 63)
		}
	}
	for i := range t {
		t[i].before = int32(n)
		n += bits.OnesCount64(t[i].bits)
	}
	return t, n
}

// find is the key's number; -1 where it is not there. It is less than the width.
func (t rankTable) find(key int64) int32 {
	w, bit := &t[key>>6], uint64(1)<<(key&63)
	if w.bits&bit == 0 {
		return -1
	}
	return w.before + int32(bits.OnesCount64(w.bits&(bit-1)))
}
