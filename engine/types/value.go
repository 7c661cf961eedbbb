package types

// Value is one value. Where it is depends on its kind. The zero Value is NULL.
type Value struct {
	Kind Kind
	I    int64
	F    float64
	S    string
	D    Dec
}

// IsNull tells whether the value is NULL.
func (v *Value) IsNull() bool { return v.Kind == Null }

// Copy makes the value another one: of what it was, only the kind and what the kind uses is changed.
func (v *Value) Copy(x *Value) {
	v.Kind = x.Kind
	switch x.Kind {
	case Null:
	case Float:
		v.F = x.F
	case Decimal:
		v.D = x.D
	case String, JSON:
		v.S = x.S
	case Enum, Set:
		v.I, v.S = x.I, x.S
	default:
		v.I = x.I
	}
}

// SetInt makes the value an Int, Nulled makes it NULL.
func (v *Value) SetInt(x int64) *Value {
	v.Kind, v.I = Int, x
	return v
}

func (v *Value) Nulled() *Value {
	v.Kind = Null
	return v
}

// Uint is the number of a Uint, Bit or Set.
func (v *Value) Uint() uint64 { return uint64(v.I) }

// Values of the kinds. NULL is Value{}.

func IntValue(x int64) Value     { return Value{Kind: Int, I: x} }
func UintValue(x uint64) Value   { return Value{Kind: Uint, I: int64(x)} }
func FloatValue(x float64) Value { return Value{Kind: Float, F: x} }
func DecimalValue(x Dec) Value   { return Value{Kind: Decimal, D: x} }
func StringValue(x string) Value { return Value{Kind: String, S: x} }
func JSONValue(x string) Value   { return Value{Kind: JSON, S: x} }
func TimeValue(x int64) Value    { return Value{Kind: Time, I: x} }

// BoolValue is 1 or 0.
func BoolValue(x bool) Value {
	if x {
		return Value{Kind: Int, I: 1}
	}
	return Value{Kind: Int}
}

// DateValue is a date, packed as by [Civil.Pack].
func DateValue(packed int64) Value { return Value{Kind: Date, I: packed} }

// DateTimeValue is a date with a time of day, packed as by [Civil.Pack].
func DateTimeValue(packed int64) Value { return Value{Kind: DateTime, I: packed} }
