package parse

import (
	"strconv"
	"strings"
)

// Constant is a literal that [Pattern] has put a question mark for.
type Constant struct {
	Text   bool // a string; otherwise an integer
	Int    int64
	String string
}

// Pattern is a statement with a question mark in the place of each literal that is
// compared with something before it: statements that differ in such literals alone
// have one. Such a literal is an integer of up to 18 digits or a string without
// escapes. ok is false where there is none, and of a text with what would take a
// lexer to be read for sure: comments, question marks, variables, double quotes, the operator ->.
func Pattern(dst []byte, text string) (pattern []byte, constants []Constant, ok bool) {
	compared := false // the last token is a comparison's sign
	start := 0        // of what is not copied yet
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c == '=' || c == '<' || c == '>':
			compared = true
			i++
			continue
		case c == '"' || c == '?' || c == '@' || c == '#' || c == ':' || c == '\\' || c >= 0x80,
			c == '-' && (strings.HasPrefix(text[i:], "--") || strings.HasPrefix(text[i:], "->")), c == '/' && strings.HasPrefix(text[i:], "/*"):
			return dst, nil, false
		case c == '`':
			n := strings.IndexByte(text[i+1:], '`')
			if n < 0 {
				return dst, nil, false
			}
			i += n + 2
		case c == '\'':
			n := strings.IndexByte(text[i+1:], '\'')
			if n < 0 || strings.IndexByte(text[i+1:i+1+n], '\\') >= 0 || strings.HasPrefix(text[i+2+n:], "'") {
				return dst, nil, false
			}
			if compared {
				dst = append(append(dst, text[start:i]...), '?')
				constants = append(constants, Constant{Text: true, String: text[i+1 : i+1+n]})
				start = i + n + 2
			}
			i += n + 2
		case isDigit(c):
			end := i
			for end < len(text) && isDigit(text[end]) {
				end++
			}
			if compared && end-i <= 18 && (end == len(text) || text[end] != '.' && !isWord(text[end])) {
				n, _ := strconv.ParseInt(text[i:end], 10, 64)
				dst = append(append(dst, text[start:i]...), '?')
				constants = append(constants, Constant{Int: n})
				start = end
			}
			for end < len(text) && isWord(text[end]) {
				end++
			}
			i = end
		case isWord(c):
			for i < len(text) && isWord(text[i]) {
				i++
			}
		default:
			i++
		}
		compared = false
	}
	return append(dst, text[start:]...), constants, len(constants) > 0
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80
}
