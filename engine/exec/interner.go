package exec

import "github.com/verbatim-sql/verbatim/engine/types"

// interner numbers the different values of a column from 0, in the order of their first
// appearance; NULL is one of them. Texts that the collation calls equal are one value, which is
// found out once for each code of a dictionary, not for each row.
type interner struct {
	collation types.Collation
	table     hashTable
	buf       []byte

	dict  *types.Dict
	ids   []int32 // by code of dict: the number + 1, 0: not known yet
	known map[*types.Dict][]int32
	rows  int // seen so far
}

// number appends the numbers of the values of n rows.
func (x *interner) number(to []int32, v *types.Vec, n int) []int32 {
	x.rows += n
	switch {
	case v.Same() || v.Kind == types.Null:
		if n == 0 {
			return to
		}
		id := x.one(v, 0)
		for range n {
			to = append(to, id)
		}
		return to
	case v.Dict != nil && x.worth(v.Dict):
		return x.coded(to, v, n)
	}
	for i := range n {
		to = append(to, x.one(v, i))
	}
	return to
}

// worth tells whether a slice as long as the dictionary pays for the rows seen so far.
func (x *interner) worth(d *types.Dict) bool { return len(d.Values) <= 64*x.rows }

func (x *interner) one(v *types.Vec, i int) int32 {
	x.buf = types.AppendKey(x.buf[:0], v, i, x.collation)
	id, _ := x.table.insert(x.buf)
	return id
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
		}
		to = append(to, id-1)
	}
	return to
}
