package parse

import "strings"

// tokenKind is what a token is as far as the edge of TiDB's grammar must know.
type tokenKind uint8

const (
	wordToken     tokenKind = iota // a bare name, a keyword or a number
	quotedToken                    // a quoted name
	stringToken                    // without its introducer
	variableToken                  // @name and @@name
	paramToken                     // ?
	signToken                      // any other byte
)

// token is a token of a statement's text. Comments are none.
type token struct {
	start, end int
	kind       tokenKind
	sign       byte // of a signToken
	traits     wordTraits
	match      int // of a parenthesis: the token that closes or opens it; 0 where there is none
}

// span is a part of a statement's text.
type span struct{ start, end int }

// lexed is a statement's text in tokens.
type lexed struct {
	text   string
	mode   SQLMode
	tokens []token
	params int
	// gaps are the comments, and the marks of /*!80000 … */ around code that
	// MySQL 8.0.36 runs: MySQL leaves them out of column names.
	gaps []span
	// conditional are those gaps that TiDB would read in another way.
	conditional []span
	// bad is where the text stops being tokens: a string, quoted name or comment
	// that does not end. -1 where all is well.
	bad int
	// deep tells that parentheses are nested too deeply.
	deep bool
	// first: lexing ends behind the first semicolon.
	first bool

	open []int // parentheses
}

// version decides what of /*!80037 … */ is code.
const version = 80036

func (l *lexed) lex(text string, mode SQLMode) {
	l.text, l.mode, l.params, l.bad, l.deep = text, mode, 0, -1, false
	l.tokens, l.gaps, l.conditional, l.open = l.tokens[:0], l.gaps[:0], l.conditional[:0], l.open[:0]
	inCode := false // within /*! … */
	for i := 0; i < len(text); {
		c := text[i]
		if isSpace(c) {
			i++
			continue
		}
		rest := text[i:]
		if inCode && strings.HasPrefix(rest, "*/") {
			inCode = false
			l.gap(i, i+2, true)
			i += 2
			continue
		}
		if n, ended, code := l.comment(rest); n > 0 {
			if !ended {
				l.bad = i
				return
			}
			l.gap(i, i+n, code || n > 2 && strings.IndexByte("!TM", rest[2]) >= 0 && rest[0] == '/')
			inCode = inCode || code
			i += n
			continue
		}
		t := token{start: i, end: i + 1}
		switch {
		case c == '\'' || c == '"' && mode&modeANSIQuotes == 0:
			t.kind, t.end = stringToken, i+l.quoted(rest)
		case c == '"' || c == '`':
			t.kind, t.end = quotedToken, i+l.quoted(rest)
		case c == '@':
			t.kind = variableToken
			t.end = i + l.variable(rest)
		case c == '?':
			t.kind = paramToken
			l.params++
		default:
			if n := wordLength(rest); n > 0 {
				t.end = i + n
				if behindDot := len(l.tokens) > 0 && l.tokens[len(l.tokens)-1].isSign('.'); !behindDot {
					t.traits = traits(rest[:n])
				}
			} else {
				t.kind, t.sign = signToken, c
			}
		}
		if t.end <= i {
			l.bad = i
			return
		}
		switch at := len(l.tokens); {
		case t.isSign('('):
			l.open = append(l.open, at)
			l.deep = l.deep || len(l.open) > maxDepth
		case t.isSign(')') && len(l.open) > 0:
			t.match = l.open[len(l.open)-1]
			l.tokens[t.match].match = at
			l.open = l.open[:len(l.open)-1]
		}
		l.tokens = append(l.tokens, t)
		i = t.end
		if l.first && t.isSign(';') {
			return
		}
	}
}

func (t token) isSign(c byte) bool { return t.kind == signToken && t.sign == c }

// isName tells whether a table or column can be called so.
func (t token) isName() bool {
	return t.kind == quotedToken || t.kind == wordToken && t.traits&reserved == 0
}

func (l *lexed) gap(start, end int, conditional bool) {
	l.gaps = append(l.gaps, span{start, end})
	if conditional {
		l.conditional = append(l.conditional, span{start, end})
	}
}

// comment is the length of the comment at the start of rest, 0 where there is
// none, and whether it ends. Of /*!80000 that begins code, code is true and the
// length is the mark's.
func (l *lexed) comment(rest string) (n int, ended, code bool) {
	if strings.HasPrefix(rest, "/*!") {
		for n = 3; n < len(rest) && n < 3+6 && '0' <= rest[n] && rest[n] <= '9'; n++ {
		}
		number := 0
		for _, c := range rest[3:n] {
			number = number*10 + int(c-'0')
		}
		switch {
		case n < 3+5:
			return 3, true, true // digits are part of the code
		case number <= version:
			return n, true, true
		}
		if n = strings.Index(rest, "*/"); n < 0 {
			return len(rest), false, false
		}
		return n + 2, true, false
	}
	n, ended = comment(rest)
	return n, ended, false
}

// quoted is the length of the string or quoted name at the start of rest, 0
// where it does not end.
func (l *lexed) quoted(rest string) int {
	quote := rest[0]
	escapes := quote != '`' && l.mode&modeNoBackslashEscapes == 0 &&
		(quote == '\'' || l.mode&modeANSIQuotes == 0)
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == quote:
			if i+1 < len(rest) && rest[i+1] == quote {
				i++
				continue
			}
			return i + 1
		case rest[i] == '\\' && escapes:
			i++
		}
	}
	return 0
}

// variable is the length of the variable at the start of rest, 0 where a quoted
// one does not end.
func (l *lexed) variable(rest string) int {
	n := 1
	if strings.HasPrefix(rest, "@@") {
		n = 2
	}
	if n < len(rest) && strings.IndexByte("'\"`", rest[n]) >= 0 {
		q := l.quoted(rest[n:])
		if q == 0 {
			return 0
		}
		return n + q
	}
	for n < len(rest) && (rest[n] == '.' || wordLength(rest[n:n+1]) == 1) {
		n++
	}
	return n
}

// is tells whether token i is the word, which is in capitals.
func (l *lexed) is(i int, word string) bool {
	if i < 0 || i >= len(l.tokens) {
		return false
	}
	t := l.tokens[i]
	return t.kind == wordToken && t.end-t.start == len(word) && strings.EqualFold(l.text[t.start:t.end], word) &&
		(i == 0 || !l.tokens[i-1].isSign('.'))
}

func (l *lexed) isSign(i int, c byte) bool {
	return i >= 0 && i < len(l.tokens) && l.tokens[i].isSign(c)
}

// start is where token i starts; the text's end behind the last one.
func (l *lexed) start(i int) int {
	switch {
	case i < len(l.tokens):
		return l.tokens[i].start
	case l.bad >= 0:
		return l.bad
	}
	return len(l.text)
}

// name is the name that token i is, without quotes.
func (l *lexed) name(i int) string {
	t := l.tokens[i]
	s := l.text[t.start:t.end]
	if t.kind != quotedToken {
		return s
	}
	quote := s[:1]
	return strings.ReplaceAll(s[1:len(s)-1], quote+quote, quote)
}

// words tells whether the tokens from i on are these words, in capitals.
func (l *lexed) words(i int, list ...string) bool {
	for k, w := range list {
		if !l.is(i+k, w) {
			return false
		}
	}
	return true
}

// withoutGaps is text[start:end] without the gaps in it and the white space
// around it.
func (l *lexed) withoutGaps(start, end int) string {
	var b strings.Builder
	for _, g := range l.gaps {
		if g.start >= start && g.start < end {
			b.WriteString(l.text[start:g.start])
			start = min(g.end, end)
		}
	}
	if b.Len() == 0 {
		return strings.TrimSpace(l.text[start:end])
	}
	b.WriteString(l.text[start:end])
	return strings.TrimSpace(b.String())
}
