package plan

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// Statistics is a table that knows something of the values of its columns.
type Statistics interface {
	Table
	// ColumnStatistics are those of the column at a place in the table.
	ColumnStatistics(c *expr.Context, column int) ColumnStatistics
}

// ColumnStatistics are what is known of a column's values, about.
type ColumnStatistics struct {
	Distinct float64 // different values
	Nulls    float64 // rows
	// Low and High are the least and the greatest value, of a date or time as a vector has it. Bounded: they are known.
	Low, High float64
	Bounded   bool
}

// What is assumed where nothing is known.
const (
	equalShare = 0.1     // the rows that meet an equality
	rangeShare = 1. / 3  // an inequality
	otherShare = 1. / 4  // any other condition
	likeShare  = 1. / 10 // LIKE
)

// estimator estimates how many rows plans have (Selinger et al., Access Path Selection, 1979): values are taken to be
// spread evenly, and conditions to have nothing to do with one another.
type estimator struct {
	c       *expr.Context
	origins map[expr.ColumnID]origin
	traced  map[Node]bool
	columns map[origin]ColumnStatistics
	sizes   map[Node]float64
}

// origin is a column of a table.
type origin struct {
	table Table
	at    int
}

func newEstimator(c *expr.Context) *estimator {
	return &estimator{
		c: c, origins: make(map[expr.ColumnID]origin), traced: make(map[Node]bool),
		columns: make(map[origin]ColumnStatistics), sizes: make(map[Node]float64),
	}
}

// trace notes where the columns of a plan come from.
func (s *estimator) trace(n Node) {
	if s.traced[n] {
		return
	}
	s.traced[n] = true
	for _, child := range n.Children() {
		s.trace(child)
	}
	alias := func(id expr.ColumnID, e expr.Expr) {
		if c, ok := e.(*expr.Column); ok {
			if from, ok := s.origins[c.ID]; ok {
				s.origins[id] = from
			}
		}
	}
	switch n := n.(type) {
	case *Scan:
		for i := range n.Cols {
			s.origins[n.Cols[i].ID] = origin{n.Table, n.Pos[i]}
		}
	case *Project:
		for i := range n.Cols {
			alias(n.Cols[i].ID, n.Items[i])
		}
	case *Aggregate:
		for i, k := range n.Keys {
			alias(n.Cols[i].ID, k)
		}
	case *Ref:
		if n.Working {
			return
		}
		s.trace(n.CTE.Query)
		columns := n.CTE.Query.Columns()
		for i := range n.Cols {
			alias(n.Cols[i].ID, columns[i].Ref())
		}
	}
}

// column is what is known of a column; false where it is nothing.
func (s *estimator) column(id expr.ColumnID) (ColumnStatistics, bool) {
	from, ok := s.origins[id]
	if !ok || from.at < 0 {
		return ColumnStatistics{}, false
	}
	if known, ok := s.columns[from]; ok {
		return known, known.Distinct > 0
	}
	var known ColumnStatistics
	if t, ok := from.table.(Statistics); ok {
		known = t.ColumnStatistics(s.c, from.at)
	}
	for _, k := range from.table.Keys() {
		if k.Unique && len(k.Columns) == 1 && k.Columns[0] == from.at {
			known.Distinct = max(float64(from.table.RowCount(s.c))-known.Nulls, 1)
		}
	}
	s.columns[from] = known
	return known, known.Distinct > 0
}

// distinct is how many different values an expression has among so many rows.
func (s *estimator) distinct(e expr.Expr, rows float64) float64 {
	switch e := e.(type) {
	case *expr.Column:
		if known, ok := s.column(e.ID); ok {
			return max(min(known.Distinct, rows), 1)
		}
	case *expr.Convert:
		return s.distinct(e.X, rows)
	case *expr.Literal:
		return 1
	}
	return max(rows*equalShare, 1)
}

// rows is how many rows a plan has.
func (s *estimator) rows(n Node) float64 {
	if known, ok := s.sizes[n]; ok {
		return known
	}
	s.trace(n)
	rows := max(s.count(n), 0)
	s.sizes[n] = rows
	return rows
}

func (s *estimator) count(n Node) float64 {
	switch n := n.(type) {
	case *Scan:
		rows := float64(n.Table.RowCount(s.c))
		if n.Lookup == nil {
			return rows
		}
		return rows * s.lookup(n.Table, n.Lookup, rows)
	case *Values:
		return float64(len(n.Rows))
	case *Filter:
		child := n.Child
		if scan, ok := child.(*Scan); ok {
			// The conditions are those of the lookup, too.
			return float64(scan.Table.RowCount(s.c)) * s.share(conjuncts(n.Cond), s.tableRows(scan))
		}
		rows := s.rows(child)
		return rows * s.share(conjuncts(n.Cond), rows)
	case *Limit:
		rows := s.rows(n.Child)
		if l, ok := n.Count.(*expr.Literal); ok && !l.V.IsNull() && l.V.I >= 0 {
			rows = min(rows, float64(l.V.I))
		}
		return rows
	case *Ref:
		if n.Working {
			return 1
		}
		rows := s.rows(n.CTE.Query)
		if n.CTE.Step != nil {
			rows *= 10
		}
		return rows
	case *Join:
		return s.join(n)
	case *Aggregate:
		return s.groups(n.Keys, s.rows(n.Child))
	case *Distinct:
		var keys []expr.Expr
		for _, c := range n.Columns() {
			keys = append(keys, c.Ref())
		}
		return s.groups(keys, s.rows(n.Child))
	case *SetOp:
		if n.Kind == Union {
			return s.rows(n.Left) + s.rows(n.Right)
		}
		return s.rows(n.Left)
	case *TableFunction, *JSONTable:
		return 1000
	}
	rows := 0.
	for _, child := range n.Children() {
		rows = max(rows, s.rows(child))
	}
	return rows
}

func (s *estimator) tableRows(n *Scan) float64 {
	s.trace(n)
	return float64(n.Table.RowCount(s.c))
}

// groups is how many groups of so many rows keys make.
func (s *estimator) groups(keys []expr.Expr, rows float64) float64 {
	groups := 1.
	for _, k := range keys {
		groups *= s.distinct(k, rows)
	}
	if len(keys) > 1 {
		rows = max(rows/2, 1)
	}
	return min(groups, rows)
}

func (s *estimator) join(n *Join) float64 {
	left, right := s.rows(n.Left), s.rows(n.Right)
	if n.Kind == Mark || n.Nearest {
		return left
	}
	pairs := left * right
	for _, e := range conjuncts(n.On) {
		pairs *= s.joined(e, left, right)
	}
	switch n.Kind {
	case Inner:
		return pairs
	case Left:
		return max(pairs, left)
	case Semi:
		return min(pairs, left)
	}
	return max(left-pairs, left/4)
}

// joined is the share of pairs of rows for which a condition is true.
func (s *estimator) joined(e expr.Expr, left, right float64) float64 {
	if call, ok := e.(*expr.Call); ok && call.F.Name == "=" {
		a, b := s.distinct(call.Args[0], max(left, right)), s.distinct(call.Args[1], max(left, right))
		return 1 / max(min(a, max(left, right)), min(b, max(left, right)), 1)
	}
	return s.shareOf(e, max(left, right))
}

// share is the share of so many rows for which all conditions are true.
func (s *estimator) share(conds []expr.Expr, rows float64) float64 {
	share := 1.
	for _, e := range conds {
		share *= s.shareOf(e, rows)
	}
	return share
}

func (s *estimator) shareOf(cond expr.Expr, rows float64) float64 {
	call, ok := bare(cond).(*expr.Call)
	if !ok {
		return otherShare
	}
	args := call.Args
	switch call.F.Name {
	case "and":
		return s.share(args, rows)
	case "or":
		not := 1.
		for _, a := range args {
			not *= 1 - s.shareOf(a, rows)
		}
		return 1 - not
	case "not":
		return 1 - s.shareOf(args[0], rows)
	case "=", "<=>":
		return s.equal(args[0], args[1], rows)
	case "<>":
		return 1 - s.equal(args[0], args[1], rows)
	case "<", "<=":
		return s.between(args[0], nil, args[1], args[1], nil)
	case ">", ">=":
		return s.between(args[0], args[1], nil, nil, args[1])
	case "between":
		return s.between(args[0], args[1], args[2], nil, nil)
	case "in":
		share := 0.
		for _, a := range args[1:] {
			share += s.equal(args[0], a, rows)
		}
		return min(share, 1)
	case "is null", "isnull":
		return s.nulls(args[0], rows)
	case "is not null":
		return 1 - s.nulls(args[0], rows)
	case "like":
		return likeShare
	}
	return otherShare
}

// equal is the share of rows for which a = b.
func (s *estimator) equal(a, b expr.Expr, rows float64) float64 {
	if _, ok := a.(*expr.Column); !ok {
		a, b = b, a
	}
	col, ok := a.(*expr.Column)
	if !ok {
		return equalShare
	}
	known, ok := s.column(col.ID)
	if !ok {
		return equalShare
	}
	if x, ok := number(s.c, b); ok && known.Bounded && (x < known.Low || x > known.High) {
		return 0
	}
	return 1 / max(known.Distinct, s.distinct(b, known.Distinct), 1)
}

// between is the share of rows for which a column lies between bounds, of which either may be nil. below and above are those
// where the column is on the right: 5 < x.
func (s *estimator) between(x, from, to, below, above expr.Expr) float64 {
	col, ok := x.(*expr.Column)
	if !ok {
		other := below
		if other == nil {
			other = above
		}
		if col, ok = other.(*expr.Column); !ok {
			return rangeShare
		}
		if from, to = x, nil; above != nil {
			from, to = nil, x
		}
	}
	known, ok := s.column(col.ID)
	if !ok || !known.Bounded {
		return rangeShare
	}
	low, high := known.Low, known.High
	for _, bound := range []expr.Expr{from, to} {
		if bound == nil {
			continue
		}
		v, ok := number(s.c, bound)
		if !ok {
			return rangeShare
		}
		if bound == from {
			low = max(low, v)
		}
		if bound == to {
			high = min(high, v)
		}
	}
	switch {
	case low > high:
		return 0
	case known.High == known.Low:
		return 1
	}
	return max((high-low)/(known.High-known.Low), 1/max(known.Distinct, 1))
}

func (s *estimator) nulls(x expr.Expr, rows float64) float64 {
	col, ok := x.(*expr.Column)
	if !ok {
		return equalShare
	}
	if !col.T.Nullable {
		return 0
	}
	if known, ok := s.column(col.ID); ok {
		return min(known.Nulls/max(rows, 1), 1)
	}
	return equalShare
}

// number is the value of a constant as a vector has it.
func number(c *expr.Context, e expr.Expr) (float64, bool) {
	l, ok := expr.Fold(c, e).(*expr.Literal)
	if !ok {
		return 0, false
	}
	switch l.V.Kind {
	case types.Int, types.Date, types.DateTime, types.Time:
		return float64(l.V.I), true
	case types.Uint:
		return float64(l.V.Uint()), true
	case types.Decimal:
		return l.V.D.Float(), true
	case types.Float:
		return l.V.F, true
	}
	return 0, false
}

// lookup is the share of a table's rows that a lookup finds.
func (s *estimator) lookup(t Table, l *Lookup, rows float64) float64 {
	i := slices.IndexFunc(t.Keys(), func(k Key) bool { return k.Name == l.Key })
	if i < 0 {
		return 1
	}
	k := t.Keys()[i]
	if k.Unique && len(l.Equal) == len(k.Columns) {
		return 1 / max(rows, 1)
	}
	share := 1.
	column := func(at int) *expr.Column {
		// A column of the table that no scan has.
		id := expr.ColumnID(-1 - at)
		s.origins[id] = origin{t, k.Columns[at]}
		return &expr.Column{ID: id}
	}
	for at, e := range l.Equal {
		share *= s.equal(column(at), e, rows)
	}
	if l.From != nil || l.To != nil {
		share *= s.between(column(len(l.Equal)), l.From, l.To, nil, nil)
	}
	return share
}

// Wide tells whether a lookup finds so many rows that reading all of the table takes no longer.
func Wide(c *expr.Context, t Table, l *Lookup) bool {
	rows := float64(t.RowCount(c))
	if rows < wideFrom {
		return false
	}
	for _, k := range t.Keys() {
		if k.Name == l.Key && k.Unique && len(k.Columns) == len(l.Equal) {
			return false
		}
	}
	return newEstimator(c).lookup(t, l, rows) > 1./wideShare
}

const (
	wideFrom  = 4096 // smaller tables are read either way
	wideShare = 32   // how many rows are read in order in the time of one that a key finds
)
