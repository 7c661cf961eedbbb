package exec

import (
	"math/rand/v2"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Texts that a collation calls equal have one number, wherever they come from: the right side's dictionary, another one,
// or none.
func TestTextCodes(t *testing.T) {
	const seed = 41
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	own := &types.Dict{Values: []string{"nobody has it", "a", "Ä", "b", "B", "", "straße", "c"}}
	other := &types.Dict{Values: []string{"STRASSE", "A", "x", "ss", "C", "b ", "ä"}}
	text := types.TypeString(10, types.DefaultCollation, types.CoerceImplicit)
	vector := func(d *types.Dict, n int) *types.Vec {
		v := types.NewVec(&text, n)
		if d != nil && r.IntN(3) > 0 {
			v = types.VecOf(&text, n)
			v.Dict, v.Codes = d, make([]uint32, n)
		} else if d == nil {
			d = []*types.Dict{own, other}[r.IntN(2)]
		}
		for i := range n {
			// The first of a dictionary is not on the right.
			code := 1 + r.IntN(len(d.Values)-1)
			switch {
			case r.IntN(7) == 0:
				v.SetNull(i)
			case v.Dict != nil:
				v.Codes[i] = uint32(code)
			default:
				v.S[i] = d.Values[code]
			}
		}
		return v
	}
	key := func(v *types.Vec, i int) string {
		return string(types.AppendKey(nil, v, i, text.Collation))
	}
	for range 500 {
		right := vector(own, r.IntN(30))
		codes := &textCodes{collation: text.Collation}
		numbers := types.NewVec(&types.TypeInt, right.Len())
		half := right.Len() / 2
		codes.number(right, 0, half, numbers)
		codes.number(right, half, right.Len(), numbers)
		want := map[string]int64{}
		for i := range right.Len() {
			if right.Null(i) != numbers.Null(i) {
				t.Fatalf("row %d is NULL: %v and %v", i, right.Null(i), numbers.Null(i))
			}
			if right.Null(i) {
				continue
			}
			if x, ok := want[key(right, i)]; ok && x != numbers.I[i] {
				t.Fatalf("%q has the numbers %d and %d", right.Str(i), x, numbers.I[i])
			}
			want[key(right, i)] = numbers.I[i]
		}
		different := map[int64]bool{}
		for _, x := range want {
			different[x] = true
		}
		if len(different) != len(want) {
			t.Fatalf("%d texts have %d numbers", len(want), len(different))
		}
		for range 4 {
			left := vector([]*types.Dict{own, other, nil}[r.IntN(3)], 1+r.IntN(20))
			if r.IntN(4) == 0 {
				left = left.Repeat(r.IntN(left.Len()), left.Len())
			}
			found := codes.find(left, left.Len())
			for i := range left.Len() {
				x, ok := want[key(left, i)]
				if !ok {
					x = -1
				}
				if left.Null(i) != found.Null(i) || !left.Null(i) && found.I[i] != x {
					t.Fatalf("%q is found as %v, not %d (NULL: %v)", left.Str(i), found.Value(i), x, left.Null(i))
				}
			}
		}
	}
}
