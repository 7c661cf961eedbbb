package types

import "slices"

// Concat is the rows of vectors of the type's kind, or of kind Null, one behind the other.
func Concat(t *Type, vecs []*Vec) *Vec {
	if len(vecs) == 1 && vecs[0].Kind == t.Kind {
		return vecs[0]
	}
	n, nulls := 0, false
	var dict *Dict // that all have
	for i, v := range vecs {
		n += v.n
		nulls = nulls || v.HasNulls()
		switch {
		case v.Kind == Null || i > 0 && v.Dict != dict:
			dict = nil
		case i == 0:
			dict = v.Dict
		}
	}
	if slices.ContainsFunc(vecs, func(v *Vec) bool { return v.Dict != dict }) {
		dict = nil
	}
	out := &Vec{Kind: t.Kind, Members: t.Members, n: n}
	switch {
	case t.Kind == Null:
		return out
	case dict != nil:
		out.Dict, out.Codes = dict, make([]uint32, 0, n)
	case t.Kind == Float:
		out.F = make([]float64, 0, n)
	case t.Kind == Decimal:
		out.D = make([]Dec, 0, n)
	case t.Kind == String || t.Kind == JSON:
		out.S = make([]string, 0, n)
	default:
		out.I = make([]int64, 0, n)
	}
	if nulls {
		out.Nulls = make([]bool, n)
	}
	at := 0
	for _, v := range vecs {
		v = v.spread(t)
		if v.Nulls != nil {
			copy(out.Nulls[at:], v.Nulls)
		}
		at += v.n
		switch {
		case dict != nil:
			out.Codes = append(out.Codes, v.Codes...)
		case t.Kind == Float:
			out.F = append(out.F, v.F...)
		case t.Kind == Decimal:
			out.D = append(out.D, v.D...)
		case v.Dict != nil:
			for _, code := range v.Codes {
				out.S = append(out.S, v.Dict.Values[code])
			}
		case t.Kind == String || t.Kind == JSON:
			out.S = append(out.S, v.S...)
		default:
			out.I = append(out.I, v.I...)
		}
	}
	return out
}

// spread is the vector with a value for each row in a slice.
func (v *Vec) spread(t *Type) *Vec {
	if v.Kind != Null && !v.same {
		return v
	}
	if v.Dict != nil && v.Nulls == nil {
		return v.codesEach()
	}
	out := NewVec(t, v.n)
	if v.n > 0 {
		x := v.Value(0)
		for i := range v.n {
			out.Set(i, x)
		}
	}
	return out
}

// codesEach is spread of a vector with a dictionary that is the same in all rows, which is not NULL.
func (v *Vec) codesEach() *Vec {
	out := &Vec{Kind: v.Kind, Dict: v.Dict, Codes: make([]uint32, v.n), n: v.n}
	for i := range out.Codes {
		out.Codes[i] = v.Codes[0]
	}
	return out
}
