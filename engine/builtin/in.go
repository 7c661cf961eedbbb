package builtin

import (
	"math/bits"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// x IN (list) (manual 12.4.2; Item_func_in): x is compared with each item in the type that
// the two have in common. Constants are looked up in a hash table for each such type.
var inFunctions = []*expr.Function{
	{Name: "in", Min: 2, Max: -1, Boolean: true, Resolve: resolveIn, Lazy: evalIn, Vector: inConstants},
}

// inList is how the items of an IN are compared.
type inList struct {
	groups []*inGroup
	null   bool // a constant item is NULL
}

// inGroup is the items that are compared with x in one type.
type inGroup struct {
	t       types.Type // what x and the items are converted to
	set     map[string]struct{}
	numbers *numberSet // set, where the type's values are whole numbers
	items   []int      // the arguments that are no constants, or whose value is not known before
}

// numberSet is a set of numbers.
type numberSet struct {
	few  []int64            // all of them, up to fewNumbers
	many map[int64]struct{} // all of them, where they are more

	// Those from the first number on, a bit each; apart: some are too far from one another to have one.
	first int64
	near  uint64
	apart bool
}

// fewNumbers are found sooner by looking at each.
const fewNumbers = 8

func (s *numberSet) add(x int64) {
	if s.has(x) {
		return
	}
	s.addNear(x)
	switch {
	case s.many == nil && len(s.few) < fewNumbers:
		s.few = append(s.few, x)
		return
	case s.many == nil:
		s.many = map[int64]struct{}{}
		for _, y := range s.few {
			s.many[y] = struct{}{}
		}
	}
	s.many[x] = struct{}{}
}

// addNear gives a number its bit.
func (s *numberSet) addNear(x int64) {
	first, last := x, x
	if s.near != 0 {
		first, last = min(x, s.first), max(x, s.first+int64(bits.Len64(s.near)-1))
	}
	if s.apart = s.apart || uint64(last)-uint64(first) >= 64; s.apart {
		return
	}
	if s.near != 0 {
		s.near <<= uint64(s.first - first)
	}
	s.first = first
	s.near |= 1 << uint64(x-first)
}

// truths tells of numbers, 1 or 0, whether they are in the set.
func (s *numberSet) truths(numbers, out []int64) {
	out = out[:len(numbers)]
	if s.apart {
		for i, x := range numbers {
			out[i] = types.BoolValue(s.has(x)).I
		}
		return
	}
	first, near := s.first, s.near
	for i, x := range numbers {
		out[i] = int64(near >> (uint64(x) - uint64(first)) & 1) // nothing is left of a shift of 64 and more
	}
}

func (s *numberSet) has(x int64) bool {
	if s.many != nil {
		_, ok := s.many[x]
		return ok
	}
	return slices.Contains(s.few, x)
}

// constants tells whether some items are constants.
func (g *inGroup) constants() bool { return g.set != nil || g.numbers != nil }

func (g *inGroup) add(v types.Value) {
	switch g.t.Kind {
	case types.Int, types.Uint, types.Date, types.DateTime, types.Time:
		if g.numbers == nil {
			g.numbers = &numberSet{}
		}
		g.numbers.add(v.I)
	default:
		if g.set == nil {
			g.set = map[string]struct{}{}
		}
		g.set[string(types.AppendValueKey(nil, v, g.t.Collation))] = struct{}{}
	}
}

// has tells of each of some rows of values of the type whether it is among the constants.
func (g *inGroup) has(v *types.Vec, rows []int32, tell func(row int32, has bool)) {
	if s := g.numbers; s != nil {
		for _, row := range rows {
			tell(row, !v.Null(int(row)) && s.has(v.I[v.At(int(row))]))
		}
		return
	}
	var key []byte
	for _, row := range rows {
		i := int(row)
		switch {
		case v.Null(i):
			tell(row, false)
			continue
		case g.t.Kind == types.JSON:
			key = types.AppendValueKey(key[:0], v.Value(i), g.t.Collation)
		default:
			key = types.AppendKey(key[:0], v, i, g.t.Collation)
		}
		_, ok := g.set[string(key)]
		tell(row, ok)
	}
}

func resolveIn(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	x := args[0]
	allText := true
	for _, a := range args {
		allText = allText && (a.Type().IsText() || a.Type().Kind == types.Null)
	}
	var collation types.Collation
	if allText {
		var err error
		if collation, _, err = mergeTexts(r, " IN ", true, args...); err != nil {
			return types.Type{}, nil, err
		}
	}
	list := &inList{}
	mayNull := false // a text may be no date
	for i, a := range args[1:] {
		t, ok := types.Common(x.Type(), a.Type(), expr.IsConst(x), expr.IsConst(a))
		if !ok {
			return t, nil, collationConflict(" IN ", args)
		}
		if allText {
			t.Collation = collation
		}
		g := list.group(t)
		mayNull = mayNull || t.IsTemporal() && (x.Type().IsText() || a.Type().IsText())
		v, constant := types.Value{}, false
		if expr.IsConst(a) {
			v, constant = r.Constant(a)
		}
		switch {
		case constant && v.IsNull():
			list.null = true
			continue
		case constant:
			env := *r.Env
			warned := false
			env.Warn = func(uint16, string) { warned = true }
			v, err := types.Convert(&env, v, a.Type(), &g.t)
			if err == nil && !warned && !v.IsNull() {
				g.add(v)
				continue
			}
		}
		g.items = append(g.items, i+1)
	}
	r.Keep(list)
	return finish(types.TypeBool, args, mayNull)
}

// group finds the items of a type.
func (l *inList) group(t types.Type) *inGroup {
	for _, g := range l.groups {
		if g.t.Kind == t.Kind && g.t.Collation == t.Collation && g.t.Scale >= t.Scale {
			return g
		}
	}
	g := &inGroup{t: t}
	l.groups = append(l.groups, g)
	return g
}

// evalIn is 1 where an item is equal to x, NULL where none is but one or x is NULL. Items
// that are no constants are evaluated for the rows that are not decided.
func evalIn(c *expr.Context, call *expr.Call, b *types.Batch) (*types.Vec, error) {
	list := call.Data.(*inList)
	x, err := call.Args[0].Eval(c, b)
	if err != nil {
		return nil, err
	}
	if allNull(x) && b.N > 0 {
		return nullVec(&call.T, b.N), nil
	}
	if list.constant() {
		return call.Of(c, []*types.Vec{x}, b.N)
	}
	out := c.NewVec(&call.T, b.N)
	return out, list.lookUp(c, call, b, x, out)
}

// inConstants is evalIn of values of x, where all items are constants.
func inConstants(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	l, x := call.Data.(*inList), args[0]
	out := c.NewVec(&call.T, n)
	if len(l.groups) == 1 && !l.null && l.groups[0].numbers != nil && !x.Same() {
		g := l.groups[0]
		if v, err := types.ConvertVec(c.Env, x, call.Args[0].Type(), &g.t); err != nil {
			return nil, err
		} else if !v.Same() && v.Kind != types.Null {
			g.numbers.truths(v.I[:n], out.I)
			out.Nulls = v.Nulls
			return out, nil
		}
	}
	return out, l.lookUp(c, call, &types.Batch{N: n}, x, out)
}

// constant tells whether all items are in hash tables.
func (l *inList) constant() bool {
	for _, g := range l.groups {
		if len(g.items) > 0 {
			return false
		}
	}
	return true
}

func (l *inList) lookUp(c *expr.Context, call *expr.Call, b *types.Batch, x, out *types.Vec) error {
	rows := c.Rows(b.N)[:b.N]
	for i := range rows {
		rows[i] = int32(i)
		if l.null || x.Null(i) {
			out.SetNull(i)
		}
	}
	found := func(row int32) {
		out.I[row] = 1
		if out.Nulls != nil {
			out.Nulls[row] = false
		}
	}
	type pending struct {
		group *inGroup
		x     *types.Vec
	}
	var waiting []pending
	for _, g := range l.groups {
		if !g.constants() && len(g.items) == 0 {
			continue
		}
		v, err := types.ConvertVec(c.Env, x, call.Args[0].Type(), &g.t)
		if err != nil {
			return err
		}
		if g.constants() {
			left := rows[:0:len(rows)]
			g.has(v, rows, func(row int32, has bool) {
				switch i := int(row); {
				case has:
					found(row)
					return
				case v.Null(i) && !x.Null(i):
					out.SetNull(i)
				}
				left = append(left, row)
			})
			rows = left
		}
		if len(g.items) > 0 {
			waiting = append(waiting, pending{g, v})
		}
	}
	for _, p := range waiting {
		for _, item := range p.group.items {
			kept := rows[:0:len(rows)]
			ask := make([]int32, 0, len(rows))
			for _, row := range rows {
				if !x.Null(int(row)) {
					ask = append(ask, row)
				}
			}
			if len(ask) == 0 {
				return nil
			}
			all := ask
			if len(ask) == b.N {
				all = nil
			}
			y, err := evalRows(c, call.Args[item], b, all)
			if err != nil {
				return err
			}
			if y, err = types.ConvertVec(c.Env, y, call.Args[item].Type(), &p.group.t); err != nil {
				return err
			}
			if y.Kind == types.Int && p.x.Kind == types.Int && !y.HasNulls() && !y.Same() && !p.x.HasNulls() && !p.x.Same() {
				for i, row := range ask {
					if p.x.I[row] == y.I[i] {
						found(row)
					} else {
						kept = append(kept, row)
					}
				}
				rows = kept
				continue
			}
			for i, row := range ask {
				switch {
				case y.Null(i) || p.x.Null(int(row)):
					out.SetNull(int(row))
				case types.CompareVec(p.x, int(row), y, i, p.group.t.Collation) == 0:
					found(row)
					continue
				}
				kept = append(kept, row)
			}
			rows = kept
		}
	}
	return nil
}
