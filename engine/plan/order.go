package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// sorted leaves a sort out where the rows can come in its order: that of a key of the table that they are read from, the
// first where tables are joined (manual 10.2.1.16).
func (o *optimizer) sorted(n *Sort) Node {
	scan, conds, keys := driver(n.Child, n.Keys)
	if scan == nil {
		return n
	}
	first := most
	if own, _ := filtered(n.Child); own == scan && n.Top != nil {
		if l, ok := n.Top.(*expr.Literal); ok && (l.V.Kind == types.Int || l.V.Kind == types.Uint && l.V.I >= 0) {
			first = l.V.I
		}
	}
	with := scan.inOrder(o.c, conds, keys, n.Top != nil, first)
	if with == nil {
		return n
	}
	return driven(n.Child, with)
}

// most is a number of rows that nobody knows.
const most = int64(1) << 40

// driver is the scan in whose order the rows of a plan come, the conditions on its rows, and the sort keys in terms of
// its columns; nil where there is none.
func driver(n Node, keys []expr.Order) (scan *Scan, conds []expr.Expr, sorted []expr.Order) {
	keys = slices.Clone(keys)
	for {
		switch m := n.(type) {
		case *Scan:
			return m, conds, keys
		case *Filter:
			conds = append(conds, conjuncts(m.Cond)...)
			n = m.Child
		case *Project:
			known := projected(m)
			for i := range keys {
				x, ok := substitute(keys[i].X, known)
				if !ok {
					return nil, nil, nil
				}
				keys[i].X = x
			}
			n, conds = m.Child, nil
		case *Join:
			n, conds = m.Left, nil
		default:
			return nil, nil, nil
		}
	}
}

// filtered is the scan whose rows a plan filters, and the conditions; nil where it does anything else.
func filtered(n Node) (scan *Scan, conds []expr.Expr) {
	for {
		switch m := n.(type) {
		case *Scan:
			return m, conds
		case *Filter:
			conds = append(conds, conjuncts(m.Cond)...)
			n = m.Child
		default:
			return nil, nil
		}
	}
}

// driven is the plan with another driver.
func driven(n Node, by *Scan) Node {
	if _, ok := n.(*Scan); ok {
		return by
	}
	children := slices.Clone(n.Children())
	children[0] = driven(children[0], by)
	return n.With(children)
}

// inOrder is the scan in the order of the keys, first of whose rows are wanted, or all; nil where it has no such order, or
// sorting costs less. conds are conditions on its rows that stand above it.
func (n *Scan) inOrder(c *expr.Context, conds []expr.Expr, by []expr.Order, limited bool, first int64) *Scan {
	fixed := n.fixed(conds)
	var at []int
	var desc []bool
	for _, k := range by {
		col, ok := k.X.(*expr.Column)
		if !ok || !indexed(&col.T) {
			return nil
		}
		i := slices.IndexFunc(n.Cols, func(c Column) bool { return c.ID == col.ID })
		if i < 0 {
			return nil
		}
		if !fixed[n.Pos[i]] && !slices.Contains(at, n.Pos[i]) {
			at, desc = append(at, n.Pos[i]), append(desc, k.Desc)
		}
	}
	if len(at) == 0 {
		return n // all rows are equal
	}
	for _, k := range n.Table.Keys() {
		used, ok := n.sortedBy(&k, at, fixed)
		if !ok || slices.Contains(desc[:used], !desc[0]) {
			continue
		}
		with := *n
		with.Ordered, with.Reverse = true, desc[0]
		switch l := n.Lookup; {
		case l != nil && l.Key != k.Name:
			continue
		case k.Primary && !limited && !desc[0]:
			return n // as it comes
		case l != nil:
			return &with
		case !limited:
			continue
		case !k.Primary && (len(conds) > 0 || first > n.Table.RowCount(c)/rowsPerLookup+1):
			continue
		}
		with.Lookup = &Lookup{Key: k.Name}
		if l, _ := n.bestLookup(conds, k.Name); l != nil && n.bounded(l, conds) {
			with.Lookup = l
		}
		return &with
	}
	return nil
}

// indexed tells whether a key has values of a type in the order in which ORDER BY has them.
func indexed(t *types.Type) bool {
	switch t.Kind {
	case types.Int, types.Uint, types.Float, types.Decimal, types.Date, types.DateTime, types.Time, types.String:
		return true
	}
	return false
}

// fixed are the columns of a scan of which conditions let one value pass.
func (n *Scan) fixed(conds []expr.Expr) map[int]bool {
	out := make(map[int]bool)
	able, _ := split(conds)
	for _, cond := range able {
		if call, ok := cond.(*expr.Call); ok && call.F.Name == "=" {
			if at, value, _ := n.bound(call.Args[0], call.Args[1]); value != nil {
				out[at] = true
			}
		}
	}
	return out
}

// sortedBy tells whether the rows in a key's order are in the order of columns, some being fixed, and how many of the
// columns tell rows apart.
func (n *Scan) sortedBy(k *Key, columns []int, fixed map[int]bool) (used int, ok bool) {
	if k.Apart {
		return 0, false
	}
	for _, c := range k.Columns {
		switch {
		case used == len(columns):
			return used, true
		case c == columns[used]:
			used++
		case !fixed[c]:
			return used, false
		}
	}
	return used, used == len(columns) || k.Unique && n.given(k, fixed)
}

// given tells whether no column of a key is NULL.
func (n *Scan) given(k *Key, fixed map[int]bool) bool {
	return k.Primary || !slices.ContainsFunc(k.Columns, func(c int) bool {
		i := slices.Index(n.Pos, c)
		return !fixed[c] && (i < 0 || n.Cols[i].T.Nullable)
	})
}

// mostExtremes is how many of them are worth reading the table for each.
const mostExtremes = 8

// extremes reads for each MIN or MAX of a key's column, in an aggregate of all rows, only the first row in the key's order.
func (o *optimizer) extremes(n *Aggregate) Node {
	if len(n.Keys) > 0 || n.Rollup || len(n.Calls) == 0 || len(n.Calls) > mostExtremes {
		return n
	}
	scan, conds := filtered(n.Child)
	if scan == nil || scan.Lock {
		return n
	}
	var out Node
	for i, call := range n.Calls {
		if call.F.Name != "min" && call.F.Name != "max" {
			return n
		}
		column, ok := call.Args[0].(*expr.Column)
		if !ok || column.T.Kind == types.String || !scan.bounded(scan.Lookup, conds) {
			return n // of texts that are equal the first counts
		}
		ordered := scan.inOrder(o.c, nil, []expr.Order{{X: column, Desc: call.F.Name == "max"}}, true, 1)
		if ordered == nil || !ordered.Ordered {
			return n
		}
		not := logical(o.c, "is not null", column)
		ordered.Ranges = append(slices.Clip(ordered.Ranges), ordered.ranges([]expr.Expr{not})...)
		one := &expr.Literal{V: types.IntValue(1), T: types.TypeInt}
		with := *n
		with.Calls, with.Cols = n.Calls[i:i+1:i+1], n.Cols[i:i+1:i+1]
		with.Child = &Limit{Child: o.where(ordered, append(slices.Clip(conds), not)), Count: one}
		if out == nil {
			out = &with
			continue
		}
		j := &Join{Kind: Inner, Left: out, Right: &with}
		j.Cols = slices.Concat(out.Columns(), with.Cols)
		out = j
	}
	return out
}

// bounded tells whether conditions are no more than a lookup's, which a key of the scan finds.
func (n *Scan) bounded(l *Lookup, conds []expr.Expr) bool {
	for _, cond := range conds {
		call, ok := cond.(*expr.Call)
		if !ok {
			return false
		}
		between := call.F.Name == "between"
		if !between && (len(call.Args) != 2 || !comparisons[call.F.Name] || call.F.Name == "<>") {
			return false
		}
		if _, value, _ := n.bound(call.Args[0], call.Args[1]); value == nil {
			return false
		}
	}
	count := len(conds)
	for _, cond := range conds {
		if cond.(*expr.Call).F.Name == "between" {
			count++
		}
	}
	return count == 0 || l != nil && l.Bounds() == count
}
