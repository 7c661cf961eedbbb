package builtin

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The values are those of the GNU C library, which rounds correctly at these places.
func TestExactMath(t *testing.T) {
	for _, test := range []struct {
		name      string
		got, want float64
	}{
		{"sin 1", sin(1), 0.8414709848078965},
		{"cos 1", cos(1), 0.5403023058681398},
		{"tan 1", tan(1), 1.5574077246549023},
		{"cot 1", cot(1), 0.6420926159343306},
		{"sin π", sin(math.Pi), 1.2246467991473532e-16},
		{"cos π/2", cos(math.Pi / 2), 6.123233995736766e-17},
		{"tan π/4", tan(math.Pi / 4), 0.9999999999999999},
		{"sin -4", sin(-4), 0.7568024953079282},
		{"sin 1e5", sin(1e5), 0.035748797972016507},
		{"cos 0", cos(0), 1},
		{"exp 1", exp(1), math.E},
		{"exp -1", exp(-1), 0.36787944117144233},
		{"exp 10", exp(10), 22026.465794806718},
		{"ln 2", ln(2), math.Ln2},
		{"ln 10", ln(10), math.Ln10},
		{"ln 1", ln(1), 0},
		{"ln of the least", ln(math.SmallestNonzeroFloat64), -744.4400719213812},
		{"ln of the greatest", ln(math.MaxFloat64), 709.782712893384},
		{"log10 of the least", log10(math.SmallestNonzeroFloat64), -323.3062153431158},
		{"the least to a half", pow(math.SmallestNonzeroFloat64, 0.5), 2.2227587494850775e-162},
		{"log10 1000", log10(1000), 3},
		{"log2 8", log2(8), 3},
		{"log10 2", log10(2), 0.3010299956639812},
		{"2^10", pow(2, 10), 1024},
		{"10^22", pow(10, 22), 1e22},
		{"-3^3", pow(-3, 3), -27},
		{"2^0.5", pow(2, 0.5), math.Sqrt2},
		{"0^0", pow(0, 0), 1},
		{"1.1^5", pow(1.1, 5), 1.6105100000000006},
	} {
		if test.got != test.want {
			t.Errorf("%s: %v, not %v", test.name, test.got, test.want)
		}
	}
	// The parts of constants are those of numbers longer than a double.
	if s := sin(3); math.Abs(s-math.Sin(3)) > 1e-16 {
		t.Error(s)
	}
}

// What is computed by tables and few terms has the digits that many terms have.
func TestExactMathByManyTerms(t *testing.T) {
	const seed, n = 1791, 20000
	random := rand.New(rand.NewPCG(seed, 0))
	sum := func(term pair, next func(k float64) pair) float64 {
		all := term
		for k := 1.0; k < 40; k++ {
			term = term.times(next(k))
			all = all.plus(term)
		}
		return all.hi + all.lo
	}
	for range n {
		x := random.Float64()*1.4 - 0.7
		square := product(x, x)
		check := func(name string, got, want float64) {
			t.Helper()
			if got != want {
				t.Errorf("seed %d: %s(%v) = %v, not %v", seed, name, x, got, want)
			}
		}
		check("exp", exp(x), sum(pair{1, 0}, func(k float64) pair { return pair{x, 0}.over(pair{k, 0}) }))
		check("sin", sin(x), sum(pair{x, 0}, func(k float64) pair { return square.over(pair{-2 * k * (2*k + 1), 0}) }))
		check("cos", cos(x), sum(pair{1, 0}, func(k float64) pair { return square.over(pair{-2 * k * (2*k - 1), 0}) }))
	}
	for range n {
		x, y := random.Float64()*1000, float64(random.IntN(20))
		by, ok := multiplied(x, y)
		p, _ := natural(x)
		if p = raised(p.times(pair{y, 0})); ok && by != p.hi+p.lo {
			t.Errorf("seed %d: %v^%v = %v, not %v", seed, x, y, by, p.hi+p.lo)
		}
	}
}
