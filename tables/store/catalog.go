package store

import (
	"maps"
	"slices"
	"strings"
)

// Catalog is a store's databases and tables as one version has them. Names are
// found in any letter case, and keep the case that they were made with.
type Catalog struct{ root *root }

// Table is what a catalog knows of a table.
type Table struct {
	ID         TableID
	Name       string
	Definition *Definition
}

// database never changes.
type database struct {
	name   string
	meta   any
	tables map[string]TableID // by folded name
}

// fold makes names equal that differ in letter case only.
func fold(name string) string { return strings.ToLower(name) }

// Databases returns the names, sorted without regard to case.
func (c Catalog) Databases() []string {
	names := make([]string, 0, len(c.root.databases))
	for _, key := range slices.Sorted(maps.Keys(c.root.databases)) {
		names = append(names, c.root.databases[key].name)
	}
	return names
}

// Database returns what the layer above keeps of a database, and whether there
// is one of the name.
func (c Catalog) Database(name string) (meta any, ok bool) {
	db, ok := c.root.databases[fold(name)]
	if !ok {
		return nil, false
	}
	return db.meta, true
}

// Tables returns the names of a database's tables, sorted without regard to
// case; none where there is no such database.
func (c Catalog) Tables(database string) []string {
	db, ok := c.root.databases[fold(database)]
	if !ok {
		return nil
	}
	names := make([]string, 0, len(db.tables))
	for _, key := range slices.Sorted(maps.Keys(db.tables)) {
		v, _ := c.root.tables.Get(db.tables[key])
		names = append(names, v.name)
	}
	return names
}

// Table finds a table.
func (c Catalog) Table(database, name string) (Table, bool) {
	if v, err := c.root.find(database, name); err == nil {
		return v.table(), true
	}
	return Table{}, false
}

// find returns a table's version, or ErrNoDatabase or ErrNoTable.
func (r *root) find(database, name string) (*version, error) {
	db, ok := r.databases[fold(database)]
	if !ok {
		return nil, ErrNoDatabase
	}
	id, ok := db.tables[fold(name)]
	if !ok {
		return nil, ErrNoTable
	}
	v, _ := r.tables.Get(id)
	return v, nil
}
