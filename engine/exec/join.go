package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// joinPlan is a compiled join.
type joinPlan struct {
	kind        plan.JoinKind
	left, right maker
	rightCols   []plan.Column
	keys        []equality // the part of the condition that a hash table answers
	rest        []condition
	oneKey      bool            // of AntiNull: the condition is a single equality
	lateral     []lateralColumn // the left side's columns that the right side uses; nil: none, the right side is read once

	fixed  bool      // the right side is the same in all runs
	loaded *rowIndex // it then, once it is read
}

// condition is a part of a join's condition, over only those columns of both sides that it uses.
type condition struct {
	cond        expr.Expr
	left, right []int
}

// lateralColumn is a column of the left side that the right side uses.
type lateralColumn struct {
	id expr.ColumnID
	at int
}

func newJoin(b *builder, n *plan.Join) (maker, error) {
	p := &joinPlan{kind: n.Kind, rightCols: n.Right.Columns(), fixed: fixed(n.Right)}
	var err error
	if p.left, err = b.build(n.Left); err != nil {
		return nil, err
	}
	if p.right, err = b.build(n.Right); err != nil {
		return nil, err
	}
	left, right := layoutOf(n.Left), layoutOf(n.Right)
	u := newUses()
	u.node(n.Right)
	for _, id := range u.free() {
		if at := slices.Index(left, id); at >= 0 {
			p.lateral = append(p.lateral, lateralColumn{id, at})
		}
	}
	if n.On != nil {
		if err := p.split(b, n.On, left, right); err != nil {
			return nil, err
		}
	}
	return func(c *expr.Context) Operator { return &join{joinPlan: p, c: c, left: p.left(c)} }, nil
}

// split divides the condition into what a hash table answers and the rest.
func (p *joinPlan) split(b *builder, on expr.Expr, left, right layout) error {
	onLeft := func(id expr.ColumnID) bool { return slices.Contains(left, id) }
	onRight := func(id expr.ColumnID) bool { return slices.Contains(right, id) }
	var rest []expr.Expr
	for _, e := range conjuncts(on) {
		eq, ok := splitEquality(e, onLeft, onRight)
		if !ok || len(p.lateral) > 0 {
			rest = append(rest, e)
			continue
		}
		var err error
		if eq.left, err = b.place(eq.left, left); err != nil {
			return err
		}
		if eq.right, err = b.place(eq.right, right); err != nil {
			return err
		}
		p.keys = append(p.keys, eq)
	}
	if p.kind == plan.AntiNull {
		// Rows for which an equality is unknown are compared by the whole condition.
		p.oneKey = len(p.keys) == 1 && len(rest) == 0
		rest = []expr.Expr{on}
	}
	for _, e := range rest {
		cond, err := newCondition(b, e, left, right)
		if err != nil {
			return err
		}
		p.rest = append(p.rest, cond)
	}
	return nil
}

func newCondition(b *builder, e expr.Expr, left, right layout) (condition, error) {
	var cond condition
	var l, r layout
	columns, _ := columnsOf(e)
	for _, id := range columns {
		if at := slices.Index(left, id); at >= 0 {
			cond.left = append(cond.left, at)
			l = append(l, id)
		} else if at := slices.Index(right, id); at >= 0 {
			cond.right = append(cond.right, at)
			r = append(r, id)
		}
	}
	var err error
	cond.cond, err = b.place(e, slices.Concat(l, r))
	return cond, err
}

// join joins each row of the left with the right side's rows, which it has in memory: with all, or with those that a
// hash table finds.
type join struct {
	*joinPlan
	c    *expr.Context
	left Operator

	*rowIndex // of the right side; nil: not read yet

	outer *types.Batch // the left rows of a lateral join, and which is next
	at    int

	batch     *types.Batch // rows of the left
	ids       []int32      // of each, its key's number; -1: none has its key; unknown
	row       int          // the row of the left that is joined
	walk      walk
	nullAt    int   // in null
	candidate int32 // the row of the right that it is to be compared with; -1: no more
	inRow     bool
	matched   bool // row has found a partner

	l, r       []int32 // pairs to be looked at; r is -1 behind a left row's last
	outL, outR []int32
}

// Next implements Operator.
func (j *join) Next() (*types.Batch, error) {
	for {
		if err := cancelled(j.c); err != nil {
			return nil, err
		}
		if j.batch == nil || j.row >= j.batch.N {
			if more, err := j.advance(); err != nil || !more {
				return nil, err
			}
		}
		j.collect()
		if err := j.decide(); err != nil {
			return nil, err
		}
		if len(j.outL) > 0 {
			return j.output(), nil
		}
	}
}

// advance gets the next rows of the left, and the right side for them.
func (j *join) advance() (bool, error) {
	j.batch, j.row, j.inRow, j.matched = nil, 0, false, false
	if len(j.lateral) > 0 {
		return j.advanceLateral()
	}
	b, err := j.left.Next()
	if err != nil || b == nil {
		return false, err
	}
	if j.rowIndex == nil {
		if err := j.load(); err != nil {
			return false, err
		}
	}
	if j.rows.N == 0 && (j.kind == plan.Inner || j.kind == plan.Semi) {
		return false, nil
	}
	j.batch = b
	return true, j.look()
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
	rows, err := drain(j.c, j.right(j.c), j.rightCols)
	if err != nil {
		return false, err
	}
	j.rowIndex = &rowIndex{rows: rows}
	j.batch = j.outer.Slice(j.at, j.at+1)
	j.at++
	return true, nil
}

// load reads the right side and indexes it. One that is always the same is read once for
// the statement.
func (j *join) load() error {
	if j.joinPlan.loaded != nil {
		j.rowIndex = j.joinPlan.loaded
		return nil
	}
	rows, err := drain(j.c, j.right(j.c), j.rightCols)
	if err != nil {
		return err
	}
	if j.rowIndex, err = newRowIndex(j.c, rows, j.keys); err == nil && j.fixed {
		j.joinPlan.loaded = j.rowIndex
	}
	return err
}

// look finds the keys of the left rows.
func (j *join) look() error {
	if len(j.keys) == 0 {
		return nil
	}
	values := make([]*types.Vec, len(j.keys))
	var err error
	for k, eq := range j.keys {
		if values[k], err = eq.left.Eval(j.c, j.batch); err != nil {
			return err
		}
	}
	j.ids = j.find(j.ids[:0], values, j.batch.N)
	return nil
}

// walk is which rows of the right a left row is compared with.
type walk uint8

const (
	allRows  walk = iota
	sameKey       // those with its key
	nullRows      // those with a NULL in the key
	oneRowOnly
)

// begin is the first row of the right to compare a left row with.
func (j *join) begin() int32 {
	if len(j.keys) == 0 {
		j.walk = allRows
		return j.follow(-1)
	}
	id := j.ids[j.row]
	switch {
	case id >= 0:
		j.walk = sameKey
		return j.first[id]
	case j.kind != plan.AntiNull:
		return -1
	case id != unknown:
		return j.beginNull()
	case j.oneKey && j.rows.N > 0: // unknown with one is unknown with all
		j.walk = oneRowOnly
		return 0
	}
	j.walk = allRows
	return j.follow(-1)
}

func (j *join) beginNull() int32 {
	j.walk, j.nullAt = nullRows, -1
	return j.follow(-1)
}

// follow is the row of the right behind another.
func (j *join) follow(row int32) int32 {
	switch j.walk {
	case allRows:
		if int(row)+1 < j.rows.N {
			return row + 1
		}
	case sameKey:
		if next := j.next[row]; next >= 0 || j.kind != plan.AntiNull {
			return next
		}
		return j.beginNull()
	case nullRows:
		if j.nullAt++; j.nullAt < len(j.null) && (j.nullAt == 0 || !j.oneKey) {
			return j.null[j.nullAt]
		}
	}
	return -1
}

// collect takes as many pairs as a batch may have.
func (j *join) collect() {
	size := batchSize(j.c)
	j.l, j.r = j.l[:0], j.r[:0]
	once := j.kind != plan.Inner && j.kind != plan.Left
	if once && j.inRow && j.matched {
		j.candidate = -1
	}
	for len(j.l) < size && j.row < j.batch.N {
		if !j.inRow {
			j.candidate, j.inRow = j.begin(), true
		}
		if j.candidate < 0 {
			if j.kind != plan.Inner {
				j.l, j.r = append(j.l, int32(j.row)), append(j.r, -1)
			}
			j.row++
			j.inRow = false
			continue
		}
		j.l, j.r = append(j.l, int32(j.row)), append(j.r, j.candidate)
		if once && len(j.rest) == 0 {
			j.candidate = -1
		} else {
			j.candidate = j.follow(j.candidate)
		}
	}
}

// decide tells which of the pairs pass, and what becomes of the left rows.
func (j *join) decide() error {
	pass, err := j.passing()
	if err != nil {
		return err
	}
	j.outL, j.outR = j.outL[:0], j.outR[:0]
	for k, l := range j.l {
		r := j.r[k]
		switch {
		case r >= 0:
			if pass != nil && !pass[k] {
				continue
			}
			j.matched = true
			if j.kind == plan.Inner || j.kind == plan.Left {
				j.outL, j.outR = append(j.outL, l), append(j.outR, r)
			}
			continue
		case j.kind == plan.Left && !j.matched:
			j.outL, j.outR = append(j.outL, l), append(j.outR, -1)
		case j.kind == plan.Semi && j.matched, (j.kind == plan.Anti || j.kind == plan.AntiNull) && !j.matched:
			j.outL = append(j.outL, l)
		}
		j.matched = false
	}
	return nil
}

// passing tells which of the pairs meet the rest of the condition; nil: all. For AntiNull it is
// those for which it is not false.
func (j *join) passing() ([]bool, error) {
	if len(j.rest) == 0 {
		return nil, nil
	}
	pass := make([]bool, len(j.l))
	var at, l, r []int32 // the pairs that are left, and where they are
	for k := range j.l {
		if j.r[k] >= 0 {
			at, l, r = append(at, int32(k)), append(l, j.l[k]), append(r, j.r[k])
		}
	}
	for _, cond := range j.rest {
		if len(at) == 0 {
			return pass, nil
		}
		b := &types.Batch{N: len(at)}
		for _, col := range cond.left {
			b.Cols = append(b.Cols, j.batch.Cols[col].Take(l))
		}
		for _, col := range cond.right {
			b.Cols = append(b.Cols, j.rows.Cols[col].Take(r))
		}
		v, err := cond.cond.Eval(j.c, b)
		if err != nil {
			return nil, err
		}
		n := 0
		for i := range at {
			null, is, err := isTrue(j.c, v, i)
			if err != nil {
				return nil, err
			}
			if is || null && j.kind == plan.AntiNull {
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

// output is the rows that were decided on.
func (j *join) output() *types.Batch {
	left := j.batch
	if !j.wholeBatch() {
		left = left.Take(j.outL)
	}
	if j.kind != plan.Inner && j.kind != plan.Left {
		return left
	}
	right := j.rows.Take(j.outR)
	return &types.Batch{N: len(j.outL), Cols: slices.Concat(left.Cols, right.Cols)}
}

// wholeBatch tells whether each row of the left goes on once.
func (j *join) wholeBatch() bool {
	if len(j.outL) != j.batch.N {
		return false
	}
	for i, l := range j.outL {
		if int(l) != i {
			return false
		}
	}
	return true
}

// Close implements Operator.
func (j *join) Close() { j.left.Close() }
