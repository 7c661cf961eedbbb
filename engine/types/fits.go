package types

// Fits tells whether [Store] keeps each value of a vector as it is, without a warning or an
// error, in a column of the type to. False may mean that this was not looked at. NULLs fit.
func Fits(v *Vec, from, to *Type) bool {
	if v.Kind == Null {
		return true
	}
	if v.Kind != to.Kind || v.Same() {
		return false
	}
	switch v.Kind {
	case Int:
		if to.IsYear() {
			return from.IsYear()
		}
		bits := integerBits(to.Protocol)
		least, most := int64(-1)<<(bits-1), int64(1)<<(bits-1)-1
		for _, x := range v.I {
			if x < least || x > most {
				return false
			}
		}
		return true
	case Uint:
		most := ^uint64(0) >> (64 - integerBits(to.Protocol))
		for _, x := range v.I {
			if uint64(x) > most {
				return false
			}
		}
		return true
	case Float:
		return to.Scale == NotFixed && (to.Protocol != ProtocolFloat || from.Protocol == ProtocolFloat)
	case String:
		return v.stringsFit(from, to)
	case Date, DateTime:
		return to.Scale >= from.Scale && v.datesFit()
	}
	return false
}

func (v *Vec) stringsFit(from, to *Type) bool {
	if to.Protocol == ProtocolString || to.Collation == Binary || from.Collation == Binary ||
		from.Collation != to.Collation && (from.Collation.Charset() != to.Collation.Charset()) {
		return false
	}
	if v.Dict != nil && len(v.Dict.Values) < len(v.Codes) {
		for _, s := range v.Dict.Values {
			if len(s) > to.Length {
				return false
			}
		}
		return true
	}
	for i := range v.n {
		if len(v.Str(i)) > to.Length {
			return false
		}
	}
	return true
}

// datesFit tells that all dates have a month and a day, which every mode takes.
func (v *Vec) datesFit() bool {
	day := int64(-1)
	for i, x := range v.I {
		if d := DateOf(x); d != day {
			if v.Nulls != nil && v.Nulls[i] {
				continue
			}
			if c := Unpack(d); c.Month == 0 || c.Day == 0 || c.Day > DaysIn(c.Year, c.Month) {
				return false
			}
			day = d
		}
	}
	return true
}
