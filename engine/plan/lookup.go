package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// lookup makes a scan of a table read the range of a key that the conditions allow, and skip what has no value that
// they let pass. They stay: more rows may come.
func (o *optimizer) lookup(n *Scan, conds []expr.Expr) Node {
	if n.Lookup != nil || n.Ranges != nil {
		return n.WithExprs(o.exprs(n.Exprs()))
	}
	best, score := n.bestLookup(conds, "")
	if best != nil && score < 1000 && o.wide(n, best) {
		best = nil
	}
	with := *n
	if with.Lookup = best; score < 1000 {
		with.Ranges = n.ranges(conds)
	}
	return &with
}

// bestLookup is the range of a key that conditions allow, of the key that finds the fewest rows, or of the one of the name;
// nil: they bound none. The score is 1000 or more where it is one row.
func (n *Scan) bestLookup(conds []expr.Expr, key string) (best *Lookup, score int) {
	equal, from, to := make(map[int]expr.Expr), make(map[int]expr.Expr), make(map[int]expr.Expr)
	keep := func(m map[int]expr.Expr, at int, e expr.Expr) {
		if m[at] == nil {
			m[at] = e
		}
	}
	able, _ := split(conds)
	for _, cond := range able {
		call, ok := cond.(*expr.Call)
		if !ok {
			continue
		}
		switch call.F.Name {
		case "=", "<", "<=", ">", ">=":
			at, value, flipped := n.bound(call.Args[0], call.Args[1])
			switch {
			case value == nil:
			case call.F.Name == "=":
				keep(equal, at, value)
			case (call.F.Name[0] == '>') != flipped:
				keep(from, at, value)
			default:
				keep(to, at, value)
			}
		case "between":
			for i, m := range []map[int]expr.Expr{from, to} {
				if at, value, flipped := n.bound(call.Args[0], call.Args[i+1]); value != nil && !flipped {
					keep(m, at, value)
				}
			}
		}
	}
	for _, k := range n.Table.Keys() {
		if key != "" && k.Name != key {
			continue
		}
		l := &Lookup{Key: k.Name}
		for _, c := range k.Columns {
			if equal[c] == nil {
				l.From, l.To = from[c], to[c]
				break
			}
			l.Equal = append(l.Equal, equal[c])
		}
		// A row is better than many, more columns better than fewer, a range with two ends than with one.
		s := 4 * len(l.Equal)
		if k.Unique && len(l.Equal) == len(k.Columns) {
			s += 1000
		}
		for _, e := range []expr.Expr{l.From, l.To} {
			if e != nil {
				s++
			}
		}
		if s > score {
			best, score = l, s
		}
	}
	return best, score
}

// wide tells whether a lookup finds so many rows that reading all of the table takes no longer.
func (o *optimizer) wide(n *Scan, l *Lookup) bool {
	rows := o.estimate.tableRows(n)
	return rows >= wideFrom && o.estimate.lookup(n.Table, l, rows) > 1./wideShare
}

// bound is, of a comparison of a column of the scan with what does not depend on its rows, the column's
// place in the table and the value; nil where it is none. flipped: the column is on the right.
func (n *Scan) bound(a, b expr.Expr) (at int, value expr.Expr, flipped bool) {
	own := idsOf(n)
	for _, flipped := range []bool{false, true} {
		if flipped {
			a, b = b, a
		}
		x, day := a, false
		if c, ok := a.(*expr.Convert); ok && !c.Explicit && c.T.Kind == types.DateTime && c.X.Type().Kind == types.Date {
			x, day = c.X, true // the day of the other side is a bound, too
		}
		c, ok := x.(*expr.Column)
		if !ok || !own[c.ID] || ids(FreeOf(b)).meets(own) || !sameKind(a.Type(), b.Type()) {
			continue
		}
		if day {
			t := types.TypeDate
			t.Nullable = true
			b = &expr.Convert{X: b, T: t}
		}
		return n.Pos[slices.IndexFunc(n.Cols, func(col Column) bool { return col.ID == c.ID })], b, flipped
	}
	return 0, nil, false
}

// sameKind tells whether a key can be looked up by values of the type b, without a conversion.
func sameKind(a, b *types.Type) bool {
	integer := func(k types.Kind) bool { return k == types.Int || k == types.Uint }
	switch {
	case a.Kind == types.String:
		return b.Kind == types.String && a.Collation == b.Collation
	case a.Kind == types.JSON, a.Kind == types.Enum, a.Kind == types.Set, a.Kind == types.Null:
		return false
	}
	return a.Kind == b.Kind || integer(a.Kind) && integer(b.Kind)
}
