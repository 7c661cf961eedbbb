package builtin

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// x LIKE pattern ESCAPE 'c' (manual 12.8.1). Characters are compared one by one, by their
// weights in the collation: 'ä' LIKE 'ae' is false whatever = says.
var likeFunctions = []*expr.Function{
	{Name: "like", Min: 2, Max: 3, Boolean: true, Resolve: resolveLike, Vector: like},
}

// likeOptions is what a LIKE keeps.
type likeOptions struct {
	c       types.Collation
	escape  rune         // -1: none
	pattern *likePattern // of a constant one
}

func resolveLike(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	texts := []expr.Expr{r.Want(args[0], expr.Text), r.Want(args[1], expr.Text)}
	c, _, err := mergeTexts(r, "like", true, texts...)
	if err != nil {
		return types.Type{}, nil, err
	}
	options := &likeOptions{c: c, escape: '\\'}
	if r.Mode&types.NoBackslashEscapes != 0 {
		options.escape = -1
	}
	if len(args) == 3 {
		v, ok := r.Constant(args[2])
		if !ok || utf8.RuneCountInString(v.S) > 1 {
			return types.Type{}, nil, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "ESCAPE")
		}
		switch {
		case v.Kind == types.String && v.S == "":
			options.escape = -1
		case v.Kind == types.String:
			options.escape, _ = utf8.DecodeRuneInString(v.S)
		case !v.IsNull(): // a number is the character of its digit
			text := string(types.AppendValue(nil, v, args[2].Type()))
			if len(text) != 1 {
				return types.Type{}, nil, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "ESCAPE")
			}
			options.escape = rune(text[0])
		}
	}
	if v, ok := r.Constant(texts[1]); ok && v.Kind == types.String {
		options.pattern = compileLike(r.Context, v.S, options.escape, c)
	}
	r.Keep(options)
	return finish(types.TypeBool, texts, false)
}

func like(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	x, p := args[0], args[1]
	if allNull(x) || allNull(p) {
		return nullVec(&call.T, n), nil
	}
	options := call.Data.(*likeOptions)
	out := c.NewVec(&call.T, n)
	out.Nulls = bothNulls(x, p, n, false)
	pattern, of := options.pattern, ""
	constant := pattern != nil
	for i := range n {
		if out.Nulls != nil && out.Nulls[i] {
			continue
		}
		if !constant {
			if s := p.Str(i); pattern == nil || s != of {
				pattern, of = compileLike(c, s, options.escape, options.c), s
			}
		}
		s := x.Str(i)
		out.I[i] = types.BoolValue(pattern.match(c, s)).I
		if len(s) >= longText {
			if err := c.Cancelled(); err != nil {
				return nil, err
			}
		}
	}
	return out, c.Cancelled() // of a long pattern
}

// likePattern is a pattern as what its characters weigh.
type likePattern struct {
	c     types.Collation
	bytes bool // binary: a character is a byte
	ascii *[utf8.RuneSelf]int32
	items []int32
	exact string // of a collation in byte order, without wildcards inside: what is looked for
	shape likeShape
	// word is what is looked for in a text of ASCII, where the pattern is %word% or the like without wildcards inside;
	// nil: it is not, or has other characters.
	word      []byte
	wordShape likeShape
	first     [utf8.RuneSelf]bool // what word may begin with
}

// likeShape is what a pattern of a collation in byte order comes to.
type likeShape uint8

const (
	likeGeneral likeShape = iota
	likeEquals
	likePrefix
	likeSuffix
	likeContains
)

// What stands for a wildcard among the weights.
const (
	likeAny = int32(-1) // %
	likeOne = int32(-2) // _
)

func compileLike(x *expr.Context, pattern string, escape rune, c types.Collation) *likePattern {
	p := &likePattern{c: c, bytes: c.IsBinary(), ascii: asciiWeights(c)}
	escaped := false
	var literal []byte
	leading, trailing, inside := false, false, false
	for k := 0; len(pattern) > 0 && !longEnded(x, k); k++ {
		r, n := p.next(pattern)
		char := pattern[:n]
		pattern = pattern[n:]
		switch {
		case escaped || r != escape && r != '%' && r != '_':
			escaped = false
		case r == escape && pattern != "": // at the end it stands for itself
			escaped = true
			continue
		case r == '%':
			if k := len(p.items); k == 0 || p.items[k-1] != likeAny {
				p.items = append(p.items, likeAny)
			}
			leading = leading || len(literal) == 0
			trailing = true
			continue
		case r == '_':
			p.items = append(p.items, likeOne)
			inside = true
			continue
		}
		inside = inside || trailing && len(literal) > 0
		trailing = false
		literal = append(literal, char...)
		p.items = append(p.items, p.weight(r))
	}
	if inside {
		return p
	}
	shape := likeEquals
	switch {
	case leading && (trailing || len(literal) == 0):
		shape = likeContains
	case leading:
		shape = likeSuffix
	case trailing:
		shape = likePrefix
	}
	switch {
	case c.InByteOrder():
		p.exact, p.shape = string(literal), shape
	case len(literal) > 0 && isASCII(string(literal)):
		p.word, p.wordShape = literal, shape
		for r := range p.first {
			p.first[r] = p.ascii[r] == p.ascii[literal[0]]
		}
	}
	return p
}

// isASCII tells of a text of bytes below 128.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// matchWord is match of a text of ASCII and a pattern with a word; ok is false of another text.
func (p *likePattern) matchWord(s string) (match, ok bool) {
	n := len(p.word)
	at := 0
	switch p.wordShape {
	case likeEquals, likePrefix:
		for i := range min(n, len(s)) {
			if s[i] >= utf8.RuneSelf {
				return false, false
			}
			if p.ascii[s[i]] != p.ascii[p.word[i]] {
				return false, true
			}
		}
		if len(s) > n && s[n] >= utf8.RuneSelf { // it may weigh nothing, or belong to the character before
			return false, false
		}
		return len(s) == n || len(s) > n && p.wordShape == likePrefix, true
	case likeSuffix:
		if at = len(s) - n; at < 0 {
			return false, isASCII(s)
		}
	}
	if !isASCII(s) {
		return false, false
	}
places:
	for ; at+n <= len(s); at++ {
		if !p.first[s[at]] {
			continue
		}
		for i := 1; i < n; i++ {
			if p.ascii[s[at+i]] != p.ascii[p.word[i]] {
				continue places
			}
		}
		return true, true
	}
	return false, true
}

func (p *likePattern) next(s string) (rune, int) {
	if p.bytes || s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	return utf8.DecodeRuneInString(s)
}

func (p *likePattern) weight(r rune) int32 {
	switch {
	case p.bytes:
		return r
	case r >= 0 && r < utf8.RuneSelf:
		return p.ascii[r]
	}
	return p.c.Weight(r)
}

// asciiTables has, of each collation, what ASCII weighs.
var asciiTables sync.Map // of types.Collation: *[utf8.RuneSelf]int32

func asciiWeights(c types.Collation) *[utf8.RuneSelf]int32 {
	if t, ok := asciiTables.Load(c); ok {
		return t.(*[utf8.RuneSelf]int32)
	}
	t := new([utf8.RuneSelf]int32)
	for r := range t {
		t[r] = c.Weight(rune(r))
	}
	asciiTables.Store(c, t)
	return t
}

// match goes back to the last % only, which is enough. Of a long text it tells anything once the statement is ended.
func (p *likePattern) match(c *expr.Context, s string) bool {
	switch p.shape {
	case likeEquals:
		return s == p.exact
	case likePrefix:
		return len(s) >= len(p.exact) && s[:len(p.exact)] == p.exact
	case likeSuffix:
		return len(s) >= len(p.exact) && s[len(s)-len(p.exact):] == p.exact
	case likeContains:
		return strings.Contains(s, p.exact)
	}
	if p.word != nil {
		if match, ok := p.matchWord(s); ok {
			return match
		}
	}
	items := p.items
	at, i := 0, 0
	star, resume := -1, 0
	for steps := 1; i < len(s); steps++ {
		if steps%(1<<16) == 0 && len(s) >= longText && c.Cancelled() != nil {
			return false
		}
		r, n := p.next(s[i:])
		switch {
		case at < len(items) && items[at] == likeAny:
			star, resume = at, i
			at++
			continue
		case at < len(items) && (items[at] == likeOne || items[at] == p.weight(r)):
			at++
			i += n
			continue
		case star < 0:
			return false
		}
		_, n = p.next(s[resume:])
		resume += n
		at, i = star+1, resume
	}
	for at < len(items) && items[at] == likeAny {
		at++
	}
	return at == len(items)
}
