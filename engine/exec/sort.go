package exec

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/json"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// sortKey compares rows by an expression's values. NULLs are the lowest.
type sortKey struct {
	v         *types.Vec
	desc      bool
	collation types.Collation
}

// newSortKey makes the values ready for many comparisons.
func newSortKey(v *types.Vec, t *types.Type, desc bool) sortKey {
	k := sortKey{v: v, desc: desc, collation: t.Collation}
	if v.Dict != nil {
		plain := *v
		plain.S, plain.Codes, plain.Dict = v.Strings(), nil, nil
		v, k.v = &plain, &plain
	}
	if v.Kind != types.String || v.Same() || t.Collation.InByteOrder() && !t.Collation.PadSpace() {
		return k
	}
	// Weights are looked up once for each string, not at each comparison.
	weights := *v
	weights.S = make([]string, len(v.S))
	var buf []byte
	for i, s := range v.S {
		if i > 0 && s == v.S[i-1] {
			weights.S[i] = weights.S[i-1]
			continue
		}
		buf = t.Collation.Key(buf[:0], s)
		weights.S[i] = string(buf)
	}
	k.v, k.collation = &weights, types.Binary
	return k
}

func (k *sortKey) compare(i, j int32) int {
	v := k.v
	var order int
	switch {
	case v.Kind == types.JSON && !v.Null(int(i)) && !v.Null(int(j)):
		order = json.Compare(v.S[v.At(int(i))], v.S[v.At(int(j))])
	case v.Nulls != nil || v.Same():
		order = types.CompareVec(v, int(i), v, int(j), k.collation)
	case v.Kind == types.Int:
		order = cmp.Compare(v.I[i], v.I[j])
	case v.Kind == types.String && k.collation == types.Binary:
		order = cmp.Compare(v.S[i], v.S[j])
	default:
		order = types.CompareVec(v, int(i), v, int(j), k.collation)
	}
	if k.desc {
		return -order
	}
	return order
}

// prefix is a number that never orders rows otherwise than the key does, and often decides.
func (k *sortKey) prefix(i int) uint64 {
	v := k.v
	x := uint64(0) // of NULL, and where nothing better is known
	if !v.Null(i) {
		at := v.At(i)
		switch v.Kind {
		case types.Int, types.Date, types.DateTime, types.Time, types.Enum:
			x = uint64(v.I[at]) ^ 1<<63
		case types.Uint, types.Bit, types.Set:
			x = uint64(v.I[at])
		case types.Float:
			x = floatOrder(v.F[at])
		case types.String:
			if k.collation == types.Binary {
				var head [8]byte
				copy(head[:], v.S[at])
				x = binary.BigEndian.Uint64(head[:])
			}
		}
	}
	if k.desc {
		return ^x
	}
	return x
}

// floatOrder is a number that is ordered as the float is.
func floatOrder(f float64) uint64 {
	if f == 0 {
		f = 0 // not -0
	}
	x := math.Float64bits(f)
	if x>>63 != 0 {
		return ^x
	}
	return x | 1<<63
}

// sorted is the order of n rows by the keys, stably.
func sorted(n int, keys []sortKey) []int32 {
	type entry struct {
		prefix uint64
		row    int32
	}
	entries := make([]entry, n)
	for i := range entries {
		entries[i].row = int32(i)
		if len(keys) > 0 {
			entries[i].prefix = keys[0].prefix(i)
		}
	}
	// Equal rows keep their order since the row's number is the last key.
	slices.SortFunc(entries, func(x, y entry) int {
		if x.prefix != y.prefix {
			return cmp.Compare(x.prefix, y.prefix)
		}
		for k := range keys {
			if order := keys[k].compare(x.row, y.row); order != 0 {
				return order
			}
		}
		return cmp.Compare(x.row, y.row)
	})
	rows := make([]int32, n)
	for i, e := range entries {
		rows[i] = e.row
	}
	return rows
}

// sortOp sorts all rows, or keeps the first ones in sorted order.
type sortOp struct {
	c     *expr.Context
	child Operator
	cols  []plan.Column
	keys  []expr.Order
	top   expr.Expr

	done bool
	pieces
}

func newSort(b *builder, n *plan.Sort) (maker, error) {
	child, err := b.build(n.Child)
	if err != nil {
		return nil, err
	}
	keys := slices.Clone(n.Keys)
	for i := range keys {
		if keys[i].X, err = b.place(keys[i].X, layoutOf(n.Child)); err != nil {
			return nil, err
		}
	}
	top, err := b.place(n.Top, nil)
	if err != nil {
		return nil, err
	}
	// Behind the child's columns are the keys' values.
	cols := slices.Clone(n.Child.Columns())
	for _, k := range keys {
		cols = append(cols, plan.Column{T: *k.X.Type()})
	}
	return func(c *expr.Context) Operator {
		return &sortOp{c: c, child: child(c), cols: cols, keys: keys, top: top}
	}, nil
}

// Next implements Operator.
func (s *sortOp) Next() (*types.Batch, error) {
	if !s.done {
		s.done = true
		top, err := rowCount(s.c, s.top, math.MaxInt64)
		if err != nil {
			return nil, err
		}
		rows, err := s.read(top)
		if err != nil {
			return nil, err
		}
		rows.Cols = rows.Cols[:len(s.cols)-len(s.keys)]
		s.pieces = pieces{rows: rows}
	}
	return s.next(batchSize(s.c)), cancelled(s.c)
}

// read is the first rows in sorted order.
func (s *sortOp) read(top int64) (*types.Batch, error) {
	const slack = 4 * BatchSize // rows beyond the wanted ones are dropped so many at a time
	all := newBuffer(s.cols)
	for {
		b, err := s.child.Next()
		if err != nil {
			return nil, err
		}
		if err := cancelled(s.c); err != nil {
			return nil, err
		}
		if b == nil {
			return s.sort(all.batch(), top), nil
		}
		keys := make([]*types.Vec, len(s.keys))
		for i, k := range s.keys {
			if keys[i], err = k.X.Eval(s.c, b); err != nil {
				return nil, err
			}
		}
		all.add(&types.Batch{N: b.N, Cols: append(slices.Clone(b.Cols), keys...)})
		if int64(all.n)-slack > top {
			first := s.sort(all.batch(), top)
			all = newBuffer(s.cols)
			all.add(first)
		}
	}
}

func (s *sortOp) sort(b *types.Batch, top int64) *types.Batch {
	keys := make([]sortKey, len(s.keys))
	for i, k := range s.keys {
		keys[i] = newSortKey(b.Cols[len(b.Cols)-len(s.keys)+i], k.X.Type(), k.Desc)
	}
	rows := sorted(b.N, keys)
	if int64(len(rows)) > top {
		rows = rows[:top]
	}
	return b.Take(rows)
}

// Close implements Operator.
func (s *sortOp) Close() { s.child.Close() }
