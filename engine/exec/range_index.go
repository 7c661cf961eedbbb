package exec

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// rangeCondition is a part of a join's condition that bounds the right side's rows for a row of the left:
// a comparison of an expression of either side, or such a comparison OR conditions on one side alone.
type rangeCondition struct {
	condition
	x, bound        expr.Expr // of the right side, of the left
	below           bool      // x is bounded from above
	strict          bool
	onLeft, onRight []expr.Expr // what is true instead of the comparison
}

// splitRange makes range conditions of a condition of a join, nil where it is none. onLeft and onRight tell
// whether a column is of the side.
func splitRange(e expr.Expr, onLeft, onRight func(expr.ColumnID) bool) []rangeCondition {
	var found *expr.Call
	var alone rangeCondition
	for _, term := range terms(e, "or") {
		columns, volatile := columnsOf(term)
		left, right := slices.ContainsFunc(columns, onLeft), slices.ContainsFunc(columns, onRight)
		call, ok := term.(*expr.Call)
		switch {
		case volatile || !plain(term):
			return nil
		case !right:
			alone.onLeft = append(alone.onLeft, term)
		case !left:
			alone.onRight = append(alone.onRight, term)
		case found != nil || !ok:
			return nil
		default:
			found = call
		}
	}
	if found == nil {
		return nil
	}
	side := func(a, b expr.Expr, below, strict bool) (rangeCondition, bool) {
		r := alone
		r.x, r.bound, r.below, r.strict = a, b, below, strict
		of := func(e expr.Expr) (left, right bool) {
			columns, _ := columnsOf(e)
			return slices.ContainsFunc(columns, onLeft), slices.ContainsFunc(columns, onRight)
		}
		if left, right := of(a); left || !right {
			r.x, r.bound, r.below = b, a, !below
		}
		left, right := of(r.x)
		_, other := of(r.bound)
		return r, right && !left && !other && ordered(r.x.Type(), r.bound.Type())
	}
	switch name := found.F.Name; name {
	case "<", "<=", ">", ">=":
		if r, ok := side(found.Args[0], found.Args[1], name[0] == '<', len(name) == 1); ok {
			return []rangeCondition{r}
		}
	case "between":
		if len(alone.onLeft)+len(alone.onRight) > 0 {
			return nil
		}
		from, ok := side(found.Args[0], found.Args[1], false, false)
		to, also := side(found.Args[0], found.Args[2], true, false)
		if ok && also {
			return []rangeCondition{from, to}
		}
	}
	return nil
}

// plain tells whether an expression is of columns and functions, no subqueries.
func plain(e expr.Expr) bool {
	ok := true
	expr.Walk(e, func(e expr.Expr) bool {
		switch e.(type) {
		case *expr.Column, *expr.Literal, *expr.Convert, *expr.Truth, *expr.Call:
		default:
			ok = false
		}
		return ok
	})
	return ok
}

// ordered tells whether values of two types compare as their 64 bits do, or floats.
func ordered(a, b *types.Type) bool {
	whole := func(k types.Kind) bool { return k == types.Int || k == types.Uint || k == types.Bit }
	switch a.Kind {
	case types.Float, types.Date, types.DateTime, types.Time:
		return a.Kind == b.Kind
	}
	return whole(a.Kind) && whole(b.Kind)
}

// Every condition is brought to the form key >= bound, of signed numbers: what is bounded from above
// is turned round. A key that is NULL passes no bound but always, one that needs no comparison passes all.
const (
	always = math.MinInt64 // as a bound: all pass
	only   = math.MaxInt64 // as a bound: only those that need no comparison
	never  = math.MinInt64 // as a key
	anyway = math.MaxInt64 // as a key
)

// rangeIndex is the keys of rows in memory.
type rangeIndex struct {
	n    int
	keys [][]int64 // of each condition, of each row

	looked  atomic.Int64 // how many looks at all rows have found few
	mu      sync.Mutex
	inOrder *keyOrder // nil: not yet
}

// keyOrder is the rows in the order of the first condition's keys, those keys, and, unless the second
// condition bounds the same values from the other side, a tree of maxima over its keys: leaf i is at size+i, the parent of
// node k at k/2.
type keyOrder struct {
	order    []int32
	sorted   []int64
	bothWays bool // it does
	maxima   []int64
	size     int
}

// rangeSearch finds rows by their keys.
type rangeSearch struct {
	*rangeIndex
	*keyOrder           // nil: not yet
	bounds    [][]int64 // of each condition, of each row of the left's batch
	bound     []int64   // those of one row of the left
	found     []int32   // its rows
}

func newRangeSearch(x *rangeIndex) *rangeSearch {
	return &rangeSearch{rangeIndex: x, bounds: make([][]int64, len(x.keys)), bound: make([]int64, len(x.keys))}
}

// newRangeIndex indexes the rows by the conditions; those whose values have no place among the keys
// it leaves out and gives back.
func newRangeIndex(c *expr.Context, rows *types.Batch, conds []rangeCondition) (x *rangeIndex, used, rest []rangeCondition, err error) {
	x = &rangeIndex{n: rows.N}
	for _, cond := range conds {
		keys, ok, err := cond.keys(c, rows)
		switch {
		case err != nil:
			return nil, nil, nil, err
		case !ok:
			rest = append(rest, cond)
			continue
		}
		x.keys = append(x.keys, keys)
		used = append(used, cond)
	}
	return x, used, rest, nil
}

// boundRows is of how many rows keys are computed at a time.
const boundRows = 4 * BatchSize

// keys are those of rows of the right side; ok is false where a value has no place among them.
func (r *rangeCondition) keys(c *expr.Context, rows *types.Batch) (keys []int64, ok bool, err error) {
	keys = make([]int64, rows.N)
	var misfits atomic.Bool
	fill := func(c *expr.Context, _, from, to int) error {
		for ; from < to; from += boundRows {
			if err := cancelled(c); err != nil {
				return err
			}
			end := min(from+boundRows, to)
			some, keys := rows.Slice(from, end), keys[from:end]
			v, err := r.x.Eval(c, some)
			if err != nil {
				return err
			}
			if !rangeKeys(v, keys, r.below) {
				misfits.Store(true)
				return nil
			}
			for _, e := range r.onRight {
				v, err := e.Eval(c, some)
				if err != nil {
					return err
				}
				passing, err := expr.True(c, v, some.N, nil)
				if err != nil {
					return err
				}
				for _, row := range passing {
					keys[row] = anyway
				}
			}
		}
		return nil
	}
	if expr.Concurrent(r.x) && allConcurrent(r.onRight) {
		err = ranges(c, rows.N, fill)
	} else {
		err = fill(c, 0, 0, rows.N)
	}
	return keys, !misfits.Load(), err
}

// rangeKeys makes keys of values, never of NULL. It is false where one has the place of never or anyway.
func rangeKeys(v *types.Vec, keys []int64, below bool) bool {
	for i := range keys {
		if v.Null(i) {
			keys[i] = never
			continue
		}
		key, ok := rangeKey(v, i)
		if !ok || key == never || key == anyway {
			return false
		}
		if keys[i] = key; below {
			keys[i] = ^key
		}
	}
	return true
}

// rangeKey is a number in whose order values are; ok is false for an unsigned one that is too great.
func rangeKey(v *types.Vec, i int) (key int64, ok bool) {
	i = v.At(i)
	switch v.Kind {
	case types.Float:
		x := v.F[i]
		if x == 0 {
			x = 0 // -0 is 0
		}
		key := int64(math.Float64bits(x))
		return key ^ int64(uint64(key>>63)>>1), true
	case types.Uint, types.Bit:
		return v.I[i], v.I[i] >= 0
	}
	return v.I[i], true
}

// boundsOf are those of the rows of a batch of the left.
func (r *rangeCondition) boundsOf(c *expr.Context, b *types.Batch) ([]int64, error) {
	v, err := r.bound.Eval(c, b)
	if err != nil {
		return nil, err
	}
	bounds := make([]int64, b.N)
	for i := range bounds {
		bounds[i] = rangeBound(v, i, r.below, r.strict)
	}
	for _, e := range r.onLeft {
		v, err := e.Eval(c, b)
		if err != nil {
			return nil, err
		}
		passing, err := expr.True(c, v, b.N, nil)
		if err != nil {
			return nil, err
		}
		for _, row := range passing {
			bounds[row] = always
		}
	}
	return bounds, nil
}

// look computes the bounds of a batch of the left.
func (x *rangeSearch) look(c *expr.Context, conds []rangeCondition, b *types.Batch) error {
	for k, cond := range conds {
		var err error
		if x.bounds[k], err = cond.boundsOf(c, b); err != nil {
			return err
		}
	}
	return nil
}

// sortedLooks is how many looks at all rows cost as much as sorting them.
const sortedLooks = 32

// ordered is the rows in order, once it was so many looks that would have been shorter by it.
func (x *rangeIndex) ordered(c *expr.Context) *keyOrder {
	if x.looked.Load() < sortedLooks {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.inOrder == nil {
		o, err := x.sort(c)
		if err != nil {
			return nil
		}
		x.inOrder = o
	}
	return x.inOrder
}

func rangeBound(v *types.Vec, i int, below, strict bool) int64 {
	if v.Null(i) {
		return only
	}
	bound, ok := rangeKey(v, i)
	if !ok { // greater than all keys
		if below {
			return never + 1
		}
		return only
	}
	if below {
		bound = ^bound
	}
	if strict && bound < only {
		bound++
	}
	return max(bound, never+1)
}

func (x *rangeIndex) sort(c *expr.Context) (*keyOrder, error) {
	keys := x.keys[0]
	least, varying := int64(math.MaxInt64), uint64(0)
	for _, key := range keys {
		if key != never {
			least = min(least, key)
		}
	}
	for _, key := range keys {
		if key != never {
			varying |= uint64(key) - uint64(least)
		}
	}
	shared := bits.TrailingZeros64(varying) % 64
	rows := sortRowPool.get(x.n)
	for i, key := range keys {
		rows[i] = sortRow{row: int32(i)}
		if key != never {
			rows[i].word = (uint64(key)-uint64(least))>>shared + 1
		}
	}
	rows, spare, err := sortWords(c, rows, nil, min(bits.Len64(varying>>shared)+1, 64))
	if err != nil {
		return nil, err
	}
	o := &keyOrder{order: make([]int32, x.n), sorted: make([]int64, x.n)}
	for i, r := range rows {
		o.order[i], o.sorted[i] = r.row, keys[r.row]
	}
	sortRowPool.put(rows)
	sortRowPool.put(spare)
	if len(x.keys) < 2 {
		return o, nil
	}
	if o.bothWays = x.turned(); o.bothWays {
		return o, nil
	}
	o.size = 1 << bits.Len(uint(max(x.n-1, 0)))
	o.maxima = make([]int64, 2*o.size)
	for i, row := range o.order {
		o.maxima[o.size+i] = x.keys[1][row]
	}
	for i := x.n; i < o.size; i++ {
		o.maxima[o.size+i] = never
	}
	for k := o.size - 1; k > 0; k-- {
		o.maxima[k] = max(o.maxima[2*k], o.maxima[2*k+1])
	}
	return o, cancelled(c)
}

// turned tells whether the second condition's keys are the first one's turned round: both bound the same values.
func (x *rangeIndex) turned() bool {
	for i, key := range x.keys[0] {
		if x.keys[1][i] != ^key || key == never || key == anyway {
			return false
		}
	}
	return true
}

// matches are the rows for row i of the left's batch, in their order; valid until the next call. It tells how many
// rows were looked at. Where the statement is cancelled rows may be left out.
func (x *rangeSearch) matches(c *expr.Context, i int) (rows []int32, looked int) {
	for k := range x.bound {
		x.bound[k] = x.bounds[k][i]
	}
	if x.keyOrder == nil {
		x.keyOrder = x.ordered(c)
	}
	if x.keyOrder == nil || !x.search() {
		if x.scan(c); !x.many(len(x.found)) {
			x.looked.Add(1)
		}
		return x.found, x.n
	}
	return x.found, len(x.found)
}

// many tells whether a look at all rows costs less than putting so many of them in order again.
func (x *rangeIndex) many(found int) bool { return found > x.n/16+1 }

// search finds the rows in the sorted ones; false: they are so many that a look at all rows is faster.
func (x *rangeSearch) search() bool {
	from, _ := slices.BinarySearch(x.sorted, x.bound[0])
	x.found = x.found[:0]
	if x.maxima == nil {
		to := len(x.sorted)
		if x.bothWays {
			to, _ = slices.BinarySearchFunc(x.sorted, ^x.bound[1], func(key, last int64) int {
				if key <= last {
					return -1
				}
				return 1
			})
		}
		if x.many(to - from) {
			return false
		}
		x.found = append(x.found, x.order[from:max(from, to)]...)
	} else if !x.descend(1, 0, x.size, from) {
		return false
	}
	x.refine(2)
	slices.Sort(x.found)
	return true
}

// descend finds in the subtree of node k, over so many entries from first on, those from an entry on that meet
// the second condition.
func (x *rangeSearch) descend(k, first, entries, from int) bool {
	if first+entries <= from || x.maxima[k] < x.bound[1] {
		return true
	}
	if entries == 1 {
		if first < x.n {
			x.found = append(x.found, x.order[first])
		}
		return !x.many(len(x.found))
	}
	half := entries / 2
	return x.descend(2*k, first, half, from) && x.descend(2*k+1, first+half, half, from)
}

// scan looks at all rows.
func (x *rangeSearch) scan(c *expr.Context) {
	if cap(x.found) < x.n {
		x.found = make([]int32, x.n)
	}
	x.found = x.found[:x.n]
	if x.n < leastShared {
		x.found = x.found[:x.scanRange(0, x.n)]
	} else {
		counts := make([]int, piecesOf(c, x.n))
		_ = ranges(c, x.n, func(_ *expr.Context, piece, from, to int) error {
			counts[piece] = x.scanRange(from, to)
			return nil
		})
		n := counts[0]
		for piece := 1; piece < len(counts); piece++ {
			from := x.n * piece / len(counts)
			n += copy(x.found[n:], x.found[from:from+counts[piece]])
		}
		x.found = x.found[:n]
	}
	x.refine(2)
}

// leastShared is how many rows are worth it to be looked at by several goroutines, for each row of the left anew.
const leastShared = 1 << 18

// scanRange looks at rows, and puts those that meet the first two conditions where it begins; it returns how many.
func (x *rangeSearch) scanRange(from, to int) int {
	found, first := x.found[from:to], x.keys[0][from:to]
	n := 0
	a := x.bound[0]
	if len(x.keys) == 1 {
		for i, key := range first {
			found[n] = int32(from + i)
			n += passes(key, a)
		}
		return n
	}
	b, second := x.bound[1], x.keys[1][from:to]
	for i, key := range first {
		found[n] = int32(from + i)
		n += passes(key, a) & passes(second[i], b)
	}
	return n
}

func passes(key, bound int64) int {
	if key >= bound {
		return 1
	}
	return 0
}

// refine leaves the found rows that meet the conditions from the k-th on.
func (x *rangeSearch) refine(k int) {
	for ; k < len(x.keys); k++ {
		n := 0
		for _, row := range x.found {
			x.found[n] = row
			n += passes(x.keys[k][row], x.bound[k])
		}
		x.found = x.found[:n]
	}
}
