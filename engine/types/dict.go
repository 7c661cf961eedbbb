package types

import "sync"

// Dict is a dictionary: the different strings that a column of a table has, or had, by
// their codes. Vectors of one scan of a column have the same dictionary, so that what is
// computed of a string may be kept by its code. A dictionary never changes. The same
// string is in it once, but strings that a collation calls equal have codes of their own.
//
// The codes say nothing of the order, nor are all strings in it those of a row.
type Dict struct {
	Values []string

	whole *Dict    // of which this is a part; nil: of none
	codes []uint32 // the strings' codes there

	mu      sync.Mutex
	ranks   map[Collation][]uint32
	classes map[Collation][]uint32
}

// Part is a dictionary of some of the strings, by their codes, each once.
func (d *Dict) Part(codes []uint32) *Dict {
	p := &Dict{Values: make([]string, len(codes)), whole: d, codes: codes}
	for i, code := range codes {
		p.Values[i] = d.Values[code]
	}
	return p
}

// Whole is a vector whose codes, where they are of a part of a dictionary, are of that.
func (v *Vec) Whole() *Vec {
	if v.Dict == nil || v.Dict.whole == nil {
		return v
	}
	out := *v
	out.Dict, out.Codes = v.Dict.whole, make([]uint32, len(v.Codes))
	for i, code := range v.Codes {
		out.Codes[i] = v.Dict.codes[code]
	}
	return &out
}

// Str is the string of row i of a String or JSON; of NULL it is something.
func (v *Vec) Str(i int) string {
	i = v.At(i)
	if v.Dict != nil {
		return v.Dict.Values[v.Codes[i]]
	}
	return v.S[i]
}

// Strings are the strings of a String or JSON by index [Vec.At], of NULLs too: S, or made from the dictionary.
func (v *Vec) Strings() []string {
	if v.Dict == nil {
		return v.S
	}
	s := make([]string, len(v.Codes))
	for i, code := range v.Codes {
		s[i] = v.Dict.Values[code]
	}
	return s
}

// undo makes S of the dictionary.
func (v *Vec) undo() {
	if v.Dict != nil {
		v.S, v.Codes, v.Dict = v.Strings(), nil, nil
	}
}

// Classes are the classes of strings that a collation calls equal: of each code the least of its class. nil: not known,
// and compute is nil, which is called otherwise.
func (d *Dict) Classes(c Collation, compute func() []uint32) []uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	classes := d.classes[c]
	if classes == nil && (compute != nil || d.whole != nil) {
		if d.whole != nil {
			classes = d.partClasses(c)
		}
		if classes == nil && compute != nil {
			classes = compute()
		}
		if classes == nil {
			return nil
		}
		if d.classes == nil {
			d.classes = map[Collation][]uint32{}
		}
		d.classes[c] = classes
	}
	return classes
}

// partClasses are the classes of a part, from those of the whole; nil: they are not known.
func (d *Dict) partClasses(c Collation) []uint32 {
	known := d.whole.Classes(c, nil)
	if known == nil {
		return nil
	}
	classes := make([]uint32, len(d.codes))
	alone := true
	for i, code := range d.codes {
		classes[i] = uint32(i)
		alone = alone && known[code] == code
	}
	if alone {
		return classes
	}
	least := make(map[uint32]uint32)
	for i, code := range d.codes {
		class, ok := least[known[code]]
		if !ok {
			class = uint32(i)
			least[known[code]] = class
		}
		classes[i] = class
	}
	return classes
}

// KnownRanks are what [Dict.Ranks] has computed; nil: it has not.
func (d *Dict) KnownRanks(c Collation) []uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ranks[c]
}

// Ranks are the places of the strings in a collation's order, by code; those of equal strings
// are the same. The first call that does not fail computes them.
func (d *Dict) Ranks(c Collation, compute func() ([]uint32, error)) ([]uint32, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ranks := d.ranks[c]
	if ranks == nil {
		var err error
		if ranks, err = compute(); err != nil {
			return nil, err
		}
		if d.ranks == nil {
			d.ranks = map[Collation][]uint32{}
		}
		d.ranks[c] = ranks
	}
	return ranks, nil
}
