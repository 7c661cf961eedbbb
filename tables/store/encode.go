package store

import (
	"encoding/binary"
	"errors"
	"math"
)

// Columns on a disk. Integers are kept as multiples of what they have in common,
// above their minimum, in as few bytes as the largest needs (frame of reference);
// strings of a segment by their number in the dictionary, which is kept once.

// errDamaged says that bytes are not what was written: something else than the
// disk's checksums has let them through.
var errDamaged = errors.New("the record is damaged")

// encoder appends to bytes.
type encoder struct{ b []byte }

func (e *encoder) uint(x uint64) { e.b = binary.AppendUvarint(e.b, x) }

func (e *encoder) int(x int64) { e.b = binary.AppendVarint(e.b, x) }

func (e *encoder) bool(x bool) {
	if x {
		e.b = append(e.b, 1)
	} else {
		e.b = append(e.b, 0)
	}
}

func (e *encoder) bytes(x []byte) {
	e.uint(uint64(len(x)))
	e.b = append(e.b, x...)
}

func (e *encoder) string(x string) {
	e.uint(uint64(len(x)))
	e.b = append(e.b, x...)
}

// decoder reads what an encoder has written. It panics with errDamaged.
type decoder struct{ b []byte }

// decode calls f with a decoder of the bytes, and returns how it panics.
func decode(b []byte, f func(*decoder)) (err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case errDamaged:
			err = errDamaged
		default:
			panic(r)
		}
	}()
	d := &decoder{b}
	f(d)
	d.check(len(d.b) == 0)
	return nil
}

func (d *decoder) check(ok bool) {
	if !ok {
		panic(errDamaged)
	}
}

func (d *decoder) uint() uint64 {
	x, n := binary.Uvarint(d.b)
	d.check(n > 0)
	d.b = d.b[n:]
	return x
}

func (d *decoder) int() int64 {
	x, n := binary.Varint(d.b)
	d.check(n > 0)
	d.b = d.b[n:]
	return x
}

// count is a number of things that there cannot be more of than limit, so that
// damaged bytes ask for no memory that there is not.
func (d *decoder) count(limit int) int {
	x := d.uint()
	d.check(x <= uint64(limit))
	return int(x)
}

func (d *decoder) bool() bool { return d.take(1)[0] != 0 }

// take is the next n bytes, of which the caller keeps copies only.
func (d *decoder) take(n int) []byte {
	d.check(n >= 0 && n <= len(d.b))
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) bytes() []byte { return d.take(d.count(len(d.b))) }

func (d *decoder) string() string { return string(d.bytes()) }

// integer is the types that integers writes.
type integer interface {
	~int64 | ~uint64 | ~uint32
}

// integers appends numbers: the minimum, the step and the width in bytes of the
// multiples of it, and these.
func integers[T integer](e *encoder, xs []T) {
	if len(xs) == 0 {
		return
	}
	low, high := xs[0], xs[0]
	for _, x := range xs {
		low, high = min(low, x), max(high, x)
	}
	step := uint64(0)
	for _, x := range xs {
		if step = gcd(uint64(x)-uint64(low), step); step == 1 {
			break
		}
	}
	step = max(step, 1)
	width := 0
	for largest := (uint64(high) - uint64(low)) / step; largest > 0; largest >>= 8 {
		width++
	}
	e.uint(uint64(low))
	e.uint(step)
	e.b = append(e.b, byte(width))
	var word [8]byte
	for _, x := range xs {
		binary.LittleEndian.PutUint64(word[:], (uint64(x)-uint64(low))/step)
		e.b = append(e.b, word[:width]...)
	}
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// decodeIntegers reads n numbers.
func decodeIntegers[T integer](d *decoder, n int) []T {
	if n == 0 {
		return nil
	}
	low, step := d.uint(), d.uint()
	width := int(d.take(1)[0])
	d.check(width <= 8 && n <= 1<<segmentBits)
	b := d.take(n * width)
	xs := make([]T, n)
	if width == 0 {
		for i := range xs {
			xs[i] = T(low)
		}
		return xs
	}
	i := 0
	mask := ^uint64(0) >> (64 - 8*width)
	for ; len(b) >= 8; i++ { // whole words while there are any
		xs[i] = T(low + step*(binary.LittleEndian.Uint64(b)&mask))
		b = b[width:]
	}
	var word [8]byte
	for ; i < n; i++ {
		copy(word[:], b[:width])
		xs[i] = T(low + step*binary.LittleEndian.Uint64(word[:]))
		b = b[width:]
	}
	return xs
}

// marks appends a set of rows.
func (e *encoder) marks(m marks) {
	e.uint(uint64(len(m)))
	for _, w := range m {
		e.b = binary.LittleEndian.AppendUint64(e.b, w)
	}
}

func (d *decoder) marks() marks {
	n := d.count(len(d.b) / 8)
	if n == 0 {
		return nil
	}
	m := make(marks, n)
	for i := range m {
		m[i] = binary.LittleEndian.Uint64(d.take(8))
	}
	return m
}

// column appends rows of a column: the NULLs, and the values. Strings are codes.
func (e *encoder) column(kind Kind, c *column, n int, codec Codec) error {
	var nulls marks
	for i, null := range c.nulls[:min(n, len(c.nulls))] {
		if null {
			nulls = nulls.add(i)
		}
	}
	e.marks(nulls)
	switch kind {
	case Int, Uint:
		integers(e, c.ints[:n])
	case Float:
		for _, x := range c.floats[:n] {
			e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(x))
		}
	case String:
		integers(e, c.codes[:n])
	case Any:
		for _, x := range c.anys[:n] {
			if err := e.any(x, codec); err != nil {
				return err
			}
		}
	}
	return nil
}

// any appends a value that the layer above has made; nothing for NULL.
func (e *encoder) any(x any, codec Codec) error {
	if x == nil {
		e.uint(0)
		return nil
	}
	b, err := codec.AppendValue(nil, x)
	if err != nil {
		return err
	}
	e.uint(uint64(len(b)) + 1)
	e.b = append(e.b, b...)
	return nil
}

func (d *decoder) any(codec Codec) any {
	n := d.count(len(d.b) + 1)
	if n == 0 {
		return nil
	}
	x, err := codec.Value(d.take(n - 1))
	d.check(err == nil)
	return x
}

// column reads n rows of a column.
func (d *decoder) column(kind Kind, n int, codec Codec) (c column) {
	if nulls := d.marks(); nulls != nil {
		d.check(len(nulls) <= (n+63)/64)
		c.nulls = make([]bool, min(n, 64*len(nulls)))
		for i := range c.nulls {
			c.nulls[i] = nulls.has(i)
		}
	}
	switch kind {
	case Int, Uint:
		c.ints = decodeIntegers[int64](d, n)
	case Float:
		b := d.take(8 * n)
		c.floats = make([]float64, n)
		for i := range c.floats {
			c.floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case String:
		c.codes = decodeIntegers[uint32](d, n)
	case Any:
		c.anys = make([]any, n)
		for i := range c.anys {
			c.anys[i] = d.any(codec)
		}
	}
	return c
}
