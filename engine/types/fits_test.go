package types

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// What is kept of a text, or of a number, without a word is what Store keeps.
func TestDecimalsFit(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	texts := []string{"", "-", ".", "1.", ".5", "-0", "-0.00", "00.10", "007", "1e2", "+1", " 1", "1 ", "1.2.3", "99.99", "-99.99", "100.00", "99.995", "999999999999999999"}
	for range 5000 {
		texts = append(texts, NewDec(r.Int64N(4000)-2000, r.IntN(5)).String(), NewDec(r.Int64()>>r.IntN(60), r.IntN(19)).String())
	}
	kept := 0
	for _, to := range []Type{TypeDecimal(4, 2), TypeDecimal(18, 0), TypeDecimal(18, 18), TypeDecimal(10, 3), TypeDecimal(20, 2)} {
		for _, unsigned := range []bool{false, true} {
			to.Unsigned = unsigned
			for _, s := range texts {
				said := false
				env := &Env{Mode: StrictAll, Warn: func(uint16, string) { said = true }, Note: func(uint16, string) { said = true }}
				from := TypeString(len(s), DefaultCollation, CoerceLiteral)
				want, err := Store(env, StringValue(s), &from, &to, "c", 1)
				if d, ok := TextDecimal(s, &to); ok {
					kept++
					if err != nil || said || fmt.Sprint(want) != fmt.Sprint(DecimalValue(d)) {
						t.Fatalf("%q in %s: %s, want %v %v %t", s, to.SQL(), d, want, err, said)
					}
				}
				d, _ := ParseDec(s)
				of := TypeDecimal(max(d.Precision(), 1), d.Scale())
				v := NewVec(&of, 2)
				v.Set(0, DecimalValue(d))
				v.SetNull(1)
				said = false
				if want, err = Store(env, DecimalValue(d), &of, &to, "c", 1); Fits(v, &of, &to) && (err != nil || said || want.D.Cmp(d) != 0) {
					t.Fatalf("%s in %s: want %v %v %t", d, to.SQL(), want, err, said)
				}
			}
		}
	}
	if kept < 1000 {
		t.Errorf("only %d texts were kept", kept)
	}
}
