package store

import (
	"hash/maphash"
	"unsafe"
)

// Words are different strings, numbered in the order in which they came: a column's values may
// be appended by these numbers ([Words.Values]). They are one goroutine's, but for the numbers
// of [Words.Values].
type Words struct {
	values []string
	hashes []uint32
	codes  codeTable
	texts  arena
	bytes  int64 // that they take
	told   int64 // of these, what Values has told
}

// Code is the number of a string, of which nothing is kept.
func (w *Words) Code(s string) uint32 {
	h := hashOf(s)
	code, ok := w.codes.find(w.values, s, h)
	if !ok {
		code = uint32(len(w.values))
		w.values, w.hashes = append(w.values, w.texts.clone(s)), append(w.hashes, h)
		w.codes.add(h, code)
		w.bytes += stringBytes + int64(len(s))
	}
	return code
}

// Values are the values of rows by their numbers, which become the store's.
func (w *Words) Values(codes []uint32, nulls []bool) Values {
	v := Values{Codes: codes, Nulls: nulls, words: w, texts: w.values, wordBytes: w.bytes - w.told}
	w.told = w.bytes
	return v
}

// recode gives the words that codes name their numbers in a dictionary; to has those that are
// known, one more, and 0 for the others. It returns the bytes that new ones take.
func (w *Words) recode(codes []uint32, nulls []bool, d *dictionary, by *lineage, to []uint32) (own []uint32, bytes int64) {
	own = make([]uint32, len(codes))
	for i, c := range codes {
		if nulls != nil && nulls[i] {
			continue
		}
		if to[c] == 0 {
			code, more := d.hashed(w.values[c], w.hashes[c], by)
			to[c], bytes = code+1, bytes+more
		}
		own[i] = to[c] - 1
	}
	return own, bytes
}

// codeTable finds the numbers of strings by open addressing: a slot has the hash and, one more,
// the number.
type codeTable struct {
	slots []uint64
	taken int
}

var hashSeed = maphash.MakeSeed()

func hashOf(s string) uint32 { return uint32(maphash.String(hashSeed, s)) }

// find is the number of a string with the hash among values. A number that values do not have,
// or have for another string, does not count.
func (t *codeTable) find(values []string, s string, hash uint32) (code uint32, ok bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := t.slots[i]
		if slot == 0 {
			return 0, false
		}
		if uint32(slot>>32) != hash {
			continue
		}
		if code = uint32(slot) - 1; int(code) < len(values) && values[code] == s {
			return code, true
		}
	}
}

// add adds a number that find does not find.
func (t *codeTable) add(hash, code uint32) {
	if 4*(t.taken+1) > 3*len(t.slots) {
		old := t.slots
		t.slots = make([]uint64, max(8, 2*len(old)))
		for _, slot := range old {
			if slot != 0 {
				t.put(slot)
			}
		}
	}
	t.put(uint64(hash)<<32 | uint64(code+1))
	t.taken++
}

func (t *codeTable) put(slot uint64) {
	mask := uint32(len(t.slots) - 1)
	i := uint32(slot>>32) & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = slot
}

// arena copies strings into memory that many share: the collector has one thing to look after
// in place of each.
type arena struct{ free []byte }

const (
	leastArena = 256
	mostArena  = 1 << 15
)

func (a *arena) clone(s string) string {
	if len(s) > cap(a.free)-len(a.free) {
		if len(s) > mostArena/4 {
			return string([]byte(s))
		}
		a.free = make([]byte, 0, min(max(2*cap(a.free), leastArena, len(s)), mostArena))
	}
	at := len(a.free)
	a.free = append(a.free, s...)
	return unsafe.String(unsafe.SliceData(a.free[at:]), len(s)) // these bytes do not change any more
}
