package wire

import (
	"bytes"
	"encoding/binary"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// decoder takes a packet apart. What the packet is too short for reads as zero
// or empty, and bad is set.
type decoder struct {
	data []byte
	bad  bool
}

// bytes takes the next n bytes, as a part of the packet.
func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.data)) {
		d.data, d.bad = nil, true
		return nil
	}
	b := d.data[:n]
	d.data = d.data[n:]
	return b
}

func (d *decoder) uint8() uint8 {
	if b := d.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uint16() uint16 {
	if b := d.bytes(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (d *decoder) uint32() uint32 {
	if b := d.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) uint64() uint64 {
	if b := d.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// length takes a length-encoded integer.
func (d *decoder) length() uint64 {
	switch n := d.uint8(); n {
	case 0xfc:
		return uint64(d.uint16())
	case 0xfd:
		return uint64(d.uint16()) | uint64(d.uint8())<<16
	case 0xfe:
		return d.uint64()
	case 0xfb, 0xff: // NULL and an error's header: no length
		d.bad = true
		return 0
	default:
		return uint64(n)
	}
}

// text takes a string up to a NUL byte, or to the end of the packet: old
// clients leave the last NUL out.
func (d *decoder) text() string {
	before, after, _ := bytes.Cut(d.data, []byte{0})
	d.data = after
	return string(before)
}

// err is MySQL's error 1835 where the packet was too short for what was taken.
func (d *decoder) err() error {
	if d.bad {
		return mysql.NewDefaultError(mysql.ER_MALFORMED_PACKET)
	}
	return nil
}
