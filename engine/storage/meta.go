package storage

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	gms "github.com/dolthub/go-mysql-server/sql/types"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// meta is what the store keeps of a table for us: an immutable value.
type meta struct {
	schema    sql.PrimaryKeySchema
	columns   []column
	collation sql.CollationID
	comment   string
	indexes   []sql.IndexDef // secondary ones, in the order of sortIndexes
	checks    []sql.CheckDefinition
	foreign   []sql.ForeignKeyConstraint // declared here

	targets   []TargetColumn // the columns, for our execution's writes
	auto      int            // the AUTO_INCREMENT column's position; -1: there is none
	plain     bool           // see Target.Plain
	generates bool           // some column is generated
	instants  bool           // some column's values are

	keyedRows bool // the columns only say that they are the key: see Session.KeyedRows
}

// column is a column of a table, and how its values are kept.
type column struct {
	*sql.Column
	codec   codec
	t       types.Type // as our execution has it
	instant bool       // it is a TIMESTAMP, kept in UTC
}

// primaryKey is the name of a table's primary key.
const primaryKey = "PRIMARY"

// What a generated column says as its Extra (manual 26.3.8).
const (
	VirtualGenerated = "VIRTUAL GENERATED"
	StoredGenerated  = "STORED GENERATED"
)

// newMeta describes a table of the schema. Columns of the primary key are not
// NULL.
func newMeta(schema sql.PrimaryKeySchema, collation sql.CollationID, comment string) *meta {
	return (&meta{collation: collation, comment: comment}).withSchema(schema)
}

// withSchema describes the table with other columns. A VIRTUAL generated column
// is kept like a STORED one, which answers the same: of a table with a virtual
// one go-mysql-server checks no CHECK and allows no index on that column. Its Extra
// says that it is virtual.
func (m *meta) withSchema(schema sql.PrimaryKeySchema) *meta {
	with := *m
	columns := schema.Schema.Copy()
	with.columns, with.targets = make([]column, len(columns)), make([]TargetColumn, len(columns))
	for i, c := range columns {
		if c.Generated != nil {
			if c.Virtual {
				c.Extra = VirtualGenerated
			} else if c.Extra == "" {
				c.Extra = StoredGenerated
			}
		}
		c.Virtual = false
		if c.PrimaryKey {
			c.Nullable = false
		}
		if _, ok := c.Type.(gms.TimespanType_); ok {
			c.Type = bridge.TimeType{Digits: 6}
		}
		// What ADD COLUMN leaves open is the table's.
		if t, ok := c.Type.(sql.TypeWithCollation); ok && t.Collation() == sql.Collation_Unspecified {
			if own, err := t.WithNewCollation(m.collation); err == nil {
				c.Type = own
			}
		}
		with.columns[i] = column{Column: c, codec: codecOf(c.Type), t: bridge.TypeOf(c.Type, c.Nullable)}
		with.columns[i].instant = with.columns[i].t.IsTimestamp() && !m.keepsWritten(c.Name)
		with.targets[i] = TargetColumn{c, with.columns[i].t}
	}
	with.schema = sql.NewPrimaryKeySchema(columns, schema.PkOrdinals...)
	with.auto, with.plain = with.autoIncrement(), with.isPlain()
	with.generates = slices.ContainsFunc(with.columns, func(c column) bool { return c.Generated != nil })
	with.instants = with.hasInstants()
	return &with
}

// keepsWritten tells of a TIMESTAMP that is not kept in UTC: of a directory from before that was so.
func (m *meta) keepsWritten(name string) bool {
	return slices.ContainsFunc(m.columns, func(c column) bool {
		return c.t.IsTimestamp() && !c.instant && strings.EqualFold(c.Name, name)
	})
}

func (m *meta) hasInstants() bool {
	return slices.ContainsFunc(m.columns, func(c column) bool { return c.instant })
}

// keyed is the table with columns that say that they are its key, though no index
// is.
func (m *meta) keyed() *meta {
	with := *m
	with.keyedRows = true
	with.schema.Schema = m.schema.Schema.Copy()
	for _, c := range with.schema.Schema {
		c.PrimaryKey = true
	}
	return &with
}

// sortIndexes puts the indexes into MySQL's order, in which it shows them and looks for duplicates: unique ones first, of
// these those whose columns cannot be NULL and those of whole columns, others as they were made (sort_keys of sql_table.cc).
func (m *meta) sortIndexes() {
	rank := func(def sql.IndexDef) int {
		if !def.IsUnique() {
			return 4
		}
		r := 0
		for _, c := range def.Columns {
			if i := m.schema.Schema.IndexOfColName(c.Name); i >= 0 && m.columns[i].Nullable {
				r |= 2
			}
			if c.Length > 0 {
				r |= 1
			}
		}
		return r
	}
	m.indexes = slices.Clone(m.indexes)
	slices.SortStableFunc(m.indexes, func(a, b sql.IndexDef) int { return rank(a) - rank(b) })
}

// definition describes the table to the store.
func (m *meta) definition() *store.Definition {
	m.sortIndexes()
	d := &store.Definition{Meta: m, Columns: make([]store.Kind, len(m.columns))}
	for i, c := range m.columns {
		d.Columns[i] = c.codec.kind
	}
	if key := m.schema.PkOrdinals; len(key) > 0 {
		index := store.Index{Name: primaryKey, Columns: key, Unique: true, Primary: true}
		for _, i := range key {
			index.Compare = append(index.Compare, m.columns[i].compare(0))
		}
		d.Indexes = append(d.Indexes, index)
	}
	for _, def := range m.indexes {
		index := store.Index{Name: def.Name, Unique: def.IsUnique()}
		for _, c := range def.Columns {
			i := m.schema.Schema.IndexOfColName(c.Name)
			index.Columns = append(index.Columns, i)
			index.Compare = append(index.Compare, m.columns[i].compare(int(c.Length)))
		}
		d.Indexes = append(d.Indexes, index)
	}
	return d
}

// index finds a secondary index by its name, in any letter case.
func (m *meta) index(name string) (int, bool) {
	i := slices.IndexFunc(m.indexes, func(d sql.IndexDef) bool { return strings.EqualFold(d.Name, name) })
	return i, i >= 0
}

// autoIncrement is the position of the AUTO_INCREMENT column, -1 for none.
func (m *meta) autoIncrement() int {
	return slices.IndexFunc(m.columns, func(c column) bool { return c.AutoIncrement })
}

// databaseMeta is what the store keeps of a database for us: an immutable value.
type databaseMeta struct {
	collation sql.CollationID
	views     []sql.ViewDefinition
	triggers  []bridge.StoredTrigger
	routines  []bridge.StoredRoutine
}
