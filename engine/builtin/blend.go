package builtin

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// blend is CASE or IF whose conditions and results are all harmless: they are computed for all rows, and each row takes
// that of its first true condition.
func blend(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	args, n := call.Args, b.N
	if n == 1 {
		return blendOne(c, call, b)
	}
	if len(args) <= 3 && (call.T.Kind == types.Int || call.T.Kind == types.Float) {
		return blendTwo(c, call, b)
	}
	// The number of each row's result, those of earlier conditions over those of later ones.
	which := make([]uint8, n)
	branches := len(args) / 2
	for i := range which {
		which[i] = uint8(branches)
	}
	for k := branches - 1; k >= 0; k-- {
		v, err := args[2*k].Eval(c, b)
		if err != nil {
			return nil, err
		}
		switch {
		case allNull(v):
		case v.Same():
			if v.I[0] != 0 {
				for i := range which {
					which[i] = uint8(k)
				}
			}
		case v.Nulls == nil:
			for i, x := range v.I[:n] {
				if x != 0 {
					which[i] = uint8(k)
				}
			}
		default:
			for i, x := range v.I[:n] {
				if x != 0 && !v.Nulls[i] {
					which[i] = uint8(k)
				}
			}
		}
	}
	if texts, ok := call.Data.(*textResults); ok && texts != nil && texts.are(args) {
		return texts.vec(call, which), nil
	}
	out := types.NewVec(&call.T, n)
	for k := range branches + 1 {
		var v *types.Vec
		switch {
		case k < branches:
			var err error
			if v, err = args[2*k+1].Eval(c, b); err != nil {
				return nil, err
			}
		case len(args)%2 == 1:
			var err error
			if v, err = args[len(args)-1].Eval(c, b); err != nil {
				return nil, err
			}
		default:
			v = nullVec(&call.T, n)
		}
		blendInto(out, which, uint8(k), v)
	}
	return out, nil
}

// blendTwo is blend of one condition, and numbers: most pivots are of such.
func blendTwo(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	rows, err := expr.Select(c, call.Args[0], b, nil)
	if err != nil {
		return nil, err
	}
	yes, err := call.Args[1].Eval(c, b)
	if err != nil {
		return nil, err
	}
	no := nullVec(&call.T, b.N)
	if len(call.Args) == 3 {
		if no, err = call.Args[2].Eval(c, b); err != nil {
			return nil, err
		}
	}
	out := types.NewVec(&call.T, b.N)
	if allNull(no) {
		out.Nulls = make([]bool, b.N)
		for i := range out.Nulls {
			out.Nulls[i] = true
		}
	} else {
		if no.Nulls != nil && !no.Same() {
			out.Nulls = slices.Clone(no.Nulls[:b.N])
		}
		fillValues(out.I, no.I, no.Same())
		fillValues(out.F, no.F, no.Same())
	}
	switch {
	case allNull(yes):
		for _, row := range rows {
			out.SetNull(int(row))
		}
		return out, nil
	case yes.Nulls != nil && !yes.Same():
		for _, row := range rows {
			if yes.Nulls[row] {
				out.SetNull(int(row))
			} else if out.Nulls != nil {
				out.Nulls[row] = false
			}
		}
	case out.Nulls != nil:
		for _, row := range rows {
			out.Nulls[row] = false
		}
	}
	putValues(out.I, rows, yes.I, yes.Same())
	putValues(out.F, rows, yes.F, yes.Same())
	return out, nil
}

// fillValues gives all rows what the other slice has, where it has something.
func fillValues[T comparable](to, from []T, same bool) {
	var zero T
	switch {
	case len(from) == 0:
	case !same:
		copy(to, from)
	case from[0] != zero:
		for i := range to {
			to[i] = from[0]
		}
	}
}

// putValues gives some rows what the other slice has for them.
func putValues[T any](to []T, rows []int32, from []T, same bool) {
	switch {
	case len(from) == 0:
	case same:
		x := from[0]
		for _, row := range rows {
			to[row] = x
		}
	default:
		for _, row := range rows {
			to[row] = from[row]
		}
	}
}

// blendOne is blend of a single row: what decides is all that is computed.
func blendOne(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	args := call.Args
	for ; len(args) >= 2; args = args[2:] {
		v, err := args[0].Eval(c, b)
		if err != nil {
			return nil, err
		}
		if !v.Null(0) && v.I[v.At(0)] != 0 {
			return sameRows(c, args[1], b, &call.T)
		}
	}
	if len(args) == 1 {
		return sameRows(c, args[0], b, &call.T)
	}
	return nullVec(&call.T, 1), nil
}

// blendInto gives the rows of number k what the vector has for them.
func blendInto(out *types.Vec, which []uint8, k uint8, v *types.Vec) {
	switch {
	case allNull(v):
		for i, w := range which {
			if w == k {
				out.SetNull(i)
			}
		}
		return
	case v.Nulls != nil && !v.Same():
		for i, w := range which {
			if w == k && v.Nulls[i] {
				out.SetNull(i)
			}
		}
	}
	switch v.Kind {
	case types.Float:
		blendValues(out.F, which, k, v.F, v.Same())
	case types.Decimal:
		blendValues(out.D, which, k, v.D, v.Same())
	case types.String, types.JSON:
		if v.Dict == nil {
			blendValues(out.S, which, k, v.S, v.Same())
			return
		}
		for i, w := range which {
			if w == k {
				out.S[i] = v.Str(i)
			}
		}
	default:
		blendValues(out.I, which, k, v.I, v.Same())
	}
}

func blendValues[T any](to []T, which []uint8, k uint8, from []T, same bool) {
	if same {
		x := from[0]
		for i, w := range which {
			if w == k {
				to[i] = x
			}
		}
		return
	}
	for i, w := range which {
		if w == k {
			to[i] = from[i]
		}
	}
}

// textResults are the results of a CASE that are all texts which the statement has: its values are codes of a
// dictionary of them.
type textResults struct {
	dict  *types.Dict
	codes []uint32 // of each result
	nulls []bool   // whether a result is NULL
}

// literalTexts are results that are all texts of the statement, or NULL; nil: they are not.
func literalTexts(results []expr.Expr) *textResults {
	t := &textResults{dict: &types.Dict{}, codes: make([]uint32, len(results)+1), nulls: make([]bool, len(results)+1)}
	t.nulls[len(results)] = true // where there is no ELSE
	for i, x := range results {
		l, ok := x.(*expr.Literal)
		switch {
		case !ok || l.T.Kind != types.String && l.T.Kind != types.Null:
			return nil
		case l.V.IsNull():
			t.nulls[i] = true
			continue
		}
		at := slices.Index(t.dict.Values, l.V.S)
		if at < 0 {
			at = len(t.dict.Values)
			t.dict.Values = append(t.dict.Values, l.V.S)
		}
		t.codes[i] = uint32(at)
	}
	if len(t.dict.Values) == 0 {
		return nil
	}
	return t
}

// are tells whether a call's arguments are still those that the dictionary was made of.
func (t *textResults) are(args []expr.Expr) bool {
	for k := range t.codes[:len(t.codes)-1] {
		at := min(2*k+1, len(args)-1)
		l, ok := args[at].(*expr.Literal)
		if !ok || l.V.IsNull() != t.nulls[k] || !t.nulls[k] && l.V.S != t.dict.Values[t.codes[k]] {
			return false
		}
	}
	return true
}

// vec has each row's result, given their numbers.
func (t *textResults) vec(call *expr.Call, which []uint8) *types.Vec {
	out := types.VecOf(&call.T, len(which))
	out.Dict, out.Codes = t.dict, make([]uint32, len(which))
	for i, w := range which {
		out.Codes[i] = t.codes[w]
		if t.nulls[w] {
			out.SetNull(i)
		}
	}
	return out
}
