package types

// Builder makes a vector of which the length is not known before.
type Builder struct {
	v    Vec
	room int // for so many rows, where they are known to come
}

// NewBuilder makes a builder of vectors of the type.
func NewBuilder(t *Type) *Builder { return &Builder{v: Vec{Kind: t.Kind, Members: t.Members}} }

// Expect has room made for n rows in all, when the first vector is appended.
func (b *Builder) Expect(n int) { b.room = n }

// Len is the number of rows so far.
func (b *Builder) Len() int { return b.v.n }

// Append adds a value of the builder's kind, or NULL.
func (b *Builder) Append(x Value) {
	v := &b.v
	null := x.Kind == Null
	if null && v.Nulls == nil && v.Kind != Null {
		v.Nulls = make([]bool, v.n, v.n+16)
	}
	if v.Nulls != nil {
		v.Nulls = append(v.Nulls, null)
	}
	switch v.Kind {
	case Null:
	case Float:
		v.F = append(v.F, x.F)
	case Decimal:
		v.D = append(v.D, x.D)
	case String, JSON:
		v.undo()
		v.S = append(v.S, x.S)
	default:
		v.I = append(v.I, x.I)
	}
	v.n++
}

// AppendVec adds the rows of a vector of the builder's kind, or of kind Null.
func (b *Builder) AppendVec(o *Vec) {
	if o.same && o.Dict != nil && o.Nulls == nil {
		o = o.codesEach()
	}
	if o.Kind == Null || o.same {
		for i := range o.n {
			b.Append(o.Value(i))
		}
		return
	}
	v := &b.v
	if o.Nulls != nil && v.Nulls == nil {
		v.Nulls = make([]bool, v.n, v.n+o.n)
	}
	if v.Nulls != nil {
		if o.Nulls != nil {
			v.Nulls = append(v.Nulls, o.Nulls...)
		} else {
			v.Nulls = append(v.Nulls, make([]bool, o.n)...)
		}
	}
	v.F = appended(v.F, o.F, b.room)
	v.D = appended(v.D, o.D, b.room)
	v.I = appended(v.I, o.I, b.room)
	switch {
	case o.Dict != nil && (v.n == 0 || v.Dict == o.Dict):
		v.Dict = o.Dict
		v.Codes = appended(v.Codes, o.Codes, b.room)
	case o.Dict != nil || v.Dict != nil:
		v.undo()
		v.S = append(v.S, o.Strings()...)
	default:
		v.S = append(v.S, o.S...)
	}
	v.n += o.n
}

// AppendRows adds some rows of a vector of the builder's kind, or of kind Null.
func (b *Builder) AppendRows(o *Vec, rows []int32) {
	v := &b.v
	switch {
	case o.same || o.Nulls != nil || v.Nulls != nil || o.Kind != v.Kind:
		b.AppendVec(o.Take(rows))
		return
	case o.Dict != nil && (v.n == 0 || v.Dict == o.Dict):
		v.Dict = o.Dict
		v.Codes = appendedRows(v.Codes, o.Codes, rows, b.room)
	case o.I != nil:
		v.I = appendedRows(v.I, o.I, rows, b.room)
	case o.F != nil:
		v.F = appendedRows(v.F, o.F, rows, b.room)
	default:
		b.AppendVec(o.Take(rows))
		return
	}
	v.n += len(rows)
}

func appendedRows[T any](to, values []T, rows []int32, room int) []T {
	if to == nil {
		to = make([]T, 0, max(room, len(rows)))
	}
	for _, row := range rows {
		to = append(to, values[row])
	}
	return to
}

// appended is append; the first values get the room.
func appended[T any](to, values []T, room int) []T {
	if to == nil && len(values) > 0 {
		to = make([]T, 0, max(room, len(values)))
	}
	return append(to, values...)
}

// Vec is what was appended. The builder may go on; the vector keeps what it has.
func (b *Builder) Vec() *Vec {
	v := b.v
	return &v
}
