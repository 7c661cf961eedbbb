package storage

import (
	"slices"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// UpdateMany is Update of many rows, each of which is there once, and tells how many it has changed: values has those of the
// columns of one row behind the other. False, and nothing is done, where they are to be updated one by one: they are not many,
// or there is something to do or to check of each.
func (t *ChangeTarget) UpdateMany(ctx *sql.Context, ids []uint64, columns []int, values []types.Value) (changed int, done bool, err error) {
	if !t.takesMany(ctx, len(ids)) { // asked first: most statements are of few rows
		return 0, false, nil
	}
	for _, p := range t.parents(ctx) {
		if meet(p.own, columns) {
			return 0, false, nil
		}
	}
	for i, c := range columns {
		if slices.Contains(columns[:i], c) {
			return 0, false, nil
		}
	}
	if slices.ContainsFunc(t.meta.columns, func(c column) bool { return c.OnUpdate != nil }) {
		return 0, false, nil
	}
	if t.clock.Repeats() && slices.ContainsFunc(columns, func(c int) bool { return t.meta.columns[c].instant }) {
		return 0, false, nil // see ownAfter
	}
	rows := t.newRows()
	for rows.N < len(ids) {
		if rows.N%1024 == 1023 && ctx.Err() != nil {
			return 0, true, ctx.Err()
		}
		for k, c := range columns {
			if err := rows.AddValue(c, &values[rows.N*len(columns)+k]); err != nil {
				return 0, true, err
			}
		}
		rows.N++
	}
	rows = rows.instants()
	given := make([]store.Values, len(columns))
	for k, c := range columns {
		given[k] = rows.values[c]
	}
	tx := t.tx(ctx)
	changed, done, err = tx.Replace(t.id, rowIDs(ids), columns, given)
	if auto := t.meta.autoIncrement(); changed > 0 && err == nil && slices.Contains(columns, auto) {
		tx.BumpAutoIncrement(t.id, rows.behind(auto))
	}
	return changed, done, err
}

// DeleteMany is Delete of many rows, each of which is there once. False, and nothing is done, where they are to be deleted one
// by one: they are not many, or foreign keys refer to them.
func (t *ChangeTarget) DeleteMany(ctx *sql.Context, ids []uint64) (done bool, err error) {
	if !t.takesMany(ctx, len(ids)) {
		return false, nil
	}
	if children, err := t.children(ctx); len(children) > 0 || err != nil {
		return false, err
	}
	return t.tx(ctx).Remove(t.id, rowIDs(ids))
}

// takesMany tells whether so many rows may be changed at once: nobody asks where one of them is then.
func (t *ChangeTarget) takesMany(ctx *sql.Context, rows int) bool {
	_, followed := sessionOf(ctx).moved[t.followed()]
	return !followed && t.tx(ctx).TakesMany(t.id, rows)
}

func rowIDs(ids []uint64) []store.RowID {
	all := make([]store.RowID, len(ids))
	for i, id := range ids {
		all[i] = store.RowID(id)
	}
	return all
}
