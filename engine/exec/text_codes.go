package exec

import (
	"sync"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// textCodes numbers the texts of the right side of an equality from 0; texts that the collation calls equal are one. Of a
// dictionary it is found out once for each code that is there, on either side, not for each row.
//
// Where all texts of the right are of one dictionary whose classes are known, see [types.Dict.Classes], it has the classes
// numbered, and makes keys of their texts only if the left has texts of elsewhere.
type textCodes struct {
	collation types.Collation
	table     hashTable

	only    *types.Dict // of all texts of the right; nil: the table has them
	classes []uint32    // then: of each code; nil: each is alone
	class   []uint32    // then: of each number
	keyed   sync.Once   // then: the table has them, too

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

// number gives each of the right side's texts a number, NULL none. It is called for all rows of one vector.
func (t *textCodes) number(v *types.Vec, from, to int, out *types.Vec) {
	var key []byte
	known := t.codes(v, v.Len())
	if from == 0 && known != nil {
		if classes, ok := classesOf(v.Dict, t.collation, len(v.Dict.Values) <= smallDictionary); ok {
			t.only, t.classes = v.Dict, classes
		}
	}
	one := func(i int) int64 {
		key = types.AppendKey(key[:0], v, i, t.collation)
		id, _ := t.table.insert(key)
		return int64(id)
	}
	if t.only != nil {
		one = func(i int) int64 {
			class := t.classOf(v.Codes[v.At(i)])
			if known[class].Load() == unasked {
				known[class].Store(int32(len(t.class)) + numbered)
				t.class = append(t.class, class)
			}
			return int64(known[class].Load()) - numbered
		}
	}
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

func (t *textCodes) classOf(code uint32) uint32 {
	if t.classes == nil {
		return code
	}
	return t.classes[code]
}

// key puts the texts that are numbered by their classes into the table, with the same numbers.
func (t *textCodes) key() {
	var key []byte
	for _, class := range t.class {
		key = types.AppendValueKey(key[:0], types.StringValue(t.only.Values[class]), t.collation)
		t.table.insert(key)
	}
}

// find gives each of n texts of the left side the number that it has on the right: -1, there is none; NULL of NULL.
func (t *textCodes) find(v *types.Vec, n int) *types.Vec {
	out := types.NewVec(&types.TypeInt, n)
	known := t.codes(v, n)
	var key []byte
	one := func(i int) int64 {
		if t.only != nil {
			if v.Dict == t.only {
				return int64(max(known[t.classOf(v.Codes[v.At(i)])].Load(), nowhere)) - numbered
			}
			t.keyed.Do(t.key)
		}
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

// bytes counts the table also where it is not made yet.
func (t *textCodes) bytes() int64 {
	const keyBytes = 48 // of a short key
	n := t.table.bytes()
	if t.only != nil {
		n = (keyBytes + 4) * int64(len(t.class))
	}
	for _, known := range t.found {
		n += 4 * int64(len(known))
	}
	return n
}
