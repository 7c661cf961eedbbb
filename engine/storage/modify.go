package storage

import (
	"fmt"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/bridge"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/tables/store"
)

// modification has the values of a column be as one of another definition takes them
// (copy_data_between_tables of MySQL's sql/sql_table.cc).
type modification struct {
	from, to *column
	name     string // the column's in errors
	env      *types.Env
	row      int // from 1
}

// modifies prepares for a column to become one of another table. NULL and values that this does not take are as INSERT has
// them: errors in strict mode, and else warnings.
func (t *Table) modifies(ctx *sql.Context, at int, next *Table, to int) *modification {
	m := &modification{from: &t.meta.columns[at], to: &next.meta.columns[to], env: bridge.Env(ctx)}
	if m.name = m.to.Name; m.to.t.Kind == types.JSON {
		m.name = t.name + "." + m.name
	}
	m.env.Note = func(code uint16, text string) {
		ctx.Session.Warn(&sql.Warning{Level: "Note", Code: int(code), Message: text})
	}
	return m
}

// same tells that the values stay what they are, but for NULL.
func (m *modification) same() bool {
	return m.from.Type.Equals(m.to.Type) && m.from.instant == m.to.instant
}

// value is the next row's.
func (m *modification) value(v types.Value) (types.Value, error) {
	m.row++
	switch {
	case v.IsNull() && (m.to.Nullable || m.to.AutoIncrement):
		return v, nil
	case v.IsNull():
		return m.notNull(m.from.Type.Equals(m.to.Type))
	case m.same():
		return v, nil
	}
	return types.Store(m.env, v, &m.from.t, &m.to.t, m.name, m.row)
}

// holds tells whether a column keeps the values of another one as they are, which compare alike but for collations.
func (c *column) holds(from *column) bool {
	a, b := &from.t, &c.t
	if from.instant != c.instant {
		return false
	}
	if from.Type.Equals(c.Type) {
		return true
	}
	if a.Kind != b.Kind || a.Unsigned != b.Unsigned || c.codec.kind == store.Any ||
		a.Collation.Charset() != b.Collation.Charset() {
		return false
	}
	switch a.Kind {
	case types.Int, types.Uint:
		return a.IsYear() == b.IsYear() && integerBytes[a.Protocol] <= integerBytes[b.Protocol]
	case types.Float:
		return a.Scale == types.NotFixed && b.Scale == types.NotFixed && (a.Protocol == b.Protocol || a.Protocol == types.ProtocolFloat)
	case types.Decimal:
		return a.Scale == b.Scale && a.Length <= b.Length
	case types.String:
		if b.Protocol == types.ProtocolBlob && a.Protocol != types.ProtocolBlob { // whose length is in bytes
			return 4*a.Length <= b.Length
		}
		padded := a.Protocol == types.ProtocolString && a.Collation == types.Binary
		return a.Length <= b.Length && (a.Protocol == b.Protocol && !padded || b.Protocol == types.ProtocolVarchar && a.Protocol == types.ProtocolString)
	case types.DateTime:
		return a.IsTimestamp() == b.IsTimestamp() && a.Scale <= b.Scale
	case types.Time:
		return a.Scale <= b.Scale
	case types.Enum, types.Set:
		return a.Collation == b.Collation && len(a.Members) <= len(b.Members) && slices.Equal(a.Members, b.Members[:len(a.Members)])
	case types.Bit:
		return a.Length <= b.Length
	}
	return false
}

// integerBytes is how many bytes MySQL has for an integer.
var integerBytes = map[types.Protocol]int{
	types.ProtocolTiny: 1, types.ProtocolShort: 2, types.ProtocolInt24: 3, types.ProtocolLong: 4, types.ProtocolLongLong: 8,
	types.ProtocolYear: 1,
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
