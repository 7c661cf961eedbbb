package types

import (
	"maps"
	"slices"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
)

// Collation is a collation's number, as in MySQL's protocol.
type Collation uint16

// Collations that have a meaning of their own here.
const (
	Binary           = Collation(sql.Collation_binary)
	DefaultCollation = Collation(sql.Collation_utf8mb4_0900_ai_ci)
	JSONCollation    = Collation(sql.Collation_utf8mb4_bin)
)

// Name is e.g. utf8mb4_0900_ai_ci.
func (c Collation) Name() string { return sql.CollationID(c).Name() }

// MaxBytes is how many bytes a character takes at most.
func (c Collation) MaxBytes() int { return int(sql.CollationID(c).CharacterSet().MaxLength()) }

// Charset is the name of the character set.
func (c Collation) Charset() string { return sql.CollationID(c).CharacterSet().Name() }

// IsBinary tells whether strings are bytes, not characters: the character set binary.
func (c Collation) IsBinary() bool { return c == Binary }

// InByteOrder tells of binary and the …_bin collations, where only what is the same is
// equal (trailing spaces aside, of those that pad).
func (c Collation) InByteOrder() bool { return c.order().kind == orderBytes }

// PadSpace tells whether trailing spaces do not count.
func (c Collation) PadSpace() bool { return c.order().pad }

// ByName finds a collation whose order is known. Names are as in SHOW COLLATION, in
// either case.
func ByName(name string) (Collation, bool) {
	id, err := sql.ParseCollation("", name, false)
	if err != nil || id == sql.Collation_Unspecified || sorterOf(Collation(id)) == nil {
		return 0, false
	}
	return Collation(id), true
}

// DefaultOf is a character set's default collation.
func DefaultOf(charset string) (Collation, bool) {
	set, err := sql.ParseCharacterSet(charset)
	if err != nil || set == sql.CharacterSet_Unspecified {
		return 0, false
	}
	return Collation(set.DefaultCollation()), true
}

// binaryOf is the collation of the same character set where only what is the same is
// equal.
func (c Collation) binaryOf() Collation {
	return Collation(sql.CollationID(c).CharacterSet().BinaryCollation())
}

type orderKind uint8

const (
	orderBytes   orderKind = iota
	orderWeights           // one weight a character, which may be 0 in a newer collation: it does not count
	orderLevels            // the weights of base first; those of the collation where these are equal
)

// tableSize has the letters of Latin, Greek and Cyrillic; further weights are looked up.
const tableSize = 0x530

// order is what comparing needs of a collation. The weights are go-mysql-server's, which
// ranks each character by itself; what takes several weights in MySQL (ß is ss) is in
// expansions.
type order struct {
	kind       orderKind
	pad        bool
	base       Collation // of orderLevels
	sorter     sql.CollationSorter
	weights    [tableSize]int32
	expansions map[rune]string
	ignorable  int32 // a weight that does not count, or -1
	space      int32
	fold       [utf8.RuneSelf]byte // the least ASCII character of the weight, noFold where there is none
	folds      map[int32]byte      // and of which weights there is one
	ascii      [256]uint8          // see [Collation.ASCII]
}

// noFold is of a character that does not count.
const noFold = 0xff

var orders [1024]atomic.Pointer[order]

func (c Collation) order() *order {
	if o := orders[c].Load(); o != nil {
		return o
	}
	o := makeOrder(c)
	orders[c].Store(o) // another one's is the same
	return o
}

// What a letter is compared as in collations of the Unicode Collation Algorithm.
var (
	expansions0900 = map[rune]string{
		'ß': "ss", 'ẞ': "ss", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ĳ': "ij", 'Ĳ': "ij", 'ŉ': "'n",
		'ǆ': "dz", 'ǅ': "dz", 'Ǆ': "dz", 'ǉ': "lj", 'ǈ': "lj", 'Ǉ': "lj", 'ǌ': "nj", 'ǋ': "nj", 'Ǌ': "nj",
		'ﬀ': "ff", 'ﬁ': "fi", 'ﬂ': "fl", 'ﬃ': "ffi", 'ﬄ': "ffl", 'ﬅ': "st", 'ﬆ': "st", '…': "...", '™': "tm",
	}
	expansionsUnicode = map[rune]string{'ß': "ss", 'œ': "oe", 'Œ': "oe", 'ﬁ': "fi", 'ﬂ': "fl"}
)

func makeOrder(c Collation) *order {
	id := sql.CollationID(c)
	o := &order{sorter: sorterOf(c), ignorable: -1}
	name := c.Name()
	o.pad = id.PadAttribute() == "PAD SPACE"
	if c == Binary || len(name) > 4 && name[len(name)-4:] == "_bin" || o.sorter == nil {
		return o
	}
	o.kind = orderWeights
	switch name {
	case "utf8mb4_0900_ai_ci":
		o.expansions = expansions0900
	case "utf8mb4_0900_as_ci":
		o.kind, o.base = orderLevels, DefaultCollation
	case "utf8mb4_0900_as_cs":
		o.kind, o.base = orderLevels, Collation(sql.Collation_utf8mb4_0900_as_ci)
	case "utf8mb4_unicode_ci", "utf8mb3_unicode_ci", "utf8mb4_unicode_520_ci", "utf8mb3_unicode_520_ci":
		o.expansions = expansionsUnicode
	}
	if !o.pad {
		o.ignorable = 0
	}
	for r := range o.weights {
		o.weights[r] = o.lookUp(rune(r))
	}
	o.space = o.weights[' ']
	if o.pad && o.weights[0x301] == o.space {
		// Accents by themselves have no weight; go-mysql-server gives them the space's.
		o.ignorable = o.space
	}
	o.folds = map[int32]byte{}
	for b := range o.fold {
		w := o.weights[b]
		switch first, seen := o.folds[w]; {
		case w == o.ignorable && b != ' ':
			o.fold[b] = noFold
		case seen:
			o.fold[b] = first
		default:
			o.fold[b], o.folds[w] = byte(b), byte(b)
		}
	}
	inOrder := slices.Sorted(maps.Keys(o.folds))
	for b := range o.ascii {
		o.ascii[b] = NoASCII
		if b < utf8.RuneSelf && o.fold[b] != noFold {
			n, _ := slices.BinarySearch(inOrder, o.weights[b])
			o.ascii[b] = uint8(n)
		}
	}
	return o
}

// lookUp asks go-mysql-server. Characters that the set does not have come last.
func (o *order) lookUp(r rune) int32 {
	if w := o.sorter(r); w >= 0 && w < 1<<21 {
		return w
	}
	return 1<<21 - 1 - (unicode.MaxRune - r)
}

func (o *order) weight(r rune) int32 {
	if r >= 0 && r < tableSize {
		return o.weights[r]
	}
	return o.lookUp(r)
}

// counts tells whether a character of the weight counts.
func (o *order) counts(r rune, w int32) bool {
	return w != o.ignorable || o.pad && unicode.Is(unicode.Zs, r)
}

// ASCII numbers ASCII characters by their order, from 0, equal ones alike: strings of them alone are in the order of these numbers.
// Characters that do not count have [NoASCII], as have all others. ok is false where there is more to the order.
func (c Collation) ASCII() (numbers *[256]uint8, ok bool) {
	o := c.order()
	return &o.ascii, o.kind == orderWeights && !o.pad
}

// NoASCII is in place of a number in [Collation.ASCII].
const NoASCII = 0xff

// Weight is the place of a character among the others; characters of one weight are
// equal. LIKE, which compares character by character, uses it.
func (c Collation) Weight(r rune) int32 {
	o := c.order()
	if o.kind == orderBytes {
		return r
	}
	return o.weight(r)
}

// weightReader goes through the weights of a string that count.
type weightReader struct {
	o         *order
	s         string
	expansion string
}

// next is false at the end.
func (w *weightReader) next() (int32, bool) {
	for {
		if w.expansion != "" {
			b := w.expansion[0]
			w.expansion = w.expansion[1:]
			return w.o.weights[b], true
		}
		if w.s == "" {
			return 0, false
		}
		r, n := rune(w.s[0]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(w.s)
			if e, ok := w.o.expansions[r]; ok {
				w.expansion = e
				w.s = w.s[n:]
				continue
			}
		}
		w.s = w.s[n:]
		if x := w.o.weight(r); w.o.counts(r, x) {
			return x, true
		}
	}
}

// Compare is -1, 0 or 1.
func (c Collation) Compare(a, b string) int {
	if a == b {
		return 0
	}
	o := c.order()
	switch o.kind {
	case orderBytes:
		return compareBytes(a, b, o.pad)
	case orderLevels:
		if x := o.base.Compare(a, b); x != 0 {
			return x
		}
	}
	return o.compare(a, b)
}

func (o *order) compare(a, b string) int {
	// As long as both are ASCII, bytes have weights.
	i := 0
	for i < len(a) && i < len(b) && a[i]|b[i] < utf8.RuneSelf {
		if a[i] != b[i] {
			if o.fold[a[i]] == noFold || o.fold[b[i]] == noFold {
				break
			}
			if x, y := o.weights[a[i]], o.weights[b[i]]; x != y {
				return sign(x, y)
			}
		}
		i++
	}
	i += commonPrefix(a[i:], b[i:])
	a, b = a[i:], b[i:]
	x, y := weightReader{o: o, s: a}, weightReader{o: o, s: b}
	for {
		v, more := x.next()
		w, moreToo := y.next()
		switch {
		case !more && !moreToo:
			return 0
		case !more:
			if !o.pad {
				return -1
			}
			v = o.space
		case !moreToo:
			if !o.pad {
				return 1
			}
			w = o.space
		}
		if v != w {
			return sign(v, w)
		}
	}
}

// commonPrefix is how many bytes of characters two strings begin with alike.
func commonPrefix(a, b string) int {
	n, i := min(len(a), len(b)), 0
	for i+64 <= n && a[i:i+64] == b[i:i+64] {
		i += 64
	}
	for i < n && a[i] == b[i] {
		i++
	}
	for i > 0 && (i < len(a) && !utf8.RuneStart(a[i]) || i < len(b) && !utf8.RuneStart(b[i])) {
		i--
	}
	return i
}

func sign(a, b int32) int {
	if a < b {
		return -1
	}
	return 1
}

// compareBytes compares bytes, which orders UTF-8 by code point.
func compareBytes(a, b string, pad bool) int {
	n := min(len(a), len(b))
	switch {
	case a[:n] < b[:n]:
		return -1
	case a[:n] > b[:n]:
		return 1
	}
	longer, result := a, 1
	if len(b) > n {
		longer, result = b, -1
	}
	for _, x := range []byte(longer[n:]) {
		switch {
		case !pad || x > ' ':
			return result
		case x < ' ':
			return -result
		}
	}
	return 0
}

// Equal tells whether two strings are equal.
func (c Collation) Equal(a, b string) bool {
	if a == b {
		return true
	}
	o := c.order()
	if o.kind == orderBytes {
		return o.pad && trimSpaces(a) == trimSpaces(b)
	}
	return c.Compare(a, b) == 0
}

func trimSpaces(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// Key appends bytes that order, and are equal, as the strings do. They do not tell their
// own end; see [AppendKey] for that.
func (c Collation) Key(dst []byte, s string) []byte {
	o := c.order()
	if o.kind == orderBytes {
		if !o.pad {
			return append(dst, s...)
		}
		spaces := 0
		for i := range len(s) {
			if s[i] == ' ' {
				spaces++
				continue
			}
			for ; spaces > 0; spaces-- {
				dst = append(dst, ' ', afterSpaces(s[i] < ' '))
			}
			dst = append(dst, s[i])
		}
		return append(dst, ' ', padEnd)
	}
	if o.kind == orderLevels {
		dst = append(o.base.Key(dst, s), 0, 0)
	}
	spaces := 0
	r := weightReader{o: o, s: s}
	for w, ok := r.next(); ok; w, ok = r.next() {
		if o.pad && w == o.space {
			spaces++
			continue
		}
		for ; spaces > 0; spaces-- {
			dst = append(appendWeight(dst, o.space), afterSpaces(w < o.space))
		}
		dst = appendWeight(dst, w)
	}
	if o.pad {
		dst = append(appendWeight(dst, o.space), padEnd)
	}
	return dst
}

// What follows each space in a key of a collation that pads: whether what comes after
// the spaces is before a space, the end, or after a space.
const (
	padBefore = byte(iota)
	padEnd
	padAfter
)

func afterSpaces(less bool) byte {
	if less {
		return padBefore
	}
	return padAfter
}

// appendWeight appends two bytes, or three that are greater.
func appendWeight(dst []byte, w int32) []byte {
	const three = 0xe0
	if w < three<<8 {
		return append(dst, byte(w>>8), byte(w))
	}
	return append(dst, three+byte(w>>16), byte(w>>8), byte(w))
}

// appendEqual appends bytes that are the same iff the strings are equal: ASCII stands
// for itself or for a character that it is equal to, so that it is fast.
func (o *order) appendEqual(dst []byte, s string) []byte {
	if o.kind == orderBytes {
		if o.pad {
			s = trimSpaces(s)
		}
		return append(dst, s...)
	}
	start := len(dst)
	i := 0
	for ; i < len(s) && s[i] < utf8.RuneSelf; i++ {
		if f := o.fold[s[i]]; f != noFold {
			dst = append(dst, f)
		}
	}
	r := weightReader{o: o, s: s[i:]}
	for r.s != "" || r.expansion != "" {
		if r.expansion == "" && r.s[0] < utf8.RuneSelf {
			if f := o.fold[r.s[0]]; f != noFold {
				dst = append(dst, f)
			}
			r.s = r.s[1:]
			continue
		}
		w, ok := r.next()
		if !ok {
			break
		}
		if f, ok := o.folds[w]; ok {
			dst = append(dst, f)
		} else {
			dst = append(dst, 0x80|byte(w>>14), 0x80|byte(w>>7), 0x80|byte(w))
		}
	}
	if o.pad {
		for len(dst) > start && dst[len(dst)-1] == o.fold[' '] {
			dst = dst[:len(dst)-1]
		}
	}
	return dst
}

// Merge is the collation that strings of two types have together, and how it came about
// (manual 10.8.4; DTCollation::aggregate): the lower coercibility wins; where they are
// equal, bytes win over characters, Unicode over other character sets, a …_bin over
// others of its character set. Two others of one character set make its _bin, of
// CoerceNone: joining such strings is allowed, comparing them is error 1267, as
// [Common] tells. ok is false where even joining is: error 1267, or 1270 and 1271 for more.
func Merge(a, b *Type) (c Collation, by Coercibility, ok bool) {
	x, y := a.derivation(), b.derivation()
	switch {
	case a.Collation == b.Collation:
		return a.Collation, min(x, y), true
	// A number has no character set of its own: its digits are in any.
	case x >= CoerceNumeric && y < CoerceNumeric:
		return b.Collation, y, true
	case y >= CoerceNumeric && x < CoerceNumeric:
		return a.Collation, x, true
	}
	if left, right := a.Collation.Charset(), b.Collation.Charset(); left != right {
		switch {
		case a.Collation == Binary && x <= y, b.Collation != Binary && contains(left, right, x, y):
			return a.Collation, x, true
		case b.Collation == Binary && y <= x, a.Collation != Binary && contains(right, left, y, x):
			return b.Collation, y, true
		case a.Collation == Binary:
			return b.Collation, y, true
		case b.Collation == Binary:
			return a.Collation, x, true
		case x < y && y >= CoerceSystem:
			return a.Collation, x, true
		case y < x && x >= CoerceSystem:
			return b.Collation, y, true
		}
		return Binary, CoerceNone, false
	}
	switch {
	case x < y:
		return a.Collation, x, true
	case y < x:
		return b.Collation, y, true
	case x == CoerceExplicit:
		return a.Collation, CoerceNone, false
	case a.Collation.InByteOrder():
		return a.Collation, x, true
	case b.Collation.InByteOrder():
		return b.Collation, y, true
	}
	return a.Collation.binaryOf(), CoerceNone, true
}

// derivation is the coercibility: of what is no text, that of a number at least.
func (t *Type) derivation() Coercibility {
	switch {
	case t.Kind == Null:
		return CoerceIgnorable
	case t.IsText() || t.Kind == JSON:
		return t.Coercibility
	}
	return max(t.Coercibility, CoerceNumeric)
}

// contains tells whether strings of one character set may be converted to the other, its
// superset.
func contains(super, sub string, superBy, subBy Coercibility) bool {
	rank := func(charset string) int {
		switch charset {
		case "utf8mb4", "utf16", "utf32", "utf16le":
			return 3
		case "utf8mb3", "utf8", "ucs2":
			return 2
		case "ascii":
			return 0
		}
		return 1
	}
	left, right := rank(super), rank(sub)
	return left >= 2 && (superBy < subBy || superBy == subBy && left > right) || right == 0 && superBy <= subBy
}
