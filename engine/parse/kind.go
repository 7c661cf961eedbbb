package parse

import "strings"

// word is the first word of a statement, in capitals: "(" where it begins with a
// parenthesis.
func word(text string) string {
	for t := range Tokens(text) {
		return strings.ToUpper(t)
	}
	return ""
}

// IsQuery tells by its first word whether a statement is a query, if it is
// anything.
func IsQuery(text string) bool {
	switch word(text) {
	case "SELECT", "WITH", "(", "VALUES", "TABLE":
		return true
	}
	return false
}

// MayQuery tells whether a statement may be a query or have one as its source: what
// [Query] is to look at. Others need no second parser.
func MayQuery(text string) bool {
	switch word(text) {
	case "SELECT", "WITH", "(", "VALUES", "TABLE", "EXPLAIN", "DESC", "DESCRIBE", "CREATE":
		return true
	case "INSERT", "REPLACE":
		upper := strings.ToUpper(text)
		return strings.Contains(upper, "SELECT") || strings.Contains(upper, "TABLE")
	}
	return false
}
