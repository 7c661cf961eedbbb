package vector

import (
	"math/rand/v2"
	"testing"
	"time"
)

var kinds = []Kind{Int, Bool, Float, Decimal, Date, DateTime, String}

// Each kind keeps a random sequence of values and NULLs, also when it is used a
// second time, and passes it on to another vector.
func TestAppend(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, kind := range kinds {
		v := &Vector{Type: Type{Kind: kind}}
		for range 2 {
			v.Reset()
			null := make([]bool, r.IntN(300))
			for i := range null {
				if null[i] = r.IntN(3) == 0; null[i] {
					v.AppendNull()
				} else {
					appendNumber(v, i)
				}
			}
			passed := &Vector{Type: v.Type}
			for i := range v.Len() {
				passed.AppendFrom(v, i)
			}
			for _, v := range []*Vector{v, passed} {
				if v.Len() != len(null) {
					t.Fatalf("kind %d: %d rows, want %d", kind, v.Len(), len(null))
				}
				for i := range null {
					if v.Null(i) != null[i] {
						t.Fatalf("kind %d: row %d is NULL: %v, want %v", kind, i, v.Null(i), null[i])
					}
					if !null[i] && !isNumber(v, i) {
						t.Fatalf("kind %d: row %d is not what was appended", kind, i)
					}
				}
			}
		}
	}
}

func appendNumber(v *Vector, i int) {
	switch v.Type.Kind {
	case Float:
		v.AppendFloat(float64(i) / 2)
	case String:
		v.AppendString(string(rune('a' + i)))
	default:
		v.AppendInt(int64(i))
	}
}

func isNumber(v *Vector, i int) bool {
	switch v.Type.Kind {
	case Float:
		return v.Floats[i] == float64(i)/2
	case String:
		return v.Strings[i] == string(rune('a'+i))
	default:
		return v.Ints[i] == int64(i)
	}
}

func TestBatch(t *testing.T) {
	b := NewBatch(Type{Kind: String, Len: 64}, Type{Kind: Int})
	b.Columns[0].AppendNull()
	b.Columns[1].AppendInt(7)
	if b.Len() != 1 || !b.Columns[0].Null(0) || b.Columns[1].Null(0) {
		t.Errorf("the batch is %+v", b)
	}
	b.Reset()
	if b.Len() != 0 {
		t.Errorf("after Reset it has %d rows", b.Len())
	}
	if n := (&Batch{}).Len(); n != 0 {
		t.Errorf("a batch without columns has %d rows", n)
	}
}

func TestSQL(t *testing.T) {
	for want, typ := range map[string]Type{
		"INT":           {Kind: Int},
		"BOOL":          {Kind: Bool},
		"FLOAT":         {Kind: Float},
		"DECIMAL(14,4)": {Kind: Decimal, Len: 14, Scale: 4},
		"DATE":          {Kind: Date},
		"DATETIME":      {Kind: DateTime},
		"VARCHAR(64)":   {Kind: String, Len: 64},
	} {
		if got := typ.SQL(); got != want {
			t.Errorf("%+v is %s, want %s", typ, got, want)
		}
	}
}
