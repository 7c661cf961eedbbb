// Package vector holds typed columns of values: the form in which tables are
// read and table functions answer. It knows nothing of SQL engines.
package vector

import (
	"fmt"
	"slices"
)

// Kind is the class of a value.
type Kind uint8

// The kinds, and how a [Vector] represents them.
const (
	Int      Kind = iota // Ints: the value
	Bool                 // Ints: 0 or 1, MySQL's TINYINT(1)
	Float                // Floats: MySQL's single-precision FLOAT
	Decimal              // Ints: the value times 10^Scale
	Date                 // Ints: days since 1970-01-01
	DateTime             // Ints: microseconds since 1970-01-01 00:00:00, without a time zone
	String               // Strings: UTF-8
)

// MicrosPerDay is the length of a day in the unit of [DateTime].
const MicrosPerDay = 24 * 60 * 60 * 1_000_000

// Type is the type of a column.
type Type struct {
	Kind  Kind
	Len   int // of a String: the most characters; of a Decimal: digits in all
	Scale int // of a Decimal: digits after the point
}

// SQL is the type in MySQL's words.
func (t Type) SQL() string {
	switch t.Kind {
	case Int:
		return "INT"
	case Bool:
		return "BOOL"
	case Float:
		return "FLOAT"
	case Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Len, t.Scale)
	case Date:
		return "DATE"
	case DateTime:
		return "DATETIME"
	case String:
		return fmt.Sprintf("VARCHAR(%d)", t.Len)
	}
	panic(fmt.Sprintf("vector: unknown kind %d", t.Kind))
}

// Order is how a column compares its strings: its collation.
type Order interface {
	// Ranks are the places of strings in their order; those of equal strings are the same. They are not to be changed.
	Ranks(strings []string) ([]uint32, error)
}

// Vector is one column's values. The slice that its Type's Kind uses has an
// element for each row, NULL rows included; their elements mean nothing. A String
// has Strings, or Codes, whose strings are in Dictionary.
type Vector struct {
	Type       Type
	Ints       []int64
	Floats     []float64
	Strings    []string
	Codes      []uint32
	Dictionary []string
	Nulls      []bool // shorter than the rows where the rest is not NULL
	Order      Order  // of the strings; nil: that of their bytes
	Unused     bool   // of an answer: nobody asks for the column, which may stay empty where it is not the first

	codes map[string]uint32 // of Strings, once they have been numbered
}

// Null tells whether row i is NULL.
func (v *Vector) Null(i int) bool { return i < len(v.Nulls) && v.Nulls[i] }

// Numbers are a String's Codes and Dictionary, made of Strings where there are none. A code
// keeps its meaning in all batches of a scan and of further scans of the table, and the dictionary
// grows. Codes of NULLs are in it, too.
func (v *Vector) Numbers() (codes []uint32, dictionary []string) {
	for i := len(v.Codes); i < len(v.Strings); i++ {
		s := v.Strings[i]
		code, ok := v.codes[s]
		if !ok {
			if v.codes == nil {
				v.codes = map[string]uint32{}
			}
			code = uint32(len(v.Dictionary))
			v.codes[s] = code
			v.Dictionary = append(v.Dictionary, s)
		}
		v.Codes = append(v.Codes, code)
	}
	return v.Codes, v.Dictionary
}

// Text is the string of row i of a String.
func (v *Vector) Text(i int) string {
	if i < len(v.Strings) {
		return v.Strings[i]
	}
	return v.Dictionary[v.Codes[i]]
}

// Len is the number of rows.
func (v *Vector) Len() int {
	switch v.Type.Kind {
	case Float:
		return len(v.Floats)
	case String:
		return max(len(v.Strings), len(v.Codes))
	default:
		return len(v.Ints)
	}
}

// AppendInt appends a value of a kind that is kept in Ints.
func (v *Vector) AppendInt(x int64) { v.Ints = append(v.Ints, x) }

// AppendFloat appends a Float.
func (v *Vector) AppendFloat(x float64) { v.Floats = append(v.Floats, x) }

// AppendString appends a String.
func (v *Vector) AppendString(x string) { v.Strings = append(v.Strings, x) }

// Ranks are the places of the Dictionary's strings in their order, by code; those of equal strings are the same.
func (v *Vector) Ranks() ([]uint32, error) {
	if v.Order != nil {
		return v.Order.Ranks(v.Dictionary)
	}
	ranks := make([]uint32, len(v.Dictionary))
	sorted := slices.Sorted(slices.Values(v.Dictionary))
	for code, s := range v.Dictionary {
		at, _ := slices.BinarySearch(sorted, s)
		ranks[code] = uint32(at)
	}
	return ranks, nil
}

// AppendNull appends a NULL.
func (v *Vector) AppendNull() {
	i := v.Len()
	switch v.Type.Kind {
	case Float:
		v.Floats = append(v.Floats, 0)
	case String:
		v.Strings = append(v.Strings, "")
	default:
		v.Ints = append(v.Ints, 0)
	}
	for len(v.Nulls) < i {
		v.Nulls = append(v.Nulls, false)
	}
	v.Nulls = append(v.Nulls, true)
}

// AppendFrom appends row i of another vector of the same kind.
func (v *Vector) AppendFrom(o *Vector, i int) {
	switch {
	case o.Null(i):
		v.AppendNull()
	case v.Type.Kind == Float:
		v.AppendFloat(o.Floats[i])
	case v.Type.Kind == String:
		v.AppendString(o.Text(i))
	default:
		v.AppendInt(o.Ints[i])
	}
}

// Reset empties the vector and keeps its memory.
func (v *Vector) Reset() {
	v.Ints, v.Floats, v.Strings, v.Codes, v.Nulls = v.Ints[:0], v.Floats[:0], v.Strings[:0], v.Codes[:0], v.Nulls[:0]
}

// Batch is some rows: vectors of the same length.
type Batch struct {
	Columns []Vector
}

// NewBatch makes an empty batch of columns with the types.
func NewBatch(types ...Type) *Batch {
	b := &Batch{Columns: make([]Vector, len(types))}
	for i, t := range types {
		b.Columns[i].Type = t
	}
	return b
}

// Len is the number of rows.
func (b *Batch) Len() int {
	if len(b.Columns) == 0 {
		return 0
	}
	return b.Columns[0].Len()
}

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	for i := range b.Columns {
		b.Columns[i].Reset()
	}
}
