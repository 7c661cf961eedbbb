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

// From is the statement from the first token on that is the word; "" where none is.
func From(sql, word string) string {
	for at, t := range tokensAt(sql) {
		if strings.EqualFold(t, word) {
			return sql[at:]
		}
	}
	return ""
}

// BareEngine takes the quotes from the name of a storage engine, ENGINE='InnoDB', where
// MySQL has a word or a text (manual 15.1.20) and vitess only a word.
func BareEngine(sql string) string {
	const none, named = 0, 1
	state, done := none, 0
	var b strings.Builder
	for at, t := range tokensAt(sql) {
		switch {
		case strings.EqualFold(t, "ENGINE"):
			state = named
			continue
		case state == named && t == "=":
			continue
		case state == named && len(t) > 2 && (t[0] == '\'' || t[0] == '"') && wordLength(t[1:]) == len(t)-2:
			b.WriteString(sql[done:at] + " " + t[1:len(t)-1])
			done = at + len(t)
		}
		state = none
	}
	return b.String() + sql[done:]
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
