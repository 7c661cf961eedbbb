package types

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand"
	"strings"
	"testing"
	"time"
)

func dec(t testing.TB, s string) Dec {
	t.Helper()
	d, rest := ParseDec(s)
	if rest != "" {
		t.Fatalf("ParseDec(%q) leaves %q", s, rest)
	}
	return d
}

func rat(d Dec) *big.Rat {
	r, ok := new(big.Rat).SetString(d.String())
	if !ok {
		panic(d.String())
	}
	return r
}

func randomDec(r *rand.Rand) string {
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('0' + r.Intn(10))
			if r.Intn(3) == 0 {
				b[i] = "0959"[r.Intn(4)]
			}
		}
		return string(b)
	}
	s := []string{"", "-"}[r.Intn(2)] + digits(1+r.Intn([]int{3, 12, 20, 30}[r.Intn(4)]))
	if r.Intn(3) > 0 {
		s += "." + digits(1+r.Intn([]int{3, 10, 30}[r.Intn(3)]))
	}
	return s
}

// halfAway is x rounded to the places, half away from zero, by another way.
func halfAway(x *big.Rat, places int) string {
	shift := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(places, -places))), nil))
	y := new(big.Rat)
	if places >= 0 {
		y.Mul(x, shift)
	} else {
		y.Quo(x, shift)
	}
	negative := y.Sign() < 0
	y.Abs(y).Add(y, big.NewRat(1, 2))
	n := new(big.Rat).SetInt(new(big.Int).Quo(y.Num(), y.Denom()))
	if places >= 0 {
		n.Quo(n, shift)
	} else {
		n.Mul(n, shift)
	}
	if negative {
		n.Neg(n)
	}
	return n.FloatString(max(places, 0))
}

func TestDecAgainstRat(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewSource(seed))
	for range 20000 {
		s, u := randomDec(r), randomDec(r)
		a, b := dec(t, s), dec(t, u)
		x, y := rat(a), rat(b)
		check := func(what string, got Dec, want *big.Rat) {
			t.Helper()
			if rat(got).Cmp(want) != 0 {
				t.Fatalf("%s of %s and %s is %s, want %s", what, s, u, got, want.FloatString(40))
			}
		}
		if want, _ := new(big.Rat).SetString(s); x.Cmp(want) != 0 {
			t.Fatalf("%s is read as %s", s, a)
		}
		check("sum", a.Add(b), new(big.Rat).Add(x, y))
		check("difference", a.Sub(b), new(big.Rat).Sub(x, y))
		check("product", a.Mul(b), new(big.Rat).Mul(x, y))
		if got := a.Cmp(b); got != x.Cmp(y) {
			t.Fatalf("%s against %s is %d", s, u, got)
		}
		if same := bytes.Equal(a.AppendKey(nil), b.AppendKey(nil)); same != (x.Cmp(y) == 0) {
			t.Fatalf("keys of %s and %s: %v", s, u, same)
		}
		if padded := a.Rescale(a.Scale() + r.Intn(40)); !bytes.Equal(a.AppendKey(nil), padded.AppendKey(nil)) {
			t.Fatalf("keys of %s and %s differ", a, padded)
		}
		places := r.Intn(50) - 15
		if got := a.Round(places).Rescale(max(places, 0)).String(); got != minus(halfAway(x, places)) {
			t.Fatalf("ROUND(%s, %d) is %s, want %s", s, places, got, halfAway(x, places))
		}
		if got, want := a.Float(), func() float64 { f, _ := x.Float64(); return f }(); got != want {
			t.Fatalf("%s as a float is %v, want %v", s, got, want)
		}
		if b.IsZero() {
			continue
		}
		q := new(big.Rat).Quo(x, y)
		got, _ := a.Div(b, 4)
		if want := minus(halfAway(q, min(a.Scale()+4, 30))); got.String() != want {
			t.Fatalf("%s/%s is %s, want %s", s, u, got, want)
		}
		whole, _ := a.IntDiv(b)
		n := new(big.Rat).SetInt(new(big.Int).Quo(q.Num(), q.Denom()))
		check("DIV", whole, n)
		rest, _ := a.Mod(b)
		check("%", rest, new(big.Rat).Sub(x, n.Mul(n, y)))
		if ceil, floor := a.Ceil(), a.Floor(); ceil.Sub(floor).Cmp(NewDec(1, 0)) > 0 || a.Cmp(ceil) > 0 || a.Cmp(floor) < 0 ||
			ceil.Scale() != 0 || a.Cmp(floor) != 0 && ceil.Cmp(floor) == 0 {
			t.Fatalf("%s is between %s and %s", s, floor, ceil)
		}
	}
}

// minus drops the sign of a zero.
func minus(s string) string {
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return s
}

func TestDec(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{dec(t, "1e3").String(), "1000"}, {dec(t, "1.5e-3").String(), "0.0015"}, {dec(t, "-.5").String(), "-0.5"},
		{dec(t, "1.").String(), "1"}, {dec(t, " 12.340").String(), "12.340"}, {dec(t, "0.00").String(), "0.00"},
		{DecFromFloat(0.1).String(), "0.1"}, {DecFromFloat(1e20).String(), "100000000000000000000"}, {DecFromFloat(-2.5e-7).String(), "-0.00000025"},
		{DecFromUint(1 << 63).String(), "9223372036854775808"}, {NewDec(-1<<63, 2).String(), "-92233720368547758.08"},
		{NewDec(5, -2).String(), "500"}, {MaxDec(5, 2).String(), "999.99"}, {NewDec(-5, 3).String(), "-0.005"},
		{fmt.Sprint(dec(t, "0.05").Precision(), dec(t, "123.45").Precision(), dec(t, "0").Precision()), "3 5 1"},
		{fmt.Sprint(MaxDec(65, 0).Overflows(), MaxDec(66, 0).Overflows(), dec(t, "1e999999").Overflows(), MaxDec(90, 30).Overflows()), "false true true false"},
		{fmt.Sprint(dec(t, "2.5").Int64()), "3 true"}, {fmt.Sprint(dec(t, "-2.5").Int64()), "-3 true"},
		{fmt.Sprint(dec(t, "9223372036854775808").Int64()), "9223372036854775807 false"}, {fmt.Sprint(dec(t, "-9223372036854775808").Int64()), "-9223372036854775808 true"},
		{fmt.Sprint(dec(t, "18446744073709551615").Uint64()), "18446744073709551615 true"}, {fmt.Sprint(dec(t, "-1").Uint64()), "0 false"},
		{dec(t, "1e-400").String(), "0." + strings.Repeat("0", 30)},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	for s, want := range map[string]string{"12abc": "12|abc", "abc": "0|abc", "1.2.3": "1.2|.3", "1e": "1|e", "--1": "0|--1", "": "0|", "-1e+2x": "-100|x"} {
		if d, rest := ParseDec(s); d.String()+"|"+rest != want {
			t.Errorf("%q is %s|%s, want %s", s, d, rest, want)
		}
	}
	// What MySQL answers to 1/3*3 and the manual's (14620/9432456)/(24250/9432456).
	third, _ := NewDec(1, 0).DivLong(NewDec(3, 0), 4)
	if got := third.Mul(NewDec(3, 0)).Rescale(4).String(); got != "1.0000" {
		t.Errorf("1/3*3 is %s", got)
	}
	a, _ := NewDec(14620, 0).DivLong(NewDec(9432456, 0), 4)
	b, _ := NewDec(24250, 0).DivLong(NewDec(9432456, 0), 4)
	q, _ := a.DivLong(b, 4)
	if got := q.Rescale(8).String(); got != "0.60288653" {
		t.Errorf("the manual's quotient is %s of %s and %s", got, a, b)
	}
	if _, ok := NewDec(1, 0).Div(Dec{}, 4); ok {
		t.Error("1/0")
	}
}

func BenchmarkDecAdd(b *testing.B) {
	x, y := NewDec(12345, 2), NewDec(678900, 4)
	for b.Loop() {
		x.Add(y)
	}
}
