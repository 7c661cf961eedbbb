package types

import (
	"cmp"
	"encoding/binary"
	"math"

	"github.com/verbatim-sql/verbatim/engine/json"
)

// Compare orders two values of one kind: -1, 0 or 1. NULL is the lowest. Enum and Set
// are ordered by number. Documents are ordered as [json.Compare] tells.
func Compare(a, b Value, c Collation) int {
	if a.Kind == Null || b.Kind == Null {
		return compareNull(a.Kind == Null, b.Kind == Null)
	}
	switch a.Kind {
	case Float:
		return compareFloat(a.F, b.F)
	case Decimal:
		return a.D.Cmp(b.D)
	case String:
		return c.Compare(a.S, b.S)
	case JSON:
		return json.Compare(a.S, b.S)
	case Uint, Bit, Set:
		return cmp.Compare(uint64(a.I), uint64(b.I))
	}
	return cmp.Compare(a.I, b.I)
}

// CompareVec is [Compare] of row i of one vector and row j of another of its kind.
func CompareVec(a *Vec, i int, b *Vec, j int, c Collation) int {
	if null, nullToo := a.Null(i), b.Null(j); null || nullToo {
		return compareNull(null, nullToo)
	}
	i, j = a.At(i), b.At(j)
	switch a.Kind {
	case Float:
		return compareFloat(a.F[i], b.F[j])
	case Decimal:
		return a.D[i].Cmp(b.D[j])
	case String:
		if a.Dict != nil && a.Dict == b.Dict && a.Codes[i] == b.Codes[j] {
			return 0
		}
		return c.Compare(a.Str(i), b.Str(j))
	case JSON:
		return json.Compare(a.Str(i), b.Str(j))
	case Uint, Bit, Set:
		return cmp.Compare(uint64(a.I[i]), uint64(b.I[j]))
	}
	return cmp.Compare(a.I[i], b.I[j])
}

func compareNull(a, b bool) int {
	switch {
	case a && b:
		return 0
	case a:
		return -1
	}
	return 1
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// CompareIntUint compares what an Int and a Uint are.
func CompareIntUint(a int64, b uint64) int {
	if a < 0 {
		return -1
	}
	return cmp.Compare(uint64(a), b)
}

// What a key begins with.
const (
	keyNull = byte(iota)
	keyValue
)

// AppendKey appends row i in an encoding that tells its own end: two keys of vectors of
// one kind are the same iff the values are equal under the collation, NULL being equal to
// NULL. It is for hash tables, not for order; [Collation.Key] has that.
func AppendKey(dst []byte, v *Vec, i int, c Collation) []byte {
	if v.Null(i) {
		return append(dst, keyNull)
	}
	dst = append(dst, keyValue)
	i = v.At(i)
	switch v.Kind {
	case Float:
		return appendFloatKey(dst, v.F[i])
	case Decimal:
		return v.D[i].AppendKey(dst)
	case String:
		return appendStringKey(dst, v.Str(i), c)
	case JSON:
		return append(dst, json.Key(v.Str(i))...)
	}
	return binary.BigEndian.AppendUint64(dst, uint64(v.I[i]))
}

// AppendValueKey is [AppendKey] of a value.
func AppendValueKey(dst []byte, v Value, c Collation) []byte {
	if v.Kind == Null {
		return append(dst, keyNull)
	}
	dst = append(dst, keyValue)
	switch v.Kind {
	case Float:
		return appendFloatKey(dst, v.F)
	case Decimal:
		return v.D.AppendKey(dst)
	case String:
		return appendStringKey(dst, v.S, c)
	case JSON:
		return append(dst, json.Key(v.S)...)
	}
	return binary.BigEndian.AppendUint64(dst, uint64(v.I))
}

func appendFloatKey(dst []byte, x float64) []byte {
	if x == 0 {
		x = 0 // -0 is 0
	}
	return binary.BigEndian.AppendUint64(dst, math.Float64bits(x))
}

// longKey says that a length of eight bytes follows.
const longKey = 0xff

func appendStringKey(dst []byte, s string, c Collation) []byte {
	start := len(dst)
	dst = c.order().appendEqual(append(dst, 0), s)
	n := len(dst) - start - 1
	if n < longKey {
		dst[start] = byte(n)
		return dst
	}
	dst[start] = longKey
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
	copy(dst[start+9:], dst[start+1:])
	binary.BigEndian.PutUint64(dst[start+1:], uint64(n))
	return dst
}

// Common is the type in which two values are compared (manual 12.3;
// Arg_comparator::set_cmp_func): both are converted to it. aConst and bConst tell of
// constants. ok is false where their collations do not go together: error 1267.
//
// Of two Ints of which one is unsigned it is a Decimal; [CompareIntUint] is faster.
func Common(a, b *Type, aConst, bConst bool) (t Type, ok bool) {
	nullable := a.Nullable || b.Nullable
	t, ok = common(a, b, aConst, bConst)
	return t.WithNullable(nullable), ok
}

func common(a, b *Type, aConst, bConst bool) (Type, bool) {
	switch {
	case a.Kind == Null:
		return *b, true
	case b.Kind == Null:
		return *a, true
	case a.Kind == JSON || b.Kind == JSON:
		return TypeJSON, true
	case a.Hex && b.IsNumeric():
		return commonNumber(&TypeUint, b), true
	case b.Hex && a.IsNumeric():
		return commonNumber(a, &TypeUint), true
	case a.IsText() && b.IsText():
		c, by, ok := Merge(a, b)
		return TypeString(max(textLength(a), textLength(b)), c, by), ok && by != CoerceNone
	case a.IsTemporal() && b.IsTemporal():
		return commonTemporal(a, b), true
	case a.IsTemporal() && b.IsText():
		return commonTemporalText(a, b, bConst)
	case b.IsTemporal() && a.IsText():
		return commonTemporalText(b, a, aConst)
	case a.IsNumeric() && b.IsNumeric():
		return commonNumber(a, b), true
	}
	return TypeDouble, true
}

func commonTemporal(a, b *Type) Type {
	scale := max(a.Scale, b.Scale)
	switch {
	case a.Kind == Date && b.Kind == Date:
		return TypeDate
	case a.Kind == Time && b.Kind == Time:
		return temporal(TypeTime, scale)
	}
	return temporal(TypeDateTime, scale)
}

// commonTemporalText: a string, even one from a column, is a date beside a date; beside a
// time only a constant one is a time.
func commonTemporalText(a, text *Type, isConst bool) (Type, bool) {
	if a.Kind != Time {
		return temporal(TypeDateTime, 6), true
	}
	if isConst {
		return temporal(TypeTime, 6), true
	}
	return TypeString(max(textLength(a), textLength(text)), text.Collation, text.Coercibility), true
}

func temporal(t Type, scale int) Type {
	t.Scale = min(scale, 6)
	if t.Scale > 0 {
		t.Length += 1 + t.Scale
	}
	return t
}

func commonNumber(a, b *Type) Type {
	if a.Kind == Float || b.Kind == Float {
		return TypeDouble
	}
	if a.Kind == Decimal || b.Kind == Decimal {
		return wideDecimal(a, b)
	}
	left, right := a.Kind != Int, b.Kind != Int
	switch {
	case left && right:
		return TypeUint
	case left != right:
		return TypeDecimal(20, 0)
	}
	return TypeInt
}

// decimalSize is how many digits before the point, and how many places, a number has.
func decimalSize(t *Type) (whole, scale int) {
	switch t.Kind {
	case Decimal:
		return t.Length - t.Scale, t.Scale
	case Int, Uint:
		switch t.Protocol {
		case ProtocolTiny:
			return 3, 0
		case ProtocolShort:
			return 5, 0
		case ProtocolInt24:
			return 8, 0
		case ProtocolLong:
			return 10, 0
		case ProtocolYear:
			return 4, 0
		}
		// A literal or a function's result is as long as it is said to be.
		longest := 19
		if t.Kind == Uint {
			longest = 20
		}
		return min(max(t.Length, 1), longest), 0
	}
	return 20, 0
}

func wideDecimal(a, b *Type) Type {
	w, s := decimalSize(a)
	v, r := decimalSize(b)
	s = min(max(s, r), MaxScale)
	return TypeDecimal(max(w, v)+s, s)
}

// textLength is how many characters the text of a value has at most.
func textLength(t *Type) int {
	switch t.Kind {
	case Null:
		return 0
	case Decimal:
		n := t.Length + 1 // the sign
		if t.Scale > 0 {
			n++
			if t.Scale == t.Length {
				n++ // 0.
			}
		}
		return n
	case Float:
		if t.Protocol == ProtocolFloat {
			return max(t.Length, 12)
		}
		return max(t.Length, 22)
	case Date:
		return 10
	case DateTime:
		return temporal(TypeDateTime, t.Scale).Length
	case Time:
		return temporal(TypeTime, t.Scale).Length
	case Bit:
		return (t.Length + 7) / 8
	case Enum, Set:
		n := 0
		for i, m := range t.Members {
			if t.Kind == Enum {
				n = max(n, len([]rune(m)))
			} else {
				n += len([]rune(m)) + min(i, 1)
			}
		}
		return n
	}
	return t.Length
}

// Aggregate is the type of a value that may be one of several types: of CASE, IF,
// COALESCE, LEAST's strings, UNION (MySQL's table of merged field types,
// Item::aggregate_type). NULL does not count, except that it makes the result nullable;
// of no types, or of NULLs only, it is the type of NULL. ok is false where collations do
// not go together: error 1267 or 1271.
func Aggregate(ts []*Type) (t Type, ok bool) {
	t = TypeNull
	ok = true
	nullable, first := false, true
	for _, u := range ts {
		nullable = nullable || u.Nullable || u.Kind == Null
		switch {
		case u.Kind == Null:
			continue
		case first:
			t, first = *u, false
			continue
		}
		merged, fits := aggregate2(&t, u)
		ok = ok && fits
		t = merged
	}
	return t.WithNullable(nullable), ok
}

// protocolWidth orders the integer types.
func protocolWidth(t *Type) int {
	switch t.Protocol {
	case ProtocolTiny:
		return 1
	case ProtocolShort:
		return 2
	case ProtocolInt24:
		return 3
	case ProtocolLong:
		return 4
	}
	return 5
}

var widths = [...]Protocol{0, ProtocolTiny, ProtocolShort, ProtocolInt24, ProtocolLong, ProtocolLongLong}

func aggregate2(a, b *Type) (Type, bool) {
	switch {
	case a.Kind == b.Kind && (a.Kind == Date || a.Kind == JSON || a.Kind == Bit):
		t := *a
		t.Length = max(a.Length, b.Length)
		return t, true
	case a.Kind == Float && b.IsNumeric() && b.Kind != Bit, b.Kind == Float && a.IsNumeric() && a.Kind != Bit:
		return aggregateFloat(a, b), true
	case a.IsNumeric() && b.IsNumeric():
		if a.Kind == Decimal || b.Kind == Decimal {
			return wideDecimal(a, b), true
		}
		return aggregateInt(a, b), true
	case a.IsTemporal() && b.IsTemporal():
		t := commonTemporal(a, b)
		if a.IsTimestamp() && b.IsTimestamp() {
			t.Protocol = ProtocolTimestamp
		}
		return t, true
	}
	c, by, ok := Merge(textual(a), textual(b))
	return TypeString(max(textLength(a), textLength(b)), c, by), ok
}

// textual is a type that has the collation of the value's text.
func textual(t *Type) *Type {
	if t.IsText() || t.Kind == JSON || t.Collation != Binary {
		return t
	}
	// Numbers and dates are spelled in the connection's character set, the default.
	u := *t
	u.Collation = DefaultCollation
	return &u
}

func aggregateFloat(a, b *Type) Type {
	t := TypeDouble
	small := func(x *Type) bool {
		return x.Protocol == ProtocolFloat || x.Kind != Float && x.Kind != Decimal && protocolWidth(x) <= 3
	}
	if small(a) && small(b) {
		t.Protocol, t.Length = ProtocolFloat, 12
	}
	scale := func(x *Type) int {
		if x.Kind == Float || x.Kind == Decimal {
			return x.Scale
		}
		return 0
	}
	t.Scale = max(scale(a), scale(b))
	return t
}

func aggregateInt(a, b *Type) Type {
	if a.IsYear() && b.IsYear() {
		return *a
	}
	width := max(protocolWidth(a), protocolWidth(b))
	if a.IsYear() || b.IsYear() { // a YEAR is as a SMALLINT there
		other := a
		if a.IsYear() {
			other = b
		}
		width = max(protocolWidth(other), 2)
	}
	left, right := a.Kind != Int || a.IsYear(), b.Kind != Int || b.IsYear()
	t := TypeInt
	switch {
	case left && right:
		t = TypeUint
	case left && protocolWidth(a) == width, right && protocolWidth(b) == width:
		// A signed type that has room for both.
		width++
	}
	if width >= len(widths) {
		return TypeDecimal(20, 0)
	}
	t.Protocol = widths[width]
	t.Length = max(a.Length, b.Length)
	return t
}
