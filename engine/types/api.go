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
