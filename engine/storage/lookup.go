package storage

import (
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// bounds are a lookup's range of an index's keys; it may have more rows than those wanted.
type bounds struct {
	from, to store.Bound
	empty    bool // there is no such row
}

// found is what a value is among a column's.
type found uint8

const (
	exact   found = iota // it is one of the store's values
	among                // it is several of them, the first or the last of which is given
	between              // it lies between two of them, the next lower of which is given
	below                // it is less than all
	above                // it is greater than all
	nowhere              // the column is not compared in the order of the index
)

// bounds computes a lookup. Values that are compared otherwise than the index compares
// keys bound nothing: the filter above the scan stays.
func (t *scanTable) bounds(c *expr.Context, lookup *plan.Lookup) (bounds, error) {
	var b bounds
	columns := t.keyColumns(lookup.Key)
	var point []any
	value := func(e expr.Expr, i int, last bool) (any, found, bool, error) {
		v, err := e.Eval(c, &types.Batch{N: 1})
		if err != nil {
			return nil, nowhere, false, err
		}
		x := v.Value(0)
		if x.IsNull() {
			return nil, nowhere, true, nil
		}
		y, how := t.key(columns[i], x, e.Type(), last)
		return y, how, false, nil
	}
	for i, e := range lookup.Equal {
		if i >= len(columns) {
			break
		}
		x, how, null, err := value(e, i, false)
		switch {
		case err != nil:
			return b, err
		case null || how == between || how == below || how == above:
			b.empty = true // also of a NULL further on nothing is equal
			return b, nil
		case how == nowhere || how == among:
			b.from.Key, b.to.Key = point, point
			return b, nil
		}
		point = append(point, x)
	}
	b.from.Key, b.to.Key = point, point
	if len(point) >= len(columns) || lookup.From == nil && lookup.To == nil {
		return b, nil
	}
	next := len(point)
	// NULL comes before everything and is in no range.
	b.from = store.Bound{Key: append(slices.Clone(point), nil), Exclusive: true}
	if lookup.From != nil {
		x, how, null, err := value(lookup.From, next, false)
		switch {
		case err != nil:
			return b, err
		case null || how == above:
			b.empty = true
			return b, nil
		case how == exact || how == between || how == among:
			b.from = store.Bound{Key: append(slices.Clone(point), x)}
		}
	}
	if lookup.To != nil {
		x, how, null, err := value(lookup.To, next, true)
		switch {
		case err != nil:
			return b, err
		case null || how == below:
			b.empty = true
		case how == exact || how == between || how == among:
			b.to = store.Bound{Key: append(slices.Clone(point), x)}
		}
	}
	return b, nil
}

// notNull is where the rows of an access in the order of a key begin: behind NULLs, where they are not wanted.
func (t *scanTable) notNull(a plan.Access) store.Bound {
	first := t.keyColumns(a.Lookup.Key)[0]
	for _, r := range a.Ranges {
		if r.Column == first && !r.Null {
			return store.Bound{Key: []any{nil}, Exclusive: true}
		}
	}
	return store.Bound{}
}

// ranges are the values of columns that are wanted, as far as the store knows anything of them.
func (t *scanTable) ranges(c *expr.Context, all []plan.Range) []store.Range {
	if len(all) == 0 {
		return nil
	}
	quiet, env := *c, *c.Env
	unsure := false
	env.Warn = func(uint16, string) { unsure = true }
	quiet.Env, quiet.Quiet = &env, true
	// bound is where a span ends; nothing: no value is in it.
	bound := func(column int, e expr.Expr, last bool, nothing found) (any, bool) {
		if e == nil {
			return nil, true
		}
		v, err := e.Eval(&quiet, &types.Batch{N: 1})
		if err != nil {
			unsure = true
			return nil, true
		}
		x := v.Value(0)
		if x.IsNull() {
			return nil, false
		}
		y, how := t.key(column, x, e.Type(), last)
		return y, how != nothing
	}
	var out []store.Range
next:
	for _, r := range all {
		switch t.meta.columns[r.Column].codec.kind {
		case store.String, store.Any:
			if len(r.Spans) > 0 && (r.Spans[0].From != nil || r.Spans[0].To != nil) {
				continue next
			}
		}
		known := store.Range{Column: r.Column, Null: r.Null}
		for _, s := range r.Spans {
			from, some := bound(r.Column, s.From, false, above)
			to, more := bound(r.Column, s.To, true, below)
			if unsure {
				return nil
			}
			if some && more {
				known.Spans = append(known.Spans, store.Span{From: from, To: to})
			}
		}
		out = append(out, known)
	}
	return out
}

// keyColumns are the columns of a key.
func (t *scanTable) keyColumns(name string) []int {
	for _, k := range t.keys {
		if strings.EqualFold(k.Name, name) {
			return k.Columns
		}
	}
	return nil
}

// key finds a value, which is not NULL and of a type, among those of a column, as = compares
// them. last: where it is several of them, the last is wanted.
func (t *scanTable) key(column int, v types.Value, from *types.Type, last bool) (any, found) {
	to := &t.columns[column]
	switch t.meta.columns[column].codec.kind {
	case store.Int:
		switch {
		case t.meta.columns[column].instant && (v.Kind == types.Date || v.Kind == types.DateTime):
			return t.instantKey(v.I, last)
		case to.IsTemporal():
			return temporalKey(v, to)
		case to.IsYear() && (v.Kind != types.Int || v.I < 100):
			return nil, nowhere // 24 is 2024
		case to.Kind == types.Decimal:
			return digitsKey(v, to)
		}
		return integerKey(v, from, math.MinInt64, func(d types.Dec) (any, bool) { x, ok := d.Int64(); return x, ok })
	case store.Uint:
		if to.Kind == types.Enum || to.Kind == types.Set {
			return nil, nowhere // compared as texts, or as numbers
		}
		return integerKey(v, from, 0, func(d types.Dec) (any, bool) { x, ok := d.Uint64(); return x, ok })
	case store.Float:
		if f, err := types.ToFloat(nil, v); err == nil && v.Kind != types.JSON && v.Kind != types.Decimal {
			return f.F, exact
		}
	case store.String:
		if v.Kind != types.String || to.Kind != types.String {
			return nil, nowhere
		}
		if c, _, ok := types.Merge(to, from); ok && c == to.Collation {
			return v.S, exact
		}
	case store.Any:
		if to.Kind == types.Decimal {
			return decimalKey(v)
		}
	}
	return nil, nowhere
}

// exactFloat is up to where whole numbers are doubles of their own.
const exactFloat = 1 << 53

// integerKey finds a number, or a text that is compared as one, among whole numbers from
// least on.
func integerKey(v types.Value, from *types.Type, least int64, whole func(types.Dec) (any, bool)) (any, found) {
	var d types.Dec
	switch v.Kind {
	case types.Int:
		d = types.NewDec(v.I, 0)
	case types.Uint, types.Bit:
		d = types.DecFromUint(v.Uint())
	case types.Decimal:
		d = v.D
	case types.Float, types.String:
		f, err := types.ToFloat(nil, v)
		if err != nil || from.Hex || math.Abs(f.F) >= exactFloat {
			return nil, nowhere // several whole numbers may be equal to it
		}
		d = types.DecFromFloat(f.F)
	default:
		return nil, nowhere
	}
	floor := d.Floor()
	x, ok := whole(floor)
	switch {
	case !ok && floor.Cmp(types.NewDec(least, 0)) < 0:
		return nil, below
	case !ok:
		return nil, above
	case floor.Cmp(d) != 0:
		return x, between
	}
	return x, exact
}

// exactNumber is a number without a rounding; false of what DECIMALs are compared with as doubles.
func exactNumber(v types.Value) (types.Dec, bool) {
	switch v.Kind {
	case types.Int:
		return types.NewDec(v.I, 0), true
	case types.Uint:
		return types.DecFromUint(v.Uint()), true
	}
	return v.D, v.Kind == types.Decimal
}

// digitsKey finds a number among those of a column that keeps their digits.
func digitsKey(v types.Value, to *types.Type) (any, found) {
	d, ok := exactNumber(v)
	if !ok {
		return nil, nowhere
	}
	floor, ok := d.Floor().Unscaled(to.Scale)
	if !ok {
		if d.Sign() < 0 {
			return nil, below
		}
		return nil, above
	}
	part, _ := d.Sub(d.Floor()).Truncate(to.Scale).Unscaled(to.Scale) // which is not negative
	x := floor + part
	if types.NewDec(x, to.Scale).Cmp(d) != 0 {
		return x, between
	}
	return x, exact
}

func decimalKey(v types.Value) (any, found) {
	d, ok := exactNumber(v)
	if !ok {
		return nil, nowhere
	}
	digits, scale := d.Big()
	return decimal.NewFromBigInt(digits, int32(-scale)), exact
}

// temporalKey finds a date or time among those of its kind; a text that is one is, too.
func temporalKey(v types.Value, to *types.Type) (any, found) {
	switch {
	case to.Kind == types.Time && v.Kind == types.Time:
		return v.I, exact
	case to.Kind == types.Time || v.Kind != types.Date && v.Kind != types.DateTime:
		return nil, nowhere
	}
	if day := types.DateOf(v.I); to.Kind == types.Date && day != v.I {
		return day, between
	}
	return v.I, exact
}
