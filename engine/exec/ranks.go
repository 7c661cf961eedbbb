package exec

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// collationKeys are strings in whose byte order the strings are: see [types.Collation.Key].
func collationKeys(c *expr.Context, s []string, by types.Collation) ([]string, error) {
	if by.InByteOrder() && !by.PadSpace() {
		return s, nil
	}
	keys := make([]string, len(s))
	return keys, ranges(c, len(s), func(c *expr.Context, _, from, to int) error {
		return appendCollationKeys(c, keys[from:from], s[from:to], by)
	})
}

// appendCollationKeys appends the keys of strings to a slice that has room for them.
func appendCollationKeys(c *expr.Context, keys, s []string, by types.Collation) error {
	var block []byte // the keys of the last of the strings, which are one string together
	ends := make([]int, 0, min(len(s), checkedRows))
	flush := func() {
		all, from := string(block), 0
		for _, end := range ends {
			if end < 0 {
				keys = append(keys, keys[len(keys)-1])
				continue
			}
			keys, from = append(keys, all[from:end]), end
		}
		block, ends = block[:0], ends[:0]
	}
	checked := 0
	for i, x := range s {
		if checked += 32 + len(x); checked > 16*checkedRows {
			checked = 0
			if err := cancelled(c); err != nil {
				return err
			}
		}
		if i > 0 && x == s[i-1] {
			ends = append(ends, -1)
		} else {
			block = by.Key(block, x)
			ends = append(ends, len(block))
		}
		if len(ends) == cap(ends) || len(block) > 32*checkedRows {
			flush()
		}
	}
	flush()
	return nil
}

// orderBytes is what ordering the n values of a vector takes, see stringOrder.
func orderBytes(v *types.Vec, n int, by types.Collation) int64 {
	if v.Kind != types.String || v.Dict != nil || v.Same() {
		return 0 // a dictionary keeps its ranks
	}
	bytes := int64(n) * (8 + 4) // heads, rows
	if !by.InByteOrder() || by.PadSpace() {
		bytes += 2 * v.Bytes() // a header, and two bytes of a character's weight
	}
	return bytes
}

// dictRanks are the places of a dictionary's strings in the order, by code: of all, which the dictionary keeps for the
// next time, or, where n rows are few beside it, of those that are there.
func dictRanks(c *expr.Context, v *types.Vec, n int, by types.Collation) ([]uint32, error) {
	if len(v.Dict.Values) <= 4*n {
		return Ranks(c, v.Dict, by)
	}
	if known := v.Dict.KnownRanks(by); known != nil {
		return known, nil
	}
	codes := slices.Clone(v.Codes[:n])
	if err := sortFunc(c, codes, cmp.Compare[uint32]); err != nil {
		return nil, err
	}
	return ranksOf(c, v.Dict.Values, slices.Compact(codes), by)
}

// Ranks are [types.Dict.Ranks].
func Ranks(c *expr.Context, d *types.Dict, by types.Collation) ([]uint32, error) {
	return d.Ranks(by, func() ([]uint32, error) {
		codes := make([]uint32, len(d.Values))
		for code := range codes {
			codes[code] = uint32(code)
		}
		return ranksOf(c, d.Values, codes, by)
	})
}

// ranksOf are the places of some of the strings among these, by code; codes are in order.
func ranksOf(c *expr.Context, all []string, codes []uint32, by types.Collation) ([]uint32, error) {
	keys := all
	if len(codes) < len(all) {
		keys = make([]string, len(codes))
		for i, code := range codes {
			keys[i] = all[code]
		}
	}
	compare := by.Compare
	numbers, plain := by.ASCII()
	if plain {
		var err error
		if plain, err = allNumbered(c, keys, numbers); err != nil {
			return nil, err
		}
	}
	if !plain {
		var err error
		if keys, err = collationKeys(c, keys, by); err != nil {
			return nil, err
		}
		compare, numbers = strings.Compare, &byteOrder
	}
	words, err := newTextWords(c, keys, numbers)
	if err != nil {
		return nil, err
	}
	rows := sortRowPool.get(len(keys))
	if err := ranges(c, len(keys), func(_ *expr.Context, _, from, to int) error {
		for i := from; i < to; i++ {
			rows[i] = sortRow{words.of(keys[i]), int32(i)}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	rows, spare, err := sortWords(c, rows, nil, max(words.width, 1))
	if err != nil {
		return nil, err
	}
	defer func() {
		sortRowPool.put(rows)
		sortRowPool.put(spare)
	}()
	ranks := make([]uint32, len(all))
	rank := uint32(0)
	for from := 0; from < len(rows); rank++ {
		to := from + 1
		for to < len(rows) && rows[to].word == rows[from].word {
			to++
		}
		if !words.whole && to-from > 1 { // they may differ in what is behind
			if err := cancelled(c); err != nil {
				return nil, err
			}
			slices.SortFunc(rows[from:to], func(a, b sortRow) int { return compare(keys[a.row], keys[b.row]) })
		}
		for i := from; i < to; i++ {
			if i > from && !words.whole && compare(keys[rows[i].row], keys[rows[i-1].row]) != 0 {
				rank++
			}
			ranks[codes[rows[i].row]] = rank
		}
		from = to
	}
	return ranks, nil
}

// byteOrder numbers bytes by their order.
var byteOrder = func() (numbers [256]uint8) {
	for b := range numbers {
		numbers[b] = uint8(b)
	}
	return numbers
}()

// allNumbered tells whether all bytes of strings have numbers: see [types.Collation.ASCII].
func allNumbered(c *expr.Context, all []string, numbers *[256]uint8) (bool, error) {
	var without atomic.Bool
	err := ranges(c, len(all), func(_ *expr.Context, _, from, to int) error {
		for i, s := range all[from:to] {
			for _, b := range []byte(s) {
				if numbers[b] == types.NoASCII {
					without.Store(true)
					return nil
				}
			}
			if i%checkedRows == 0 && without.Load() {
				return nil
			}
		}
		return nil
	})
	return !without.Load(), err
}

// textWords packs strings into words in whose order they are as far as these go: behind what all begin with, of each place
// as many bits as the different bytes there take.
type textWords struct {
	same   int // bytes that all begin with
	places []bytePlace
	width  int  // bits of a word
	whole  bool // equal words are of equal strings
}

// bytePlace numbers the bytes of a place by their order, from 1 where some strings have ended before it.
type bytePlace struct {
	numbers [256]uint16
	bits    int
}

// bytesSeen are the bytes of a place.
type bytesSeen [4]uint64

// mostPlaces are how many places have a word at most.
const mostPlaces = 64

// newTextWords packs strings whose bytes are in the order of the numbers.
func newTextWords(c *expr.Context, keys []string, numbers *[256]uint8) (*textWords, error) {
	w := &textWords{same: commonPrefix(keys)}
	pieces := make([][mostPlaces]bytesSeen, piecesOf(c, len(keys)))
	ends := make([][mostPlaces + 1]bool, len(pieces)) // some string has ended before the place
	err := ranges(c, len(keys), func(_ *expr.Context, piece, from, to int) error {
		seen, ends := &pieces[piece], &ends[piece]
		for _, key := range keys[from:to] {
			key = key[w.same:min(len(key), w.same+mostPlaces)]
			for i, b := range []byte(key) {
				seen[i][b>>6] |= 1 << (b & 63)
			}
			ends[len(key)] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	ended := false
	for at := range mostPlaces {
		var seen bytesSeen
		for i := range pieces {
			for k, some := range pieces[i][at] {
				seen[k] |= some
			}
			ended = ended || ends[i][at]
		}
		if w.whole = seen == (bytesSeen{}); w.whole {
			return w, nil
		}
		place := newBytePlace(&seen, ended, numbers)
		if w.width+place.bits > 64 {
			return w, nil
		}
		w.places, w.width = append(w.places, *place), w.width+place.bits
	}
	return w, nil
}

func newBytePlace(seen *bytesSeen, ended bool, numbers *[256]uint8) *bytePlace {
	var there [256]bool // by the number
	for b, number := range numbers {
		if seen[b>>6]&(1<<(b&63)) != 0 {
			there[number] = true
		}
	}
	n := uint16(0)
	if ended {
		n = 1
	}
	var places [256]uint16
	for number, is := range there {
		if places[number] = n; is {
			n++
		}
	}
	p := &bytePlace{bits: bits.Len16(n - 1)}
	for b, number := range numbers {
		p.numbers[b] = places[number]
	}
	return p
}

// of is the word of a string.
func (w *textWords) of(key string) (word uint64) {
	key = key[w.same:]
	for i := range w.places {
		p := &w.places[i]
		word <<= p.bits
		if i < len(key) {
			word |= uint64(p.numbers[key[i]])
		}
	}
	return word
}

// commonPrefix is how many bytes all the strings begin with alike.
func commonPrefix(all []string) int {
	if len(all) == 0 {
		return 0
	}
	first := all[0]
	n := len(first)
	for _, s := range all[1:] {
		n = min(n, len(s))
		for s[:n] != first[:n] {
			n--
		}
	}
	return n
}
