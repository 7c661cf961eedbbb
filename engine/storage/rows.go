package storage

import (
	"fmt"
	"slices"
	"sync"

	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Rows are rows for a [Target], by columns.
type Rows struct {
	N       int
	columns []column
	values  []store.Values
	clock   *types.Clock // what values of TIMESTAMPs are of
	words   *Words
	memory  []columnMemory // by column, what Reset keeps
}

// columnMemory is what a column of rows before took, for the next ones to take again.
type columnMemory struct {
	texts []string
	codes []uint32
	nulls []bool
}

// Words are what the text columns of many Rows have: each keeps numbers of them from its Seal on,
// and not the texts that it is given.
type Words struct {
	target  *Target
	columns []*store.Words // nil: the column is not of text
	free    sync.Pool      // of *Rows
}

// NewWords is no words yet.
func (t *Target) NewWords() *Words {
	w := &Words{target: t, columns: make([]*store.Words, len(t.Columns))}
	for i := range w.columns {
		if t.table.meta.columns[i].codec.kind == store.String {
			w.columns[i] = new(store.Words)
		}
	}
	return w
}

// NewRows is no rows yet, for which there is room.
func (w *Words) NewRows(room int) *Rows {
	r, ok := w.free.Get().(*Rows)
	if !ok {
		r = w.target.NewRows()
		r.words = w
	}
	for c := range r.values {
		v := &r.values[c]
		switch kind := w.target.table.meta.columns[c].codec.kind; {
		case kind == store.Int || kind == store.Uint:
			v.Ints = slices.Grow(v.Ints, room)
		case kind == store.Float:
			v.Floats = slices.Grow(v.Floats, room)
		case kind == store.String:
			v.Strings = slices.Grow(v.Strings, room)
		}
	}
	return r
}

// Free gives rows back that are used no more.
func (w *Words) Free(r *Rows) {
	r.Reset()
	w.free.Put(r)
}

// Seal numbers the texts, which may change then, side by side in the columns where there are many. One Rows of the words
// is sealed at a time: in their order, since that is the order of the numbers. Rows without words stay as they are.
func (r *Rows) Seal() {
	if r.words == nil {
		return
	}
	var running sync.WaitGroup
	defer running.Wait()
	for c, w := range r.words.columns {
		if w == nil {
			continue
		}
		seal := func() {
			v, m := &r.values[c], &r.memory[c]
			m.texts, m.codes = v.Strings, w.Codes(m.codes, v.Strings, v.Nulls)
			*v = w.Values(m.codes, v.Nulls)
		}
		if r.N < sealedAside {
			seal()
			continue
		}
		running.Go(seal)
	}
}

// sealedAside is how many rows are worth goroutines.
const sealedAside = 1 << 10

// NewRows is no rows yet.
func (t *Target) NewRows() *Rows { return t.table.newRows() }

func (t *Table) newRows() *Rows {
	n := len(t.meta.columns)
	return &Rows{columns: t.meta.columns, clock: t.clock, values: make([]store.Values, n), memory: make([]columnMemory, n)}
}

// Reset takes out all rows. It keeps their memory, for others.
func (r *Rows) Reset() {
	r.N = 0
	for c := range r.values {
		v, m := &r.values[c], &r.memory[c]
		if v.Strings != nil {
			m.texts = v.Strings
		}
		if v.Nulls != nil {
			m.nulls = v.Nulls
		}
		*v = store.Values{Ints: v.Ints[:0], Floats: v.Floats[:0], Strings: m.texts[:0], Anys: v.Anys[:0]}
	}
}

// nulls are the marks of a column of which no row was NULL so far.
func (r *Rows) nulls(column int) []bool {
	m := &r.memory[column]
	nulls := slices.Grow(m.nulls[:0], max(r.N+64, cap(r.values[column].Ints)))[:r.N]
	clear(nulls)
	return nulls
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
	c := &r.columns[column]
	to := &r.values[column]
	null := v.Kind == types.Null
	switch c.codec.kind {
	case store.Int, store.Uint:
		x := v.I
		if v.Kind == types.Decimal {
			var err error
			if x, err = c.digits(v.D); err != nil {
				return err
			}
		}
		to.Ints = append(to.Ints, x)
	case store.Float:
		to.Floats = append(to.Floats, v.F)
	case store.String:
		to.Strings = append(to.Strings, v.S)
	default:
		x, err := c.own(v)
		if err != nil {
			return err
		}
		to.Anys = append(to.Anys, x)
	}
	if null || to.Nulls != nil {
		if to.Nulls == nil {
			to.Nulls = r.nulls(column)
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

// AddFloat is AddValue of a Float.
func (r *Rows) AddFloat(column int, x float64) {
	to := &r.values[column]
	to.Floats = append(to.Floats, x)
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

// AddVec adds the rows of a vector of the column's kind, of values that fit, to the column. N is the caller's to raise
// then.
func (r *Rows) AddVec(column int, v *types.Vec) error {
	c := &r.columns[column]
	if v.Same() || v.Kind == types.Null || c.codec.kind == store.Any {
		n := r.N
		for i := range v.Len() {
			x := v.Value(i)
			r.N = n + i
			if err := r.AddValue(column, &x); err != nil {
				return err
			}
		}
		r.N = n
		return nil
	}
	to := &r.values[column]
	to.Ints = append(to.Ints, v.I...)
	to.Floats = append(to.Floats, v.F...)
	switch v.Kind {
	case types.Decimal:
		var ok bool
		if to.Ints, ok = v.Digits(to.Ints, v.Len(), c.t.Scale); !ok {
			return fmt.Errorf("storage: a number is no value of column %s, a %s", c.Name, c.Type)
		}
	case types.String, types.JSON:
		to.Strings = append(to.Strings, v.Strings()...)
	}
	if v.Nulls != nil && to.Nulls == nil {
		to.Nulls = r.nulls(column)
	}
	if v.Nulls != nil {
		to.Nulls = append(to.Nulls, v.Nulls...)
	} else if to.Nulls != nil {
		to.Nulls = append(to.Nulls, make([]bool, v.Len())...)
	}
	return nil
}

// Column is where the values of a column lie, for who adds to it otherwise.
func (r *Rows) Column(column int) *store.Values { return &r.values[column] }

// Ints are what the rows have in a column that is kept as numbers, which may not be changed.
func (r *Rows) Ints(column int) []int64 { return r.values[column].Ints }

// Vec is a column.
func (r *Rows) Vec(column int) (*types.Vec, error) {
	c := &r.columns[column]
	from := &r.values[column]
	v := types.VecOf(&r.columns[column].t, r.N)
	switch c.codec.kind {
	case store.String:
		v.S = from.Texts()
	case store.Int:
		if c.t.Kind == types.Decimal {
			v.D, v.Nulls = decimals(from.Ints, c.t.Scale), from.Nulls
			return v, nil
		}
	case store.Any:
		v = types.NewVec(&r.columns[column].t, r.N)
		for i, x := range from.Anys {
			value, err := c.value(x)
			if err != nil {
				return nil, err
			}
			v.Set(i, value)
		}
		return v, nil
	}
	v.I, v.F, v.Nulls = from.Ints, from.Floats, from.Nulls
	return v, nil
}

// decimals are the numbers of digits that so many places are of.
func decimals(digits []int64, scale int) []types.Dec {
	all := make([]types.Dec, len(digits))
	for i, x := range digits {
		all[i] = types.NewDec(x, scale)
	}
	return all
}

// Fill gives all rows of a column that has nothing yet the value of a row each.
func (r *Rows) Fill(column int, value func(row int) (types.Value, error)) error {
	n := r.N
	defer func() { r.N = n }()
	for r.N = 0; r.N < n; r.N++ {
		v, err := value(r.N)
		if err == nil {
			err = r.AddValue(column, &v)
		}
		if err != nil {
			return err
		}
	}
	return nil
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
		row[c] = r.values[c].Value(r.columns[c].codec.kind, i)
		if shown, ok := row[c].(int64); ok && r.columns[c].instant {
			row[c] = r.clock.Instant(shown)
		}
	}
	return row
}

// Append adds the rows, of which there are some, to the table, and tells whether it did: what
// may have the key of another row, or lacks a parent, is for [Target.Insert].
func (t *Target) Append(r *Rows) (bool, error) {
	r = r.instants()
	for i := range t.parents {
		if !t.parents[i].hasAll(t, r) {
			return false, nil
		}
	}
	ok, err := t.tx.Append(t.table.id, r.values, r.N)
	if ok && t.AutoIncrement >= 0 {
		t.tx.BumpAutoIncrement(t.table.id, r.behind(t.AutoIncrement))
	}
	return ok, err
}

// behind is the AUTO_INCREMENT value behind those of a column.
func (r *Rows) behind(column int) uint64 {
	v := &r.values[column]
	switch r.columns[column].codec.kind {
	case store.Int:
		return behind(slices.Max(v.Ints))
	case store.Float:
		return behind(slices.Max(v.Floats))
	}
	most := uint64(0)
	for _, x := range v.Ints {
		most = max(most, uint64(x))
	}
	return behind(most)
}
