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
