package storage

import (
	"time"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// The store has a TIMESTAMP in UTC, which orders keys and tells them apart; everybody else, ours and go-mysql-server, has what
// the clock of the session's time zone shows then. Here is what lies between: a Table has the clock of the session that
// looked it up.

// clock is the clock of a session's time zone, for a table with TIMESTAMPs; nil: that is UTC.
func (m *meta) clock(ctx *sql.Context) *types.Clock {
	if !m.instants {
		return nil
	}
	return types.ClockOf(bridge.Zone(ctx))
}

// own is the store's value of one of ours of the column's kind.
func (t *Table) own(column int, v *types.Value) (any, error) {
	c := &t.meta.columns[column]
	if c.instant && v.Kind == types.DateTime {
		return t.clock.Instant(v.I), nil
	}
	return c.own(v)
}

// ownAfter is own of what takes the place of one of the store's values, which stays where ours shows nothing else: of two
// instants that the clock shows alike it may be the later one.
func (t *Table) ownAfter(column int, v *types.Value, old any) (any, error) {
	if instant, ok := old.(int64); ok && t.meta.columns[column].instant && v.Kind == types.DateTime {
		if shown, _ := t.clock.Shown(instant); shown == v.I {
			return old, nil
		}
	}
	return t.own(column, v)
}

// value is our value of one of the store's.
func (t *Table) value(column int, x any) (types.Value, error) {
	c := &t.meta.columns[column]
	if instant, ok := x.(int64); ok && c.instant {
		shown, _ := t.clock.Shown(instant)
		return types.DateTimeValue(shown), nil
	}
	return c.value(x)
}

// again is what go-mysql-server's time has beside its microseconds where the clock shows it for the second time.
const again = time.Nanosecond

// decodeValue is go-mysql-server's value of one of the store's.
func (t *Table) decodeValue(column int, x any) any {
	c := &t.meta.columns[column]
	switch instant, ok := x.(int64); {
	case x == nil:
		return nil
	case ok && c.instant && t.clock != nil:
		shown, twice := t.clock.Shown(instant)
		at := c.codec.decode(shown).(time.Time)
		if twice {
			at = at.Add(again)
		}
		return at
	}
	return c.codec.decode(x)
}

// encodeValue is the store's value of one of go-mysql-server's.
func (t *Table) encodeValue(ctx *sql.Context, column int, v any) (any, error) {
	c := &t.meta.columns[column]
	x, err := c.encodeValue(ctx, v)
	if shown, ok := x.(int64); ok && c.instant && t.clock != nil {
		first, last, _ := t.clock.Instants(shown)
		if at, ok := v.(time.Time); ok && at.Nanosecond()%1000 == int(again) {
			return last, err
		}
		return first, err
	}
	return x, err
}

// instantKey finds a date with time among the instants of a column. last: of those that the clock shows alike it is the last.
func (t *Table) instantKey(packed int64, last bool) (any, found) {
	if c := types.Unpack(packed); packed != 0 && !c.Valid(types.NoZeroInDate) {
		return nil, nowhere
	}
	first, second, fit := t.clock.Instants(packed)
	switch fit {
	case types.Early:
		return int64(0), between
	case types.Late:
		return nil, above
	case types.Skipped:
		return first - 1, between
	case types.Twice:
		if last {
			return second, among
		}
		return first, among
	}
	return first, exact
}

// instants are rows as the store has them.
func (r *Rows) instants() *Rows { return r.timed(r.clock.Instant) }

// shown are rows of the store's as everybody else has them.
func (r *Rows) shown() *Rows {
	return r.timed(func(instant int64) int64 {
		shown, _ := r.clock.Shown(instant)
		return shown
	})
}

// timed are rows with other TIMESTAMPs.
func (r *Rows) timed(of func(int64) int64) *Rows {
	if r.clock == nil {
		return r
	}
	with := *r
	with.values = append([]store.Values(nil), r.values...)
	for i := range with.values {
		if !r.columns[i].instant {
			continue
		}
		all := make([]int64, len(r.values[i].Ints))
		for k, x := range r.values[i].Ints {
			all[k] = of(x)
		}
		with.values[i].Ints = all
	}
	return &with
}
