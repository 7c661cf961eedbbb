package storage

import (
	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// batchRows is how many rows a batch of a scan has.
const batchRows = 1024

// lookupRows is how many rows the first batch of a lookup has room for, each further one
// for twice as many: most find one.
const lookupRows = 4

// Scan implements bridge.ScanTable: the table for our execution, in the transaction of the
// context's session.
func (t *Table) Scan(ctx *sql.Context) plan.Table {
	s := &scanTable{Table: t, ctx: ctx, columns: make([]types.Type, len(t.meta.columns))}
	for i, c := range t.meta.columns {
		s.columns[i] = bridge.TypeOf(c.Type, c.Nullable)
	}
	s.keys = t.keys()
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

// Open implements plan.Table.
func (t *scanTable) Open(c *expr.Context, columns []int, lookup *plan.Lookup, lock bool) (plan.Rows, error) {
	r := &scanRows{table: t, tx: t.tx(t.ctx), columns: columns, lock: lock, size: batchRows}
	if c.BatchSize > 0 {
		r.size = c.BatchSize
	}
	r.values = make([]store.Values, len(columns))
	r.room = min(r.size, max(r.tx.Rows(t.id), 1))
	if lookup == nil {
		r.cursor = r.tx.Scan(t.id, false)
		return r, nil
	}
	bounds, err := t.bounds(c, lookup)
	switch {
	case err != nil:
		return nil, err
	case bounds.empty:
		r.over = true
	case bounds.from.Key == nil && bounds.to.Key == nil:
		r.cursor = r.tx.Scan(t.id, false)
	default:
		r.room = min(r.room, lookupRows)
		r.cursor = r.tx.Seek(t.id, lookup.Key, bounds.from, bounds.to, false)
	}
	return r, nil
}

// scanRows are a scan's rows.
type scanRows struct {
	table   *scanTable
	tx      *store.Tx
	cursor  *store.Cursor
	columns []int
	values  []store.Values // what the batch in the making has
	lock    bool
	size    int // of a batch
	room    int // of the next one
	over    bool
}

// Next implements plan.Rows.
func (r *scanRows) Next() (*types.Batch, error) {
	if r.over {
		return nil, nil
	}
	if err := r.table.ctx.Err(); err != nil {
		return nil, err
	}
	b := &types.Batch{Cols: make([]*types.Vec, len(r.columns))}
	room := r.room
	r.room = min(2*room, r.size)
	for i, c := range r.columns {
		b.Cols[i] = types.NewVec(&r.table.columns[c], room)
		v := b.Cols[i]
		r.values[i] = store.Values{Ints: v.I[:0], Floats: v.F[:0], Strings: v.S[:0]}
	}
	var err error
	if b.N, err = r.fill(room); err != nil {
		return nil, err
	}
	r.over = b.N < room
	if b.N == 0 {
		return nil, nil
	}
	for i, c := range r.columns {
		if err := r.table.finish(b.Cols[i], c, &r.values[i], b.N); err != nil {
			return nil, err
		}
		b.Cols[i] = b.Cols[i].Slice(0, b.N)
	}
	return b, nil
}

// fill reads at most n rows.
func (r *scanRows) fill(n int) (int, error) {
	if !r.lock {
		return r.cursor.Fill(r.columns, r.values, n), nil
	}
	rows := 0
	for rows < n && r.cursor.Next() {
		if err := r.tx.Lock(r.table.id, r.cursor.ID()); err != nil {
			return 0, err
		}
		r.cursor.Append(r.columns, r.values, rows)
		rows++
	}
	return rows, nil
}

// finish makes a column's vector of what the store has of n rows. Numbers and strings lie in
// its slices already.
func (t *scanTable) finish(v *types.Vec, column int, values *store.Values, n int) error {
	v.Nulls = values.Nulls
	switch {
	case t.meta.columns[column].codec.kind == store.Any:
		for i, x := range values.Anys {
			y, err := bridge.FromGMS(x, &t.columns[column])
			if err != nil {
				return err
			}
			v.Set(i, y)
		}
	case v.Kind == types.Date || v.Kind == types.DateTime:
		packMicros(v.I[:n])
	}
	return nil
}

// packMicros packs dates and times that are microseconds since 1970, as the store has them,
// in place. NULL's 0 becomes something, too.
func packMicros(micros []int64) {
	last, packed := int64(0), bridge.PackDay(0)
	for i, x := range micros {
		day := x / types.MicrosPerDay
		if x != day*types.MicrosPerDay {
			micros[i] = bridge.PackMicros(x)
			continue
		}
		if day != last {
			last, packed = day, bridge.PackMicros(x)
		}
		micros[i] = packed
	}
}

// Close implements plan.Rows.
func (r *scanRows) Close() { r.over = true }
