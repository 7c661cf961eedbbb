package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// keyTypes are types of all ways in which keys are packed and ordered.
var keyTypes = []types.Type{
	types.TypeInt, types.TypeUint, types.TypeDouble, types.TypeDate, types.TypeDateTime, types.TypeDecimal(10, 2),
	types.TypeString(20, types.DefaultCollation, types.CoerceImplicit), types.TypeString(20, types.Binary, types.CoerceImplicit),
}

// keyValue is a value of the type. Some are few, so that rows are equal; as the spread grows numbers need more bits.
func keyValue(r *rand.Rand, t *types.Type, spread int) types.Value {
	if r.IntN(6) == 0 {
		return types.Value{}
	}
	x := int64(r.IntN(7)) - 3
	if r.IntN(8) == 0 {
		x = r.Int64N(1<<spread) - 1<<(spread-1)
	}
	switch t.Kind {
	case types.Int:
		if r.IntN(40) == 0 && spread > 60 {
			return types.IntValue([]int64{math.MinInt64, math.MaxInt64}[r.IntN(2)])
		}
		return types.IntValue(x)
	case types.Uint:
		return types.UintValue(uint64(x))
	case types.Float:
		return types.FloatValue(float64(x) / 4 * float64(1-2*r.IntN(2))) // -0, too
	case types.Date:
		return types.DateValue(types.Civil{Year: 1990 + int(x&15), Month: 1 + int(x&3), Day: 1 + r.IntN(2)}.Pack())
	case types.DateTime:
		c := types.Civil{Year: 1990 + int(x&15), Month: 1, Day: 1, Hour: r.IntN(2)}
		if spread > 40 && r.IntN(9) == 0 {
			c.Micro = 5
		}
		return types.DateTimeValue(c.Pack())
	case types.Decimal:
		if r.IntN(100) == 0 { // no whole number of hundredths
			return types.DecimalValue(types.NewDec(x, 3-22*r.IntN(2)))
		}
		return types.DecimalValue(types.NewDec(x, r.IntN(3)))
	}
	return types.StringValue([]string{"", "a", "A", "ä", "b", "ab", "straße", "STRASSE", fmt.Sprint(x)}[r.IntN(9)])
}

// keyBatch is a batch of n rows; a text column may be in a dictionary.
func keyBatch(r *rand.Rand, ts []*types.Type, dicts []*types.Dict, n, spread int) *types.Batch {
	b := &types.Batch{N: n}
	for k, t := range ts {
		v := types.NewVec(t, n)
		for i := range n {
			v.Set(i, keyValue(r, t, spread))
		}
		if d := dicts[k]; d != nil && r.IntN(4) > 0 {
			coded := types.VecOf(t, n)
			coded.Nulls, coded.Dict, coded.Codes = v.Nulls, d, make([]uint32, n)
			for i := range n {
				coded.Codes[i] = uint32(r.IntN(len(d.Values)))
			}
			if v = coded; n > 0 && r.IntN(8) == 0 {
				v = v.Repeat(0, n)
			}
		} else if r.IntN(8) == 0 {
			v = types.SameVec(t, keyValue(r, t, spread), n)
		}
		b.Cols = append(b.Cols, v)
	}
	return b
}

func keyColumns(r *rand.Rand) (ts []*types.Type, dicts []*types.Dict) {
	for range 1 + r.IntN(4) {
		t := keyTypes[r.IntN(len(keyTypes))].WithNullable(true)
		ts = append(ts, &t)
		var d *types.Dict
		if t.Kind == types.String && r.IntN(2) == 0 {
			d = &types.Dict{Values: []string{"x", "X", "a", "A", "", "ab", "straße"}}
			if r.IntN(3) == 0 { // so long that few rows have no place for each code
				for i := range 3000 {
					d.Values = append(d.Values, fmt.Sprint("v", i))
				}
			}
		}
		dicts = append(dicts, d)
	}
	return ts, dicts
}

// A key set numbers rows as a map of their keys does, also when columns need more bits on the way; and tells which of
// others it does not have.
func TestKeySet(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 4))
		ts, dicts := keyColumns(r)
		set, model := newKeySet(ts), map[string]int32{}
		for batch := range 12 {
			b := keyBatch(r, ts, dicts, []int{0, 1, 5, 200, 1500}[r.IntN(5)], 4+5*batch)
			keys := make([][]byte, b.N)
			var wantAbsent []int32
			for i := range b.N {
				for k, v := range b.Cols {
					keys[i] = types.AppendKey(keys[i], v, i, ts[k].Collation)
				}
				if _, known := model[string(keys[i])]; !known {
					wantAbsent = append(wantAbsent, int32(i))
				}
			}
			if absent := set.absent(b.Cols, b.N, nil); !slices.Equal(absent, wantAbsent) {
				t.Fatalf("seed %d: batch %d: %v are absent, not %v", seed, batch, absent, wantAbsent)
			}
			if r.IntN(4) == 0 {
				continue
			}
			ids, fresh := set.add(b.Cols, b.N, nil, nil)
			var wantFresh []int32
			for i, key := range keys {
				want, known := model[string(key)]
				if !known {
					want = int32(len(model))
					model[string(key)] = want
					wantFresh = append(wantFresh, int32(i))
				}
				if ids[i] != want {
					t.Fatalf("seed %d: batch %d, row %d is number %d, not %d", seed, batch, i, ids[i], want)
				}
			}
			if !slices.Equal(fresh, wantFresh) || set.n != len(model) {
				t.Fatalf("seed %d: %d rows, %v are new, not %v", seed, set.n, fresh, wantFresh)
			}
		}
	}
}

// Rows are sorted as comparing their values sorts them, stably, and differ where these do.
func TestSortRows(t *testing.T) {
	smallMorsels(t)
	for seed := range uint64(300) {
		c := &expr.Context{Workers: 1 + int(seed%4)}
		r := rand.New(rand.NewPCG(seed, 5))
		ts, dicts := keyColumns(r)
		b := keyBatch(r, ts, dicts, []int{0, 1, 2, 100, 3000}[r.IntN(5)], 4+r.IntN(59))
		keys := make([]sortKey, len(ts))
		for k, v := range b.Cols {
			keys[k] = sortKey{v: v, t: ts[k], desc: r.IntN(2) == 0}
		}
		firstDifference := func(i, j int32) (key, order int) {
			for k, key := range keys {
				if order := types.CompareVec(key.v, int(i), key.v, int(j), key.t.Collation); order != 0 {
					if key.desc {
						order = -order
					}
					return k, order
				}
			}
			return len(keys), 0
		}
		want := make([]int32, b.N)
		for i := range want {
			want[i] = int32(i)
		}
		slices.SortStableFunc(want, func(i, j int32) int { _, order := firstDifference(i, j); return order })
		normal, err := normalKeys(c, b.N, keys)
		if err != nil {
			t.Fatal(err)
		}
		got, err := sortRows(c, b.N, normal)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("seed %d: %v: %v, not %v", seed, err, got, want)
		}
		if inOrder(b.N, normal) != asTheyAre(want) {
			t.Fatalf("seed %d: in order is %t", seed, inOrder(b.N, normal))
		}
		for k := range keys {
			keys[k].v = keys[k].v.Take(got)
		}
		if sorted, err := normalKeys(c, b.N, keys); err != nil || !inOrder(b.N, sorted) {
			t.Fatalf("seed %d: sorted rows are not in order: %v", seed, err)
		}
		for k := range keys {
			keys[k].v = b.Cols[k]
		}
		different, err := differences(c, got, normal)
		if err != nil {
			t.Fatal(err)
		}
		for i, differs := range different {
			wantKey := 0
			if i > 0 {
				wantKey, _ = firstDifference(got[i-1], got[i])
			}
			if differs != wantKey {
				t.Fatalf("seed %d: row %d differs in key %d, not %d", seed, i, differs, wantKey)
			}
		}
	}
}
