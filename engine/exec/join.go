package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// join joins each row of the left with the right side's rows, which it has in memory: with all, or with those that a
// hash table or bounds find. Rows are row numbers of either side until they are given.
type join struct {
	*joinPlan
	c    *expr.Context
	left Operator

	ahead    []*types.Batch // of the left, that were read before the right
	leftOver bool           // there are no more
	side     *rightSide     // nil: not read yet
	mem      memory.Account // of the right side, unless it is kept for the statement
	search   *rangeSearch
	chosen   *rangeChoice

	outer *types.Batch // the left rows of a lateral join, and which is next
	at    int

	batch   *types.Batch // rows of the left
	ids     []int32      // of each, its key's number; -1: none has its key; unknown
	read    int32        // see rowIndex.ahead
	near    [][][]int32  // where NULLs are partners: of each, the rows of the right that may be equal because of a NULL; nil: none are
	bounds  *types.Vec   // of nearest: those of the rows
	row     int          // the row of the left that is joined
	besides int          // the row of the right that is next beside all of the left
	inRow   bool
	first   []int32   // the rows of the right that it is still to be joined with,
	then    [][]int32 // and those behind them
	matched bool      // row has found a partner

	parted *spilledJoin // nil: the right side is in memory
	worked int          // rows of the right that were looked at since the last question whether the statement goes on

	numbers    []int32 // from 0 on
	l, r       []int32 // pairs to be looked at; r is -1 behind a left row's last
	outL, outR []int32
	marks      []int64 // of Mark: of each of outL, whether it has a partner
	pass       []bool  // which pairs meet the condition,
	pairs      []int32 // and those of them that do so far

	same   []*types.Vec // the columns of one row of the left, many times
	sameOf int
}

func (j *join) below() Operator { return j.left }

func (j *join) ready() bool { return j.side != nil && j.concurrent() }

func (j *join) on(c *expr.Context, rows Operator) Operator {
	return &join{joinPlan: j.joinPlan, c: c, left: rows, side: j.side}
}

// Next implements Operator.
func (j *join) Next() (*types.Batch, error) {
	for {
		if err := cancelled(j.c); err != nil {
			return nil, err
		}
		j.worked = 0
		if j.parted != nil {
			return j.parted.next(batchSize(j.c))
		}
		if j.batch == nil || j.row >= j.batch.N {
			more, err := j.advance()
			if err == nil && j.parted != nil {
				continue
			}
			if err != nil || !more {
				return nil, err
			}
		}
		j.outL, j.outR, j.marks = j.outL[:0], j.outR[:0], nil
		switch {
		case len(j.side.rest) > 0 && !j.onlyKeys:
			j.collect()
			if err := j.decide(); err != nil {
				return nil, err
			}
		case j.kind == plan.Inner && j.row == 0 && !j.inRow && j.side.besideAll(j.anyOrder, j.batch.N):
			return j.beside(), nil
		case j.kind == plan.Inner, j.kind == plan.Left:
			j.pair()
		default:
			j.test()
		}
		if len(j.outL) > 0 {
			return j.output(), nil
		}
	}
}

// advance gets the next rows of the left, and the right side for them.
func (j *join) advance() (bool, error) {
	j.batch, j.row, j.inRow, j.matched, j.same = nil, 0, false, false, nil
	if len(j.lateral) > 0 {
		return j.advanceLateral()
	}
	b, err := j.nextLeft()
	if err != nil || b == nil {
		return false, err
	}
	if j.side == nil {
		j.ahead = append(j.ahead, b)
		if j.side, err = j.load(); err != nil || j.parted != nil {
			return false, err
		}
		b, j.ahead = j.ahead[0], j.ahead[1:]
	}
	if j.side.ranges != nil && j.search == nil {
		j.search = newRangeSearch(j.side.ranges)
	}
	if j.side.within != nil && j.chosen == nil {
		j.chosen = &rangeChoice{rangesWithin: j.side.within}
	}
	if j.side.rows.N == 0 && (j.kind == plan.Inner || j.kind == plan.Semi) {
		return false, nil
	}
	j.batch = b
	return true, j.look()
}

// nextLeft is the next batch of the left.
func (j *join) nextLeft() (*types.Batch, error) {
	if len(j.ahead) > 0 {
		b := j.ahead[0]
		j.ahead = j.ahead[1:]
		return b, nil
	}
	if j.leftOver {
		return nil, nil
	}
	return j.left.Next()
}

// advanceLateral takes one row of the left and runs the right side for it.
func (j *join) advanceLateral() (bool, error) {
	if j.outer == nil || j.at >= j.outer.N {
		b, err := j.left.Next()
		if err != nil || b == nil {
			return false, err
		}
		j.outer, j.at = b, 0
	}
	ids := make([]expr.ColumnID, len(j.lateral))
	for i, l := range j.lateral {
		ids[i] = l.id
	}
	defer shadow(j.c, ids)()
	for _, l := range j.lateral {
		j.c.Outer[l.id] = j.outer.Cols[l.at].Value(j.at)
	}
	j.mem.Release()
	rows, err := drain(j.c, j.right(j.c), j.rightCols, &j.mem)
	if err != nil {
		return false, err
	}
	j.side = &rightSide{rows: rows, rest: j.rest}
	j.batch = j.outer.Slice(j.at, j.at+1)
	j.at++
	return true, nil
}

// look finds the keys of the left rows, or their bounds.
func (j *join) look() error {
	if j.search != nil {
		return j.search.look(j.c, j.side.bounds, j.batch)
	}
	if j.nearest != nil {
		var err error
		if j.bounds, err = j.nearest.bound.Eval(j.c, j.batch); err != nil {
			return err
		}
	}
	if j.side.keys == nil {
		return nil
	}
	values := make([]*types.Vec, len(j.keys))
	var err error
	for k, eq := range j.keys {
		if values[k], err = eq.left.Eval(j.c, j.batch); err != nil {
			return err
		}
	}
	if !j.byNulls() {
		j.ids = j.side.keys.find(j.ids[:0], values, j.batch.N)
		j.read = j.side.keys.ahead(j.ids)
		if j.chosen != nil {
			return j.chosen.look(j.c, j.side.bounds, j.batch, j.ids)
		}
		return nil
	}
	j.ids = j.side.keys.find(j.ids[:0], slices.Clone(values), j.batch.N)
	return j.lookNear(values)
}

// lookNear finds what has none of its keys' equalities false because of a NULL. Where they are all of the condition one
// row is enough.
func (j *join) lookNear(values []*types.Vec) error {
	j.near = nil
	var rows []int32
	for i, id := range j.ids {
		if id == unknown || len(j.side.keys.null) > 0 && (id < 0 || !j.onlyKeys) {
			rows = append(rows, int32(i))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	j.near = make([][][]int32, j.batch.N)
	return j.side.nulls.find(j.c, values, rows, func(row int32, matches []int32) {
		if !j.onlyKeys || j.near[row] == nil {
			j.near[row] = append(j.near[row], matches)
		}
	})
}

// candidates are the rows of the right to compare a row of the left with, in parts.
func (j *join) candidates(row int) (first []int32, then [][]int32) {
	switch x := j.side.keys; {
	case j.search != nil:
		found, looked := j.search.matches(j.c, row)
		j.worked += looked
		return found, nil
	case x == nil:
		first = j.all()
		if j.nearest != nil {
			first = j.nearest.among(first, j.side.near, j.bounds, row)
		}
		return first, nil
	default:
		if j.ids[row] >= 0 {
			if j.chosen != nil {
				if j.chosen.most == nil {
					j.worked += len(x.matches(j.ids[row]))
				}
				return j.chosen.matches(j.ids[row], row), nil
			}
			first = x.matches(j.ids[row])
		}
		if j.nearest != nil {
			return j.nearest.among(first, j.side.near, j.bounds, row), nil
		}
		if j.near != nil {
			then = j.near[row]
		}
		return first, then
	}
}

// all are all rows of the right.
func (j *join) all() []int32 {
	for n := len(j.numbers); n < j.side.rows.N; n++ {
		j.numbers = append(j.numbers, int32(n))
	}
	return j.numbers[:j.side.rows.N]
}

// pair joins rows by what was found alone: there is nothing else to compare.
func (j *join) pair() {
	size := batchSize(j.c)
	for len(j.outL) < size && j.row < j.batch.N && j.worked < 8*checkedRows {
		if !j.inRow {
			if j.first, _ = j.candidates(j.row); len(j.first) == 0 {
				if j.kind == plan.Left {
					j.outL, j.outR = append(j.outL, int32(j.row)), append(j.outR, -1)
				}
				j.row++
				continue
			}
			j.inRow = true
		}
		n := min(len(j.first), size-len(j.outL))
		for range n {
			j.outL = append(j.outL, int32(j.row))
		}
		j.outR = append(j.outR, j.first[:n]...)
		if j.first = j.first[n:]; len(j.first) == 0 {
			j.row++
			j.inRow = false
		}
	}
}

// beside is the rows of the left with the next row of the right.
func (j *join) beside() *types.Batch {
	out := &types.Batch{N: j.batch.N, Cols: make([]*types.Vec, 0, len(j.takeLeft)+len(j.takeRight))}
	for _, at := range j.takeLeft {
		out.Cols = append(out.Cols, j.batch.Cols[at])
	}
	for _, at := range j.takeRight {
		out.Cols = append(out.Cols, j.side.rows.Cols[at].Repeat(j.besides, out.N))
	}
	if j.besides++; j.besides == j.side.rows.N {
		j.row, j.besides = j.batch.N, 0
	}
	return out
}

// test passes the rows of the left by whether something was found for them.
func (j *join) test() {
	for ; j.row < j.batch.N && j.worked < 8*checkedRows; j.row++ {
		first, then := j.candidates(j.row)
		found := len(first)+len(then) > 0
		if j.kind == plan.Mark {
			j.mark(int32(j.row), found)
		} else if found == (j.kind == plan.Semi) {
			j.outL = append(j.outL, int32(j.row))
		}
	}
}

// collect takes as many pairs as a batch may have.
func (j *join) collect() {
	size := batchSize(j.c)
	j.l, j.r = j.l[:0], j.r[:0]
	if j.inRow && j.matched && j.kind != plan.Inner && j.kind != plan.Left { // one is enough
		j.first, j.then = nil, nil
	}
	for len(j.l) < size && j.row < j.batch.N && j.worked < 8*checkedRows {
		if !j.inRow {
			j.first, j.then = j.candidates(j.row)
			j.inRow = true
		}
		if len(j.first) == 0 && len(j.then) > 0 {
			j.first, j.then = j.then[0], j.then[1:]
		}
		if len(j.first) == 0 {
			if j.kind != plan.Inner {
				j.l, j.r = append(j.l, int32(j.row)), append(j.r, -1)
			}
			j.row++
			j.inRow = false
			continue
		}
		n := min(len(j.first), size-len(j.l))
		for range n {
			j.l = append(j.l, int32(j.row))
		}
		j.r = append(j.r, j.first[:n]...)
		j.first = j.first[n:]
	}
}

// decide tells which of the pairs pass, and what becomes of the left rows.
func (j *join) decide() error {
	pass, err := j.passing()
	if err != nil {
		return err
	}
	for k, l := range j.l {
		r := j.r[k]
		switch {
		case r >= 0:
			if !pass[k] {
				continue
			}
			j.matched = true
			if j.kind == plan.Inner || j.kind == plan.Left {
				j.outL, j.outR = append(j.outL, l), append(j.outR, r)
			}
			continue
		case j.kind == plan.Mark:
			j.mark(l, j.matched)
		case j.kind == plan.Left && !j.matched:
			j.outL, j.outR = append(j.outL, l), append(j.outR, -1)
		case j.kind == plan.Semi && j.matched, (j.kind == plan.Anti || j.kind == plan.AntiNull) && !j.matched:
			j.outL = append(j.outL, l)
		}
		j.matched = false
	}
	return nil
}

// mark passes a row of the left with whether it has a partner.
func (j *join) mark(row int32, found bool) {
	j.outL, j.marks = append(j.outL, row), append(j.marks, types.BoolValue(found).I)
}

// passing tells which of the pairs meet the rest of the condition; of a nullAware join
// those for which it is not false.
func (j *join) passing() ([]bool, error) {
	n := len(j.l)
	if cap(j.pass) < n {
		j.pass, j.pairs = make([]bool, n), make([]int32, 3*n)
	}
	pass, room := j.pass[:n], j.pairs
	clear(pass)
	at, l, r := room[:0:n], room[n:n:2*n], room[2*n:2*n] // the pairs that are left, and where they are
	for k := range j.l {
		if j.r[k] >= 0 {
			at, l, r = append(at, int32(k)), append(l, j.l[k]), append(r, j.r[k])
		}
	}
	for _, cond := range j.side.rest {
		if len(at) == 0 {
			return pass, nil
		}
		b := &types.Batch{N: len(at)}
		for _, col := range cond.left {
			b.Cols = append(b.Cols, takeSorted(j.batch.Cols[col], l))
		}
		for _, col := range cond.right {
			b.Cols = append(b.Cols, j.side.rows.Cols[col].Take(r))
		}
		if !j.nullAware {
			some, err := expr.Select(j.c, cond.cond, b, nil)
			if err != nil {
				return nil, err
			}
			for n, i := range some {
				at[n], l[n], r[n] = at[i], l[i], r[i]
			}
			at, l, r = at[:len(some)], l[:len(some)], r[:len(some)]
			continue
		}
		v, err := cond.cond.Eval(j.c, b)
		if err != nil {
			return nil, err
		}
		n := 0
		for i := range at {
			null, is, err := expr.IsTrue(j.c, v, i)
			if err != nil {
				return nil, err
			}
			if is || null {
				at[n], l[n], r[n] = at[i], l[i], r[i]
				n++
			}
		}
		at, l, r = at[:n], l[:n], r[:n]
	}
	for _, k := range at {
		pass[k] = true
	}
	return pass, nil
}

// takeSorted is the vector's rows at indexes that do not fall: often it is one.
func takeSorted(v *types.Vec, rows []int32) *types.Vec {
	if len(rows) > 1 && rows[0] == rows[len(rows)-1] {
		return v.Repeat(int(rows[0]), len(rows))
	}
	return v.Take(rows)
}

// output is the rows that were decided on, in the columns that the join has.
func (j *join) output() *types.Batch {
	n := len(j.outL)
	out := &types.Batch{N: n, Cols: make([]*types.Vec, 0, len(j.takeLeft)+len(j.takeRight))}
	first, last := j.outL[0], j.outL[n-1]
	switch {
	case first == last && n > 1:
		out.Cols = append(out.Cols, j.repeated(int(first), n)...)
	case n == j.batch.N && j.eachOnce():
		for _, at := range j.takeLeft {
			out.Cols = append(out.Cols, j.batch.Cols[at])
		}
	default:
		for _, at := range j.takeLeft {
			out.Cols = append(out.Cols, j.batch.Cols[at].Take(j.outL))
		}
	}
	if j.marked {
		v := types.NewVec(&types.TypeInt, len(j.marks))
		copy(v.I, j.marks)
		out.Cols = append(out.Cols, v)
	}
	if j.kind != plan.Inner && j.kind != plan.Left {
		return out
	}
	// The right rows of one row of the left rise.
	from, to := int(j.outR[0]), int(j.outR[n-1])+1
	adjoining := first == last && from >= 0 && to-from == n
	for _, at := range j.takeRight {
		v := j.side.rows.Cols[at]
		if adjoining {
			v = v.Slice(from, to)
		} else {
			v = v.Take(j.outR)
		}
		out.Cols = append(out.Cols, v)
	}
	return out
}

// eachOnce tells whether each row of the left goes on once.
func (j *join) eachOnce() bool {
	for i, l := range j.outL {
		if int(l) != i {
			return false
		}
	}
	return true
}

// repeated is the columns of a row of the left n times.
func (j *join) repeated(row, n int) []*types.Vec {
	if j.same == nil || j.sameOf != row {
		j.same, j.sameOf = make([]*types.Vec, len(j.takeLeft)), row
		for i, at := range j.takeLeft {
			j.same[i] = j.batch.Cols[at].Repeat(row, batchSize(j.c))
		}
	}
	cols := make([]*types.Vec, len(j.same))
	for i, v := range j.same {
		cols[i] = v.Slice(0, n)
	}
	return cols
}

// Close implements Operator.
func (j *join) Close() {
	j.left.Close()
	j.parted.close()
	j.mem.Release()
}
