package engine

import (
	"math"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/memo"
)

// coster keeps go-mysql-server's planner from range heap joins: executed within
// a scalar subquery they end in "right side of join must be a range heap".
type coster struct{ memo.Coster }

// EstimateCost implements memo.Coster.
func (c coster) EstimateCost(ctx *sql.Context, r memo.RelExpr, s sql.StatsProvider) (float64, error) {
	if _, ok := r.(*memo.RangeHeapJoin); ok {
		return math.MaxFloat64, nil
	}
	return c.Coster.EstimateCost(ctx, r, s)
}
