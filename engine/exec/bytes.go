package exec

// What the structures of operators take in memory, in bytes, about: none of it looks at each element.

// sortedRowBytes is what sorting takes for a row, the copy of its values aside: the order, two slices of
// words with their rows, and two keys.
const sortedRowBytes = 4 + 2*16 + 2*8

func (s *keySet) bytes() int64 {
	n := s.table.bytes() + 8*int64(cap(s.buf))
	for i := range s.words.columns {
		if x := s.words.columns[i].interner; x != nil {
			n += x.bytes()
		}
	}
	return n
}

func (t *wordTable) bytes() int64 {
	return 8*int64(cap(t.keys)) + 16*int64(len(t.one)) + 4*int64(len(t.many))
}

func (x *interner) bytes() int64 {
	n := x.table.bytes() + 4*int64(cap(x.codes))
	if x.only {
		n += 4 * int64(len(x.ids))
	}
	if d := x.decimals; d != nil {
		n += d.table.bytes() + 8*int64(cap(d.digits)) + 4*int64(cap(d.fresh))
	}
	for _, ids := range x.known {
		n += 4 * int64(len(ids))
	}
	return n
}

func (t *hashTable) bytes() int64 {
	return 8*int64(len(t.slots)) + 8*int64(cap(t.ends)) + int64(cap(t.keys))
}

func (t *intTable) bytes() int64 { return 16 * int64(len(t.slots)) }

func (s *distinctSet) bytes() int64 {
	return 16*int64(len(s.slots)) + pageBits/8*int64(cap(s.pages))
}

func (g *grouper) bytes() int64 {
	n := 4 * int64(cap(g.ids)+cap(g.fresh))
	for _, k := range g.keys {
		n += 24 * int64(k.Len()) // texts are in the set too
	}
	if g.set != nil {
		n += 2 * g.set.bytes()
	}
	if g.ints != nil {
		n += g.ints.bytes()
	}
	return n
}

func (x *rowIndex) bytes() int64 {
	n := 4*int64(len(x.starts)+len(x.order)+cap(x.null)) + 16*int64(len(x.ranked))
	for _, of := range x.codes {
		if of != nil {
			n += of.bytes()
		}
	}
	if x.sparse != nil {
		n += 16 * int64(len(x.sparse.slots))
	}
	if x.table != nil {
		n += x.table.bytes()
	}
	return n
}

// bytes counts what is made when many rows are looked for, too.
func (x *rangeIndex) bytes() int64 {
	if x == nil {
		return 0
	}
	return int64(x.n) * int64(8*len(x.keys)+4+8+32)
}
