package parse

import (
	"context"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// First cuts the first statement off a text that may hold several. What does
// not parse is a statement to the text's end: executing it says why.
func First(ctx context.Context, text string, mode SQLMode, options ast.ParserOptions) (first, rest string) {
	if _, behind, _ := strings.Cut(text, ";"); Trim(behind) == "" {
		return text, "" // nearly always, and without parsing
	}
	end := firstEnd(ctx, text, mode, options)
	if Trim(text[end:]) == "" {
		return text, ""
	}
	first = text[:end]
	if _, err := Query(first, mode); err != nil {
		if _, err := One(ctx, first, options); err != nil {
			return text, ""
		}
	}
	return first, text[end:]
}

// firstEnd is where the first statement ends, behind its semicolon. In what is
// stored with statements of its own, semicolons end those.
func firstEnd(ctx context.Context, text string, mode SQLMode, options ast.ParserOptions) int {
	l := &lexed{first: true}
	l.lex(text, mode)
	if !l.is(0, "CREATE") {
		if n := len(l.tokens); n > 0 && l.tokens[n-1].isSign(';') {
			return l.tokens[n-1].end
		}
		return len(text)
	}
	end := len(text)
	if n := len(l.tokens); l.tokens[n-1].isSign(';') {
		end = l.tokens[n-1].end
	}
	for i := range l.tokens {
		switch {
		case l.is(i, "FUNCTION"), l.is(i, "PROCEDURE"), l.is(i, "TRIGGER"):
			l.first = false
			l.lex(text, mode)
			p := &routineParser{lexed: l, i: 1}
			if _, ok := p.routine(); ok && p.fail == nil && p.isSign(p.i, ';') {
				return l.tokens[p.i].end
			}
			return len(text)
		case l.is(i, "EVENT"):
			// Only go-mysql-server's parser knows it.
			if _, n, err := ast.ParseOneWithOptions(ctx, text, options); err == nil && n > 0 {
				return min(n, len(text))
			}
			return len(text)
		case l.is(i, "TABLE"), l.is(i, "VIEW"), l.is(i, "AS"), l.isSign(i, '('):
			return end
		}
	}
	return end
}
