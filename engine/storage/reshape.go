package storage

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression/function"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// reshape gives the table the columns of m: old has become changed. One of them is nil where a column is new or dropped, and both
// are where only the key differs.
func (t *Table) reshape(ctx *sql.Context, m *meta, old, changed *sql.Column) error {
	r := &reshaping{ctx: ctx, env: bridge.Env(ctx), before: t, next: &Table{db: t.db, id: t.id, name: t.name, meta: m, temporary: t.temporary, session: t.session}}
	if i := m.schema.Schema.IndexOfColName(nameOf(changed)); i >= 0 && m.columns[i].t.IsTimestamp() {
		m.columns[i].instant, m.instants = true, true
	}
	r.next.clock = m.clock(ctx)
	if err := r.plan(old, changed); err != nil {
		return err
	}
	return t.alter(ctx, func(d *store.Draft) error {
		if !d.Unchanged(t.tx(ctx), t.db.name, t.name) {
			return store.ErrConflict // others have written meanwhile: the statement runs again
		}
		return commitError(ctx, d.Reshape(t.db.name, t.name, m.definition(), r.sources, store.Computation{Reads: r.reads, Compute: r.compute}))
	})
}

// nameOf is a column's name, where there is one.
func nameOf(c *sql.Column) string {
	if c == nil {
		return ""
	}
	return c.Name
}

// reshaping computes the columns of a table that it had not, or that are of another type.
type reshaping struct {
	ctx          *sql.Context
	env          *types.Env
	before, next *Table
	sources      []store.Source
	reads        []int // columns before
	at           []int // the places of these in what is read; -1: it is not

	converted []conversion
	modified  *modification // of one of converted; nil: none is modified
	computed  []int         // columns
	formulas  Formulas      // of the generated ones of computed; nil: there are none
	number    int           // the column that AUTO_INCREMENT numbers; -1: none
	given     uint64        // the last number of a new one
	fill      int           // the column whose default each row is asked for; -1: none
}

// conversion is a column that is kept otherwise than before.
type conversion struct{ from, to int }

// plan finds out what each column is made of.
func (r *reshaping) plan(old, changed *sql.Column) error {
	before, m := r.before.meta, r.next.meta
	r.number, r.fill, r.sources = -1, -1, make([]store.Source, len(m.columns))
	generate := false
	for i := range m.columns {
		to := &m.columns[i]
		name, own := to.Name, changed != nil && strings.EqualFold(to.Name, changed.Name)
		if own && old == nil {
			r.sources[i] = store.Source{Column: -1, Computed: to.Generated != nil || to.AutoIncrement}
			generate = generate || to.Generated != nil
			if err := r.fresh(i); err != nil {
				return err
			}
			continue
		}
		if own {
			name = old.Name
		}
		at := before.schema.Schema.IndexOfColName(name)
		if at < 0 {
			return sql.ErrTableColumnNotFound.New(r.before.name, name)
		}
		from := &before.columns[at]
		keep := from.codec.kind == to.codec.kind
		r.sources[i] = store.Source{Column: at}
		if own {
			generate = generate || m.generates && (!from.Type.Equals(to.Type) || !sameFormula(from, to))
			keep = to.holds(from) && (to.Generated == nil || sameFormula(from, to)) && (!to.AutoIncrement || from.AutoIncrement)
			r.sources[i].Other = to.t.Collation != from.t.Collation
			ok, err := r.fits(at, from, to)
			if err != nil {
				return err
			}
			if keep = keep && ok; !keep {
				r.modified = r.before.modifies(r.ctx, at, r.next, i)
				if to.AutoIncrement && !from.AutoIncrement {
					r.number = i
				}
			}
		}
		if !keep {
			r.sources[i] = store.Source{Column: -1, Computed: true}
			if to.Generated == nil {
				r.converted = append(r.converted, conversion{at, i})
			}
		}
	}
	if err := r.noNullKeys(); err != nil {
		return err
	}
	r.at = slices.Repeat([]int{-1}, len(before.columns))
	read := func(column int) {
		if column >= 0 && r.at[column] < 0 {
			r.at[column] = len(r.reads)
			r.reads = append(r.reads, column)
		}
	}
	for _, c := range r.converted {
		read(c.from)
	}
	if generate && sessionOf(r.ctx).Generates != nil {
		var err error
		if r.formulas, err = sessionOf(r.ctx).Generates(r.ctx, r.next.changes()); err != nil {
			return err
		}
		for i := range m.columns {
			if m.columns[i].Generated != nil {
				r.sources[i] = store.Source{Column: -1, Computed: true}
			}
		}
	}
	if r.formulas != nil || r.fill >= 0 {
		for _, s := range r.sources {
			read(s.Column)
		}
	}
	for i, s := range r.sources {
		if s.Computed {
			r.computed = append(r.computed, i)
		}
	}
	return nil
}

// sameFormula tells whether columns are generated alike, or neither is.
func sameFormula(a, b *column) bool {
	if a.Generated == nil || b.Generated == nil {
		return a.Generated == b.Generated
	}
	return a.Generated.String() == b.Generated.String()
}

// fresh finds what a new column has.
func (r *reshaping) fresh(i int) error {
	c := &r.next.meta.columns[i]
	var x any
	switch {
	case c.Generated != nil:
		return nil
	case c.AutoIncrement:
		r.number = i
		return nil
	case c.Default != nil:
		if _, now := c.Default.Expr.(*function.Now); !c.Default.Literal && !now {
			r.fill, r.sources[i].Computed = i, true
			return nil
		}
		var err error
		if x, err = c.Default.Eval(r.ctx, nil); err != nil {
			return err
		}
	case !c.Nullable:
		x = c.Type.Zero()
	}
	var err error
	r.sources[i].Value, err = r.encode(i, x)
	return err
}

// encode is the store's value of one that go-mysql-server has computed for a column.
func (r *reshaping) encode(i int, x any) (any, error) {
	if x != nil {
		var err error
		if x, _, err = r.next.meta.columns[i].Type.Convert(r.ctx, x); err != nil {
			return nil, err
		}
	}
	return r.next.encodeValue(r.ctx, i, x)
}

// fits tells whether a column takes the values that it has under another definition, as far as its type does not say so.
func (r *reshaping) fits(at int, from, to *column) (bool, error) {
	if from.Nullable && !to.Nullable {
		if null, err := r.hasNull(at); null || err != nil {
			return false, err
		}
	}
	if to.t.Kind != types.DateTime || from.t.Kind != types.DateTime || from.Type.Equals(to.Type) {
		return true, nil
	}
	mode, valid := r.env.Mode, true
	err := r.scan(at, func(v *store.Values) bool {
		for i, x := range v.Ints {
			if (v.Nulls == nil || !v.Nulls[i]) && !types.Unpack(x).Valid(mode) {
				valid = false
			}
		}
		return valid
	})
	return valid, err
}

// noNullKeys refuses NULL in columns of a primary key that is new.
func (r *reshaping) noNullKeys() error {
	for _, i := range r.next.meta.schema.PkOrdinals {
		at := r.sources[i].Column
		if at < 0 || !r.before.meta.columns[at].Nullable {
			continue
		}
		null, err := r.hasNull(at)
		if null {
			err = sql.ErrInsertIntoNonNullableProvidedNull.New(r.next.meta.columns[i].Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// hasNull tells whether a row has NULL in a column.
func (r *reshaping) hasNull(at int) (null bool, err error) {
	err = r.scan(at, func(v *store.Values) bool {
		null = null || slices.Contains(v.Nulls, true)
		return !null
	})
	return null, err
}

// scan calls f with the values of a column, some at a time, as long as it returns true.
func (r *reshaping) scan(at int, f func(*store.Values) bool) error {
	const n = 1 << 14
	cursor := r.before.tx(r.ctx).Scan(r.before.id, false)
	for {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		var v [1]store.Values
		rows := cursor.Run([]int{at}, v[:], n)
		if rows == 0 {
			if !cursor.Next() {
				return nil
			}
			cursor.Append([]int{at}, v[:], 0)
		}
		if !f(&v[0]) {
			return nil
		}
	}
}

// compute gives the computed columns of some rows their values: see [store.Computation].
func (r *reshaping) compute(read []store.Values, n int, to []store.Values) error {
	next, ok, err := r.quickly(read, n)
	if !ok && err == nil {
		next, err = r.byRows(read, n)
	}
	if err != nil {
		return err
	}
	for k, i := range r.computed {
		to[k] = next.values[i]
	}
	return nil
}

// rows are n rows of the next columns, as the store has them, that have what stays of those before, some of which were read.
func (r *reshaping) rows(read []store.Values, n int) *Rows {
	next := r.next.target().NewRows()
	for i, s := range r.sources {
		if s.Column >= 0 && r.at[s.Column] >= 0 {
			next.values[i] = read[r.at[s.Column]]
		} else if s.Column < 0 && !s.Computed && (r.formulas != nil || r.fill >= 0) {
			kind := r.next.meta.columns[i].codec.kind
			for row := range n {
				next.values[i].Append(kind, s.Value, row)
			}
		}
	}
	return next
}

// quickly computes rows by columns; false: there is something to warn of, or an error, for which byRows is.
func (r *reshaping) quickly(read []store.Values, n int) (*Rows, bool, error) {
	if r.formulas == nil || r.number >= 0 || r.fill >= 0 {
		return nil, false, nil
	}
	next := r.rows(read, n)
	var quiet *modification
	heard := false
	if r.modified != nil {
		m, env := *r.modified, *r.modified.env
		quiet, m.env = &m, &env
		env.Warn, env.Note = func(uint16, string) { heard = true }, func(uint16, string) { heard = true }
	}
	for next.N = range n {
		for _, c := range r.converted {
			if err := r.convert(next, c, read, quiet); err != nil || heard {
				return nil, false, r.ctx.Err()
			}
		}
	}
	next.N = n
	shown := next.shown()
	if !r.formulas.Rows(shown) {
		return nil, false, r.ctx.Err()
	}
	shown = shown.instants()
	for i := range r.next.meta.columns {
		if r.next.meta.columns[i].Generated != nil {
			next.values[i] = shown.values[i]
		}
	}
	if r.modified != nil {
		r.modified.row += n
	}
	return next, true, nil
}

// byRows computes rows one after the other.
func (r *reshaping) byRows(read []store.Values, n int) (*Rows, error) {
	next := r.rows(read, n)
	for next.N = range n {
		for _, c := range r.converted {
			if err := r.convert(next, c, read, r.modified); err != nil {
				return nil, err
			}
		}
		if r.number >= 0 && r.modified == nil {
			if err := r.numberRow(next); err != nil {
				return nil, err
			}
		}
		if r.fill >= 0 {
			if err := r.fillRow(next); err != nil {
				return nil, err
			}
		}
		if r.formulas == nil {
			continue
		}
		values := make([]types.Value, len(r.sources))
		for i := range values {
			if c := &r.next.meta.columns[i]; c.Generated == nil {
				var err error
				if values[i], err = r.next.value(i, next.values[i].Value(c.codec.kind, next.N)); err != nil {
					return nil, err
				}
			}
		}
		if err := r.formulas.Row(values); err != nil {
			return nil, err
		}
		for i := range values {
			if r.next.meta.columns[i].Generated != nil {
				if err := r.add(next, i, &values[i]); err != nil {
					return nil, err
				}
			}
		}
	}
	next.N = n
	return next, nil
}

// convert gives the row behind those that there are a value in a column that is kept otherwise.
func (r *reshaping) convert(next *Rows, c conversion, read []store.Values, by *modification) error {
	from, to := &r.before.meta.columns[c.from], &r.next.meta.columns[c.to]
	x := read[r.at[c.from]].Value(from.codec.kind, next.N)
	v, err := r.before.value(c.from, x)
	if err == nil && by != nil && by.to == to {
		if v, err = by.value(v); x != nil && by.same() && c.to != r.number { // of an hour that the clock shows twice, too
			next.values[c.to].Append(to.codec.kind, x, next.N)
			return err
		}
	}
	if err == nil && c.to == r.number {
		v, err = r.numbered(v)
	}
	if err != nil {
		return err
	}
	return r.add(next, c.to, &v)
}

// add gives the row behind those that there are a value in a column.
func (r *reshaping) add(next *Rows, i int, v *types.Value) error {
	x, err := r.next.own(i, v)
	if err == nil {
		next.values[i].Append(r.next.meta.columns[i].codec.kind, x, next.N)
	}
	return err
}

// numbered is the value of a column that has become one of AUTO_INCREMENT: NULL and 0 are numbered.
func (r *reshaping) numbered(v types.Value) (types.Value, error) {
	c, tx := &r.next.meta.columns[r.number], r.before.tx(r.ctx)
	if !v.IsNull() && (v.I != 0 || v.F != 0 || sql.LoadSqlMode(r.ctx).ModeEnabled(sql.NoAutoValueOnZero)) {
		x, err := c.own(&v)
		if err == nil {
			tx.BumpAutoIncrement(r.before.id, behind(x))
		}
		return v, err
	}
	return types.Store(r.env, types.UintValue(tx.TakeAutoIncrement(r.before.id)), &types.TypeUint, &c.t, c.Name, r.modified.row)
}

// numberRow numbers the row behind those that there are in a new column.
func (r *reshaping) numberRow(next *Rows) error {
	c := &r.next.meta.columns[r.number]
	r.given++
	r.before.tx(r.ctx).BumpAutoIncrement(r.before.id, r.given+1)
	v, err := types.Store(r.env, types.UintValue(r.given), &types.TypeUint, &c.t, c.Name, int(r.given))
	if err != nil {
		return err
	}
	return r.add(next, r.number, &v)
}

// fillRow gives the row behind those that there are what an expression has as its default.
func (r *reshaping) fillRow(next *Rows) error {
	c := &r.next.meta.columns[r.fill]
	row := make(sql.Row, len(r.sources))
	for i, s := range r.sources {
		of := &r.next.meta.columns[i]
		if s.Computed {
			continue
		}
		if x := next.values[i].Value(of.codec.kind, next.N); x != nil {
			row[i] = r.next.decodeValue(i, x)
		}
	}
	x, err := c.Default.Eval(r.ctx, row)
	if err == nil {
		x, err = r.encode(r.fill, x)
	}
	if err == nil {
		next.values[r.fill].Append(c.codec.kind, x, next.N)
	}
	return err
}

// target is the table as what takes rows by columns.
func (t *Table) target() *Target { return &Target{Name: t.name, Columns: t.meta.targets, table: t} }
