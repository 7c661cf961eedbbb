package storage

import (
	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Rows are rows for a [Target], by columns.
type Rows struct {
	N      int
	target *Target
	values []store.Values
}

// NewRows is no rows yet.
func (t *Target) NewRows() *Rows {
	return &Rows{target: t, values: make([]store.Values, len(t.Columns))}
}

// Add adds a row of values of the columns' kinds.
func (r *Rows) Add(row []types.Value) error {
	for i := range row {
		if err := r.AddValue(i, &row[i]); err != nil {
			return err
		}
	}
	r.N++
	return nil
}

// AddValue adds a value of the row behind the N that there are to a column.
func (r *Rows) AddValue(column int, v *types.Value) error {
	c := &r.target.table.meta.columns[column]
	to := &r.values[column]
	null := v.Kind == types.Null
	switch c.codec.kind {
	case store.Int, store.Uint:
		to.Ints = append(to.Ints, v.I)
	case store.Float:
		to.Floats = append(to.Floats, v.F)
	case store.String:
		to.Strings = append(to.Strings, v.S)
	default:
		x, err := bridge.ToGMS(*v, &c.t)
		if err != nil {
			return err
		}
		to.Anys = append(to.Anys, x)
	}
	if null || to.Nulls != nil {
		if to.Nulls == nil {
			to.Nulls = make([]bool, r.N, r.N+64)
		}
		to.Nulls = append(to.Nulls, null)
	}
	return nil
}

// AddInt is AddValue of a value whose kind is kept as a number: one of Int, Uint, Date,
// DateTime and Time.
func (r *Rows) AddInt(column int, x int64) {
	to := &r.values[column]
	to.Ints = append(to.Ints, x)
	if to.Nulls != nil {
		to.Nulls = append(to.Nulls, false)
	}
}

// AddString is AddValue of a String.
func (r *Rows) AddString(column int, x string) {
	to := &r.values[column]
	to.Strings = append(to.Strings, x)
	if to.Nulls != nil {
		to.Nulls = append(to.Nulls, false)
	}
}

// AddVec adds the rows of a vector of the column's kind, which is not that of a Decimal or
// JSON, to the column. N is the caller's to raise then.
func (r *Rows) AddVec(column int, v *types.Vec) {
	if v.Same() || v.Kind == types.Null {
		n := r.N
		for i := range v.Len() {
			x := v.Value(i)
			r.N = n + i
			_ = r.AddValue(column, &x) // which has no error for these kinds
		}
		r.N = n
		return
	}
	to := &r.values[column]
	to.Ints = append(to.Ints, v.I...)
	to.Floats = append(to.Floats, v.F...)
	if v.Kind == types.String {
		to.Strings = append(to.Strings, v.Strings()...)
	}
	if v.Nulls != nil && to.Nulls == nil {
		to.Nulls = make([]bool, r.N, r.N+v.Len())
	}
	if v.Nulls != nil {
		to.Nulls = append(to.Nulls, v.Nulls...)
	} else if to.Nulls != nil {
		to.Nulls = append(to.Nulls, make([]bool, v.Len())...)
	}
}

// Drop takes back what AddValue has added of the row that is not complete.
func (r *Rows) Drop() {
	for i := range r.values {
		v := &r.values[i]
		v.Ints, v.Floats = v.Ints[:min(len(v.Ints), r.N)], v.Floats[:min(len(v.Floats), r.N)]
		v.Strings, v.Anys = v.Strings[:min(len(v.Strings), r.N)], v.Anys[:min(len(v.Anys), r.N)]
		v.Nulls = v.Nulls[:min(len(v.Nulls), r.N)]
	}
}

// Row is a row as [Target.Insert] takes it.
func (r *Rows) Row(i int) store.Row {
	row := make(store.Row, len(r.values))
	for c := range row {
		row[c] = r.values[c].Value(r.target.table.meta.columns[c].codec.kind, i)
	}
	return row
}

// Append adds the rows to the table, which has them then, and tells whether it did: what
// may have the key of another row is for [Target.Insert], and so is what needs a parent.
func (t *Target) Append(r *Rows) (bool, error) {
	if len(t.parents) > 0 {
		return false, nil
	}
	return t.tx.Append(t.table.id, r.values, r.N)
}
