package json

import (
	"iter"
	"strconv"
	"strings"
	"unicode"
)

// Path is where in a document something is (manual 14.17.1, "JSON Path Syntax").
type Path struct{ legs []leg }

type legKind uint8

const (
	legMember   legKind = iota // .name
	legMembers                 // .*
	legCell                    // [1], [last-1]
	legCells                   // [*]
	legRange                   // [1 to 3]
	legEllipsis                // **
)

type leg struct {
	kind     legKind
	name     string
	from, to cell
}

// cell is a place in an array, counted from its beginning or its end.
type cell struct {
	n       int
	fromEnd bool
}

// in is the index in an array of the length; below 0 and from the length on there is
// nothing.
func (c cell) in(length int) int {
	if c.fromEnd {
		return length - 1 - c.n
	}
	return c.n
}

// PathError tells where a path is wrong.
type PathError struct{ Position int }

func (e *PathError) Error() string { return "invalid JSON path at " + strconv.Itoa(e.Position) }

// ParsePath reads a path. The error is a [PathError].
func ParsePath(text string) (*Path, error) {
	p := pathParser{s: text}
	path := &Path{}
	p.space()
	if p.i == len(text) {
		return nil, &PathError{p.i}
	}
	if p.i++; text[p.i-1] != '$' {
		return nil, &PathError{p.i}
	}
	for p.space(); p.i < len(text); p.space() {
		l, ok := p.leg()
		if !ok {
			return nil, &PathError{p.i}
		}
		// A second ** adds no value to those of the first, and **** is not to be written.
		if l.kind == legEllipsis && path.endsInEllipsis() {
			continue
		}
		path.legs = append(path.legs, l)
	}
	if path.endsInEllipsis() {
		return nil, &PathError{p.i}
	}
	return path, nil
}

func (p *Path) endsInEllipsis() bool {
	n := len(p.legs)
	return n > 0 && p.legs[n-1].kind == legEllipsis
}

type pathParser struct {
	s string
	i int
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func (p *pathParser) space() {
	for p.i < len(p.s) && isSpace(p.s[p.i]) {
		p.i++
	}
}

// at tells whether the next byte is b.
func (p *pathParser) at(b byte) bool { return p.i < len(p.s) && p.s[p.i] == b }

func (p *pathParser) leg() (leg, bool) {
	switch p.s[p.i] {
	case '.':
		return p.member()
	case '[':
		return p.cells()
	case '*':
		if p.i++; p.i == len(p.s) {
			return leg{}, false
		}
		p.i++
		if p.s[p.i-1] != '*' || p.i == len(p.s) || p.at('*') {
			return leg{}, false
		}
		return leg{kind: legEllipsis}, true
	}
	return leg{}, false
}

func (p *pathParser) member() (leg, bool) {
	p.i++
	if p.space(); p.i == len(p.s) {
		return leg{}, false
	}
	if p.at('*') {
		p.i++
		return leg{kind: legMembers}, true
	}
	start, quoted := p.i, p.at('"')
	if quoted {
		for p.i++; p.i < len(p.s) && p.s[p.i] != '"'; p.i++ {
			if p.s[p.i] == '\\' {
				p.i++
			}
		}
		p.i = min(p.i+1, len(p.s))
	} else {
		for p.i < len(p.s) && !isSpace(p.s[p.i]) && !strings.ContainsRune("[.*", rune(p.s[p.i])) {
			p.i++
		}
	}
	text := p.s[start:p.i]
	if !quoted {
		text = `"` + text + `"`
	}
	name, err := Parse(text, nil)
	if err != nil || name.Kind != String || !quoted && !isIdentifier(name.S) {
		return leg{}, false
	}
	return leg{kind: legMember, name: name.S}, true
}

// isIdentifier tells of names that need no quotes: those of ECMAScript's variables.
func isIdentifier(s string) bool {
	for i, r := range s {
		first := r == '$' || r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r)
		if !first && (i == 0 || !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Mc, r) &&
			!unicode.Is(unicode.Pc, r) && r != '\u200c' && r != '\u200d') {
			return false
		}
	}
	return s != ""
}

func (p *pathParser) cells() (leg, bool) {
	p.i++
	if p.space(); p.i == len(p.s) {
		return leg{}, false
	}
	l := leg{kind: legCells}
	if p.at('*') {
		p.i++
	} else {
		var ok bool
		l.kind = legCell
		if l.from, ok = p.index(); !ok {
			return l, false
		}
		p.space()
		if rest := p.s[p.i:]; len(rest) > 3 && isSpace(p.s[p.i-1]) && rest[:2] == "to" && isSpace(rest[2]) {
			l.kind = legRange
			p.i += 3
			p.space()
			if l.to, ok = p.index(); !ok {
				return l, false
			}
			// What can match nothing is refused.
			if l.from.fromEnd == l.to.fromEnd && l.from.fromEnd == (l.from.n < l.to.n) && l.from.n != l.to.n {
				return l, false
			}
		}
	}
	if p.space(); p.i == len(p.s) {
		return l, false
	}
	p.i++
	return l, p.s[p.i-1] == ']'
}

func (p *pathParser) index() (cell, bool) {
	var c cell
	if strings.HasPrefix(p.s[p.i:], "last") {
		p.i += len("last")
		c.fromEnd = true
		if p.space(); !p.at('-') {
			return c, true
		}
		p.i++
		p.space()
	}
	start := p.i
	for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
		p.i++
	}
	n, err := strconv.ParseUint(p.s[start:p.i], 10, 32)
	if err != nil {
		p.i = start
		return c, false
	}
	c.n = int(n)
	return c, true
}

// String is the path as JSON_SEARCH spells it.
func (p *Path) String() string {
	out := []byte{'$'}
	for _, l := range p.legs {
		switch l.kind {
		case legMember:
			out = appendMember(out, l.name)
		case legMembers:
			out = append(out, ".*"...)
		case legCell:
			out = append(l.from.append(append(out, '[')), ']')
		case legCells:
			out = append(out, "[*]"...)
		case legRange:
			out = append(l.from.append(append(out, '[')), " to "...)
			out = append(l.to.append(out), ']')
		case legEllipsis:
			out = append(out, "**"...)
		}
	}
	return string(out)
}

func appendMember(dst []byte, name string) []byte {
	if dst = append(dst, '.'); isIdentifier(name) {
		return append(dst, name...)
	}
	return AppendQuoted(dst, name)
}

func (c cell) append(dst []byte) []byte {
	if !c.fromEnd {
		return strconv.AppendInt(dst, int64(c.n), 10)
	}
	if dst = append(dst, "last"...); c.n == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, '-'), int64(c.n), 10)
}

// IsRoot tells of the path $.
func (p *Path) IsRoot() bool { return len(p.legs) == 0 }

// MayMatchMany tells of a path with *, ** or a range.
func (p *Path) MayMatchMany() bool {
	for _, l := range p.legs {
		if l.kind != legMember && l.kind != legCell {
			return true
		}
	}
	return false
}

// EndsInCell tells of a path to a cell of an array.
func (p *Path) EndsInCell() bool {
	return len(p.legs) > 0 && p.legs[len(p.legs)-1].kind == legCell
}

// Pluck is the text of the one part of a document that the path matches, "" where there is none, read from the text of
// the document as [Doc.Append] spells it. It is for paths of members and cells; not ok: the path is another.
func (p *Path) Pluck(text string) (part string, ok bool) {
	part, rest := p.pluck(text)
	return part, part == "" || len(rest) == 0
}

// SeekText is [Path.Seek] in the document of such a text. Only the part that the path's first members and cells lead to
// is read. Its error is of a text that is none.
func (p *Path) SeekText(text string) ([]*Doc, error) {
	part, rest := p.pluck(text)
	if part == "" {
		return nil, nil
	}
	d, err := Load(part, nil)
	if err != nil {
		return nil, err
	}
	return (&Path{rest}).Seek(d), nil
}

// pluck follows the path as far as it can be in a text: through members whose names are spelled as they are, and cells.
func (p *Path) pluck(text string) (part string, rest []leg) {
	for i := range p.legs {
		if text == "" {
			return "", nil
		}
		switch l := &p.legs[i]; {
		case l.kind == legMember && plain(l.name):
			text = member(text, l.name)
		case l.kind == legCell:
			text = item(text, l.from)
		default:
			return text, p.legs[i:]
		}
	}
	return text, nil
}

// member is the text of a member of an object; "": it has none, or is no object.
func member(text, name string) string {
	if text[0] != '{' || len(text) == len("{}") {
		return ""
	}
	for i := 1; ; i += len(", ") {
		end := i + valueLength(text[i:])
		value := end + len(": ")
		after := value + valueLength(text[value:])
		if text[i+1:end-1] == name {
			return text[value:after]
		}
		if i = after; text[i] == '}' {
			return ""
		}
	}
}

// item is the text of an item of an array, or of what is no array, which is as one of itself; "": it has none there.
func item(text string, at cell) string {
	if text[0] != '[' {
		if at.in(1) == 0 {
			return text
		}
		return ""
	}
	n := at.n
	if at.fromEnd {
		n = at.in(Length(text))
	}
	if n >= 0 {
		for x := range items(text) {
			if n == 0 {
				return x
			}
			n--
		}
	}
	return ""
}

// items are the texts of an array's items.
func items(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if len(text) == len("[]") {
			return
		}
		for i := 1; ; i += len(", ") {
			end := i + valueLength(text[i:])
			if !yield(text[i:end]) || text[end] == ']' {
				return
			}
			i = end
		}
	}
}

// valueLength is the length of the value that a text begins with.
func valueLength(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // behind a number
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// Seek is what the path matches in the document, in its order, each part once. What is no
// array is as an array of itself where a path wants a cell or a range.
func (p *Path) Seek(d *Doc) []*Doc {
	found := seek(d, p.legs, nil)
	for _, l := range p.legs {
		if l.kind == legEllipsis {
			return distinct(found)
		}
	}
	return found
}

func distinct(docs []*Doc) []*Doc {
	seen := make(map[*Doc]bool, len(docs))
	out := docs[:0]
	for _, d := range docs {
		if !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}
	return out
}

func seek(d *Doc, legs []leg, found []*Doc) []*Doc {
	if len(legs) == 0 {
		return append(found, d)
	}
	l, rest := &legs[0], legs[1:]
	switch l.kind {
	case legMember:
		if m := d.Member(l.name); m != nil {
			found = seek(m, rest, found)
		}
	case legMembers:
		if d.Kind == Object {
			for _, x := range d.Items {
				found = seek(x, rest, found)
			}
		}
	case legCells:
		if d.Kind == Array {
			for _, x := range d.Items {
				found = seek(x, rest, found)
			}
		}
	case legCell:
		items := wrapped(d)
		if i := l.from.in(len(items)); i >= 0 && i < len(items) {
			found = seek(items[i], rest, found)
		}
	case legRange:
		items := wrapped(d)
		for i := max(l.from.in(len(items)), 0); i <= l.to.in(len(items)) && i < len(items); i++ {
			found = seek(items[i], rest, found)
		}
	case legEllipsis:
		found = seek(d, rest, found)
		for _, x := range d.Items {
			found = seek(x, legs, found)
		}
	}
	return found
}

// parent is the path without its last leg.
func (p *Path) parent() *Path { return &Path{p.legs[:len(p.legs)-1]} }

func (p *Path) last() *leg { return &p.legs[len(p.legs)-1] }
