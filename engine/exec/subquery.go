package exec

import (
	"slices"

	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// answerBytes is what an answer takes in memory, its rows aside.
const answerBytes = 256

// maxMemo is how many rows the answers of a correlated subquery have that are kept.
const maxMemo = 1 << 20

// query is the query of a subquery. What it answers is kept for the values of the columns of
// the queries around for which it did; if it uses none, for the statement.
type query struct {
	make     maker
	cols     []plan.Column
	outer    []expr.ColumnID
	volatile bool // answers are not kept
	most     int  // how many rows are wanted; 0: all
	extremes bool // of the rows, only the least, the greatest and a NULL are wanted

	again   Operator      // that of the run before, begun again: such a one holds nothing that is to be closed; nil: there is none
	againOf *expr.Context // its context

	mem  memory.Account
	only *answer // of a query that uses no others' columns, once it is there: workers may read it
	memo map[string]*answer
	kept int
	key  []byte
}

// answer is the rows that a subquery has given.
type answer struct {
	rows  *types.Batch
	set   *hashTable // of the keys of In's equalities, once they are wanted; rows with NULL are not in it
	null  bool       // there are such rows
	nulls *nullIndex
}

func (q *query) answer(c *expr.Context) (*answer, error) {
	if q.volatile {
		return q.run(c)
	}
	if q.only != nil {
		return q.only, nil
	}
	q.key = outerKey(q.key[:0], c, q.outer)
	if a := q.memo[string(q.key)]; a != nil {
		return a, nil
	}
	key := string(q.key) // running it may come here again for other values
	a, err := q.run(c)
	if err != nil {
		return nil, err
	}
	if q.memo == nil || q.kept > maxMemo {
		q.forget(c)
	}
	bytes := a.rows.Bytes() + answerBytes + int64(len(key))
	if len(q.outer) == 0 {
		q.only = a
		return a, q.mem.Grow(bytes)
	}
	if !q.mem.Fits(q.mem.Held() + bytes) {
		if q.forget(c); !q.mem.Fits(bytes) {
			return a, nil
		}
	}
	q.memo[key] = a
	q.kept += a.rows.N + 1
	return a, nil
}

// forget gives up what was answered.
func (q *query) forget(c *expr.Context) {
	q.mem.Release()
	q.mem = c.Memory.Account()
	q.memo, q.kept = map[string]*answer{}, 0
}

func (q *query) run(c *expr.Context) (*answer, error) {
	op := q.again
	if op == nil || q.againOf != c {
		op = q.make(c)
	}
	q.again = nil // running it may come here again
	defer func() {
		if len(q.outer) > 0 && rewind(op) {
			q.again, q.againOf = op, c
		} else {
			op.Close()
		}
	}()
	mem := c.Memory.Account() // while it is read: then it is counted where it is kept
	defer mem.Release()
	all := newBuffer(q.cols, &mem)
	for q.most == 0 || all.n < q.most {
		if err := cancelled(c); err != nil {
			return nil, err
		}
		b, err := op.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			break
		}
		if err := all.add(b); err != nil {
			return nil, err
		}
	}
	rows, err := all.batch(c)
	if err == nil && q.extremes {
		rows, err = extremes(c, rows)
	}
	return &answer{rows: rows}, err
}

// extremes is the rows of a column's least and greatest value, and one of its NULLs.
func extremes(c *expr.Context, rows *types.Batch) (*types.Batch, error) {
	v := rows.Cols[0]
	least, most, null := int32(-1), int32(-1), int32(-1)
	if err := steps(c, rows.N, func(from, to int) {
		for i := from; i < to; i++ {
			switch row := int32(i); {
			case v.Null(i):
				null = row
			case least < 0:
				least, most = row, row
			case types.CompareVec(v, i, v, int(least), types.Binary) < 0:
				least = row
			case types.CompareVec(v, i, v, int(most), types.Binary) > 0:
				most = row
			}
		}
	}); err != nil {
		return nil, err
	}
	wanted := slices.DeleteFunc([]int32{least, most, null}, func(row int32) bool { return row < 0 })
	return rows.Take(wanted), nil
}

// byExtremes tells whether what op ANY and op ALL are follows from the least and the greatest value, as MySQL has it, too
// (Item_maxmin_subselect): where op is an order, and the values are compared in their own.
func byExtremes(n *plan.Subquery) bool {
	call, ok := n.Match.(*expr.Call)
	if !ok || len(n.Left) != 1 || len(n.Query.Columns()) != 1 {
		return false
	}
	switch call.F.Name {
	case "<", "<=", ">", ">=":
	default:
		return false
	}
	number := func(t *types.Type) bool {
		switch t.Kind {
		case types.Int, types.Uint, types.Float, types.Decimal:
			return true
		}
		return false
	}
	left, right := n.Left[0].Type(), &n.Query.Columns()[0].T
	if right.Kind == types.Date || right.Kind == types.DateTime {
		return left.Kind == right.Kind
	}
	return number(left) && number(right)
}

// subquery is a plan's subquery ready for execution.
type subquery struct {
	n     *plan.Subquery
	query *query
	at    []int       // of each of the query's outer columns, its place in the batch; -1: it is of a query further out
	left  []expr.Expr // the operands

	// Match is evaluated over the operands, the columns of the row, then those of the query.
	match expr.Expr
	keys  []equality // what Match consists of, where all of it can be answered by a hash table
}

// subqueries replaces the subqueries of an expression.
func (b *builder) subqueries(e expr.Expr, l layout) (expr.Expr, error) {
	if n, ok := e.(*plan.Subquery); ok {
		return b.subquery(n, l)
	}
	return replaceChildren(e, func(child expr.Expr) (expr.Expr, error) { return b.subqueries(child, l) })
}

func replaceChildren(e expr.Expr, f func(expr.Expr) (expr.Expr, error)) (expr.Expr, error) {
	children := e.Children()
	var changed []expr.Expr
	for i, child := range children {
		with, err := f(child)
		if err != nil {
			return nil, err
		}
		if with != child && changed == nil {
			changed = slices.Clone(children)
		}
		if changed != nil {
			changed[i] = with
		}
	}
	if changed == nil {
		return e, nil
	}
	return e.With(changed), nil
}

func (b *builder) subquery(n *plan.Subquery, l layout) (expr.Expr, error) {
	q, err := b.query(n)
	if err != nil {
		return nil, err
	}
	s := &subquery{n: n, query: q}
	for _, id := range q.outer {
		s.at = append(s.at, slices.Index(l, id))
	}
	if s.left, err = b.placeAll(n.Left, l); err != nil || n.Match == nil {
		return s, err
	}

	// Match has the operands as they are in Left. They are evaluated once for a row, and are columns to it.
	operands := make(layout, len(n.Left))
	for i := range operands {
		operands[i] = expr.ColumnID(-1 - i)
	}
	row := slices.Concat(operands, l)
	all := slices.Concat(row, layoutOf(n.Query))
	match := replaceOperands(n.Match, n.Left, operands)
	if s.match, err = b.place(match, all); err != nil {
		return nil, err
	}
	if n.Kind != plan.In {
		return s, nil
	}
	onLeft := func(id expr.ColumnID) bool { return !slices.Contains(all[len(row):], id) }
	onRight := func(id expr.ColumnID) bool { return slices.Contains(all[len(row):], id) }
	for _, e := range terms(match, "and") {
		eq, ok := splitEquality(e, onLeft, onRight)
		if !ok || eq.nullSafe || len(s.keys) == nullKeys {
			s.keys = nil
			break
		}
		if eq.left, err = b.place(eq.left, row); err != nil {
			return nil, err
		}
		if eq.right, err = b.place(eq.right, layoutOf(n.Query)); err != nil {
			return nil, err
		}
		s.keys = append(s.keys, eq)
	}
	return s, nil
}

func replaceOperands(e expr.Expr, operands []expr.Expr, columns layout) expr.Expr {
	for i, o := range operands {
		if o == e {
			return &expr.Column{ID: columns[i], Name: o.String(), T: *o.Type()}
		}
	}
	with, _ := replaceChildren(e, func(child expr.Expr) (expr.Expr, error) {
		return replaceOperands(child, operands, columns), nil
	})
	return with
}

// query compiles a subquery's query. A row value's is the same for all of its items.
func (b *builder) query(n *plan.Subquery) (*query, error) {
	if n.Kind == plan.RowValue && b.rowValues[n.Query] != nil {
		return b.rowValues[n.Query], nil
	}
	u := newUses()
	u.node(n.Query)
	q := &query{cols: n.Query.Columns(), outer: u.free(), volatile: u.volatile}
	switch n.Kind {
	case plan.Exists:
		q.most = 1
	case plan.Compare:
		q.extremes = byExtremes(n)
	case plan.Scalar, plan.RowValue:
		q.most = 2
	}
	if n.Kind == plan.RowValue {
		b.rowValues[n.Query] = q
	}
	defer b.repeat(len(q.outer) > 0)()
	var err error
	q.make, err = b.build(n.Query)
	return q, err
}

// Type implements expr.Expr.
func (s *subquery) Type() *types.Type { return &s.n.T }

// Children implements expr.Expr.
func (s *subquery) Children() []expr.Expr { return s.left }

// With implements expr.Expr.
func (s *subquery) With(children []expr.Expr) expr.Expr {
	with := *s
	with.left = children
	return &with
}

// Concurrent tells package expr that workers may compute it: when all that is left to do is to look at the answer.
func (s *subquery) Concurrent() bool {
	a := s.query.only
	return a != nil && (s.match == nil || expr.Concurrent(s.match)) && (len(s.keys) == 0 || a.set != nil || a.rows.N == 0)
}

func (s *subquery) String() string { return s.n.String() }

// Eval implements expr.Expr.
func (s *subquery) Eval(c *expr.Context, b *types.Batch) (*types.Vec, error) {
	out := types.NewVec(&s.n.T, b.N)
	if b.N == 0 {
		return out, nil
	}
	r, err := s.prepare(c, b)
	if err != nil {
		return nil, err
	}
	if !s.query.volatile && !s.correlated() {
		a, err := s.query.answer(c)
		if err != nil {
			return nil, err
		}
		if len(s.left) == 0 {
			v, err := s.value(c, a, r, 0)
			if err != nil {
				return nil, err
			}
			return types.SameVec(&s.n.T, v, b.N), nil
		}
		if s.query.extremes {
			return out, s.compareAll(c, a.rows, r, out)
		}
		for i := range b.N {
			v, err := s.value(c, a, r, i)
			if err != nil {
				return nil, err
			}
			out.Set(i, v)
		}
		return out, nil
	}

	restore := s.bind(c)
	defer restore()
	for i := range b.N {
		for k, at := range s.at {
			if at >= 0 {
				c.Outer[s.query.outer[k]] = b.Cols[at].Value(i)
			}
		}
		a, err := s.query.answer(c)
		if err != nil {
			return nil, err
		}
		v, err := s.value(c, a, r, i)
		if err != nil {
			return nil, err
		}
		out.Set(i, v)
	}
	return out, nil
}

// correlated tells whether the answer is another for each row.
func (s *subquery) correlated() bool {
	return slices.ContainsFunc(s.at, func(at int) bool { return at >= 0 })
}

// bind makes room for the row's columns among the outer ones; what it returns takes them away.
func (s *subquery) bind(c *expr.Context) (restore func()) {
	var ids []expr.ColumnID
	for k, at := range s.at {
		if at >= 0 {
			ids = append(ids, s.query.outer[k])
		}
	}
	return shadow(c, ids)
}

// shadow lets outer columns be set; what it returns gives them the values they had.
func shadow(c *expr.Context, ids []expr.ColumnID) (restore func()) {
	if c.Outer == nil {
		c.Outer = map[expr.ColumnID]types.Value{}
	}
	before := make([]types.Value, len(ids))
	had := make([]bool, len(ids))
	for i, id := range ids {
		before[i], had[i] = c.Outer[id]
	}
	return func() {
		for i, id := range ids {
			if had[i] {
				c.Outer[id] = before[i]
			} else {
				delete(c.Outer, id)
			}
		}
	}
}

// operands are what a subquery with operands knows of a batch: theirs and the batch's
// columns, and the left sides of the equalities.
type operands struct {
	row  *types.Batch
	keys []*types.Vec
	key  []byte
}

func (s *subquery) prepare(c *expr.Context, b *types.Batch) (*operands, error) {
	left, err := expr.EvalAll(c, s.left, b)
	if err != nil {
		return nil, err
	}
	r := &operands{row: &types.Batch{N: b.N, Cols: append(left, b.Cols...)}}
	for _, eq := range s.keys {
		v, err := eq.left.Eval(c, r.row)
		if err != nil {
			return nil, err
		}
		r.keys = append(r.keys, v)
	}
	return r, nil
}

// value is the subquery's value for row i of the batch.
func (s *subquery) value(c *expr.Context, a *answer, r *operands, i int) (types.Value, error) {
	switch s.n.Kind {
	case plan.Exists:
		return types.BoolValue(a.rows.N > 0), nil
	case plan.Scalar, plan.RowValue:
		switch {
		case a.rows.N == 0:
			return types.Value{}, nil
		case a.rows.N > 1:
			return types.Value{}, mysql.NewDefaultError(mysql.ER_SUBQUERY_NO_1_ROW)
		}
		v := a.rows.Cols[s.n.Item].Value(0)
		if t := &s.query.cols[s.n.Item].T; !v.IsNull() && v.Kind != s.n.T.Kind {
			return types.Convert(c.Env, v, t, &s.n.T)
		}
		return v, nil
	case plan.In:
		if a.rows.N > 0 && len(s.keys) > 0 {
			return s.in(c, a, r, i)
		}
	}
	return s.compare(c, a.rows, r, i)
}

// in looks an operand up among the keys of the rows.
func (s *subquery) in(c *expr.Context, a *answer, r *operands, i int) (types.Value, error) {
	if a.set == nil {
		if err := s.index(c, a); err != nil {
			return types.Value{}, err
		}
	}
	key, ok := appendKeys(r.key[:0], s.keys, r.keys, i)
	r.key = key
	switch {
	case ok && a.set.find(key) >= 0:
		return types.BoolValue(true), nil
	case ok && !a.null:
		return types.BoolValue(false), nil
	case len(s.keys) == 1:
		return types.Value{}, nil
	}
	v := types.BoolValue(false)
	err := a.nulls.find(c, r.keys, []int32{int32(i)}, func(int32, []int32) { v = types.Value{} })
	return v, err
}

func (s *subquery) index(c *expr.Context, a *answer) error {
	set := &hashTable{}
	rights := make([]*types.Vec, len(s.keys))
	for k, eq := range s.keys {
		var err error
		if rights[k], err = evalLarge(c, eq.right, a.rows); err != nil {
			return err
		}
	}
	var key []byte
	var ok bool
	err := steps(c, a.rows.N, func(from, to int) {
		for i := from; i < to; i++ {
			if key, ok = appendKeys(key[:0], s.keys, rights, i); ok {
				set.insert(key)
			} else {
				a.null = true
			}
		}
	})
	a.set, a.nulls = set, &nullIndex{rows: a.rows, by: s.keys, mem: &s.query.mem}
	return err
}

// compareAll is compare for all rows of a batch with the few rows that extremes leaves.
func (s *subquery) compareAll(c *expr.Context, rows *types.Batch, r *operands, out *types.Vec) error {
	n := r.row.N
	for i := range out.I {
		out.I[i] = types.BoolValue(s.n.All).I
	}
	for j := range rows.N {
		pairs := &types.Batch{N: n, Cols: append(slices.Clone(r.row.Cols), rows.Cols[0].Repeat(j, n))}
		v, err := s.match.Eval(c, pairs)
		if err != nil {
			return err
		}
		for i := range n {
			null, is, err := expr.IsTrue(c, v, i)
			switch decided := !out.Null(i) && (out.I[i] != 0) != s.n.All; {
			case err != nil:
				return err
			case decided:
			case null:
				out.SetNull(i)
			case is != s.n.All:
				out.Set(i, types.BoolValue(is))
			}
		}
	}
	return nil
}

// compare is Match with any of the rows, or with all. Of no rows it is false with any and true with all.
func (s *subquery) compare(c *expr.Context, rows *types.Batch, r *operands, i int) (types.Value, error) {
	all := s.n.Kind == plan.Compare && s.n.All
	unknown := false
	for p := (pieces{rows: rows}); ; {
		piece := p.next(BatchSize)
		if piece == nil {
			break
		}
		if err := cancelled(c); err != nil {
			return types.Value{}, err
		}
		pairs := &types.Batch{N: piece.N}
		for _, v := range r.row.Cols {
			pairs.Cols = append(pairs.Cols, v.Repeat(i, piece.N))
		}
		pairs.Cols = append(pairs.Cols, piece.Cols...)
		v, err := s.match.Eval(c, pairs)
		if err != nil {
			return types.Value{}, err
		}
		for j := range piece.N {
			null, is, err := expr.IsTrue(c, v, j)
			switch {
			case err != nil:
				return types.Value{}, err
			case null:
				unknown = true
			case is != all:
				return types.BoolValue(is), nil
			}
		}
	}
	if unknown {
		return types.Value{}, nil
	}
	return types.BoolValue(all), nil
}
