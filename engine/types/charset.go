package types

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Texts are UTF-8 here, whatever their character set; what tells or wants bytes sees those of
// the character set.

// encodings are the character sets that go-mysql-server does not encode.
var encodings = map[string]encoding.Encoding{
	"big5": traditionalchinese.Big5, "gbk": simplifiedchinese.GBK, "gb2312": simplifiedchinese.GBK, "gb18030": simplifiedchinese.GB18030,
	"sjis": japanese.ShiftJIS, "cp932": japanese.ShiftJIS, "ujis": japanese.EUCJP, "eucjpms": japanese.EUCJP, "euckr": korean.EUCKR,
	"cp850": charmap.CodePage850, "cp852": charmap.CodePage852, "cp866": charmap.CodePage866,
	"cp1250": charmap.Windows1250, "cp1251": charmap.Windows1251, "koi8r": charmap.KOI8R, "koi8u": charmap.KOI8U,
	"latin2": charmap.ISO8859_2, "latin5": charmap.ISO8859_9, "greek": charmap.ISO8859_7, "hebrew": charmap.ISO8859_8,
	"macroman": charmap.Macintosh, "tis620": charmap.Windows874,
	"ucs2": utf16.UTF16(utf16.BigEndian, utf16.IgnoreBOM), "utf16": utf16.UTF16(utf16.BigEndian, utf16.IgnoreBOM),
	"utf16le": utf16.UTF16(utf16.LittleEndian, utf16.IgnoreBOM), "utf32": utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
}

// InUTF8 tells whether a text's bytes in the character set are those that it has here.
func (c Collation) InUTF8() bool { return c.IsBinary() || strings.HasPrefix(c.Charset(), "utf8") }

// Encode is the bytes of a text in the character set, ? for what that does not have.
func (c Collation) Encode(s string) string {
	if c.InUTF8() {
		return s
	}
	if e, ok := encodings[c.Charset()]; ok {
		out, err := e.NewEncoder().String(s)
		if err == nil {
			return out
		}
		var each strings.Builder
		encoder := e.NewEncoder()
		for _, r := range s {
			if out, err = encoder.String(string(r)); err != nil {
				out = c.Encode("?")
			}
			each.WriteString(out)
		}
		return each.String()
	}
	encoder := sql.CollationID(c).CharacterSet().Encoder()
	if encoder == nil {
		return s
	}
	return string(encoder.EncodeReplaceUnknown([]byte(s)))
}

// Decode is the text that bytes are in the character set; ok is false where they are none.
func (c Collation) Decode(s string) (text string, ok bool) {
	if c.InUTF8() {
		return s, c.IsBinary() || utf8.ValidString(s)
	}
	if e, known := encodings[c.Charset()]; known {
		text, err := e.NewDecoder().String(s)
		return text, err == nil && !strings.ContainsRune(text, utf8.RuneError)
	}
	encoder := sql.CollationID(c).CharacterSet().Encoder()
	if encoder == nil {
		return s, utf8.ValidString(s)
	}
	decoded, ok := encoder.Decode([]byte(s))
	return string(decoded), ok
}

// Recode puts ? in the place of what the character set does not have.
func (c Collation) Recode(s string) string {
	if c.IsBinary() || c.Charset() == "utf8mb4" || isASCII(s) {
		return s
	}
	text, ok := c.Decode(c.Encode(s))
	if c.InUTF8() { // three bytes a character at most
		text, ok = string(sql.CollationID(c).CharacterSet().Encoder().EncodeReplaceUnknown([]byte(s))), true
	}
	if !ok {
		return s
	}
	return text
}

// sorterOf ranks the characters of a collation: by go-mysql-server or, where it has no order,
// by their codes in the character set, without letter case. Of Chinese in gbk and gb2312 that
// is the order by pinyin of the characters that are used most. nil: the order is not known.
func sorterOf(c Collation) sql.CollationSorter {
	id := sql.CollationID(c)
	if s := id.Sorter(); s != nil {
		return s
	}
	e, ok := encodings[id.CharacterSet().Name()]
	if !ok {
		return nil
	}
	return func(r rune) int32 {
		if r < utf8.RuneSelf || unicode.IsLower(r) {
			r = unicode.ToUpper(r)
		}
		code, err := e.NewEncoder().String(string(r))
		if err != nil {
			return -1
		}
		weight := int32(0)
		for i := range len(code) {
			weight = weight<<8 | int32(code[i])
		}
		return weight
	}
}
