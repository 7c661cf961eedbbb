package parse

import "strings"

// arity is how many arguments a function has.
type arity struct{ least, most int }

const anyNumber = 1 << 30

// arities are of functions that are rules of MySQL's grammar (sql_yacc.yy), but generic calls in TiDB's: another number of
// arguments is a syntax error, where for other functions it is error 1582. MOD is an operator, too, which TiDB's
// grammar knows.
var arities = map[string]arity{
	"ASCII": {1, 1}, "CHARSET": {1, 1}, "COALESCE": {1, anyNumber}, "COLLATION": {1, 1}, "CURTIME": {0, 1}, "DATABASE": {0, 0},
	"DATE": {1, 1}, "DAY": {1, 1}, "FORMAT": {2, 3}, "HOUR": {1, 1}, "IF": {3, 3}, "INSERT": {4, 4}, "LEFT": {2, 2},
	"MICROSECOND": {1, 1}, "MINUTE": {1, 1}, "MONTH": {1, 1}, "NOW": {0, 1}, "POINT": {2, 2}, "QUARTER": {1, 1},
	"REPEAT": {2, 2}, "REPLACE": {3, 3}, "REVERSE": {1, 1}, "RIGHT": {2, 2}, "ROW_COUNT": {0, 0}, "SCHEMA": {0, 0},
	"SECOND": {1, 1}, "SESSION_USER": {0, 0}, "SYSDATE": {0, 1}, "SYSTEM_USER": {0, 0}, "TIME": {1, 1}, "TIMESTAMP": {1, 2},
	"TRUNCATE": {2, 2}, "USER": {0, 0}, "UTC_TIME": {0, 1}, "UTC_TIMESTAMP": {0, 1}, "WEEK": {1, 2}, "YEAR": {1, 1},
}

// countArguments refuses a call of the function at token i with fewer or more arguments than its rule has.
func (r *rewriter) countArguments(i int) {
	if i == 0 || !r.isCall(i) {
		return
	}
	open := i + 1
	end, n := r.tokens[open].match, 0
	if end == 0 {
		return
	}
	of := arities[strings.ToUpper(r.text[r.tokens[i].start:r.tokens[i].end])]
	for at := open + 1; at < end; at++ {
		if of.most == 0 || n > 0 && r.isSign(at, ',') {
			if n++; n > of.most {
				r.syntaxError(r.tokens[at].start)
				return
			}
		}
		n = max(n, 1)
		if r.isSign(at, '(') {
			at = max(at, r.tokens[at].match)
		}
	}
	if n < of.least {
		r.syntaxError(r.tokens[end].start)
	}
}
