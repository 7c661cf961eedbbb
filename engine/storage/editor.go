package storage

import (
	"errors"
	"hash/maphash"
	"math"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/go-mysql-org/go-mysql/mysql"

	vtypes "github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// editor writes rows of a table in one statement.
type editor struct {
	*Table
	begun bool
	mark  store.Mark
	// places finds the rows of a table without a primary key by their values:
	// go-mysql-server names the row to change by nothing else.
	places map[uint64][]store.RowID
}

var (
	_ sql.InsertableTable     = (*Table)(nil)
	_ sql.UpdatableTable      = (*Table)(nil)
	_ sql.DeletableTable      = (*Table)(nil)
	_ sql.ReplaceableTable    = (*Table)(nil)
	_ sql.TruncateableTable   = (*Table)(nil)
	_ sql.AutoIncrementTable  = (*Table)(nil)
	_ sql.TableEditor         = (*editor)(nil)
	_ sql.ForeignKeyEditor    = (*editor)(nil)
	_ sql.AutoIncrementSetter = (*editor)(nil)
)

// Inserter implements sql.InsertableTable.
func (t *Table) Inserter(*sql.Context) sql.RowInserter { return &editor{Table: t} }

// Updater implements sql.UpdatableTable.
func (t *Table) Updater(*sql.Context) sql.RowUpdater { return &editor{Table: t} }

// Deleter implements sql.DeletableTable.
func (t *Table) Deleter(*sql.Context) sql.RowDeleter { return &editor{Table: t} }

// Replacer implements sql.ReplaceableTable.
func (t *Table) Replacer(*sql.Context) sql.RowReplacer { return &editor{Table: t} }

// GetForeignKeyEditor implements sql.ForeignKeyTable.
func (t *Table) GetForeignKeyEditor(*sql.Context) sql.ForeignKeyEditor { return &editor{Table: t} }

// AutoIncrementSetter implements sql.AutoIncrementTable.
func (t *Table) AutoIncrementSetter(*sql.Context) sql.AutoIncrementSetter { return &editor{Table: t} }

// StatementBegin implements sql.EditOpenerCloser.
func (e *editor) StatementBegin(ctx *sql.Context) { e.begun, e.mark = true, e.tx(ctx).Mark() }

// DiscardChanges implements sql.EditOpenerCloser: what the statement wrote is
// undone, unless the error is one that it ignores.
func (e *editor) DiscardChanges(ctx *sql.Context, err error) error {
	var ignorable sql.IgnorableError
	if e.begun && !errors.As(err, &ignorable) {
		e.tx(ctx).Undo(e.mark)
	}
	return nil
}

// StatementComplete implements sql.EditOpenerCloser.
func (e *editor) StatementComplete(*sql.Context) error { return nil }

// Close implements sql.Closer.
func (e *editor) Close(*sql.Context) error { return nil }

// Insert implements sql.RowInserter.
func (e *editor) Insert(ctx *sql.Context, row sql.Row) error {
	encoded, err := e.encode(ctx, row)
	if err != nil {
		return err
	}
	if _, err := e.tx(ctx).Insert(e.id, encoded); err != nil {
		return e.writeError(ctx, err)
	}
	sessionOf(ctx).Rows++
	if i := e.meta.autoIncrement(); i >= 0 {
		e.tx(ctx).BumpAutoIncrement(e.id, behind(encoded[i]))
	}
	return nil
}

// behind is the first number for AUTO_INCREMENT behind a value of the store's.
func behind(v any) uint64 {
	switch n := v.(type) {
	case int64:
		return uint64(max(n, 0)) + 1
	case uint64:
		return n + min(1, math.MaxUint64-n)
	case float64:
		return uint64(max(n, 0)) + 1
	}
	return 1
}

// Delete implements sql.RowDeleter.
func (e *editor) Delete(ctx *sql.Context, row sql.Row) error {
	id, ok, err := e.find(ctx, row)
	if err != nil || !ok {
		return err // a row that is gone already, as one that a cascade reached
	}
	return e.writeError(ctx, e.tx(ctx).Delete(e.id, id))
}

// Update implements sql.RowUpdater. In a join go-mysql-server updates each row
// once that differs from the others: equal rows of a table without a key match
// the same rows, and so are all updated.
func (e *editor) Update(ctx *sql.Context, old, row sql.Row) error {
	encoded, err := e.encode(ctx, row)
	if err != nil {
		return err
	}
	for {
		id, ok, err := e.find(ctx, old)
		if err != nil || !ok {
			return err
		}
		now, err := e.tx(ctx).Update(e.id, id, encoded)
		if err != nil {
			return e.writeError(ctx, err)
		}
		sessionOf(ctx).moved.note(e.Table, id, now)
		sessionOf(ctx).Rows++
		if i := e.meta.autoIncrement(); i >= 0 {
			e.tx(ctx).BumpAutoIncrement(e.id, behind(encoded[i]))
		}
		if !e.meta.keyedRows {
			return nil
		}
	}
}

// find finds a row by its primary key, or, without one, by all of its values.
func (e *editor) find(ctx *sql.Context, row sql.Row) (store.RowID, bool, error) {
	encoded, err := e.encode(ctx, row)
	if err != nil {
		return 0, false, err
	}
	if key := e.meta.schema.PkOrdinals; len(key) > 0 {
		values := make([]any, len(key))
		for i, c := range key {
			values[i] = encoded[c]
		}
		at := store.Bound{Key: values}
		cursor := e.tx(ctx).Seek(e.id, primaryKey, at, at, false)
		if !cursor.Next() {
			return 0, false, nil
		}
		return cursor.ID(), true, nil
	}
	if e.places == nil {
		e.places = make(map[uint64][]store.RowID)
		for cursor := e.tx(ctx).Scan(e.id, false); cursor.Next(); {
			h := hash(cursor.Row())
			e.places[h] = append(e.places[h], cursor.ID())
		}
	}
	h := hash(encoded)
	for i, id := range e.places[h] {
		found, ok := e.tx(ctx).Get(e.id, id)
		if ok && e.same(found, encoded) {
			e.places[h] = append(e.places[h][:i:i], e.places[h][i+1:]...)
			return id, true, nil
		}
	}
	return 0, false, nil
}

var hashSeed = maphash.MakeSeed()

func hash(row store.Row) uint64 {
	var h maphash.Hash
	h.SetSeed(hashSeed)
	for _, v := range row {
		switch v := v.(type) {
		case nil:
			h.WriteByte(0)
		case int64, uint64, float64:
			maphash.WriteComparable(&h, v)
		case string:
			h.WriteString(v)
			h.WriteByte(1)
		default:
			h.WriteByte(2) // equal values of these may be written differently
		}
	}
	return h.Sum64()
}

func (e *editor) same(a, b store.Row) bool {
	for i, c := range e.meta.columns {
		switch {
		case a[i] == nil || b[i] == nil:
			if a[i] != b[i] {
				return false
			}
		case c.codec.kind == store.Any:
			if c.compare(0)(a[i], b[i]) != 0 {
				return false
			}
		case a[i] != b[i]:
			return false
		}
	}
	return true
}

// writeError makes go-mysql-server's error of the store's.
func (e *editor) writeError(ctx *sql.Context, err error) error {
	var duplicate *store.DuplicateError
	if errors.As(err, &duplicate) {
		existing, _ := e.tx(ctx).Get(e.id, duplicate.Existing)
		sessionOf(ctx).DuplicateKey = e.name + "." + duplicate.Index
		return sql.NewUniqueKeyErr("["+strings.Join(keyWords(ctx, duplicate), ",")+"]", duplicate.Index == primaryKey, e.decode(existing))
	}
	return err
}

// keyWords are the values of the key that is there already.
func keyWords(ctx *sql.Context, d *store.DuplicateError) []string {
	key := make([]string, len(d.Key))
	m := d.Table.Definition.Meta.(*meta)
	t := Table{meta: m, clock: m.clock(ctx)}
	for _, index := range d.Table.Definition.Indexes {
		if index.Name != d.Index {
			continue
		}
		for i, v := range d.Key {
			x, err := t.value(index.Columns[i], v)
			if key[i] = "NULL"; err == nil && !x.IsNull() {
				key[i] = m.indexed(d.Index, i, string(vtypes.AppendValue(nil, x, &m.columns[index.Columns[i]].t)))
			}
		}
	}
	return key
}

// indexed is what an index has of a value of its i-th column: of a prefix so many characters, or
// bytes of a binary one.
func (m *meta) indexed(index string, i int, text string) string {
	at, ok := m.index(index)
	if !ok || m.indexes[at].Columns[i].Length == 0 {
		return text
	}
	c := m.indexes[at].Columns[i]
	length := int(c.Length)
	if types.IsBinaryType(m.schema.Schema[m.schema.Schema.IndexOfColName(c.Name)].Type) {
		return text[:min(length, len(text))]
	}
	for i := range text {
		if length == 0 {
			return text[:i]
		}
		length--
	}
	return text
}

// Truncate implements sql.TruncateableTable. Go-mysql-server calls it for a
// DELETE of all rows too, which is part of its transaction; TRUNCATE TABLE answers no number.
func (t *Table) Truncate(ctx *sql.Context) (int, error) {
	tx := t.tx(ctx)
	n := tx.Rows(t.id)
	if sessionOf(ctx).Defining {
		return 0, t.alter(ctx, func(d *store.Draft) error { return d.Truncate(t.db.name, t.name) })
	}
	for cursor := tx.Scan(t.id, false); cursor.Next(); {
		if err := tx.Delete(t.id, cursor.ID()); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// PeekNextAutoIncrementValue implements sql.AutoIncrementGetter.
func (t *Table) PeekNextAutoIncrementValue(ctx *sql.Context) (uint64, error) {
	return t.tx(ctx).NextAutoIncrement(t.id), nil
}

// GetNextAutoIncrementValue implements sql.AutoIncrementTable. A value that is
// asked for, with a nil insertVal, is given to nobody else.
func (t *Table) GetNextAutoIncrementValue(ctx *sql.Context, insertVal any) (uint64, error) {
	tx := t.tx(ctx)
	if insertVal != nil {
		v, _, err := types.Uint64.Convert(ctx, insertVal)
		if err != nil {
			return 0, err
		}
		tx.BumpAutoIncrement(t.id, behind(v))
		return v.(uint64), nil
	}
	next := tx.TakeAutoIncrement(t.id)
	if next == math.MaxUint64 {
		return 0, mysql.NewDefaultError(mysql.ER_AUTOINC_READ_FAILED)
	}
	return next, nil
}

// SetAutoIncrementValue implements sql.AutoIncrementSetter. The value is behind
// all that are there (MySQL manual, 15.1.9).
func (e *editor) SetAutoIncrementValue(ctx *sql.Context, next uint64) error {
	s := sessionOf(ctx)
	if !s.Defining { // behind a DELETE of all rows, which keeps the counter
		return nil
	}
	if i := e.meta.autoIncrement(); i >= 0 {
		for cursor := e.tx(ctx).Scan(e.id, false); cursor.Next(); {
			next = max(next, behind(cursor.Value(i)))
		}
	}
	return e.alter(ctx, func(d *store.Draft) error { return d.SetAutoIncrement(e.id, next) })
}

// AcquireAutoIncrementLock implements sql.AutoIncrementSetter. Counters need
// none: each value is given once.
func (e *editor) AcquireAutoIncrementLock(*sql.Context) (func(), error) { return func() {}, nil }
