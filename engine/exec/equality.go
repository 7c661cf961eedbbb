package exec

import (
	"encoding/binary"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// equality is a comparison of rows of two sides by = or <=> that a hash table can
// answer: an expression of either side, whose keys are the same where they are equal.
type equality struct {
	left, right expr.Expr
	collation   types.Collation
	signs       bool // one side is unsigned, the other signed
	nullSafe    bool // <=>
}

// splitEquality makes an equality of a condition. onLeft and onRight tell whether a column
// is of the side; ok is false where the condition is none that a hash table can answer.
func splitEquality(e expr.Expr, onLeft, onRight func(expr.ColumnID) bool) (eq equality, ok bool) {
	c, isCall := e.(*expr.Call)
	if !isCall || len(c.Args) != 2 || c.F.Name != "=" && c.F.Name != "<=>" {
		return eq, false
	}
	of := func(e expr.Expr, side func(expr.ColumnID) bool) bool {
		columns, volatile := columnsOf(e)
		for _, id := range columns {
			if !side(id) {
				return false
			}
		}
		return len(columns) > 0 && !volatile
	}
	eq.left, eq.right = c.Args[0], c.Args[1]
	if !of(eq.left, onLeft) || !of(eq.right, onRight) {
		if eq.left, eq.right = eq.right, eq.left; !of(eq.left, onLeft) || !of(eq.right, onRight) {
			return eq, false
		}
	}
	eq.nullSafe = c.F.Name == "<=>"
	a, b := eq.left.Type(), eq.right.Type()
	switch {
	case a.Kind == types.Int && b.Kind == types.Uint, a.Kind == types.Uint && b.Kind == types.Int:
		eq.signs = true
	case a.Kind != b.Kind:
		return eq, false
	case a.Kind == types.String:
		eq.collation = a.Collation
		return eq, a.Collation == b.Collation // = has given both the one that it compares by
	case a.Kind == types.Null, a.Kind == types.JSON, a.Kind == types.Enum, a.Kind == types.Set:
		// Documents of different text may be equal; members of different lists are not comparable by number.
		return eq, false
	}
	return eq, true
}

// whole tells whether both sides are whole numbers, or dates and times, that are equal where their
// 64 bits are, but for signs, and never where one is NULL.
func (eq *equality) whole() bool {
	switch eq.right.Type().Kind {
	case types.Int, types.Uint, types.Bit, types.Date, types.DateTime, types.Time:
		return !eq.nullSafe
	}
	return false
}

// codes is what puts whole numbers in the place of both sides' values, given those of the right; nil where they are no texts
// or floats, or equal where both are NULL.
func (eq *equality) codes(right *types.Vec) keyCodes {
	switch kind := eq.right.Type().Kind; {
	case eq.nullSafe:
	case kind == types.String:
		return &textCodes{collation: eq.collation}
	case kind == types.Float:
		return newFloatCodes(right)
	}
	return nil
}

// appendKey appends the key of a value of either side.
func (eq *equality) appendKey(dst []byte, v *types.Vec, i int) []byte {
	if !eq.signs || v.Null(i) {
		return types.AppendKey(dst, v, i, eq.collation)
	}
	x := v.I[v.At(i)]
	sign := byte(0)
	if v.Kind == types.Int && x < 0 {
		sign = 1
	}
	return binary.BigEndian.AppendUint64(append(dst, 1, sign), uint64(x))
}

// appendKeys appends the key of a row for all equalities. ok is false where a value is
// NULL that makes = unknown.
func appendKeys(dst []byte, keys []equality, values []*types.Vec, i int) (key []byte, ok bool) {
	for k := range keys {
		if !keys[k].nullSafe && values[k].Null(i) {
			return dst, false
		}
		dst = keys[k].appendKey(dst, values[k], i)
	}
	return dst, true
}
