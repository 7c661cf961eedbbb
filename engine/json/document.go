// Package json has the documents of MySQL's type JSON: their normal form, paths, order and
// changes (manual 11.5 and 14.17). It knows nothing of SQL's types.
package json

import (
	"slices"
	"strings"
)

// Kind is what a document is.
type Kind uint8

// The kinds. Int to Decimal are numbers.
const (
	Null Kind = iota
	Int
	Uint // beyond the range of Int
	Double
	Decimal
	String
	Object
	Array
	Bool
)

var kindNames = [...]string{
	Null: "NULL", Int: "INTEGER", Uint: "UNSIGNED INTEGER", Double: "DOUBLE", Decimal: "DECIMAL",
	String: "STRING", Object: "OBJECT", Array: "ARRAY", Bool: "BOOLEAN",
}

// String is the kind in JSON_TYPE's words.
func (k Kind) String() string { return kindNames[k] }

// IsNumber tells of numbers.
func (k Kind) IsNumber() bool { return k >= Int && k <= Decimal }

// Doc is a document or a part of one.
type Doc struct {
	Kind  Kind
	I     int64   // Int, Bool (0 or 1); of a Uint its bits
	F     float64 // Double
	S     string  // a String's text; a Decimal's digits
	Keys  []string
	Items []*Doc // of an Array; of an Object, the value of each key
}

// Text makes a string.
func Text(s string) *Doc { return &Doc{Kind: String, S: s} }

// ArrayOf makes an array.
func ArrayOf(items ...*Doc) *Doc { return &Doc{Kind: Array, Items: items} }

// isScalar tells of what has no parts.
func (d *Doc) isScalar() bool { return d.Kind != Array && d.Kind != Object }

// CompareKeys orders the keys of an object: shorter ones first.
func CompareKeys(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// Member is the value of an object's key, or nil.
func (d *Doc) Member(key string) *Doc {
	if d.Kind != Object {
		return nil
	}
	if i, ok := slices.BinarySearchFunc(d.Keys, key, CompareKeys); ok {
		return d.Items[i]
	}
	return nil
}

// SetMember gives an object's key a value.
func (d *Doc) SetMember(key string, value *Doc) {
	i, ok := slices.BinarySearchFunc(d.Keys, key, CompareKeys)
	if ok {
		d.Items[i] = value
		return
	}
	d.Keys = slices.Insert(d.Keys, i, key)
	d.Items = slices.Insert(d.Items, i, value)
}

func (d *Doc) removeMember(key string) {
	if i, ok := slices.BinarySearchFunc(d.Keys, key, CompareKeys); ok {
		d.Keys = slices.Delete(d.Keys, i, i+1)
		d.Items = slices.Delete(d.Items, i, i+1)
	}
}

// Len is JSON_LENGTH: the number of items or members, 1 of a scalar.
func (d *Doc) Len() int {
	if d.isScalar() {
		return 1
	}
	return len(d.Items)
}

// Length is [Doc.Len] of a document's normal form, which is not read for it.
func Length(text string) int {
	if len(text) < 3 || text[0] != '[' && text[0] != '{' {
		if text == "[]" || text == "{}" {
			return 0
		}
		return 1
	}
	n, depth := 1, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth == 1 {
				n++
			}
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return n
}

// KindOf is the kind of a document's normal form, of which only a number is read. Its error is of a text that is none.
func KindOf(text string) (Kind, error) {
	switch text[:min(len(text), 1)] {
	case "{":
		return Object, nil
	case "[":
		return Array, nil
	case `"`:
		return String, nil
	}
	d, err := Load(text, nil)
	if err != nil {
		return Null, err
	}
	return d.Kind, nil
}

// Depth is JSON_DEPTH: 1 of a scalar and of what is empty.
func (d *Doc) Depth() int {
	deepest := 0
	for _, x := range d.Items {
		deepest = max(deepest, x.Depth())
	}
	return deepest + 1
}

// StorageSize is JSON_STORAGE_SIZE: the bytes of MySQL's binary form.
func (d *Doc) StorageSize() int { return 1 + d.payload() }

// payload is the size without the byte for the type.
func (d *Doc) payload() int {
	switch d.Kind {
	case Null, Bool:
		return 1
	case Int:
		switch {
		case d.I == int64(int16(d.I)):
			return 2
		case d.I == int64(int32(d.I)):
			return 4
		}
		return 8
	case Uint, Double:
		return 8
	case Decimal:
		digits := len(strings.TrimLeft(d.S, "-")) - strings.Count(d.S, ".")
		return 4 + (digits+1)/2 // type, length, precision, scale; digits in groups
	case String:
		return lengthSize(len(d.S)) + len(d.S)
	}
	if n := d.containerSize(2); n <= 0xffff {
		return n
	}
	return d.containerSize(4)
}

// containerSize is the size with offsets of so many bytes.
func (d *Doc) containerSize(offset int) int {
	n := 2*offset + len(d.Items)*(1+offset)
	for _, k := range d.Keys {
		n += offset + 2 + len(k)
	}
	for _, x := range d.Items {
		size := x.payload()
		inlined := x.Kind == Null || x.Kind == Bool || x.Kind == Int && size <= offset
		if !inlined {
			n += size
		}
	}
	return n
}

// lengthSize is how many bytes a length of seven bits a byte takes.
func lengthSize(n int) int {
	size := 1
	for n >>= 7; n > 0; n >>= 7 {
		size++
	}
	return size
}
