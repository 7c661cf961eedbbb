package plan

import (
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/builtin"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// unlateral makes of a lateral join one with the rows that the derived table has for all rows of the left, whose own are
// found by their keys: SELECT … WHERE inner = outer, with a LIMIT as a number in an order that begins anew with each key,
// with aggregates by key (Neumann and Kemper, Unnesting Arbitrary Queries, BTW 2015). nil: the derived table is of
// another form, or better executed for each row. left is rewritten already.
func (o *optimizer) unlateral(left Node, n *Join) Node {
	around := idsOf(left)
	free := ids(Free(n.Right))
	if o.repeated || n.Kind != Inner && n.Kind != Left || !allMovable(conjuncts(n.On)) || !free.meets(around) || !free.within(around) || !pureNode(n.Right) {
		return nil
	}
	l, ok := o.lateralQuery(n.Right)
	if !ok {
		return nil
	}
	d := &decorrelation{around: around, items: make(map[expr.ColumnID]expr.Expr)}
	rows := d.of(l.from)
	if rows == nil || len(d.conds) == 0 || ids(Free(rows)).meets(around) || o.executed(left, rows, d) {
		return nil
	}
	if l.group == nil && l.limit == nil {
		return o.lateralRows(left, n, l, rows, d)
	}
	var keys, on []expr.Expr
	var matches []*expr.Call
	for _, cond := range d.conds {
		inner, match, ok := matched(cond, idsOf(rows), around)
		if !ok || !sameValues(inner.Type(), match.Args[0].Type()) {
			return nil
		}
		keys, matches = append(keys, inner), append(matches, match)
	}
	items := d.items
	if l.group != nil {
		by, empty := o.lateralGroups(l.group, keys, rows, d)
		if by == nil {
			return nil
		}
		rows, items = by, nil
		for i := range keys {
			keys[i] = by.Cols[i].Ref()
		}
		if len(l.group.Keys) == 0 { // a row for each of the left
			if l.limit != nil || n.Kind == Left && n.On != nil {
				return nil
			}
			for i, m := range matches {
				m.Args[1] = keys[i]
				on = append(on, m)
			}
			return o.lateralValues(o.leftJoin(left, rows, on), left, n, l, empty)
		}
	}
	able := func(e expr.Expr) (expr.Expr, bool) {
		with, ok := substitute(e, items)
		return with, ok && movable(with) && silent(with) && !ids(FreeOf(with)).meets(around)
	}
	p := &Project{Cols: slices.Clone(n.Right.Columns())}
	for _, v := range l.values {
		with, ok := able(v)
		if !ok {
			return nil
		}
		p.Items = append(p.Items, with)
	}
	if l.limit != nil {
		w := &Window{Child: rows, Partition: keys, Cols: slices.Clone(rows.Columns())}
		for _, k := range l.sort.Keys {
			if k.X, ok = able(k.X); !ok {
				return nil
			}
			w.Order = append(w.Order, k)
		}
		if p.Child = o.numbered(w, l.skip, l.count); p.Child == nil {
			return nil
		}
	} else {
		p.Child = rows
	}
	for i, m := range matches {
		o.made++
		p.Items = append(p.Items, keys[i])
		p.Cols = append(p.Cols, Column{ID: o.made, Name: keys[i].String(), T: *keys[i].Type()})
		m.Args[1] = p.Cols[len(p.Cols)-1].Ref()
		on = append(on, m)
	}
	return o.besides(left, n, p, on)
}

// lateralQuery is a derived table: SELECT values FROM from, grouped or not, in an order up to a limit or not.
type lateralQuery struct {
	values      []expr.Expr // of its columns
	from        Node
	group       *Aggregate
	sort        *Sort
	limit       *Limit
	skip, count int64
}

// lateralQuery takes a derived table apart; false: it has another form.
func (o *optimizer) lateralQuery(n Node) (l *lateralQuery, ok bool) {
	l = &lateralQuery{values: refsTo(n.Columns())}
	for {
		switch q := n.(type) {
		case *Project:
			items := projected(q)
			for i, v := range l.values {
				if l.values[i], ok = substitute(v, items); !ok {
					return nil, false
				}
			}
			if l.sort != nil {
				with := *l.sort
				with.Keys = slices.Clone(with.Keys)
				for i, k := range with.Keys {
					if with.Keys[i].X, ok = substitute(k.X, items); !ok {
						return nil, false
					}
				}
				l.sort = &with
			}
			n = q.Child
		case *Limit:
			if l.limit != nil || l.sort != nil || q.Found != nil || q.Count == nil {
				return nil, false
			}
			l.limit = q
			if l.count, ok = o.few(q.Count); ok && q.Offset != nil {
				l.skip, ok = o.few(q.Offset)
			}
			if !ok {
				return nil, false
			}
			n = q.Child
		case *Sort:
			if l.sort != nil {
				return nil, false
			}
			l.sort = q
			n = q.Child
		case *Aggregate:
			l.group, l.from = q, q.Child
			return l, !q.Rollup && l.limit == nil || l.sort != nil
		default:
			l.from = n
			return l, l.limit == nil || l.sort != nil
		}
	}
}

// few is a number of rows that is known.
func (o *optimizer) few(e expr.Expr) (int64, bool) {
	l, ok := expr.Fold(o.c, e).(*expr.Literal)
	if !ok || l.V.Kind != types.Int && l.V.Kind != types.Uint || l.V.I < 0 || l.V.I > math.MaxInt32 {
		return 0, false
	}
	return l.V.I, true
}

func refsTo(columns []Column) []expr.Expr {
	out := make([]expr.Expr, len(columns))
	for i := range columns {
		out[i] = columns[i].Ref()
	}
	return out
}

// lateralRows joins with all rows that meet the conditions.
func (o *optimizer) lateralRows(left Node, n *Join, l *lateralQuery, rows Node, d *decorrelation) Node {
	p := &Project{Child: rows, Cols: slices.Clone(n.Right.Columns())}
	for _, v := range l.values {
		with, ok := substitute(v, d.items)
		if !ok || !movable(with) || !silent(with) || ids(FreeOf(with)).meets(d.around) {
			return nil
		}
		p.Items = append(p.Items, with)
	}
	used := make(ids)
	for _, e := range d.conds {
		used = used.with(FreeOf(e))
	}
	for _, c := range rows.Columns() {
		if used[c.ID] && !idsOf(p)[c.ID] {
			p.Items, p.Cols = append(p.Items, c.Ref()), append(p.Cols, c)
		}
	}
	return o.besides(left, n, p, d.conds)
}

// lateralGroups is a grouping by the keys, too, and what its columns are of no rows; nil: it may not be computed of rows that no row of the left asks for.
func (o *optimizer) lateralGroups(group *Aggregate, keys []expr.Expr, rows Node, d *decorrelation) (*Aggregate, map[expr.ColumnID]expr.Expr) {
	empty, ok := o.ofNone(group, d.around)
	if !ok {
		return nil, nil
	}
	by := &Aggregate{Child: rows, Keys: slices.Clone(keys)}
	for _, k := range keys {
		o.made++
		by.Cols = append(by.Cols, Column{ID: o.made, Name: k.String(), T: *k.Type()})
	}
	for _, k := range group.Keys {
		with, ok := substitute(k, d.items)
		if !ok || !movable(with) || !silent(with) || ids(FreeOf(with)).meets(d.around) {
			return nil, nil
		}
		by.Keys = append(by.Keys, with)
	}
	if by.Calls, ok = substituted(group.Calls, d.items); !ok {
		return nil, nil
	}
	by.Cols = append(by.Cols, group.Cols...)
	return by, empty
}

// lateralValues computes a derived table's columns of aggregates that are joined.
func (o *optimizer) lateralValues(joined, left Node, n *Join, l *lateralQuery, empty map[expr.ColumnID]expr.Expr) Node {
	p := &Project{Child: joined, Items: refsTo(left.Columns()), Cols: slices.Clone(left.Columns())}
	for i, v := range l.values {
		with, ok := substitute(v, empty)
		if !ok || !movable(with) {
			return nil
		}
		p.Items, p.Cols = append(p.Items, with), append(p.Cols, n.Right.Columns()[i])
	}
	return o.where(p, conjuncts(n.On))
}

// besides joins the rows that a lateral join's right side has for any row.
func (o *optimizer) besides(left Node, n *Join, right Node, on []expr.Expr) Node {
	j := &Join{Kind: n.Kind, Left: left, Cols: n.Cols}
	j.Right, j.On = o.push(right, nil), conjunction(o.c, append(on, conjuncts(n.On)...))
	j.Cols = joinedColumns(n, left, j.Right)
	return j
}

// numbered passes those rows of each of a window's partitions that are behind so many in its order, up to a number; nil:
// an error.
func (o *optimizer) numbered(w *Window, skip, count int64) Node {
	r := &expr.Resolver{Env: o.c.Env, Context: o.c}
	of, err := o.rowNumber(r, w)
	if err != nil {
		return nil
	}
	var is []expr.Expr
	for _, bound := range []struct {
		op string
		of int64
	}{{"<=", skip + count}, {">", skip}} {
		if bound.op == ">" && skip == 0 {
			continue
		}
		c, err := expr.NewCall(r, builtin.Function(bound.op), of.Ref(), &expr.Literal{V: types.IntValue(bound.of), T: types.TypeInt})
		if err != nil {
			return nil
		}
		is = append(is, c)
	}
	return &Filter{Child: w, Cond: conjunction(o.c, is)}
}

// rowNumber gives a window ROW_NUMBER as its call, and returns its column.
func (o *optimizer) rowNumber(r *expr.Resolver, w *Window) (Column, error) {
	number, err := expr.NewWindowCall(r, builtin.Window("row_number"), nil, expr.Frame{
		Start: expr.Bound{Kind: expr.UnboundedPreceding}, End: expr.Bound{Kind: expr.UnboundedFollowing},
	})
	if err != nil {
		return Column{}, err
	}
	o.made++
	of := Column{ID: o.made, Name: "row_number", T: number.T}
	w.Calls, w.Cols = []*expr.WindowCall{number}, append(slices.Clip(w.Cols), of)
	return of, nil
}
