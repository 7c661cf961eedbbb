package json

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep arrays and objects may be nested.
const maxDepth = 100

// ErrTooDeep is of a document that is nested deeper than 100 levels.
var ErrTooDeep = errors.New("the JSON document exceeds the maximum depth")

// SyntaxError tells why a text is no document, in the words of MySQL's parser.
type SyntaxError struct {
	Message  string
	Position int // the byte where the parser stopped
}

func (e *SyntaxError) Error() string { return e.Message }

// Parse reads a text. Of an object's keys that are the same the last one counts; a number
// with a point or an exponent is a double. The error is a [SyntaxError] or [ErrTooDeep], or what ended tells, which is asked now
// and then of a long text; nil: it is not asked.
func Parse(text string, ended func() error) (*Doc, error) {
	p := parser{s: text, ended: ended}
	return p.document()
}

// Load reads the text of a document, as [Doc.Append] makes it. Digits that a double would
// not be spelled with are a decimal's. ended is as that of [Parse].
func Load(text string, ended func() error) (*Doc, error) {
	p := parser{s: text, normal: true, ended: ended}
	return p.document()
}

type parser struct {
	s      string
	i      int
	depth  int
	normal bool

	ended  func() error
	values int // that were read
}

func (p *parser) fail(at int, message string) error { return &SyntaxError{message, at} }

func (p *parser) document() (*Doc, error) {
	p.space()
	if p.i == len(p.s) {
		return nil, p.fail(p.i, "The document is empty.")
	}
	d, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.space(); p.i < len(p.s) {
		return nil, p.fail(p.i, "The document root must not be followed by other values.")
	}
	return d, nil
}

func (p *parser) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\n' || p.s[p.i] == '\r' || p.s[p.i] == '\t') {
		p.i++
	}
}

func (p *parser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *parser) take(b byte) bool {
	if p.i < len(p.s) && p.s[p.i] == b {
		p.i++
		return true
	}
	return false
}

func (p *parser) value() (*Doc, error) {
	if p.values++; p.values%(1<<14) == 0 && p.ended != nil {
		if err := p.ended(); err != nil {
			return nil, err
		}
	}
	switch p.peek() {
	case 'n':
		return p.word("null", &Doc{Kind: Null})
	case 't':
		return p.word("true", &Doc{Kind: Bool, I: 1})
	case 'f':
		return p.word("false", &Doc{Kind: Bool})
	case '"':
		s, err := p.text()
		return &Doc{Kind: String, S: s}, err
	case '[', '{':
		if p.depth++; p.depth > maxDepth {
			return nil, ErrTooDeep
		}
		defer func() { p.depth-- }()
		if p.s[p.i] == '[' {
			return p.array()
		}
		return p.object()
	}
	return p.number()
}

func (p *parser) word(w string, d *Doc) (*Doc, error) {
	for i := range len(w) {
		if !p.take(w[i]) {
			return nil, p.fail(p.i, "Invalid value.")
		}
	}
	return d, nil
}

func (p *parser) array() (*Doc, error) {
	p.i++
	d := &Doc{Kind: Array}
	if p.space(); p.take(']') {
		return d, nil
	}
	for {
		x, err := p.value()
		if err != nil {
			return nil, err
		}
		d.Items = append(d.Items, x)
		p.space()
		switch {
		case p.take(','):
			p.space()
		case p.take(']'):
			return d, nil
		default:
			return nil, p.fail(p.i, "Missing a comma or ] after an array element.")
		}
	}
}

func (p *parser) object() (*Doc, error) {
	p.i++
	d := &Doc{Kind: Object}
	if p.space(); p.take('}') {
		return d, nil
	}
	sorted := true
	for {
		if p.peek() != '"' {
			return nil, p.fail(p.i, "Missing a name for object member.")
		}
		key, err := p.text()
		if err != nil {
			return nil, err
		}
		if p.space(); !p.take(':') {
			return nil, p.fail(p.i, "Missing a colon after a name of object member.")
		}
		p.space()
		x, err := p.value()
		if err != nil {
			return nil, err
		}
		if n := len(d.Keys); n > 0 && CompareKeys(d.Keys[n-1], key) >= 0 {
			sorted = false
		}
		d.Keys, d.Items = append(d.Keys, key), append(d.Items, x)
		p.space()
		switch {
		case p.take(','):
			p.space()
		case p.take('}'):
			if !sorted {
				d.sortMembers()
			}
			return d, nil
		default:
			return nil, p.fail(p.i, "Missing a comma or } after an object member.")
		}
	}
}

// sortMembers puts the members in order; of those with one key the last stays.
func (d *Doc) sortMembers() {
	order := make([]int, len(d.Keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return CompareKeys(d.Keys[i], d.Keys[j]) })
	keys, items := make([]string, 0, len(order)), make([]*Doc, 0, len(order))
	for n, i := range order {
		if n+1 < len(order) && d.Keys[order[n+1]] == d.Keys[i] {
			continue
		}
		keys, items = append(keys, d.Keys[i]), append(items, d.Items[i])
	}
	d.Keys, d.Items = keys, items
}

// text reads a string from its quote on.
func (p *parser) text() (string, error) {
	p.i++
	start := p.i
	for p.i < len(p.s) && p.s[p.i] != '"' && p.s[p.i] != '\\' && p.s[p.i] >= ' ' && p.s[p.i] < utf8.RuneSelf {
		p.i++
	}
	if p.i < len(p.s) && p.s[p.i] == '"' {
		p.i++
		return p.s[start : p.i-1], nil
	}
	out := []byte(p.s[start:p.i])
	for {
		if p.i >= len(p.s) {
			return "", p.fail(p.i, "Missing a closing quotation mark in string.")
		}
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return string(out), nil
		case c == '\\':
			var err error
			if out, err = p.escape(out); err != nil {
				return "", err
			}
		case c < ' ':
			return "", p.fail(p.i, "Invalid encoding in string.")
		default:
			r, n := utf8.DecodeRuneInString(p.s[p.i:])
			if r == utf8.RuneError && n == 1 {
				return "", p.fail(p.i, "Invalid encoding in string.")
			}
			out = append(out, p.s[p.i:p.i+n]...)
			p.i += n
		}
	}
}

func (p *parser) escape(out []byte) ([]byte, error) {
	start := p.i
	p.i++
	c := p.peek()
	p.i++
	switch c {
	case '"', '\\', '/':
		return append(out, c), nil
	case 'b':
		return append(out, '\b'), nil
	case 'f':
		return append(out, '\f'), nil
	case 'n':
		return append(out, '\n'), nil
	case 'r':
		return append(out, '\r'), nil
	case 't':
		return append(out, '\t'), nil
	case 'u':
	default:
		return nil, p.fail(start, "Invalid escape character in string.")
	}
	r, err := p.hex(start)
	if err != nil {
		return nil, err
	}
	if r >= 0xd800 && r <= 0xdfff {
		const surrogate = "The surrogate pair in string is invalid."
		if r > 0xdbff || !p.take('\\') || !p.take('u') {
			return nil, p.fail(start, surrogate)
		}
		second, err := p.hex(start)
		if err != nil {
			return nil, err
		}
		if second < 0xdc00 || second > 0xdfff {
			return nil, p.fail(start, surrogate)
		}
		r = utf16.DecodeRune(r, second)
	}
	return utf8.AppendRune(out, r), nil
}

func (p *parser) hex(start int) (rune, error) {
	var r rune
	for range 4 {
		c := p.peek()
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, p.fail(start, `Incorrect hex digit after \u escape in string.`)
		}
		r = r<<4 | rune(c)
		p.i++
	}
	return r, nil
}

func (p *parser) digits() bool {
	start := p.i
	for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
		p.i++
	}
	return p.i > start
}

func (p *parser) number() (*Doc, error) {
	start := p.i
	p.take('-')
	if !p.take('0') && !p.digits() {
		return nil, p.fail(p.i, "Invalid value.")
	}
	whole := true
	if p.take('.') {
		if whole = false; !p.digits() {
			return nil, p.fail(p.i, "Miss fraction part in number.")
		}
	}
	if p.take('e') || p.take('E') {
		whole = false
		if !p.take('+') {
			p.take('-')
		}
		if !p.digits() {
			return nil, p.fail(p.i, "Miss exponent in number.")
		}
	}
	text := p.s[start:p.i]
	if whole {
		if x, err := strconv.ParseInt(text, 10, 64); err == nil {
			return &Doc{Kind: Int, I: x}, nil
		}
		if x, err := strconv.ParseUint(text, 10, 64); err == nil {
			return &Doc{Kind: Uint, I: int64(x)}, nil
		}
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil && math.IsInf(x, 0) && !p.normal {
		return nil, p.fail(start, "Number too big to be stored in double.")
	}
	d := &Doc{Kind: Double, F: x}
	if p.normal && string(d.Append(nil)) != text {
		return &Doc{Kind: Decimal, S: text}, nil
	}
	return d, nil
}
