package storage

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Database is a database of the store's.
type Database struct {
	provider *Provider
	name     string
}

var (
	_ sql.TableCreator            = (*Database)(nil)
	_ sql.IndexedTableCreator     = (*Database)(nil)
	_ sql.TableDropper            = (*Database)(nil)
	_ sql.TableRenamer            = (*Database)(nil)
	_ sql.ViewDatabase            = (*Database)(nil)
	_ bridge.TriggerDatabase      = (*Database)(nil)
	_ sql.StoredProcedureDatabase = (*Database)(nil)
	_ sql.CollatedDatabase        = (*Database)(nil)
	_ sql.TemporaryTableCreator   = (*Database)(nil)
	_ sql.TemporaryTableDatabase  = (*Database)(nil)
)

// Name implements sql.Database.
func (d *Database) Name() string { return d.name }

// GetTableInsensitive implements sql.Database. A temporary table comes before
// another of its name.
func (d *Database) GetTableInsensitive(ctx *sql.Context, name string) (sql.Table, bool, error) {
	if t, ok := d.temporary(ctx, name); ok {
		return t, true, nil
	}
	t, ok := d.provider.catalog(ctx).Table(d.name, name)
	if !ok {
		return nil, false, nil
	}
	return newTable(ctx, d, t, false), true, nil
}

func (d *Database) temporary(ctx *sql.Context, name string) (*Table, bool) {
	s, ok := ctx.Session.(*Session)
	if !ok || s.local == nil {
		return nil, false
	}
	t, ok := s.local.transaction().Catalog().Table(d.name, name)
	if !ok {
		return nil, false
	}
	return newTable(ctx, d, t, true), true
}

// GetTableNames implements sql.Database.
func (d *Database) GetTableNames(ctx *sql.Context) ([]string, error) {
	return d.provider.catalog(ctx).Tables(d.name), nil
}

// GetAllTemporaryTables implements sql.TemporaryTableDatabase.
func (d *Database) GetAllTemporaryTables(ctx *sql.Context) ([]sql.Table, error) {
	s, ok := ctx.Session.(*Session)
	if !ok || s.local == nil {
		return nil, nil
	}
	catalog := s.local.transaction().Catalog()
	var all []sql.Table
	for _, name := range catalog.Tables(d.name) {
		if t, ok := catalog.Table(d.name, name); ok {
			all = append(all, newTable(ctx, d, t, true))
		}
	}
	return all, nil
}

// CreateTable implements sql.TableCreator.
func (d *Database) CreateTable(ctx *sql.Context, name string, schema sql.PrimaryKeySchema, collation sql.CollationID, comment string) error {
	return d.create(ctx, name, newMeta(schema, collation, comment))
}

// CreateIndexedTable implements sql.IndexedTableCreator. It is for primary keys
// of prefixes of columns, which are refused.
func (d *Database) CreateIndexedTable(ctx *sql.Context, name string, schema sql.PrimaryKeySchema, key sql.IndexDef, collation sql.CollationID) error {
	for _, c := range key.Columns {
		if c.Length > 0 {
			return sql.ErrUnsupportedIndexPrefix.New(c.Name)
		}
	}
	return d.create(ctx, name, newMeta(schema, collation, sessionOf(ctx).TableComment))
}

func (d *Database) create(ctx *sql.Context, name string, m *meta) error {
	err := sessionOf(ctx).alter(ctx, func(draft *store.Draft) error {
		_, err := draft.CreateTable(d.name, name, m.definition())
		return err
	})
	if errors.Is(err, store.ErrExists) {
		return sql.ErrTableAlreadyExists.New(name)
	}
	return err
}

// CreateLike makes an empty table with the columns, keys and CHECKs of another, without its foreign keys (manual 15.1.20.3).
func (d *Database) CreateLike(ctx *sql.Context, name string, like *Table, temporary bool) error {
	m := *like.meta
	schema := m.schema.Schema.Copy()
	for _, c := range schema {
		c.Source, c.DatabaseSource = name, d.name
	}
	m = *m.withSchema(sql.NewPrimaryKeySchema(schema, m.schema.PkOrdinals...))
	m.foreign, m.checks = nil, slices.Clone(m.checks)
	for i := range m.checks {
		m.checks[i].Name = fmt.Sprintf("%s_chk_%d", name, i+1)
	}
	if temporary {
		return d.createTemporary(ctx, name, &m)
	}
	return d.create(ctx, name, &m)
}

// CreateTemporaryTable implements sql.TemporaryTableCreator.
func (d *Database) CreateTemporaryTable(ctx *sql.Context, name string, schema sql.PrimaryKeySchema, collation sql.CollationID) error {
	return d.createTemporary(ctx, name, newMeta(schema, collation, sessionOf(ctx).TableComment))
}

func (d *Database) createTemporary(ctx *sql.Context, name string, m *meta) error {
	err := sessionOf(ctx).alterTemporary(func(draft *store.Draft) error {
		if _, ok := draft.Catalog().Database(d.name); !ok {
			if err := draft.CreateDatabase(d.name, nil); err != nil {
				return err
			}
		}
		_, err := draft.CreateTable(d.name, name, m.definition())
		return err
	})
	if errors.Is(err, store.ErrExists) {
		return sql.ErrTableAlreadyExists.New(name)
	}
	return err
}

// DropTable implements sql.TableDropper.
func (d *Database) DropTable(ctx *sql.Context, name string) error {
	drop := func(draft *store.Draft) error { return draft.DropTable(d.name, name) }
	if _, ok := d.temporary(ctx, name); ok {
		return sessionOf(ctx).alterTemporary(drop)
	}
	return sessionOf(ctx).alter(ctx, func(draft *store.Draft) error {
		if err := drop(draft); err != nil {
			return err
		}
		return d.dropTriggers(draft, name)
	})
}

// RenameTable implements sql.TableRenamer.
func (d *Database) RenameTable(ctx *sql.Context, from, to string) error {
	err := sessionOf(ctx).alter(ctx, func(draft *store.Draft) error {
		if err := draft.RenameTable(d.name, from, to); err != nil {
			return err
		}
		if err := d.renameTriggers(draft, from, to); err != nil {
			return err
		}
		return d.followRename(draft, from, to)
	})
	if errors.Is(err, store.ErrExists) {
		return sql.ErrTableAlreadyExists.New(to)
	}
	return err
}

// followRename has the table's columns and the foreign keys from and to it take
// its new name.
func (d *Database) followRename(draft *store.Draft, from, to string) error {
	for _, name := range draft.Catalog().Tables(d.name) {
		t, _ := draft.Catalog().Table(d.name, name)
		m := *t.Definition.Meta.(*meta)
		changed := strings.EqualFold(name, to)
		if changed {
			schema := m.schema.Schema.Copy()
			for _, c := range schema {
				c.Source = to
			}
			before := m.columns
			m = *m.withSchema(sql.NewPrimaryKeySchema(schema, m.schema.PkOrdinals...))
			for i := range before { // whose values stay as they are
				m.columns[i].codec = before[i].codec
			}
		}
		m.foreign = slices.Clone(m.foreign)
		for i := range m.foreign {
			if strings.EqualFold(m.foreign[i].Table, from) {
				m.foreign[i].Table, changed = to, true
			}
			if strings.EqualFold(m.foreign[i].ParentTable, from) {
				m.foreign[i].ParentTable, changed = to, true
			}
		}
		if changed {
			if err := draft.SetDefinition(d.name, name, m.definition()); err != nil {
				return err
			}
		}
	}
	return nil
}

// meta is what the session sees of the database's views and other objects.
func (d *Database) meta(ctx *sql.Context) *databaseMeta {
	m, _ := d.provider.catalog(ctx).Database(d.name)
	if m, ok := m.(*databaseMeta); ok {
		return m
	}
	return new(databaseMeta)
}

// change changes the database's objects; f gets a copy.
func (d *Database) change(ctx *sql.Context, f func(*databaseMeta) error) error {
	return sessionOf(ctx).alter(ctx, func(draft *store.Draft) error {
		m, _ := draft.Catalog().Database(d.name)
		next := *m.(*databaseMeta)
		next.views, next.triggers, next.routines = slices.Clone(next.views), slices.Clone(next.triggers), slices.Clone(next.routines)
		if err := f(&next); err != nil {
			return err
		}
		return draft.SetDatabase(d.name, &next)
	})
}

// GetCollation implements sql.CollatedDatabase.
func (d *Database) GetCollation(ctx *sql.Context) sql.CollationID {
	if c := d.meta(ctx).collation; c != sql.Collation_Unspecified {
		return c
	}
	return DefaultCollation
}

// SetCollation implements sql.CollatedDatabase.
func (d *Database) SetCollation(ctx *sql.Context, collation sql.CollationID) error {
	return d.change(ctx, func(m *databaseMeta) error { m.collation = collation; return nil })
}

// CreateView implements sql.ViewDatabase.
func (d *Database) CreateView(ctx *sql.Context, name, text, statement string) error {
	mode := sessionOf(ctx).SQLMode(ctx)
	return d.change(ctx, func(m *databaseMeta) error {
		if viewAt(m, name) >= 0 {
			return sql.ErrExistingView.New(d.name, name)
		}
		m.views = append(m.views, sql.ViewDefinition{Name: name, TextDefinition: text, CreateViewStatement: statement, SqlMode: mode})
		return nil
	})
}

// DropView implements sql.ViewDatabase.
func (d *Database) DropView(ctx *sql.Context, name string) error {
	return d.change(ctx, func(m *databaseMeta) error {
		i := viewAt(m, name)
		if i < 0 {
			return sql.ErrViewDoesNotExist.New(d.name, name)
		}
		m.views = slices.Delete(m.views, i, i+1)
		return nil
	})
}

// GetViewDefinition implements sql.ViewDatabase.
func (d *Database) GetViewDefinition(ctx *sql.Context, name string) (sql.ViewDefinition, bool, error) {
	m := d.meta(ctx)
	if i := viewAt(m, name); i >= 0 {
		return m.views[i], true, nil
	}
	return sql.ViewDefinition{}, false, nil
}

// AllViews implements sql.ViewDatabase.
func (d *Database) AllViews(ctx *sql.Context) ([]sql.ViewDefinition, error) {
	return d.meta(ctx).views, nil
}

func viewAt(m *databaseMeta, name string) int {
	return slices.IndexFunc(m.views, func(v sql.ViewDefinition) bool { return strings.EqualFold(v.Name, name) })
}
