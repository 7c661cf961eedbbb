package exec

import (
	"sync"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// textCodes numbers the texts of the right side of an equality from 0; texts that the collation calls equal are one. Of a
// dictionary it is found out once for each code that is there, on either side, not for each row.
type textCodes struct {
	table     hashTable
	collation types.Collation

	mu    sync.Mutex
	found map[*types.Dict][]atomic.Int32 // by code, what is known; workers share it
	last  *types.Dict                    // the one that find had last,
	known []atomic.Int32                 // and its codes
}

// A code of a dictionary is, as it is kept, one of these or numbered + a text's number.
const (
	unasked  = iota // nobody has asked yet
	nowhere         // the right side has no such text
	numbered        // 0
)

// number gives each of the right side's texts a number, NULL none.
func (t *textCodes) number(v *types.Vec, from, to int, out *types.Vec) {
	var key []byte
	one := func(i int) int64 {
		key = types.AppendKey(key[:0], v, i, t.collation)
		id, _ := t.table.insert(key)
		return int64(id)
	}
	known := t.codes(v, v.Len())
	for i := from; i < to; i++ {
		switch {
		case v.Null(i):
			out.SetNull(i)
		case known != nil:
			k := &known[v.Codes[v.At(i)]]
			if k.Load() == unasked {
				k.Store(int32(one(i)) + numbered)
			}
			out.I[i] = int64(k.Load()) - numbered
		default:
			out.I[i] = one(i)
		}
	}
}

// find gives each of n texts of the left side the number that it has on the right: -1, there is none; NULL of NULL.
func (t *textCodes) find(v *types.Vec, n int) *types.Vec {
	out := types.NewVec(&types.TypeInt, n)
	var key []byte
	one := func(i int) int64 {
		key = types.AppendKey(key[:0], v, i, t.collation)
		return int64(t.table.find(key))
	}
	if v.Same() && n > 0 && !v.Null(0) {
		id := one(0)
		for i := range n {
			out.I[i] = id
		}
		return out
	}
	known := t.codes(v, n)
	for i := range n {
		switch {
		case v.Null(i):
			out.SetNull(i)
		case known != nil:
			k := &known[v.Codes[v.At(i)]]
			id := k.Load()
			if id == unasked {
				id = int32(one(i)) + numbered
				k.Store(id)
			}
			out.I[i] = int64(id) - numbered
		default:
			out.I[i] = one(i)
		}
	}
	return out
}

// codes is what is known of the codes of a vector's dictionary; nil: it has none, or one that is too great for so many rows.
func (t *textCodes) codes(v *types.Vec, rows int) []atomic.Int32 {
	if v.Kind != types.String || v.Dict == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if v.Dict == t.last {
		return t.known
	}
	known := t.found[v.Dict]
	if known == nil {
		if len(v.Dict.Values) > dictionaryRows*rows {
			return nil
		}
		if t.found == nil {
			t.found = map[*types.Dict][]atomic.Int32{}
		}
		known = make([]atomic.Int32, len(v.Dict.Values))
		t.found[v.Dict] = known
	}
	t.last, t.known = v.Dict, known
	return known
}

func (t *textCodes) bytes() int64 {
	n := t.table.bytes()
	for _, known := range t.found {
		n += 4 * int64(len(known))
	}
	return n
}
