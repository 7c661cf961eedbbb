package storage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/tables/store"
)

var (
	_ sql.RewritableTable          = (*Table)(nil)
	_ sql.IndexAlterableTable      = (*Table)(nil)
	_ sql.CheckAlterableTable      = (*Table)(nil)
	_ sql.CheckTable               = (*Table)(nil)
	_ sql.PrimaryKeyAlterableTable = (*Table)(nil)
	_ sql.CollationAlterableTable  = (*Table)(nil)
)

// alter changes the catalog that the table is in.
func (t *Table) alter(ctx *sql.Context, f func(*store.Draft) error) error {
	if t.temporary {
		return sessionOf(ctx).alterTemporary(f)
	}
	return sessionOf(ctx).alter(ctx, f)
}

// redefine changes what is known of the table, its columns aside. f gets a copy
// of the newest.
func (t *Table) redefine(ctx *sql.Context, f func(*meta) error) error {
	alter := t.alter
	if !t.temporary {
		alter = func(ctx *sql.Context, f func(*store.Draft) error) error { return sessionOf(ctx).alterBeside(ctx, f) }
	}
	return alter(ctx, func(d *store.Draft) error {
		newest, ok := d.Catalog().Table(t.db.name, t.name)
		if !ok {
			return sql.ErrTableNotFound.New(t.name)
		}
		m := *newest.Definition.Meta.(*meta)
		m.indexes, m.checks, m.foreign = slices.Clone(m.indexes), slices.Clone(m.checks), slices.Clone(m.foreign)
		if err := f(&m); err != nil {
			return err
		}
		if err := d.SetDefinition(t.db.name, t.name, m.definition()); err != nil {
			return commitError(ctx, err)
		}
		t.meta = &m
		return nil
	})
}

// ShouldRewriteTable implements sql.RewritableTable: RewriteInserter is to be asked for every change of columns.
func (t *Table) ShouldRewriteTable(*sql.Context, sql.PrimaryKeySchema, sql.PrimaryKeySchema, *sql.Column, *sql.Column) bool {
	return true
}

// RewriteInserter implements sql.RewritableTable. It changes the table itself, so that go-mysql-server finds no rows to write
// anew. Go-mysql-server asks for one behind CreateIndex of a unique index, too, which has built it already.
func (t *Table) RewriteInserter(ctx *sql.Context, from, to sql.PrimaryKeySchema, old, changed *sql.Column, key []sql.IndexColumn) (sql.RowInserter, error) {
	if old != nil || changed != nil || !slices.Equal(from.PkOrdinals, to.PkOrdinals) {
		for _, c := range key {
			i := to.Schema.IndexOfColName(c.Name)
			if i < 0 {
				return nil, sql.ErrKeyColumnDoesNotExist.New(c.Name)
			}
			if c.Length > 0 {
				return nil, sql.ErrUnsupportedIndexPrefix.New(c.Name)
			}
		}
		if len(from.PkOrdinals) > 0 && len(to.PkOrdinals) == 0 {
			if err := sql.ValidatePrimaryKeyDrop(ctx, t, from); err != nil {
				return nil, err
			}
		}
		m := t.meta.withSchema(to)
		m.indexes = followColumns(m.indexes, to.Schema, old, changed)
		if err := t.reshape(ctx, m, old, changed); err != nil {
			return nil, err
		}
	}
	t.written = true
	return &editor{Table: t}, nil
}

// followColumns has indexes follow a column's new name, and leaves out columns
// that are gone and indexes without columns.
func followColumns(indexes []sql.IndexDef, schema sql.Schema, old, renamed *sql.Column) []sql.IndexDef {
	var kept []sql.IndexDef
	for _, def := range indexes {
		var columns []sql.IndexColumn
		for _, c := range def.Columns {
			if old != nil && renamed != nil && strings.EqualFold(c.Name, old.Name) {
				c.Name = renamed.Name
			}
			if schema.IndexOfColName(c.Name) >= 0 {
				columns = append(columns, c)
			}
		}
		if def.Columns = columns; len(columns) > 0 {
			kept = append(kept, def)
		}
	}
	return kept
}

// place is where a column goes: before the column at that position.
func place(schema sql.Schema, order *sql.ColumnOrder, otherwise int) (int, error) {
	switch {
	case order == nil:
		return otherwise, nil
	case order.First:
		return 0, nil
	}
	i := schema.IndexOfColName(order.AfterColumn)
	if i < 0 {
		return 0, sql.ErrTableColumnNotFound.New("", order.AfterColumn)
	}
	return i + 1, nil
}

// keyed is the schema with the primary key of the columns that say so, in the
// order of before.
func keyed(schema sql.Schema, before sql.PrimaryKeySchema, old, renamed string) sql.PrimaryKeySchema {
	var key []int
	for _, i := range before.PkOrdinals {
		name := before.Schema[i].Name
		if strings.EqualFold(name, old) {
			name = renamed
		}
		if j := schema.IndexOfColName(name); j >= 0 {
			key = append(key, j)
		}
	}
	return sql.NewPrimaryKeySchema(schema, key...)
}

// AddColumn implements sql.AlterableTable.
func (t *Table) AddColumn(ctx *sql.Context, c *sql.Column, order *sql.ColumnOrder) error {
	schema := t.meta.schema.Schema.Copy()
	at, err := place(schema, order, len(schema))
	if err != nil {
		return err
	}
	return t.reshape(ctx, t.meta.withSchema(keyed(slices.Insert(schema, at, c), t.meta.schema, "", "")), nil, c)
}

// DropColumn implements sql.AlterableTable.
func (t *Table) DropColumn(ctx *sql.Context, name string) error {
	schema := t.meta.schema.Schema.Copy()
	at := schema.IndexOfColName(name)
	if at < 0 {
		return sql.ErrTableColumnNotFound.New(t.name, name)
	}
	dropped := schema[at]
	schema = slices.Delete(schema, at, at+1)
	m := t.meta.withSchema(keyed(schema, t.meta.schema, "", ""))
	m.indexes = followColumns(m.indexes, schema, nil, nil)
	return t.reshape(ctx, m, dropped, nil)
}

// ModifyColumn implements sql.AlterableTable: a column has another name or default. One of
// another type is for RewriteInserter.
func (t *Table) ModifyColumn(ctx *sql.Context, name string, c *sql.Column, order *sql.ColumnOrder) error {
	schema := t.meta.schema.Schema.Copy()
	from := schema.IndexOfColName(name)
	if from < 0 {
		return sql.ErrTableColumnNotFound.New(t.name, name)
	}
	old := schema[from]
	schema = slices.Delete(schema, from, from+1)
	at, err := place(schema, order, from)
	if err != nil {
		return err
	}
	c.PrimaryKey = old.PrimaryKey
	schema = slices.Insert(schema, at, c)
	m := t.meta.withSchema(keyed(schema, t.meta.schema, name, c.Name))
	m.indexes = followColumns(m.indexes, schema, old, c)
	return t.reshape(ctx, m, old, c)
}

// CreatePrimaryKey implements sql.PrimaryKeyAlterableTable.
func (t *Table) CreatePrimaryKey(ctx *sql.Context, columns []sql.IndexColumn) error {
	if len(t.meta.schema.PkOrdinals) > 0 {
		return sql.ErrMultiplePrimaryKeysDefined.New()
	}
	schema := t.meta.schema.Schema.Copy()
	var key []int
	for _, c := range columns {
		i := schema.IndexOfColName(c.Name)
		if i < 0 {
			return sql.ErrKeyColumnDoesNotExist.New(c.Name)
		}
		schema[i].PrimaryKey = true
		key = append(key, i)
	}
	return t.reshape(ctx, t.meta.withSchema(sql.NewPrimaryKeySchema(schema, key...)), nil, nil)
}

// DropPrimaryKey implements sql.PrimaryKeyAlterableTable.
func (t *Table) DropPrimaryKey(ctx *sql.Context) error {
	if err := sql.ValidatePrimaryKeyDrop(ctx, t, t.meta.schema); err != nil {
		return err
	}
	schema := t.meta.schema.Schema.Copy()
	for _, c := range schema {
		c.PrimaryKey = false
	}
	return t.reshape(ctx, t.meta.withSchema(sql.NewPrimaryKeySchema(schema)), nil, nil)
}

// CreateIndex implements sql.IndexAlterableTable. An index without a name takes
// that of its first column, with a number where that is taken, as in MySQL.
func (t *Table) CreateIndex(ctx *sql.Context, def sql.IndexDef) error {
	switch {
	case def.IsFullText():
		return sql.ErrFullTextNotSupported.New()
	case def.IsSpatial(), def.IsVector():
		return sql.ErrUnsupportedFeature.New("spatial and vector indexes")
	}
	return t.redefine(ctx, func(m *meta) error {
		if def.Name == "" {
			base := def.Columns[0].Name
			def.Name = base
			for n := 2; taken(m, def.Name); n++ {
				def.Name = fmt.Sprintf("%s_%d", base, n)
			}
		}
		if taken(m, def.Name) {
			return sql.ErrDuplicateKey.New(def.Name)
		}
		for _, c := range def.Columns {
			if m.schema.Schema.IndexOfColName(c.Name) < 0 {
				return sql.ErrKeyColumnDoesNotExist.New(c.Name)
			}
		}
		sessionOf(ctx).duplicates = slices.ContainsFunc(m.indexes, func(other sql.IndexDef) bool {
			return other.Constraint == def.Constraint && slices.EqualFunc(other.Columns, def.Columns, func(a, b sql.IndexColumn) bool {
				return strings.EqualFold(a.Name, b.Name) && a.Length == b.Length
			})
		})
		m.indexes = append(m.indexes, def)
		return nil
	})
}

func taken(m *meta, name string) bool {
	_, ok := m.index(name)
	return ok || strings.EqualFold(name, primaryKey)
}

// DropIndex implements sql.IndexAlterableTable.
func (t *Table) DropIndex(ctx *sql.Context, name string) error {
	if strings.EqualFold(name, primaryKey) {
		return t.DropPrimaryKey(ctx)
	}
	return t.redefine(ctx, func(m *meta) error {
		i, ok := m.index(name)
		if !ok {
			return sql.ErrCantDropFieldOrKey.New(name)
		}
		m.indexes = slices.Delete(m.indexes, i, i+1)
		return nil
	})
}

// RenameIndex implements sql.IndexAlterableTable.
func (t *Table) RenameIndex(ctx *sql.Context, from, to string) error {
	return t.redefine(ctx, func(m *meta) error {
		i, ok := m.index(from)
		if !ok {
			return sql.ErrKeyColumnDoesNotExist.New(from)
		}
		if !strings.EqualFold(from, to) && taken(m, to) {
			return sql.ErrDuplicateKey.New(to)
		}
		m.indexes[i].Name = to
		return nil
	})
}

// GetChecks implements sql.CheckTable.
func (t *Table) GetChecks(*sql.Context) ([]sql.CheckDefinition, error) { return t.meta.checks, nil }

// CreateCheck implements sql.CheckAlterableTable. One without a name is called
// table_chk_1 and so on, as in MySQL.
func (t *Table) CreateCheck(ctx *sql.Context, check *sql.CheckDefinition) error {
	return t.redefine(ctx, func(m *meta) error {
		named := *check
		exists := func(name string) bool {
			return slices.ContainsFunc(m.checks, func(c sql.CheckDefinition) bool { return strings.EqualFold(c.Name, name) })
		}
		for n := 1; named.Name == "" || named.Name != check.Name && exists(named.Name); n++ {
			named.Name = fmt.Sprintf("%s_chk_%d", t.name, n)
		}
		if exists(named.Name) {
			return sql.ErrForeignKeyDuplicateName.New(named.Name)
		}
		m.checks = append(m.checks, named)
		return nil
	})
}

// DropCheck implements sql.CheckAlterableTable.
func (t *Table) DropCheck(ctx *sql.Context, name string) error {
	return t.redefine(ctx, func(m *meta) error {
		i := slices.IndexFunc(m.checks, func(c sql.CheckDefinition) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 {
			return sql.ErrUnknownConstraint.New(name)
		}
		m.checks = slices.Delete(m.checks, i, i+1)
		return nil
	})
}

// ModifyStoredCollation implements sql.CollationAlterableTable.
func (t *Table) ModifyStoredCollation(*sql.Context, sql.CollationID) error {
	return sql.ErrUnsupportedFeature.New("converting the collations of columns")
}

// ModifyDefaultCollation implements sql.CollationAlterableTable.
func (t *Table) ModifyDefaultCollation(ctx *sql.Context, collation sql.CollationID) error {
	return t.redefine(ctx, func(m *meta) error { m.collation = collation; return nil })
}
