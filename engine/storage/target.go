package storage

import (
	"fmt"
	"slices"
	"strings"

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
	AutoIncrement  int // the column's position; -1: there is none

	table   *Table
	ctx     *sql.Context
	tx      *store.Tx
	parents []parent
	row     store.Row // of Encode
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

// parent is a table that a foreign key of the target's names.
type parent struct {
	key   sql.ForeignKeyConstraint
	table keyedTable
	at    []int // the parent's columns
	tx    *store.Tx
}

// Target finds a table to write into; nil where that is go-mysql-server's: it is none of the
// store's, has triggers, generated columns or spatial ones, or defaults of other columns.
func (s *Session) Target(ctx *sql.Context, database, name string) (*Target, error) {
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
			return nil, nil
		}
	}
	m := found.Definition.Meta.(*meta)
	if !m.writable || !temporary && s.Triggered(database, name) {
		return nil, nil
	}
	t := &Target{
		Database: database, Name: found.Name, Columns: m.targets, Checks: m.checks, AutoIncrement: m.auto,
		table: &Table{db: &Database{provider: s.provider, name: database}, id: found.ID, name: found.Name, meta: m, temporary: temporary, session: s},
		ctx:   ctx, tx: tx,
	}
	if len(m.foreign) == 0 {
		return t, nil
	}
	if on, err := ctx.GetSessionVariable(ctx, "foreign_key_checks"); err == nil && on == int8(0) {
		return t, nil
	}
	for _, fk := range m.foreign {
		p, ok := tx.Catalog().Table(fk.ParentDatabase, fk.ParentTable)
		if !ok {
			return nil, nil
		}
		with := parent{key: fk, tx: tx, table: keyedTable{p, fk.ParentDatabase, p.Name, p.Definition.Meta.(*meta)}}
		for i, c := range fk.ParentColumns {
			at := with.table.meta.schema.Schema.IndexOfColName(c)
			own := m.schema.Schema.IndexOfColName(fk.Columns[i])
			if at < 0 || own < 0 || p.Definition.Columns[at] != found.Definition.Columns[own] {
				return nil, nil
			}
			with.at = append(with.at, at)
		}
		t.parents = append(t.parents, with)
	}
	return t, nil
}

// Triggered tells whether a trigger may be on the table.
func (s *Session) Triggered(database, name string) bool {
	d, _ := s.transaction().Catalog().Database(database)
	m, ok := d.(*databaseMeta)
	if !ok {
		return false
	}
	for _, t := range m.triggers {
		if strings.Contains(strings.ToLower(t.CreateStatement), strings.ToLower(name)) {
			return true
		}
	}
	return false
}

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
	c := &t.Columns[column]
	x, err := c.Column.Default.Eval(t.ctx, nil)
	if err != nil {
		return types.Value{}, err
	}
	return bridge.FromGMS(x, &c.T)
}

// TakeAutoIncrement is the next AUTO_INCREMENT value, which nobody else is given.
func (t *Target) TakeAutoIncrement() uint64 { return t.tx.TakeAutoIncrement(t.table.id) }

// Insert adds a row. The errors: a *store.DuplicateError, for [Target.Duplicate] to word,
// MySQL's 1452, and those of the store's writes.
func (t *Target) Insert(row store.Row) error {
	if err := t.checkParents(row); err != nil {
		return err
	}
	_, err := t.tx.Insert(t.table.id, row)
	return err
}

// Bump has AUTO_INCREMENT go on behind a value of its column.
func (t *Target) Bump(v *types.Value) {
	x, _ := t.table.meta.columns[t.AutoIncrement].own(v) // a number has no error
	t.tx.BumpAutoIncrement(t.table.id, behind(x))
}

// Encode is a row of values of the columns' kinds as the store has it, until the next call.
func (t *Target) Encode(values []types.Value) (store.Row, error) {
	if t.row == nil {
		t.row = make(store.Row, len(values))
	}
	for i := range values {
		var err error
		if t.row[i], err = t.table.meta.columns[i].own(&values[i]); err != nil {
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
	}
	return bridge.ToGMS(*v, &c.t)
}

// value is our value of one of the store's.
func (c *column) value(x any) (types.Value, error) {
	switch {
	case x == nil:
		return types.Value{}, nil
	case c.t.Kind == types.Date || c.t.Kind == types.DateTime:
		return types.Value{Kind: c.t.Kind, I: x.(int64)}, nil
	}
	return bridge.FromGMS(c.codec.decode(x), &c.t)
}

// checkParents is MySQL's error 1452 where a foreign key finds no parent.
func (t *Target) checkParents(row store.Row) error {
next:
	for i := range t.parents {
		p := &t.parents[i]
		key := make([]any, len(p.key.Columns))
		same := p.table.ID == t.table.id
		for k, name := range p.key.Columns {
			c := t.table.meta.schema.Schema.IndexOfColName(name)
			if key[k] = row[c]; key[k] == nil {
				continue next
			}
			own := row[p.at[k]]
			same = same && own != nil && t.table.meta.columns[p.at[k]].compare(0)(own, key[k]) == 0
		}
		if !same && !p.table.has(p.tx, p.key.ParentColumns, key) {
			return sql.ErrForeignKeyChildViolation.New(p.key.Name, p.key.Table, p.key.ParentTable, shown(key))
		}
	}
	return nil
}

// Duplicate is MySQL's error 1062.
func (t *Target) Duplicate(d *store.DuplicateError) error {
	text := ""
	for _, index := range d.Table.Definition.Indexes {
		if index.Name != d.Index {
			continue
		}
		for i, x := range d.Key {
			c := &t.table.meta.columns[index.Columns[i]]
			if i > 0 {
				text += "-"
			}
			if v, err := c.value(x); err == nil && !v.IsNull() {
				text += t.table.meta.indexed(d.Index, i, string(types.AppendValue(nil, v, &c.t)))
			} else {
				text += "NULL"
			}
		}
	}
	return mysql.NewError(mysql.ER_DUP_ENTRY, fmt.Sprintf("Duplicate entry '%s' for key '%s.%s'", text, t.Name, d.Index))
}

// Changes is the table as what changes rows that are there.
func (t *Target) Changes() *ChangeTarget {
	c := &ChangeTarget{Table: t.table, editor: &editor{Table: t.table}, columns: make([]types.Type, len(t.Columns))}
	for i := range t.Columns {
		c.columns[i] = t.Columns[i].T
	}
	return c
}

// Delete takes away the row that is in another's way.
func (t *Target) Delete(d *store.DuplicateError) error { return t.tx.Delete(t.table.id, d.Existing) }

// writable tells whether our execution writes the table's rows exactly.
func (m *meta) isWritable() bool {
	for _, c := range m.columns {
		if c.Generated != nil || c.t.Kind == types.String && c.codec.kind != store.String || !simpleDefault(c.Default) {
			return false
		}
	}
	return true
}

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

// Same tells whether a row is the one that is in its way, and that by the last unique key:
// REPLACE then leaves it as it is.
func (t *Target) Same(d *store.DuplicateError, row store.Row) bool {
	last := ""
	for _, index := range d.Table.Definition.Indexes {
		if index.Unique || index.Primary {
			last = index.Name
		}
	}
	existing, ok := t.tx.Get(t.table.id, d.Existing)
	return ok && d.Index == last && (&editor{Table: t.table}).same(existing, row)
}
