package exec

import (
	"math"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// grouper numbers the groups of keys.
type grouper struct {
	keys []*types.Builder // of each group, the values of its first row
	n    int

	set   *keySet
	ints  *intTable // in its stead, where the only key is an integer
	ids   []int32
	fresh []int32
}

func newGrouper(ts []*types.Type) *grouper {
	g := &grouper{}
	for _, t := range ts {
		g.keys = append(g.keys, types.NewBuilder(t))
	}
	switch {
	case len(ts) == 0:
		g.n = 1
	case len(ts) == 1 && isIntegral(ts[0].Kind):
		g.ints = newIntTable(0)
	default:
		g.set = newKeySet(ts)
	}
	return g
}

// expect has the grouper ready for n groups in all, before there are any.
func (g *grouper) expect(n int) {
	switch {
	case g.set != nil:
		g.set.expect(n)
	case g.ints != nil:
		g.ints = newIntTable(n)
	}
	for _, k := range g.keys {
		k.Expect(n)
	}
}

// isIntegral tells whether the values of a kind are in a vector's I, equal iff those are.
func isIntegral(k types.Kind) bool {
	switch k {
	case types.Null, types.Float, types.Decimal, types.String, types.JSON:
		return false
	}
	return true
}

// add is the groups of n rows, valid until the next call.
func (g *grouper) add(keys []*types.Vec, n int) []int32 {
	ids, first := g.ids[:0], g.fresh[:0]
	switch {
	case g.set != nil:
		ids, first = g.set.add(keys, n, ids, first)
	case g.ints != nil:
		ids, first = g.ints.add(keys[0], n, ids, first)
	default:
		ids = append(ids, make([]int32, n)...)
	}
	g.ids, g.fresh = ids, first
	if len(first) > 0 {
		for j, k := range keys {
			g.keys[j].AppendVec(k.Take(first))
		}
		g.n += len(first)
	}
	return ids
}

// keyVecs are the keys of the groups.
func (g *grouper) keyVecs() []*types.Vec {
	keys := make([]*types.Vec, len(g.keys))
	for i, k := range g.keys {
		keys[i] = k.Vec()
	}
	return keys
}

// most is how many groups there can be at most, by the dictionaries of the keys.
func (g *grouper) most() int {
	most := 1
	for _, k := range g.keyVecs() {
		if k.Dict == nil || most > math.MaxInt32 {
			return math.MaxInt
		}
		most *= len(k.Dict.Values) + 1
	}
	return most
}
