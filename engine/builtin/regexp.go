package builtin

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Regular expressions (manual 12.8.2), whose syntax is ICU's. Go's own matcher, which takes
// linear time, does what it can; regexp2 has what it has not: looking ahead and behind,
// back-references.
var regexpFunctions = []*expr.Function{
	{Name: "regexp", Min: 2, Max: 2, Boolean: true, Resolve: resolveRegexp, Vector: matchRegexp},
}

// MySQL's errors of regular expressions.
const (
	errRegexpArgument = 3685
	errRegexpRule     = 3688
	errRegexpEscape   = 3689
	errRegexpParen    = 3691
	errRegexpInterval = 3692
	errRegexpMaxMin   = 3693
	errRegexpBackRef  = 3694
	errRegexpBracket  = 3696
	errRegexpRange    = 3697
	errRegexpTimeout  = 3699
	errRegexpTooBig   = 3700
)

// regexpTimeout is how long a pattern may backtrack for one match: some times what MySQL's regexp_time_limit, 32 times 10,000 steps, comes
// to. Nothing else ends it.
const regexpTimeout = 100 * time.Millisecond

func init() { regexp2.SetTimeoutCheckPeriod(regexpTimeout / 10) }

// matcher is a compiled regular expression. It may be used by several goroutines.
type matcher struct {
	fast  *regexp.Regexp        // nil where the pattern is beyond Go's
	later func() *regexp.Regexp // it behind one character, which is before where it is to match
	slow  func() (*regexp2.Regexp, error)
	alone bool // what is before a place in the text does not matter to the fast one from there on
	ascii bool // the fast one is right for texts of ASCII only: \w, \b and their like

	dfa   atomic.Pointer[dfa] // of the fast one; nil before many texts were matched
	asked atomic.Int32
}

type regexpKey struct{ pattern, flags string }

// regexps keeps what was compiled lately.
var regexps struct {
	sync.Mutex
	m map[regexpKey]*matcher
}

// regexpsKept is how many compiled patterns there may be before all are forgotten.
const regexpsKept = 256

// compileRegexp compiles a pattern. matchType has letters of c, i, m, n and u (manual,
// REGEXP_LIKE); without c and i the collation says whether cases matter. Errors are
// MySQL's 3685 to 3700.
func compileRegexp(pattern, matchType string, c types.Collation) (*matcher, error) {
	fold := !caseSensitive(c) && !c.IsBinary()
	flags := ""
	for _, r := range matchType {
		switch r {
		case 'c':
			fold = false
		case 'i':
			fold = true
		case 'm', 'n':
			flags += string(r)
		case 'u':
		default:
			return nil, mysql.NewDefaultError(mysql.ER_WRONG_ARGUMENTS, "regexp_like")
		}
	}
	switch {
	case pattern == "":
		return nil, mysql.NewError(errRegexpArgument, "Illegal argument to a regular expression.")
	case len(pattern) > longestPattern:
		return nil, patternTooBig()
	}
	if fold {
		flags += "i"
	}
	flags = strings.ReplaceAll(flags, "n", "s")
	key := regexpKey{pattern, flags}
	regexps.Lock()
	defer regexps.Unlock()
	if m := regexps.m[key]; m != nil {
		return m, nil
	}
	m, err := newMatcher(pattern, flags)
	if err != nil {
		return nil, err
	}
	if regexps.m == nil || len(regexps.m) >= regexpsKept {
		regexps.m = map[regexpKey]*matcher{}
	}
	regexps.m[key] = m
	return m, nil
}

func newMatcher(pattern, flags string) (*matcher, error) {
	m := &matcher{ascii: strings.ContainsRune(pattern, '\\') || strings.Contains(pattern, "[:")}
	m.alone = !m.ascii && !strings.ContainsRune(pattern, '^')
	m.slow = sync.OnceValues(func() (*regexp2.Regexp, error) {
		options := regexp2.None
		for _, f := range flags {
			switch f {
			case 'i':
				options |= regexp2.IgnoreCase
			case 'm':
				options |= regexp2.Multiline
			case 's':
				options |= regexp2.Singleline
			}
		}
		spelled, err := icuSyntax(pattern)
		if err != nil {
			return nil, err
		}
		re, err := regexp2.Compile(spelled, options)
		if err == nil {
			re.MatchTimeout = regexpTimeout
		}
		return re, err
	})
	prefix := ""
	if flags != "" {
		prefix = "(?" + flags + ")"
	}
	m.later = sync.OnceValue(func() *regexp.Regexp {
		tree, _ := syntax.Parse(m.fast.String(), syntax.Perl) // it is valid
		return regexp.MustCompile("(?s:.)(?:" + tree.String() + ")")
	})
	var err error
	if m.fast, err = regexp.Compile(prefix + pattern); err != nil {
		m.fast = nil
		if _, slowErr := m.slow(); slowErr != nil {
			return nil, regexpError(pattern, err, slowErr)
		}
	}
	return m, nil
}

// longestPattern is how many bytes a pattern may have: to compile them, in which nothing can be ended, takes a tenth of a
// second. ICU's limit is on what it compiles to.
const longestPattern = 1 << 17

func patternTooBig() error {
	return mysql.NewError(errRegexpTooBig, "The regular expression pattern exceeds limits on size or complexity.")
}

// regexpError puts what is wrong with a pattern in MySQL's words.
func regexpError(pattern string, err, slowErr error) error {
	var illegal *mysql.MyError
	if errors.As(slowErr, &illegal) {
		return illegal
	}
	var e *syntax.Error
	if !errors.As(err, &e) {
		return patternTooBig()
	}
	switch e.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen:
		return mysql.NewError(errRegexpParen, "Mismatched parenthesis in regular expression.")
	case syntax.ErrMissingBracket:
		return mysql.NewError(errRegexpBracket, "The regular expression contains an unclosed bracket expression.")
	case syntax.ErrInvalidCharRange:
		return mysql.NewError(errRegexpRange, "The regular expression contains an [x-y] character range where x comes after y.")
	case syntax.ErrInvalidRepeatSize:
		var low, high int
		if n, _ := fmt.Sscanf(e.Expr, "{%d,%d}", &low, &high); n == 2 && high < low {
			return mysql.NewError(errRegexpMaxMin, "The maximum is less than the minimum in a {min,max} interval.")
		}
		return mysql.NewError(errRegexpInterval, "Incorrect description of a {min,max} interval.")
	case syntax.ErrInvalidEscape, syntax.ErrTrailingBackslash:
		if strings.Contains(slowErr.Error(), "reference") {
			return mysql.NewError(errRegexpBackRef, "Invalid back-reference in regular expression.")
		}
		return mysql.NewError(errRegexpEscape, "Unrecognized escape sequence in regular expression.")
	case syntax.ErrLarge, syntax.ErrNestingDepth:
		return patternTooBig()
	}
	at := max(strings.Index(pattern, e.Expr), 0)
	return mysql.NewError(errRegexpRule, fmt.Sprintf("Syntax error in regular expression on line %d, character %d.",
		1+strings.Count(pattern[:at], "\n"), 1+utf8.RuneCountInString(pattern[:at])))
}

// fits tells whether Go's matcher does for a text. $ is before a last line's end, too, for
// which regexp2 is needed.
func (m *matcher) fits(s string) bool {
	if m.fast == nil {
		return false
	}
	for i := range len(s) {
		if s[i] == '\n' || s[i] == '\r' || m.ascii && s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// match tells whether the pattern is anywhere in the text. An error is that of a match that
// takes too long.
func (m *matcher) match(c *expr.Context, s string) (bool, error) {
	if d := m.dfa.Load(); d != nil {
		if found, ok := d.match(s); ok {
			return found, nil
		}
	} else if m.fast != nil && m.asked.Add(1) == dfaAfter {
		m.dfa.Store(newDFA(m.fast.String()))
	}
	if m.fits(s) && len(s) < longText {
		return m.fast.MatchString(s), nil
	}
	at, err := m.search(c, s).find(0)
	return at != nil, err
}

// longText is from how many bytes on the matching of a text asks whether the statement was ended.
const longText = 1 << 18

// search finds the matches in a text.
type search struct {
	*matcher
	c     *expr.Context
	s     string
	fits  bool // Go's matcher does
	read  int  // characters and matches since the last question whether the statement was ended
	runes []rune
	byte  int // where in the text
	rune  int // this one is
}

func (m *matcher) search(c *expr.Context, s string) *search {
	return &search{matcher: m, c: c, s: s, fits: m.fits(s)}
}

// ended is the statement's end, when it is time to ask for it.
func (x *search) ended() error {
	if x.read++; x.read%(1<<14) != 0 {
		return nil
	}
	return x.c.Cancelled()
}

// longReader reads a text for as long as the statement goes on.
type longReader struct {
	*search
	left string
	err  error // the statement's end
}

// ReadRune implements io.RuneReader.
func (r *longReader) ReadRune() (rune, int, error) {
	if r.err == nil {
		r.err = r.ended()
	}
	if r.left == "" || r.err != nil {
		return 0, 0, io.EOF
	}
	x, n := utf8.DecodeRuneInString(r.left)
	r.left = r.left[n:]
	return x, n, nil
}

// find is the first match that starts at a byte or later: the bytes of its start and its
// end, and those of each group, -1 where a group has none; nil where there is none. The text
// before the start counts for ^, \b and looking behind.
func (x *search) find(start int) ([]int, error) {
	if err := x.ended(); err != nil {
		return nil, err
	}
	if x.fits {
		return x.first(start)
	}
	re, err := x.slow()
	if err != nil { // Go's matcher takes it, so that it is valid
		return x.first(start)
	}
	if x.runes == nil {
		x.runes = []rune(x.s)
	}
	found, err := re.FindRunesMatchStartingAt(x.runes, x.runeAt(start))
	if err != nil {
		return nil, mysql.NewError(errRegexpTimeout, "Timeout exceeded in regular expression match.")
	}
	if found == nil {
		return nil, nil
	}
	var at []int
	for _, g := range found.Groups() {
		if len(g.Captures) == 0 {
			at = append(at, -1, -1)
			continue
		}
		at = append(at, x.byteAt(g.Index), x.byteAt(g.Index+g.Length))
	}
	return at, nil
}

// first is the first match that Go's matcher finds.
func (x *search) first(start int) ([]int, error) {
	re, from := x.fast, start
	if start > 0 && !x.alone {
		_, n := utf8.DecodeLastRuneInString(x.s[:start])
		re, from = x.later(), start-n
	}
	var at []int
	if len(x.s)-from < longText {
		at = re.FindStringSubmatchIndex(x.s[from:])
	} else {
		r := &longReader{search: x, left: x.s[from:]}
		if at = re.FindReaderSubmatchIndex(r); r.err != nil {
			return nil, r.err
		}
	}
	for i := range at {
		if at[i] >= 0 {
			at[i] += from
		}
	}
	if at != nil && re != x.fast { // the character is none of it
		_, n := utf8.DecodeRuneInString(x.s[at[0]:])
		at[0] += n
	}
	return at, nil
}

// to goes to where in the text this is so, and tells the byte.
func (x *search) to(behind, before func() bool) int {
	for behind() {
		_, n := utf8.DecodeLastRuneInString(x.s[:x.byte])
		x.byte, x.rune = x.byte-n, x.rune-1
	}
	for before() {
		_, n := utf8.DecodeRuneInString(x.s[x.byte:])
		x.byte, x.rune = x.byte+n, x.rune+1
	}
	return x.byte
}

// byteAt is the byte with which a character begins.
func (x *search) byteAt(rune int) int {
	return x.to(func() bool { return x.rune > rune }, func() bool { return x.rune < rune })
}

// runeAt is the character that begins with a byte.
func (x *search) runeAt(byte int) int {
	x.to(func() bool { return x.byte > byte }, func() bool { return x.byte < byte })
	return x.rune
}

func resolveRegexp(r *expr.Resolver, args []expr.Expr) (types.Type, []expr.Expr, error) {
	texts := []expr.Expr{r.Want(args[0], expr.Text), r.Want(args[1], expr.Text)}
	c, _, err := mergeTexts(r, "regexp_like", true, texts...)
	if err != nil {
		return types.Type{}, nil, err
	}
	r.Keep(c)
	return finish(types.TypeBool, texts, false)
}

func matchRegexp(c *expr.Context, call *expr.Call, args []*types.Vec, n int) (*types.Vec, error) {
	x, p := args[0], args[1]
	if allNull(x) || allNull(p) {
		return nullVec(&call.T, n), nil
	}
	out := c.NewVec(&call.T, n)
	out.Nulls = bothNulls(x, p, n, false)
	var m *matcher
	of := ""
	for i := range n {
		if out.Nulls != nil && out.Nulls[i] {
			continue
		}
		if pattern := p.Str(i); m == nil || pattern != of {
			var err error
			if m, err = compileRegexp(pattern, "", call.Data.(types.Collation)); err != nil {
				return nil, err
			}
			of = pattern
		}
		found, err := m.match(c, x.Str(i))
		if err != nil {
			return nil, err
		}
		out.I[i] = types.BoolValue(found).I
	}
	return out, nil
}
