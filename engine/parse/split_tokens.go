package parse

import "iter"

// Tokens yields the tokens of a statement as they are written, by the same
// rules as [Split]: words and numbers, strings and quoted names with their
// quotes, and every other sign by itself. Comments and white space are left
// out; what /*! … */ holds is not.
func Tokens(sql string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(sql) > 0 {
			n, ended := comment(sql)
			if n > 0 && ended || isSpace(sql[0]) {
				sql = sql[max(n, 1):]
				continue
			}
			if n == 0 {
				n = max(tokenLength(sql), wordLength(sql))
			}
			if !yield(sql[:n]) {
				return
			}
			sql = sql[n:]
		}
	}
}

// wordLength is the length of the word or number at the start of rest, 0 where
// there is none.
func wordLength(rest string) int {
	for i, c := range []byte(rest) {
		if c < 0x80 && c != '_' && c != '$' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return i
		}
	}
	return len(rest)
}
