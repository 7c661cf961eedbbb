package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
)

// and is the set with the columns that expressions use.
func (s ids) and(exprs ...expr.Expr) ids {
	out := make(ids, len(s))
	for id := range s {
		out[id] = true
	}
	for _, e := range exprs {
		for id := range FreeOf(e) {
			out[id] = true
		}
	}
	return out
}

// prune is a plan that makes no columns in vain: those that are needed come, in their order, perhaps with
// others of the plan's.
func prune(n Node, need ids) Node {
	switch n := n.(type) {
	case *Scan:
		with := *n
		with.Cols, with.Pos = nil, nil
		for i, c := range n.Cols {
			if need[c.ID] {
				with.Cols, with.Pos = append(with.Cols, c), append(with.Pos, n.Pos[i])
			}
		}
		return &with
	case *TableFunction:
		with := *n
		with.Cols, with.Pos = nil, nil
		for i, c := range n.Cols {
			if need[c.ID] {
				with.Cols, with.Pos = append(with.Cols, c), append(with.Pos, n.Pos[i])
			}
		}
		return &with
	case *Project:
		with := &Project{}
		for i, e := range n.Items {
			if need[n.Cols[i].ID] || !pure(e) {
				with.Items, with.Cols = append(with.Items, e), append(with.Cols, n.Cols[i])
			}
		}
		with.Child = prune(n.Child, ids{}.and(with.Items...))
		return with
	case *Join:
		use := need.and(n.Exprs()...)
		for id := range Free(n.Right) {
			use[id] = true
		}
		with := *n
		with.Left, with.Right = prune(n.Left, use), prune(n.Right, use)
		with.Cols = slices.DeleteFunc(joinedColumns(n, with.Left, with.Right), func(c Column) bool { return !need[c.ID] })
		return &with
	case *Aggregate:
		return pruneAggregate(n, need)
	case *Window:
		return pruneWindow(n, need)
	case *Distinct:
		return &Distinct{prune(n.Child, idsOf(n))}
	case *SetOp:
		return n.With([]Node{prune(n.Left, idsOf(n.Left)), prune(n.Right, idsOf(n.Right))})
	}
	children := n.Children()
	if len(children) == 0 {
		return n
	}
	return n.With([]Node{prune(children[0], need.and(n.Exprs()...))})
}

func pruneAggregate(n *Aggregate, need ids) Node {
	with := *n
	keys := len(n.Keys)
	with.Cols, with.Calls = slices.Clone(n.Cols[:keys]), nil
	for i, c := range n.Calls {
		if need[n.Cols[keys+i].ID] || !allPure(c.Args) {
			with.Calls, with.Cols = append(with.Calls, c), append(with.Cols, n.Cols[keys+i])
		}
	}
	with.Cols = append(with.Cols, n.Cols[keys+len(n.Calls):]...)
	with.Child = prune(n.Child, ids{}.and(with.Exprs()...))
	return &with
}

// pruneWindow keeps a call at least: the window orders the rows, too.
func pruneWindow(n *Window, need ids) Node {
	with := *n
	own := n.Cols[len(n.Cols)-len(n.Calls):]
	var calls []Column
	with.Calls = nil
	for i, c := range n.Calls {
		if need[own[i].ID] || i == len(n.Calls)-1 && len(calls) == 0 {
			with.Calls, calls = append(with.Calls, c), append(calls, own[i])
		}
	}
	with.Child = prune(n.Child, need.and(with.Exprs()...))
	with.Cols = append(slices.Clone(with.Child.Columns()), calls...)
	return &with
}
