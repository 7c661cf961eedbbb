package parse

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
	"github.com/go-mysql-org/go-mysql/mysql"
)

// position is what vitess's parser says of a syntax error: where the token at
// which it gave up ends, counted from 1 and one further, and the token.
var position = regexp.MustCompile(`(?s)at position (\d+)(?: near '(.*)')?`)

// nearLimit is how much of the statement MySQL quotes in a syntax error.
const nearLimit = 80

// syntaxError makes MySQL's error 1064 of vitess's: it quotes the statement
// from the token on at which the parser gave up, and counts the lines to it.
func syntaxError(text string, err error) error {
	end, token := failure(err)
	at := tokenStart(text, end, token)
	if end >= len(text) {
		// At the end of the text vitess names the last token whether it was
		// wrong or more was wanted. With one more token the error moves on to
		// that if it was not the last one's.
		if _, err := ast.Parse(text + " )"); err != nil {
			if moved, _ := failure(err); moved == len(text)+len(" )") {
				at = len(text)
			}
		}
	}
	l := new(lexed)
	l.lex(text, 0)
	for _, t := range l.tokens {
		if t.start < at && at < t.end { // a name of letters that vitess does not know as such
			at = t.start
		}
	}
	return SyntaxErrorAt(text, at)
}

// SyntaxErrorAt is MySQL's error 1064 at a place in the text.
func SyntaxErrorAt(text string, at int) error {
	at = max(at, 0)
	near := text[at:]
	if len(near) > nearLimit {
		near = strings.ToValidUTF8(near[:nearLimit], "")
	}
	return mysql.NewError(mysql.ER_PARSE_ERROR, fmt.Sprintf("You have an error in your SQL syntax; check the manual "+
		"that corresponds to your MySQL server version for the right syntax to use near '%s' at line %d",
		near, 1+strings.Count(text[:at], "\n")))
}

// failure is where the token ends at which vitess gave up, and the token.
func failure(err error) (end int, token string) {
	m := position.FindStringSubmatch(err.Error())
	if m == nil {
		return 0, ""
	}
	end, _ = strconv.Atoi(m[1])
	return end - 1, m[2]
}

// tokenStart is where the token that ends at end starts. Of a word vitess gives
// its value, without quotes, a keyword's in lower case; of a symbol nothing but
// the word before it.
func tokenStart(text string, end int, token string) int {
	end = min(max(end, 0), len(text))
	head, token := strings.ToLower(text[:end]), strings.ToLower(token)
	if token != "" && strings.HasSuffix(head, token) {
		return end - len(token)
	}
	head = strings.TrimRight(head, " \t\r\n") // behind a string vitess looks for one to append
	for _, quote := range []string{"'", `"`, "`"} {
		if strings.HasSuffix(head, quote+token+quote) {
			return len(head) - len(token) - 2
		}
	}
	return max(end-1, 0)
}
