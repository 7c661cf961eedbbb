package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Target is a table that our execution writes rows into, in the session's transaction.
type Target struct {
	Database, Name string
	Columns        []TargetColumn
	Checks         []sql.CheckDefinition
	AutoIncrement  int  // the column's position; -1: there is none
	Generates      bool // some column is generated
	Plain          bool // each column's value is kept as it is given, or a default without the row's

	table   *Table
	ctx     *sql.Context
	tx      *store.Tx
	parents []parent
	changes *ChangeTarget // of Changes
	row     store.Row     // of Encode
}

// TargetColumn is a column of a [Target].
type TargetColumn struct {
	*sql.Column
	T types.Type
}

// Required tells that a row needs a value for the column: it has no default and cannot be
// NULL (manual 11.6). An ENUM's default is its first member.
func (c *TargetColumn) Required() bool {
	return c.Default == nil && !c.Nullable && !c.AutoIncrement && c.T.Kind != types.Enum
}

// Target finds a table to write into; nil where the store has none of that name.
func (s *Session) Target(ctx *sql.Context, database, name string) *Target {
	tx, temporary := s.transaction(), false
	var found store.Table
	if s.local != nil {
		if found, temporary = s.local.transaction().Catalog().Table(database, name); temporary {
			tx = s.local.transaction()
		}
	}
	if !temporary {
		var ok bool
		if found, ok = tx.Catalog().Table(database, name); !ok {
			return nil
		}
	}
	m := found.Definition.Meta.(*meta)
	t := &Target{
		Database: database, Name: found.Name, Columns: m.targets, Checks: m.checks, AutoIncrement: m.auto,
		Generates: m.generates, Plain: m.plain,
		table: &Table{
			db: &Database{provider: s.provider, name: database}, id: found.ID, name: found.Name, meta: m, temporary: temporary, session: s,
			clock: m.clock(ctx),
		},
		ctx: ctx, tx: tx,
	}
	t.parents = t.table.parents(ctx)
	return t
}

// Temporary tells whether the table is one of the session's alone.
func (t *Target) Temporary() bool { return t.table.temporary }

// Referenced tells whether a foreign key names the table: what takes its rows away has
// other tables follow.
func (t *Target) Referenced() bool {
	keys, err := t.table.GetReferencedForeignKeys(t.ctx)
	return err != nil || len(keys) > 0
}

// Unique tells whether two rows may not have the same key.
func (t *Target) Unique() bool {
	keys := t.table.keys()
	return slices.ContainsFunc(keys, func(k plan.Key) bool { return k.Unique || k.Primary }) || len(keys) < len(t.table.meta.indexes)
}

// Default is the default value of a column that has one.
func (t *Target) Default(column int) (types.Value, error) {
	return t.table.meta.defaultOf(t.ctx, column)
}

func (m *meta) defaultOf(ctx *sql.Context, column int) (types.Value, error) {
	c := &m.columns[column]
	x, err := c.Default.Eval(ctx, nil)
	if err != nil {
		return types.Value{}, err
	}
	return bridge.FromGMS(x, &c.t)
}

// TakeAutoIncrement is the next AUTO_INCREMENT value, which nobody else is given.
func (t *Target) TakeAutoIncrement() uint64 { return t.tx.TakeAutoIncrement(t.table.id) }

// Insert adds a row, behind whose value AUTO_INCREMENT goes on. The errors: a *store.DuplicateError, for [Target.Duplicate] to word,
// MySQL's 1452, and those of the store's writes.
func (t *Target) Insert(row store.Row) error {
	mark := t.tx.Mark()
	_, err := t.tx.Insert(t.table.id, row)
	var duplicate *store.DuplicateError
	if err != nil && !errors.As(err, &duplicate) {
		return err
	}
	// As InnoDB writes its indexes one by one, the first that something is wrong with counts.
	for i := range t.parents {
		p := &t.parents[i]
		if (err == nil || p.before(duplicate)) && !p.has(t.table, t.tx, row) {
			if err == nil {
				t.tx.Undo(mark)
			}
			return noParent(p.key)
		}
	}
	if err == nil && t.AutoIncrement >= 0 {
		t.tx.BumpAutoIncrement(t.table.id, behind(row[t.AutoIncrement]))
	}
	return err
}

// Encode is a row of values of the columns' kinds as the store has it, until the next call.
func (t *Target) Encode(values []types.Value) (store.Row, error) {
	if t.row == nil {
		t.row = make(store.Row, len(values))
	}
	for i := range values {
		var err error
		if t.row[i], err = t.table.own(i, &values[i]); err != nil {
			return nil, err
		}
	}
	return t.row, nil
}

// own is the store's value of one of ours of the column's kind.
func (c *column) own(v *types.Value) (any, error) {
	switch v.Kind {
	case types.Null:
		return nil, nil
	case types.Int, types.Date, types.DateTime, types.Time:
		return v.I, nil
	case types.Uint, types.Bit, types.Set, types.Enum:
		return uint64(v.I), nil
	case types.Float:
		return v.F, nil
	case types.String:
		if c.codec.kind == store.String {
			return v.S, nil
		}
		if x, _, err := c.Type.Convert(context.Background(), []byte(v.S)); err == nil && x != nil {
			return x, nil
		}
		return nil, mysql.NewDefaultError(mysql.ER_CANT_CREATE_GEOMETRY_OBJECT)
	case types.JSON:
		if c.codec.kind == store.String {
			return v.S, nil
		}
	case types.Decimal:
		if c.codec.kind == store.Int {
			return c.digits(v.D)
		}
	}
	return bridge.ToGMS(*v, &c.t)
}

// digits is a number of a column that keeps their digits.
func (c *column) digits(d types.Dec) (int64, error) {
	x, ok := d.Unscaled(c.t.Scale)
	if !ok {
		return 0, fmt.Errorf("storage: %s is no value of column %s, a %s", d, c.Name, c.Type)
	}
	return x, nil
}

// value is our value of one of the store's.
func (c *column) value(x any) (types.Value, error) {
	switch {
	case x == nil:
		return types.Value{}, nil
	case c.t.Kind == types.Date || c.t.Kind == types.DateTime:
		return types.Value{Kind: c.t.Kind, I: x.(int64)}, nil
	case c.t.Kind == types.JSON && c.codec.kind == store.String:
		return types.JSONValue(x.(string)), nil
	case c.t.Kind == types.Decimal && c.codec.kind == store.Int:
		return types.DecimalValue(types.NewDec(x.(int64), c.t.Scale)), nil
	}
	return bridge.FromGMS(c.codec.decode(x), &c.t)
}

// Duplicate is MySQL's error 1062.
func (t *Target) Duplicate(d *store.DuplicateError) error { return t.table.duplicate(d) }

// writeError makes MySQL's error of the store's.
func (t *Table) writeError(err error) error {
	var duplicate *store.DuplicateError
	if errors.As(err, &duplicate) {
		return t.duplicate(duplicate)
	}
	return err
}

func (t *Table) duplicate(d *store.DuplicateError) error {
	text := ""
	for _, index := range d.Table.Definition.Indexes {
		if index.Name == d.Index {
			text = t.keyText(&index, d.Key)
		}
	}
	return mysql.NewError(mysql.ER_DUP_ENTRY, fmt.Sprintf("Duplicate entry '%s' for key '%s.%s'", text, t.name, d.Index))
}

// keyText is a key of an index as MySQL's errors show it.
func (t *Table) keyText(index *store.Index, key []any) (text string) {
	for i, x := range key {
		c := &t.meta.columns[index.Columns[i]]
		if i > 0 {
			text += "-"
		}
		if v, err := t.value(index.Columns[i], x); err == nil && !v.IsNull() {
			text += t.meta.indexed(index.Name, i, string(types.AppendValue(nil, v, &c.t)))
		} else {
			text += "NULL"
		}
	}
	return text
}

// Changes is the table as what changes rows that are there.
func (t *Target) Changes() *ChangeTarget {
	if t.changes == nil {
		t.changes = t.table.changes()
	}
	return t.changes
}

// Existing is the row that is in another's way.
func (t *Target) Existing(d *store.DuplicateError) ([]types.Value, error) {
	row, ok := t.tx.Get(t.table.id, d.Existing)
	if !ok {
		return nil, fmt.Errorf("storage: no row %d of %s", d.Existing, t.Name)
	}
	return t.Changes().values(row)
}

// Delete takes away the row that is in another's way, with what foreign keys want.
func (t *Target) Delete(d *store.DuplicateError) error {
	_, err := t.Changes().Delete(t.ctx, uint64(d.Existing))
	return err
}

// isPlain is [Target.Plain].
func (m *meta) isPlain() bool {
	for _, c := range m.columns {
		if c.Generated != nil || c.t.Kind == types.String && c.codec.kind != store.String || !simpleDefault(c.Default) {
			return false
		}
	}
	return true
}

// Dynamic tells that the column has a default that is made of the row's other columns.
func (c *TargetColumn) Dynamic() bool { return !simpleDefault(c.Default) }

// simpleDefault tells that a default can be computed without the row.
func simpleDefault(d *sql.ColumnDefaultValue) bool {
	if d == nil {
		return true
	}
	if !d.Resolved() {
		return false
	}
	simple := true
	transform.InspectExpr(d.Expr, func(e sql.Expression) bool {
		_, column := e.(*expression.GetField)
		simple = simple && !column
		return !simple
	})
	return simple
}

// Last tells whether the key is the last of the table's unique ones.
func (t *Target) Last(d *store.DuplicateError) bool {
	last := ""
	for _, index := range d.Table.Definition.Indexes {
		if index.Unique || index.Primary {
			last = index.Name
		}
	}
	return d.Index == last
}

// Same tells whether a row is the one that is in its way.
func (t *Target) Same(d *store.DuplicateError, row store.Row) bool {
	existing, ok := t.tx.Get(t.table.id, d.Existing)
	return ok && t.table.same(existing, row, nil)
}

// same tells whether rows are kept alike in columns; nil: in all.
func (t *Table) same(a, b store.Row, columns []int) bool {
	for _, i := range columns {
		if !t.meta.columns[i].same(a[i], b[i]) {
			return false
		}
	}
	if columns == nil {
		for i := range t.meta.columns {
			if !t.meta.columns[i].same(a[i], b[i]) {
				return false
			}
		}
	}
	return true
}

// same tells whether the store's values are the same, not only equal.
func (c *column) same(a, b any) bool {
	if a == nil || b == nil {
		return a == b
	}
	if c.codec.kind == store.Any {
		return c.compare(0)(a, b) == 0
	}
	return a == b
}
