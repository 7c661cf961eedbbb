package parse

import "regexp"

var showCreateFunction = regexp.MustCompile("(?is)^\\s*show\\s+create\\s+function\\s+(?:`?interview`?\\s*\\.\\s*)?(?:`(\\w+)`|(\\w+))[\\s;]*$")

// ShowCreateFunction recognises SHOW CREATE FUNCTION, which vitess's grammar
// lacks, of a function of the interview, and returns the function's name.
func ShowCreateFunction(text string) (name string, ok bool) {
	m := showCreateFunction.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[1] + m[2], true
}
