package parse

import "strings"

// jsonValue looks for the clauses of the JSON_VALUE at token i: where they begin
// and where the parenthesis behind them is; 0 where there are none.
func (r *rewriter) jsonValue(i int) (begin, end int) {
	if !r.isSign(i+1, '(') {
		return 0, 0
	}
	end = r.tokens[i+1].match
	for at := i + 2; at < end; at++ {
		switch {
		case r.isSign(at, '('):
			at = max(at, r.tokens[at].match)
		case r.isSign(at, ','):
			// The path is a string.
			if at+2 < end && r.tokens[at+1].kind == stringToken {
				return at + 2, end
			}
			return 0, 0
		}
	}
	return 0, 0
}

// jsonValueClauses makes arguments of the clauses from token i to end. See Tree.
func (r *rewriter) jsonValueClauses(s *source, i, end int) {
	at := i
	if r.is(at, "RETURNING") {
		for at++; at < end && !r.is(at, "NULL") && !r.is(at, "ERROR") && !r.is(at, "DEFAULT"); at++ {
			if r.isSign(at, '(') {
				at = max(at, r.tokens[at].match)
			}
		}
		s.replace(r.tokens[i].start, r.tokens[i].end, ", CAST(NULL AS ")
		s.replace(r.start(at), r.start(at), ")")
	} else {
		s.replace(r.start(at), r.start(at), ", NULL")
	}
	empty, failed, next := r.fallbacks(at, end)
	if next < end {
		r.syntaxError(r.start(next))
	}
	var b strings.Builder
	for _, f := range []*JSONFallback{empty, failed} {
		switch {
		case f == nil:
			b.WriteString(", '', NULL")
		case f.Error:
			b.WriteString(", 'error', NULL")
		case f.Default != nil:
			b.WriteString(", 'default', " + r.quote(*f.Default))
		default:
			b.WriteString(", 'null', NULL")
		}
	}
	s.replace(r.start(at), r.start(end), b.String())
}

// fallbacks reads [{NULL | ERROR | DEFAULT literal} ON EMPTY] [… ON ERROR] from
// token i on. What is not there is nil. next is the token behind them.
func (r *rewriter) fallbacks(i, hi int) (empty, failed *JSONFallback, next int) {
	for i < hi {
		f, at := &JSONFallback{}, i+1
		switch {
		case r.is(i, "NULL"):
		case r.is(i, "ERROR"):
			f.Error = true
		case r.is(i, "DEFAULT"):
			for at < hi && !r.is(at, "ON") {
				at++
			}
			text := "NULL"
			if list := r.expressions(i+1, at); len(list) == 1 {
				if l, ok := list[0].(*Literal); ok && l.Kind == StringLiteral {
					text = l.Str
				} else {
					text = r.text[r.start(i+1):r.tokens[at-1].end]
				}
			} else {
				r.syntaxError(r.start(i + 1))
			}
			f.Default = &text
		default:
			return empty, failed, i
		}
		switch {
		case at+1 < hi && r.words(at, "ON", "EMPTY") && empty == nil && failed == nil:
			empty = f
		case at+1 < hi && r.words(at, "ON", "ERROR") && failed == nil:
			failed = f
		default:
			r.syntaxError(r.start(min(at, hi)))
			return empty, failed, hi
		}
		i = at + 2
	}
	return empty, failed, i
}

// jsonTable reads what is within the parentheses of JSON_TABLE.
func (r *rewriter) jsonTable(lo, hi int) *JSONTable {
	comma := lo
	for comma < hi && !r.isSign(comma, ',') {
		comma = max(comma, r.tokens[comma].skip()) + 1
	}
	table := &JSONTable{}
	list := r.expressions(lo, min(comma, hi))
	if len(list) != 1 || comma >= hi {
		r.syntaxError(r.start(min(comma, hi)))
		return table
	}
	table.Doc = list[0]
	var next int
	if table.Path, table.Columns, next = r.jsonColumns(comma+1, hi); next < hi {
		r.syntaxError(r.start(next))
	}
	return table
}

// skip is the token that closes the parenthesis that t opens, 0 for other tokens.
func (t token) skip() int {
	if t.isSign('(') {
		return t.match
	}
	return 0
}

// jsonColumns reads path COLUMNS (…).
func (r *rewriter) jsonColumns(i, hi int) (path string, columns []JSONColumn, next int) {
	path, i = r.stringAt(i, hi)
	if i >= hi || !r.is(i, "COLUMNS") || !r.isSign(i+1, '(') || r.tokens[i+1].match == 0 {
		r.syntaxError(r.start(min(i, hi)))
		return path, nil, hi
	}
	end := r.tokens[i+1].match
	for at := i + 2; ; at++ {
		stop := at
		for stop < end && !r.isSign(stop, ',') {
			stop = max(stop, r.tokens[stop].skip()) + 1
		}
		columns = append(columns, r.jsonColumn(at, stop))
		if at = stop; at >= end {
			return path, columns, end + 1
		}
	}
}

// stringAt reads the string at token i.
func (r *rewriter) stringAt(i, hi int) (string, int) {
	if i >= hi || r.tokens[i].kind != stringToken {
		r.syntaxError(r.start(min(i, hi)))
		return "", hi
	}
	if list := r.expressions(i, i+1); len(list) == 1 {
		if l, ok := list[0].(*Literal); ok {
			return l.Str, i + 1
		}
	}
	return "", i + 1
}

// jsonColumn reads a column between the tokens lo and hi.
func (r *rewriter) jsonColumn(lo, hi int) (c JSONColumn) {
	if r.is(lo, "NESTED") && lo+1 < hi && (r.is(lo+1, "PATH") || r.tokens[lo+1].kind == stringToken) {
		lo++
		if r.is(lo, "PATH") {
			lo++
		}
		var next int
		if c.Path, c.Nested, next = r.jsonColumns(lo, hi); next < hi {
			r.syntaxError(r.start(next))
		}
		return c
	}
	if lo >= hi || !r.tokens[lo].isName() {
		r.syntaxError(r.start(lo))
		return c
	}
	c.Name = r.name(lo)
	if r.words(lo+1, "FOR", "ORDINALITY") {
		c.Ordinality = true
		if lo+3 < hi {
			r.syntaxError(r.start(lo + 3))
		}
		return c
	}
	path := lo + 1
	for path < hi && !r.is(path, "PATH") {
		path++
	}
	typeEnd := path
	if r.is(path-1, "EXISTS") {
		c.Exists = true
		typeEnd--
	}
	if path >= hi {
		r.syntaxError(r.start(hi))
		return c
	}
	c.Type = r.fieldType(lo+1, typeEnd)
	var next int
	c.Path, next = r.stringAt(path+1, hi)
	empty, failed, next := r.fallbacks(next, hi)
	if next < hi || c.Exists && (empty != nil || failed != nil) {
		r.syntaxError(r.start(next))
	}
	if empty != nil {
		c.OnEmpty = *empty
	}
	if failed != nil {
		c.OnError = *failed
	}
	return c
}
