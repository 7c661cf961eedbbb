package types

import (
	"encoding/binary"
	"math/big"
)

// Pack appends the number as bytes, which [UnpackDec] reads: twice the places, or that and 1 where the digits are more
// than 64 bits, as a sign, their length and themselves.
func (d Dec) Pack(to []byte) []byte {
	if d.big == nil {
		return binary.AppendVarint(binary.AppendUvarint(to, uint64(d.scale)<<1), d.small)
	}
	to = binary.AppendUvarint(to, uint64(d.scale)<<1|1)
	sign := byte(0)
	if d.big.Sign() < 0 {
		sign = 1
	}
	digits := d.big.Bytes()
	return append(binary.AppendUvarint(append(to, sign), uint64(len(digits))), digits...)
}

// UnpackDec is the number that the bytes begin with; rest is what follows.
func UnpackDec(b []byte) (d Dec, rest []byte) {
	form, n := binary.Uvarint(b)
	b = b[n:]
	d.scale = int32(form >> 1)
	if form&1 == 0 {
		d.small, n = binary.Varint(b)
		return d, b[n:]
	}
	negative := b[0] == 1
	length, n := binary.Uvarint(b[1:])
	b = b[1+n:]
	d.big = new(big.Int).SetBytes(b[:length])
	if negative {
		d.big.Neg(d.big)
	}
	return d, b[length:]
}
