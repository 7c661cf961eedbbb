package types

// Room has the memory of vectors that are needed for a batch only: the next batch's are made in the same. To allocate each
// anew costs as much as to compute it, since a thousand numbers take a span of the allocator's.
//
// The zero value is ready.
type Room struct {
	vecs   roomOf[Vec]
	ints   roomOf[[roomRows]int64]
	floats roomOf[[roomRows]float64]
	rows   roomOf[[roomRows]int32]
}

// roomRows is how many rows the vectors of a room have at most.
const roomRows = 1024

// roomOf is memory of one kind, of which some is in use.
type roomOf[T any] struct {
	all  []*T
	used int
}

func (r *roomOf[T]) take() *T {
	if r.used == len(r.all) {
		r.all = append(r.all, new(T))
	}
	r.used++
	return r.all[r.used-1]
}

// NewVec is [NewVec], in the room where it is of numbers.
func (r *Room) NewVec(t *Type, n int) *Vec {
	if n < 2 || n > roomRows {
		return NewVec(t, n)
	}
	switch t.Kind {
	case Null, Decimal, String, JSON:
		return NewVec(t, n)
	}
	v := r.vecs.take()
	*v = Vec{Kind: t.Kind, Members: t.Members, n: n}
	if t.Kind == Float {
		v.F = r.floats.take()[:n]
		clear(v.F)
	} else {
		v.I = r.ints.take()[:n]
		clear(v.I)
	}
	return v
}

// Rows is a slice without elements, for the numbers of up to n rows.
func (r *Room) Rows(n int) []int32 {
	if n > roomRows {
		return make([]int32, 0, n)
	}
	return r.rows.take()[:0]
}

// Reuse takes all back: nobody has what was made in the room any more.
func (r *Room) Reuse() { r.vecs.used, r.ints.used, r.floats.used, r.rows.used = 0, 0, 0, 0 }
