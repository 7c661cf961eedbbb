package parse

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// ValueLists is INSERT or REPLACE … VALUES of nothing but literals, as dumps have them: lists of
// one length.
type ValueLists struct {
	Head  string // the statement up to VALUES
	Width int    // of each list
	Rows  int

	text     string
	escapes  bool          // a backslash in a string begins one
	literals []listLiteral // list after list
}

// listLiteral is where a literal is in the text: of a string what is between the quotes.
type listLiteral struct {
	start, end int
	kind       LiteralKind
	escaped    bool // a string has escapes, or its quote twice
	quote      byte
}

// longestHead is of no more columns than a table has.
const longestHead = 64 << 10

// ReadValueLists reads the statement; false where it may be anything else, which is for [Query]. So
// is the Head, with an empty list behind it, and so are strings with introducers or of several parts, hexadecimal and bit literals, integers of
// more than 18 digits, and comments.
func ReadValueLists(text string, mode SQLMode) (*ValueLists, bool) {
	head := valuesHead(text)
	if head == 0 || !utf8.ValidString(text) {
		return nil, false
	}
	v := &ValueLists{Head: text[:head], text: text, escapes: mode&modeNoBackslashEscapes == 0}
	r := listReader{text: text, mode: mode, at: head}
	for {
		if r.skip(); !r.take('(') {
			return nil, false
		}
		for {
			r.skip()
			l, ok := r.literal()
			if !ok {
				return nil, false
			}
			v.literals = append(v.literals, l)
			if r.skip(); r.take(')') {
				break
			}
			if !r.take(',') {
				return nil, false
			}
		}
		if v.Rows++; v.Rows == 1 {
			v.Width = len(v.literals)
			if lists := len(text) / (r.at - head); lists > 1 { // about
				v.literals = append(make([]listLiteral, 0, (lists+1)*v.Width), v.literals...)
			}
		}
		if len(v.literals) != v.Rows*v.Width {
			return nil, false
		}
		if r.skip(); r.at == len(text) {
			return v, true
		}
		if !r.take(',') {
			return nil, false
		}
	}
}

// valuesHead is the end of INSERT [IGNORE] INTO name [(names)] VALUES and its like at the start of
// a text; 0: it begins otherwise.
func valuesHead(text string) int {
	first := true
	for i := 0; i < len(text) && i < longestHead; {
		switch c := text[i]; {
		case isSpace(c) || c == ',' || c == '.' || c == '(' || c == ')':
			i++
		case c == '`':
			n := strings.IndexByte(text[i+1:], '`')
			if n < 0 || first {
				return 0
			}
			i += n + 2
		case isWord(c) && c < utf8.RuneSelf:
			start := i
			for i < len(text) && isWord(text[i]) {
				i++
			}
			word := text[start:i]
			if first && !strings.EqualFold(word, "INSERT") && !strings.EqualFold(word, "REPLACE") {
				return 0
			}
			if first = false; strings.EqualFold(word, "VALUES") {
				return i
			}
		default:
			return 0
		}
	}
	return 0
}

// listReader reads lists of literals.
type listReader struct {
	text string
	mode SQLMode
	at   int
}

func (r *listReader) skip() {
	for r.at < len(r.text) && isSpace(r.text[r.at]) {
		r.at++
	}
}

func (r *listReader) take(c byte) bool {
	if r.at == len(r.text) || r.text[r.at] != c {
		return false
	}
	r.at++
	return true
}

func (r *listReader) literal() (l listLiteral, ok bool) {
	if r.at == len(r.text) {
		return l, false
	}
	switch c := r.text[r.at]; {
	case c == '\'' || c == '"' && r.mode&modeANSIQuotes == 0:
		return r.string(c)
	case isDigit(c) || c == '-':
		return r.number()
	}
	l.start = r.at
	for r.at < len(r.text) && isWord(r.text[r.at]) {
		r.at++
	}
	l.end = r.at
	switch word := r.text[l.start:l.end]; {
	case strings.EqualFold(word, "NULL"):
		l.kind = NullLiteral
	case strings.EqualFold(word, "TRUE") || strings.EqualFold(word, "FALSE"):
		l.kind = BoolLiteral
	default:
		return l, false
	}
	return l, true
}

// string reads a string. Another one behind it would be a part of it, but is no comma.
func (r *listReader) string(quote byte) (l listLiteral, ok bool) {
	l = listLiteral{start: r.at + 1, kind: StringLiteral, quote: quote}
	escapes := r.mode&modeNoBackslashEscapes == 0
	end := l.start // of what has been looked through for the quote
	for i := l.start; ; {
		if end <= i {
			n := strings.IndexByte(r.text[i:], quote)
			if n < 0 {
				return l, false
			}
			end = i + n
		}
		if escapes {
			if back := strings.IndexByte(r.text[i:end], '\\'); back >= 0 {
				l.escaped = true
				if i += back + 2; i > len(r.text) {
					return l, false
				}
				continue
			}
		}
		if i = end + 1; i < len(r.text) && r.text[i] == quote {
			l.escaped = true
			i++
			continue
		}
		l.end, r.at = end, i
		return l, true
	}
}

func (r *listReader) number() (l listLiteral, ok bool) {
	l = listLiteral{start: r.at, kind: IntLiteral}
	r.take('-')
	first := r.at
	whole := r.digits()
	digits := whole
	zero := strings.Trim(r.text[first:r.at], "0") == ""
	if whole > 0 && r.take('.') {
		l.kind = DecimalLiteral
		behind := r.at
		places := r.digits()
		zero = zero && strings.Trim(r.text[behind:r.at], "0") == ""
		if digits += places; places == 0 {
			return l, false
		}
	}
	if r.at < len(r.text) && r.text[r.at]|0x20 == 'e' {
		l.kind = FloatLiteral
		r.at++
		if !r.take('-') {
			r.take('+')
		}
		if r.digits() == 0 {
			return l, false
		}
	}
	l.end = r.at
	switch {
	case whole == 0 || digits > 60 || r.at < len(r.text) && (isWord(r.text[r.at]) || r.text[r.at] == '.'):
		return l, false
	case l.kind == IntLiteral:
		return l, digits <= 18
	case first > l.start && zero:
		return l, false // -0.0
	case l.kind == FloatLiteral:
		_, err := strconv.ParseFloat(r.text[l.start:l.end], 64)
		return l, err == nil
	}
	return l, true
}

// digits goes behind digits and counts them.
func (r *listReader) digits() int {
	start := r.at
	for r.at < len(r.text) && isDigit(r.text[r.at]) {
		r.at++
	}
	return r.at - start
}

// Kind is what a literal of a row is written as: neither HexLiteral, BitLiteral nor UintLiteral.
func (v *ValueLists) Kind(row, at int) LiteralKind { return v.literals[row*v.Width+at].kind }

// Text is a literal's text: a string's with its escapes undone.
func (v *ValueLists) Text(row, at int) string {
	l := &v.literals[row*v.Width+at]
	text := v.text[l.start:l.end]
	if !l.escaped {
		return text
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == l.quote: // where it is twice
			i++
		case c == '\\' && v.escapes:
			if i++; text[i] == '%' || text[i] == '_' {
				b = append(b, '\\')
			}
			c = unescaped(text[i])
		}
		b = append(b, c)
	}
	return string(b)
}

// Int is an integer, or 1 and 0 of a truth value.
func (v *ValueLists) Int(row, at int) int64 {
	l := &v.literals[row*v.Width+at]
	text := v.text[l.start:l.end]
	if l.kind == BoolLiteral {
		if len(text) == len("TRUE") {
			return 1
		}
		return 0
	}
	n, _ := strconv.ParseInt(text, 10, 64) // of at most 18 digits
	return n
}

// Float is a number with an exponent.
func (v *ValueLists) Float(row, at int) float64 {
	x, _ := strconv.ParseFloat(v.Text(row, at), 64) // which was read before
	return x
}
