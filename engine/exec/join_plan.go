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
	leftCols    []plan.Column
	rightCols   []plan.Column
	takeLeft    []int            // the columns of either side that the join has
	takeRight   []int            //
	keys        []equality       // the part of the condition that a hash table answers
	ranges      []rangeCondition // the part that bounds the rows of the right: of all of them, or of those of a key
	rest        []condition
	nullAware   bool            // of AntiNull: partners are also those for which the condition is NULL
	onlyKeys    bool            // of AntiNull: the keys are all of the condition
	strict      bool            // of AntiNull: the keys are only what must be true
	marked      bool            // of Mark: its column is wanted
	nearest     *nearest        // nil: all partners are joined
	lateral     []lateralColumn // the left side's columns that the right side uses; nil: none, the right side is read once

	anyOrder bool // of the rows: see builder.unordered

	fixed  bool       // the right side is the same in all runs
	loaded *rightSide // it then, once it is read
	runs   int
	narrow *narrowing // nil: the right side is read as it is
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

// rightSide is the right side's rows and what finds among them.
type rightSide struct {
	rows   *types.Batch
	keys   *rowIndex
	nulls  *nullIndex       // of AntiNull, beside keys
	ranges *rangeIndex      // by the conditions; nil where there are keys
	within *rangesWithin    // by the conditions; nil where there are none
	bounds []rangeCondition //
	rest   []condition      // what is left to compare
	near   *types.Vec       // what nearest compares
}

// besideAll tells whether each row of the left is joined with all that there are, and these are one, or, where the rows may come
// in any order, few: then each goes beside a batch of the left as it is.
func (s *rightSide) besideAll(anyOrder bool, left int) bool {
	return (s.rows.N == 1 || anyOrder && s.rows.N > 0 && s.rows.N <= left) &&
		s.keys == nil && s.ranges == nil && s.near == nil && len(s.rest) == 0
}

func newJoin(b *builder, n *plan.Join) (maker, error) {
	p := &joinPlan{kind: n.Kind, nullAware: n.Kind == plan.AntiNull, leftCols: n.Left.Columns(), rightCols: n.Right.Columns(), fixed: fixed(n.Right), anyOrder: b.free[n]}
	var err error
	if p.left, err = b.stream(n.Left); err != nil {
		return nil, err
	}
	if p.right, err = b.rightOf(n, p.fixed); err != nil {
		return nil, err
	}
	left, right := layoutOf(n.Left), layoutOf(n.Right)
	for _, c := range n.Cols {
		if at := slices.Index(left, c.ID); at >= 0 {
			p.takeLeft = append(p.takeLeft, at)
		} else if n.Kind == plan.Mark {
			p.marked = true
		} else {
			p.takeRight = append(p.takeRight, slices.Index(right, c.ID))
		}
	}
	u := newUses()
	u.node(n.Right)
	for _, id := range u.free() {
		if at := slices.Index(left, id); at >= 0 {
			p.lateral = append(p.lateral, lateralColumn{id, at})
		}
	}
	if n.On != nil {
		if err := p.split(b, n, left, right); err != nil {
			return nil, err
		}
	}
	if p.narrow, err = newNarrowing(b, n, p.keys); err != nil {
		return nil, err
	}
	return func(c *expr.Context) Operator {
		return &join{joinPlan: p, c: c, left: p.left(c), mem: c.Memory.Account()}
	}, nil
}

// rightOf compiles the right side: one that is fixed is read once.
func (b *builder) rightOf(n *plan.Join, fixed bool) (maker, error) {
	if fixed {
		defer b.repeat(false)()
	}
	return b.build(n.Right)
}

// concurrent tells whether workers may find the right side's rows and compare them.
func (p *joinPlan) concurrent() bool {
	ok := len(p.lateral) == 0
	for _, eq := range p.keys {
		ok = ok && expr.Concurrent(eq.left)
	}
	for _, r := range p.ranges {
		ok = ok && expr.Concurrent(r.cond) && expr.Concurrent(r.bound) && allConcurrent(r.onLeft)
	}
	for _, cond := range p.rest {
		ok = ok && expr.Concurrent(cond.cond)
	}
	if p.nearest != nil {
		ok = ok && expr.Concurrent(p.nearest.bound)
	}
	return ok
}

// byNulls tells whether rows whose keys are NULL are partners, too.
func (p *joinPlan) byNulls() bool { return p.nullAware && !p.strict }

// split divides the condition into what a hash table answers, what bounds the rows of the right, and the rest.
func (p *joinPlan) split(b *builder, n *plan.Join, left, right layout) error {
	onLeft := func(id expr.ColumnID) bool { return slices.Contains(left, id) }
	onRight := func(id expr.ColumnID) bool { return slices.Contains(right, id) }
	all := terms(n.On, "and")
	if p.kind == plan.AntiNull {
		p.strict = slices.ContainsFunc(all, func(e expr.Expr) bool {
			of := isTrue(e)
			if of == nil {
				return false
			}
			_, ok := splitEquality(of, onLeft, onRight)
			return ok
		})
	}
	var rest []expr.Expr
	for _, e := range all {
		eq, ok := splitEquality(e, onLeft, onRight)
		if p.strict {
			ok = false
			if of := isTrue(e); of != nil {
				eq, ok = splitEquality(of, onLeft, onRight)
			}
		}
		if !ok && n.Nearest {
			var err error
			if p.nearest, err = newNearest(b, e.(*expr.Call), left, right); err != nil {
				return err
			}
			continue
		}
		if !ok || len(p.lateral) > 0 || p.kind == plan.AntiNull && len(p.keys) == nullKeys {
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
		p.onlyKeys = len(rest) == 0 && !p.strict
		if !p.strict {
			rest = []expr.Expr{n.On}
		}
	}
	for _, e := range rest {
		cond, err := newCondition(b, e, left, right)
		if err != nil {
			return err
		}
		var ranges []rangeCondition
		if len(p.lateral) == 0 && p.kind != plan.AntiNull && p.nearest == nil {
			ranges = splitRange(e, onLeft, onRight)
		}
		if len(p.keys) > 0 && slices.ContainsFunc(ranges, rangeCondition.loud) {
			ranges = nil
		}
		for _, r := range ranges {
			r.condition = cond
			if err := r.place(b, left, right); err != nil {
				return err
			}
			p.ranges = append(p.ranges, r)
		}
		if len(ranges) == 0 {
			p.rest = append(p.rest, cond)
		}
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

// place makes the parts of the condition ready for batches of the sides.
func (r *rangeCondition) place(b *builder, left, right layout) (err error) {
	if r.x, err = b.place(r.x, right); err != nil {
		return err
	}
	if r.bound, err = b.place(r.bound, left); err != nil {
		return err
	}
	if r.onLeft, err = b.placeAll(r.onLeft, left); err != nil {
		return err
	}
	r.onRight, err = b.placeAll(r.onRight, right)
	return err
}

// load reads the right side and indexes it; nil: it was too much for the memory, see spilledJoin. One that is always the same is read once for
// the statement, where the join is run again.
func (j *join) load() (*rightSide, error) {
	p := j.joinPlan
	if p.loaded != nil {
		return p.loaded, nil
	}
	p.runs++
	var rows *types.Batch
	var err error
	if p.runs == 1 {
		if rows, err = j.narrowed(); err != nil || j.parted != nil {
			return nil, err
		}
	}
	narrowed := rows != nil
	if !narrowed {
		if rows, err = j.drainRight(p.right(j.c)); err != nil || rows == nil {
			return nil, err
		}
	}
	s, err := j.sideOf(p, rows)
	if err == nil && p.fixed && !narrowed {
		p.loaded = s
		j.mem = j.c.Memory.Account() // what it holds is the statement's now
	}
	return s, err
}

// sideOf is a right side of the rows, with what finds among them.
func (j *join) sideOf(p *joinPlan, rows *types.Batch) (s *rightSide, err error) {
	s = &rightSide{rows: rows, rest: p.rest}
	if len(p.keys) > 0 {
		if s.keys, err = newRowIndex(j.c, rows, p.keys); err == nil {
			err = j.mem.Grow(s.keys.bytes())
		}
		if p.byNulls() {
			s.nulls = &nullIndex{rows: rows, by: p.keys, mem: &j.mem}
		}
	}
	if err == nil && len(p.ranges) > 0 {
		if err = s.indexRanges(j.c, p.ranges, p.kind != plan.Inner && p.kind != plan.Left); err == nil {
			err = j.mem.Grow(s.ranges.bytes() + s.within.bytes())
		}
	}
	if err == nil && p.nearest != nil {
		if s.near, err = evalLarge(j.c, p.nearest.x, rows); err == nil {
			err = j.mem.Grow((&types.Batch{N: rows.N, Cols: []*types.Vec{s.near}}).Bytes())
		}
	}
	return s, err
}

// indexRanges finds by bounds; one: it is enough to know of a row whether there is one.
func (s *rightSide) indexRanges(c *expr.Context, conds []rangeCondition, one bool) error {
	var x *rangeIndex
	var used []rangeCondition
	rest := conds
	if s.keys == nil || s.keys.partners() >= partnersInRange {
		var err error
		if x, used, rest, err = newRangeIndex(c, s.rows, conds); err != nil {
			return err
		}
	}
	for i, cond := range rest {
		if i == 0 || cond.cond != rest[i-1].cond { // BETWEEN is two
			s.rest = append(slices.Clip(s.rest), cond.condition)
		}
	}
	if len(used) == 0 {
		return nil
	}
	if s.bounds = used; s.keys != nil {
		s.within = newRangesWithin(s.keys, x, one && len(s.rest) == 0)
	} else {
		s.ranges = x
	}
	return nil
}
