package storage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"

	"github.com/verbatim-sql/verbatim/tables/store"
)

// index is an index of a table as go-mysql-server plans with it.
type index struct {
	table   *Table
	def     sql.IndexDef
	columns []int
}

var (
	_ sql.OrderedIndex    = (*index)(nil)
	_ sql.IndexedTable    = (*Table)(nil)
	_ sql.ForeignKeyTable = (*Table)(nil)
)

func (t *Table) newIndex(def sql.IndexDef) *index {
	x := &index{table: t, def: def}
	for _, c := range def.Columns {
		x.columns = append(x.columns, t.meta.schema.Schema.IndexOfColName(c.Name))
	}
	return x
}

// GetIndexes implements sql.IndexAddressable: the primary key, then the others
// in their order.
func (t *Table) GetIndexes(*sql.Context) ([]sql.Index, error) {
	var all []sql.Index
	if key := t.meta.schema.PkOrdinals; len(key) > 0 {
		def := sql.IndexDef{Name: primaryKey, Constraint: sql.IndexConstraint_Primary}
		for _, i := range key {
			def.Columns = append(def.Columns, sql.IndexColumn{Name: t.meta.columns[i].Name})
		}
		all = append(all, t.newIndex(def))
	}
	for _, def := range t.meta.indexes {
		all = append(all, t.newIndex(def))
	}
	return all, nil
}

// IndexedAccess implements sql.IndexAddressable.
func (t *Table) IndexedAccess(_ *sql.Context, lookup sql.IndexLookup) sql.IndexedTable {
	with := *t
	with.lookup = lookup
	return &with
}

// PreciseMatch implements sql.IndexAddressable: the filter stays over a lookup,
// whose bounds are keys of the column's type and so may take in more than the
// values compared with, as 1.5 with an INT, or NULL in a join.
func (t *Table) PreciseMatch() bool { return false }

// keyRange is the partition of the rows of a range of an index's keys.
type keyRange struct {
	index    string
	from, to store.Bound
	reverse  bool
	filter   sql.Expression // what the bounds leave to check; nil: nothing
}

func (r keyRange) Key() []byte { return []byte(fmt.Sprint(r.index, r.from, r.to)) }

// LookupPartitions implements sql.IndexedTable.
func (t *Table) LookupPartitions(ctx *sql.Context, lookup sql.IndexLookup) (sql.PartitionIter, error) {
	x, ok := lookup.Index.(*index)
	ranges, isMySQL := lookup.Ranges.(sql.MySQLRangeCollection)
	if !ok || !isMySQL {
		return nil, fmt.Errorf("storage: a %T with ranges %T is no lookup of ours", lookup.Index, lookup.Ranges)
	}
	var partitions []sql.Partition
	for _, r := range ranges {
		if slices.ContainsFunc(r, empty) {
			continue
		}
		p, err := x.keyRange(ctx, r)
		if err != nil {
			return nil, err
		}
		p.reverse = lookup.IsReverse
		partitions = append(partitions, p)
	}
	return sql.PartitionsToPartitionIter(partitions...), nil
}

// empty tells whether a column's range has no value: that of a comparison with
// NULL, which joins give as a key.
func empty(r sql.MySQLRangeColumnExpr) bool {
	switch cut := r.LowerBound.(type) {
	case sql.AboveAll:
		return true
	case sql.Below:
		return cut.Key == nil
	}
	return false
}

// keyRange is a range of the index: points of the first columns, a range of the
// next, and the rest to check row by row.
func (x *index) keyRange(ctx *sql.Context, r sql.MySQLRange) (keyRange, error) {
	k := keyRange{index: x.def.Name}
	var point []any
	i := 0
	for ; i < len(r) && i < len(x.columns); i++ {
		lower, upper, isPoint, err := x.cuts(ctx, i, r[i])
		if err != nil {
			return k, err
		}
		if isPoint {
			point = append(point, lower.Key...)
			continue
		}
		k.from = store.Bound{Key: append(slices.Clone(point), lower.Key...), Exclusive: lower.Exclusive}
		k.to = store.Bound{Key: append(slices.Clone(point), upper.Key...), Exclusive: upper.Exclusive}
		break
	}
	if i >= len(r) || i >= len(x.columns) {
		k.from, k.to = store.Bound{Key: point}, store.Bound{Key: point}
	}
	if i+1 < len(r) || x.hasPrefix() {
		exprs := make([]sql.Expression, len(x.columns))
		for j, c := range x.columns {
			column := x.table.meta.columns[c]
			exprs[j] = expression.NewGetFieldWithTable(c, 0, column.Type, x.table.db.name, x.table.name, column.Name, column.Nullable)
		}
		filter, err := expression.NewRangeFilterExpr(exprs, []sql.MySQLRange{r})
		if err != nil {
			return k, err
		}
		k.filter = filter
	}
	return k, nil
}

// cuts are the bounds of one column's range. A bound without a key is none. Those
// of values are never exclusive: as a key of the column, its type's nearest value
// or the first characters, what is compared with may be another value.
func (x *index) cuts(ctx *sql.Context, i int, r sql.MySQLRangeColumnExpr) (lower, upper store.Bound, isPoint bool, err error) {
	key := func(v any, last bool) ([]any, error) {
		if at, ok := v.(time.Time); ok && last && x.table.meta.columns[x.columns[i]].instant {
			v = at.Truncate(time.Microsecond).Add(again)
		}
		e, err := x.table.encodeValue(ctx, x.columns[i], v)
		return []any{e}, err
	}
	switch cut := r.LowerBound.(type) {
	case sql.Below:
		lower.Key, err = key(cut.Key, false)
	case sql.Above:
		lower.Key, err = key(cut.Key, false)
	case sql.AboveNull:
		lower = store.Bound{Key: []any{nil}, Exclusive: true}
	}
	if err != nil {
		return
	}
	switch cut := r.UpperBound.(type) {
	case sql.Above:
		upper.Key, err = key(cut.Key, true)
	case sql.Below:
		upper.Key, err = key(cut.Key, true)
	case sql.AboveNull:
		upper.Key = []any{nil}
		if _, ok := r.LowerBound.(sql.BelowNull); ok {
			lower.Key = []any{nil}
		}
	}
	if err != nil || len(lower.Key) == 0 || len(upper.Key) == 0 || lower.Exclusive {
		return
	}
	a, b := lower.Key[0], upper.Key[0]
	isPoint = a == nil && b == nil ||
		a != nil && b != nil && x.table.meta.columns[x.columns[i]].compare(int(x.def.Columns[i].Length))(a, b) == 0
	return
}

func (x *index) hasPrefix() bool {
	return slices.ContainsFunc(x.def.Columns, func(c sql.IndexColumn) bool { return c.Length > 0 })
}

// ID implements sql.Index.
func (x *index) ID() string { return x.def.Name }

// Database implements sql.Index.
func (x *index) Database() string { return x.table.db.name }

// Table implements sql.Index.
func (x *index) Table() string { return x.table.name }

// Expressions implements sql.Index.
func (x *index) Expressions() []string {
	all := make([]string, len(x.columns))
	for i, c := range x.columns {
		all[i] = x.table.name + "." + x.table.meta.columns[c].Name
	}
	return all
}

// ColumnExpressionTypes implements sql.Index.
func (x *index) ColumnExpressionTypes() []sql.ColumnExpressionType {
	all := make([]sql.ColumnExpressionType, len(x.columns))
	for i, e := range x.Expressions() {
		t := x.table.meta.columns[x.columns[i]].Type
		if n, ok := t.(sql.NumberType); ok && sqltypes.IsUnsigned(t.Type()) {
			t = unsigned{n}
		}
		all[i] = sql.ColumnExpressionType{Expression: e, Type: t}
	}
	return all
}

// unsigned is an UNSIGNED type as ranges are made with it: a negative number is
// before all of its values and not, as go-mysql-server has it, 2^n-1 for -1.
type unsigned struct{ sql.NumberType }

// Convert implements sql.Type.
func (u unsigned) Convert(ctx context.Context, v any) (any, sql.ConvertInRange, error) {
	if n, _, err := types.Float64.Convert(ctx, v); err == nil && n != nil && n.(float64) < 0 {
		v = 0
	}
	return u.NumberType.Convert(ctx, v)
}

// IsUnique implements sql.Index.
func (x *index) IsUnique() bool { return x.def.IsUnique() || x.def.IsPrimary() }

// IsSpatial implements sql.Index.
func (x *index) IsSpatial() bool { return false }

// IsFullText implements sql.Index.
func (x *index) IsFullText() bool { return false }

// IsVector implements sql.Index.
func (x *index) IsVector() bool { return false }

// IsGenerated implements sql.Index.
func (x *index) IsGenerated() bool { return false }

// Comment implements sql.Index.
func (x *index) Comment() string { return x.def.Comment }

// IndexType implements sql.Index.
func (x *index) IndexType() string { return "BTREE" }

// CanSupport implements sql.Index.
func (x *index) CanSupport(*sql.Context, ...sql.Range) bool { return true }

// CanSupportOrderBy implements sql.Index.
func (x *index) CanSupportOrderBy(sql.Expression) bool { return false }

// PrefixLengths implements sql.Index.
func (x *index) PrefixLengths() []uint16 {
	if !x.hasPrefix() {
		return nil
	}
	all := make([]uint16, len(x.def.Columns))
	for i, c := range x.def.Columns {
		all[i] = uint16(c.Length)
	}
	return all
}

// Order implements sql.OrderedIndex. Keys of prefixes order no column.
func (x *index) Order() sql.IndexOrder {
	if x.hasPrefix() {
		return sql.IndexOrderNone
	}
	return sql.IndexOrderAsc
}

// Reversible implements sql.OrderedIndex.
func (x *index) Reversible() bool { return x.Order() == sql.IndexOrderAsc }
