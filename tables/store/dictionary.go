package store

import "sync/atomic"

// dictionary numbers the different strings of a column. The strings only grow:
// versions share them, each knows how many are its own.
type dictionary struct {
	values []string // by code
	codes  *codes   // the other way, for writers
}

// codes is its owner's alone, under the store's lock; a fork, which may be in
// another store, makes its own. It may know strings of commits that failed: what a
// code means, values says.
type codes struct {
	owner *lineage
	of    *codeTable
	texts arena // of new values
	memo  atomic.Value
}

// Dictionary is the strings of a column by their codes: the different ones that the
// column has or had. They may not be changed.
type Dictionary struct {
	Strings []string
	// Memo is for readers to keep what they make of the strings. Later versions of
	// the table have the same, with more strings behind. nil: there are no strings.
	Memo *atomic.Value
}

// Dictionary is that of a column of kind String.
func (c *Cursor) Dictionary(column int) Dictionary {
	d := &c.version.dictionaries[column]
	if d.codes == nil {
		return Dictionary{}
	}
	return Dictionary{d.values, &d.codes.memo}
}

// code returns the number of s, and the bytes that it takes where it is new.
func (d *dictionary) code(s string, by *lineage) (code uint32, bytes int64) {
	if d.codes == nil || d.codes.owner != by {
		d.own(by)
	}
	text, hash := hashOf(s)
	if c, ok := d.codes.of.find(d.values, s, text, hash); ok {
		return c, 0
	}
	code = uint32(len(d.values))
	d.values = append(d.values, d.codes.texts.clone(s)) // it may be a part of a long statement
	d.codes.of.add(text, hash, code)
	return code, stringBytes + int64(len(s))
}

// adopt makes words those of a dictionary that has none, and returns the bytes that they take.
func (d *dictionary) adopt(w *Words, by *lineage) (bytes int64) {
	w.codes.other = true // a commit that is tried again adopts it once more
	d.values = w.values[:len(w.values):len(w.values)]
	d.codes = &codes{owner: by, of: w.codes}
	return w.bytes
}

// own makes the dictionary one that by may add to, and nobody else.
func (d *dictionary) own(by *lineage) {
	d.codes = &codes{owner: by, of: &codeTable{other: true}}
	for c, s := range d.values {
		text, hash := hashOf(s)
		d.codes.of.add(text, hash, uint32(c))
	}
	d.values = d.values[:len(d.values):len(d.values)]
}
