package exec

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
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

// Floats have one number where they are equal, whole ones or not: those that no row of the right has get none of its.
func TestFloatCodes(t *testing.T) {
	const seed = 43
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	some := []float64{0, math.Copysign(0, -1), 1, -1, 3, 1 << 52, -(1 << 52), 1 << 40, 0.5, -2.25, 1e300, 1 << 60, 5}
	vector := func(of []float64, n int) *types.Vec {
		v := types.NewVec(&types.TypeDouble, n)
		for i := range n {
			if v.F[i] = of[r.IntN(len(of))]; r.IntN(7) == 0 {
				v.SetNull(i)
			}
		}
		return v
	}
	column := &expr.Column{T: types.TypeDouble}
	for range 2000 {
		of := some[:8] // whole ones
		if r.IntN(2) == 0 {
			of = some
		}
		right, left := vector(of, r.IntN(20)), vector(some, 1+r.IntN(20))
		x, err := indexOf(testContext(0), &types.Batch{N: right.Len(), Cols: []*types.Vec{right}}, []equality{{left: column, right: column}}, []*types.Vec{right})
		if err != nil {
			t.Fatal(err)
		}
		ids := x.find(nil, []*types.Vec{left}, left.Len())
		for i, id := range ids {
			var want, found []int32
			for j := range right.Len() {
				if !left.Null(i) && !right.Null(j) && left.F[i] == right.F[j] {
					want = append(want, int32(j))
				}
			}
			if id >= 0 {
				found = x.matches(id)
			}
			if !slices.Equal(found, want) {
				t.Fatalf("%v among %v: rows %v, want %v", left.F[i], right.F, found, want)
			}
		}
	}
}
