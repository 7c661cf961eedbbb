package storage

import (
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// modification has the values of a column be as one of another definition takes them, while
// ALTER TABLE reads the rows to write them anew (copy_data_between_tables of MySQL's
// sql/sql_table.cc): go-mysql-server's conversions have other rules and words.
type modification struct {
	column   int    // the column's position before
	before   *Table // by the session's clock, as after
	after    *Table
	from, to *column
	name     string // the column's in errors
	env      *types.Env
	row      int // from 1
}

// modifies prepares for a column to be read as the other table has it. NULL and values that it
// does not take are as INSERT has them: errors in strict mode, and else warnings.
func (t *Table) modifies(ctx *sql.Context, old *sql.Column, next *Table, changed *sql.Column) {
	before := *t
	m := &modification{
		before: &before, after: next, column: t.meta.schema.Schema.IndexOfColName(old.Name), name: changed.Name,
		to: &next.meta.columns[next.meta.schema.Schema.IndexOfColName(changed.Name)], env: bridge.Env(ctx),
	}
	m.from = &t.meta.columns[m.column]
	if m.to.t.Kind == types.JSON {
		m.name = t.name + "." + m.name
	}
	m.env.Note = func(code uint16, text string) {
		ctx.Session.Warn(&sql.Warning{Level: "Note", Code: int(code), Message: text})
	}
	if m.to.Generated != nil { // its values are computed anew
		m.env.Mode &^= types.StrictTrans | types.StrictAll
		m.env.Warn, m.env.Note = func(uint16, string) {}, nil
	}
	t.modified = m
}

// value is go-mysql-server's value of the next row's, which is the store's: of a TIMESTAMP in UTC.
func (m *modification) value(x any) (any, error) {
	m.row++
	same := m.from.Type.Equals(m.to.Type)
	v, err := m.before.value(m.column, x)
	switch {
	case err != nil:
		return nil, err
	case v.IsNull() && (m.to.Nullable || m.to.AutoIncrement):
		return nil, nil
	case v.IsNull():
		v, err = m.notNull(same)
	case same && m.from.instant == m.to.instant:
		return m.from.codec.decode(x), nil
	default:
		v, err = types.Store(m.env, v, &m.from.t, &m.to.t, m.name, m.row)
	}
	if err != nil {
		return nil, err
	}
	if m.from.t.Kind == types.Enum && m.to.t.Kind == types.Enum && v.I != 0 {
		return m.from.codec.decode(x), nil // go-mysql-server follows the members
	}
	own, err := m.after.own(m.after.meta.schema.Schema.IndexOfColName(m.to.Name), &v)
	if err != nil {
		return nil, err
	}
	return m.to.codec.decode(own), nil
}

// notNull is what a NULL becomes in a column that takes none. InnoDB, which changes a column of the same type in
// place, and the copying of rows (do_copy_not_null of sql/field_conv.cc) call it differently.
func (m *modification) notNull(same bool) (types.Value, error) {
	if m.env.Mode&(types.StrictTrans|types.StrictAll) != 0 && same {
		return types.Value{}, mysql.NewDefaultError(mysql.ER_INVALID_USE_OF_NULL)
	}
	text := fmt.Sprintf("Data truncated for column '%s' at row %d", m.to.Name, m.row)
	if m.env.Mode&(types.StrictTrans|types.StrictAll) != 0 {
		return types.Value{}, mysql.NewError(mysql.WARN_DATA_TRUNCATED, text)
	}
	m.env.Warn(mysql.WARN_DATA_TRUNCATED, text)
	if m.to.t.Kind == types.Enum {
		return types.Value{Kind: types.Enum}, nil // Field::reset: no member, and not the first
	}
	return types.Zero(&m.to.t), nil
}
