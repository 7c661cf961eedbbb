package types

// Vec is a column of values of one kind, or the same value many times: row i is
// at index At(i) of the slice that the kind uses. A finished vector is shared and
// may not be changed any more.
//
// A String has its values in S or, where Dict is not nil, in a dictionary: row i is
// Dict.Values[Codes[At(i)]], and S is nil. [Vec.Str] reads either form, [Vec.Strings]
// makes S of the other. That two codes of one dictionary differ does not tell that the
// strings do; see [Dict].
type Vec struct {
	Kind    Kind
	Nulls   []bool // nil: no row is NULL. Of a vector of kind Null it means nothing: every row is NULL
	I       []int64
	F       []float64
	S       []string
	Codes   []uint32 // with Dict; those of NULLs are places of the dictionary, too
	Dict    *Dict
	D       []Dec
	Members []string // of Enum and Set

	n    int
	same bool // one value, at index 0
}

// NewVec makes a vector of n rows for a kernel to fill: the slice of its kind has
// n elements, no row is NULL.
func NewVec(t *Type, n int) *Vec {
	if n == 1 {
		return oneRow(t)
	}
	v := &Vec{Kind: t.Kind, Members: t.Members, n: n}
	v.alloc(n)
	return v
}

// VecOf is a vector of n rows without its slice, which the caller has.
func VecOf(t *Type, n int) *Vec { return &Vec{Kind: t.Kind, Members: t.Members, n: n} }

// oneRow is NewVec of one row: a number lies beside the vector, since what statements have most of is single numbers.
func oneRow(t *Type) *Vec {
	switch t.Kind {
	case Null, Float, Decimal, String, JSON:
		v := VecOf(t, 1)
		v.alloc(1)
		return v
	}
	v := &struct {
		Vec
		number [1]int64
	}{Vec: Vec{Kind: t.Kind, Members: t.Members, n: 1}}
	v.I = v.number[:]
	return &v.Vec
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
	v := NewVec(t, 1)
	v.n, v.same = n, true
	v.Set(0, x)
	return v
}

// Repeat is row i n times.
func (v *Vec) Repeat(i, n int) *Vec {
	if v.Dict == nil || v.Null(i) {
		return SameVec(&Type{Kind: v.Kind, Members: v.Members}, v.Value(i), n)
	}
	return &Vec{Kind: v.Kind, Codes: []uint32{v.Codes[v.At(i)]}, Dict: v.Dict, n: n, same: true}
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
func (v *Vec) Set(i int, x Value) { v.Write(i, &x) }

// Write is Set of a value that is elsewhere.
func (v *Vec) Write(i int, x *Value) {
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

// Put gives rows[i] of a vector in the making what row i of another of its kind, or of kind Null, has. If the vector has a
// dictionary, it is the other's, too.
func (v *Vec) Put(rows []int32, from *Vec) {
	if v.Dict != nil {
		v.putCodes(rows, from)
		return
	}
	if from.HasNulls() || v.Nulls != nil {
		for i, row := range rows {
			v.Set(int(row), from.Value(i))
		}
		return
	}
	switch v.Kind {
	case Null:
	case Float:
		put(v.F, rows, from.F, from.same)
	case Decimal:
		put(v.D, rows, from.D, from.same)
	case String, JSON:
		for i, row := range rows {
			v.S[row] = from.Str(i)
		}
	default:
		put(v.I, rows, from.I, from.same)
	}
}

func (v *Vec) putCodes(rows []int32, from *Vec) {
	if from.Nulls != nil {
		for i, row := range rows {
			if from.Nulls[from.At(i)] {
				v.SetNull(int(row))
			}
		}
	}
	put(v.Codes, rows, from.Codes, from.same)
}

func put[T any](to []T, rows []int32, from []T, same bool) {
	if same && len(rows) > 0 {
		x := from[0]
		for _, row := range rows {
			to[row] = x
		}
		return
	}
	for i, row := range rows {
		to[row] = from[i]
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
		if v.Dict != nil {
			return Value{Kind: v.Kind, S: v.Dict.Values[v.Codes[i]]}
		}
		return Value{Kind: v.Kind, S: v.S[i]}
	case Enum:
		return Value{Kind: Enum, I: v.I[i], S: EnumText(v.Members, v.I[i])}
	case Set:
		return Value{Kind: Set, I: v.I[i], S: SetText(v.Members, uint64(v.I[i]))}
	}
	return Value{Kind: v.Kind, I: v.I[i]}
}

// Read makes x row i, as [Value.Copy] does.
func (v *Vec) Read(i int, x *Value) {
	if v.Null(i) {
		x.Kind = Null
		return
	}
	i = v.At(i)
	switch x.Kind = v.Kind; v.Kind {
	case Float:
		x.F = v.F[i]
	case Decimal:
		x.D = v.D[i]
	case String, JSON:
		if v.Dict != nil {
			x.S = v.Dict.Values[v.Codes[i]]
		} else {
			x.S = v.S[i]
		}
	case Enum:
		x.I, x.S = v.I[i], EnumText(v.Members, v.I[i])
	case Set:
		x.I, x.S = v.I[i], SetText(v.Members, uint64(v.I[i]))
	default:
		x.I = v.I[i]
	}
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
	least := int32(0)
	for _, r := range rows {
		least = min(least, r)
	}
	if least < 0 || v.Nulls != nil {
		for i, r := range rows {
			if r < 0 || v.Nulls != nil && v.Nulls[v.At(int(r))] {
				out.SetNull(i)
			}
		}
	}
	if v.same {
		at := make([]int32, len(rows))
		for i, r := range rows {
			at[i] = min(r, 0)
		}
		rows = at
	}
	switch {
	case v.Kind == Float:
		out.F = take(v.F, rows, least < 0)
	case v.Kind == Decimal:
		out.D = take(v.D, rows, least < 0)
	case v.Dict != nil:
		out.Codes, out.Dict = take(v.Codes, rows, least < 0), v.Dict
	case v.Kind == String || v.Kind == JSON:
		out.S = take(v.S, rows, least < 0)
	default:
		out.I = take(v.I, rows, least < 0)
	}
	return out
}

// take is the elements at the indexes; negative tells that some are, which stand for the zero value.
func take[T any](from []T, rows []int32, negative bool) []T {
	to := make([]T, len(rows))
	if !negative {
		for i, r := range rows {
			to[i] = from[r]
		}
		return to
	}
	for i, r := range rows {
		if r >= 0 {
			to[i] = from[r]
		}
	}
	return to
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
		if v.Dict != nil {
			out.Codes = v.Codes[from:to]
		} else {
			out.S = v.S[from:to]
		}
	default:
		out.I = v.I[from:to]
	}
	return &out
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
