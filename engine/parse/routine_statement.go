package parse

import (
	"iter"
	"strings"
)

// RoutineStatement is what the beginning of a statement about a stored routine
// says.
type RoutineStatement struct {
	Verb           string // CREATE, ALTER, DROP, SHOW CREATE or CALL
	Function       bool   // otherwise a procedure
	Trigger        bool   // or a trigger
	IfExists       bool   // of DROP
	Database, Name string // not of CREATE
}

// ReadRoutineStatement tells whether a statement makes, alters, drops, shows or calls a
// routine. Only its beginning is looked at, but for that of DROP and SHOW CREATE.
func ReadRoutineStatement(text string) (s RoutineStatement, ok bool) {
	switch word(text) {
	case "CREATE", "ALTER", "DROP", "SHOW", "CALL":
	default:
		return s, false
	}
	next, stop := iter.Pull(Tokens(Trim(text)))
	defer stop()
	token, _ := next()
	s.Verb = strings.ToUpper(token)
	if s.Verb == "SHOW" {
		if token, _ = next(); !strings.EqualFold(token, "CREATE") {
			return s, false
		}
		s.Verb = "SHOW CREATE"
	}
	if s.Verb != "CALL" {
		token, _ = next()
		if s.Verb == "CREATE" && strings.EqualFold(token, "DEFINER") {
			for n := 0; n < 8 && !strings.EqualFold(token, "FUNCTION") && !strings.EqualFold(token, "PROCEDURE") && !strings.EqualFold(token, "TRIGGER"); n++ {
				token, _ = next()
			}
		}
		switch strings.ToUpper(token) {
		case "FUNCTION":
			s.Function = true
		case "PROCEDURE":
		case "TRIGGER":
			s.Trigger = true
		default:
			return s, false
		}
	}
	if s.Verb == "CREATE" {
		return s, true
	}
	token, _ = next()
	if s.Verb == "DROP" && strings.EqualFold(token, "IF") {
		if token, _ = next(); !strings.EqualFold(token, "EXISTS") {
			return s, false
		}
		s.IfExists = true
		token, _ = next()
	}
	s.Name = unquoted(token)
	token, more := next()
	if more && token == "." {
		s.Database = s.Name
		token, _ = next()
		s.Name = unquoted(token)
		_, more = next()
	}
	return s, s.Name != "" && (s.Verb == "CALL" || s.Verb == "ALTER" || !more)
}

// unquoted is the name that a token is; "" where it is none.
func unquoted(token string) string {
	if len(token) > 1 && token[0] == '`' && token[len(token)-1] == '`' {
		return strings.ReplaceAll(token[1:len(token)-1], "``", "`")
	}
	if wordLength(token) != len(token) {
		return ""
	}
	return token
}
