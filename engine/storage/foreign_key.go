package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/tables/store"
)

// CreateIndexForForeignKey implements sql.ForeignKeyTable.
func (t *Table) CreateIndexForForeignKey(ctx *sql.Context, def sql.IndexDef) error {
	return t.CreateIndex(ctx, def)
}

// GetDeclaredForeignKeys implements sql.ForeignKeyTable.
func (t *Table) GetDeclaredForeignKeys(*sql.Context) ([]sql.ForeignKeyConstraint, error) {
	all := slices.Clone(t.meta.foreign)
	slices.SortFunc(all, func(a, b sql.ForeignKeyConstraint) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// GetReferencedForeignKeys implements sql.ForeignKeyTable: those of all tables
// that name this one.
func (t *Table) GetReferencedForeignKeys(ctx *sql.Context) ([]sql.ForeignKeyConstraint, error) {
	if t.temporary {
		return nil, nil
	}
	var all []sql.ForeignKeyConstraint
	catalog := t.db.provider.catalog(ctx)
	for _, database := range catalog.Databases() {
		for _, name := range catalog.Tables(database) {
			child, _ := catalog.Table(database, name)
			for _, fk := range child.Definition.Meta.(*meta).foreign {
				if strings.EqualFold(fk.ParentTable, t.name) && strings.EqualFold(fk.ParentDatabase, t.db.name) {
					all = append(all, fk)
				}
			}
		}
	}
	return all, nil
}

// AddForeignKey implements sql.ForeignKeyTable.
func (t *Table) AddForeignKey(ctx *sql.Context, fk sql.ForeignKeyConstraint) error {
	return t.redefine(ctx, func(m *meta) error {
		if foreignKeyAt(m, fk.Name) >= 0 {
			return sql.ErrForeignKeyDuplicateName.New(fk.Name)
		}
		m.foreign = append(m.foreign, fk)
		return nil
	})
}

// DropForeignKey implements sql.ForeignKeyTable.
func (t *Table) DropForeignKey(ctx *sql.Context, name string) error {
	return t.redefine(ctx, func(m *meta) error {
		i := foreignKeyAt(m, name)
		if i < 0 {
			return sql.ErrForeignKeyNotFound.New(name, t.name)
		}
		m.foreign = slices.Delete(m.foreign, i, i+1)
		return nil
	})
}

// UpdateForeignKey implements sql.ForeignKeyTable.
func (t *Table) UpdateForeignKey(ctx *sql.Context, name string, fk sql.ForeignKeyConstraint) error {
	return t.redefine(ctx, func(m *meta) error {
		i := foreignKeyAt(m, name)
		if i < 0 {
			m.foreign = append(m.foreign, fk)
			return nil
		}
		m.foreign[i] = fk
		return nil
	})
}

func foreignKeyAt(m *meta, name string) int {
	return slices.IndexFunc(m.foreign, func(fk sql.ForeignKeyConstraint) bool { return strings.EqualFold(fk.Name, name) })
}

// ForeignKey finds a table's foreign key by its name, which only one in a database has.
func (s *Session) ForeignKey(table, name string) (sql.ForeignKeyConstraint, bool) {
	for _, t := range tablesByID(s.provider.store.Begin().Catalog()) {
		if table == "" || strings.EqualFold(t.name, table) {
			if i := foreignKeyAt(t.meta, name); i >= 0 {
				return t.meta.foreign[i], true
			}
		}
	}
	return sql.ForeignKeyConstraint{}, false
}

// checkForeignKeys checks the foreign keys of what a transaction has written beside what others have committed
// meanwhile: after is what the commit would make. Others wait for it, so that it looks at tables alone that they have
// changed, and ends with the context.
func checkForeignKeys(ctx context.Context, tx, after *store.Tx) error {
	tables := tablesByID(after.Catalog())
	children, parents := make(map[store.TableID][]reference), make(map[store.TableID][]reference)
	for id, child := range tables {
		for _, fk := range child.meta.foreign {
			parent, ok := tables.named(fk.ParentDatabase, fk.ParentTable)
			r := reference{fk, child, parent}
			if !ok || tx.Overtaken(parent.ID) {
				children[id] = append(children[id], r)
			}
			if ok && tx.Overtaken(id) {
				parents[parent.ID] = append(parents[parent.ID], r)
			}
		}
	}
	rows := 0
	ended := func() error {
		if rows++; rows%1024 == 0 {
			return ctx.Err()
		}
		return nil
	}
	if len(children) > 0 {
		for id, row := range tx.Inserted() {
			for _, r := range children[id] {
				key, ok := r.child.key(row, r.fk.Columns)
				if ok && (r.parent.meta == nil || !r.parent.has(after, r.fk.ParentColumns, key)) {
					return sql.ErrForeignKeyChildViolation.New(r.fk.Name, r.fk.Table, r.fk.ParentTable, shown(key))
				}
			}
			if err := ended(); err != nil {
				return err
			}
		}
	}
	if len(parents) > 0 {
		for id, row := range tx.Deleted() {
			for _, r := range parents[id] {
				key, ok := r.parent.key(row, r.fk.ParentColumns)
				if ok && !r.parent.has(after, r.fk.ParentColumns, key) && r.child.has(after, r.fk.Columns, key) {
					return sql.ErrForeignKeyParentViolation.New(r.fk.Name, r.fk.Table, r.fk.ParentTable, shown(key))
				}
			}
			if err := ended(); err != nil {
				return err
			}
		}
	}
	return nil
}

// reference is a foreign key with its tables; the parent is the zero keyedTable where there is none.
type reference struct {
	fk            sql.ForeignKeyConstraint
	child, parent keyedTable
}

// keyedTable is a table of a catalog, for lookups by key.
type keyedTable struct {
	store.Table
	database, name string
	meta           *meta
}

type keyedTables map[store.TableID]keyedTable

func tablesByID(c store.Catalog) keyedTables {
	all := make(keyedTables)
	for _, database := range c.Databases() {
		for _, name := range c.Tables(database) {
			t, _ := c.Table(database, name)
			all[t.ID] = keyedTable{t, database, name, t.Definition.Meta.(*meta)}
		}
	}
	return all
}

func (all keyedTables) named(database, name string) (keyedTable, bool) {
	for _, t := range all {
		if strings.EqualFold(t.database, database) && strings.EqualFold(t.name, name) {
			return t, true
		}
	}
	return keyedTable{}, false
}

// key is a row's values of the columns; false where one is NULL, which matches
// anything.
func (t keyedTable) key(row store.Row, columns []string) ([]any, bool) {
	key := make([]any, len(columns))
	for i, c := range columns {
		if key[i] = row[t.meta.schema.Schema.IndexOfColName(c)]; key[i] == nil {
			return nil, false
		}
	}
	return key, true
}

// has tells whether a row has the key. It looks in an index that begins with the
// columns, as foreign keys need one on either side.
func (t keyedTable) has(tx *store.Tx, columns []string, key []any) bool {
	at := make([]int, len(columns))
	for i, c := range columns {
		at[i] = t.meta.schema.Schema.IndexOfColName(c)
	}
	for _, index := range t.Definition.Indexes {
		if len(index.Columns) >= len(at) && slices.Equal(index.Columns[:len(at)], at) {
			bound := store.Bound{Key: key}
			return tx.Seek(t.ID, index.Name, bound, bound, false).Next()
		}
	}
	for cursor := tx.Scan(t.ID, false); cursor.Next(); {
		same := true
		for i, c := range at {
			v := cursor.Value(c)
			same = same && v != nil && t.meta.columns[c].compare(0)(v, key[i]) == 0
		}
		if same {
			return true
		}
	}
	return false
}

func shown(key []any) string {
	words := make([]string, len(key))
	for i, v := range key {
		words[i] = fmt.Sprint(v)
	}
	return "[" + strings.Join(words, ",") + "]"
}
