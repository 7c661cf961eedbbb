package exec

import "github.com/verbatim-sql/verbatim/engine/types"

// interner numbers the different values of a column from 0, in the order of their first
// appearance; NULL is one of them. Texts that the collation calls equal are one value, which is
// found out once for each code of a dictionary, not for each row.
//
// As long as all texts are of one dictionary whose classes are known, they are numbered by their codes, and no key is
// made. Other values may come later: then the keys of those there are go into the hash table.
type interner struct {
	collation types.Collation
	table     hashTable
	buf       []byte
	batch     manyKeys

	dict  *types.Dict
	ids   []int32 // by code of dict: the number + 1, 0: not known yet
	known map[*types.Dict][]int32
	rows  int // seen so far

	only    bool             // all texts are of dict
	classes []uint32         // then: of each code, the least that is equal; nil: each is alone
	codes   []int32          // of each number the class, -1 of NULL
	few     map[uint32]int32 // in the stead of ids, as long as the dictionary is too great for the rows: by class
	null    int32            // the number of NULL + 1, 0: there is none
	learnt  bool             // the classes of a dictionary were found

	decimals *decimalNumbers // nil: none are numbered by their digits
}

func newInterner(t *types.Type) *interner {
	x := &interner{collation: t.Collation}
	if t.Kind == types.Decimal {
		x.decimals = &decimalNumbers{scale: t.Scale, table: newIntTable(0)}
	}
	return x
}

// decimalNumbers numbers decimals, and NULL, as long as all have digits of one scale that are a whole number.
type decimalNumbers struct {
	scale  int
	table  *intTable
	digits []int64
	fresh  []int32
}

// vec is n decimals as whole numbers; false: there is one that is none.
func (d *decimalNumbers) vec(v *types.Vec, n int) (*types.Vec, bool) {
	if v.Kind == types.Null {
		return v, true
	}
	digits, ok := v.Digits(d.digits[:0], n, d.scale)
	d.digits = digits
	whole := *v
	whole.Kind, whole.I, whole.D = types.Int, digits, nil
	return &whole, ok
}

// spellDecimals puts the keys of the decimals that were numbered by their digits into the hash table.
func (x *interner) spellDecimals() {
	d := x.decimals
	x.decimals = nil
	values := make([]types.Value, d.table.n)
	for _, s := range d.table.slots {
		if s.id > 0 {
			values[s.id-1] = types.DecimalValue(types.NewDec(s.key, d.scale))
		}
	}
	for _, v := range values {
		x.buf = types.AppendValueKey(x.buf[:0], v, x.collation)
		x.table.insert(x.buf)
	}
}

const (
	// dictionaryRows is how long a dictionary may be for each row, to have a slice as long.
	dictionaryRows = 1024
	// smallDictionary is a dictionary that has its classes found whatever is wanted of them.
	smallDictionary = 1 << 14
)

// number appends the numbers of the values of n rows.
func (x *interner) number(to []int32, v *types.Vec, n int) []int32 {
	if n == 0 {
		return to
	}
	if x.decimals != nil {
		if whole, ok := x.decimals.vec(v, n); ok {
			to, x.decimals.fresh = x.decimals.table.add(whole, n, to, x.decimals.fresh[:0])
			return to
		}
		x.spellDecimals()
	}
	if x.rows += n; v.Dict != nil && v.Kind == types.String && x.rows == n {
		x.begin(v.Dict)
	}
	if x.only && v.Kind != types.Null && v.Dict != x.dict {
		x.spell()
	}
	switch {
	case v.Same() || v.Kind == types.Null:
		id := x.one(v, 0)
		for range n {
			to = append(to, id)
		}
		return to
	case x.only && x.few != nil && len(x.dict.Values) > dictionaryRows*x.rows:
		for i := range n {
			to = append(to, x.one(v, i))
		}
		return to
	case v.Dict != nil && (x.only || len(v.Dict.Values) <= dictionaryRows*x.rows):
		x.spread()
		return x.coded(to, v, n)
	}
	for i := range n {
		x.batch.keys = types.AppendKey(x.batch.keys, v, i, x.collation)
		x.batch.ends = append(x.batch.ends, len(x.batch.keys))
		if len(x.batch.ends) == keysAhead || i == n-1 {
			to = x.table.insertAll(to, &x.batch)
		}
	}
	return to
}

// keysAhead is how many keys are made before they are looked for.
const keysAhead = 512

// begin numbers by the codes of a dictionary, if its classes are known, or soon found.
func (x *interner) begin(d *types.Dict) {
	classes, ok := classesOf(d, x.collation, len(d.Values) <= smallDictionary)
	if ok {
		x.dict, x.classes, x.only, x.few = d, classes, true, map[uint32]int32{}
	}
}

// spread has a place for each code of the dictionary.
func (x *interner) spread() {
	if x.few == nil {
		return
	}
	x.ids, x.few = make([]int32, len(x.dict.Values)), nil
	for id, class := range x.codes {
		if class >= 0 {
			x.ids[class] = int32(id + 1)
		}
	}
}

// spell puts the keys of the values that were numbered by codes into the hash table.
func (x *interner) spell() {
	x.only, x.few = false, nil
	v := types.VecOf(&types.Type{Kind: types.String}, 1)
	v.Dict, v.Codes = x.dict, make([]uint32, 1)
	for _, code := range x.codes {
		if code < 0 {
			x.one(&types.Vec{Kind: types.Null}, 0)
			continue
		}
		v.Codes[0] = uint32(code)
		x.one(v, 0)
	}
	if x.ids == nil {
		x.dict = nil
		return
	}
	x.known = map[*types.Dict][]int32{x.dict: x.ids}
}

func (x *interner) one(v *types.Vec, i int) int32 {
	if x.only {
		if v.Null(i) {
			return x.nullNumber()
		}
		return x.code(v.Codes[v.At(i)])
	}
	x.buf = types.AppendKey(x.buf[:0], v, i, x.collation)
	id, _ := x.table.insert(x.buf)
	return id
}

// find is the number of a value, -1 where it has none.
func (x *interner) find(v *types.Vec, i int) int32 {
	if x.decimals != nil {
		return x.decimals.find(v, i)
	}
	if x.only {
		switch {
		case v.Null(i):
			return x.null - 1
		case v.Dict == x.dict:
			code := v.Codes[v.At(i)]
			if x.classes != nil {
				code = x.classes[code]
			}
			if x.few != nil {
				return x.few[code] - 1
			}
			return x.ids[code] - 1
		}
		x.spell()
	}
	if ids := x.known[v.Dict]; ids != nil && !v.Null(i) {
		if id := ids[v.Codes[v.At(i)]]; id > 0 {
			return id - 1
		}
	}
	x.buf = types.AppendKey(x.buf[:0], v, i, x.collation)
	return x.table.find(x.buf)
}

func (d *decimalNumbers) find(v *types.Vec, i int) int32 {
	if v.Null(i) {
		return d.table.null
	}
	if v.Kind == types.Decimal {
		if x, ok := v.D[v.At(i)].Digits(d.scale); ok {
			return d.table.look(x).id - 1
		}
	}
	return -1
}

// nullNumber is NULL's among codes.
func (x *interner) nullNumber() int32 {
	if x.null == 0 {
		x.codes = append(x.codes, -1)
		x.null = int32(len(x.codes))
	}
	return x.null - 1
}

// code is the number of a code of the only dictionary.
func (x *interner) code(code uint32) int32 {
	class := code
	if x.classes != nil {
		class = x.classes[code]
	}
	if x.few != nil {
		id := x.few[class]
		if id == 0 {
			id = x.newCode(class)
			x.few[class] = id
		}
		return id - 1
	}
	if id := x.ids[code]; id > 0 {
		return id - 1
	}
	if x.ids[class] == 0 {
		x.ids[class] = x.newCode(class)
	}
	x.ids[code] = x.ids[class]
	return x.ids[code] - 1
}

// newCode is the number + 1 of a class that had none.
func (x *interner) newCode(class uint32) int32 {
	x.codes = append(x.codes, int32(class))
	return int32(len(x.codes))
}

func (x *interner) coded(to []int32, v *types.Vec, n int) []int32 {
	if x.dict != v.Dict {
		if x.known == nil {
			x.known = map[*types.Dict][]int32{}
		}
		x.dict, x.ids = v.Dict, x.known[v.Dict]
		if x.ids == nil {
			x.ids = make([]int32, len(v.Dict.Values))
			x.known[v.Dict] = x.ids
		}
	}
	ids := x.ids
	for i, code := range v.Codes[:n] {
		if v.Nulls != nil && v.Nulls[i] {
			to = append(to, x.one(v, i))
			continue
		}
		id := ids[code]
		if id == 0 {
			id = x.one(v, i) + 1
			ids[code] = id
			x.learn()
		}
		to = append(to, id-1)
	}
	return to
}

// learn finds the classes of a dictionary of which many texts were wanted, for the next who wants them.
func (x *interner) learn() {
	if !x.only && !x.learnt && 4*len(x.table.ends) > len(x.dict.Values) {
		x.learnt = true
		classesOf(x.dict, x.collation, true)
	}
}

// classesOf are a dictionary's classes, see [types.Dict.Classes]; nil where each string is alone in its own. ok is false
// where they are not known, and not to be found either.
func classesOf(d *types.Dict, c types.Collation, find bool) (classes []uint32, ok bool) {
	if c.InByteOrder() && !c.PadSpace() {
		return nil, true
	}
	if !find {
		classes = d.Classes(c, nil)
		return classes, classes != nil
	}
	return d.Classes(c, func() []uint32 {
		classes := make([]uint32, len(d.Values))
		var table hashTable
		var least []uint32
		var key []byte
		for code, s := range d.Values {
			key = types.AppendValueKey(key[:0], types.StringValue(s), c)
			id, fresh := table.insert(key)
			if fresh {
				least = append(least, uint32(code))
			}
			classes[code] = least[id]
		}
		return classes
	}), true
}
