package expr

import (
	"reflect"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/types"
)

// Share has what occurs several times in the expressions, which are placed, computed once for a batch: the expressions
// become a graph in which equal calls and conversions are one, found by value numbering, and [EvalAll] keeps the values of
// those that several have. What is volatile, and what may be another thing at each of its places, stays as it is.
func Share(exprs []Expr) []Expr {
	calls := 0
	for _, e := range exprs {
		Walk(e, func(e Expr) bool {
			switch e.(type) {
			case *Call, *Convert:
				calls++
			}
			return calls < 2
		})
	}
	if calls < 2 {
		return exprs
	}
	g := &graph{numbers: make(map[operation][]int32)}
	roots := make([]int32, len(exprs))
	for i, e := range exprs {
		roots[i] = g.number(e)
		g.nodes[roots[i]].uses++
	}
	if !slices.ContainsFunc(g.nodes, func(n node) bool { return n.uses > 1 && n.kept() }) {
		return exprs
	}
	out := make([]Expr, len(exprs))
	for i, n := range roots {
		out[i] = g.built(n)
	}
	return out
}

// graph is expressions, of which equal ones are one node.
type graph struct {
	nodes   []node
	numbers map[operation][]int32 // those that may be equal
}

// node is an expression.
type node struct {
	e        Expr
	children []int32
	uses     int
	built    Expr // nil: not yet
}

// operation is what equal expressions have in common: what it is, how many children, and the first two.
type operation struct {
	what     any
	children int
	first    [2]int32
}

// kept tells whether an expression's values are kept where several have it: columns and constants are there.
func (n *node) kept() bool {
	switch n.e.(type) {
	case *Call, *Convert:
		return len(n.children) > 0
	}
	return false
}

// number is an expression's node.
func (g *graph) number(e Expr) int32 {
	if e == nil {
		return g.add(node{})
	}
	var what any
	n := node{e: e}
	switch e := e.(type) {
	case *Column:
		what = e.ID
	case *Outer:
		what = [1]ColumnID{e.ID}
	case *Literal:
		what = e.V
	case *Param:
		what = e.Index
	case *Truth:
		what = types.Int
	case *Convert:
		if what = e.T.Kind; e.once != nil {
			what = nil // it warns once, at each of its places
		}
	case *Call:
		if what = e.F; e.F.Volatile {
			what = nil
		}
	default:
		return g.add(n) // another package's: what it is made of is its own
	}
	op := operation{what: what}
	for i, c := range e.Children() {
		at := g.number(c)
		if n.children = append(n.children, at); i < len(op.first) {
			op.first[i] = at
		}
	}
	op.children = len(n.children)
	if what != nil {
		for _, at := range g.numbers[op] {
			if known := &g.nodes[at]; slices.Equal(known.children, n.children) && sameOperation(known.e, e) {
				return at
			}
		}
	}
	at := g.add(n)
	if what != nil {
		g.numbers[op] = append(g.numbers[op], at)
	}
	return at
}

func (g *graph) add(n node) int32 {
	for _, c := range n.children {
		g.nodes[c].uses++
	}
	g.nodes = append(g.nodes, n)
	return int32(len(g.nodes) - 1)
}

// sameOperation tells of expressions on the same children whether they are the same.
func sameOperation(a, b Expr) bool {
	switch a := a.(type) {
	case *Convert:
		b, ok := b.(*Convert)
		return ok && a.Explicit == b.Explicit && a.Whole == b.Whole && reflect.DeepEqual(a.T, b.T)
	case *Call:
		b, ok := b.(*Call)
		return ok && reflect.DeepEqual(a.T, b.T) && reflect.DeepEqual(a.Data, b.Data)
	}
	return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.DeepEqual(a.Type(), b.Type())
}

// built is a node's expression on those of its children.
func (g *graph) built(at int32) Expr {
	n := &g.nodes[at]
	if n.e == nil || n.built != nil {
		return n.built
	}
	n.built = n.e
	if len(n.children) > 0 {
		children := make([]Expr, len(n.children))
		for i, c := range n.children {
			children[i] = g.built(c)
		}
		n.built = n.e.With(children)
	}
	if n.uses > 1 && n.kept() {
		switch e := n.built.(type) {
		case *Call:
			e.shared = true
		case *Convert:
			e.shared = true
		}
	}
	return n.built
}

// EvalAll evaluates expressions for a batch. What they [Share] is computed once; what it warned of is said again for each.
func EvalAll(c *Context, exprs []Expr, b *types.Batch) ([]*types.Vec, error) {
	if c != nil { // plain columns are read without one
		batch, shared := c.batch, c.shared
		c.batch, c.shared = b, nil
		defer func() { c.batch, c.shared = batch, shared }()
	}
	out := make([]*types.Vec, len(exprs))
	for i, e := range exprs {
		var err error
		if out[i], err = e.Eval(c, b); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sharedValue is what a shared expression came to for the batch of [EvalAll].
type sharedValue struct {
	v    *types.Vec
	said []func() // its warnings and notes, once more
}

// once is a shared expression's value for a batch. Only of the whole batch of [EvalAll] is it kept: where a CASE asks for
// some of the rows they are computed.
func (c *Context) once(e Expr, b *types.Batch, eval func(*Context, *types.Batch) (*types.Vec, error)) (*types.Vec, error) {
	if c.batch != b || c.Env == nil {
		return eval(c, b)
	}
	if known, ok := c.shared[e]; ok {
		for _, say := range known.said {
			say()
		}
		return known.v, nil
	}
	var kept sharedValue
	said, env := c.Env, *c.Env
	noted := func(say func(uint16, string)) func(uint16, string) {
		if say == nil {
			return nil
		}
		return func(code uint16, text string) {
			say(code, text)
			kept.said = append(kept.said, func() { say(code, text) })
		}
	}
	env.Warn, env.Note = noted(env.Warn), noted(env.Note)
	c.Env = &env
	v, err := eval(c, b)
	c.Env = said
	if err != nil {
		return nil, err
	}
	if c.shared == nil {
		c.shared = make(map[Expr]sharedValue)
	}
	kept.v = v
	c.shared[e] = kept
	return v, nil
}

// Known tells whether the value of an expression for a batch is kept, without a warning.
func (c *Context) Known(e Expr, b *types.Batch) bool {
	known, ok := c.shared[e]
	return ok && c.batch == b && len(known.said) == 0
}
