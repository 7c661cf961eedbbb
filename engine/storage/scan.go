package storage

import (
	"math"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// batchRows is how many rows a batch of a scan has.
const batchRows = 1024

// leastRun is how many rows must lie side by side to be a batch as they lie; fewer are
// copied together.
const leastRun = 256

// lookupRows is how many rows the first batch of a lookup has room for, each further one
// for twice as many: most find one.
const lookupRows = 4

// reverseRows is how many rows the first batch of a scan from the last row on has at most, each further one twice as many:
// it is made where few are wanted.
const reverseRows = 32

// Scan implements bridge.ScanTable: the table for our execution, in the transaction of the
// context's session.
func (t *Table) Scan(ctx *sql.Context) plan.Table {
	s := &scanTable{Table: t, ctx: ctx, columns: make([]types.Type, len(t.meta.columns))}
	for i, c := range t.meta.columns {
		s.columns[i] = bridge.TypeOf(c.Type, c.Nullable)
	}
	s.keys = t.keys()
	if t.clock.Repeats() {
		for i := range s.keys {
			s.keys[i].Apart = slices.ContainsFunc(s.keys[i].Columns, func(c int) bool { return t.meta.columns[c].instant })
		}
	}
	return s
}

var _ bridge.ScanTable = (*Table)(nil)

// scanTable is a table within a statement.
type scanTable struct {
	*Table
	ctx     *sql.Context
	columns []types.Type
	keys    []plan.Key
}

// Again implements bridge.KeptTable.
func (t *scanTable) Again(ctx *sql.Context) (plan.Table, bool) {
	s := sessionOf(ctx)
	now, ok := s.transaction().Catalog().Table(t.db.name, t.name)
	if !ok || t.temporary || s.local != nil || now.ID != t.id || now.Definition.Meta != t.meta || t.meta.clock(ctx) != t.clock {
		return nil, false
	}
	with := *t
	with.ctx = ctx
	return &with, true
}

var _ bridge.KeptTable = (*scanTable)(nil)

// RowCount implements plan.Table.
func (t *scanTable) RowCount(*expr.Context) int64 { return int64(t.tx(t.ctx).Rows(t.id)) }

// Keys implements plan.Table.
func (t *scanTable) Keys() []plan.Key { return t.keys }

// keys are those of whole columns: what a prefix finds may differ behind it.
func (t *Table) keys() []plan.Key {
	var keys []plan.Key
	if key := t.meta.schema.PkOrdinals; len(key) > 0 {
		keys = append(keys, plan.Key{Name: primaryKey, Columns: key, Unique: true, Primary: true})
	}
next:
	for _, def := range t.meta.indexes {
		key := plan.Key{Name: def.Name, Unique: def.IsUnique()}
		for _, c := range def.Columns {
			if c.Length > 0 {
				continue next
			}
			key.Columns = append(key.Columns, t.meta.schema.Schema.IndexOfColName(c.Name))
		}
		keys = append(keys, key)
	}
	return keys
}

// ColumnStatistics implements plan.Statistics.
func (t *scanTable) ColumnStatistics(_ *expr.Context, column int) plan.ColumnStatistics {
	known := t.tx(t.ctx).Statistics(t.id, column)
	unit := 1.
	if of := &t.columns[column]; of.Kind == types.Decimal { // whose digits are known
		unit = math.Pow10(-of.Scale)
	}
	out := plan.ColumnStatistics{Distinct: float64(known.Distinct), Nulls: float64(known.Nulls)}
	for i, bound := range []*float64{&out.Low, &out.High} {
		switch x := []any{known.Low, known.High}[i].(type) {
		case int64:
			*bound, out.Bounded = float64(x)*unit, true
		case uint64:
			*bound, out.Bounded = float64(x), true
		case float64:
			*bound, out.Bounded = x, true
		}
	}
	return out
}

var _ plan.Statistics = (*scanTable)(nil)

// HasRowIDs implements plan.Changeable.
func (t *scanTable) HasRowIDs() {}

// Open implements plan.Table.
func (t *scanTable) Open(c *expr.Context, a plan.Access) (plan.Rows, error) {
	r := &scanRows{table: t, tx: t.tx(t.ctx), columns: a.Columns, lock: a.Lock, size: batchRows}
	if r.ids = slices.Index(a.Columns, plan.RowID); r.ids >= 0 {
		r.columns = slices.Delete(slices.Clone(a.Columns), r.ids, r.ids+1)
	}
	if c.BatchSize > 0 {
		r.size = c.BatchSize
	}
	r.values = make([]store.Values, len(r.columns))
	r.room = min(r.size, max(r.tx.Rows(t.id), 1))
	// A plan that is kept may have a lookup that was made for other values.
	if a.Lookup != nil && (a.Ordered || !plan.Wide(c, t, a.Lookup)) {
		bounds, err := t.bounds(c, a.Lookup)
		if err != nil {
			return nil, err
		}
		if bounds.empty {
			r.over = true
			return r, nil
		}
		unbounded := bounds.from.Key == nil && bounds.to.Key == nil
		if a.Ordered && unbounded && a.Lookup.Key != primaryKey {
			bounds.from = t.notNull(a)
		}
		if !unbounded || a.Ordered && a.Lookup.Key != primaryKey {
			r.room = min(r.room, lookupRows)
			r.cursor = r.tx.Seek(t.id, a.Lookup.Key, bounds.from, bounds.to, a.Reverse)
			return r, nil
		}
	}
	if a.Reverse {
		r.room, r.reverse = min(r.room, reverseRows), true
	}
	r.cursor = r.tx.Scan(t.id, a.Reverse)
	r.cursor.Skip(t.ranges(c, a.Ranges))
	return r, nil
}

// scanRows are a scan's rows.
type scanRows struct {
	table   *scanTable
	tx      *store.Tx
	cursor  *store.Cursor
	columns []int
	ids     int            // the column that has the rows' IDs; -1: none
	values  []store.Values // what the batch in the making has
	dicts   map[int]*types.Dict
	lock    bool
	size    int // of a batch
	room    int // of the next one
	over    bool
	reverse bool // a scan from the last row to the first
}

// Next implements plan.Rows.
func (r *scanRows) Next() (*types.Batch, error) {
	if r.over {
		return nil, nil
	}
	if err := r.table.ctx.Err(); err != nil {
		return nil, err
	}
	clear(r.values)
	n, coded := 0, false
	if !r.lock && r.ids < 0 {
		size := r.size
		if r.reverse {
			size = r.room
		}
		n = r.cursor.Run(r.columns, r.values, size)
		coded = n > 0
	}
	if n == 0 && r.cursor.Over() {
		return nil, nil
	}
	reversed := r.reverse && coded
	var ids *types.Vec
	if r.ids >= 0 {
		ids = types.NewVec(&types.TypeUint, r.room)
	}
	switch {
	case reversed:
		r.room = min(2*r.room, r.size)
	case n < min(leastRun, r.size):
		few := r.values
		r.values = make([]store.Values, len(r.columns))
		room := max(r.room, n)
		r.room = min(2*room, r.size)
		r.makeRoom(room, few, n)
		more, err := r.fill(room-n, n, ids)
		if err != nil {
			return nil, err
		}
		if r.over = n+more < room; more == 0 && coded {
			r.values = few
		} else {
			n, coded = n+more, false
		}
	}
	if n == 0 {
		return nil, nil
	}
	b := &types.Batch{N: n, Cols: make([]*types.Vec, len(r.columns))}
	for i, c := range r.columns {
		var err error
		if b.Cols[i], err = r.vec(c, &r.values[i], n, coded); err != nil {
			return nil, err
		}
	}
	if ids != nil {
		b.Cols = slices.Insert(b.Cols, r.ids, ids.Slice(0, n))
	}
	if reversed {
		rows := make([]int32, n)
		for i := range rows {
			rows[i] = int32(n - 1 - i)
		}
		b = b.Take(rows)
	}
	return b, nil
}

// Divide implements plan.Divisible. The parts have the dictionaries of the whole.
func (r *scanRows) Divide(rows int) []plan.Rows {
	if r.over || r.lock || r.ids >= 0 {
		return nil
	}
	cursors := r.cursor.Divide(rows)
	if len(cursors) == 0 {
		return nil
	}
	for _, c := range r.columns {
		if r.table.meta.columns[c].codec.kind == store.String {
			r.dict(c)
		}
	}
	parts := make([]plan.Rows, len(cursors))
	for i, c := range cursors {
		part := *r
		part.cursor, part.values, part.room = c, make([]store.Values, len(r.columns)), min(r.size, rows)
		parts[i] = &part
	}
	return parts
}

var _ plan.Divisible = (*scanRows)(nil)

// makeRoom makes the batch's values, with room for so many rows, of n that there are.
func (r *scanRows) makeRoom(room int, few []store.Values, n int) {
	for i, c := range r.columns {
		from, to := &few[i], &r.values[i]
		*to = store.Values{Nulls: slices.Clone(from.Nulls)}
		switch r.table.meta.columns[c].codec.kind {
		case store.Int, store.Uint:
			to.Ints = append(make([]int64, 0, room), from.Ints...)
		case store.Float:
			to.Floats = append(make([]float64, 0, room), from.Floats...)
		case store.String:
			to.Strings = make([]string, n, room)
			for k, code := range from.Codes {
				if from.Nulls == nil || !from.Nulls[k] {
					to.Strings[k] = r.dict(c).Values[code]
				}
			}
		case store.Any:
			to.Anys = append(make([]any, 0, room), from.Anys...)
		}
	}
}

// fill reads at most so many rows more behind n, and their IDs where ids is not nil.
func (r *scanRows) fill(room, n int, ids *types.Vec) (int, error) {
	if !r.lock && ids == nil {
		return r.cursor.Fill(r.columns, r.values, room, n), nil
	}
	rows := 0
	for rows < room && r.cursor.Next() {
		if r.lock {
			if err := r.tx.Lock(r.table.id, r.cursor.ID()); err != nil {
				return 0, err
			}
		}
		if ids != nil {
			ids.I[n+rows] = int64(r.cursor.ID())
		}
		r.cursor.Append(r.columns, r.values, n+rows)
		rows++
	}
	return rows, nil
}

// vec is a column of n rows of what the store has of them.
func (r *scanRows) vec(column int, values *store.Values, n int, coded bool) (*types.Vec, error) {
	v, err := r.table.vec(column, values, n)
	if !coded || r.table.meta.columns[column].codec.kind != store.String {
		return v, err
	}
	if v.Codes, v.Dict = values.Codes, r.dict(column); v.Kind == types.JSON {
		v.S, v.Codes, v.Dict = slices.Clone(v.Strings()), nil, nil // only texts have codes
	}
	return v, err
}

// vec is a column of n rows of what the store has of them, Strings of a String.
func (t *scanTable) vec(column int, values *store.Values, n int) (*types.Vec, error) {
	of := &t.columns[column]
	v := types.VecOf(of, n)
	v.Nulls = values.Nulls
	switch t.meta.columns[column].codec.kind {
	case store.Float:
		v.F = values.Floats
	case store.String:
		v.S = values.Strings
	case store.Int:
		if of.Kind == types.Decimal {
			v.D = decimals(values.Ints, of.Scale)
			break
		}
		v.I = values.Ints
	case store.Any:
		v = types.NewVec(of, n)
		for i, x := range values.Anys {
			y, err := bridge.FromGMS(x, of)
			if err != nil {
				return nil, err
			}
			v.Set(i, y)
		}
	default:
		v.I = values.Ints
	}
	if t.meta.columns[column].instant {
		v.I = t.clock.AllShown(v.I)
	}
	return v, nil
}

// dict is a column's dictionary: the one of scans before, as long as no strings have come.
func (r *scanRows) dict(column int) *types.Dict {
	d := r.dicts[column]
	if d != nil {
		return d
	}
	of := r.cursor.Dictionary(column)
	if of.Memo == nil {
		return noStrings
	}
	d, _ = of.Memo.Load().(*types.Dict)
	if d == nil || len(d.Values) != len(of.Strings) {
		d = &types.Dict{Values: of.Strings}
		of.Memo.Store(d)
	}
	if r.dicts == nil {
		r.dicts = map[int]*types.Dict{}
	}
	r.dicts[column] = d
	return d
}

// noStrings is the dictionary of a column that never had any: NULLs have a code, too.
var noStrings = &types.Dict{Values: []string{""}}

// Close implements plan.Rows.
func (r *scanRows) Close() { r.over = true }
