package types

import (
	"iter"
	"strings"
	"time"
	"unicode/utf8"
)

// Mode is the part of sql_mode that expressions heed.
type Mode uint32

// The modes (manual 5.1.11).
const (
	StrictTrans Mode = 1 << iota
	StrictAll
	NoZeroDate
	NoZeroInDate
	AllowInvalidDates
	ErrorForDivisionByZero
	NoUnsignedSubtraction
	PadCharToFullLength
	RealAsFloat
	HighNotPrecedence
	OnlyFullGroupBy
	ANSIQuotes
	PipesAsConcat
	IgnoreSpace
	NoBackslashEscapes
	TimeTruncateFractional
)

// Env is what conversions and functions know of the session and the statement.
type Env struct {
	Mode                  Mode
	Zone                  *time.Location // time_zone
	Now                   time.Time      // when the statement began
	DivPrecisionIncrement int            // div_precision_increment
	Connection            Collation      // collation_connection

	// Warn takes the statement's warnings: MySQL's number and words.
	Warn func(code uint16, text string)
	// Note takes notes, of what is lost without harm; nil: nobody wants them.
	Note func(code uint16, text string)

	// Ended is the error of a statement that was ended, for what takes long with one value; nil: nobody ends it.
	Ended func() error
}

// pieceBytes is after how many bytes of one text work on it asks whether the statement was ended: the slowest takes a
// hundred nanoseconds a byte.
const pieceBytes = 1 << 18

// Pieces are the parts of a long text one after the other, cut between characters, for as long as the statement goes on:
// what was made of some of them is nobody's then, since who has asked for it asks as well.
func (e *Env) Pieces(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(s) > pieceBytes {
			end := pieceBytes
			for i := end; i > end-utf8.UTFMax; i-- {
				if utf8.RuneStart(s[i]) {
					end = i
					break
				}
			}
			if !yield(s[:end]) || e != nil && e.Ended != nil && e.Ended() != nil {
				return
			}
			s = s[end:]
		}
		yield(s)
	}
}

// EachPiece is a text made of what each of its [Env.Pieces] becomes.
func (e *Env) EachPiece(s string, change func(string) string) string {
	if len(s) <= pieceBytes {
		return change(s)
	}
	var out strings.Builder
	out.Grow(len(s))
	for piece := range e.Pieces(s) {
		out.WriteString(change(piece))
	}
	return out.String()
}

// Decode is [Collation.Decode] of what may be long.
func (e *Env) Decode(c Collation, s string) (text string, ok bool) {
	if c.MaxBytes() != 1 {
		return c.Decode(s)
	}
	ok = true
	text = e.EachPiece(s, func(s string) string { // a byte is a character
		piece, is := c.Decode(s)
		ok = ok && is
		return piece
	})
	return text, ok
}
