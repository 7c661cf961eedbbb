package exec

import (
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
)

// A chain is operators that keep rows or groups, DISTINCT, GROUP BY and windows, with filters and projections between them,
// all of whose keys have some columns in common. What they make of rows that have the same values there does not depend
// on any others: the rows that the lowest of them reads can be divided by these columns, and each partition goes
// through all of the chain by itself (see partitionWise). It is made only where nobody asks for the order of its rows.
type chain struct {
	top, bottom plan.Node
	keys        []expr.Expr // on the rows that bottom reads
	nodes       []plan.Node // from top to bottom
	alone       bool        // no filter or projection hands the rows of top on
}

// chainOf is the longest chain from the operator down; nil: it is not one that chains have.
func chainOf(n plan.Node) *chain {
	keys := partitionKeys(n)
	if len(keys) == 0 {
		return nil
	}
	ch := &chain{top: n, bottom: n, keys: keys, nodes: []plan.Node{n}}
	var between []plan.Node
	for {
		n = n.Children()[0]
		keys = keysBelow(n, keys)
		if len(keys) == 0 {
			return ch
		}
		between = append(between, n)
		switch n.(type) {
		case *plan.Distinct, *plan.Aggregate, *plan.Window:
			ch.bottom, ch.keys, ch.nodes, between = n, keys, append(ch.nodes, between...), nil
		}
	}
}

// partitionKeys are the expressions, on its child's rows, by which the rows of an operator can be divided; nil: they cannot.
func partitionKeys(n plan.Node) (keys []expr.Expr) {
	switch n := n.(type) {
	case *plan.Distinct:
		cols := n.Columns()
		for i := range cols {
			keys = append(keys, cols[i].Ref())
		}
		return keys
	case *plan.Aggregate:
		if !n.Rollup && allConcurrent(n.Exprs()) && !slices.ContainsFunc(n.Calls, func(call *expr.AggregateCall) bool {
			return !call.F.Concurrent || len(call.OrderBy) > 0
		}) {
			return n.Keys
		}
	case *plan.Window:
		if allConcurrent(n.Exprs()) {
			return n.Partition
		}
	}
	return nil
}

// withKeysBelow is the chain with the keys of its lowest operator, a GROUP BY, computed below that where they are not columns:
// once, for the division of the rows and for the groups.
func (ch *chain) withKeysBelow() *chain {
	bottom, ok := ch.bottom.(*plan.Aggregate)
	isColumn := func(e expr.Expr) bool { _, ok := e.(*expr.Column); return ok }
	if !ok || !slices.ContainsFunc(ch.keys, func(e expr.Expr) bool { return !isColumn(e) }) {
		return ch
	}
	below := &plan.Project{Child: bottom.Child}
	put := func(item expr.Expr, c plan.Column) {
		below.Items, below.Cols = append(below.Items, item), append(below.Cols, c)
	}
	exprs := bottom.Exprs()
	with := &chain{keys: slices.Clone(ch.keys)}
	for i, key := range bottom.Keys {
		if isColumn(key) {
			continue
		}
		c := plan.Column{ID: expr.ColumnID(math.MinInt32 + i), Name: key.String(), T: *key.Type()}
		put(key, c)
		exprs[i] = c.Ref()
		for j, k := range ch.keys {
			if k == key {
				with.keys[j] = exprs[i]
			}
		}
	}
	used := map[expr.ColumnID]bool{}
	for _, e := range exprs {
		for id := range plan.FreeOf(e) {
			used[id] = true
		}
	}
	for _, c := range bottom.Child.Columns() {
		if used[c.ID] {
			put(c.Ref(), c)
		}
	}
	with.bottom = bottom.WithExprs(exprs).With([]plan.Node{below})
	with.nodes = slices.Clone(ch.nodes)
	for i := len(ch.nodes) - 1; i >= 0; i-- {
		if with.top = with.bottom; i < len(ch.nodes)-1 {
			with.top = ch.nodes[i].With([]plan.Node{with.nodes[i+1]})
		}
		with.nodes[i] = with.top
	}
	return with
}

// keysBelow are those of the keys, which are on an operator's rows, by which what it reads can be divided, on that.
func keysBelow(n plan.Node, keys []expr.Expr) (below []expr.Expr) {
	var own []expr.Expr // of the operator: the keys must be among its columns that stand for them
	var cols []plan.Column
	switch x := n.(type) {
	case *plan.Filter:
		if expr.Concurrent(x.Cond) && within(x.Cond, layoutOf(x.Child)) {
			return keys
		}
		return nil
	case *plan.Project:
		if !allConcurrent(x.Items) {
			return nil
		}
		own, cols = x.Items, x.Cols
	case *plan.Distinct, *plan.Window:
		for _, k := range partitionKeys(n) {
			if c, ok := k.(*expr.Column); ok {
				own, cols = append(own, c), append(cols, plan.Column{ID: c.ID})
			}
		}
	case *plan.Aggregate:
		own = partitionKeys(n)
		cols = x.Cols[:len(own)]
	}
	for _, k := range keys {
		c, ok := k.(*expr.Column)
		if !ok {
			continue
		}
		if i := slices.IndexFunc(cols, func(col plan.Column) bool { return col.ID == c.ID }); i >= 0 {
			below = append(below, own[i])
		}
	}
	return below
}

// within tells whether an expression is on these columns alone.
func within(e expr.Expr, l layout) bool {
	for id := range plan.FreeOf(e) {
		if !slices.Contains(l, id) {
			return false
		}
	}
	return true
}

// unordered finds the operators of a plan whose rows may come in any order, those equal in the keys of a chain still one
// behind the other as they were: nobody sees it. free tells that n is one of them.
func (b *builder) unordered(n plan.Node, free bool) {
	if free {
		b.free[n] = true
	}
	children := n.Children()
	of := make([]bool, len(children))
	switch n := n.(type) {
	case *plan.Filter, *plan.Project:
		of[0] = free && allConcurrent(n.Exprs())
	case *plan.Distinct:
		of[0] = free
	case *plan.Aggregate:
		of[0] = (free || len(n.Keys) == 0) && !n.Rollup && !slices.ContainsFunc(n.Calls, seesOrder)
	case *plan.Sort:
		of[0] = free && n.Top == nil || total(n)
	case *plan.Join:
		of[0] = free && !n.Lateral
		of[1] = (free || n.Kind != plan.Inner && n.Kind != plan.Left) && !n.Lateral && !n.Nearest
	}
	for i, child := range children {
		b.unordered(child, of[i])
	}
}

// seesOrder tells whether the order of the rows may be seen in an aggregate: the sum of doubles is rounded otherwise, of
// values that are equal but not the same one is the least.
func seesOrder(call *expr.AggregateCall) bool {
	if !call.F.Concurrent || len(call.OrderBy) > 0 {
		return true
	}
	switch call.F.Name {
	case "count":
		return false
	case "min", "max":
		return !isIntegral(call.Args[0].Type().Kind)
	case "sum", "avg":
		return !call.F.New(call).(expr.Merger).Exact()
	}
	return true
}

// total tells whether rows that are equal in the keys of a sort are the same, to the letter.
func total(n *plan.Sort) bool {
	keys := make([]expr.Expr, len(n.Keys))
	for i, k := range n.Keys {
		keys[i] = k.X
	}
	determined := plan.Determined(n.Child, keys)
	letters := false // equal values may be spelled otherwise
	for _, c := range n.Columns() {
		if !determined(c.ID) {
			return false
		}
		letters = letters || !isIntegral(c.T.Kind)
	}
	return !letters || different(n.Child)
}

// different tells whether no two rows are equal.
func different(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Distinct, *plan.Aggregate:
		return true
	case *plan.Filter:
		return different(n.Child)
	}
	return false
}
