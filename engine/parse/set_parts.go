package parse

// SetPart is an assignment of SET.
type SetPart struct {
	Text  string
	Value int // where in Text the value begins
}

// SetParts are the assignments of a SET statement as they are written.
func SetParts(text string, mode SQLMode) []SetPart {
	l := new(lexed)
	l.lex(text, mode)
	if !l.is(0, "SET") {
		return nil
	}
	var list []SetPart
	value := -1
	for i, begin := 1, 1; i <= len(l.tokens); i++ {
		switch {
		case i == len(l.tokens) || l.isSign(i, ','):
			if i == begin {
				return nil
			}
			start := l.start(begin)
			list = append(list, SetPart{l.text[start:l.tokens[i-1].end], max(value-start, 0)})
			begin, value = i+1, -1
		case l.isSign(i, '('):
			i = max(i, l.tokens[i].match)
		case l.isSign(i, '=') && value < 0:
			value = l.tokens[i].end
		}
	}
	return list
}
