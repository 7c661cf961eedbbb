package builtin

import "math"

// Sines, exponentials and logarithms to the last of a double's digits, as the C library
// that MySQL uses has them; package math may be a unit off in the last place. They are
// computed in pairs of doubles, which have twice the digits (Dekker, "A Floating-Point
// Technique for Extending the Available Precision", 1971), and rounded once.

// pair is hi + lo, where lo is less than half a unit of hi's last place.
type pair struct{ hi, lo float64 }

func pairOf(a, b float64) pair {
	s := a + b
	t := s - a
	return pair{s, (a - (s - t)) + (b - t)}
}

func product(a, b float64) pair {
	p := a * b
	return pair{p, math.FMA(a, b, -p)}
}

func (a pair) plus(b pair) pair {
	s := pairOf(a.hi, b.hi)
	t := pairOf(a.lo, b.lo)
	s = pairOf(s.hi, s.lo+t.hi)
	return pairOf(s.hi, s.lo+t.lo)
}

func (a pair) times(b pair) pair {
	p := product(a.hi, b.hi)
	return pairOf(p.hi, p.lo+(a.hi*b.lo+a.lo*b.hi))
}

func (a pair) over(b pair) pair {
	q := a.hi / b.hi
	r := a.plus(b.times(pair{-q, 0}))
	q2 := r.hi / b.hi
	r = r.plus(b.times(pair{-q2, 0}))
	return pairOf(q, q2).plus(pair{r.hi / b.hi, 0})
}

// minusTimes is a - n*c, where c has three parts of falling size.
func (a pair) minusTimes(n float64, c [3]float64) pair {
	for _, part := range c {
		p := product(-n, part)
		a = a.plus(p)
	}
	return a
}

var (
	halfPi      = [3]float64{1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33}
	naturalOf2  = [3]float64{0.6931471805599453, 2.3190468138462996e-17, 5.707708438416212e-34}
	naturalOf10 = pair{2.302585092994046, -2.1707562233822494e-16}
)

// far is where angles are left to package math: halfPi has not the digits for them.
const far = 1e6

// sineCosine are those of an angle that is not far.
func sineCosine(x float64) (sine, cosine pair) {
	n := math.Round(x / halfPi[0])
	r := pair{x, 0}.minusTimes(n, halfPi)
	square := r.times(r)
	negative := func(p pair) pair { return pair{-p.hi, -p.lo} }
	minus := negative(square)
	sine, cosine = series(minus, 29, 2).times(r), series(minus, 28, 2)
	switch int64(n) & 3 {
	case 1:
		return cosine, negative(sine)
	case 2:
		return negative(sine), negative(cosine)
	case 3:
		return negative(cosine), sine
	}
	return sine, cosine
}

// angular is a function of an angle, made of its sine and cosine.
func angular(exact func(sine, cosine pair) pair, rough func(float64) float64) func(float64) float64 {
	return func(x float64) float64 {
		if !(math.Abs(x) < far) || x == 0 {
			return rough(x)
		}
		p := exact(sineCosine(x))
		return p.hi + p.lo
	}
}

var (
	sin = angular(func(s, _ pair) pair { return s }, math.Sin)
	cos = angular(func(_, c pair) pair { return c }, math.Cos)
	tan = angular(func(s, c pair) pair { return s.over(c) }, math.Tan)
)

// cot rounds twice, as MySQL's Item_func_cot does.
func cot(x float64) float64 { return 1 / tan(x) }

// large is the exponent of e beyond which results leave the range of normal doubles.
const large = 700

// inverseFactorials are 1/0! and so on.
var inverseFactorials = func() (of [30]pair) {
	factorial := pair{1, 0}
	of[0] = factorial
	for k := 1; k < len(of); k++ {
		factorial = factorial.times(pair{float64(k), 0})
		of[k] = pair{1, 0}.over(factorial)
	}
	return of
}()

// series is the sum of x^0/k!, x^1/(k+step)!, … in which the last factorial is last's, and the first one's k less than step.
func series(x pair, last, step int) pair {
	sum := inverseFactorials[last]
	for k := last - step; k >= 0; k -= step {
		sum = sum.times(x).plus(inverseFactorials[k])
	}
	return sum
}

// raisedSteps is how many steps a unit has in nearPowers.
const raisedSteps = 64

// nearPowers are e^(k/raisedSteps), for the k that a number between -ln(2)/2 and ln(2)/2 is near to.
var nearPowers = func() (of [2*23 + 1]pair) {
	for i := range of {
		of[i] = series(pair{float64(i-23) / raisedSteps, 0}, 24, 1)
	}
	return of
}()

// raised is a power of e, for exponents that are not large.
func raised(x pair) pair {
	n := math.Round(x.hi / naturalOf2[0])
	r := x.minusTimes(n, naturalOf2)
	k := math.Round(r.hi * raisedSteps)
	p := series(r.plus(pair{-k / raisedSteps, 0}), 12, 1).times(nearPowers[int(k)+23])
	return pair{math.Ldexp(p.hi, int(n)), math.Ldexp(p.lo, int(n))}
}

func exp(x float64) float64 {
	if !(math.Abs(x) < large) {
		return math.Exp(x)
	}
	p := raised(pair{x, 0})
	return p.hi + p.lo
}

// natural is the natural logarithm: package math's, put right by one step of Newton's. It is taken of normal doubles: of others
// math.Log is far off.
func natural(x float64) (pair, bool) {
	if !(x > 0) || math.IsInf(x, 1) {
		return pair{}, false
	}
	const shift, least, most = 128, 1e-290, 1e290
	twos := 0.0
	switch {
	case x < least:
		x, twos = math.Ldexp(x, shift), -shift
	case x > most:
		x, twos = math.Ldexp(x, -shift), shift
	}
	y := math.Log(x)
	p := raised(pair{-y, 0}).times(pair{x, 0})
	e := (p.hi - 1) + p.lo
	p = pairOf(y, e-e*e/2)
	if twos != 0 {
		p = p.minusTimes(-twos, naturalOf2)
	}
	return p, true
}

func logarithmTo(base pair, rough func(float64) float64) func(float64) float64 {
	return func(x float64) float64 {
		p, ok := natural(x)
		if !ok {
			return rough(x)
		}
		p = p.over(base)
		return p.hi + p.lo
	}
}

var (
	ln    = logarithmTo(pair{1, 0}, math.Log)
	log2  = logarithmTo(pair{naturalOf2[0], naturalOf2[1]}, math.Log2)
	log10 = logarithmTo(naturalOf10, math.Log10)
)

func pow(x, y float64) float64 {
	if p, ok := multiplied(x, y); ok {
		return p
	}
	p, ok := natural(math.Abs(x))
	rough := math.Pow(x, y)
	if !ok || math.IsNaN(rough) || math.IsInf(rough, 0) {
		return rough
	}
	if p = p.times(pair{y, 0}); !(math.Abs(p.hi) < large) {
		return rough
	}
	p = raised(p)
	return math.Copysign(p.hi+p.lo, rough)
}

// multiplied is a power to a small whole number, by squares; false where it is none, or not of normal doubles.
func multiplied(x, y float64) (float64, bool) {
	const mostExponent, leastNormal, mostNormal = 64, 1e-250, 1e250
	n := int(y)
	if float64(n) != y || n < 0 || n > mostExponent {
		return 0, false
	}
	p := pair{1, 0}
	for square := (pair{x, 0}); n > 0; square = square.times(square) {
		if n&1 != 0 {
			p = p.times(square)
		}
		if n >>= 1; !(math.Abs(square.hi) > leastNormal && math.Abs(square.hi) < mostNormal) {
			return 0, false
		}
	}
	size := math.Abs(p.hi)
	return p.hi + p.lo, size > leastNormal && size < mostNormal
}
