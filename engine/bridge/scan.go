package bridge

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/go-mysql-org/go-mysql/mysql"

	"github.com/verbatim-sql/verbatim/engine/exec"
	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/tables"
	"github.com/verbatim-sql/verbatim/tables/vector"
)

// batchRows is how many rows a batch of a scan has: enough that the work per
// batch counts for nothing, few enough that its columns stay in the cache.
const batchRows = 1024

// vectorRows is batchRows where the columns are the store's own and only dates are copied.
const vectorRows = 4096

// partRows is how many rows a part of a scan has about: few enough that several goroutines end at about the same time.
const partRows = 1 << 15

// Scan reads the interview's tables in the session's transaction.
func Scan(ctx *sql.Context, catalog sql.Catalog) functions.Scan {
	return func(name string, columns ...string) []functions.Part {
		parts, err := scanTable(ctx, catalog, name, columns)
		if err != nil {
			return []functions.Part{func(yield func(*vector.Batch, error) bool) { yield(nil, err) }}
		}
		return parts
	}
}

func scanTable(ctx *sql.Context, catalog sql.Catalog, name string, columns []string) ([]functions.Part, error) {
	declared, ok := tables.Find(name)
	if !ok {
		return nil, fmt.Errorf("bridge: no table %s is declared", name)
	}
	table, _, err := catalog.Table(ctx, tables.Database, declared.Name)
	if err != nil {
		return nil, err
	}
	to := make([]vector.Vector, len(columns))
	at := make([]int, len(columns))
	for i, name := range columns {
		name, day := functions.DayOf(name)
		column, ok := declared.Column(name)
		if !ok {
			return nil, fmt.Errorf("bridge: no column %s of %s is declared", name, declared.Name)
		}
		if to[i].Type = column.Type; day {
			to[i].Type.Kind = vector.Date
		}
		if at[i] = table.Schema().IndexOfColName(name); at[i] < 0 {
			return nil, mysql.NewDefaultError(mysql.ER_BAD_FIELD_ERROR, declared.Name+"."+name, "field list")
		}
		if text, ok := table.Schema()[at[i]].Type.(sql.StringType); ok {
			to[i].Order = Order{ctx: &expr.Context{Context: ctx}, collation: types.Collation(text.Collation())}
		}
	}
	if parts, err := vectorParts(ctx, table, at, to); parts != nil || err != nil {
		return parts, err
	}
	return []functions.Part{func(yield func(*vector.Batch, error) bool) {
		if err := scanRows(ctx, table, at, &vector.Batch{Columns: to}, yield); err != nil {
			yield(nil, err)
		}
	}}, nil
}

// scanRows yields the rows of a table that is read row by row.
func scanRows(ctx *sql.Context, table sql.Table, at []int, batch *vector.Batch, yield func(*vector.Batch, error) bool) error {
	rows, err := rowsOf(ctx, table)
	if err != nil {
		return err
	}
	defer rows.Close(ctx)
	for {
		row, err := rows.Next(ctx)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if batch.Len() > 0 && (err != nil || batch.Len() == batchRows) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !yield(batch, nil) {
				return nil
			}
			batch.Reset()
		}
		if err != nil {
			return nil
		}
		for i := range batch.Columns {
			if err := appendValue(ctx, &batch.Columns[i], row[at[i]]); err != nil {
				return err
			}
		}
	}
}

// vectorParts are the parts of a scan of a table that is read by columns, into vectors like those; nil where one of
// them is not of its declared type, since the user has altered it.
func vectorParts(ctx *sql.Context, table sql.Table, columns []int, to []vector.Vector) ([]functions.Part, error) {
	store, ok := table.(ScanTable)
	if !ok {
		return nil, nil
	}
	for i, at := range columns {
		c := table.Schema()[at]
		if t := TypeOf(c.Type, c.Nullable); !keepsAs(t.Kind, to[i].Type.Kind) {
			return nil, nil
		}
	}
	rows, err := store.Scan(ctx).Open(&expr.Context{Context: ctx, BatchSize: vectorRows}, plan.Access{Columns: columns})
	if err != nil {
		return nil, err
	}
	all := []plan.Rows{rows}
	if d, ok := rows.(plan.Divisible); ok {
		if divided := d.Divide(partRows); len(divided) > 0 {
			all = divided
		}
	}
	parts := make([]functions.Part, len(all))
	for i, rows := range all {
		batch := &vector.Batch{Columns: slices.Clone(to)}
		parts[i] = func(yield func(*vector.Batch, error) bool) {
			if err := scanVectors(rows, batch, yield); err != nil {
				yield(nil, err)
			}
		}
	}
	return parts, nil
}

// scanVectors yields rows that are read by columns.
func scanVectors(rows plan.Rows, batch *vector.Batch, yield func(*vector.Batch, error) bool) error {
	defer rows.Close()
	times := make([][]int64, len(batch.Columns))
	var months months
	texts := make([]texts, len(batch.Columns))
	for {
		b, err := rows.Next()
		if err != nil || b == nil {
			return err
		}
		for i, v := range b.Cols {
			to := &batch.Columns[i]
			to.Nulls = v.Nulls
			switch to.Type.Kind {
			case vector.String:
				to.Codes, to.Dictionary = texts[i].of(v, b.N)
				if o, ok := to.Order.(Order); ok {
					o.dict = texts[i].dict
					to.Order = o
				}
			case vector.Float:
				to.Floats = v.F
			case vector.DateTime:
				times[i] = months.appendMicros(times[i][:0], v.I[:b.N])
				to.Ints = times[i]
			case vector.Date:
				times[i] = months.appendDays(times[i][:0], v.I[:b.N])
				to.Ints = times[i]
			default:
				to.Ints = v.I
			}
		}
		if !yield(batch, nil) {
			return nil
		}
	}
}

// keepsAs tells whether a vector of a kind has what one of a kernel's has.
func keepsAs(k types.Kind, as vector.Kind) bool {
	switch as {
	case vector.Int, vector.Bool:
		return k == types.Int
	case vector.Float:
		return k == types.Float
	case vector.DateTime, vector.Date:
		return k == types.DateTime || k == types.Date
	case vector.String:
		return k == types.String
	}
	return false
}

// months are the days before the first of months, since 1970: of the last one that came among those
// with the same place. Those of a lifetime have a place each.
type months [1024]struct {
	month int32 // packed, + 1
	days  int32
}

// day is that of a packed date and time.
func (m *months) day(packed int64) int64 {
	month := packed >> 46
	if of := &m[month&(int64(len(m))-1)]; int64(of.month) == month+1 {
		return int64(of.days) + packed>>41&31
	}
	return m.find(packed)
}

// find is day of a month that has not come yet, or was forgotten.
func (m *months) find(packed int64) int64 {
	month, date := packed>>46, packed>>41
	if month == 0 { // DaysOf has 0 there, whatever the day is; 0000-00-00 is what go-mysql-server makes of it
		if date == 0 {
			return zeroMicros / types.MicrosPerDay
		}
		return -epochDays
	}
	of := &m[month&(int64(len(m))-1)]
	of.month, of.days = int32(month+1), int32(types.DaysOf(int(month/13), int(month%13), 0)-epochDays)
	return int64(of.days) + date&31
}

// appendDays appends the days of packed dates and times.
func (m *months) appendDays(to, packed []int64) []int64 {
	from := len(to)
	to = append(to, packed...)
	days := to[from:]
	for i, x := range days {
		if of := &m[x>>46&(int64(len(m))-1)]; int64(of.month) == x>>46+1 { // as in day, which is not inlined
			days[i] = int64(of.days) + x>>41&31
		} else {
			days[i] = m.find(x)
		}
	}
	return to
}

// appendMicros appends, of packed dates and times, the microseconds since 1970.
func (m *months) appendMicros(to, packed []int64) []int64 {
	for _, x := range packed {
		clock := x & (1<<41 - 1)
		hms := clock >> 24
		seconds := hms>>12*3600 + hms>>6&63*60 + hms&63
		to = append(to, m.day(x)*types.MicrosPerDay+seconds*types.MicrosPerSecond+clock&(1<<24-1))
	}
	return to
}

// Order is the order of a column's strings.
type Order struct {
	ctx       *expr.Context
	collation types.Collation
	dict      *types.Dict // nil: none is known
}

// Ranks implements [vector.Order]: those of the column's own dictionary are computed once.
func (o Order) Ranks(strings []string) ([]uint32, error) {
	d := o.DictOf(strings)
	if d == nil {
		d = &types.Dict{Values: strings}
	}
	return exec.Ranks(o.ctx, d, o.collation)
}

// DictOf is the column's dictionary where the strings are its own; nil: they are others.
func (o Order) DictOf(strings []string) *types.Dict {
	if o.dict == nil || len(strings) != len(o.dict.Values) || len(strings) > 0 && &strings[0] != &o.dict.Values[0] {
		return nil
	}
	return o.dict
}

// texts numbers the strings of a column's vectors: by the codes of their dictionary, those of vectors without
// it behind them.
type texts struct {
	dict   *types.Dict
	values []string
	all    map[string]uint32 // once there is a vector without it
	codes  []uint32
}

// of are the codes of a vector's rows and what they stand for.
func (t *texts) of(v *types.Vec, n int) ([]uint32, []string) {
	if v.Dict != nil && t.values == nil {
		t.dict, t.values = v.Dict, v.Dict.Values[:len(v.Dict.Values):len(v.Dict.Values)]
	}
	if v.Dict != nil && v.Dict == t.dict && !v.Same() {
		return v.Codes, t.values
	}
	t.codes = t.codes[:0]
	if t.all == nil {
		t.all = make(map[string]uint32, len(t.values))
		for code, s := range t.values {
			t.all[s] = uint32(code)
		}
	}
	for i := range n {
		s := v.Str(i)
		code, ok := t.all[s]
		if !ok {
			code = uint32(len(t.values))
			t.all[s] = code
			t.values = append(t.values, s)
		}
		t.codes = append(t.codes, code)
	}
	return t.codes, t.values
}

// rowsOf reads all partitions of a table.
func rowsOf(ctx *sql.Context, table sql.Table) (sql.RowIter, error) {
	partitions, err := table.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	return sql.NewTableRowIter(ctx, table, partitions), nil
}
