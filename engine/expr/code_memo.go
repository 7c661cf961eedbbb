package expr

import "github.com/verbatim-sql/verbatim/engine/types"

// codeMemo keeps a call's results for the strings of a dictionary, where these are the only argument that is not the
// same in all rows: the function is computed once for each string, not for each row.
type codeMemo struct {
	dict    *types.Dict
	same    []types.Value // the other arguments
	rows    int           // seen so far
	results *types.Vec    // by code, NULL's behind the last
	known   []bool
	found   int  // how many are known
	asked   int  // rows that asked for one
	off     bool // each row counts: it warns or fails for some, or strings hardly come again

	all    *types.Vec // the results of all strings, and of NULL, by code, texts as codes of their own; nil: not yet
	truths []uint8    // whether they are true, 1 or 0; nil: nobody asked yet
	tried  bool       // that was tried
}

// dictionaryArgument is the only argument that is not the same in all rows, where its strings are in a dictionary; -1:
// there is none.
func dictionaryArgument(args []*types.Vec) int {
	at := -1
	for i, a := range args {
		if a.Same() {
			continue
		}
		if at >= 0 || a.Dict == nil {
			return -1
		}
		at = i
	}
	return at
}

// memo is the call's results by the codes of an argument, n rows being wanted; nil where they have to be computed by row.
func (e *Call) memo(c *Context, args []*types.Vec, at, n int) *codeMemo {
	v := args[at]
	m := c.memos[e]
	if m == nil || m.dict != v.Dict {
		m = &codeMemo{dict: v.Dict}
		if c.memos == nil {
			c.memos = map[*Call]*codeMemo{}
		}
		c.memos[e] = m
	}
	if m.rows += n; m.off || len(v.Dict.Values) > 16*m.rows || !m.sameArguments(args, at) {
		return nil
	}
	if strings := len(v.Dict.Values); m.rows >= rowsForAll*strings && strings < mostCharacters/max(e.T.Length, 1) && !m.tried {
		m.tried, m.all = true, m.ofAll(e, c, args, at)
	}
	return m
}

// of are the results of n rows; nil where they have to be computed by row.
func (m *codeMemo) of(e *Call, c *Context, args []*types.Vec, at, n int) *types.Vec {
	v := args[at]
	if m.all != nil {
		return m.all.Take(m.at(c, v, n))
	}
	if e.F.Vector == nil && e.F.Scalar == nil && len(v.Dict.Values) > manyStrings {
		return nil
	}
	if m.results == nil {
		m.results = types.NewVec(&e.T, len(v.Dict.Values)+1)
		m.known = make([]bool, len(v.Dict.Values)+1)
	}
	rows := m.at(c, v, n)
	var fresh []int32 // rows with a code that is not known
	for i, row := range rows {
		if !m.known[row] {
			m.known[row] = true
			fresh = append(fresh, int32(i))
		}
	}
	m.asked, m.found = m.asked+n, m.found+len(fresh)
	if m.rows == n && n > fewRows && len(fresh) > n/2 || m.found > max(n, len(v.Dict.Values)/16) && m.found > m.asked-m.asked/64 {
		m.off, m.results, m.known = true, nil, nil
		return nil
	}
	if len(fresh) > 0 && !m.compute(e, c, args, fresh, rows) {
		m.off = true
		return nil
	}
	return m.results.Take(rows)
}

// at is where the results of n rows are.
func (m *codeMemo) at(c *Context, v *types.Vec, n int) []int32 {
	rows := c.Rows(n)[:n]
	for i, code := range v.Codes[:n] {
		if rows[i] = int32(code); v.Nulls != nil && v.Nulls[i] {
			rows[i] = int32(len(m.dict.Values))
		}
	}
	return rows
}

// selectRows appends those of n rows for which the results, which are all known, are true.
func (m *codeMemo) selectRows(v *types.Vec, n int, rows []int32) []int32 {
	if m.truths == nil {
		m.truths = make([]uint8, len(m.dict.Values)+1)
		for i := range m.truths {
			if !m.all.Null(i) && m.all.I[m.all.At(i)] != 0 {
				m.truths[i] = 1
			}
		}
	}
	null := m.truths[len(m.dict.Values)]
	k := len(rows)
	rows = append(rows, make([]int32, n)...)
	for i, code := range v.Codes[:n] {
		rows[k] = int32(i)
		if v.Nulls != nil && v.Nulls[i] {
			k += int(null)
		} else {
			k += int(m.truths[code])
		}
	}
	return rows[:k]
}

// rowsForAll is how many rows there are to have been for each string before the results of all of them are wanted: then they
// cost half as much again at most, if no others come.
const rowsForAll = 2

// mostCharacters bounds the results of all strings.
const mostCharacters = 1 << 26

// ofAll are the results for all strings and NULL; nil: one of them fails or warns. Texts are codes of a dictionary: who groups
// by them, or compares them, has numbers to do with.
func (m *codeMemo) ofAll(e *Call, c *Context, args []*types.Vec, at int) *types.Vec {
	n := len(m.dict.Values)
	all := types.VecOf(e.Args[at].Type(), n+1)
	all.Dict, all.Codes = m.dict, make([]uint32, n+1)
	for code := range n {
		all.Codes[code] = uint32(code)
	}
	all.SetNull(n)
	with := make([]*types.Vec, len(args))
	for i, a := range args {
		if with[i] = all; i != at {
			with[i] = types.SameVec(e.Args[i].Type(), a.Value(0), n+1)
		}
	}
	results := m.quiet(e, c, with, n+1)
	if results == nil || results.Dict != nil || results.Kind != types.String || results.Same() {
		return results
	}
	out := types.VecOf(&e.T, n+1)
	out.Dict, out.Codes, out.Nulls = &types.Dict{}, make([]uint32, n+1), results.Nulls
	codes := map[string]uint32{}
	for i := range n + 1 {
		if results.Null(i) {
			continue
		}
		s := results.Str(i)
		code, known := codes[s]
		if !known {
			code = uint32(len(out.Dict.Values))
			codes[s], out.Dict.Values = code, append(out.Dict.Values, s)
		}
		out.Codes[i] = code
	}
	if len(out.Dict.Values) == 0 {
		return results // a NULL has a code, too
	}
	return out
}

// manyStrings are so many that to make a short text again takes no longer than to find it.
const manyStrings = 1 << 14

// fewRows are too few to tell whether strings come again.
const fewRows = 256

// sameArguments tells whether the other arguments are those of the rows before.
func (m *codeMemo) sameArguments(args []*types.Vec, at int) bool {
	for i, a := range args {
		if i == at {
			continue
		}
		x := a.Value(0)
		if len(m.same) <= i {
			m.same = append(m.same, make([]types.Value, i+1-len(m.same))...)
			m.same[i] = x
		} else if m.same[i] != x {
			m.off = true
			return false
		}
	}
	return true
}

// compute adds the results for some rows; false where one fails or warns.
func (m *codeMemo) compute(e *Call, c *Context, args []*types.Vec, fresh, rows []int32) bool {
	some := make([]*types.Vec, len(args))
	for i, a := range args {
		some[i] = a.Take(fresh)
	}
	out := m.quiet(e, c, some, len(fresh))
	if out == nil {
		return false
	}
	for i, r := range fresh {
		m.results.Set(int(rows[r]), out.Value(i))
	}
	return true
}

// quiet is the call's results of n rows of arguments; nil where one fails or warns.
func (m *codeMemo) quiet(e *Call, c *Context, args []*types.Vec, n int) *types.Vec {
	before, passing := c.Env, c.passing
	quiet, warned := *before, false
	quiet.Warn = func(uint16, string) { warned = true }
	c.Env, c.passing = &quiet, false
	out, err := e.compute(c, args, n)
	c.Env, c.passing = before, passing
	if err != nil || warned {
		return nil
	}
	return out
}
