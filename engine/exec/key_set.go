package exec

import "github.com/verbatim-sql/verbatim/engine/types"

// keySet numbers the different rows of some columns from 0, in the order of their first appearance. Rows
// are equal as the columns' collations say, NULL to NULL.
type keySet struct {
	words    *keyWords
	table    *wordTable
	only     *interner // in their stead, where there is one column that is interned
	n        int
	buf      []uint64
	expected int // rows; 0: nobody knows
}

func newKeySet(ts []*types.Type) *keySet {
	s := &keySet{words: newKeyWords(ts)}
	if len(ts) == 1 && s.words.columns[0].interner != nil {
		s.only = s.words.columns[0].interner
	}
	s.table = newWordTable(s.words.width)
	return s
}

// expect has the set ready for n rows in all.
func (s *keySet) expect(n int) {
	if s.only == nil {
		s.expected = n
		s.table.expect(n)
	}
}

// add appends the numbers of n rows to ids, and which of them are new to fresh.
func (s *keySet) add(values []*types.Vec, n int, ids, fresh []int32) (_, _ []int32) {
	if s.only != nil {
		start := len(ids)
		ids = s.only.number(ids, values[0], n)
		for i, id := range ids[start:] {
			if int(id) == s.n {
				s.n++
				fresh = append(fresh, int32(i))
			}
		}
		return ids, fresh
	}
	words, wide := s.words.pack(s.buf[:0], values, n)
	for wide >= 0 {
		before := s.words.clone()
		s.words.widen(wide)
		table := newWordTable(s.words.width)
		table.expect(s.expected)
		table.insert(before.repack(s.table.keys, s.words), nil, nil)
		s.table = table
		words, wide = s.words.pack(words[:0], values, n)
	}
	s.buf = words
	ids, fresh = s.table.insert(words, ids, fresh)
	s.n = s.table.len()
	return ids, fresh
}

// absent appends the rows that are not in the set, to which nothing is added.
func (s *keySet) absent(values []*types.Vec, n int, to []int32) []int32 {
	if s.only != nil {
		for i := range n {
			if s.only.find(values[0], i) < 0 {
				to = append(to, int32(i))
			}
		}
		return to
	}
	out := make([]bool, n)
	words := s.words.find(values, n, out)
	for i := range n {
		if out[i] || !s.table.has(words[i*s.words.width:(i+1)*s.words.width]) {
			to = append(to, int32(i))
		}
	}
	return to
}
