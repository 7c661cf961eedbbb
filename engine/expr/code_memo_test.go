package expr

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// A function of the strings of a dictionary is computed for each of them a few times at most, has codes as results in the
// end, and the values that it has of each row by itself. One that warns does so for each row.
func TestFunctionsOfADictionary(t *testing.T) {
	const seed, batches, n = 7, 40, 64
	text := types.Type{Kind: types.String, Length: 5, Nullable: true}
	dict := &types.Dict{Values: []string{"ab", "ac", "b", "", "ba", "x"}}
	for _, test := range []struct {
		name  string
		warns string // the string that it warns of
	}{{"plain", "-"}, {"warning", "x"}} {
		computed, warned, wanted := 0, 0, 0
		first := &Function{Name: "first", MayNull: true, Scalar: func(c *Context, _ *Call, args []types.Value) (types.Value, error) {
			computed++
			if args[0].S == test.warns {
				c.Env.Warn(1, test.warns)
			}
			if args[0].S == "" {
				return types.Value{}, nil
			}
			return types.StringValue(args[0].S[:1]), nil
		}}
		c := &Context{Context: context.Background(), Env: &types.Env{Warn: func(uint16, string) { warned++ }}}
		call := &Call{F: first, Args: []Expr{&Column{ID: 1, T: text, pos: 1}}, T: text}
		random := rand.New(rand.NewPCG(seed, 0))
		var last *types.Vec
		for range batches {
			v := types.VecOf(&text, n)
			v.Dict, v.Codes = dict, make([]uint32, n)
			for i := range n {
				if v.Codes[i] = uint32(random.IntN(len(dict.Values))); random.IntN(5) == 0 {
					v.SetNull(i)
				} else if v.Str(i) == test.warns {
					wanted++
				}
			}
			out, err := call.Eval(c, &types.Batch{N: n, Cols: []*types.Vec{v}})
			if err != nil {
				t.Fatal(err)
			}
			for i := range n {
				if null := v.Null(i) || v.Str(i) == ""; out.Null(i) != null || !null && out.Str(i) != v.Str(i)[:1] {
					t.Fatalf("seed %d, %s: of %v it is %v", seed, test.name, v.Value(i), out.Value(i))
				}
			}
			last = out
		}
		if warned != wanted {
			t.Errorf("seed %d, %s: warned %d times of %d rows", seed, test.name, warned, wanted)
		}
		if wanted == 0 && (computed > 3*len(dict.Values) || last.Dict == nil || len(last.Dict.Values) != 3) {
			t.Errorf("seed %d, %s: computed %d times, results %v", seed, test.name, computed, last.Dict)
		}
	}
}

// A function that is the same of all strings of a dictionary, as of another argument that is NULL, is so of all rows.
func TestOneResultOfADictionary(t *testing.T) {
	text := types.Type{Kind: types.String, Length: 5, Nullable: true}
	dict := &types.Dict{Values: []string{"a", "b", ""}}
	for _, want := range []types.Value{{}, types.StringValue("x")} {
		for name, f := range map[string]*Function{
			"at once": {Vector: func(_ *Context, call *Call, _ []*types.Vec, n int) (*types.Vec, error) {
				return types.SameVec(&call.T, want, n), nil
			}},
			"each": {KeepNull: true, Scalar: func(*Context, *Call, []types.Value) (types.Value, error) { return want, nil }},
		} {
			c := &Context{Context: context.Background(), Env: &types.Env{}}
			call := &Call{F: f, Args: []Expr{&Column{ID: 1, T: text, pos: 1}}, T: text}
			v := types.VecOf(&text, 6)
			v.Dict, v.Codes = dict, []uint32{0, 1, 2, 2, 1, 0}
			v.SetNull(4)
			for range 3 {
				out, err := call.Eval(c, &types.Batch{N: 6, Cols: []*types.Vec{v}})
				if err != nil {
					t.Fatal(err)
				}
				out.Strings() // of NULLs, too
				for i := range 6 {
					if got := out.Value(i); got != want {
						t.Errorf("%s: of %v it is %v, want %v", name, v.Value(i), got, want)
					}
				}
			}
		}
	}
}
