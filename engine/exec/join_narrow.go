package exec

import (
	"iter"
	"math"
	"math/bits"
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
	// aheadRows is how many rows of the left are read to see whether it has few.
	aheadRows = 64 * BatchSize
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
	for rows := 0; rows < aheadRows; {
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
		rows += b.N
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
	var values []*types.Vec
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	for _, b := range j.ahead {
		v, err := w.key.left.Eval(j.c, b)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		if from, to, some := extent(v); some {
			least, most = min(least, from), max(most, to)
		}
	}
	span := uint64(most) - uint64(least)
	if w.lookup != nil && (least > most || span >= keyBits) {
		var numbers []int64
		for i, v := range values {
			for row := range j.ahead[i].N {
				if !v.Null(row) {
					numbers = append(numbers, v.I[v.At(row)])
				}
			}
		}
		slices.Sort(numbers)
		if numbers = slices.Compact(numbers); w.pays(j.c, len(numbers)) {
			return w.lookUp(j.c, slices.Values(numbers), j.rightCols, &j.mem)
		}
		return nil, nil
	}
	if least > most || span >= keyBits {
		return nil, nil
	}
	set := newNumberSet(least, span)
	for i, v := range values {
		set.add(v, j.ahead[i].N)
	}
	if n := set.len(); w.lookup != nil && w.pays(j.c, n) {
		return w.lookUp(j.c, set.all, j.rightCols, &j.mem)
	}
	return j.drainRight(&narrowScan{Operator: j.right(j.c), c: j.c, at: w.at, numberSet: set})
}

// pays tells whether so many lookups take less time than reading the table.
func (w *narrowing) pays(c *expr.Context, lookups int) bool {
	return int64(lookups) < w.table.RowCount(c)/rowsPerLookup
}

// lookUp reads the rows of each number. A lookup may give more.
func (w *narrowing) lookUp(c *expr.Context, numbers iter.Seq[int64], columns []plan.Column, mem *memory.Account) (*types.Batch, error) {
	defer shadow(c, []expr.ColumnID{w.value})()
	all := newBuffer(columns, mem)
	kind := w.key.left.Type().Kind
	for x := range numbers {
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

// numberSet is a set of numbers that are not far apart.
type numberSet struct {
	from int64
	bits []uint64
}

func newNumberSet(from int64, span uint64) numberSet {
	return numberSet{from, make([]uint64, span/64+1)}
}

// add puts the numbers of n rows into the set, whose range has them.
func (s *numberSet) add(v *types.Vec, n int) {
	for i := range n {
		if !v.Null(i) {
			d := uint64(v.I[v.At(i)] - s.from)
			s.bits[d>>6] |= 1 << (d & 63)
		}
	}
}

// has tells whether a number of the range is in the set.
func (s *numberSet) has(x int64) bool {
	d := uint64(x - s.from)
	return s.bits[d>>6]&(1<<(d&63)) != 0
}

func (s *numberSet) len() (n int) {
	for _, w := range s.bits {
		n += bits.OnesCount64(w)
	}
	return n
}

// all are the numbers, from the least to the greatest.
func (s *numberSet) all(yield func(int64) bool) {
	for i, w := range s.bits {
		for ; w != 0; w &= w - 1 {
			if !yield(s.from + int64(64*i+bits.TrailingZeros64(w))) {
				return
			}
		}
	}
}

// narrowScan passes the rows whose column has one of the numbers; all, once it is seen that most have.
type narrowScan struct {
	Operator
	c  *expr.Context
	at int
	numberSet
	read, passed int
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
		if s.read >= narrowedRows && s.passed > s.read-s.read/8 {
			return b, nil
		}
		v := b.Cols[s.at]
		rows := make([]int32, 0, b.N)
		for i := range b.N {
			if v.Nulls != nil && v.Null(i) || v.Kind == types.Null {
				continue
			}
			d := uint64(v.I[v.At(i)] - s.from)
			if w := d >> 6; w < uint64(len(s.bits)) && s.bits[w]&(1<<(d&63)) != 0 {
				rows = append(rows, int32(i))
			}
		}
		s.read, s.passed = s.read+b.N, s.passed+len(rows)
		switch len(rows) {
		case 0:
		case b.N:
			return b, nil
		default:
			return b.Take(rows), nil
		}
	}
}
