package exec

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// A statement that assigns user variables is executed row by row (the context's BatchSize is 1), since what an
// expression computes for a row depends on what others have computed for the row before. Only operators that hand on
// rows while something below them is still computed have to take part in that: what reads no variable, and what is above
// a sort, groups or a derived table that assigns, may have its rows in batches as in any other statement.

// paces finds the operators of such a statement that may have batches, and those that go through batches row by row.
type paces struct {
	size     int                // of the others' batches
	volatile map[plan.Node]bool // something in it or below it is computed row by row
	own      map[plan.Node]bool // something in itself
	batched  map[plan.Node]bool
	stepped  map[plan.Node]bool // own: it takes batches and gives batches
}

// newPaces is nil where nothing is computed row by row.
func newPaces(n plan.Node, size int) *paces {
	u := newUses()
	u.node(n)
	for c := range u.ctes {
		u.volatile = u.volatile || c.Assigns
	}
	if !u.volatile {
		return nil
	}
	p := &paces{size: size, volatile: map[plan.Node]bool{}, own: map[plan.Node]bool{}, batched: map[plan.Node]bool{}, stepped: map[plan.Node]bool{}}
	p.part(n)
	return p
}

// part decides on a plan, or a CTE's: all of it goes row by row where anything but projections and filters computes
// something so.
func (p *paces) part(n plan.Node) {
	if p.look(n) {
		p.mark(n, false)
	} else {
		p.batched[n] = false
	}
}

// look finds what is computed row by row, and tells whether projections and filters do all of it.
func (p *paces) look(n plan.Node) bool {
	u := newUses()
	u.node(n)
	if p.volatile[n] = u.volatile; !u.volatile {
		return true
	}
	own := newUses()
	for _, e := range n.Exprs() {
		own.expr(e)
	}
	if p.own[n] = own.volatile; own.volatile {
		switch n.(type) {
		case *plan.Project, *plan.Filter:
		default:
			return false
		}
	}
	for _, child := range n.Children() {
		if !p.look(child) {
			return false
		}
	}
	return true
}

// streams tells whether an operator computes something for a row when it is asked for that row.
func (p *paces) streams(n plan.Node) bool {
	if !p.volatile[n] {
		return false
	}
	switch n := n.(type) {
	case *plan.Aggregate, *plan.Sort: // which read all rows before they give one
		return false
	case *plan.Project:
		return p.own[n] || p.streams(n.Child)
	case *plan.Filter:
		return p.own[n] || p.streams(n.Child)
	case *plan.Join:
		return n.Lateral || p.streams(n.Left)
	}
	return true
}

// mark decides on an operator; one: who reads it wants a row at a time.
func (p *paces) mark(n plan.Node, one bool) {
	if !p.volatile[n] {
		p.batched[n] = true
		return
	}
	p.batched[n] = !p.own[n] && !(one && p.streams(n))
	switch n := n.(type) {
	case *plan.Project, *plan.Filter:
		child := n.Children()[0]
		p.stepped[n] = p.own[n] && !one && !p.streams(child)
		p.mark(child, one || p.own[n])
	case *plan.Aggregate, *plan.Sort:
		p.mark(n.Children()[0], false)
	case *plan.Join:
		if n.Lateral {
			p.batched[n] = false
		}
		p.mark(n.Left, one || n.Lateral)
		p.mark(n.Right, n.Lateral)
	case *plan.Limit:
		p.batched[n] = !p.streams(n.Child)
		p.mark(n.Child, true)
	default:
		p.batched[n] = false
		for _, child := range n.Children() {
			p.mark(child, true)
		}
	}
}

// paced is the context of an operator, whose rows come as they must.
func (b *builder) paced(n plan.Node, m maker) maker {
	if b.paces == nil || m == nil {
		return m
	}
	size := b.paces.size
	if batched, known := b.paces.batched[n]; !known {
		return m // below one that has batches, or of a subquery: as what it is in
	} else if batched {
		size = 0
	}
	return func(c *expr.Context) Operator {
		if c.BatchSize == size {
			return m(c)
		}
		with := *c
		with.BatchSize = size
		return m(&with)
	}
}

// singly gives the rows of batches one by one, to an operator that computes something row by row.
func (b *builder) singly(n plan.Node, m maker) maker {
	if b.paces == nil || !b.paces.own[n] || b.paces.stepped[n] {
		return m
	}
	return func(c *expr.Context) Operator { return &singleRows{Operator: m(c)} }
}

type singleRows struct {
	Operator
	pieces
}

// Next implements Operator.
func (s *singleRows) Next() (*types.Batch, error) {
	if b := s.next(1); b != nil {
		return b, nil
	}
	b, err := s.Operator.Next()
	if err != nil || b == nil {
		return nil, err
	}
	s.pieces = pieces{rows: b}
	return s.next(1), nil
}

// stepProject computes columns of batches, some of them row by row.
type stepProject struct {
	project
	single []int       // the items that are computed row by row,
	of     []int       // from these columns,
	exprs  []expr.Expr // which they are placed for
	steps  *expr.Steps
}

func newStepProject(b *builder, n *plan.Project, child maker) (maker, error) {
	p := stepProject{project: project{items: make([]expr.Expr, len(n.Items))}}
	all := layoutOf(n.Child)
	var of layout
	for i, e := range n.Items {
		columns, volatile := columnsOf(e)
		if !volatile {
			continue
		}
		p.single = append(p.single, i)
		for _, id := range columns {
			if at := slices.Index(all, id); at >= 0 && !slices.Contains(of, id) {
				of, p.of = append(of, id), append(p.of, at)
			}
		}
	}
	for i, e := range n.Items {
		single := slices.Contains(p.single, i)
		l := all
		if single {
			l = of
		}
		var err error
		if p.items[i], err = b.place(e, l); err != nil {
			return nil, err
		}
		if single {
			p.exprs = append(p.exprs, p.items[i])
		}
	}
	return func(c *expr.Context) Operator {
		with := p
		with.c, with.child, with.steps = c, child(c), expr.NewSteps(c, p.exprs, len(p.exprs))
		return &with
	}, nil
}

// Next implements Operator.
func (p *stepProject) Next() (*types.Batch, error) {
	b, err := p.child.Next()
	if err != nil || b == nil {
		return nil, err
	}
	out := &types.Batch{N: b.N, Cols: make([]*types.Vec, len(p.items))}
	for i, e := range p.items {
		if slices.Contains(p.single, i) {
			out.Cols[i] = types.NewVec(e.Type(), b.N)
		} else if out.Cols[i], err = e.Eval(p.c, b); err != nil {
			return nil, err
		}
	}
	of := &types.Batch{N: b.N}
	for _, at := range p.of {
		of.Cols = append(of.Cols, b.Cols[at])
	}
	err = eachRow(p.c, p.steps, of, func(row int) error {
		for k, i := range p.single {
			v, err := p.steps.Value(k)
			if err != nil {
				return err
			}
			out.Cols[i].Write(row, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// eachRow goes through the rows of a batch.
func eachRow(c *expr.Context, steps *expr.Steps, b *types.Batch, f func(row int) error) error {
	if err := steps.Begin(b); err != nil {
		return err
	}
	defer steps.End()
	for row := range b.N {
		if row%64 == 0 {
			if err := cancelled(c); err != nil {
				return err
			}
		}
		steps.Row(row)
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

// stepFilter passes the rows of batches for which its condition, which is evaluated row by row, is true.
type stepFilter struct {
	c     *expr.Context
	child Operator
	terms []expr.Expr
	steps *expr.Steps
}

func newStepFilter(when selection, child maker) maker {
	terms := make([]expr.Expr, len(when))
	for i, t := range when {
		terms[i] = t.cond
	}
	return func(c *expr.Context) Operator {
		return &stepFilter{c: c, child: child(c), terms: terms, steps: expr.NewSteps(c, terms, 1)}
	}
}

// Next implements Operator.
func (f *stepFilter) Next() (*types.Batch, error) {
	for {
		b, err := f.child.Next()
		if err != nil || b == nil {
			return nil, err
		}
		var rows []int32
		err = eachRow(f.c, f.steps, b, func(row int) error {
			for i := range f.terms {
				v, err := f.steps.Value(i)
				if err != nil {
					return err
				}
				null, truth, err := types.Truth(f.c.Env, *v)
				if err != nil || null || !truth {
					return err
				}
			}
			rows = append(rows, int32(row))
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			return b.Take(rows), nil
		}
	}
}

// Close implements Operator.
func (f *stepFilter) Close() { f.child.Close() }
