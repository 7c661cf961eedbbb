package types

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// Dec is a decimal number: exact, with a number of places that it keeps, as
// MySQL's DECIMAL (manual 12.25). The zero Dec is 0. A Dec is never changed. It may
// have more digits than MySQL allows; Overflows tells.
type Dec struct {
	small int64    // the digits, where big is nil; never the least int64
	big   *big.Int // the digits, where they do not fit; never changed
	scale int32    // how many of the digits are places, at least 0
}

// maxExponent bounds what an exponent may ask for: a number far beyond MySQL's 65
// digits stays far beyond, and does not fill the memory.
const maxExponent = 2 * (MaxPrecision + MaxScale)

var (
	pow10      [19]int64 // those that fit
	bigPow10   [maxExponent]*big.Int
	floatPow10 [23]float64 // those that are exact
)

func init() {
	p := big.NewInt(1)
	for i := range bigPow10 {
		bigPow10[i] = new(big.Int).Set(p)
		if i < len(pow10) {
			pow10[i] = p.Int64()
		}
		if i < len(floatPow10) {
			floatPow10[i], _ = new(big.Float).SetInt(p).Float64()
		}
		p.Mul(p, big.NewInt(10))
	}
}

// powerOf10 is 10 to the n, which is not negative. The result may not be changed.
func powerOf10(n int) *big.Int {
	if n < len(bigPow10) {
		return bigPow10[n]
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// ParseDec reads the longest number that s begins with: a sign, digits, a point,
// an exponent. Spaces before it are skipped. rest is what follows the number; it is
// s itself where there is none, which gives 0. Places beyond 30 are rounded off.
func ParseDec(s string) (d Dec, rest string) {
	i := 0
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	negative := false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	start, digits, places, significant, point := i, 0, 0, 0, false
	var small uint64
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		digits++
		if point {
			places++
		}
		if significant > 0 || c != '0' {
			significant++
		}
		if significant <= 18 {
			small = small*10 + uint64(c-'0')
		}
	}
	if digits == 0 {
		return Dec{}, s
	}
	end := i
	exponent := 0
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		minus := false
		if j < len(s) && (s[j] == '-' || s[j] == '+') {
			minus = s[j] == '-'
			j++
		}
		first := j
		for ; j < len(s) && s[j] >= '0' && s[j] <= '9'; j++ {
			exponent = min(exponent*10+int(s[j]-'0'), 1<<20)
		}
		if j > first {
			i = j
			if minus {
				exponent = -exponent
			}
		}
	}
	rest = s[i:]
	if significant == 0 {
		return Dec{scale: int32(min(max(places-exponent, 0), MaxScale))}, rest
	}
	scale := places - exponent
	switch {
	case significant-scale > maxExponent: // too large
		d = DecFromBig(powerOf10(maxExponent-1), 0)
	case significant-scale < -maxExponent: // too small
		return Dec{scale: MaxScale}, rest
	case significant <= 18:
		d = newScaled(int64(small), nil, scale)
	default:
		text := make([]byte, 0, digits)
		for _, c := range []byte(s[start:end]) {
			if c != '.' {
				text = append(text, c)
			}
		}
		x, _ := new(big.Int).SetString(string(text), 10)
		d = newScaled(0, x, scale)
	}
	if d.scale > MaxScale {
		d = d.Rescale(MaxScale)
	}
	if negative {
		d = d.Neg()
	}
	return d, rest
}

// newScaled makes a number of digits with a scale that may be negative.
func newScaled(small int64, large *big.Int, scale int) Dec {
	if large == nil && (small == math.MinInt64 || scale < 0) {
		large = big.NewInt(small)
	}
	if scale < 0 {
		large = new(big.Int).Mul(large, powerOf10(-scale))
		scale = 0
	}
	if large == nil {
		return Dec{small: small, scale: int32(scale)}
	}
	return fromBig(large, scale)
}

// fromBig takes x over: nobody may change it any more.
func fromBig(x *big.Int, scale int) Dec {
	if x.IsInt64() && x.Int64() != math.MinInt64 {
		return Dec{small: x.Int64(), scale: int32(scale)}
	}
	return Dec{big: x, scale: int32(scale)}
}

// NewDec is the digits, as many of them places as scale says; a negative scale adds
// zeros.
func NewDec(digits int64, scale int) Dec { return newScaled(digits, nil, scale) }

// DecFromUint is a whole number.
func DecFromUint(x uint64) Dec {
	if x <= math.MaxInt64 {
		return Dec{small: int64(x)}
	}
	return Dec{big: new(big.Int).SetUint64(x)}
}

// DecFromFloat is the shortest decimal number that is read as x. It has 30 places at
// most.
func DecFromFloat(x float64) Dec {
	var buf [32]byte
	d, _ := ParseDec(string(strconv.AppendFloat(buf[:0], x, 'e', -1, 64)))
	return d
}

// DecFromBig is the digits, as many of them places as scale says; a negative scale
// adds zeros.
func DecFromBig(digits *big.Int, scale int) Dec {
	return newScaled(0, new(big.Int).Set(digits), scale)
}

// MaxDec is the greatest number of a DECIMAL(precision, scale): 999.99 of 5 and 2.
func MaxDec(precision, scale int) Dec {
	return fromBig(new(big.Int).Sub(powerOf10(precision), big.NewInt(1)), scale)
}

// Big is the digits, as many of them places as scale says.
func (d Dec) Big() (digits *big.Int, scale int) {
	return new(big.Int).Set(d.bigDigits()), int(d.scale)
}

// bigDigits may not be changed.
func (d Dec) bigDigits() *big.Int {
	if d.big != nil {
		return d.big
	}
	return big.NewInt(d.small)
}

// mul64 is a product, or false where it overflows.
func mul64(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(abs64(a), abs64(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

func abs64(x int64) uint64 {
	if x < 0 {
		return uint64(-x)
	}
	return uint64(x)
}

// align gives both the greater scale.
func align(a, b Dec) (Dec, Dec) {
	switch {
	case a.scale < b.scale:
		a = a.pad(b.scale)
	case a.scale > b.scale:
		b = b.pad(a.scale)
	}
	return a, b
}

// pad adds zeros at the end.
func (d Dec) pad(scale int32) Dec {
	n := int(scale - d.scale)
	if d.big == nil && n < len(pow10) {
		if x, ok := mul64(d.small, pow10[n]); ok {
			return Dec{small: x, scale: scale}
		}
	}
	return fromBig(new(big.Int).Mul(d.bigDigits(), powerOf10(n)), int(scale))
}

// Add is the sum, exact, with the greater scale.
func (d Dec) Add(o Dec) Dec {
	if d.scale != o.scale {
		d, o = align(d, o)
	}
	if d.big == nil && o.big == nil {
		sum := d.small + o.small
		if (d.small^sum)&(o.small^sum) >= 0 && sum != math.MinInt64 {
			return Dec{small: sum, scale: d.scale}
		}
	}
	return fromBig(new(big.Int).Add(d.bigDigits(), o.bigDigits()), int(d.scale))
}

// Sub is the difference, exact, with the greater scale.
func (d Dec) Sub(o Dec) Dec { return d.Add(o.Neg()) }

// Mul is the product, exact, with the sum of the scales, which may be beyond 30.
func (d Dec) Mul(o Dec) Dec {
	if d.big == nil && o.big == nil {
		if x, ok := mul64(d.small, o.small); ok {
			return Dec{small: x, scale: d.scale + o.scale}
		}
	}
	return fromBig(new(big.Int).Mul(d.bigDigits(), o.bigDigits()), int(d.scale+o.scale))
}

// Div is the quotient with the left scale and incr more places (30 at most), which
// is what MySQL shows and stores of a division; see [Dec.DivLong] for what it
// calculates on with. ok is false for a division by zero.
func (d Dec) Div(o Dec, incr int) (q Dec, ok bool) {
	if o.IsZero() {
		return Dec{}, false
	}
	scale := max(min(int(d.scale)+incr, MaxScale), 0)
	return d.quotient(o, scale, true), true
}

// DivLong is the quotient as MySQL's own decimal_div leaves it: its places, at least
// those of [Dec.Div], fill groups of nine and are cut off, not rounded. A value that
// is an operand of further arithmetic or of a comparison has them (1/3*3 is
// 1.0000, not 0.9999); where it leaves an expression, it is rounded to the scale of
// its type.
func (d Dec) DivLong(o Dec, incr int) (q Dec, ok bool) {
	if o.IsZero() {
		return Dec{}, false
	}
	const group = 9
	up := func(n int) int { return (n + group - 1) / group * group }
	left, right := up(int(d.scale)), up(int(o.scale))
	incr = max(incr-(left-int(d.scale))-(right-int(o.scale)), 0)
	scale := up(left + right + incr)
	// A decimal_t has nine groups; what is left for places bounds them.
	whole := up(max(d.intDigits()-o.intDigits()+1+int(o.leadingZeros()), 1))
	if scale+whole > group*group {
		scale = max(group*group-whole, 0)
	}
	return d.quotient(o, scale, false), true
}

// leadingZeros is how many zeros follow the point of a number below 1.
func (d Dec) leadingZeros() int {
	return max(int(d.scale)-d.digits(), 0)
}

// quotient is d/o with the scale, rounded or cut off; o is not 0.
func (d Dec) quotient(o Dec, scale int, round bool) Dec {
	shift := scale + int(o.scale) - int(d.scale)
	if d.big == nil && o.big == nil && shift >= 0 && shift < len(pow10) {
		if n, ok := mul64(d.small, pow10[shift]); ok {
			q, r := n/o.small, n%o.small
			if round && abs64(r) >= abs64(o.small)-abs64(r) {
				if (n < 0) != (o.small < 0) {
					q--
				} else {
					q++
				}
			}
			return Dec{small: q, scale: int32(scale)}
		}
	}
	n, m := d.bigDigits(), o.bigDigits()
	if shift >= 0 {
		n = new(big.Int).Mul(n, powerOf10(shift))
	} else {
		m = new(big.Int).Mul(m, powerOf10(-shift))
	}
	return fromBig(divide(n, m, round), scale)
}

// divide is n/m, rounded half away from zero or cut off.
func divide(n, m *big.Int, round bool) *big.Int {
	q, r := new(big.Int).QuoRem(n, m, new(big.Int))
	if round && r.Lsh(r, 1).CmpAbs(m) >= 0 {
		if (n.Sign() < 0) != (m.Sign() < 0) {
			q.Sub(q, big.NewInt(1))
		} else {
			q.Add(q, big.NewInt(1))
		}
	}
	return q
}

// IntDiv is the whole part of the quotient, cut off toward zero. ok is false for a
// division by zero.
func (d Dec) IntDiv(o Dec) (q Dec, ok bool) {
	if o.IsZero() {
		return Dec{}, false
	}
	return d.quotient(o, 0, false), true
}

// Mod is the remainder, with the sign of d and the greater scale. ok is false for a
// division by zero.
func (d Dec) Mod(o Dec) (r Dec, ok bool) {
	if o.IsZero() {
		return Dec{}, false
	}
	d, o = align(d, o)
	if d.big == nil && o.big == nil {
		return Dec{small: d.small % o.small, scale: d.scale}, true
	}
	return fromBig(new(big.Int).Rem(d.bigDigits(), o.bigDigits()), int(d.scale)), true
}

// Cmp is -1, 0 or 1: 1.0 is 1.00.
func (d Dec) Cmp(o Dec) int {
	if d.scale != o.scale {
		if s, t := d.Sign(), o.Sign(); s != t {
			if s < t {
				return -1
			}
			return 1
		}
		d, o = align(d, o)
	}
	if d.big == nil && o.big == nil {
		switch {
		case d.small < o.small:
			return -1
		case d.small > o.small:
			return 1
		}
		return 0
	}
	return d.bigDigits().Cmp(o.bigDigits())
}

// Neg is -d.
func (d Dec) Neg() Dec {
	if d.big != nil {
		return Dec{big: new(big.Int).Neg(d.big), scale: d.scale}
	}
	return Dec{small: -d.small, scale: d.scale}
}

// Abs is the absolute value.
func (d Dec) Abs() Dec {
	if d.Sign() < 0 {
		return d.Neg()
	}
	return d
}

// Sign is -1, 0 or 1.
func (d Dec) Sign() int {
	switch {
	case d.big != nil:
		return d.big.Sign()
	case d.small < 0:
		return -1
	case d.small > 0:
		return 1
	}
	return 0
}

// IsZero tells whether it is 0.
func (d Dec) IsZero() bool { return d.big == nil && d.small == 0 }

// Scale is the number of places.
func (d Dec) Scale() int { return int(d.scale) }

// digits is how many digits there are without leading zeros; 0 has none.
func (d Dec) digits() int {
	if d.big != nil {
		return len(d.big.Text(10)) - (1-d.big.Sign())/2
	}
	x, n := abs64(d.small), 0
	for n < len(pow10) && x >= uint64(pow10[n]) {
		n++
	}
	return n
}

// intDigits is how many digits are before the point; of a number below 1 there are
// none.
func (d Dec) intDigits() int { return max(d.digits()-int(d.scale), 0) }

// Precision is the number of digits before and after the point; before it there is
// one at least.
func (d Dec) Precision() int { return max(d.intDigits(), 1) + int(d.scale) }

// Overflows tells whether the number is too large for a DECIMAL: more than 65 digits
// before the point. (Places that do not fit are dropped, which is no overflow.)
func (d Dec) Overflows() bool { return d.big != nil && d.intDigits() > MaxPrecision }

// Rescale gives it the number of places, rounded half away from zero.
func (d Dec) Rescale(scale int) Dec {
	switch {
	case int(d.scale) == scale:
		return d
	case int(d.scale) < scale:
		return d.pad(int32(scale))
	}
	return d.cut(scale, true)
}

// Unscaled is the digits of the number with so many places, to which it is rounded; false: an int64 does not hold them.
func (d Dec) Unscaled(scale int) (digits int64, ok bool) {
	d = d.Rescale(scale)
	return d.small, d.big == nil
}

// Digits is the digits of the number with so many places; false: it has more, or an int64 does not hold them.
func (d Dec) Digits(scale int) (digits int64, ok bool) {
	if int(d.scale) == scale {
		return d.small, d.big == nil
	}
	exact := d.Rescale(scale)
	return exact.small, exact.big == nil && (exact.scale > d.scale || exact.Cmp(d) == 0)
}

// Digits appends the [Dec.Digits] of n decimals: they are the same where the numbers are equal, and in the order of the
// numbers. NULL has 0. false: a number has none.
func (v *Vec) Digits(to []int64, n, scale int) (_ []int64, ok bool) {
	if v.Same() {
		n = min(n, 1)
	}
	for i, d := range v.D[:n] {
		x, ok := d.Digits(scale)
		if v.Nulls != nil && v.Nulls[i] {
			x, ok = 0, true
		}
		if !ok {
			return to, false
		}
		to = append(to, x)
	}
	return to, true
}

// cut drops places; scale may be negative, which drops digits before the point, too,
// and leaves a scale that is negative.
func (d Dec) cut(scale int, round bool) Dec {
	n := int(d.scale) - scale
	if d.big == nil {
		if n >= len(pow10) {
			// 10 to the 19 is more than twice the greatest small number.
			if n > len(pow10) || !round || abs64(d.small) < 5*uint64(pow10[18]) {
				return Dec{scale: int32(scale)}
			}
			return Dec{small: int64(d.Sign()), scale: int32(scale)}
		}
		p := pow10[n]
		q, r := d.small/p, d.small%p
		if round && abs64(r) >= uint64(p)-abs64(r) {
			q += int64(d.Sign())
		}
		return Dec{small: q, scale: int32(scale)}
	}
	return fromBig(divide(d.big, powerOf10(n), round), scale)
}

// Round is ROUND(d, places): half away from zero. The scale is places, but not
// negative and not more than d's.
func (d Dec) Round(places int) Dec { return d.shorten(places, true) }

// Truncate is TRUNCATE(d, places), which is toward zero; the scale is as of Round.
func (d Dec) Truncate(places int) Dec { return d.shorten(places, false) }

func (d Dec) shorten(places int, round bool) Dec {
	if places >= int(d.scale) {
		return d
	}
	places = max(places, -maxExponent)
	short := d.cut(places, round)
	if places >= 0 {
		return short
	}
	return newScaled(short.small, short.big, places)
}

// Ceil is the least whole number that is not less.
func (d Dec) Ceil() Dec { return d.whole(1) }

// Floor is the greatest whole number that is not greater.
func (d Dec) Floor() Dec { return d.whole(-1) }

func (d Dec) whole(direction int) Dec {
	q := d.Truncate(0)
	if d.Sign() == direction && q.Cmp(d) != 0 {
		return q.Add(Dec{small: int64(direction)})
	}
	return q
}

// Int64 is the number rounded half away from zero. Out of range it is the nearest
// that there is, and ok is false.
func (d Dec) Int64() (x int64, ok bool) {
	d = d.Rescale(0)
	switch {
	case d.big == nil:
		return d.small, true
	case d.big.IsInt64():
		return d.big.Int64(), true
	case d.big.Sign() < 0:
		return math.MinInt64, false
	}
	return math.MaxInt64, false
}

// Uint64 is as Int64 is.
func (d Dec) Uint64() (x uint64, ok bool) {
	d = d.Rescale(0)
	switch {
	case d.Sign() < 0:
		return 0, false
	case d.big == nil:
		return uint64(d.small), true
	case d.big.IsUint64():
		return d.big.Uint64(), true
	}
	return math.MaxUint64, false
}

// Float is the nearest float.
func (d Dec) Float() float64 {
	if d.big == nil && abs64(d.small) < 1<<53 && int(d.scale) < len(floatPow10) {
		return float64(d.small) / floatPow10[d.scale]
	}
	var buf [96]byte
	x, _ := strconv.ParseFloat(string(d.Append(buf[:0])), 64)
	return x
}

// String has all the places, and a zero before the point.
func (d Dec) String() string {
	var buf [96]byte
	return string(d.Append(buf[:0]))
}

// Append appends what String is.
func (d Dec) Append(dst []byte) []byte {
	if d.Sign() < 0 {
		dst = append(dst, '-')
	}
	start := len(dst)
	if d.big != nil {
		dst = d.big.Append(dst, 10)
		if d.big.Sign() < 0 {
			dst = append(dst[:start], dst[start+1:]...)
		}
	} else {
		dst = strconv.AppendUint(dst, abs64(d.small), 10)
	}
	scale := int(d.scale)
	if scale == 0 {
		return dst
	}
	if zeros := scale + 1 - (len(dst) - start); zeros > 0 {
		digits := len(dst) - start
		for range zeros {
			dst = append(dst, '0')
		}
		copy(dst[start+zeros:], dst[start:start+digits])
		for i := range zeros {
			dst[start+i] = '0'
		}
	}
	dst = append(dst, 0)
	point := len(dst) - 1 - scale
	copy(dst[point+1:], dst[point:])
	dst[point] = '.'
	return dst
}

// AppendKey appends bytes that tell their own end and are the same for equal
// numbers: of 1.0 and 1.00.
func (d Dec) AppendKey(dst []byte) []byte {
	if d.big != nil {
		for d.scale > 0 && d.big != nil {
			q, r := new(big.Int).QuoRem(d.big, big.NewInt(10), new(big.Int))
			if r.Sign() != 0 {
				break
			}
			d = fromBig(q, int(d.scale)-1)
		}
	}
	if d.big == nil {
		for d.scale > 0 && d.small%10 == 0 {
			d.small /= 10
			d.scale--
		}
		dst = append(dst, byte(d.scale))
		return binary.BigEndian.AppendUint64(dst, uint64(d.small))
	}
	const large = 0x80
	digits := d.big.Bytes()
	dst = append(dst, large|byte(d.scale), byte(d.big.Sign()))
	dst = binary.AppendUvarint(dst, uint64(len(digits)))
	return append(dst, digits...)
}

// isSpace tells of a space as C's isspace does.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
