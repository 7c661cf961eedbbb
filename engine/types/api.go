package types

import (
	"math/big"
	"time"
)

// This file declares, for those who build on it, what is being written; the bodies follow in
// decimal.go time.go convert.go text.go compare.go collation.go.

// decimal.go

func ParseDec(s string) (d Dec, rest string)    { return } // longest numeric prefix; rest==s: no number at all
func NewDec(digits int64, scale int) Dec        { return Dec{} }
func DecFromUint(x uint64) Dec                  { return Dec{} }
func DecFromFloat(x float64) Dec                { return Dec{} }
func DecFromBig(digits *big.Int, scale int) Dec { return Dec{} }
func (d Dec) Add(o Dec) Dec                     { return d }
func (d Dec) Sub(o Dec) Dec                     { return d }
func (d Dec) Mul(o Dec) Dec                     { return d }
func (d Dec) Div(o Dec, incr int) (Dec, bool)   { return d, false } // false: by zero
func (d Dec) IntDiv(o Dec) (Dec, bool)          { return d, false } // scale 0, toward zero
func (d Dec) Mod(o Dec) (Dec, bool)             { return d, false }
func (d Dec) Cmp(o Dec) int                     { return 0 }
func (d Dec) Neg() Dec                          { return d }
func (d Dec) Abs() Dec                          { return d }
func (d Dec) Sign() int                         { return 0 }
func (d Dec) IsZero() bool                      { return false }
func (d Dec) Scale() int                        { return 0 }
func (d Dec) Precision() int                    { return 0 } // digits before and after the point
func (d Dec) Rescale(scale int) Dec             { return d } // rounds half away from zero, or pads
func (d Dec) Round(places int) Dec              { return d } // places may be negative; scale becomes max(places,0), at most d's
func (d Dec) Truncate(places int) Dec           { return d }
func (d Dec) Ceil() Dec                         { return d }
func (d Dec) Floor() Dec                        { return d }
func (d Dec) Int64() (int64, bool)              { return 0, false } // rounded; out of range: the nearest, false
func (d Dec) Uint64() (uint64, bool)            { return 0, false }
func (d Dec) Float() float64                    { return 0 }
func (d Dec) String() string                    { return "" }
func (d Dec) Append(dst []byte) []byte          { return dst }
func (d Dec) AppendKey(dst []byte) []byte       { return dst }
func (d Dec) Overflows() bool                   { return false } // more than 65 digits
func (d Dec) Big() (digits *big.Int, scale int) { return nil, 0 }
func MaxDec(precision, scale int) Dec           { return Dec{} } // 999.99 for 5, 2

// time.go

const (
	MicrosPerSecond = int64(1000000)
	MicrosPerDay    = 86400 * MicrosPerSecond
	MaxTime         = (838*3600 + 59*60 + 59) * MicrosPerSecond // TIME is within ±MaxTime
)

func DaysOf(year, month, day int) int64                    { return 0 } // TO_DAYS; month and day may be 0
func CivilOfDays(days int64) (c Civil, ok bool)            { return }   // FROM_DAYS; false outside 0000-01-01…9999-12-31
func CivilOfTime(t time.Time) Civil                        { return Civil{} }
func (c Civil) Time(zone *time.Location) time.Time         { return time.Time{} }
func (c Civil) Days() int64                                { return 0 }
func (c Civil) IsZero() bool                               { return false } // 0000-00-00
func (c Civil) Valid(mode Mode) bool                       { return false } // ranges, and sql_mode's zero dates
func (c Civil) MicrosOfDay() int64                         { return 0 }
func (c Civil) Date() Civil                                { return c } // without the time of day
func (c Civil) Weekday() int                               { return 0 } // 0 is Monday
func (c Civil) YearDay() int                               { return 0 } // from 1
func (c Civil) Week(mode int) int                          { return 0 }
func (c Civil) YearWeek(mode int) int                      { return 0 } // e.g. 202401
func (c Civil) LastDay() Civil                             { return c }
func DaysIn(year, month int) int                           { return 0 }
func (c Civil) AddMonths(n int64) (Civil, bool)            { return c, false } // clamps the day; false: out of range
func (c Civil) AddMicros(n int64) (Civil, bool)            { return c, false }
func (c Civil) Round(fsp int, truncate bool) (Civil, bool) { return c, false } // of the seconds' places

// ParseDateTime reads a date with or without time as MySQL does. ok is false if it is none (NULL); truncated
// asks for warning 1292. An offset '+02:00' is converted to the zone.
func ParseDateTime(s string, mode Mode, zone *time.Location) (c Civil, hasTime bool, fsp int, truncated, ok bool) {
	return
}
func DateTimeFromNumber(x int64, mode Mode) (c Civil, hasTime, ok bool) { return }

// ParseTime reads a time; out of range it is clamped, and truncated.
func ParseTime(s string) (micros int64, fsp int, truncated, ok bool) { return }
func TimeFromNumber(x int64) (micros int64, ok bool)                 { return } // HHMMSS; false: not a time, micros clamped if too large
func RoundMicros(micros int64, fsp int, truncate bool) int64         { return 0 }
func AppendDate(dst []byte, packed int64) []byte                     { return dst }
func AppendDateTime(dst []byte, packed int64, fsp int) []byte        { return dst }
func AppendTime(dst []byte, micros int64, fsp int) []byte            { return dst }

// convert.go: NULL gives NULL

func ToFloat(e *Env, v Value) (Value, error)                         { return v, nil }
func ToInt(e *Env, v Value) (Value, error)                           { return v, nil }
func ToUint(e *Env, v Value) (Value, error)                          { return v, nil }
func ToDecimal(e *Env, v Value, precision, scale int) (Value, error) { return v, nil } // -1, -1: as it is
func ToText(e *Env, v Value, t *Type) (Value, error)                 { return v, nil } // t is v's type
func ToDate(e *Env, v Value) (Value, error)                          { return v, nil }
func ToDateTime(e *Env, v Value, fsp int) (Value, error)             { return v, nil }
func ToTime(e *Env, v Value, fsp int) (Value, error)                 { return v, nil }
func Truth(e *Env, v Value) (isNull, isTrue bool, err error)         { return }
func Convert(e *Env, v Value, from, to *Type) (Value, error)         { return v, nil } // implicit
func ConvertVec(e *Env, v *Vec, from, to *Type) (*Vec, error)        { return v, nil }
func Cast(e *Env, v Value, from, to *Type) (Value, error)            { return v, nil } // CAST

// text.go

func AppendText(dst []byte, v *Vec, i int, t *Type) []byte { return dst }
func AppendValue(dst []byte, v Value, t *Type) []byte      { return dst }
func AppendFloat(dst []byte, x float64, t *Type) []byte    { return dst }

// compare.go

func Compare(a, b Value, c Collation) int                      { return 0 }
func CompareVec(a *Vec, i int, b *Vec, j int, c Collation) int { return 0 }
func CompareIntUint(a int64, b uint64) int                     { return 0 }
func AppendKey(dst []byte, v *Vec, i int, c Collation) []byte  { return dst }
func AppendValueKey(dst []byte, v Value, c Collation) []byte   { return dst }
func Common(a, b *Type, aConst, bConst bool) (t Type, ok bool) { return } // !ok: 1267
func Aggregate(ts []*Type) (t Type, ok bool)                   { return }

// collation.go

func ByName(name string) (Collation, bool)                     { return 0, false }
func DefaultOf(charset string) (Collation, bool)               { return 0, false }
func (c Collation) Charset() string                            { return "" }
func (c Collation) IsBinary() bool                             { return false } // bytes, not characters: charset binary
func (c Collation) InByteOrder() bool                          { return false } // binary and …_bin
func (c Collation) PadSpace() bool                             { return false }
func (c Collation) Compare(a, b string) int                    { return 0 }
func (c Collation) Equal(a, b string) bool                     { return false }
func (c Collation) Key(dst []byte, s string) []byte            { return dst } // bytes that order and equal as the strings do; not self-delimiting
func (c Collation) Weight(r rune) int32                        { return 0 }   // characters of one weight are equal
func Merge(a, b *Type) (c Collation, by Coercibility, ok bool) { return }     // !ok: 1267
