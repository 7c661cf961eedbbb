package parse

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Fields that stand in a file as they are: a part of its text, which nothing but what ends it, or quotes around it, has a
// meaning in. Where what ends fields and lines is a character each, most are.

// eachByte is the number whose bytes are all 1.
const eachByte = 0x0101010101010101

// Plain tells what ends fields and lines, where that is a character each and no number, date or time has one that means
// something: such a value then ends where its characters do.
func (f *Lines) Plain() (field, line byte, ok bool) {
	if !f.plain {
		return 0, 0, false
	}
	for i := range ofValues {
		if f.special[ofValues[i]] {
			return 0, 0, false
		}
	}
	return f.file.Fields[0], f.line[0], true
}

// ofValues are the characters that numbers, dates and times are written by.
const ofValues = "0123456789-.: "

// Text is all that there is to read.
func (f *Lines) Text() string { return f.buf }

// Seek has the next line begin at p.
func (f *Lines) Seek(p int) { f.pos = p }

// PlainField is the field at p where it stands there as it is, or is \N, ended by s[next-1] (plain); else next is 0.
// ascii tells that it is of ASCII.
func (f *Lines) PlainField(p int) (field Field, ascii bool, next int) {
	s, file := f.buf, f.file
	quoted := file.Enclosed != 0 && p < len(s) && s[p] == file.Enclosed
	if quoted {
		p++
	}
	end, ascii := f.span(p)
	for quoted && end < len(s) && s[end] != file.Enclosed && s[end] != file.Escaped { // what ends fields and lines is text there
		more, is := f.span(end + 1)
		end, ascii = more, ascii && is
	}
	field.Text = s[p:end]
	after := end
	switch {
	case quoted:
		if end == len(s) || s[end] != file.Enclosed {
			return Field{}, false, 0
		}
		after++
	case file.Escaped != 0 && end == p && end+1 < len(s) && s[end] == file.Escaped && s[end+1] == 'N' && file.Escaped != file.Enclosed:
		after += 2
		field = Field{s[end+1 : after], true}
	case file.Enclosed != 0 && field.Text == "NULL":
		field.Null = true
	}
	if after == len(s) || s[after] != file.Fields[0] && s[after] != f.line[0] {
		return Field{}, false, 0
	}
	return field, ascii, after + 1
}

// span is where the first character is from p on that means something, and tells whether those before it are ASCII. Eight
// are looked at at a time (Mycroft's test for a byte that is zero).
func (f *Lines) span(p int) (end int, ascii bool) {
	s := f.buf
	high := uint64(0)
	for ; p+8 <= len(s); p += 8 {
		w := binary.LittleEndian.Uint64([]byte(s[p : p+8]))
		found := uint64(0)
		for _, sign := range f.signs {
			x := w ^ sign
			found |= (x - eachByte) &^ x
		}
		if found &= 0x80 * eachByte; found != 0 { // its lowest bit is that of the first
			n := bits.TrailingZeros64(found) &^ 7
			high |= w & (1<<n - 1)
			return p + n>>3, high&(0x80*eachByte) == 0
		}
		high |= w
	}
	ascii = high&(0x80*eachByte) == 0
	for ; p < len(s) && !f.special[s[p]]; p++ {
		ascii = ascii && s[p] < utf8.RuneSelf
	}
	return p, ascii
}
