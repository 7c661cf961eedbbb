package storage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// ChangeTarget is a table whose rows an UPDATE or DELETE of ours changes, by their IDs.
type ChangeTarget struct {
	*Table
	editor  *editor
	columns []types.Type
}

// ChangeTargetOf is the table that a plan scans, to be changed in the context's session.
func ChangeTargetOf(t plan.Changeable) (*ChangeTarget, error) {
	s, ok := t.(*scanTable)
	if !ok {
		return nil, fmt.Errorf("storage: a %T is not one of the store's tables", t)
	}
	return &ChangeTarget{Table: s.Table, editor: &editor{Table: s.Table}, columns: s.columns}, nil
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

// Plain tells whether an UPDATE of the columns, or a DELETE where they are nil, is a matter
// of the rows alone: no generated column, foreign key or trigger has a part in it.
func (t *ChangeTarget) Plain(ctx *sql.Context, columns []int) (bool, error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = strings.ToLower(t.meta.columns[c].Name)
	}
	touches := func(keys []string) bool {
		return columns == nil || slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(names, strings.ToLower(k)) })
	}
	if columns != nil {
		for _, c := range t.meta.columns {
			if c.Generated != nil || c.OnUpdate != nil && !c.OnUpdate.Resolved() {
				return false, nil
			}
		}
		for _, fk := range t.meta.foreign {
			if touches(fk.Columns) {
				return false, nil
			}
		}
	}
	referenced, err := t.GetReferencedForeignKeys(ctx)
	if err != nil {
		return false, err
	}
	for _, fk := range referenced {
		if touches(fk.ParentColumns) {
			return false, nil
		}
	}
	return t.temporary || !sessionOf(ctx).Triggered(t.db.name, t.name), nil
}

// Checks are the table's.
func (t *ChangeTarget) Checks() []sql.CheckDefinition { return t.meta.checks }

// Targets are the table's columns as a [Target] has them.
func (t *ChangeTarget) Targets() []TargetColumn { return t.meta.targets }

// Column describes a column of the table.
func (t *ChangeTarget) Column(i int) *sql.Column { return t.meta.columns[i].Column }

// Row is a row in go-mysql-server's values; false: it is gone.
func (t *ChangeTarget) Row(ctx *sql.Context, id uint64) (sql.Row, bool) {
	row, _, ok := t.get(ctx, id)
	if !ok {
		return nil, false
	}
	return t.decode(row), true
}

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

// Columns are the table's.
func (t *ChangeTarget) Columns() sql.Schema { return t.meta.schema.Schema }

// Assign gives columns of a row values, which are of the columns' types.
func (t *ChangeTarget) Assign(row sql.Row, columns []int, values []types.Value) error {
	for i, c := range columns {
		x, err := bridge.ToGMS(values[i], &t.columns[c])
		if err != nil {
			return err
		}
		row[c] = x
	}
	return nil
}

// Update gives columns of a row values, which are of the columns' types, and tells whether
// that changes it. A row that is gone stays so. Where it changes, columns ON UPDATE do too, and
// an error of check, which sees the row, leaves it as it was; nil: nothing is checked.
func (t *ChangeTarget) Update(ctx *sql.Context, id uint64, columns []int, values []types.Value, check func([]types.Value) error) (bool, error) {
	tx := t.tx(ctx)
	old, at, ok := t.get(ctx, id)
	if !ok {
		return false, nil
	}
	row := slices.Clone(old)
	for i, c := range columns {
		var err error
		if row[c], err = t.meta.columns[c].own(&values[i]); err != nil {
			return false, err
		}
	}
	if t.editor.same(old, row) {
		return false, nil
	}
	if err := t.onUpdate(ctx, row, columns); err != nil {
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
	now, err := tx.Update(t.id, at, row)
	if err != nil {
		return false, t.editor.writeError(ctx, err)
	}
	sessionOf(ctx).moved.note(t.Table, at, now)
	if i := t.meta.autoIncrement(); i >= 0 {
		tx.BumpAutoIncrement(t.id, behind(row[i]))
	}
	return true, nil
}

// onUpdate gives columns their values of ON UPDATE, but for those that the statement assigns.
func (t *ChangeTarget) onUpdate(ctx *sql.Context, row store.Row, assigned []int) error {
	for i := range t.meta.columns {
		c := &t.meta.columns[i]
		if c.OnUpdate == nil || slices.Contains(assigned, i) {
			continue
		}
		x, err := c.OnUpdate.Eval(ctx, nil)
		if err != nil {
			return err
		}
		if row[i], err = c.encodeValue(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// values are our values of a row of the store's.
func (t *ChangeTarget) values(row store.Row) ([]types.Value, error) {
	values := make([]types.Value, len(row))
	for i, x := range row {
		var err error
		if values[i], err = t.meta.columns[i].value(x); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// Delete deletes a row, and tells whether it was there.
func (t *ChangeTarget) Delete(ctx *sql.Context, id uint64) (bool, error) {
	_, at, ok := t.get(ctx, id)
	if !ok {
		return false, nil
	}
	return true, t.editor.writeError(ctx, t.tx(ctx).Delete(t.id, at))
}
