package types

// Bytes is what a vector takes in memory, about. A dictionary is the table's; strings that several rows share count
// for each.
func (v *Vec) Bytes() int64 {
	n := int64(len(v.Nulls)) + 8*int64(len(v.I)+len(v.F)) + 4*int64(len(v.Codes))
	for _, s := range v.S {
		n += 16 + int64(len(s))
	}
	for _, d := range v.D {
		if n += decBytes; d.big != nil {
			n += decBytes + 8*int64(len(d.big.Bits()))
		}
	}
	return n
}

// decBytes is what a Dec takes, its digits aside where they are many.
const decBytes = 24

// Bytes is what a batch takes in memory, about.
func (b *Batch) Bytes() int64 {
	n := int64(0)
	for _, c := range b.Cols {
		n += c.Bytes()
	}
	return n
}
