package types

// This file declares, for those who build on it, what is being written; the bodies follow in
// decimal.go time.go convert.go text.go compare.go collation.go.

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
