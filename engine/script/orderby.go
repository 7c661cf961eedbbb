package script

import (
	"strings"

	"github.com/verbatim-sql/verbatim/engine/parse"
)

// Ordered tells whether the outermost query of the statement has ORDER BY, and
// the order of its rows therefore counts. The ORDER BY of a subquery, of a CTE,
// of a window or of GROUP_CONCAT stands in parentheses; so does that of a query
// which is parenthesized as a whole, which is why parentheses around everything
// are taken off first.
func Ordered(sql string) bool {
	var tokens []string
	for t := range parse.Tokens(sql) {
		tokens = append(tokens, t)
	}
	for parenthesized(tokens) {
		tokens = tokens[1 : len(tokens)-1]
	}
	depth := 0
	for i, t := range tokens {
		switch {
		case t == "(":
			depth++
		case t == ")":
			depth--
		case depth == 0 && i > 0 && strings.EqualFold(t, "BY") && strings.EqualFold(tokens[i-1], "ORDER"):
			return true
		}
	}
	return false
}

// parenthesized tells whether the first token is a parenthesis that the last
// one closes.
func parenthesized(tokens []string) bool {
	depth := 0
	for i, t := range tokens {
		switch t {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 {
			return t == ")" && i == len(tokens)-1
		}
	}
	return false
}
