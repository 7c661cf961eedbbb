package parse

import (
	"sort"
	"strings"
)

// source is what TiDB's parser is given for a part of a statement's text: that
// part with replacements, and the way back to the text's offsets.
type source struct {
	l      *lexed
	prefix string
	start  int // in the text
	copied int // the text before it is dealt with
	sql    strings.Builder
	pieces []piece // empty where there is neither prefix nor replacement
	gap    int     // the next of l.conditional
}

// piece says that the source from at on is, or stands for, a part of the text.
type piece struct {
	at       int
	text     span
	standsIn bool
}

func (l *lexed) source(prefix string, start int) *source {
	s := &source{l: l, prefix: prefix, start: start, copied: start}
	if prefix != "" {
		s.pieces = append(s.pieces, piece{0, span{start, start}, true})
		s.sql.WriteString(prefix)
	}
	s.gap = sort.Search(len(l.conditional), func(i int) bool { return l.conditional[i].start >= start })
	return s
}

// replace replaces a part of the text that is not before one replaced earlier.
func (s *source) replace(start, end int, with string) {
	s.copyTo(start)
	s.put(start, end, with)
	for s.gap < len(s.l.conditional) && s.l.conditional[s.gap].start < end {
		s.gap++
	}
}

func (s *source) put(start, end int, with string) {
	s.copy(start)
	s.pieces = append(s.pieces, piece{s.sql.Len(), span{start, end}, true})
	s.sql.WriteString(with)
	s.copied = end
}

// copyTo copies the text up to end, without what TiDB would read otherwise.
func (s *source) copyTo(end int) {
	for s.gap < len(s.l.conditional) && s.l.conditional[s.gap].start < end {
		g := s.l.conditional[s.gap]
		s.gap++
		s.put(g.start, g.end, " ")
	}
	if len(s.pieces) > 0 {
		s.copy(end)
	}
}

func (s *source) copy(end int) {
	if end > s.copied {
		s.pieces = append(s.pieces, piece{s.sql.Len(), span{s.copied, end}, false})
		s.sql.WriteString(s.l.text[s.copied:end])
		s.copied = end
	}
}

// finish is the source of the text up to end.
func (s *source) finish(end int) string {
	s.copyTo(end)
	if len(s.pieces) == 0 {
		return s.l.text[s.start:end]
	}
	return s.sql.String()
}

// position is where in the text a place in the source is.
func (s *source) position(at int) int {
	if len(s.pieces) == 0 {
		return s.start + at
	}
	i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].at > at })
	p := s.pieces[max(i-1, 0)]
	if p.standsIn {
		// What follows a stand-in at its very end is what it stands before.
		if i == len(s.pieces) && at >= s.sql.Len() {
			return p.text.end
		}
		return p.text.start
	}
	return min(p.text.start+at-p.at, p.text.end)
}

// endPosition is where in the text that ends which ends at a place in the source.
func (s *source) endPosition(at int) int {
	if len(s.pieces) == 0 || at == 0 {
		return s.start + at
	}
	i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].at >= at })
	p := s.pieces[max(i-1, 0)]
	if p.standsIn {
		return p.text.end
	}
	return min(p.text.start+at-p.at, p.text.end)
}
