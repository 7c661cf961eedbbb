package builtin

import (
	"unicode/utf8"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// soundexCodes are the codes of A to Z. 0 is a vowel, which does not count.
const soundexCodes = "01230120022455012623010202"

// soundex is as long as it needs to be, at least four characters. Letters beyond A to Z
// are as vowels.
func soundex(e *types.Env, text string) string {
	var out []byte
	last := byte('0')
	for s := range e.Pieces(text) {
		for _, r := range s {
			upper := r
			if r >= 'a' && r <= 'z' {
				upper -= 'a' - 'A'
			}
			code := byte('0')
			switch {
			case upper >= 'A' && upper <= 'Z':
				code = soundexCodes[upper-'A']
			case r < 0xc0:
				continue
			}
			switch {
			case out == nil:
				out = utf8.AppendRune(out, upper)
				last = code
			case code != '0' && code != last:
				out = append(out, code)
				last = code
			}
		}
	}
	if out == nil {
		return ""
	}
	for utf8.RuneCount(out) < 4 {
		out = append(out, '0')
	}
	return string(out)
}
