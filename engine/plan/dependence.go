package plan

import (
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Determined tells of the columns of a plan's rows which have one value for all
// rows that have the same values of the keys: those that ONLY_FULL_GROUP_BY lets a
// query with GROUP BY keys select (manual 14.19.3, 14.19.4). Keys that are no
// plain columns determine nothing.
func Determined(n Node, keys []expr.Expr) func(expr.ColumnID) bool {
	d := &dependences{}
	all := d.of(n)
	known := make(ids)
	for _, k := range keys {
		if c, ok := k.(*expr.Column); ok {
			known[c.ID] = true
		}
	}
	for more := true; more; {
		more = false
		for _, f := range all {
			if !f.from.within(known) {
				continue
			}
			for _, id := range f.to {
				more = more || !known[id]
				known[id] = true
			}
		}
	}
	return func(id expr.ColumnID) bool { return known[id] }
}

// dependence says that rows with the same values of the columns from have the
// same values of the columns to.
type dependence struct {
	from ids
	to   []expr.ColumnID
	// missing: that holds also among rows in which all of them are NULL and others,
	// as where an outer join adds rows: of the others none has only NULLs in from.
	missing bool
}

// dependences finds the dependences among the columns of plans. Those of columns below
// a projection or aggregation are there, too: each of its rows stands for one row of them.
type dependences struct {
	lastID expr.ColumnID // of the columns within CTEs, which every use has anew
}

func (d *dependences) of(n Node) []dependence {
	switch n := n.(type) {
	case *Scan:
		return keysOf(n)
	case *Filter:
		return append(d.of(n.Child), equalities(n.Cond, n.Child.Columns())...)
	case *Project:
		return append(d.of(n.Child), items(n)...)
	case *Join:
		return d.join(n)
	case *Aggregate:
		return d.aggregate(n)
	case *Sort, *Limit, *Distinct, *Window:
		return d.of(n.Children()[0])
	case *Ref:
		return d.ref(n)
	}
	return nil
}

// keysOf: a unique key whose columns are not NULL determines the table's columns.
func keysOf(n *Scan) []dependence {
	at := make(map[int]*Column, len(n.Cols))
	all := make([]expr.ColumnID, len(n.Cols))
	for i := range n.Cols {
		at[n.Pos[i]] = &n.Cols[i]
		all[i] = n.Cols[i].ID
	}
	var out []dependence
keys:
	for _, k := range n.Table.Keys() {
		if k.Apart || !k.Unique && !k.Primary {
			continue
		}
		from := make(ids)
		for _, c := range k.Columns {
			col := at[c]
			if col == nil || col.T.Nullable && !k.Primary {
				continue keys
			}
			from[col.ID] = true
		}
		out = append(out, dependence{from: from, to: all, missing: true})
	}
	return out
}

// items: a projection's column is determined by the columns that its expression uses; a
// column by another name determines that one, too.
func items(n *Project) []dependence {
	nullable := nullability(n.Child.Columns())
	var out []dependence
	for i, e := range n.Items {
		to := []expr.ColumnID{n.Cols[i].ID}
		if c, ok := e.(*expr.Column); ok {
			out = append(out, dependence{ids{c.ID: true}, to, true}, dependence{ids{to[0]: true}, []expr.ColumnID{c.ID}, true})
			continue
		}
		if !movable(e) {
			continue
		}
		f := dependence{from: make(ids), to: to}
		for id := range FreeOf(e) {
			if null, own := nullable[id]; own {
				f.from[id] = true
				f.missing = f.missing || !null
			}
		}
		out = append(out, f)
	}
	return out
}

// nullability tells of columns whether they may be NULL.
func nullability(columns []Column) map[expr.ColumnID]bool {
	out := make(map[expr.ColumnID]bool, len(columns))
	for _, c := range columns {
		out[c.ID] = c.T.Nullable
	}
	return out
}

// equalities are what conditions of rows with these columns say: column = column, column =
// expression, column = constant, column IS NULL. Columns of queries around are constants.
func equalities(cond expr.Expr, columns []Column) []dependence {
	own := make(ids, len(columns))
	for _, c := range columns {
		own[c.ID] = true
	}
	var out []dependence
	for _, e := range conjuncts(cond) {
		call, ok := e.(*expr.Call)
		if !ok {
			continue
		}
		switch call.F.Name {
		case "=", "<=>":
			for i, a := range call.Args {
				c, ok := operand(a).(*expr.Column)
				other := call.Args[1-i]
				if !ok || !own[c.ID] || !movable(other) || !determines(call, &c.T, operand(other).Type()) {
					continue
				}
				f := dependence{from: make(ids), to: []expr.ColumnID{c.ID}}
				for id := range FreeOf(other) {
					if own[id] {
						f.from[id] = true
					}
				}
				// Both sides of a = b that is true are not NULL.
				_, column := operand(other).(*expr.Column)
				f.missing = len(f.from) > 0 && column && call.F.Name == "="
				out = append(out, f)
			}
		case "is null", "isnull":
			if c, ok := call.Args[0].(*expr.Column); ok && own[c.ID] {
				out = append(out, dependence{from: ids{}, to: []expr.ColumnID{c.ID}})
			}
		}
	}
	return out
}

// operand is an operand of a comparison without its conversion to the type of the comparison.
func operand(e expr.Expr) expr.Expr {
	if c, ok := e.(*expr.Convert); ok && !c.Explicit {
		return c.X
	}
	return e
}

// determines tells whether, of a comparison that is true, the value of one operand tells that of a column on the other
// side: they are of one class of types, and compared in the column's collation
// (equality_determines_uniqueness of MySQL's sql_optimizer.cc).
func determines(call *expr.Call, column, other *types.Type) bool {
	class := func(t *types.Type) types.Kind {
		switch t.Kind {
		case types.Int, types.Uint, types.Bit:
			return types.Int
		case types.Float, types.Decimal:
			return t.Kind
		}
		return types.String
	}
	if other.Kind == types.Null || class(column) != class(other) {
		return false
	}
	if !column.IsText() {
		return true
	}
	for _, a := range call.Args {
		if t := a.Type(); t.Kind != types.String || t.Collation != column.Collation {
			return false
		}
	}
	return !other.IsTemporal()
}

func (d *dependences) join(n *Join) []dependence {
	left, right := d.of(n.Left), d.of(n.Right)
	// To a lateral right side the left one's columns are constants, but there are many.
	around := make(ids)
	if n.Lateral {
		own := idsOf(n.Left)
		for id := range Free(n.Right) {
			if own[id] {
				around[id] = true
			}
		}
	}
	for i := range right {
		if len(around) > 0 {
			from := around.and()
			for id := range right[i].from {
				from[id] = true
			}
			right[i].from = from
		}
	}
	switch n.Kind {
	case Inner:
		all := append(left, right...)
		if n.On == nil {
			return all
		}
		return append(all, equalities(n.On, n.Cols)...)
	case Left:
		return append(left, outer(n, right)...)
	}
	return left
}

// outer is what holds of the right side of a left join where there are rows in which it is all
// NULL, and what the condition says: all columns of the left in it determine what row it finds, so
// far as an equality tells that from them.
func outer(n *Join, right []dependence) []dependence {
	nullable := nullability(n.Right.Columns())
	var out []dependence
	for _, f := range right {
		for id := range f.from {
			if null, own := nullable[id]; own && !null {
				f.missing = true
			}
		}
		if f.missing {
			out = append(out, f)
		}
	}
	if n.On == nil || !movable(n.On) {
		return out
	}
	left, weak := idsOf(n.Left), idsOf(n.Right)
	strong := make(ids)
	for id := range FreeOf(n.On) {
		if left[id] {
			strong[id] = true
		}
	}
	for _, f := range equalities(n.On, n.Cols) {
		if weak[f.to[0]] && !f.from.meets(weak) {
			out = append(out, dependence{from: strong, to: f.to})
		}
	}
	return out
}

// aggregate: the keys determine all that comes of a group.
func (d *dependences) aggregate(n *Aggregate) []dependence {
	if n.Rollup {
		return nil
	}
	f := dependence{from: make(ids)}
	child := nullability(n.Child.Columns())
	var out []dependence
	for i, k := range n.Keys {
		key := n.Cols[i].ID
		f.from[key] = true
		f.missing = f.missing || !n.Cols[i].T.Nullable
		if c, ok := k.(*expr.Column); ok {
			if c.ID != key {
				out = append(out, dependence{ids{c.ID: true}, []expr.ColumnID{key}, true}, dependence{ids{key: true}, []expr.ColumnID{c.ID}, true})
			}
		} else if movable(k) {
			g := dependence{from: make(ids), to: []expr.ColumnID{key}}
			for id := range FreeOf(k) {
				if null, own := child[id]; own {
					g.from[id] = true
					g.missing = g.missing || !null
				}
			}
			out = append(out, g)
		}
	}
	for _, c := range n.Cols {
		f.to = append(f.to, c.ID)
	}
	return append(append(out, f), d.of(n.Child)...)
}

// ref is what holds of a CTE's rows, by the columns of the use.
func (d *dependences) ref(n *Ref) []dependence {
	if n.CTE.Step != nil {
		return nil
	}
	name := make(map[expr.ColumnID]expr.ColumnID)
	for i, c := range n.CTE.Query.Columns() {
		if i < len(n.Cols) {
			if _, twice := name[c.ID]; !twice {
				name[c.ID] = n.Cols[i].ID
			}
		}
	}
	rename := func(id expr.ColumnID) expr.ColumnID {
		if _, ok := name[id]; !ok {
			d.lastID--
			name[id] = d.lastID
		}
		return name[id]
	}
	out := d.of(n.CTE.Query)
	for i, f := range out {
		renamed := dependence{from: make(ids), missing: f.missing}
		for id := range f.from {
			renamed.from[rename(id)] = true
		}
		for _, id := range f.to {
			renamed.to = append(renamed.to, rename(id))
		}
		out[i] = renamed
	}
	return out
}
