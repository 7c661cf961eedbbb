package json

import (
	"cmp"
	"math/big"
	"strconv"
	"strings"
)

// precedence orders kinds: what is of a higher one is greater (manual 11.5, "Comparison
// and Ordering of JSON Values").
var precedence = [...]int{
	Null: 0, Int: 1, Uint: 1, Double: 1, Decimal: 1, String: 2, Object: 3, Array: 4, Bool: 5,
}

// Compare orders two documents, given in normal form: -1, 0 or 1. Numbers are compared as
// numbers of any kind, strings by their bytes, arrays item by item. Objects are equal if
// their members are; the order of others is only such that it is one.
func Compare(a, b string) int {
	if a == b {
		return 0
	}
	if a != "" && b != "" {
		if x := cmp.Compare(precedence[kindOf(a[0])], precedence[kindOf(b[0])]); x != 0 {
			return x
		}
	}
	x, errX := Load(a, nil)
	y, errY := Load(b, nil)
	if errX != nil || errY != nil {
		return strings.Compare(a, b)
	}
	return x.Compare(y)
}

// kindOf is the kind of a document in normal form that begins with a byte, Int of all numbers.
func kindOf(first byte) Kind {
	switch first {
	case '"':
		return String
	case '{':
		return Object
	case '[':
		return Array
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	}
	return Int
}

// Compare is as the function [Compare].
func (d *Doc) Compare(o *Doc) int {
	if x := cmp.Compare(precedence[d.Kind], precedence[o.Kind]); x != 0 {
		return x
	}
	switch d.Kind {
	case Null:
		return 0
	case Bool:
		return cmp.Compare(d.I, o.I)
	case String:
		return strings.Compare(d.S, o.S)
	case Object:
		if x := cmp.Compare(len(d.Keys), len(o.Keys)); x != 0 {
			return x
		}
		for i, k := range d.Keys {
			if x := CompareKeys(k, o.Keys[i]); x != 0 {
				return cmp.Compare(x, 0)
			}
			if x := d.Items[i].Compare(o.Items[i]); x != 0 {
				return x
			}
		}
		return 0
	case Array:
		for i := range min(len(d.Items), len(o.Items)) {
			if x := d.Items[i].Compare(o.Items[i]); x != 0 {
				return x
			}
		}
		return cmp.Compare(len(d.Items), len(o.Items))
	}
	return compareNumbers(d, o)
}

func compareNumbers(a, b *Doc) int {
	switch {
	case a.Kind == Int && b.Kind == Int:
		return cmp.Compare(a.I, b.I)
	case a.Kind == Double && b.Kind == Double:
		return cmp.Compare(a.F, b.F)
	}
	x, okX := new(big.Rat).SetString(a.String())
	y, okY := new(big.Rat).SetString(b.String())
	if !okX || !okY {
		return 0
	}
	return x.Cmp(y)
}

// AppendKey appends bytes that are the same for documents that are equal, and tell their
// own end.
func (d *Doc) AppendKey(dst []byte) []byte {
	dst = append(dst, byte('0'+precedence[d.Kind]))
	switch d.Kind {
	case Null:
		return dst
	case Bool:
		return append(dst, byte(d.I))
	case String:
		return appendCounted(dst, d.S)
	case Array, Object:
		dst = append(strconv.AppendInt(dst, int64(len(d.Items)), 10), ':')
		for i, x := range d.Items {
			if d.Kind == Object {
				dst = appendCounted(dst, d.Keys[i])
			}
			dst = x.AppendKey(dst)
		}
		return dst
	}
	return append(appendDigits(dst, d.String()), ';')
}

func appendCounted(dst []byte, s string) []byte {
	return append(append(strconv.AppendInt(dst, int64(len(s)), 10), ':'), s...)
}

// appendDigits appends a number without its point and the zeros around it, and the place
// of its last digit: 1.50 and 15e-1 are 15e-1.
func appendDigits(dst []byte, s string) []byte {
	negative := strings.HasPrefix(s, "-")
	mantissa, tail, _ := strings.Cut(strings.TrimPrefix(s, "-"), "e")
	exponent, _ := strconv.Atoi(tail)
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent -= len(fraction)
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return append(dst, '0')
	}
	n := len(digits)
	digits = strings.TrimRight(digits, "0")
	exponent += n - len(digits)
	if negative {
		dst = append(dst, '-')
	}
	return strconv.AppendInt(append(append(dst, digits...), 'e'), int64(exponent), 10)
}

// Key is [Doc.AppendKey] of a document in normal form.
func Key(text string) string {
	d, err := Load(text, nil)
	if err != nil {
		return text
	}
	return string(d.AppendKey(nil))
}

// Contains is JSON_CONTAINS: whether all of the candidate is found in the document.
func (d *Doc) Contains(candidate *Doc) bool {
	switch {
	case d.Kind == Array && candidate.Kind == Array:
		for _, c := range candidate.Items {
			if !d.Contains(c) {
				return false
			}
		}
		return true
	case d.Kind == Array:
		for _, x := range d.Items {
			if x.Contains(candidate) {
				return true
			}
		}
		return false
	case d.Kind == Object && candidate.Kind == Object:
		for i, k := range candidate.Keys {
			if m := d.Member(k); m == nil || !m.Contains(candidate.Items[i]) {
				return false
			}
		}
		return true
	}
	return d.isScalar() && candidate.isScalar() && d.Compare(candidate) == 0
}

// TextContains is [Doc.Contains] of a document's normal form. To find a string, the document is not read. Its error is of
// a text that is none.
func TextContains(text string, candidate *Doc) (bool, error) {
	if candidate.Kind == String {
		return holds(text, candidate.String()), nil
	}
	d, err := Load(text, nil)
	if err != nil {
		return false, err
	}
	return d.Contains(candidate), nil
}

// holds tells whether a text is that of the string, or of an array that has it somewhere.
func holds(text, quoted string) bool {
	if text[0] != '[' {
		return text == quoted
	}
	for x := range items(text) {
		if holds(x, quoted) {
			return true
		}
	}
	return false
}

// Overlaps is JSON_OVERLAPS: whether the two have an item or a member in common.
func (d *Doc) Overlaps(o *Doc) bool {
	if d.Kind == Object && o.Kind == Object {
		for i, k := range d.Keys {
			if m := o.Member(k); m != nil && m.Compare(d.Items[i]) == 0 {
				return true
			}
		}
		return false
	}
	if d.Kind != Array && o.Kind != Array {
		return d.Compare(o) == 0
	}
	for _, x := range wrapped(d) {
		for _, y := range wrapped(o) {
			if x.Compare(y) == 0 {
				return true
			}
		}
	}
	return false
}

// HasItem is MEMBER OF: whether the document is the value, or an array that has it.
func (d *Doc) HasItem(value *Doc) bool {
	for _, x := range wrapped(d) {
		if x.Compare(value) == 0 {
			return true
		}
	}
	return false
}

// wrapped is the items of an array; of another document itself.
func wrapped(d *Doc) []*Doc {
	if d.Kind == Array {
		return d.Items
	}
	return []*Doc{d}
}
