package exec

import (
	"sort"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// nearest is the order by which a join chooses among rows of the right that are otherwise partners, and in which they come: those that meet it first.
// The last of these is joined, or the first that is as near.
type nearest struct {
	bound, x expr.Expr // of the left, of the right
	meets    func(order int) bool
}

func newNearest(b *builder, call *expr.Call, left, right layout) (*nearest, error) {
	n := &nearest{meets: map[string]func(int) bool{
		"<":  func(order int) bool { return order < 0 },
		"<=": func(order int) bool { return order <= 0 },
		">":  func(order int) bool { return order > 0 },
		">=": func(order int) bool { return order >= 0 },
	}[call.F.Name]}
	var err error
	if n.bound, err = b.place(call.Args[0], left); err != nil {
		return nil, err
	}
	n.x, err = b.place(call.Args[1], right)
	return n, err
}

// among is the nearest of some rows to a bound; none where none meets the order.
func (n *nearest) among(rows []int32, x, bounds *types.Vec, row int) []int32 {
	if bounds.Null(row) {
		return nil
	}
	k := sort.Search(len(rows), func(k int) bool {
		return !n.meets(types.CompareVec(bounds, row, x, int(rows[k]), types.Binary))
	})
	if k == 0 {
		return nil
	}
	first := sort.Search(k-1, func(i int) bool { return types.CompareVec(x, int(rows[i]), x, int(rows[k-1]), types.Binary) == 0 })
	return rows[first : first+1]
}

// nearestRows are the nearest of a join whose right side did not fit in memory: of each of its parts there may be a row for each of the left's,
// which tells in its last column how near it is.
type nearestRows struct {
	*restored
	ahead *types.Batch // rows of the last place, of which there may be more
}

// next is the next rows, without that column and their places.
func (r *nearestRows) next(size int) (*types.Batch, error) {
	for {
		b, err := r.placed(size)
		if err != nil {
			return nil, err
		}
		known := 0 // so many rows are all of their places
		switch {
		case b != nil:
			if b, err = r.behind(b); err != nil {
				return nil, err
			}
			places := b.Cols[r.place]
			for known = b.N - 1; known > 0 && types.CompareVec(places, known-1, places, b.N-1, types.Binary) == 0; known-- {
			}
			r.ahead = b.Slice(known, b.N)
		case r.ahead != nil:
			b, known, r.ahead = r.ahead, r.ahead.N, nil
		default:
			return nil, nil
		}
		if rows := r.choose(b, known); len(rows) > 0 {
			b = b.Take(rows)
			b.Cols = b.Cols[:len(b.Cols)-1]
			return r.withoutPlaces(b), nil
		}
	}
}

// behind is the batch behind the rows that were read ahead.
func (r *nearestRows) behind(b *types.Batch) (*types.Batch, error) {
	if r.ahead == nil {
		return b, nil
	}
	all := newBuffer(r.cols, nil)
	for _, rows := range []*types.Batch{r.ahead, b} {
		if err := all.add(rows); err != nil {
			return nil, err
		}
	}
	return all.batch(r.c)
}

// choose is, of each place, the first of the rows that are as near as the last.
func (r *nearestRows) choose(b *types.Batch, n int) (rows []int32) {
	places, x := b.Cols[r.place], b.Cols[len(b.Cols)-1]
	for from, to := 0, 0; from < n; from = to {
		for to = from + 1; to < n && types.CompareVec(places, from, places, to, types.Binary) == 0; to++ {
		}
		for from < to-1 && types.CompareVec(x, from, x, to-1, types.Binary) != 0 {
			from++
		}
		rows = append(rows, int32(from))
	}
	return rows
}

// isTrue is what e IS TRUE is of; nil: it is none.
func isTrue(e expr.Expr) expr.Expr {
	call, ok := e.(*expr.Call)
	if !ok || call.F.Name != "is true" {
		return nil
	}
	of := call.Args[0]
	for {
		t, ok := of.(*expr.Truth)
		if !ok {
			return of
		}
		of = t.X
	}
}
