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

// IsQuery tells by its first word whether a statement is a query or DO, if it is
// anything; or EXPLAIN of one.
func IsQuery(text string) bool {
	explain, format := false, 0
	for t := range Tokens(text) {
		switch t = strings.ToUpper(t); {
		case format > 0: // = name
			format--
		case t == "SELECT", t == "WITH", t == "(", t == "VALUES", t == "TABLE", t == "DO":
			return true
		case t == "EXPLAIN" && !explain, t == "DESC" && !explain, t == "DESCRIBE" && !explain:
			explain = true
		case explain && t == "FORMAT":
			format = 2
		case explain && t == "ANALYZE":
		default:
			return false
		}
	}
	return false
}

// MayQuery tells whether a statement may be a query, have one as its source, write rows or set variables:
// what [Query] is to look at, as it is at ALTER VIEW. Others need no second parser.
func MayQuery(text string) bool {
	switch word(text) {
	case "ALTER":
		return viewAltered(text)
	case "SELECT", "WITH", "(", "VALUES", "TABLE", "EXPLAIN", "DESC", "DESCRIBE", "CREATE", "INSERT", "REPLACE", "UPDATE", "DELETE", "DO", "LOAD", "SET":
		return true
	}
	return false
}

// viewAltered tells whether ALTER may be of a view.
func viewAltered(text string) bool {
	second := false
	for t := range Tokens(text) {
		if second {
			switch strings.ToUpper(t) {
			case "VIEW", "ALGORITHM", "DEFINER", "SQL":
				return true
			}
			return false
		}
		second = true
	}
	return false
}
