package parse

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/charset"
)

// otherCharsets are MySQL's character sets (manual 12.10) that TiDB's parser does not know.
const otherCharsets = `armscii8 big5 cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 eucjpms euckr gb18030 gb2312 gbk
geostd8 greek hebrew hp8 keybcs2 koi8r koi8u latin2 latin5 latin7 macce macroman sjis swe7 tis620 ucs2 ujis utf16 utf16le utf32`

func init() {
	for name := range strings.FieldsSeq(otherCharsets) {
		if _, err := charset.GetCharsetInfo(name); err != nil {
			charset.AddCharset(&charset.Charset{
				Name: name, DefaultCollation: name + "_bin", Collations: map[string]*charset.Collation{}, Maxlen: 1,
			})
		}
		words["_"+strings.ToUpper(name)] |= ruled
		longestWord = max(longestWord, len(name)+1)
	}
}

// introducer replaces the introducer at i of a literal's character set by one that TiDB's
// grammar takes, and keeps what it was.
func (r *rewriter) introducer(s *source, i int) {
	if i+1 >= len(r.tokens) {
		return
	}
	t, next := r.tokens[i], r.tokens[i+1]
	word := strings.ToLower(r.text[next.start:next.end])
	if next.kind != stringToken && word != "x" && word != "b" && !strings.HasPrefix(word, "0x") && !strings.HasPrefix(word, "0b") {
		return
	}
	if r.introducers == nil {
		r.introducers = map[int]string{}
	}
	r.introducers[t.start] = strings.ToLower(r.text[t.start+1 : t.end])
	s.replace(t.start, t.end, "_latin1")
}
