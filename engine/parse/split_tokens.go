package parse

import (
	"iter"
	"strings"
)

// Tokens yields the tokens of a statement as they are written, by the same
// rules as [Split]: words and numbers, strings and quoted names with their
// quotes, and every other sign by itself. Comments and white space are left
// out; what /*! … */ holds is not.
func Tokens(sql string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, t := range tokensAt(sql) {
			if !yield(t) {
				return
			}
		}
	}
}

// tokensAt is [Tokens] with where each begins.
func tokensAt(sql string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for at := 0; at < len(sql); {
			rest := sql[at:]
			n, ended := comment(rest)
			if n > 0 && ended || isSpace(rest[0]) {
				at += max(n, 1)
				continue
			}
			if n == 0 {
				n = max(tokenLength(rest), wordLength(rest))
			}
			if !yield(at, rest[:n]) {
				return
			}
			at += n
		}
	}
}

// TokensIn is [Tokens] under a mode, in which a backslash may be no escape.
func TokensIn(sql string, mode SQLMode) iter.Seq[string] {
	if mode&modeNoBackslashEscapes == 0 {
		return Tokens(sql)
	}
	return func(yield func(string) bool) {
		l := new(lexed)
		l.lex(sql, mode)
		for _, t := range l.tokens {
			text := l.text[t.start:t.end]
			if t.kind != variableToken {
				if !yield(text) {
					return
				}
				continue
			}
			for part := range Tokens(text) { // a variable's sign is a token of its own
				if !yield(part) {
					return
				}
			}
		}
	}
}

// From is the statement from the first token on that is the word; "" where none is.
func From(sql, word string) string {
	for at, t := range tokensAt(sql) {
		if strings.EqualFold(t, word) {
			return sql[at:]
		}
	}
	return ""
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
