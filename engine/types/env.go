package types

import "time"

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
