package exec

import (
	"math"
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
	"github.com/verbatim-sql/verbatim/engine/memory"
	"github.com/verbatim-sql/verbatim/engine/plan"
	"github.com/verbatim-sql/verbatim/engine/types"
)

// narrowing is how a join whose left side has few rows reads only those of a great right side whose first key is
// among theirs (sideways information passing).
type narrowing struct {
	key    equality   // of whole numbers; on the right a column
	at     int        // of the column
	table  plan.Table // what the right side reads, as far as it filters the rows of one
	lookup maker      // the right side for one value, which is in Outer; nil: the column has no index
	value  expr.ColumnID
}

const (
	// aheadBatches is how many batches of the left are read to see whether it has few rows.
	aheadBatches = 64
	// narrowedRows is from how many rows on a right side is great.
	narrowedRows = 16 * BatchSize
	// rowsPerLookup is how many rows are read in the time of a lookup.
	rowsPerLookup = 256
	// keyBits is how far apart numbers may be whose set is made of bits.
	keyBits = 1 << 26
)

// newNarrowing is nil where the right side is not of this form, or there is no such key.
func newNarrowing(b *builder, n *plan.Join, keys []equality) (*narrowing, error) {
	if len(keys) == 0 || n.Kind == plan.AntiNull {
		return nil, nil
	}
	scan, filtered := n.Right, expr.Expr(nil)
	if f, ok := scan.(*plan.Filter); ok {
		scan, filtered = f.Child, f.Cond
	}
	s, ok := scan.(*plan.Scan)
	if !ok || s.Lock || s.Lookup != nil {
		return nil, nil
	}
	columns := n.Right.Columns()
	for _, eq := range keys {
		c, ok := eq.right.(*expr.Column)
		if !ok || !eq.whole() || eq.signs {
			continue
		}
		at := slices.IndexFunc(columns, func(col plan.Column) bool { return col.ID == c.ID })
		w := &narrowing{key: eq, at: at, table: s.Table, value: math.MinInt32 + c.ID}
		index := slices.IndexFunc(s.Table.Keys(), func(k plan.Key) bool { return k.Columns[0] == s.Pos[at] })
		if index < 0 || c.T.IsYear() || c.T.Kind != types.Int && c.T.Kind != types.Uint {
			return w, nil
		}
		with := *s
		with.Lookup = &plan.Lookup{
			Key:   s.Table.Keys()[index].Name,
			Equal: []expr.Expr{&expr.Column{ID: w.value, Name: c.Name, T: *eq.left.Type()}},
		}
		var right plan.Node = &with
		if filtered != nil {
			right = &plan.Filter{Child: right, Cond: filtered}
		}
		var err error
		w.lookup, err = (&builder{ctes: b.ctes, rowValues: b.rowValues}).stream(right)
		return w, err
	}
	return nil, nil
}

// readAhead reads the left side, and tells whether that was all of it.
func (j *join) readAhead() (all bool, err error) {
	for len(j.ahead) < aheadBatches {
		if err := cancelled(j.c); err != nil {
			return false, err
		}
		b, err := j.left.Next()
		if err != nil {
			return false, err
		}
		if b == nil {
			j.leftOver = true
			return true, nil
		}
		j.ahead = append(j.ahead, b)
	}
	return false, nil
}

// narrowed are the rows of the right side that the left may match; nil: all of them are to be read,
// or they were too many for the memory, see spilledJoin.
func (j *join) narrowed() (*types.Batch, error) {
	w := j.narrow
	if w == nil || j.c.BatchSize > 0 || w.table.RowCount(j.c) < narrowedRows {
		return nil, nil
	}
	all, err := j.readAhead()
	if err != nil || !all {
		return nil, err
	}
	var numbers []int64
	for _, b := range j.ahead {
		v, err := w.key.left.Eval(j.c, b)
		if err != nil {
			return nil, err
		}
		for i := range b.N {
			if !v.Null(i) {
				numbers = append(numbers, v.I[v.At(i)])
			}
		}
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	if w.lookup != nil && int64(len(numbers)) < w.table.RowCount(j.c)/rowsPerLookup {
		return w.lookUp(j.c, numbers, j.rightCols, &j.mem)
	}
	if len(numbers) == 0 || uint64(numbers[len(numbers)-1]-numbers[0]) >= keyBits {
		return nil, nil
	}
	return j.drainRight(newNarrowScan(j.c, j.right(j.c), w, numbers))
}

// lookUp reads the rows of each number. A lookup may give more.
func (w *narrowing) lookUp(c *expr.Context, numbers []int64, columns []plan.Column, mem *memory.Account) (*types.Batch, error) {
	defer shadow(c, []expr.ColumnID{w.value})()
	all := newBuffer(columns, mem)
	kind := w.key.left.Type().Kind
	for _, x := range numbers {
		c.Outer[w.value] = types.Value{Kind: kind, I: x}
		rows, err := drain(c, w.lookup(c), columns, nil)
		if err != nil {
			return nil, err
		}
		var equal []int32
		for i := range rows.N {
			if v := rows.Cols[w.at]; !v.Null(i) && v.I[v.At(i)] == x {
				equal = append(equal, int32(i))
			}
		}
		if err := all.add(rows.Take(equal)); err != nil {
			return nil, err
		}
	}
	return all.batch(c)
}

// narrowScan passes the rows whose column has one of the numbers.
type narrowScan struct {
	Operator
	c    *expr.Context
	at   int
	from int64
	bits []uint64
}

func newNarrowScan(c *expr.Context, rows Operator, w *narrowing, numbers []int64) *narrowScan {
	s := &narrowScan{Operator: rows, c: c, at: w.at, from: numbers[0]}
	s.bits = make([]uint64, (numbers[len(numbers)-1]-s.from)/64+1)
	for _, x := range numbers {
		s.bits[(x-s.from)>>6] |= 1 << ((x - s.from) & 63)
	}
	return s
}

// Next implements Operator.
func (s *narrowScan) Next() (*types.Batch, error) {
	for {
		b, err := s.Operator.Next()
		if err != nil || b == nil {
			return nil, err
		}
		if err := cancelled(s.c); err != nil {
			return nil, err
		}
		v := b.Cols[s.at]
		var rows []int32
		for i := range b.N {
			if v.Nulls != nil && v.Null(i) || v.Kind == types.Null {
				continue
			}
			d := uint64(v.I[v.At(i)] - s.from)
			if w := d >> 6; w < uint64(len(s.bits)) && s.bits[w]&(1<<(d&63)) != 0 {
				rows = append(rows, int32(i))
			}
		}
		switch len(rows) {
		case 0:
		case b.N:
			return b, nil
		default:
			return b.Take(rows), nil
		}
	}
}
