package types

// Vec is a column of values of one kind, or the same value many times: row i is
// at index At(i) of the slice that the kind uses. A finished vector is shared and
// may not be changed any more.
type Vec struct {
	Kind    Kind
	Nulls   []bool // nil: no row is NULL. Of a vector of kind Null it means nothing: every row is NULL
	I       []int64
	F       []float64
	S       []string
	D       []Dec
	Members []string // of Enum and Set

	n    int
	same bool // one value, at index 0
}

// NewVec makes a vector of n rows for a kernel to fill: the slice of its kind has
// n elements, no row is NULL.
func NewVec(t *Type, n int) *Vec {
	v := &Vec{Kind: t.Kind, Members: t.Members, n: n}
	v.alloc(n)
	return v
}

func (v *Vec) alloc(n int) {
	switch v.Kind {
	case Null:
	case Float:
		v.F = make([]float64, n)
	case Decimal:
		v.D = make([]Dec, n)
	case String, JSON:
		v.S = make([]string, n)
	default:
		v.I = make([]int64, n)
	}
}

// SameVec is a vector of n rows that all have the value.
func SameVec(t *Type, x Value, n int) *Vec {
	v := &Vec{Kind: t.Kind, Members: t.Members, n: n, same: true}
	v.alloc(1)
	v.Set(0, x)
	return v
}

// Len is the number of rows.
func (v *Vec) Len() int { return v.n }

// Same tells whether all rows have one value, kept once.
func (v *Vec) Same() bool { return v.same }

// At is the index of row i in the slices.
func (v *Vec) At(i int) int {
	if v.same {
		return 0
	}
	return i
}

// Null tells whether row i is NULL.
func (v *Vec) Null(i int) bool {
	return v.Kind == Null || v.Nulls != nil && v.Nulls[v.At(i)]
}

// HasNulls tells whether a row may be NULL.
func (v *Vec) HasNulls() bool { return v.Kind == Null || v.Nulls != nil }

// SetNull makes row i of a vector in the making NULL.
func (v *Vec) SetNull(i int) {
	if v.Kind == Null {
		return
	}
	if v.Nulls == nil {
		n := v.n
		if v.same {
			n = 1
		}
		v.Nulls = make([]bool, n)
	}
	v.Nulls[i] = true
}

// Set gives row i of a vector in the making a value of the vector's kind, or NULL.
func (v *Vec) Set(i int, x Value) {
	if x.Kind == Null {
		v.SetNull(i)
		return
	}
	switch v.Kind {
	case Null:
	case Float:
		v.F[i] = x.F
	case Decimal:
		v.D[i] = x.D
	case String, JSON:
		v.S[i] = x.S
	default:
		v.I[i] = x.I
	}
	if v.Nulls != nil {
		v.Nulls[i] = false
	}
}

// Value is row i.
func (v *Vec) Value(i int) Value {
	if v.Null(i) {
		return Value{}
	}
	i = v.At(i)
	switch v.Kind {
	case Float:
		return Value{Kind: Float, F: v.F[i]}
	case Decimal:
		return Value{Kind: Decimal, D: v.D[i]}
	case String, JSON:
		return Value{Kind: v.Kind, S: v.S[i]}
	case Enum:
		return Value{Kind: Enum, I: v.I[i], S: EnumText(v.Members, v.I[i])}
	case Set:
		return Value{Kind: Set, I: v.I[i], S: SetText(v.Members, uint64(v.I[i]))}
	}
	return Value{Kind: v.Kind, I: v.I[i]}
}

// Take is a vector of the rows at the indexes, in their order. A negative index
// stands for NULL.
func (v *Vec) Take(rows []int32) *Vec {
	out := &Vec{Kind: v.Kind, Members: v.Members, n: len(rows)}
	if v.Kind == Null {
		return out
	}
	if v.same {
		rest := false
		for _, r := range rows {
			rest = rest || r < 0
		}
		if !rest {
			same := *v
			same.n = len(rows)
			return &same
		}
	}
	out.alloc(len(rows))
	for i, r := range rows {
		if r < 0 || v.Nulls != nil && v.Nulls[v.At(int(r))] {
			out.SetNull(i)
		}
	}
	take := func(i int, r int32) int { return v.At(int(r)) }
	for i, r := range rows {
		if r < 0 {
			continue
		}
		j := take(i, r)
		switch v.Kind {
		case Float:
			out.F[i] = v.F[j]
		case Decimal:
			out.D[i] = v.D[j]
		case String, JSON:
			out.S[i] = v.S[j]
		default:
			out.I[i] = v.I[j]
		}
	}
	return out
}

// Slice is the rows from one index up to another, which it does not have.
func (v *Vec) Slice(from, to int) *Vec {
	out := *v
	out.n = to - from
	if v.same {
		return &out
	}
	if v.Nulls != nil {
		out.Nulls = v.Nulls[from:to]
	}
	switch v.Kind {
	case Null:
	case Float:
		out.F = v.F[from:to]
	case Decimal:
		out.D = v.D[from:to]
	case String, JSON:
		out.S = v.S[from:to]
	default:
		out.I = v.I[from:to]
	}
	return &out
}

// Builder makes a vector of which the length is not known before.
type Builder struct{ v Vec }

// NewBuilder makes a builder of vectors of the type.
func NewBuilder(t *Type) *Builder { return &Builder{Vec{Kind: t.Kind, Members: t.Members}} }

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
		v.S = append(v.S, x.S)
	default:
		v.I = append(v.I, x.I)
	}
	v.n++
}

// AppendVec adds the rows of a vector of the builder's kind, or of kind Null.
func (b *Builder) AppendVec(o *Vec) {
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
	v.F = append(v.F, o.F...)
	v.D = append(v.D, o.D...)
	v.S = append(v.S, o.S...)
	v.I = append(v.I, o.I...)
	v.n += o.n
}

// Vec is what was appended. The builder may go on; the vector keeps what it has.
func (b *Builder) Vec() *Vec {
	v := b.v
	return &v
}

// Batch is some rows: columns of the same length. A batch without columns has
// rows all the same.
type Batch struct {
	N    int
	Cols []*Vec
}

// Take is a batch of the rows at the indexes; see [Vec.Take].
func (b *Batch) Take(rows []int32) *Batch {
	out := &Batch{N: len(rows), Cols: make([]*Vec, len(b.Cols))}
	for i, c := range b.Cols {
		out.Cols[i] = c.Take(rows)
	}
	return out
}

// Slice is the rows from one index up to another, which it does not have.
func (b *Batch) Slice(from, to int) *Batch {
	out := &Batch{N: to - from, Cols: make([]*Vec, len(b.Cols))}
	for i, c := range b.Cols {
		out.Cols[i] = c.Slice(from, to)
	}
	return out
}
