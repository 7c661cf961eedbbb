package expr

import (
	"math"
	"strings"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Row is the arguments of a function that declares Text or Count: texts and whole numbers of one row, by argument.
// Of a NULL they tell nothing.
type Row struct {
	S    []string
	I    []int64 // a Uint beyond it is the greatest int64
	Null []bool  // with KeepNull

	Context *Context
	Call    *Call

	many bool // there are other rows
	made strings.Builder
	room struct {
		texts   [4]string
		numbers [4]int64
		nulls   [4]bool
	}
}

// roomOfTexts is how many bytes the texts that are made share: one of them that is kept keeps all of them.
const roomOfTexts = 1 << 10

// Binary tells whether the call's text is of bytes, not of characters.
func (r *Row) Binary() bool { return r.Call.T.Collation.IsBinary() }

// Make is where the row's text, of at most so many bytes, is written, and from which byte on.
func (r *Row) Make(bytes int) (to *strings.Builder, from int) {
	if r.made.Cap()-r.made.Len() < bytes {
		if r.made.Reset(); r.many {
			bytes = max(bytes, roomOfTexts)
		}
		r.made.Grow(bytes)
	}
	return &r.made, r.made.Len()
}

// rows is the results of n rows of a function that declares Text or Count.
func (e *Call) rows(c *Context, args []*types.Vec, n int) (*types.Vec, error) {
	out := types.NewVec(&e.T, n)
	if n == 0 {
		return out, nil
	}
	r := &Row{Context: c, Call: e, many: n > 1}
	if len(args) <= len(r.room.texts) {
		r.S, r.I, r.Null = r.room.texts[:len(args)], r.room.numbers[:len(args)], r.room.nulls[:len(args)]
	} else {
		r.S, r.I, r.Null = make([]string, len(args)), make([]int64, len(args)), make([]bool, len(args))
	}
	var varying []int
	for j, a := range args {
		switch {
		case n > 1 && !a.Same():
			varying = append(varying, j)
		case !r.take(j, a, 0) && !e.F.KeepNull:
			return types.SameVec(&e.T, types.Value{}, n), nil
		}
	}
	results := results{c: c, call: e}
rows:
	for i := range n {
		for _, j := range varying {
			if !r.take(j, args[j], i) && !e.F.KeepNull {
				out.SetNull(i)
				continue rows
			}
		}
		bytes := 0
		if e.F.Count != nil {
			out.I[i] = e.F.Count(r)
		} else if text, ok := e.F.Text(r); ok {
			out.S[i], bytes = text, len(text)
		} else {
			out.SetNull(i)
		}
		read := 0
		for _, s := range r.S {
			read += len(s)
		}
		if err := results.add(read, bytes); err != nil {
			return nil, err
		}
	}
	return out, results.end()
}

// take gives argument j its value of a row; false: it is NULL.
func (r *Row) take(j int, a *types.Vec, row int) bool {
	if r.Null[j] = a.Null(row); r.Null[j] {
		return false
	}
	switch at := a.At(row); {
	case a.Dict != nil:
		r.S[j] = a.Dict.Values[a.Codes[at]]
	case a.S != nil:
		r.S[j] = a.S[at]
	case a.Kind == types.Uint && a.I[at] < 0:
		r.I[j] = math.MaxInt64
	default:
		r.I[j] = a.I[at]
	}
	return true
}
