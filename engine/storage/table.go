package storage

import (
	"io"

	"github.com/dolthub/go-mysql-server/sql"

	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// Table is a table of the store's as a session saw it when it looked it up: its
// definition is of that moment, its rows are those of the session's transaction.
type Table struct {
	db         *Database
	id         store.TableID
	name       string
	meta       *meta
	temporary  bool
	session    *Session // nil: none of ours
	projection []int    // the columns to read; nil: all
	lookup     sql.IndexLookup
	written    bool         // ALTER TABLE has written all rows that there are: there is nothing more to read
	clock      *types.Clock // what TIMESTAMPs are read and written by; nil: in UTC
}

var (
	_ sql.ProjectedTable  = (*Table)(nil)
	_ sql.CommentedTable  = (*Table)(nil)
	_ sql.PrimaryKeyTable = (*Table)(nil)
	_ sql.StatisticsTable = (*Table)(nil)
	_ sql.TemporaryTable  = (*Table)(nil)
	_ sql.Databaseable    = (*Table)(nil)
)

func newTable(ctx *sql.Context, d *Database, t store.Table, temporary bool) *Table {
	m := t.Definition.Meta.(*meta)
	s, ok := ctx.Session.(*Session)
	if ok && s.KeyedRows && len(m.schema.PkOrdinals) == 0 {
		m = m.keyed()
	}
	return &Table{db: d, id: t.ID, name: t.Name, meta: m, temporary: temporary, session: s, clock: m.clock(ctx)}
}

// tx is the session's transaction on the store that the table is in.
func (t *Table) tx(ctx *sql.Context) *store.Tx {
	s := sessionOf(ctx)
	if t.temporary {
		return s.temporaries().transaction()
	}
	return s.transaction()
}

// Name implements sql.Table.
func (t *Table) Name() string { return t.name }

// String implements sql.Table.
func (t *Table) String() string { return t.name }

// Database implements sql.Databaseable.
func (t *Table) Database() string { return t.db.name }

// IsTemporary implements sql.TemporaryTable.
func (t *Table) IsTemporary() bool { return t.temporary }

// Collation implements sql.Table.
func (t *Table) Collation() sql.CollationID { return t.meta.collation }

// Comment implements sql.CommentedTable.
func (t *Table) Comment() string { return t.meta.comment }

// PrimaryKeySchema implements sql.PrimaryKeyTable.
func (t *Table) PrimaryKeySchema() sql.PrimaryKeySchema { return t.meta.schema }

// Schema implements sql.Table.
func (t *Table) Schema() sql.Schema {
	if t.projection == nil {
		return t.exactly(t.meta.schema.Schema)
	}
	schema := make(sql.Schema, len(t.projection))
	for i, c := range t.projection {
		schema[i] = t.meta.schema.Schema[c]
	}
	return t.exactly(schema)
}

// exactly is the schema as [Session.ExactText] wants it.
func (t *Table) exactly(schema sql.Schema) sql.Schema {
	if t.session == nil || !t.session.exact {
		return schema
	}
	return ExactSchema(schema)
}

// ExactSchema is the schema with texts that are the same only where their bytes are.
func ExactSchema(schema sql.Schema) sql.Schema {
	schema = schema.Copy()
	for _, c := range schema {
		if text, ok := c.Type.(sql.StringType); ok {
			if with, err := text.(sql.TypeWithCollation).WithNewCollation(exactOf(text.Collation())); err == nil {
				c.Type = with
			}
		}
	}
	return schema
}

// exactOf is a collation of the character set in which only equal bytes are equal,
// but for binary, whose character set is another.
func exactOf(c sql.CollationID) sql.CollationID {
	if c.CharacterSet() == sql.CharacterSet_utf8mb4 {
		return sql.Collation_utf8mb4_0900_bin // NO PAD
	}
	return c.CharacterSet().BinaryCollation()
}

// WithProjections implements sql.ProjectedTable.
func (t *Table) WithProjections(names []string) sql.Table {
	with := *t
	with.projection = nil
	if names != nil {
		with.projection = make([]int, len(names))
		for i, n := range names {
			with.projection[i] = t.meta.schema.Schema.IndexOfColName(n)
		}
	}
	return &with
}

// Projections implements sql.ProjectedTable.
func (t *Table) Projections() []string {
	if t.projection == nil {
		return nil
	}
	names := make([]string, len(t.projection))
	for i, c := range t.projection {
		names[i] = t.meta.columns[c].Name
	}
	return names
}

// RowCount implements sql.StatisticsTable.
func (t *Table) RowCount(ctx *sql.Context) (uint64, bool, error) {
	return uint64(t.tx(ctx).Rows(t.id)), true, nil
}

// DataLength implements sql.StatisticsTable. It is an estimate in InnoDB's pages, of
// which an empty table has one: a value is taken to be no longer than shortText.
func (t *Table) DataLength(ctx *sql.Context) (uint64, error) {
	const page, shortText = 16 << 10, 32
	width := uint64(0)
	for _, c := range t.meta.columns {
		width += min(uint64(c.Type.MaxTextResponseByteLength(ctx)), shortText)
	}
	return max((width*uint64(t.tx(ctx).Rows(t.id))+page-1)/page, 1) * page, nil
}

// partition is all of a table: the store orders the rows over all of it.
type partition struct{}

func (partition) Key() []byte { return []byte("rows") }

// Partitions implements sql.Table.
func (t *Table) Partitions(*sql.Context) (sql.PartitionIter, error) {
	if t.written {
		return sql.PartitionsToPartitionIter(), nil
	}
	return sql.PartitionsToPartitionIter(partition{}), nil
}

// PartitionRows implements sql.Table.
func (t *Table) PartitionRows(ctx *sql.Context, p sql.Partition) (sql.RowIter, error) {
	var cursor *store.Cursor
	var filter sql.Expression
	if r, ok := p.(keyRange); ok {
		cursor, filter = t.tx(ctx).Seek(t.id, r.index, r.from, r.to, r.reverse), r.filter
	} else {
		cursor = t.tx(ctx).Scan(t.id, false)
	}
	return &rows{table: t, cursor: cursor, filter: filter, columns: t.projected()}, nil
}

func (t *Table) projected() []int {
	if t.projection != nil {
		return t.projection
	}
	all := make([]int, len(t.meta.columns))
	for i := range all {
		all[i] = i
	}
	return all
}

// rows are a cursor's rows in go-mysql-server's values.
type rows struct {
	table   *Table
	cursor  *store.Cursor
	filter  sql.Expression // on the whole row; nil: none
	columns []int
	read    int
}

// Next implements sql.RowIter.
func (r *rows) Next(ctx *sql.Context) (sql.Row, error) {
	for r.cursor.Next() {
		if r.read++; r.read%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if r.filter != nil {
			ok, err := sql.EvaluateCondition(ctx, r.filter, r.table.decode(r.cursor.Row()))
			if err != nil {
				return nil, err
			}
			if !sql.IsTrue(ok) {
				continue
			}
		}
		if sessionOf(ctx).Locking {
			if err := r.table.tx(ctx).Lock(r.table.id, r.cursor.ID()); err != nil {
				return nil, err
			}
		}
		row := make(sql.Row, len(r.columns))
		for i, c := range r.columns {
			v := r.cursor.Value(c)
			row[i] = r.table.decodeValue(c, v)
		}
		return row, nil
	}
	return nil, io.EOF
}

// Close implements sql.RowIter.
func (r *rows) Close(*sql.Context) error { return nil }

// decode makes go-mysql-server's row of the store's.
func (t *Table) decode(row store.Row) sql.Row {
	decoded := make(sql.Row, len(row))
	for i, v := range row {
		decoded[i] = t.decodeValue(i, v)
	}
	return decoded
}

// encode makes the store's row of go-mysql-server's.
func (t *Table) encode(ctx *sql.Context, row sql.Row) (store.Row, error) {
	encoded := make(store.Row, len(t.meta.columns))
	for i := range t.meta.columns {
		v, err := t.encodeValue(ctx, i, row[i])
		if err != nil {
			return nil, err
		}
		encoded[i] = v
	}
	return encoded, nil
}
