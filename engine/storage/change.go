package storage

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// ChangeTarget is a table whose rows an UPDATE or DELETE of ours changes, by their IDs.
type ChangeTarget struct {
	*Table
	columns []types.Type

	keys      []parent // of put; nil: not looked for yet
	referring []child  // of children
	asked     bool     // children has been
	formulas  Formulas // of generate; nil: not bound yet
}

// ChangeTargetOf is the table that a plan scans, to be changed in the context's session.
func ChangeTargetOf(t plan.Changeable) (*ChangeTarget, error) {
	s, ok := t.(*scanTable)
	if !ok {
		return nil, fmt.Errorf("storage: a %T is not one of the store's tables", t)
	}
	return &ChangeTarget{Table: s.Table, columns: s.columns}, nil
}

// changes is the table as what changes its rows.
func (t *Table) changes() *ChangeTarget {
	c := &ChangeTarget{Table: t, columns: make([]types.Type, len(t.meta.columns))}
	for i := range t.meta.columns {
		c.columns[i] = t.meta.columns[i].t
	}
	return c
}

// Follow prepares for the statement to come to a row that something has updated meanwhile: the
// statement itself under another alias of the table, or a foreign key.
func (t *ChangeTarget) Follow(ctx *sql.Context) {
	if moved := sessionOf(ctx).moved; moved[t.followed()] == nil {
		moved[t.followed()] = make(map[store.RowID]store.RowID)
	}
}

// get is a row, and its ID of now. A move that was undone since leads nowhere, but then the row
// is where it was.
func (t *ChangeTarget) get(ctx *sql.Context, id uint64) (store.Row, store.RowID, bool) {
	tx, moved := t.tx(ctx), sessionOf(ctx).moved[t.followed()]
	for at := store.RowID(id); ; {
		row, ok := tx.Get(t.id, at)
		if ok {
			return row, at, true
		}
		if at, ok = moved[at]; !ok {
			return nil, 0, false
		}
	}
}

// Checks are the table's.
func (t *ChangeTarget) Checks() []sql.CheckDefinition { return t.meta.checks }

// Targets are the table's columns as a [Target] has them.
func (t *ChangeTarget) Targets() []TargetColumn { return t.meta.targets }

// Generates tells whether a column is generated.
func (t *ChangeTarget) Generates() bool { return t.meta.generates }

// Referenced tells whether a change of some columns of a row may have others of the table change.
func (t *ChangeTarget) Referenced(ctx *sql.Context, columns []int) (bool, error) {
	children, err := t.children(ctx)
	return slices.ContainsFunc(children, func(c child) bool { return meet(c.at, columns) }), err
}

func meet(a, b []int) bool {
	return slices.ContainsFunc(a, func(x int) bool { return slices.Contains(b, x) })
}

// Default is the default value of a column that has one.
func (t *ChangeTarget) Default(ctx *sql.Context, column int) (types.Value, error) {
	return t.meta.defaultOf(ctx, column)
}

// Column describes a column of the table.
func (t *ChangeTarget) Column(i int) *sql.Column { return t.meta.columns[i].Column }

// Values are a row in values of the columns' types; false: it is gone.
func (t *ChangeTarget) Values(ctx *sql.Context, id uint64) ([]types.Value, bool, error) {
	row, _, ok := t.get(ctx, id)
	if !ok {
		return nil, false, nil
	}
	values, err := t.values(row)
	return values, true, err
}

// Type is the type of a column.
func (t *ChangeTarget) Type(column int) *types.Type { return &t.columns[column] }

// Update gives columns of a row values, which are of the columns' types, and tells whether
// that changes it. A row that is gone stays so. Where it changes, columns ON UPDATE do too, and
// an error of check, which sees the row, leaves it as it was; nil: nothing is checked. What
// foreign keys want is done; where they refuse it, so that all of it is to be taken back, the
// error is MySQL's 1451 or 1452.
func (t *ChangeTarget) Update(ctx *sql.Context, id uint64, columns []int, values []types.Value, check func([]types.Value) error) (bool, error) {
	old, at, ok := t.get(ctx, id)
	if !ok {
		return false, nil
	}
	row := slices.Clone(old)
	for i, c := range columns {
		var err error
		if row[c], err = t.ownAfter(c, &values[i], old[c]); err != nil {
			return false, err
		}
	}
	if t.same(old, row, nil) {
		return false, nil
	}
	if err := t.onUpdate(ctx, columns, func(i int, x any) { row[i] = x }); err != nil {
		return false, err
	}
	if check != nil {
		values, err := t.values(row)
		if err == nil {
			err = check(values)
		}
		if err != nil {
			return false, err
		}
	}
	return true, t.put(ctx, at, old, row, cascade{})
}

// Same tells whether rows of values are kept alike.
func (t *ChangeTarget) Same(a, b []types.Value) (bool, error) {
	for i := range a {
		c := &t.meta.columns[i]
		x, err := c.own(&a[i])
		if err != nil {
			return false, err
		}
		y, err := c.own(&b[i])
		if err != nil || !c.same(x, y) {
			return false, err
		}
	}
	return true, nil
}

// Put has a row have other values, and does what foreign keys want: see Update.
func (t *ChangeTarget) Put(ctx *sql.Context, id uint64, values []types.Value) error {
	old, at, ok := t.get(ctx, id)
	if !ok {
		return nil
	}
	row := make(store.Row, len(values))
	for i := range values {
		var err error
		if row[i], err = t.ownAfter(i, &values[i], old[i]); err != nil {
			return err
		}
	}
	return t.put(ctx, at, old, row, cascade{})
}

// OnUpdate gives columns of a row that changes their values of ON UPDATE, but for those that the
// statement assigns.
func (t *ChangeTarget) OnUpdate(ctx *sql.Context, row []types.Value, assigned []int) error {
	var failed error
	err := t.onUpdate(ctx, assigned, func(i int, x any) {
		v, err := t.value(i, x)
		row[i], failed = v, errors.Join(failed, err)
	})
	return errors.Join(err, failed)
}

// onUpdate gives columns their values of ON UPDATE, but for those that the statement assigns.
func (t *ChangeTarget) onUpdate(ctx *sql.Context, assigned []int, set func(column int, x any)) error {
	for i := range t.meta.columns {
		c := &t.meta.columns[i]
		if c.OnUpdate == nil || slices.Contains(assigned, i) {
			continue
		}
		x, err := c.OnUpdate.Eval(ctx, nil)
		if err != nil {
			return err
		}
		if x, err = t.encodeValue(ctx, i, x); err != nil {
			return err
		}
		set(i, x)
	}
	return nil
}

// values are our values of a row of the store's.
func (t *ChangeTarget) values(row store.Row) ([]types.Value, error) {
	values := make([]types.Value, len(row))
	for i, x := range row {
		var err error
		if values[i], err = t.value(i, x); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// Delete deletes a row, and tells whether it was there. What foreign keys want is done: see Update.
func (t *ChangeTarget) Delete(ctx *sql.Context, id uint64) (bool, error) {
	row, at, ok := t.get(ctx, id)
	if !ok {
		return false, nil
	}
	return true, t.remove(ctx, at, row, cascade{})
}
