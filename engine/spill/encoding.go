package spill

import (
	"encoding/binary"
	"math"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// A vector is a byte that says how it is, its NULLs where it has any, a byte each, and the values:
// eight bytes of a number, a string's lengths and then all texts, a decimal as [types.Dec.Pack] has it.
const (
	plain = iota // a value for each row
	coded        // codes of a dictionary
	same         // one value for all rows
	null         // every row is NULL
	nulls = 0x80 // it has NULLs
)

func (f *File) appendVec(to []byte, v *types.Vec, n int) []byte {
	form := byte(plain)
	switch {
	case v.Kind == types.Null || v.Same() && n > 0 && v.Null(0):
		return append(to, null)
	case v.Same() && n > 0:
		form, n = same, 1
	case v.Dict != nil:
		form = coded
	}
	if v.Nulls != nil {
		to = append(to, form|nulls)
		for _, is := range v.Nulls[:n] {
			b := byte(0)
			if is {
				b = 1
			}
			to = append(to, b)
		}
	} else {
		to = append(to, form)
	}
	switch {
	case v.Dict != nil:
		if form == same {
			return appendStrings(to, []string{v.Str(0)})
		}
		at, ok := f.dicts[v.Dict]
		if !ok {
			at = len(f.known)
			f.dicts[v.Dict], f.known = at, append(f.known, v.Dict)
		}
		to = binary.LittleEndian.AppendUint32(to, uint32(at))
		for _, code := range v.Codes[:n] {
			to = binary.LittleEndian.AppendUint32(to, code)
		}
	case v.Kind == types.Float:
		for _, x := range v.F[:n] {
			to = binary.LittleEndian.AppendUint64(to, math.Float64bits(x))
		}
	case v.Kind == types.Decimal:
		for _, d := range v.D[:n] {
			to = d.Pack(to)
		}
	case v.Kind == types.String || v.Kind == types.JSON:
		return appendStrings(to, v.S[:n])
	default:
		for _, x := range v.I[:n] {
			to = binary.LittleEndian.AppendUint64(to, uint64(x))
		}
	}
	return to
}

func appendStrings(to []byte, s []string) []byte {
	for _, x := range s {
		to = binary.AppendUvarint(to, uint64(len(x)))
	}
	for _, x := range s {
		to = append(to, x...)
	}
	return to
}

// reader reads what appendVec has written.
type reader struct {
	buf []byte
	f   *File
}

func (r *reader) byte() byte {
	b := r.buf[0]
	r.buf = r.buf[1:]
	return b
}

func (r *reader) uint32() uint32 {
	x := binary.LittleEndian.Uint32(r.buf)
	r.buf = r.buf[4:]
	return x
}

func (r *reader) uint64() uint64 {
	x := binary.LittleEndian.Uint64(r.buf)
	r.buf = r.buf[8:]
	return x
}

func (r *reader) vec(t *types.Type, n int) *types.Vec {
	form := r.byte()
	if form == null {
		return types.SameVec(t, types.Value{}, n)
	}
	rows := n
	if form&^nulls == same {
		rows = 1
	}
	v := types.VecOf(t, rows)
	if form&nulls != 0 {
		v.Nulls = make([]bool, rows)
		for i := range v.Nulls {
			v.Nulls[i] = r.byte() != 0
		}
	}
	switch {
	case form&^nulls == coded:
		v.Dict = r.f.known[r.uint32()]
		v.Codes = make([]uint32, rows)
		for i := range v.Codes {
			v.Codes[i] = r.uint32()
		}
	case t.Kind == types.Float:
		v.F = make([]float64, rows)
		for i := range v.F {
			v.F[i] = math.Float64frombits(r.uint64())
		}
	case t.Kind == types.Decimal:
		v.D = make([]types.Dec, rows)
		for i := range v.D {
			v.D[i], r.buf = types.UnpackDec(r.buf)
		}
	case t.Kind == types.String || t.Kind == types.JSON:
		v.S = r.strings(rows)
	default:
		v.I = make([]int64, rows)
		for i := range v.I {
			v.I[i] = int64(r.uint64())
		}
	}
	if form&^nulls == same {
		return types.SameVec(t, v.Value(0), n)
	}
	return v
}

func (r *reader) strings(n int) []string {
	ends := make([]int, n)
	at := 0
	for i := range ends {
		length, size := binary.Uvarint(r.buf)
		r.buf = r.buf[size:]
		at += int(length)
		ends[i] = at
	}
	all, from := string(r.buf[:at]), 0
	r.buf = r.buf[at:]
	s := make([]string, n)
	for i, end := range ends {
		s[i], from = all[from:end], end
	}
	return s
}
