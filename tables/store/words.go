package store

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
	"slices"
	"unsafe"
)

// Words are different strings, numbered in the order in which they came: a column's values may
// be appended by these numbers ([Words.Values]). They are one goroutine's, but for the numbers
// of [Words.Values], and of one transaction's rows: a commit may make them a column's dictionary.
type Words struct {
	values []string
	codes  *codeTable // nil: there are none
	texts  arena
	bytes  int64 // that they take
	told   int64 // of these, what Values has told
}

// ahead is how many strings are looked for at a time: each waits for memory, and they do so together as nothing but the
// waiting is done for all of them.
const ahead = 32

// Codes are the numbers of strings, of which nothing is kept, in the memory of into where that is large enough. What is
// NULL has none, but 0.
func (w *Words) Codes(into []uint32, strings []string, nulls []bool) []uint32 {
	if w.codes == nil {
		w.codes = new(codeTable)
	}
	codes := slices.Grow(into[:0], len(strings))[:len(strings)]
	clear(codes)
	var texts [ahead]shortText
	var hashes [ahead]uint32
	var slots [ahead]codeSlot
	for from := 0; from < len(strings); from += ahead {
		some := strings[from:min(from+ahead, len(strings))]
		for i, s := range some {
			texts[i], hashes[i] = hashOf(s)
		}
		if all := w.codes.slots; len(all) > 0 {
			mask := uint32(len(all) - 1)
			for i := range hashes {
				slots[i] = all[hashes[i]&mask]
			}
		}
		for i, s := range some {
			if nulls != nil && nulls[from+i] {
				continue
			}
			if slot := &slots[i]; slot.code > 0 && slot.text == texts[i] && texts[i] != (shortText{}) {
				codes[from+i] = slot.code - 1
				continue
			}
			w.codes.reserve()
			code, slot := w.codes.search(w.values, s, texts[i], hashes[i])
			if slot != nil {
				code = uint32(len(w.values))
				if len(w.values) == cap(w.values) {
					w.values = slices.Grow(w.values, max(len(w.values), ahead)) // twice: append takes a quarter more, and leaves much
				}
				w.values = append(w.values, w.texts.clone(s))
				*slot = codeSlot{texts[i], hashes[i], code + 1}
				w.codes.taken++
				w.bytes += stringBytes + int64(len(s))
			}
			codes[from+i] = code
		}
	}
	return codes
}

// Values are the values of rows by their numbers.
func (w *Words) Values(codes []uint32, nulls []bool) Values {
	v := Values{Codes: codes, Nulls: nulls, words: w, texts: w.values, wordBytes: w.bytes - w.told}
	w.told = w.bytes
	return v
}

// Texts are the values of a String.
func (v *Values) Texts() []string {
	if v.words == nil {
		return v.Strings
	}
	texts := make([]string, len(v.Codes))
	for i, code := range v.Codes {
		if !at(v.Nulls, i) {
			texts[i] = v.texts[code]
		}
	}
	return texts
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
			code, more := d.code(w.values[c], by)
			to[c], bytes = code+1, bytes+more
		}
		own[i] = to[c] - 1
	}
	return own, bytes
}

// shortText is a string of at most 15 bytes: these, little-endian, and its length as the last byte. That of a longer one
// is zero, which no string has.
type shortText struct{ low, high uint64 }

const mostShort = 15

func shortTextOf(s string) (t shortText) {
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	switch n := len(b); {
	case n > mostShort:
		return shortText{}
	case n >= 8:
		t.low = binary.LittleEndian.Uint64(b)
		t.high = binary.LittleEndian.Uint64(b[n-8:]) >> (8 * (16 - n))
	case n >= 4:
		t.low = uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<(8*(n-4))
	default:
		for i, c := range b {
			t.low |= uint64(c) << (8 * i)
		}
	}
	t.high |= uint64(len(b)+1) << 56
	return t
}

var (
	hashSeed = maphash.MakeSeed()
	lowSeed  = rand.Uint64()
	highSeed = rand.Uint64()
)

// hashOf is a string's hash, of a short one by a product of its halves (the mixing of wyhash).
func hashOf(s string) (shortText, uint32) {
	t := shortTextOf(s)
	if t == (shortText{}) {
		return t, uint32(maphash.String(hashSeed, s))
	}
	high, low := bits.Mul64(t.low^lowSeed, t.high^highSeed)
	return t, uint32((high ^ low) >> 16)
}

// codeTable finds the numbers of strings by open addressing. A slot has a short string itself: finding it reads nothing
// else.
type codeTable struct {
	slots []codeSlot
	taken int
	other bool // it may know numbers that values have not, or for other strings
}

type codeSlot struct {
	text shortText
	hash uint32
	code uint32 // one more; 0: the slot is free
}

const slotsPerPage = 4096 / int(unsafe.Sizeof(codeSlot{}))

// find is the number of a string with the hash among values.
func (t *codeTable) find(values []string, s string, text shortText, hash uint32) (code uint32, ok bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	code, free := t.search(values, s, text, hash)
	return code, free == nil
}

// search is find in a table with slots: where there is no such string, free is the slot for it.
func (t *codeTable) search(values []string, s string, text shortText, hash uint32) (code uint32, free *codeSlot) {
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := &t.slots[i]
		if slot.code == 0 {
			return 0, slot
		}
		if slot.hash != hash || slot.text != text {
			continue
		}
		code = slot.code - 1
		if text != (shortText{}) && !t.other || int(code) < len(values) && values[code] == s {
			return code, nil
		}
	}
}

// add adds a number that find does not find.
func (t *codeTable) add(text shortText, hash, code uint32) {
	t.reserve()
	t.put(codeSlot{text, hash, code + 1})
	t.taken++
}

// reserve makes room for one more.
func (t *codeTable) reserve() {
	if 4*(t.taken+1) <= 3*len(t.slots) {
		return
	}
	old := t.slots
	t.slots = make([]codeSlot, max(8, 2*len(old)))
	for i := 0; i < len(t.slots); i += slotsPerPage {
		t.slots[i].code = 0 // a page that is written first, and not read, is mapped once
	}
	for _, slot := range old {
		if slot.code != 0 {
			t.put(slot)
		}
	}
}

func (t *codeTable) put(slot codeSlot) {
	mask := uint32(len(t.slots) - 1)
	i := slot.hash & mask
	for t.slots[i].code != 0 {
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
