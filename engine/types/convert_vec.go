package types

import "math"

// ConvertVec is [Convert] of a column: the column itself where nothing is to be done, and
// once only where all rows have one value.
func ConvertVec(e *Env, v *Vec, from, to *Type) (*Vec, error) {
	switch {
	case v.Kind == Null && to.Kind == Null:
		return v, nil
	case v.Kind == Null:
		return SameVec(to, Value{}, v.Len()), nil
	case v.Kind == to.Kind:
		switch to.Kind {
		case DateTime, Time:
			if from.Scale <= to.Scale {
				return v, nil
			}
		case Enum, Set:
			if sameMembers(from.Members, to.Members) {
				return v, nil
			}
		default:
			return v, nil
		}
	}
	if v.Same() {
		x, err := Convert(e, v.Value(0), from, to)
		if err != nil {
			return nil, err
		}
		return SameVec(to, x, v.Len()), nil
	}
	n := v.Len()
	out := &Vec{Kind: to.Kind, Members: to.Members, n: n, Nulls: v.Nulls}
	switch {
	case v.Kind == Int && to.Kind == Float:
		out.alloc(n)
		for i, x := range v.I {
			out.F[i] = float64(x)
		}
		return out, nil
	case v.Kind == Uint && to.Kind == Float:
		out.alloc(n)
		for i, x := range v.I {
			out.F[i] = float64(uint64(x))
		}
		return out, nil
	case v.Kind == Decimal && to.Kind == Float:
		out.alloc(n)
		for i, x := range v.D {
			out.F[i] = x.Float()
		}
		return out, nil
	case v.Kind == Int && to.Kind == Decimal:
		out.alloc(n)
		for i, x := range v.I {
			out.D[i] = NewDec(x, 0)
		}
		return out, nil
	case v.Kind == Uint && to.Kind == Decimal:
		out.alloc(n)
		for i, x := range v.I {
			out.D[i] = DecFromUint(uint64(x))
		}
		return out, nil
	case v.Kind == Date && to.Kind == DateTime,
		(v.Kind == Bit || v.Kind == Set) && to.Kind == Uint,
		v.Kind == Enum && to.Kind == Int:
		out.I = v.I
		return out, nil
	case v.Kind == DateTime && to.Kind == Date:
		out.alloc(n)
		for i, x := range v.I {
			out.I[i] = DateOf(x)
		}
		return out, nil
	case (v.Kind == Date || v.Kind == DateTime || v.Kind == Int || v.Kind == Uint) && to.Kind == String:
		out.alloc(n)
		text := make([]byte, 0, shortText*n)
		ends := make([]int, n)
		for i := range n {
			if !v.Null(i) {
				text = AppendValue(text, v.Value(i), from)
			}
			ends[i] = len(text)
		}
		all, at := string(text), 0
		for i, end := range ends {
			out.S[i], at = all[at:end], end
		}
		return out, nil
	}
	out.Nulls = nil
	out.alloc(n)
	for i := range n {
		x, err := Convert(e, v.Value(i), from, to)
		if err != nil {
			return nil, err
		}
		out.Set(i, x)
	}
	return out, nil
}

// shortText is how long the text of a number mostly is at most.
const shortText = 8

// FitsDecimal tells whether a column of decimals is as the type has it: all have its places, and no more digits.
func FitsDecimal(v *Vec, t *Type) bool {
	if v.Kind != Decimal || t.Kind != Decimal {
		return false
	}
	limit := int64(math.MaxInt64)
	if t.Length < len(pow10) {
		limit = pow10[t.Length]
	}
	for i, d := range v.D {
		if v.Nulls != nil && v.Nulls[i] {
			continue
		}
		if d.big != nil || int(d.scale) != t.Scale || d.small >= limit || d.small <= -limit || t.Unsigned && d.small < 0 {
			return false
		}
	}
	return true
}
