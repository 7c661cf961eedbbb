package builtin

import (
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// blend is CASE or IF whose conditions and results are all harmless: they are computed for all rows, and each row takes
// that of its first true condition.
func blend(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	args, n := branchesOf(call.Args), b.N
	if n == 1 {
		return blendOne(c, args, &call.T, b)
	}
	if len(args) <= 3 && (call.T.Kind == types.Int || call.T.Kind == types.Float) {
		return blendTwo(c, call, b)
	}
	branches := len(args) / 2
	conditions, same := make([]*types.Vec, branches), true
	for k := range conditions {
		var err error
		if conditions[k], err = args[2*k].Eval(c, b); err != nil {
			return nil, err
		}
		same = same && conditions[k].Same()
	}
	if same {
		return blendSame(c, args, &call.T, b, conditions)
	}
	which := firstTrue(conditions, n)
	if texts, ok := call.Data.(*textResults); ok && texts != nil && texts.are(args) {
		return texts.vec(call, which), nil
	}
	var used [math.MaxUint8 + 1]bool
	for _, k := range which {
		used[k] = true
	}
	out := c.NewVec(&call.T, n)
	for k := range branches + 1 {
		if !used[k] {
			continue
		}
		v := nullVec(&call.T, n)
		if at := min(2*k+1, 2*branches); at < len(args) {
			var err error
			if v, err = args[at].Eval(c, b); err != nil {
				return nil, err
			}
		}
		blendInto(out, which, uint8(k), v)
	}
	return out, nil
}

// branchesOf are the arguments of a CASE or IF, those of another that is its ELSE in its place.
func branchesOf(args []expr.Expr) []expr.Expr {
	for len(args)%2 == 1 {
		last, ok := args[len(args)-1].(*expr.Call)
		if !ok || last.F.Name != "if" && last.F.Name != "case" || len(args)+len(last.Args) >= 2*math.MaxUint8 {
			break
		}
		args = append(args[:len(args)-1:len(args)-1], last.Args...)
	}
	return args
}

// firstTrue is the number of each row's first condition that is true, or how many there are.
func firstTrue(conditions []*types.Vec, n int) []uint8 {
	which := make([]uint8, n)
	for i := range which {
		which[i] = uint8(len(conditions))
	}
	for k, v := range slices.Backward(conditions) {
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
	return which
}

// blendSame is blend where all rows have the same result.
func blendSame(c *expr.Context, args []expr.Expr, t *types.Type, b *types.Batch, conditions []*types.Vec) (*types.Vec, error) {
	for k, v := range conditions {
		if !allNull(v) && !v.Null(0) && v.I[0] != 0 {
			return sameRows(c, args[2*k+1], b, t)
		}
	}
	if len(args)%2 == 1 {
		return sameRows(c, args[len(args)-1], b, t)
	}
	return nullVec(t, b.N), nil
}

// blendTwo is blend of one condition, and numbers: most pivots are of such.
func blendTwo(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	rows, err := expr.Select(c, call.Args[0], b, c.Rows(b.N))
	if err != nil {
		return nil, err
	}
	if len(rows) == b.N {
		return sameRows(c, call.Args[1], b, &call.T)
	}
	if len(rows) == 0 && len(call.Args) == 3 {
		return sameRows(c, call.Args[2], b, &call.T)
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
	out := c.NewVec(&call.T, b.N)
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
func blendOne(c *expr.Context, args []expr.Expr, t *types.Type, b *types.Batch) (*types.Vec, error) {
	for ; len(args) >= 2; args = args[2:] {
		v, err := args[0].Eval(c, b)
		if err != nil {
			return nil, err
		}
		if !v.Null(0) && v.I[v.At(0)] != 0 {
			return sameRows(c, args[1], b, t)
		}
	}
	if len(args) == 1 {
		return sameRows(c, args[0], b, t)
	}
	return nullVec(t, 1), nil
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

// literalTexts are the results of a CASE's arguments if all are texts of the statement, or NULL; nil: they are not.
func literalTexts(args []expr.Expr) *textResults {
	var results []expr.Expr
	for i, x := range args {
		if i%2 == 1 || i == len(args)-1 {
			results = append(results, x)
		}
	}
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
